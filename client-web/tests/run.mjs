// Bundles the tests, since Node 18 reads no TypeScript, and runs them with node:test.   node tests/run.mjs [WORD]
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locales } from '../locales.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const word = process.argv[2] ?? '';
const sources = (await readdir(here)).filter((name) => name.endsWith('.test.ts') && name.includes(word));
const out = await mkdtemp(join(here, '../node_modules/.tests-'));
try {
  await build({
    absWorkingDir: join(here, '..'),
    entryPoints: sources.map((name) => join(here, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: 'inline',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [locales],
    external: ['typescript'],
    loader: { '.css': 'empty' },
    define: { CLIENT_FOLDER: JSON.stringify(join(here, '..')) },
    logLevel: 'warning',
  });
  const programs = sources.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...programs], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
