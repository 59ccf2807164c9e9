// How an instance goes away: everybody is told, at a time and for a time of their own, and nothing answered is lost.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { Club, clientId, slow, sleep } from './support/club.mjs';
import { mixed } from './support/texts.mjs';

const MEMBERS = Array.from({ length: 16 }, (_, index) => `member${index}`);
const LINES = slow ? 60 : 300;

async function enterMany(club, count) {
  const lines = [];
  await Promise.all(MEMBERS.map((login) => club.cookie(login)));
  while (lines.length < count) {
    const batch = Array.from({ length: Math.min(50, count - lines.length) }, (_, index) => club.connect(MEMBERS[(lines.length + index) % MEMBERS.length]));
    lines.push(...(await Promise.all(batch)));
  }
  return lines;
}

/** Posts one after the other until the line ends: `{id, text, seq}`, `seq` of those that were answered. */
async function write(line, posts) {
  for (;;) {
    const post = { id: clientId(), text: mixed[posts.length % mixed.length] };
    posts.push(post);
    const answer = await line.ask('message.post', { room: 'kz', client_id: post.id, text: post.text }).catch(() => undefined);
    if (!answer) return;
    post.seq = answer.result.seq;
  }
}

test('SIGTERM under load: all are told for how long, spread; what was answered is there, the rest is repeated, once each', { only: true }, async () => {
  const club = await Club.start({ members: MEMBERS, tls: false });
  try {
    const lines = await enterMany(club, LINES);
    const readers = lines.slice(0, 40);
    await Promise.all(readers.map((line) => line.call('room.join', { room: 'kz' })));
    const posts = Array.from({ length: 20 }, () => []);
    const writing = posts.map((own, index) => write(lines[LINES - 1 - index], own));
    await sleep(500);
    club.signal('SIGTERM');
    const times = await Promise.all(
      lines.map(async (line) => {
        const { retry_after: retryAfter } = await line.notification('closing');
        assert.equal((await line.closed).code, 1001);
        return retryAfter;
      }),
    );
    assert.deepEqual(await club.ended, { status: 0, signal: null });
    await Promise.all(writing);
    for (const time of times) assert.ok(time >= 1 && time <= 9, `told to stay away for ${time} s`);
    assert.ok(new Set(times).size > LINES / 2, 'many were told the same time');
    assert.ok(Math.max(...times) - Math.min(...times) > 5, 'they all come back at about the same time');

    await club.serve();
    const line = await club.connect(MEMBERS[0]);
    for (const post of posts.flat().filter(({ seq }) => seq === undefined)) {
      post.seq = (await line.call('message.post', { room: 'kz', client_id: post.id, text: post.text })).seq;
    }
    const stored = club.query("SELECT client_id, seq FROM entry WHERE room = (SELECT key FROM room WHERE id = 'kz') ORDER BY seq");
    const expected = posts.flat().sort((a, b) => a.seq - b.seq).map(({ id, seq }) => ({ client_id: id, seq }));
    assert.deepEqual(stored, expected);
    for (const reader of readers) {
      const had = reader.entries('kz').map(({ seq }) => seq);
      assert.deepEqual(had, Array.from(had, (_, index) => index + 1), 'a hole before the end');
    }
  } finally {
    await club.finish();
  }
});

test('with SIGTERM nobody new comes in, and a load balancer hears it, while those inside are still served', async () => {
  const club = await Club.start({ members: ['anna', 'bo'], tls: false });
  try {
    const stuck = await club.connect('anna');
    stuck.pause(); // it answers no close, so the server waits for it
    const kept = await club.connect('bo');
    club.signal('SIGTERM');
    const refused = async () =>
      new Promise((done) => {
        const socket = net.connect({ host: '127.0.0.1', port: club.port });
        socket.on('connect', () => socket.destroy() && done(false));
        socket.on('error', () => done(true));
      });
    await kept.notification('closing');
    assert.equal((await club.admin('/readyz')).status, 503);
    assert.equal((await club.admin('/healthz')).status, 200);
    assert.ok(await refused(), 'it still listens');
    assert.equal((await kept.closed).code, 1001);
    assert.deepEqual(await club.endsWithin(12_000), { status: 0, signal: null });
  } finally {
    await club.finish();
  }
});
