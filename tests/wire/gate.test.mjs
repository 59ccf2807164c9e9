// The way in: origins, cookies, the upgrade's form, and HTTP as clumsy and hostile clients speak it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile, PASSWORD, sleep } from './support/club.mjs';
import { ACCEPT, Raw, upgrade } from './support/raw.mjs';

const club = await clubForFile({ members: ['anna'], passwords: true, settings: { CLUB_ORIGINS: 'https://other.example,https://third.example:444' } });
const cookie = await club.cookie('anna');
const body = { login: 'anna', password: PASSWORD };

async function tryUpgrade(options) {
  const raw = await Raw.connect(club);
  raw.write(upgrade(club, { cookie, ...options }));
  const answer = await raw.answer();
  raw.destroy();
  return answer;
}
async function say(bytes, ms) {
  const raw = await Raw.connect(club);
  raw.write(bytes);
  const answer = await raw.answer(ms);
  raw.destroy();
  return answer;
}

test('an upgrade as RFC 6455 has it is accepted, in the variants that clients send', async () => {
  for (const options of [
    {},
    { set: { Connection: 'keep-alive, Upgrade' } },
    { set: { Upgrade: 'WebSocket' } },
    { set: { 'Sec-WebSocket-Protocol': 'chat, club.v1' } },
    { set: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } },
    { set: { Origin: 'https://other.example' } },
    { set: { Origin: 'https://third.example:444' } },
    { set: { Cookie: `theme=dark; __Host-club=${cookie}; other=1` } },
  ]) {
    const { status, head } = await tryUpgrade(options);
    assert.equal(status, 101, `${JSON.stringify(options)}: ${head}`);
    assert.ok(head.includes(ACCEPT));
    assert.match(head, /sec-websocket-protocol: club\.v1/i);
    assert.ok(!/deflate/i.test(head), 'compression was agreed');
  }
});

test('a foreign Origin, none, or null is refused with 403', async () => {
  for (const Origin of ['https://evil.example', 'null', `http://localhost:${club.port}`, `https://localhost:${club.port}.evil.example`, 'https://localhost', `https://localhost:${club.port}/`, 'https://other.example.evil', '']) {
    const { status, body: text } = await tryUpgrade({ set: { Origin } });
    assert.equal(status, 403, Origin);
    assert.equal(JSON.parse(text).error.reason, 'forbidden');
  }
  assert.equal((await tryUpgrade({ without: ['Origin'] })).status, 403);
});

test('no cookie, or one of a wrong form, is refused with 401', async () => {
  for (const Cookie of ['', 'x=y', '__Host-club=', '__Host-club=short', `__Host-club=${'A'.repeat(44)}`, `__Host-club=${'A'.repeat(42)}%`, `club=${cookie}`, `__Host-club=${cookie}; __Host-club=${'B'.repeat(43)}`]) {
    const { status, body: text } = await tryUpgrade({ cookie: undefined, set: Cookie ? { Cookie } : {} });
    assert.equal(status, 401, Cookie);
    assert.equal(JSON.parse(text).error.reason, 'no_session');
  }
});

test('what is no upgrade of ours does not become one', async () => {
  for (const [options, ...statuses] of [
    [{ without: ['Sec-WebSocket-Key'] }],
    [{ set: { 'Sec-WebSocket-Key': 'abc' } }],
    [{ set: { 'Sec-WebSocket-Version': '8' } }],
    [{ without: ['Sec-WebSocket-Version'] }],
    [{ without: ['Connection'] }],
    [{ without: ['Host'] }],
    [{ method: 'POST' }],
    [{ version: 'HTTP/1.0' }],
    [{ set: { 'Sec-WebSocket-Protocol': 'chat' } }],
    [{ without: ['Sec-WebSocket-Protocol'] }],
    [{ path: '/nope' }],
    [{ path: '/ws/' }],
    [{ path: '/api/session' }],
    [{ set: { Upgrade: 'foo' } }],
    [{ set: { Upgrade: 'h2c' } }],
  ]) {
    const { status, head } = await tryUpgrade(options);
    assert.ok(status !== 101, `${JSON.stringify(options)}: ${head}`);
    assert.ok(status === 0 || (status >= 200 && status < 500), `${JSON.stringify(options)}: ${status}`);
  }
  assert.equal((await tryUpgrade()).status, 101, 'the server is still there');
});

