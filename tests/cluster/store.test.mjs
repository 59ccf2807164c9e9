// PostgreSQL goes away, comes back, and comes back as another one.
import { test, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, sleep, WAIT_MS } from '../wire/support/club.mjs';
import { Postgres } from '../wire/support/postgres.mjs';
import { Instance, clusterForFile, eventually } from './support/cluster.mjs';

const cluster = await clusterForFile({ links: true, members: ['anna', 'bo', 'dana'] });
const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });
const lines = [];

/** Let in, if need be after being told to come again. */
async function line(login, instance) {
  const made = await eventually(() => cluster.line(login, { instance }).catch(() => undefined), 'let in', 3 * WAIT_MS);
  lines.push(made);
  return made;
}

/** Posts until it is answered, with the same client_id. */
async function postUntilAnswered(from, room, text) {
  const id = clientId('until');
  return eventually(async () => (await from.ask('message.post', { room, client_id: id, text })).result, `"${text}" is answered`, 3 * WAIT_MS);
}

const texts = async (room) => (await cluster.query(`SELECT text FROM entry JOIN room ON room.key = entry.room WHERE room.id = '${room}' ORDER BY seq`)).map(({ text }) => text);

afterEach(async () => {
  cluster.heal();
  if (!(await cluster.postgres.answers())) await cluster.postgres.serve();
  await Promise.allSettled(lines.splice(0).map((one) => one.close()));
  await Promise.all(cluster.instances.map((instance) => instance.ready(3 * WAIT_MS)));
});

for (const mode of ['fast', 'immediate']) {
  test(`PostgreSQL is restarted (${mode}) while members post: the lines stay, nothing is lost`, async () => {
    const room = mode === 'fast' ? 'kz' : 'ru';
    const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
    for (const one of [anna, bo]) await one.call('room.join', { room });
    const wanted = Array.from({ length: 12 }, (_, i) => `${mode} ${i}`);
    const restarted = sleep(300).then(() => cluster.postgres.restart({ mode }));
    const answers = [];
    for (const [i, text] of wanted.entries()) {
      answers.push(await postUntilAnswered(i % 2 ? bo : anna, room, text));
      await sleep(80);
    }
    await restarted;
    assert.deepEqual(answers.map(({ seq }) => seq), wanted.map((_, i) => i + 1));
    assert.deepEqual(await texts(room), wanted);
    for (const one of [anna, bo]) {
      await one.entry(room, wanted.length, 3 * WAIT_MS);
      assert.deepEqual(one.entries(room).map(({ text }) => text), wanted);
    }
  });
}

test('an instance that alone cannot reach PostgreSQL sends its members to the other one', async () => {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  const [link] = cluster.postgresLinks;
  link.refuses = true;
  link.cut();
  await anna.notification('closing', () => true, 4 * WAIT_MS);
  assert.equal((await anna.closed).code, 1001);
  assert.notEqual((await cluster.instances[0].admin('/readyz')).status, 200);
  assert.equal((await cluster.instances[1].admin('/readyz')).status, 200);
  const elsewhere = await line('anna', 1);
  await post(elsewhere, 'cn', '在这里可以');
  assert.deepEqual(await bo.call('ping'), {});
});

test('PostgreSQL is away for longer than ten seconds: members stay, hear `unavailable`, and go on', async () => {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  for (const one of [anna, bo]) await one.call('room.join', { room: 'uz' });
  const { seq } = await post(anna, 'uz', 'до');
  for (const one of [anna, bo]) await one.entry('uz', seq);
  await cluster.postgres.halt({ mode: 'immediate' });
  const away = Date.now();
  const heard = await anna.refused('message.post', { room: 'uz', client_id: clientId(), text: 'нет' });
  assert.equal(heard.reason, 'unavailable');
  for (const one of [anna, bo]) {
    // What is in memory may be told for as long as the store's last word counts.
    const refused = async () => (await one.ask('room.history', { room: 'uz' })).error;
    assert.equal((await eventually(refused, 'refused', 2 * WAIT_MS)).data.reason, 'unavailable');
  }
  const answer = await cluster.instances[0].http('POST', '/api/session', { body: { login: 'bo', password: 'верблюд-на-мосту 42' } });
  assert.equal(answer.status, 503);
  await sleep(Math.max(0, away + 13_000 - Date.now()));
  for (const instance of cluster.instances) assert.notEqual((await instance.admin('/readyz')).status, 200);
  assert.ok(!anna.isClosed && !bo.isClosed, 'they had nowhere to go');
  assert.deepEqual([...anna.all('closing'), ...bo.all('closing')], []);
  await cluster.postgres.serve();
  const { seq: next } = await postUntilAnswered(anna, 'uz', 'после');
  for (const one of [anna, bo]) {
    await one.entry('uz', next, 3 * WAIT_MS);
    assert.deepEqual(one.entries('uz').map((entry) => entry.text), ['до', 'после']);
  }
});

