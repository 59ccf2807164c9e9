// Many who come at once: everybody gets in, or hears when to come again; and whoever comes then gets in.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, onlyFast, slow, sleep } from './support/club.mjs';
import { withFaults } from './support/fault.mjs';

const WAIT_MS = 30_000;

/** One try: the line and what it heard first, `welcome` or `closing`. */
async function knock(club, cookie, index) {
  const line = club.open({ cookie, localAddress: `127.0.0.${2 + (index % 4)}` });
  await line.opened;
  const first = await line.until(() => line.received[0]?.message, 'the first word', WAIT_MS);
  return { line, first };
}

/** Knocks until it is let in, and does as it is told meanwhile: how often it was told to come again. */
async function enter(club, cookie, index) {
  for (let told = 0; told < 20; told++) {
    const { line, first } = await knock(club, cookie, index);
    if (first.method === 'welcome') return { line, told };
    assert.equal(first.method, 'closing');
    assert.ok(first.params.retry_after > 0 && first.params.retry_after < 90, `come again in ${first.params.retry_after} s`);
    assert.equal((await line.closed).code, 1001);
    await sleep(first.params.retry_after * 1000);
  }
  throw new Error('it was told to come again twenty times');
}

/** What comes of `herd`; a line inside asks all the while, and is answered. */
async function askingMeanwhile(inside, herd) {
  for (let done = false; !done; ) {
    await inside.call('room.history', { room: 'kz' });
    done = await Promise.race([herd.then(() => true), sleep(20).then(() => false)]);
  }
  return herd;
}

const cookiesOf = (club, logins) => Promise.all(logins.map((login) => club.cookie(login)));

test('a thousand at once: all are let in, at once or when they were told, while those inside are served', { only: true }, async () => {
  const count = slow ? 150 : 1000;
  const logins = Array.from({ length: 60 }, (_, index) => `guest${index}`);
  const club = await Club.start({ members: ['anna', ...logins], tls: false });
  try {
    const cookies = await cookiesOf(club, logins);
    const inside = await club.connect('anna');
    const herd = Promise.all(Array.from({ length: count }, (_, index) => enter(club, cookies[index % cookies.length], index)));
    const entered = await askingMeanwhile(inside, herd);
    assert.equal(await club.metric('clubd_connections'), count + 1);
    await Promise.all(entered.map(({ line }) => line.call('ping')));
  } finally {
    await club.finish();
  }
});

test('of a slow store’s queue whoever would wait too long hears when to come, and gets in then', { ...onlyFast, timeout: 120_000 }, async () => {
  const logins = Array.from({ length: 24 }, (_, index) => `guest${index}`);
  const club = await Club.start({ members: ['anna', ...logins], tls: false, serve: false });
  try {
    const fault = withFaults(club);
    await club.serve();
    const cookies = await cookiesOf(club, logins);
    const inside = await club.connect('anna');
    fault('drag');
    const enterAll = (from, count) => Promise.all(Array.from({ length: count }, (_, index) => enter(club, cookies[(from + index) % cookies.length], from + index)));
    const first = enterAll(0, 100);
    await sleep(1500); // the pace is known now
    const entered = await askingMeanwhile(inside, Promise.all([first, enterAll(100, 320)]));
    fault('');
    const told = entered.flat().map(({ told: times }) => times);
    assert.ok(told.filter((times) => times > 0).length > 20, 'nobody had to come again');
    assert.ok(told.filter((times) => times === 0).length > 100);
    assert.ok(told.filter((times) => times > 3).length < 20, `told again and again: ${told.join(' ')}`);
    await Promise.all(entered.flat().map(({ line }) => line.call('ping')));
  } finally {
    await club.finish();
  }
});

test('a full house says closing on a socket that it has kept for that, and lets in whoever comes when there is room', { timeout: 120_000 }, async () => {
  const logins = Array.from({ length: 24 }, (_, index) => `guest${index}`);
  const club = await Club.start({ members: logins, tls: false, serve: false });
  try {
    club.wrapper = ['prlimit', '--nofile=512:512', '--'];
    await club.serve();
    const cookies = await cookiesOf(club, logins);
    const limit = 512 - 128 - Math.floor((512 - 128) / 16);
    const tries = [];
    for (let index = 0; index < limit + 15; index++) tries.push(await knock(club, cookies[index % cookies.length], index));
    const [inside, outside] = ['welcome', 'closing'].map((method) => tries.filter(({ first }) => first.method === method));
    assert.deepEqual([inside.length, outside.length], [limit, 15]);
    for (const { line } of outside) assert.equal((await line.closed).code, 1001);
    const times = outside.map(({ first }) => first.params.retry_after);
    assert.ok(new Set(times).size > 8 && Math.min(...times) >= 1, times.join(' '));
    await Promise.all(inside.slice(0, 40).map(({ line }) => line.close()));
    await sleep(Math.max(...times) * 1000);
    for (const [index] of outside.entries()) {
      const { line, told } = await enter(club, cookies[index], index);
      assert.equal(told, 0);
      await line.call('ping');
    }
  } finally {
    await club.finish();
  }
});

test('who comes while the store hangs hears closing before long, those inside stay, and all goes on afterwards', { ...onlyFast, timeout: 120_000 }, async () => {
  const club = await Club.start({ members: ['anna', 'bo', 'dana'], serve: false });
  try {
    const fault = withFaults(club);
    await club.serve();
    const cookies = await cookiesOf(club, ['bo', 'dana']);
    const inside = await club.connect('anna');
    await inside.call('room.join', { room: 'kz' });
    fault('hang');
    const early = await knock(club, cookies[0], 0); // its look-up hangs
    assert.equal(early.first.method, 'closing');
    assert.ok(early.first.params.retry_after > 0);
    assert.equal((await early.line.closed).code, 1001);
    await sleep(4000);
    const later = await knock(club, cookies[1], 1); // when the store counts as lost
    assert.equal(later.first.method, 'closing');
    assert.ok(later.first.params.retry_after >= 5);
    assert.equal((await inside.refused('message.post', { room: 'kz', client_id: 'hung', text: '存储没有回应' })).reason, 'unavailable');
    fault('');
    const [bo, dana] = await Promise.all(cookies.map((cookie, index) => enter(club, cookie, index)));
    const { seq } = await bo.line.call('message.post', { room: 'kz', client_id: 'after', text: 'снова работает' });
    await inside.entry('kz', seq);
    await dana.line.call('ping');
  } finally {
    await club.finish();
  }
});
