// The emoji picker as the club's pages can carry it: no style of its own that the Content-Security-Policy would stop,
// nothing asked of another host, and the emoji of each language as a file of the club's own.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** What the server takes for a reaction. */
const NEWEST_VERSION = 15;
const LONGEST = 32;

const fits = (emoji) => Buffer.byteLength(emoji) <= LONGEST;

/** What the picker shows and finds by; ordered as it was. */
export function trimEmoji(all) {
  const known = all.filter(({ emoji, version }) => version <= NEWEST_VERSION && fits(emoji));
  return known.map(({ annotation, tags, emoji, order, group, version, skins }) => {
    const kept = skins
      ?.filter((skin) => fits(skin.emoji))
      .map((skin) => ({ tone: skin.tone, emoji: skin.emoji, version: skin.version }));
    return { annotation, tags, emoji, order, group, version, ...(kept?.length ? { skins: kept } : {}) };
  });
}

function replaced(source, from, to) {
  if (!source.includes(from)) throw new Error(`the emoji picker has changed: ${from}`);
  return source.replace(from, to);
}

function adapted(picker) {
  const styled = replaced(
    picker,
    `const style = document.createElement('style');
    style.textContent = baseStyles + EXTRA_STYLES;
    this.shadowRoot.appendChild(style);`,
    `const style = new CSSStyleSheet();
    style.replaceSync(baseStyles + EXTRA_STYLES);
    this.shadowRoot.adoptedStyleSheets = [style];`,
  );
  return replaced(
    styled,
    'targetNode.setAttribute(attributeName, newValue);',
    "if (attributeName === 'style') targetNode.style.cssText = newValue; else targetNode.setAttribute(attributeName, newValue);",
  );
}

export const emoji = {
  name: 'emoji',
  setup(build) {
    build.onLoad({ filter: /emoji-picker-element\/(picker|database)\.js$/ }, async ({ path }) => {
      const source = (await readFile(path, 'utf8')).replace(/https:\/\/cdn\.jsdelivr\.net[^']*/g, '');
      return { contents: path.endsWith('picker.js') ? adapted(source) : source, loader: 'js' };
    });
    build.onResolve({ filter: /^emoji:/ }, ({ path }) => ({
      path: path.replace(':', '-') + '.json',
      namespace: 'emoji',
    }));
    build.onLoad({ filter: /.*/, namespace: 'emoji' }, async ({ path }) => {
      const language = /^emoji-(\w+)\.json$/.exec(path)?.[1];
      const data = await readFile(resolve(`emoji-picker-element-data/${language}/emojibase/data.json`), 'utf8');
      return { contents: JSON.stringify(trimEmoji(JSON.parse(data))), loader: 'file' };
    });
  },
};
