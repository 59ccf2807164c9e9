// Lines that mean harm, on the libraries as Debian ships them: no hang, no crash, the others are served.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Club, clientId, clubForFile, slow, sleep } from './support/club.mjs';
import { frame, Raw, text, upgrade } from './support/raw.mjs';

const page = (id, room = 'kz') => text({ jsonrpc: '2.0', id, method: 'room.history', params: { room, limit: 100 } });

// Both servers are there before the first test: one that is declared while others run may come after the end.
const clubs = [];
for (const tls of [true, false]) {
  const club = await clubForFile({ members: ['anna', 'bo'], tls, settings: { CLUB_LIMITS: 'off' } });
  const witness = await club.connect('bo');
  for (let index = 0; index < 15; index++) {
    await witness.call('message.post', { room: 'kz', client_id: clientId(), text: '长'.repeat(3900) });
  }
  clubs.push({ kind: tls ? 'TLS' : 'plain', club, cookie: await club.cookie('anna'), witness });
}

for (const { kind, club, cookie, witness } of clubs) {
  const served = async () => {
    const began = Date.now();
    assert.deepEqual(await witness.call('ping'), {});
    assert.ok(Date.now() - began < 5000, 'the others wait');
    assert.ok(await club.rests(), 'the loop spins');
  };

  test(`a short write, then broken UTF-8, then a large record (${kind})`, async () => {
    const lines = [];
    for (let round = 0; round < 5; round++) {
      const raw = await Raw.upgraded(club, cookie);
      raw.plain.pause();
      raw.socket.pause();
      for (let index = 0; index < 60; index++) raw.write(page(index));
      await sleep(150);
      raw.write(Buffer.concat([frame(1, Buffer.from([0xff])), Buffer.alloc(16_000, 0x71)]));
      raw.write(Buffer.alloc(16_000, 0x71));
      lines.push(raw);
      await served();
    }
    for (const raw of lines) raw.destroy();
    await served();
  });

  test(`Upgrade: foo on a kept connection (${kind})`, async () => {
    for (let round = 0; round < 5; round++) {
      const raw = await Raw.connect(club);
      raw.write(`GET /api/club HTTP/1.1\r\nHost: localhost:${club.port}\r\nConnection: keep-alive\r\n\r\n`);
      await raw.answer();
      raw.data = Buffer.alloc(0);
      raw.write(`GET /ws HTTP/1.1\r\nHost: localhost:${club.port}\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n`);
      raw.write(`GET /ws HTTP/1.1\r\nHost: localhost:${club.port}\r\nConnection: Upgrade\r\nUpgrade: \r\n\r\n`);
      await raw.answer(400);
      raw.write(upgrade(club, { cookie }));
      await sleep(50);
      raw.destroy();
    }
    await served();
  });

  test(`frames before the answer to the upgrade, and requests after it (${kind})`, async () => {
    const raw = await Raw.connect(club);
    raw.write(Buffer.concat([Buffer.from(upgrade(club, { cookie })), text({ jsonrpc: '2.0', id: 1, method: 'ping' })]));
    await raw.until(() => raw.data.includes('"id":1'));
    assert.ok(raw.data.includes('101 Switching'));
    raw.write('GET /api/club HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.until(() => raw.ended, 2000);
    raw.destroy();
    await served();
  });

  test(`lines that break in the middle of everything (${kind})`, async () => {
    for (let round = 0; round < 30; round++) {
      const raw = await Raw.connect(club);
      const whole = Buffer.concat([Buffer.from(upgrade(club, { cookie })), page(1), page(2), frame(1, randomBytes(50).toString('hex'))]);
      raw.write(whole.subarray(0, 20 + Math.floor((round / 30) * (whole.length - 20))));
      await sleep(round % 7);
      if (round % 3 === 0) raw.reset();
      else raw.destroy();
    }
    await served();
  });

  test(`random bytes and frames of a seed (${kind})`, async (t) => {
    const seed = process.env.CLUBD_SEED ? Number(process.env.CLUBD_SEED) : Date.now() % 1_000_000;
    t.diagnostic(`CLUBD_SEED=${seed}`);
    let state = seed >>> 0;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const acts = [
      (raw) => raw.write(page(random(99))),
      (raw) => raw.write(frame(1, 'x'.repeat([1, 100, 4090, 16000, 30000][random(5)]))),
      (raw) => raw.write(frame([3, 5, 11][random(3)], 'z')),
      (raw) => raw.write(frame(1, Buffer.alloc([1, 5000][random(2)], 0xff))),
      (raw) => raw.write(frame(8, Buffer.from([3, 232]))),
      (raw) => raw.write(frame(9, 'p'.repeat(random(126)))),
      (raw) => raw.write(Buffer.concat([frame(1, Buffer.from([0xff])), Buffer.alloc(16000, 0x71)])),
      (raw) => raw.write(randomBytes(1 + random(3000))),
      (raw) => raw.write(frame(2, 'b')),
      (raw) => (random(2) ? raw.socket.pause() : raw.socket.resume()),
      (raw) => raw.write(text({ jsonrpc: '2.0', id: 1, method: 'room.join', params: { room: 'kz', after: 0 } })),
      (raw) => raw.write(frame(1, '{"jsonrpc":', { fin: random(2) === 0 })),
      () => sleep(random(8)),
    ];
    const until = Date.now() + 3500;
    const kept = [];
    while (Date.now() < until) {
      try {
        const raw = await Raw.upgraded(club, cookie);
        for (let step = 1 + random(12); step > 0; step--) await acts[random(acts.length)](raw);
        if (random(2)) kept.push(raw);
        else if (random(3)) raw.destroy();
        else raw.reset();
        if (kept.length > 20) kept.shift().destroy();
      } catch (error) {
        assert.ok(!/ECONNREFUSED/.test(error.message), `seed ${seed}: the server is gone`);
      }
    }
    for (const raw of kept) raw.destroy();
    await served();
  });

  test(`one who takes nothing holds up nobody, and gets all in order on waking (${kind})`, { only: true, timeout: 120_000 }, async () => {
    const sleeper = await club.connect({ cookie });
    await sleeper.call('room.join', { room: 'kg' });
    await witness.call('room.join', { room: 'kg' });
    const memory = club.memory();
    sleeper.pause();
    const long = '慢'.repeat(3000);
    const count = slow ? 400 : 700;
    for (let index = 0; index < count; index += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => witness.call('message.post', { room: 'kg', client_id: clientId(), text: `${index + i} ${long}` })));
    }
    await witness.entry('kg', count);
    await served();
    assert.ok(club.memory() - memory < 40_000_000 * (slow ? 4 : 1), `${(club.memory() - memory) >> 20} MB for one who sleeps`);
    sleeper.resume();
    await sleeper.entry('kg', count, 60_000);
    assert.deepEqual(sleeper.entries('kg').map((entry) => entry.seq), Array.from({ length: count }, (_, index) => index + 1));
    await sleeper.close();
    witness.forget();
  });
}