test('anything but GET and HEAD needs an Origin that is the server’s own or allowed', async () => {
  for (const origin of ['https://evil.example', 'null', null]) {
    for (const [method, path, sent] of [['POST', '/api/session', body], ['POST', '/api/invite', { invite: 'x' }], ['PUT', '/api/password', { old: 'x', new: 'y' }], ['DELETE', '/api/session']]) {
      const answer = await club.http(method, path, { body: sent, origin, cookie });
      assert.equal(answer.status, 403, `${method} ${path} ${origin}`);
      assert.equal(answer.json.error.reason, 'forbidden');
    }
  }
  assert.equal((await club.http('POST', '/api/session', { body, origin: 'https://other.example' })).status, 200);
  assert.equal((await club.http('GET', '/api/session', { cookie, origin: null })).status, 200);
});

test('Origin comes before method and path: pages and unknown methods, too', async () => {
  const places = [
    ['PUT', '/', 405, 'GET, HEAD'],
    ['POST', '/', 405, 'GET, HEAD'],
    ['DELETE', '/index.html', 405, 'GET, HEAD'],
    ['OPTIONS', '/index.html', 405, 'GET, HEAD'],
    ['PATCH', '/nothing', 405, 'GET, HEAD'],
    ['DELETE', '/ws', 405, 'GET, HEAD'],
    ['PATCH', '/api/session', 405, 'GET, HEAD, POST, DELETE'],
    ['OPTIONS', '/api/session', 405, 'GET, HEAD, POST, DELETE'],
    ['PUT', '/api/session', 405, 'GET, HEAD, POST, DELETE'],
    ['OPTIONS', '/api/nothing', 404, undefined],
  ];
  for (const [method, path, status, allow] of places) {
    for (const sent of method === 'PATCH' || method === 'PUT' || method === 'POST' ? [{}, ''] : [undefined]) {
      for (const origin of ['https://evil.example', 'null', null]) {
        const answer = await club.http(method, path, { body: sent, origin, cookie });
        assert.equal(answer.status, 403, `${method} ${path} ${origin}`);
        assert.equal(answer.json.error.reason, 'forbidden');
      }
      const answer = await club.http(method, path, { body: sent, cookie });
      assert.equal(answer.status, status, `${method} ${path}`);
      assert.equal(answer.headers.allow, allow, `${method} ${path}`);
    }
  }
});

test('a name that the server was not told is no origin of its own once CLUB_URL is set', async () => {
  const answer = await club.http('POST', '/api/session', { body, host: 'evil.example', origin: 'https://evil.example' });
  assert.ok([200, 403].includes(answer.status));
});

test('bodies that are not JSON of the right form get an error that says so', async () => {
  const post = (sent, headers) => club.http('POST', '/api/session', { body: sent, headers });
  for (const sent of ['', '{', 'null', '[]', '"x"', '{"login":"anna"', '{"login":"anna","login":"bo","password":"x"}', '{"login":"\\u0000","password":"x"}', '{"login":"\\ud800","password":"x"}', `${'['.repeat(40)}${']'.repeat(40)}`]) {
    const answer = await post(sent);
    assert.ok([400, 422].includes(answer.status), `${sent}: ${answer.status}`);
  }
  for (const sent of [{}, { login: 'anna' }, { login: 7, password: 'x' }, { login: 'anna', password: null }, { login: ['anna'], password: 'x' }]) {
    const answer = await post(sent);
    assert.equal(answer.status, 422, JSON.stringify(sent));
    assert.ok(answer.json.error.field);
  }
});

