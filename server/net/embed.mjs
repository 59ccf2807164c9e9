// Makes C of the built browser client: node embed.mjs FOLDER PLACEHOLDER OUT.c
// Where FOLDER has no index.html, the placeholder page stands for the client. OUT.c names what is served, and where its bytes
// are in OUT.bin, which the compiler takes as it is.
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

// All bytes in one file, one after the other, which the assembler takes as it is.
const pieces = [];
let end = 0;
/** In C: where they are. */
function form(bytes) {
  pieces.push(bytes);
  end += bytes.length;
  return `{web_assets_bytes + ${end - bytes.length}, ${bytes.length}}`;
}

const rows = paths.map((path) => {
  const bytes = readFileSync(join(base, path));
  const packed = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
  const type = types[path.split('.').pop()] ?? 'application/octet-stream';
  const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
  const immutable = /[-.](?:[A-Z0-9]{8}|[0-9a-f]{8,})\.[a-z0-9]+$/.test(path);
  const forms = [form(bytes), ...packed.map((one) => (one.length >= bytes.length * 0.9 ? '{NULL, 0}' : form(one)))];
  return `    {"${path}", "${type}", "${tag}", ${immutable}, {${forms.join(', ')}}},\n`;
});

const blob = out.replace(/\.c$/, '.bin');
const text = `/* Made by embed.mjs. */
#include "web.h"

__asm__(".pushsection .rodata\\n"
        "web_assets_bytes: .incbin \\"${blob}\\"\\n"
        ".popsection\\n");
extern const unsigned char web_assets_bytes[];

const struct web_asset web_assets[] = {
${rows.join('')}};
const size_t web_asset_count = ${rows.length};
`;
mkdirSync(dirname(out), { recursive: true });
writeFileSync(blob, Buffer.concat(pieces));
writeFileSync(out, text);
if (!built) console.log(`no browser client in ${folder}: a placeholder page is built in`);