test('silent sockets do not lock anybody out', async () => {
  const club = await Club.start({ members: ['anna'] });
  try {
    const sockets = [];
    for (let index = 0; index < 300; index++) sockets.push(await Raw.connect({ ...club, tls: false, port: club.port }));
    const line = await club.connect('anna');
    assert.deepEqual(await line.call('ping'), {});
    assert.equal((await club.http('GET', '/api/club')).status, 200);
    for (const socket of sockets) socket.destroy();
  } finally {
    await club.finish();
  }
});

test('an address has 512 connections, and when descriptors are used up those who are in are served', { timeout: 90_000 }, async () => {
  const club = await Club.start({ members: ['anna', 'bo'], wrapper: ['prlimit', '--nofile=220:220'] });
  try {
    const line = await club.connect('anna');
    const sockets = [];
    for (let index = 0; index < 400; index++) sockets.push(await Raw.connect({ tls: false, port: club.port }).catch(() => undefined));
    for (let index = 0; index < 5; index++) {
      await line.call('message.post', { room: 'kz', client_id: clientId(), text: 'изнутри' });
      await sleep(200);
    }
    assert.ok(await club.rests(), 'accepting spins');
    assert.ok(club.log.split('\n').length < 500, 'the log is flooded');
    for (const socket of sockets) socket?.destroy();
    await sleep(500);
    const bo = await club.connect('bo');
    assert.deepEqual(await bo.call('ping'), {});
  } finally {
    await club.finish();
  }
});

test('what it stores is whole after all of that', async () => {
  const club = await Club.start({ members: ['anna'] });
  try {
    const line = await club.connect('anna');
    await line.call('message.post', { room: 'kz', client_id: clientId(), text: '完' });
  } finally {
    await club.stop();
    assert.equal(execFileSync('sqlite3', [club.database, 'PRAGMA integrity_check; PRAGMA foreign_key_check;'], { encoding: 'utf8' }).trim(), 'ok');
    await club.finish();
  }
});
