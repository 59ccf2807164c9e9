// Builds the client into a folder of static files:   node build.mjs [FOLDER]     (../build/web unless said)
// All but index.html, the service worker and the manifests carry a hash of their content in their names and may be
// cached for ever.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { emoji } from './emoji.mjs';
import { locales, withoutParser } from './locales.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '../build/web'));
/** Gzipped bytes of what is needed to chat, one language included. */
const BUDGET = 100 * 1024;
const LANGUAGES = ['en', 'ru', 'zh'];

/** What the pages that are opened later share with the first one comes as one file with it, not as many small ones: each
 * of them begins with the first page, so that a part of that is a part of them all. */
const oneBeginning = {
  name: 'one beginning',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.js$/ }, async ({ path, kind, ...from }) => {
      if (kind !== 'dynamic-import') return undefined;
      const resolved = await build.resolve(path, { kind: 'import-statement', resolveDir: from.resolveDir });
      return { path: resolved.path, pluginData: { later: true } };
    });
    build.onLoad({ filter: /\.tsx$/ }, async ({ path, pluginData }) => {
      if (pluginData?.later !== true) return undefined;
      const beginning = JSON.stringify(join(here, 'src/views/app.tsx'));
      return { contents: `import ${beginning};\n${await readFile(path, 'utf8')}`, loader: 'tsx' };
    });
  },
};

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: ['src/main.tsx'],
    outdir: out,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'chrome100', 'firefox100', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [oneBeginning, locales, emoji],
    alias: withoutParser,
    minify: true,
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
  });
  return Object.entries(result.metafile.outputs).map(([path, output]) => ({
    path: relative(out, resolve(here, path)),
    entry: output.entryPoint ?? '',
    needs: output.imports
      .filter(({ kind }) => kind === 'import-statement')
      .map((used) => relative(out, resolve(here, used.path))),
  }));
}

/** A file and all that it cannot begin without. */
function withNeeded(path, files, known = new Set()) {
  if (known.has(path)) return known;
  known.add(path);
  for (const needed of files.find((file) => file.path === path)?.needs ?? []) withNeeded(needed, files, known);
  return known;
}

async function putHashed(source) {
  const bytes = await readFile(join(here, source));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const name = basename(source).replace('.', `-${hash}.`);
  await writeFile(join(out, 'assets', name), bytes);
  return `assets/${name}`;
}

/** What a browser needs to know to install the client, in one language. */
async function putManifest(language, icons) {
  const { 'club.brand': name } = JSON.parse(await readFile(join(here, `src/locales/${language}.json`), 'utf8'));
  const icon = (src, sizes, more) => ({
    src: `/${src}`,
    sizes,
    type: src.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
    ...more,
  });
  const manifest = {
    id: '/',
    name,
    short_name: name,
    lang: language === 'zh' ? 'zh-Hans' : language,
    dir: 'ltr',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f3f5f8',
    theme_color: '#f3f5f8',
    categories: ['business', 'social'],
    icons: [
      icon(icons.small, '192x192', { purpose: 'any' }),
      icon(icons.large, '512x512', { purpose: 'any' }),
      icon(icons.maskable, '512x512', { purpose: 'maskable' }),
      icon(icons.drawn, 'any', { purpose: 'any' }),
    ],
  };
  await writeFile(join(out, `manifest-${language}.webmanifest`), JSON.stringify(manifest));
}

/** Its name stays, since a browser asks for it by that; its content tells one build from another. */
async function putWorker(description) {
  const version = createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 12);
  await build({
    absWorkingDir: here,
    entryPoints: { sw: 'src/worker/worker.ts' },
    outdir: out,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    define: { BUILD: JSON.stringify({ version, ...description }) },
    logLevel: 'warning',
  });
}

function found(path) {
  if (path === undefined) throw new Error('the bundle lacks a part');
  return path;
}

async function packed(paths, pack) {
  const bytes = await Promise.all(paths.map((path) => readFile(join(out, path))));
  return bytes.reduce((sum, content) => sum + pack(content).length, 0);
}

const gzip = (content) => gzipSync(content, { level: 9 });
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'assets'), { recursive: true });
const files = await bundle();
const script = found(files.find((file) => file.entry === 'src/main.tsx')?.path);
const style = found(files.find((file) => file.path.endsWith('.css'))?.path);
const icons = {
  drawn: await putHashed('src/icon.svg'),
  small: await putHashed('src/icons/icon-192.png'),
  large: await putHashed('src/icons/icon-512.png'),
  maskable: await putHashed('src/icons/maskable-512.png'),
  touch: await putHashed('src/icons/touch-180.png'),
};
for (const language of LANGUAGES) await putManifest(language, icons);
const named = {
  SCRIPT: script,
  STYLE: style,
  ICON: icons.drawn,
  TOUCH: icons.touch,
  MANIFEST: 'manifest-en.webmanifest',
};
/** What the script needs at once is asked for together with it. */
const needed = [...withNeeded(script, files)].filter((path) => path !== script);
const preloads = needed.map((path) => `<link rel="modulepreload" href="/${path}">\n`).join('');
const page = (await readFile(join(here, 'src/index.html'), 'utf8'))
  .replace('%PRELOADS%\n', preloads)
  .replace(/%([A-Z]+)%/g, (_, part) => `/${found(named[part])}`);
await writeFile(join(out, 'index.html'), page);

// What is loaded when it is opened counts only as far as chatting needs it, too.
const shared = [script, ...needed, style];
const absolute = (paths) => paths.map((path) => `/${path}`);
const isLater = ({ entry, path }) => !shared.includes(path) && (entry !== '' || !/\.(js|css)$/.test(path));
const later = files.filter(isLater);
await putWorker({
  page: createHash('sha256').update(page).digest('hex').slice(0, 12),
  shell: absolute([...shared, icons.drawn]),
  named: absolute([script, style, icons.drawn]),
  later: Object.fromEntries(
    later.map(({ path }) => [
      `/${path}`,
      absolute([...withNeeded(path, files)].filter((one) => !shared.includes(one))),
    ]),
  ),
});

const texts = files.filter((file) => /locales\/\w+\.json$/.test(file.entry)).map((file) => file.path);
const toChat = ['index.html', 'sw.js', ...shared];

async function sizeToChat(pack) {
  return (await packed(toChat, pack)) + Math.max(...(await Promise.all(texts.map((path) => packed([path], pack)))));
}

const size = await sizeToChat(gzip);
const small = await sizeToChat(brotliCompressSync);
console.log(
  `browser client: ${kilobytes(size)} gzip to chat (${kilobytes(small)} brotli), ${kilobytes(BUDGET)} allowed`,
);
const opened = files.map((file) => file.path).filter((path) => !toChat.includes(path) && !texts.includes(path));
for (const path of opened.sort()) {
  const parts = [await packed([path], gzip), await packed([path], brotliCompressSync)];
  console.log(`  when it is opened: ${basename(path)} ${kilobytes(parts[0])} gzip, ${kilobytes(parts[1])} brotli`);
}
if (size > BUDGET) process.exit(1);