test('another history: lines close with 1001, and members join afresh under another epoch', async () => {
  const before = [await line('anna', 0), await line('bo', 1)];
  await post(before[0], 'by', 'Мінск');
  await cluster.postgres.query("UPDATE meta SET epoch = 'another-history-of-this-club-for-a-test-0000'");
  for (const one of before) assert.equal((await one.closed).code, 1001);
  for (const [i, one] of before.entries()) {
    const again = await line(i ? 'bo' : 'anna', i);
    assert.notEqual(again.welcome.epoch, one.welcome.epoch);
    assert.deepEqual((await again.call('room.join', { room: 'by', after: 0 })).entries.map(({ text }) => text), ['Мінск']);
  }
});

test('instances that start at once on an empty database make one club', async () => {
  const store = await cluster.postgres.database('fresh');
  const settings = { CLUB_STORE: store, CLUB_REDIS: cluster.redis.url };
  const instances = await Promise.all([1, 2, 3].map(() => Instance.start({ members: [], serve: false, tls: false, settings })));
  try {
    await Promise.all(instances.map((instance) => instance.serve()));
    await instances[0].import(['anna', 'bo']);
    const all = [];
    for (const [i, instance] of instances.entries()) all.push(await instance.connect(i ? 'bo' : 'anna'));
    for (const one of all) await one.call('room.join', { room: 'kz' });
    const { seq } = await post(all[0], 'kz', 'первое');
    assert.equal(seq, 1);
    for (const one of all) await one.entry('kz', 1);
    const epochs = new Set(all.map((one) => one.welcome.epoch));
    assert.equal(epochs.size, 1);
    await Promise.all(all.map((one) => one.close()));
  } finally {
    await Promise.allSettled(instances.map((instance) => instance.finish()));
  }
});

test('a standby is promoted: all go on with it under another epoch, what it has is there', async () => {
  const first = await Postgres.start({ memory: true });
  const standby = await first.standby();
  const store = `postgresql://club@127.0.0.1:${first.port},127.0.0.1:${standby.port}/club`;
  const club = await Instance.start({ members: ['anna'], tls: false, settings: { CLUB_STORE: store } });
  try {
    const anna = await club.connect('anna');
    for (const text of ['раз', 'два']) await post(anna, 'kz', text);
    const caughtUp = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_flush_lsn()";
    await eventually(async () => (await first.query(caughtUp))[0][0] === '1', 'the standby has all');
    await first.kill();
    await standby.promote();
    assert.equal((await anna.closed).code, 1001);
    const again = await eventually(() => club.connect('anna').catch(() => undefined), 'let in again', 4 * WAIT_MS);
    assert.notEqual(again.welcome.epoch, anna.welcome.epoch);
    const { entries } = await again.call('room.join', { room: 'kz', after: 0 });
    assert.deepEqual(entries.map(({ text }) => text), ['раз', 'два']);
    assert.equal((await post(again, 'kz', 'три')).seq, 3);
    await again.close();
  } finally {
    await club.finish();
    await standby.stop();
    await first.stop();
  }
});

test('a standby that is not promoted is refused, as is a server that may lose what it confirmed', async () => {
  const standby = await cluster.postgres.standby();
  const lossy = await Postgres.start({ memory: true, settings: { fsync: 'off' } });
  try {
    for (const [store, word] of [[standby.url, /recovery|standby/i], [lossy.url, /fsync/]]) {
      const club = await Club.start({ members: [], serve: false, tls: false, settings: { CLUB_STORE: store } });
      const { status, errors } = await club.run(['serve']);
      assert.equal(status, 1, errors);
      assert.match(errors.trimEnd().split('\n').at(-1), word);
      await club.finish();
    }
  } finally {
    await Promise.all([standby.stop(), lossy.stop()]);
  }
});
