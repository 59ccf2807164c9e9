// Builds the client into a folder of static files:   node build.mjs [FOLDER]     (../build/web unless said)
// Everything but index.html carries a hash of its content in its name and may be cached for ever.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { locales, withoutParser } from './locales.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '../build/web'));
/** Gzipped bytes of what is needed to chat, one language included. */
const BUDGET = 100 * 1024;

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: ['src/main.tsx'],
    outdir: out,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'chrome100', 'firefox100', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [locales],
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
      .filter((one) => one.kind === 'import-statement')
      .map((one) => relative(out, resolve(here, one.path))),
  }));
}

async function putHashed(source) {
  const bytes = await readFile(join(here, source));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const name = basename(source).replace('.', `-${hash}.`);
  await writeFile(join(out, 'assets', name), bytes);
  return `assets/${name}`;
}

function found(path) {
  if (path === undefined) throw new Error('the bundle lacks a part');
  return path;
}

async function gzipped(paths) {
  const bytes = await Promise.all(paths.map((path) => readFile(join(out, path))));
  return bytes.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0);
}

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'assets'), { recursive: true });
const files = await bundle();
const script = found(files.find((file) => file.entry === 'src/main.tsx')?.path);
const style = found(files.find((file) => file.path.endsWith('.css'))?.path);
const icon = await putHashed('src/icon.svg');
const page = await readFile(join(here, 'src/index.html'), 'utf8');
await writeFile(
  join(out, 'index.html'),
  page.replace('%SCRIPT%', `/${script}`).replace('%STYLE%', `/${style}`).replace('%ICON%', `/${icon}`),
);

/** The file and whatever must be there before it runs. */
function withNeeds(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const needed of files.find((file) => file.path === path)?.needs ?? []) withNeeds(needed, seen);
  return seen;
}

const texts = files.filter((file) => /locales\/\w+\.json$/.test(file.entry)).map((file) => file.path);
// What is loaded when it is opened counts only as far as chatting needs it, too.
const shared = [...withNeeds(script), style];
const size =
  (await gzipped(['index.html', ...shared])) + Math.max(...(await Promise.all(texts.map((path) => gzipped([path])))));
console.log(`browser client: ${(size / 1024).toFixed(1)} KB gzip to chat, ${BUDGET / 1024} KB allowed`);
if (size > BUDGET) process.exit(1);
