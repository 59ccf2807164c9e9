import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

declare const CLIENT_FOLDER: string;

let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'club-web-build-'));
  execFileSync(process.execPath, [join(CLIENT_FOLDER, 'build.mjs'), folder], { stdio: 'pipe' });
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('The page carries no inline script or style, and names only files that are there', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|%[A-Z]+%/);
  const named = [...page.matchAll(/(?:href|src)="\/([^"]+)"/g)].map((match) => match[1] ?? '');
  assert.ok(named.length >= 5);
  for (const name of named) assert.ok(readFileSync(join(folder, name)).length > 0, name);
});

const MANIFESTS = ['en', 'ru', 'zh'].map((language) => `manifest-${language}.webmanifest`);

test('Everything but the page, the worker and the manifests has a hash in its name', () => {
  assert.deepEqual(readdirSync(folder).sort(), ['assets', 'index.html', ...MANIFESTS, 'sw.js']);
  for (const name of readdirSync(join(folder, 'assets')))
    assert.match(name, /^[A-Za-z0-9_-]+-[A-Za-z0-9]{8}\.(js|css|svg|png|json)$/);
});

interface Manifest {
  name: string;
  lang: string;
  start_url: string;
  scope: string;
  display: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

/** Width and height, as a PNG's header has them. */
function sizeOf(png: Buffer): string {
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}

test('The manifests of all languages name the club, open on its page, and have icons of the sizes that they tell', () => {
  const names = new Set<string>();
  for (const file of MANIFESTS) {
    const manifest = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Manifest;
    names.add(manifest.name);
    assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['/', '/', 'standalone']);
    assert.ok(file.includes(manifest.lang.slice(0, 2)));
    for (const { src, sizes, type } of manifest.icons) {
      const bytes = readFileSync(join(folder, src));
      if (type === 'image/png') assert.equal(sizeOf(bytes), sizes, src);
    }
    const kinds = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
    for (const kind of ['192x192 any', '512x512 any', '512x512 maskable']) assert.ok(kinds.includes(kind), kind);
  }
  assert.equal(names.size, 3);
});

test('The service worker knows the files of its own build, and every one of them is there', () => {
  const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
  const named = new Set([...worker.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? ''));
  for (const path of named) assert.ok(existsSync(join(folder, path)), path);
  const scripts = readdirSync(join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  assert.deepEqual(
    scripts.filter((name) => !named.has(`/assets/${name}`)),
    [],
  );
  assert.doesNotMatch(worker, /sourceMappingURL|importScripts/);
});

test('What the script begins with is asked for together with it', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const script = /<script type="module" src="\/([^"]+)"/.exec(page)?.[1] ?? '';
  const needed = [...readFileSync(join(folder, script), 'utf8').matchAll(/\b(?:import|from)\s*"\/?([^"]+\.js)"/g)];
  for (const [, name = ''] of needed) assert.ok(page.includes(`<link rel="modulepreload" href="/${name}">`), name);
  assert.ok(needed.length > 0);
});

test('The emoji of each language are those that the server takes', () => {
  const files = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.json'));
  assert.deepEqual(files.map((name) => name.slice(0, 8)).sort(), ['emoji-en', 'emoji-ru', 'emoji-zh']);
  for (const name of files) {
    const all = JSON.parse(readFileSync(join(folder, 'assets', name), 'utf8')) as Emoji[];
    assert.ok(all.length > 1700);
    for (const { emoji, skins } of all) {
      for (const one of [emoji, ...(skins ?? []).map((skin) => skin.emoji)])
        assert.ok(Buffer.byteLength(one) <= 32, one);
    }
  }
});

interface Emoji {
  emoji: string;
  skins?: { emoji: string }[];
}

test('Nothing is asked of another host', () => {
  for (const name of readdirSync(join(folder, 'assets')).filter((file) => !file.endsWith('.png'))) {
    const hosts = readFileSync(join(folder, 'assets', name), 'utf8').match(/(?:https?:)?\/\/[\w.-]+\.\w+/g) ?? [];
    assert.deepEqual(
      hosts.filter((host) => host !== 'http://www.w3.org'),
      [],
      name,
    );
    assert.doesNotMatch(readFileSync(join(folder, 'assets', name), 'utf8'), /\beval\(|new Function\(/, name);
  }
});

test('Styles leave contrast to the variables: text and ground have 4.5:1 in light and dark', () => {
  const css = readFileSync(join(CLIENT_FOLDER, 'src/styles/base.css'), 'utf8');
  const blocks = [...css.matchAll(/:root \{([^}]+)\}/g)].map((match) => match[1] ?? '').slice(0, 2);
  assert.equal(blocks.length, 2);
  for (const block of blocks) {
    const colour = (name: string): number[] => {
      const hex = new RegExp(`--${name}: #(\\w{6})`).exec(block)?.[1] ?? '';
      return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    };
    for (const [text, ...grounds] of PAIRS) {
      for (const ground of grounds) {
        const ratio = contrast(colour(text), colour(ground));
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

const PAIRS: [string, ...string[]][] = [
  ['ink', 'ground', 'surface', 'raised', 'own', 'other', 'danger-soft'],
  ['muted', 'ground', 'surface', 'raised', 'other', 'own'],
  ['accent', 'ground', 'surface', 'accent-soft', 'other', 'own'],
  ['accent-ink', 'accent'],
  ['danger', 'surface', 'ground', 'danger-soft'],
  ['mention-ink', 'mention'],
  ['warn-ink', 'warn-soft'],
  ['surface', 'muted', 'danger'],
];

function luminance(colour: number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number[], other: number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
