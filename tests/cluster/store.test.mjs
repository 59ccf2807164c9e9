// PostgreSQL goes away and comes back.
import { test, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, sleep, WAIT_MS } from '../wire/support/club.mjs';
import { clusterForFile, eventually } from './support/cluster.mjs';

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

/** The texts in "uz" from `seq` to `next`. Whose instance found the store later than the other one may be sent there. */
async function seenAfter(one, { instance, seq, next }) {
  try {
    await one.entry('uz', next, 3 * WAIT_MS);
  } catch (error) {
    if (!error.closed) throw error;
    assert.equal((await one.closed).code, 1001);
    const again = await line(['anna', 'bo'][instance], instance);
    return [...one.entries('uz'), ...(await again.call('room.join', { room: 'uz', after: seq })).entries].map(({ text }) => text);
  }
  return one.entries('uz').map(({ text }) => text);
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
  await Promise.all(cluster.instances.map((instance) => instance.ready(3 * WAIT_MS)));
  const { seq: next } = await postUntilAnswered(await line('dana', 0), 'uz', 'после'); // it may read before it writes
  for (const [instance, one] of [anna, bo].entries()) assert.deepEqual(await seenAfter(one, { instance, seq, next }), ['до', 'после']);
});
