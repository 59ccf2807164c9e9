import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

declare const CLIENT_FOLDER: string;

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? filesUnder(path) : [path];
  });
}

const SOURCES = filesUnder(join(CLIENT_FOLDER, 'src')).filter((path) => /\.tsx?$/.test(path));

function everyNode(path: string, visit: (node: ts.Node, place: string) => void): void {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const walk = (node: ts.Node): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    visit(node, `${relative(CLIENT_FOLDER, path)}:${line + 1}`);
    ts.forEachChild(node, walk);
  };
  walk(source);
}

/** Attributes whose words a person sees or hears. */
const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'heading', 'hint', 'legend']);

test('No text of a view is written into it: all come from the locales', () => {
  const found: string[] = [];
  for (const path of SOURCES) {
    everyNode(path, (node, place) => {
      if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(`${place} ${node.text.trim()}`);
      if (!ts.isJsxAttribute(node) || !SPOKEN.has(node.name.getText())) return;
      const value = node.initializer;
      if (value !== undefined && ts.isStringLiteral(value) && /\p{L}/u.test(value.text))
        found.push(`${place} ${value.text}`);
    });
  }
  assert.deepEqual(found, []);
});

test('Nothing is of type any, and nothing is ignored', () => {
  const found: string[] = [];
  for (const path of [...SOURCES, ...filesUnder(join(CLIENT_FOLDER, 'tests')).filter((name) => name.endsWith('.ts'))]) {
    everyNode(path, (node, place) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(place);
    });
    if (/@ts-(ignore|nocheck|expect-error)/.test(readFileSync(path, 'utf8')) && !path.endsWith('source.test.ts'))
      found.push(path);
  }
  assert.deepEqual(found, []);
});

/** What each folder may call: the protocol and the state know no page. */
const MAY_CALL: Record<string, string[]> = {
  protocol: ['protocol'],
  state: ['state', 'protocol'],
  club: ['club', 'state', 'protocol'],
  store: ['store', 'club', 'protocol'],
  app: ['app', 'store', 'club', 'state', 'protocol', 'locales'],
  views: ['views', 'app', 'state', 'protocol'],
};

test('Each folder calls only those below it', () => {
  const found: string[] = [];
  for (const path of SOURCES) {
    const folder = relative(join(CLIENT_FOLDER, 'src'), path).split('/')[0] ?? '';
    const allowed = MAY_CALL[folder];
    if (allowed === undefined) continue;
    for (const match of readFileSync(path, 'utf8').matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const target = relative(join(CLIENT_FOLDER, 'src'), join(path, '..', match[1] ?? ''));
      const called = target.split('/')[0] ?? '';
      if (!target.startsWith('..') && !allowed.includes(called))
        found.push(`${relative(CLIENT_FOLDER, path)} calls ${called}`);
    }
  }
  assert.deepEqual(found, []);
});

test('What runs without a page names nothing of the page', () => {
  const page = new Set([
    'document',
    'window',
    'navigator',
    'localStorage',
    'sessionStorage',
    'location',
    'WebSocket',
    'setInterval',
    'indexedDB',
    'BroadcastChannel',
  ]);
  const found: string[] = [];
  for (const path of SOURCES.filter((name) => /src\/(protocol|state|club)\//.test(name))) {
    everyNode(path, (node, place) => {
      if (ts.isIdentifier(node) && page.has(node.text) && !ts.isPropertyAccessExpression(node.parent))
        found.push(`${place} ${node.text}`);
    });
  }
  assert.deepEqual(found, []);
});

test('Every text that the views ask for exists, and every text is asked for', () => {
  const texts = JSON.parse(readFileSync(join(CLIENT_FOLDER, 'src/locales/en.json'), 'utf8')) as Record<string, string>;
  const all = SOURCES.map((path) => readFileSync(path, 'utf8')).join('\n');
  const composed =
    /^(reason|role|notice\.what|notice\.acted|notice\.done|note|moderate|audit\.action|sanctions\.(mute|ban|lift_mute|lift_ban)|report\.(reason|outcome|do|done))\./;
  const unused = Object.keys(texts).filter((key) => !composed.test(`${key}.`) && !all.includes(`'${key}'`));
  assert.deepEqual(unused, []);
});
