// Reads the texts' placeholders and plurals while building, so that the client needs no parser for them.
import { parse } from '@formatjs/icu-messageformat-parser';
import { readFile } from 'node:fs/promises';

/** A text without placeholders stays as it is. */
export function compileText(text) {
  return text.includes('{') ? parse(text, { captureLocation: false, ignoreTag: true }) : text;
}

export const locales = {
  name: 'locales',
  setup(build) {
    build.onLoad({ filter: /locales\/\w+\.json$/ }, async ({ path }) => {
      const texts = JSON.parse(await readFile(path, 'utf8'));
      const compiled = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, compileText(text)]));
      return { contents: JSON.stringify(compiled), loader: 'json' };
    });
  },
};

/** Stands in for the parser in the bundle. */
export const withoutParser = {
  '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/lib/no-parser.js',
};
