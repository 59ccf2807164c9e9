// For operators: health, readiness, metrics, the log, signals, certificates.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { Club, clientId, clubForFile, onlyFast, slow, sleep } from './support/club.mjs';
import { Line } from './support/line.mjs';
import { Raw } from './support/raw.mjs';

const club = await clubForFile({ members: ['anna', 'bo'] });

test('healthz and readyz answer on the admin listener, and not on the public one', async () => {
  assert.equal((await club.admin('/healthz')).status, 200);
  assert.equal((await club.admin('/readyz')).status, 200);
  assert.equal((await club.admin('/nothing')).status, 404);
  for (const path of ['/healthz', '/readyz', '/metrics']) assert.equal((await club.http('GET', path)).status, 404, path);
  assert.equal((await club.admin('/api/club')).status, 404);
});

test('metrics keep to Prometheus’ conventions', async () => {
  const line = await club.connect('anna');
  await line.call('room.join', { room: 'kz' });
  await line.call('message.post', { room: 'kz', client_id: clientId(), text: 'для счёта' });
  const { status, headers, text } = await club.admin('/metrics');
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.ok(text.endsWith('\n'));
  const types = new Map();
  const helped = new Set();
  const seen = new Set();
  for (const row of text.trimEnd().split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/.exec(row);
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(row);
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/.exec(row);
    assert.ok(help || type || sample, `no line of metrics: ${row}`);
    if (help) helped.add(help[1]);
    if (type) {
      assert.ok(!types.has(type[1]), `${type[1]} has two types`);
      types.set(type[1], type[2]);
    }
    if (sample) {
      const family = types.has(sample[1]) ? sample[1] : sample[1].replace(/_(bucket|sum|count)$/, '');
      assert.ok(types.has(family) && helped.has(family), `${sample[1]} without HELP and TYPE before it`);
      const key = sample[1] + (sample[2] ?? '');
      assert.ok(!seen.has(key), `${key} comes twice`);
      seen.add(key);
      assert.match(sample[1], /^(clubd|process)_/);
    }
  }
  for (const [name, type] of types) assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
  assert.ok((await club.metric('clubd_entries_total')) >= 1);
  assert.ok((await club.metric('clubd_deliveries_total')) >= 1);
  await line.close();
});

test('metrics say how many files are open and may be, sockets among them, of one moment', async () => {
  const look = () => club.metrics('clubd_sockets', 'process_open_fds', 'process_max_fds');
  const [sockets, files, most] = await look();
  const lines = await Promise.all(Array.from({ length: 5 }, () => club.connect('anna')));
  const [now, filesNow] = await look();
  assert.ok(now >= sockets + 5, `${sockets} sockets, then ${now}`);
  assert.equal(filesNow - now, files - sockets);
  assert.ok(files > sockets && filesNow < most);
  for (const line of lines) await line.close();
});

test('each line of the log has time, level and event, and no text of a message', async () => {
  const line = await club.connect('anna');
  const secret = 'неразглашаемое-слово';
  await line.call('message.post', { room: 'kz', client_id: clientId(), text: secret });
  await line.ask('message.post', { room: secret, client_id: 'x y', text: secret });
  line.send(`{"${secret}`);
  await line.call('ping');
  await line.close();
  await sleep(100);
  for (const row of club.log.trimEnd().split('\n').filter(Boolean)) {
    assert.match(row, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warn|error) /, row);
  }
  assert.ok(!club.log.includes(secret));
  assert.ok(!club.log.includes(line.cookie));
});

