// Makes C of the built browser client: node embed.mjs FOLDER PLACEHOLDER OUT
// Where FOLDER has no index.html, the placeholder page stands for the client. OUT is written only when it changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [folder, placeholder, out] = process.argv.slice(2);

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webp: 'image/webp',
  woff2: 'font/woff2',
  json: 'application/json',
  webmanifest: 'application/manifest+json',
  txt: 'text/plain; charset=utf-8',
};

function filesIn(base, path = '') {
  return readdirSync(join(base, path), { withFileTypes: true }).flatMap((entry) => {
    const name = `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesIn(base, name);
    return entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.map') ? [name] : [];
  });
}

const built = existsSync(join(folder, 'index.html'));
const base = built ? folder : placeholder;
const paths = filesIn(base).sort((a, b) => (a < b ? -1 : 1));
for (const path of paths) if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path)) throw new Error(`not servable: ${path}`);

const number = (bytes) => Array.from(bytes, (byte, i) => (i % 32 === 31 ? `${byte},\n` : `${byte},`)).join('');
const array = (name, bytes) => `static const unsigned char ${name}[] = {\n${bytes.length ? number(bytes) : '0'}};\n`;

const arrays = [];
const rows = paths.map((path, i) => {
  const bytes = readFileSync(join(base, path));
  const packed = { gzip: gzipSync(bytes, { level: 9 }), brotli: brotliCompressSync(bytes) };
  const type = types[path.split('.').pop()] ?? 'application/octet-stream';
  const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
  const immutable = /[-.](?:[A-Z0-9]{8}|[0-9a-f]{8,})\.[a-z0-9]+$/.test(path);
  arrays.push(array(`bytes_${i}`, bytes));
  const forms = Object.entries(packed).map(([coding, form]) => {
    if (form.length >= bytes.length * 0.9) return '{NULL, 0}';
    arrays.push(array(`${coding}_${i}`, form));
    return `{${coding}_${i}, ${form.length}}`;
  });
  return `    {"${path}", "${type}", "${tag}", ${immutable}, {{bytes_${i}, ${bytes.length}}, ${forms.join(', ')}}},\n`;
});

const text = `/* Made by embed.mjs. */
#include "web.h"

${arrays.join('')}
const struct web_asset web_assets[] = {
${rows.join('')}};
const size_t web_asset_count = ${rows.length};
`;
mkdirSync(dirname(out), { recursive: true });
if (!existsSync(out) || readFileSync(out, 'utf8') !== text) writeFileSync(out, text);
if (!built) console.log(`no browser client in ${folder}: a placeholder page is built in`);
