// The browser client as files: types, headers, caching, and paths that try to get out.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Club, clubForFile } from './support/club.mjs';
import { Raw } from './support/raw.mjs';

const club = await clubForFile({ members: ['anna'] });
const get = (path, headers = {}) => club.http('GET', path, { headers, origin: null });

test('the page comes with everything that keeps it from being misused', async () => {
  const { status, headers, text } = await get('/');
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/html; charset=utf-8/i);
  assert.match(text, /<!doctype html>/i);
  const policy = headers['content-security-policy'];
  assert.ok(policy && !/unsafe-inline|unsafe-eval/.test(policy), policy);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /default-src '(self|none)'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.ok(!/<script(?![^>]*\bsrc=)[^>]*>[^<]/i.test(text), 'an inline script that the policy forbids');
  assert.ok(!/\sstyle=|\son[a-z]+=/i.test(text), 'inline styles or handlers that the policy forbids');
});

test('what the page names is there, is kept for ever when its name carries a hash, and comes compressed', async () => {
  const { text, headers } = await get('/');
  assert.ok(!/immutable/.test(headers['cache-control'] ?? ''), 'the page itself must be asked for again');
  const names = [...text.matchAll(/(?:src|href)="(\/?[^"#:]+)"/g)].map(([, name]) => (name.startsWith('/') ? name : `/${name}`));
  assert.ok(names.length >= 2);
  let immutable = 0;
  for (const name of names) {
    const plain = await get(name);
    assert.equal(plain.status, 200, name);
    assert.ok(plain.headers.etag, name);
    if (/immutable/.test(plain.headers['cache-control'] ?? '')) {
      immutable++;
      assert.match(plain.headers['cache-control'], /max-age=31536000/);
    }
    for (const [coding, unpack] of [['gzip', gunzipSync], ['br', brotliDecompressSync]]) {
      const packed = await get(name, { 'Accept-Encoding': coding });
      if (packed.headers['content-encoding'] === coding) {
        assert.deepEqual(unpack(packed.bytes), plain.bytes);
        assert.match(packed.headers.vary ?? '', /accept-encoding/i);
        assert.notEqual(packed.headers.etag, plain.headers.etag, 'two forms under one tag');
      } else assert.ok(plain.bytes.length < 1500 || /^image\/png/.test(plain.headers['content-type']), `${name} is not compressed`);
      assert.equal(Number(packed.headers['content-length']), packed.bytes.length);
    }
  }
  assert.ok(immutable >= 1);
});

test('the service worker and the manifests are asked for again, with their types', async () => {
  const worker = await get('/sw.js');
  assert.equal(worker.status, 200);
  assert.match(worker.headers['content-type'], /^text\/javascript/);
  assert.equal(worker.headers['cache-control'], 'no-cache');
  const policy = worker.headers['content-security-policy'];
  assert.match(policy, /worker-src 'self'/);
  assert.match(policy, /manifest-src 'self'/);
  for (const language of ['en', 'ru', 'zh']) {
    const manifest = await get(`/manifest-${language}.webmanifest`);
    assert.equal(manifest.headers['content-type'], 'application/manifest+json');
    assert.equal(manifest.headers['cache-control'], 'no-cache');
    for (const { src, type } of JSON.parse(manifest.text).icons) assert.equal((await get(src)).headers['content-type'], type, src);
  }
});

test('whoever has it already gets 304 without a body', async () => {
  const { headers } = await get('/');
  for (const tag of [headers.etag, `"x", ${headers.etag}`, '*', `W/${headers.etag}`]) {
    const again = await get('/', { 'If-None-Match': tag });
    assert.equal(again.status, 304, tag);
    assert.equal(again.bytes.length, 0);
    assert.equal(again.headers.etag, headers.etag);
  }
  assert.equal((await get('/', { 'If-None-Match': '"other"' })).status, 200);
});

test('HEAD says the same without the body', async () => {
  const whole = await get('/');
  const head = await club.http('HEAD', '/', { origin: null });
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
  assert.equal(head.headers['content-length'], whole.headers['content-length']);
  const headers = { 'Accept-Encoding': 'gzip, br' };
  const packed = await club.http('HEAD', '/', { origin: null, headers });
  assert.equal(packed.headers['content-encoding'], 'br');
  assert.equal(packed.headers['content-length'], (await get('/', headers)).headers['content-length']);
  assert.equal(packed.bytes.length, 0);
});

test('answers of the API are kept nowhere', async () => {
  for (const path of ['/api/club', '/api/session', '/api/nothing']) assert.equal((await get(path)).headers['cache-control'], 'no-store', path);
});

test('no path leads out of the client', async () => {
  for (const path of ['/../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/../../server/main.c', '//etc/passwd', '/./../var/club.db', '/\\..\\..\\etc\\passwd', '/index.html%00.js', '/%00', '/%', '/%zz', '/.git/config', `/${'a/'.repeat(1500)}`, '/?../../etc/passwd', '/con', '/index.html/']) {
    const raw = await Raw.connect(club);
    raw.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${club.port}\r\nConnection: close\r\n\r\n`);
    const { status, body } = await raw.answer(1500);
    raw.destroy();
    assert.ok(!/root:|SQLite format|\[core\]/.test(body), path);
    assert.ok([0, 200, 301, 302, 400, 403, 404, 414, 431].includes(status), `${path}: ${status}`);
    if (status === 200) assert.match(body, /<!doctype html>/i, path);
  }
  assert.equal((await club.http('POST', '/', { body: {} })).status, 405);
});

test('CLUB_WEB_ROOT serves a folder instead, and nothing outside of it', async () => {
  const own = await Club.start({ members: [], serve: false });
  try {
    const root = join(own.folder, 'web');
    mkdirSync(join(root, 'deep'), { recursive: true });
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>работа</title>');
    writeFileSync(join(root, 'deep/app.js'), 'export {};');
    writeFileSync(join(own.folder, 'secret.txt'), 'root:secret');
    symlinkSync(join(own.folder, 'secret.txt'), join(root, 'link.txt'));
    own.settings.CLUB_WEB_ROOT = root;
    await own.serve();
    const own_get = (path) => own.http('GET', path, { origin: null });
    assert.match((await own_get('/')).text, /работа/);
    const script = await own_get('/deep/app.js');
    assert.match(script.headers['content-type'], /javascript/);
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>сменилось</title>');
    assert.match((await own_get('/')).text, /сменилось/);
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/deep/..%2f..%2fsecret.txt', '/link.txt', '/deep']) {
      const answer = await own_get(path);
      assert.ok(!answer.text.includes('root:secret'), path);
    }
  } finally {
    await own.finish();
  }
});