test('SIGHUP takes a renewed certificate, with another type of key too, and drops nobody', async () => {
  const folder = join(club.folder, 'tls');
  mkdirSync(folder);
  const make = (name, ...key) => {
    execFileSync('openssl', ['req', '-x509', '-newkey', ...key, '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)], { stdio: 'ignore' });
  };
  const use = (name) => {
    copyFileSync(join(folder, `${name}.pem`), join(folder, 'live.pem'));
    copyFileSync(join(folder, `${name}.key`), join(folder, 'live.key'));
  };
  const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  make('first', ...curve);
  make('second', ...curve);
  make('third', 'rsa:2048');
  use('first');
  const own = await Club.start({ members: ['anna'], settings: { CLUB_TLS_CERT: join(folder, 'live.pem'), CLUB_TLS_KEY: join(folder, 'live.key') } });
  const shown = () =>
    new Promise((done, reject) => {
      const socket = tls.connect({ host: '127.0.0.1', port: own.port, rejectUnauthorized: false, servername: 'localhost' }, () => {
        done(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  try {
    const [cookie] = await own.cookies('anna', 1);
    const held = new Line(`wss://localhost:${own.port}/ws`, { cookie, origin: own.origin, ca: readFileSync(join(folder, 'first.pem')) });
    await held.opened;
    await held.notification('welcome');
    assert.equal(await shown(), 'first');
    use('second');
    own.signal('SIGHUP');
    for (let wait = 0; wait < 50 && (await shown()) !== 'second'; wait++) await sleep(50);
    assert.equal(await shown(), 'second');
    assert.deepEqual(await held.call('ping'), {});
    use('third');
    own.signal('SIGHUP');
    for (let wait = 0; wait < 50 && (await shown()) !== 'third'; wait++) await sleep(50);
    assert.equal(await shown(), 'third');
    assert.deepEqual(await held.call('ping'), {});
    copyFileSync(join(folder, 'first.key'), join(folder, 'live.key'));
    own.signal('SIGHUP');
    await sleep(300);
    assert.equal(await shown(), 'third', 'a pair that does not fit together was taken');
    assert.match(own.log, /warn|error/);
    await held.close();
  } finally {
    await own.finish();
  }
});

test('SIGTERM says closing to everyone, finishes what was begun, and ends with status 0', { only: true }, async () => {
  const own = await Club.start({ members: ['anna', 'bo'] });
  try {
    const lines = [];
    for (let index = 0; index < 10; index++) lines.push(await own.connect(index % 2 ? 'anna' : 'bo'));
    await lines[0].call('room.join', { room: 'kz' });
    const posts = Array.from({ length: 40 }, (_, index) => lines[index % 10].ask('message.post', { room: 'kz', client_id: clientId(), text: `под конец ${index}` }).catch((error) => error));
    const began = Date.now();
    own.signal('SIGTERM');
    for (const line of lines) {
      const told = await line.notification('closing');
      assert.ok(told.retry_after >= 0);
      const { code } = await line.closed;
      assert.equal(code, 1001);
    }
    assert.deepEqual(await own.ended, { status: 0, signal: null });
    assert.ok(Date.now() - began < (slow ? 20_000 : 8_000));
    const answered = (await Promise.all(posts)).filter((answer) => answer.result);
    await own.serve();
    const line = await own.connect('anna');
    const { as_of: head } = await line.call('room.history', { room: 'kz', limit: 1 });
    for (const { result } of answered) assert.ok(result.seq <= head, 'an answered post is lost');
  } finally {
    await own.finish();
  }
});

test('while it goes away it is not ready', async () => {
  const own = await Club.start({ members: ['anna'] });
  try {
    const line = await own.connect('anna');
    line.pause();
    own.signal('SIGTERM');
    let last;
    for (let wait = 0; wait < 50; wait++) {
      const answer = await own.admin('/readyz').catch(() => undefined);
      if (!answer) break;
      last = answer.status;
      if (last === 503) break;
      await sleep(10);
    }
    assert.ok(last === undefined || last === 503, `readyz said ${last}`);
    assert.equal((await own.ended).status, 0, 'one who does not read keeps it from ending');
  } finally {
    await own.finish();
  }
});

test('a line that is silent for two intervals of pings is closed, one that answers them is not', { ...onlyFast, timeout: 90_000 }, async () => {
  const raw = await Raw.upgraded(club, await club.cookie('anna'));
  const alive = await club.connect('bo');
  const began = Date.now();
  await raw.until(() => raw.ended, 70_000);
  const took = Date.now() - began;
  assert.ok(raw.ended && took > 40_000 && took < 65_000, `after ${took} ms`);
  assert.deepEqual(await alive.call('ping'), {});
  await alive.close();
});

test('the version is said by the command, and by the club', async () => {
  const output = await club.command(['version']);
  const { json } = await club.http('GET', '/api/club');
  assert.ok(output.includes(json.version), `${output} ${json.version}`);
  assert.match(await club.command(['serve', '--help']), /CLUB_LISTEN/);
});
