// Behind a proxy that is trusted, an address means the member's.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { clubForFile, PASSWORD } from '../wire/support/club.mjs';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const trusting = await clubForFile({ tls: false, members: ['anna', 'bo'], passwords: true, settings: { CLUB_TRUSTED_PROXIES: '127.0.0.0/8' } });
const strict = await clubForFile({ tls: false, members: ['anna'], passwords: true });

/** A header of version 2 as haproxy sends it, over IPv4 or IPv6, with an extension that nobody knows. */
function header(source, port = 40_000) {
  const v6 = source.includes(':');
  const address = v6 ? v6Bytes(source) : Buffer.from(source.split('.').map(Number));
  const own = v6 ? v6Bytes('2001:db8::1') : Buffer.from([198, 51, 100, 1]);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(port, 0);
  ports.writeUInt16BE(8443, 2);
  const rest = Buffer.concat([address, own, ports, Buffer.from([0xe0, 0, 2, 1, 2])]);
  const head = Buffer.from([0x21, v6 ? 0x21 : 0x11, 0, rest.length]);
  return Buffer.concat([SIGNATURE, head, rest]);
}

function v6Bytes(text) {
  const [left, right = ''] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const words = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(words.flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 255]));
}

/** A login that comes through a proxy: `bytes` before the request. */
async function login(club, name, { bytes, headers, password = PASSWORD } = {}) {
  const socket = net.connect(club.port, '127.0.0.1');
  await once(socket, 'connect');
  if (bytes) socket.write(bytes);
  const body = JSON.stringify({ login: name, password });
  return new Promise((done, reject) => {
    const request = http.request({
      createConnection: () => socket,
      method: 'POST',
      path: '/api/session',
      setHost: false,
      headers: { Host: `localhost:${club.port}`, Origin: club.origin, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), Connection: 'close', ...headers },
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode));
    });
    request.on('error', () => done('cut'));
    request.on('close', () => done('cut'));
    request.end(body);
  });
}

const addresses = (club) => club.query("SELECT address FROM session WHERE address <> 'command line' ORDER BY key").map(({ address }) => address);

test("a session shows the member's address as a trusted proxy gives it", async () => {
  assert.equal(await login(trusting, 'anna', { bytes: header('203.0.113.7') }), 200);
  assert.equal(await login(trusting, 'anna', { bytes: header('2001:db8::7') }), 200);
  assert.equal(await login(trusting, 'anna', { bytes: Buffer.from('PROXY TCP4 203.0.113.8 198.51.100.1 40000 8443\r\n') }), 200);
  assert.equal(await login(trusting, 'anna', { headers: { 'X-Forwarded-For': '192.0.2.1, 203.0.113.9' } }), 200);
  assert.equal(await login(trusting, 'anna'), 200);
  assert.deepEqual(addresses(trusting), ['203.0.113.7', '2001:db8::7', '203.0.113.8', '203.0.113.9', '127.0.0.1']);
});

test('nobody is believed who is not trusted', async () => {
  assert.equal(await login(strict, 'anna', { headers: { 'X-Forwarded-For': '203.0.113.9' } }), 200);
  assert.notEqual(await login(strict, 'anna', { bytes: header('203.0.113.7') }), 200);
  assert.deepEqual(addresses(strict), ['127.0.0.1']);
});

test("tries of a password count for the member's address, not for the proxy's", async () => {
  const password = 'не тот пароль 9';
  const tries = async (source, round) => {
    const statuses = [];
    for (let i = 0; i < 64; i += 8) {
      const some = Array.from({ length: 8 }, (_, j) => login(trusting, `nobody${round}-${i + j}`, { bytes: header(source), password }));
      statuses.push(...(await Promise.all(some)));
    }
    return statuses;
  };
  const statuses = await tries('198.51.100.20', 1);
  assert.ok(statuses.includes(429), 'one address has tried more than is allowed');
  let status = 200; // a part of one more try may have come back meanwhile
  for (let i = 0; i < 3 && status !== 429; i++) status = await login(trusting, 'bo', { bytes: header('198.51.100.20') });
  assert.equal(status, 429);
  assert.equal(await login(trusting, 'bo', { bytes: header('203.0.113.44') }), 200, 'another one through the same proxy');
  assert.equal(await login(trusting, 'bo'), 200, 'and the proxy itself');
});
