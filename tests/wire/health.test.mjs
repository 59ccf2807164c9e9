// What containers need: a health check without another program, instances that share a folder.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { CLUBD, Club, clubForFile, sleep } from './support/club.mjs';
import { freePort } from './support/port.mjs';

const club = await clubForFile({ members: ['anna'] });
const health = (...words) => club.run(['health', ...words]);

function refused(result, status, complaint) {
  assert.equal(result.status, status, result.errors);
  assert.match(result.errors, complaint);
  assert.equal(result.errors.trimEnd().split('\n').length, 1, result.errors);
  assert.equal(result.output, '');
}

test('clubd health is content with a server that is ready, however it is addressed', async () => {
  const port = club.adminPort;
  const ways = [[], [`${port}`], ['/healthz'], [`${port}/readyz`], [`localhost:${port}`], [`http://127.0.0.1:${port}`], [`http://127.0.0.1:${port}/healthz`]];
  for (const words of ways) assert.deepEqual(await health(...words), { status: 0, output: 'ok\n', errors: '' }, words.join());
  const everywhere = await club.run(['health'], { settings: { CLUB_ADMIN_LISTEN: `0.0.0.0:${port}` } });
  assert.equal(everywhere.status, 0, everywhere.errors);
});

test('clubd health fails, with a line that says why, when nobody answers or the answer is no', async () => {
  refused(await health(`${await freePort()}`), 1, /cannot be reached/);
  refused(await health('/nothing'), 1, /\/nothing: 404: not found/);
  refused(await health('no.such.host.invalid:1'), 1, /cannot be reached/);
  for (const words of ['9464x', ':9464', 'host', 'http://host/path', '/two words', 'a:1234567890']) refused(await health(words), 2, /neither a URL/);
  refused(await health('1', '2'), 2, /too many arguments/);
});

test('clubd health waits for an answer no longer than a few seconds', async () => {
  const sockets = [];
  const silent = net.createServer((socket) => sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const began = Date.now();
  refused(await health(`${silent.address().port}`), 1, /no answer/);
  assert.ok(Date.now() - began < 20_000);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('clubd health fails while the server goes away', async () => {
  const own = await Club.start({ members: ['anna'] });
  try {
    const line = await own.connect('anna');
    line.pause();
    own.signal('SIGTERM');
    refused(await own.run(['health']), 1, /503|cannot be reached|no answer/);
    await own.ended;
  } finally {
    await own.finish();
  }
});

test('instances that share a folder and start at once show one certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clubd-shared-'));
  const data = join(folder, 'var');
  const started = [];
  try {
    for (let index = 0; index < 4; index++) {
      const port = await freePort();
      const { PATH, ASAN_OPTIONS = '', UBSAN_OPTIONS = '' } = process.env;
      const settings = { CLUB_DATA: data, CLUB_STORE: `sqlite:${join(folder, `${index}.db`)}`, CLUB_LISTEN: `127.0.0.1:${port}`, CLUB_ADMIN_LISTEN: '127.0.0.1:0' };
      const child = spawn(CLUBD, ['serve'], { env: { PATH, ASAN_OPTIONS, UBSAN_OPTIONS, ...settings }, stdio: 'ignore' });
      started.push({ port, child, ended: once(child, 'exit') });
    }
    const shown = await Promise.all(started.map(({ port }) => fingerprint(port)));
    assert.equal(new Set(shown).size, 1, 'several certificates');
    const key = readFileSync(join(data, 'key.pem'));
    tls.createSecureContext({ cert: readFileSync(join(data, 'certificate.pem')), key });
  } finally {
    for (const { child } of started) child.kill();
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(folder, { recursive: true });
  }
});

async function fingerprint(port) {
  for (let tries = 0; tries < 400; tries++) {
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const found = await new Promise((done) => {
      socket.once('secureConnect', () => done(socket.getPeerCertificate().fingerprint256));
      socket.once('error', () => done(undefined));
    });
    socket.destroy();
    if (found) return found;
    await sleep(50);
  }
  throw new Error(`nobody serves on ${port}`);
}
