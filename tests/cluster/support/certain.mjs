// What must reach every instance for certain: the same tests with Redis and without it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, sleep } from '../../wire/support/club.mjs';
import { clusterForFile, eventually, within } from './cluster.mjs';

/** Two seconds are promised; a busy machine is given more where nothing wrong could have been delivered. */
const SOON_MS = 6000;
/** Beyond the two seconds; a minute does as well. */
const FROZEN_MS = Number(process.env.CLUB_FROZEN_MS ?? 1000);

export async function certainOver({ redis }) {
  const how = redis ? 'with Redis' : 'without Redis';
  const logins = ['anna', 'bo', 'dana', 'emil', 'admin', 'moderator', 'out', 'off', 'frozen', 'gone', 'cold', 'loud'];
  const cluster = await clusterForFile({ redis, members: logins });
  const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });
  const session = async (login) => (await cluster.operator.cookies(login))[0];

  async function lineOf(cookie, instance) {
    return cluster.instances[instance].connect({ cookie });
  }

  async function logsOut(cookie, instance) {
    const answer = await cluster.instances[instance].http('DELETE', '/api/session', { cookie });
    assert.equal(answer.status, 204);
  }

  const closesSoon = async (line) => (await within(line.closed, SOON_MS)) ?? { code: 'none' };

  test(`a post arrives on the other instance (${how})`, async () => {
    const [anna, bo] = [await cluster.line('anna', { instance: 0 }), await cluster.line('bo', { instance: 1 })];
    await bo.call('room.join', { room: 'kz' });
    const seqs = [];
    for (const text of ['Сәлем', '你好', 'hello']) seqs.push((await post(anna, 'kz', text)).seq);
    await bo.entry('kz', seqs.at(-1), SOON_MS);
    assert.deepEqual(bo.entries('kz').map(({ seq }) => seq), seqs);
    await Promise.all([anna.close(), bo.close()]);
  });

  test(`a logout on one instance ends the lines on the other (${how})`, async () => {
    const cookie = await session('out');
    const lines = [await lineOf(cookie, 0), await lineOf(cookie, 1)];
    const other = await lineOf(await session('out'), 1);
    await logsOut(cookie, 0);
    for (const line of lines) assert.equal((await closesSoon(line)).code, 4001);
    assert.deepEqual(await other.call('ping'), {}, 'another session of the member goes on');
    await other.close();
  });

  test(`nothing committed two seconds after a logout is delivered by the other instance (${how})`, async () => {
    const cookie = await session('gone');
    const line = await lineOf(cookie, 1);
    const bo = await cluster.line('bo', { instance: 0 });
    await line.call('room.join', { room: 'ru' });
    await logsOut(cookie, 0);
    await sleep(2000);
    const { seq } = await post(bo, 'ru', 'это уже не для него');
    assert.equal((await closesSoon(line)).code, 4001);
    assert.deepEqual(line.entries('ru').filter((entry) => entry.seq >= seq), []);
    await bo.close();
  });

  test(`an instance that was frozen delivers nothing that was committed after a logout (${how})`, async () => {
    const [here, there] = cluster.instances;
    const cookie = await session('frozen');
    const line = await lineOf(cookie, 1);
    const stays = await cluster.line('dana', { instance: 1 });
    const bo = await cluster.line('bo', { instance: 0 });
    for (const one of [line, stays]) await one.call('room.join', { room: 'uz' });
    const before = await post(bo, 'uz', 'до');
    for (const one of [line, stays]) await one.entry('uz', before.seq, SOON_MS);
    there.pause();
    await sleep(500);
    await logsOut(cookie, 0);
    await sleep(2500);
    const { seq } = await post(bo, 'uz', 'после');
    await sleep(FROZEN_MS);
    there.resume();
    assert.equal((await closesSoon(line)).code, 4001);
    assert.deepEqual(line.entries('uz').filter((entry) => entry.seq >= seq), []);
    await stays.entry('uz', seq, SOON_MS);
    assert.equal(here.running && there.running, true);
    await Promise.all([stays.close(), bo.close()]);
  });

  test(`a member who is disabled is out everywhere (${how})`, async () => {
    const cookie = await session('off');
    const lines = [await lineOf(cookie, 0), await lineOf(cookie, 1)];
    await cluster.command(['member', 'disable', 'off']);
    for (const line of lines) assert.equal((await closesSoon(line)).code, 4001);
    for (const instance of cluster.instances) {
      const answer = await instance.http('GET', '/api/session', { cookie });
      assert.equal(answer.status, 401);
    }
  });

  test(`a role that was given counts on every instance (${how})`, async () => {
    const [anna, emil] = [await cluster.line('anna', { instance: 0 }), await cluster.line('emil', { instance: 1 })];
    const posts = [await post(anna, 'tj', 'один'), await post(anna, 'tj', 'два')];
    assert.equal((await emil.refused('message.remove', { room: 'tj', seq: posts[0].seq })).reason, 'forbidden');
    await cluster.command(['member', 'role', 'emil', 'moderator']);
    await eventually(async () => (await emil.ask('message.remove', { room: 'tj', seq: posts[0].seq })).result, 'emil may remove', SOON_MS);
    await cluster.command(['member', 'role', 'emil', 'member']);
    await eventually(async () => {
      const { seq } = await post(anna, 'tj', 'ещё');
      return (await emil.ask('message.remove', { room: 'tj', seq })).error?.data.reason === 'forbidden';
    }, 'emil may no longer remove', SOON_MS);
    await Promise.all([anna.close(), emil.close()]);
  });

  test(`a direct talk that was begun on one instance is on the other's list (${how})`, async () => {
    const [anna, cold] = [await cluster.line('anna', { instance: 0 }), await cluster.line('cold', { instance: 1 })];
    const { room } = await anna.call('direct.open', { member: cold.me });
    const { seq } = await post(anna, room.room, 'Добрый день!');
    const seen = await cold.notification('room', (one) => one.room === room.room, SOON_MS);
    assert.equal(seen.head, seq);
    await Promise.all([anna.close(), cold.close()]);
  });

  test(`what is removed on one instance is in no answer of the other after two seconds (${how})`, async () => {
    const [anna, bo] = [await cluster.line('anna', { instance: 0 }), await cluster.line('bo', { instance: 1 })];
    await bo.call('room.join', { room: 'cn' });
    const { seq } = await post(anna, 'cn', 'закрытая цена');
    await bo.entry('cn', seq, SOON_MS);
    await anna.call('message.remove', { room: 'cn', seq });
    await sleep(2000);
    for (const method of ['room.history', 'room.join']) {
      const answer = await bo.call(method, { room: 'cn', after: seq - 1 });
      assert.ok(!JSON.stringify(answer).includes('закрытая цена'));
    }
    await Promise.all([anna.close(), bo.close()]);
  });

  test(`a mute and a ban on one instance hold on the other (${how})`, async () => {
    const [moderator, anna] = [await cluster.line('moderator', { instance: 0 }), await cluster.line('anna', { instance: 0 })];
    const loud = await lineOf(await session('loud'), 1);
    await loud.call('room.join', { room: 'kg' });
    await moderator.call('member.mute', { member: loud.me, room: 'kg', for: 600, reason: '请慢一点' });
    assert.equal((await loud.refused('message.post', { room: 'kg', client_id: clientId(), text: 'Нет' })).reason, 'muted');
    await loud.notification('acted', ({ action, reason }) => action === 'mute' && reason === '请慢一点', SOON_MS);
    await moderator.call('member.ban', { member: loud.me, for: null, reason: 'Спам' });
    await sleep(2000);
    const { seq } = await post(anna, 'kg', 'без него');
    assert.equal((await closesSoon(loud)).code, 4003);
    assert.deepEqual(loud.entries('kg').filter((entry) => entry.seq >= seq), []);
    assert.deepEqual(loud.all('acted').map(({ action }) => action), ['mute', 'ban']);
    await Promise.all([moderator, anna].map((line) => line.close()));
  });

  test(`each instance finds what was posted on the other, and not what was removed there (${how})`, async () => {
    const [anna, bo] = [await cluster.line('anna', { instance: 0 }), await cluster.line('bo', { instance: 1 })];
    const found = async (line, text) => (await line.found({ text })).map(({ entry }) => entry.seq);
    const indexed = async (seq) => (await cluster.query(`SELECT indexed FROM index_room JOIN room ON room.key = index_room.room WHERE id = 'ir' AND indexed >= ${seq}`)).length;
    const { seq } = await post(anna, 'ir', 'Ищем поставщика титана 钛合金');
    const answer = await post(bo, 'ir', 'Поставщик титана есть в Усть-Каменогорске');
    for (const line of [bo, anna]) assert.deepEqual(await found(line, 'поставщики титана'), [answer.seq, seq], 'at once');
    await eventually(() => indexed(answer.seq), 'the index has it');
    for (const line of [bo, anna]) assert.deepEqual(await found(line, 'титан'), [answer.seq, seq], 'from the index');
    await bo.call('message.edit', { room: 'ir', seq: answer.seq, text: 'Никель есть в Норильске' });
    assert.deepEqual(await found(anna, 'никель'), [answer.seq]);
    await anna.call('message.remove', { room: 'ir', seq });
    for (const line of [bo, anna]) for (const text of ['титан', '合金']) assert.deepEqual(await found(line, text), []);
    await Promise.all([anna.close(), bo.close()]);
  });

  return cluster;
}
