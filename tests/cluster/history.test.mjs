// Which PostgreSQL it is: another history, a new database, a standby, one that may lose things.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, WAIT_MS } from '../wire/support/club.mjs';
import { Postgres } from '../wire/support/postgres.mjs';
import { Instance, clusterForFile, eventually } from './support/cluster.mjs';

const cluster = await clusterForFile({ members: ['anna', 'bo'] });
const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });

/** Let in, if need be after being told to come again. */
const letIn = (connect) => eventually(() => connect().catch(() => undefined), 'let in', 4 * WAIT_MS);

test('another history: lines close with 1001, and members join afresh under another epoch', async () => {
  const before = [await cluster.line('anna', { instance: 0 }), await cluster.line('bo', { instance: 1 })];
  await post(before[0], 'by', 'Мінск');
  await cluster.postgres.query("UPDATE meta SET epoch = 'another-history-of-this-club-for-a-test-0000'");
  for (const one of before) assert.equal((await one.closed).code, 1001);
  for (const [i, one] of before.entries()) {
    const again = await letIn(() => cluster.line(i ? 'bo' : 'anna', { instance: i }));
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
    const again = await letIn(() => club.connect('anna'));
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
