// One clubd beside a Redis that fails: it serves all the while, and says how the bus stands.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Club, clientId, sleep, WAIT_MS } from './support/club.mjs';
import { Redis } from './support/redis.mjs';

/** From Debian 13 on: what the build looks for, too. */
const hiredisHasTls = existsSync('/usr/include/hiredis/hiredis_ssl.h');
const password = 'тайна/слово 7';
const redis = await Redis.start({ password });
after(() => redis.stop());
const club = await Club.start({ members: ['anna', 'bo'], settings: { CLUB_REDIS: `${redis.url}/2` } });
after(() => club.finish());

async function until(what, condition) {
  const end = Date.now() + 3 * WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}:\n${club.log.slice(-2000)}`);
    await sleep(50);
  }
}

const reached = () => until('Redis was not reached', async () => (await club.metric('clubd_bus_connected')) === 1);
const lost = () => until('Redis was not missed', async () => (await club.metric('clubd_bus_connected')) === 0);

/** Somebody posts, somebody else reads it: nothing of it takes long. */
async function chat(text) {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  await anna.call('room.join', { room: 'kz' });
  await bo.call('room.join', { room: 'kz' });
  const began = Date.now();
  await anna.call('message.post', { room: 'kz', client_id: clientId(), text });
  await bo.notification('entry', (entry) => entry.text === text);
  assert.ok(Date.now() - began < WAIT_MS / 2);
  assert.equal((await club.admin('/readyz')).status, 200);
  return async () => {
    await anna.close();
    await bo.close();
  };
}

test('it serves with Redis, and its metrics show the bus', async () => {
  await reached();
  const leave = await chat('через Редис');
  assert.ok((await club.metric('clubd_bus_published_total')) >= 1);
  assert.ok((await club.metric('clubd_bus_subscriptions')) >= 1);
  assert.ok((await club.metric('clubd_bus_probe_age_seconds')) < 5);
  assert.equal(await club.metric('clubd_bus_reconnects_total'), 0);
  const channels = (await redis.command('PUBSUB', 'CHANNELS')).split('\n');
  const room = channels.find((channel) => channel.endsWith(':kz'));
  assert.match(room, /^clubd:[\w-]{12}:kz$/);
  await leave();
});

test('a stranger on the channel says nothing to anybody', async () => {
  const leave = await chat('свои');
  const before = await club.metric('clubd_bus_received_total');
  const room = (await redis.command('PUBSUB', 'CHANNELS')).split('\n').find((channel) => channel.endsWith(':kz'));
  await redis.command('PUBLISH', room, '12345678{"jsonrpc":"2.0","method":"entry"}');
  await until('it was not heard', async () => (await club.metric('clubd_bus_received_total')) > before);
  await leave();
});

test('Redis is killed: it goes on serving, and comes back by itself', async () => {
  await reached();
  await redis.kill();
  await lost();
  const leave = await chat('без Редиса');
  assert.ok((await club.metric('clubd_bus_dropped_total')) >= 1);
  await redis.restart();
  await reached();
  assert.equal(await club.metric('clubd_bus_reconnects_total'), 1);
  assert.match(await redis.command('PUBSUB', 'CHANNELS'), /^clubd:[\w-]{12}:kz$/m);
  await leave();
});

test('Redis freezes: that is noticed, and nothing waits for it', async () => {
  await reached();
  redis.pause();
  try {
    const leave = await chat('замёрз');
    await lost();
    await leave();
    await (await chat('и дальше'))();
    assert.ok((await club.metric('clubd_bus_probe_age_seconds')) > 4);
  } finally {
    redis.resume();
  }
  await reached();
  await (await chat('оттаял'))();
});

test('a subscriber that Redis throws out subscribes again', async () => {
  await reached();
  const leave = await chat('здесь');
  const before = await club.metric('clubd_bus_reconnects_total');
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until('it did not come back', async () => (await club.metric('clubd_bus_reconnects_total')) > before);
  await reached();
  assert.match(await redis.command('PUBSUB', 'CHANNELS'), /^clubd:[\w-]{12}:kz$/m);
  await leave();
});

test('the log says once that the bus was lost and once that it was reached, and no secret', async () => {
  await reached();
  const lines = club.log.split('\n').filter((line) => / bus (lost|reached)/.test(line.replaceAll('"', '')));
  const events = lines.map((line) => / "?bus (lost|reached)/.exec(line)[1]);
  assert.equal(events[0], 'reached');
  events.forEach((event, index) => assert.equal(event, index % 2 ? 'lost' : 'reached', lines.join('\n')));
  for (const line of lines) assert.match(line, new RegExp(`host=127\\.0\\.0\\.1 port=${redis.port}`));
  for (const secret of [password, encodeURIComponent(password)]) assert.ok(!club.log.includes(secret));
});

test('it starts and ends without a Redis to be reached', async () => {
  const other = await Club.start({ members: ['anna'], settings: { CLUB_REDIS: 'redis://:word@no-such-host.invalid:6399/1' } });
  try {
    const line = await other.connect('anna');
    await line.call('room.join', { room: 'kz' });
    await line.call('message.post', { room: 'kz', client_id: clientId(), text: 'одна' });
    assert.equal(await other.metric('clubd_bus_connected'), 0);
    await line.close();
  } finally {
    await other.finish();
  }
});

test('rediss:// is used where hiredis has TLS, and refused in one line where it has not', async () => {
  const other = await Club.start({ members: [], serve: false, settings: { CLUB_REDIS: 'rediss://:geheim@127.0.0.1:1' } });
  try {
    await other.serve({ ready: hiredisHasTls });
    if (!hiredisHasTls) {
      assert.deepEqual(await other.endsWithin(2 * WAIT_MS), { status: 2, signal: null });
      assert.match(other.log, /^clubd: CLUB_REDIS \(--redis\) asks for TLS .*\n$/);
    }
    assert.ok(!other.log.includes('geheim'));
  } finally {
    await other.finish();
  }
});