test('a chunked body is 411, a body over 64 KB 413, an unknown path 404, a wrong method 405', async () => {
  const head = `POST /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\nContent-Type: application/json\r\n`;
  assert.equal((await say(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n0\r\n\r\n`)).status, 411);
  assert.equal((await say(`${head}\r\n`)).status, 411);
  assert.equal((await say(`${head}Content-Length: 65537\r\n\r\n`)).status, 413);
  assert.ok([400, 413].includes((await say(`${head}Content-Length: 99999999999999999999\r\n\r\n`)).status));
  const large = JSON.stringify({ login: 'x', password: 'y'.repeat(65000) });
  assert.ok([401, 422].includes((await say(`${head}Content-Length: ${Buffer.byteLength(large)}\r\n\r\n${large}`)).status));
  for (const length of ['-1', 'abc', '1e3', '0x10']) {
    const { status } = await say(`${head}Content-Length: ${length}\r\n\r\n{}`, 1500);
    assert.ok(status === 0 || (status >= 400 && status < 500), `${length}: ${status}`);
  }
  assert.equal((await club.http('GET', '/api/nothing')).status, 404);
  assert.equal((await club.http('POST', '/api/nothing', { body: {} })).status, 404);
  assert.equal((await club.http('DELETE', '/api/club')).status, 405);
  assert.equal((await club.http('PUT', '/api/session', { body: {} })).status, 405);
});

test('two Content-Lengths, or one with a chunked body, smuggle nothing', async () => {
  const head = `POST /api/invite HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\n`;
  const hidden = `GET /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nCookie: __Host-club=${cookie}\r\n\r\n`;
  for (const lengths of [`Content-Length: 2\r\nContent-Length: ${2 + hidden.length}\r\n`, `Content-Length: 2\r\nTransfer-Encoding: chunked\r\n`]) {
    const raw = await Raw.connect(club);
    raw.write(`${head}${lengths}\r\n{}${hidden}`);
    await raw.answer(1500);
    await sleep(200);
    assert.ok(raw.data.toString().split('HTTP/1.1 ').length <= 3);
    raw.destroy();
  }
  assert.equal((await club.http('GET', '/api/club')).status, 200);
});

test('an incomplete request is cut within ten seconds', { timeout: 40_000 }, async () => {
  const pieces = [
    'GET / HTTP/1.1\r\nHost: loc',
    `POST /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\nContent-Length: 50\r\n\r\n{"log`,
    '',
  ];
  const began = Date.now();
  await Promise.all(
    pieces.map(async (bytes) => {
      const raw = await Raw.connect(club);
      if (bytes) raw.write(bytes);
      await raw.until(() => raw.ended, 14_000);
      assert.ok(raw.ended, `still open after ${Date.now() - began} ms: ${JSON.stringify(bytes)}`);
      raw.destroy();
    }),
  );
  assert.ok(Date.now() - began < 13_000);
});

test('a body that dribbles is cut too', { timeout: 40_000 }, async () => {
  const raw = await Raw.connect(club);
  raw.write(`POST /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\nContent-Length: 60000\r\n\r\n`);
  const began = Date.now();
  while (!raw.ended && Date.now() - began < 14_000) {
    raw.write(' ');
    await sleep(250);
  }
  assert.ok(raw.ended, 'a dribbling body keeps its connection');
  raw.destroy();
});

test('headers over 4 KB, unknown methods and no HTTP at all are refused or cut, and the server stays', async () => {
  for (const bytes of [
    `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`,
    'BREW /tea HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n',
    '\r\n\r\n\r\n',
    'GET  / HTTP/1.1\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    Buffer.from([0x16, 0x03, 0x01, 0, 5, 1, 2, 3, 4, 5]),
    Buffer.alloc(2000, 0xff),
  ]) {
    const { status } = await say(bytes, 800);
    assert.ok(status !== 101 && status < 600, `${String(bytes).slice(0, 40)}: ${status}`);
  }
  assert.equal((await club.http('GET', '/api/club')).status, 200);
});

test('answers over HTTP keep their order on a line that pipelines', async () => {
  const raw = await Raw.connect(club);
  const login = JSON.stringify(body);
  raw.write(
    `POST /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\nContent-Length: ${Buffer.byteLength(login)}\r\n\r\n${login}` +
      `GET /api/club HTTP/1.1\r\nHost: localhost:${club.port}\r\n\r\n`,
  );
  await raw.until(() => raw.data.includes('"countries"'));
  const texts = raw.data.toString();
  const first = texts.indexOf('"member"');
  assert.ok(first > 0, texts.slice(0, 300));
  const second = texts.indexOf('"countries"');
  assert.ok(second < 0 || second > first);
  raw.destroy();
  assert.equal((await club.http('GET', '/api/club')).status, 200);
});

test('a client that hangs up while its password is hashed disturbs nobody', async () => {
  const login = JSON.stringify(body);
  const request = `POST /api/session HTTP/1.1\r\nHost: localhost:${club.port}\r\nOrigin: ${club.origin}\r\nContent-Length: ${Buffer.byteLength(login)}\r\n\r\n${login}`;
  for (let round = 0; round < 10; round++) {
    const raw = await Raw.connect(club);
    raw.write(request);
    await sleep(round);
    if (round % 2) raw.reset();
    else raw.destroy();
  }
  // Hashing itself takes its time, all the more under a sanitizer.
  let busy = true;
  for (let wait = 0; busy && wait < 400; wait++) {
    await sleep(50);
    busy = !/^clubd_passwords_waiting 0$/m.test((await club.admin('/metrics')).text);
  }
  assert.ok(!busy, 'passwords are hashed for ever');
  assert.ok(await club.rests(), 'the loop spins');
  assert.equal((await club.http('POST', '/api/session', { body })).status, 200);
});
