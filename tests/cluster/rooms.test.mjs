// Two instances that share PostgreSQL and Redis: a member does not notice on which one the others are.
import { test, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, sleep, WAIT_MS } from '../wire/support/club.mjs';
import { mixed } from '../wire/support/texts.mjs';
import { clusterForFile, eventually } from './support/cluster.mjs';
import { Eavesdropper } from './support/eavesdropper.mjs';

const cluster = await clusterForFile({ links: true, members: ['anna', 'bo', 'dana', 'emil', 'moderator'] });
const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });
const PACE_MS = 250; // slower than a member may post
const lines = [];

async function line(login, instance) {
  const made = await cluster.line(login, { instance });
  lines.push(made);
  return made;
}

afterEach(async () => {
  cluster.heal();
  await Promise.all(lines.splice(0).map((one) => one.close()));
});

test("a member's card that was changed on one instance is the author's on the other, too", async () => {
  const [here, there, reader] = [await line('emil', 0), await line('emil', 1), await line('bo', 0)];
  for (const one of [there, reader]) await one.call('room.join', { room: 'ir' });
  await here.call('member.update', { name: 'امیر محمدی', company: 'تجارت', languages: ['fa', 'ru'] });
  const changed = Date.now();
  for (let name; name !== 'امیر محمدی'; await sleep(PACE_MS)) {
    assert.ok(Date.now() - changed < WAIT_MS, `still ${name}`);
    const { seq } = await post(there, 'ir', 'سلام');
    ({ name } = (await there.entry('ir', seq)).from);
  }
  await eventually(async () => {
    const { members } = await reader.call('room.members', { room: 'ir' });
    return members.find(({ id }) => id === there.me)?.name === 'امیر محمدی';
  }, 'the new name among those who are in the room');
  const { member } = await there.call('member.get', { member: there.me });
  assert.deepEqual([member.company, member.languages, member.online], ['تجارت', ['fa', 'ru'], true]);
});

test('a post on one instance arrives on the other as it is on the first', async () => {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  for (const one of [anna, bo]) await one.call('room.join', { room: 'kz' });
  for (const [from, text] of [[anna, mixed[0]], [bo, mixed[1]]]) {
    const { seq, at } = await post(from, 'kz', text);
    const [here, there] = await Promise.all([anna.entry('kz', seq), bo.entry('kz', seq)]);
    assert.deepEqual(here, there);
    assert.equal(there.text, text);
    assert.equal(there.at, at);
  }
});

test('one client_id on two instances at once makes one entry', async () => {
  const [here, there] = [await line('anna', 0), await line('anna', 1)];
  for (let round = 0; round < 25; round++) {
    const id = clientId('both');
    const [one, other] = await Promise.all([post(here, 'ru', mixed[round], id), post(there, 'ru', mixed[round], id)]);
    assert.equal(one.seq, other.seq);
    assert.equal(one.at, other.at);
    assert.deepEqual([one.duplicate, other.duplicate].sort(), [false, true]);
  }
  const { entries } = await there.call('room.history', { room: 'ru', limit: 100 });
  assert.deepEqual(entries.map(({ seq }) => seq), Array.from({ length: 25 }, (_, i) => i + 1));
});

test('what a repeated post was answered with is in the next page, also when Redis is deaf', async () => {
  const [here, there] = [await line('anna', 0), await line('anna', 1)];
  await there.call('room.join', { room: 'by' });
  cluster.redisLinks.forEach((link) => (link.mode = 'withhold'));
  for (let round = 0; round < 5; round++) {
    const id = clientId('again');
    const { seq } = await post(here, 'by', mixed[round], id);
    assert.equal((await post(there, 'by', mixed[round], id)).duplicate, true);
    for (const params of [{}, { after: seq - 1 }]) {
      const { entries, as_of } = await there.call('room.history', { room: 'by', ...params });
      assert.ok(as_of >= seq);
      assert.equal(entries.at(-1).seq, seq);
    }
  }
});

test('one client_id in two rooms on two instances at once makes one entry and a conflict', async () => {
  const [here, there] = [await line('anna', 0), await line('anna', 1)];
  for (let round = 0; round < 15; round++) {
    const id = clientId('rooms');
    const answers = await Promise.allSettled([post(here, 'uz', mixed[round], id), post(there, 'tj', mixed[round], id)]);
    const refused = answers.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1);
    assert.equal(refused[0].reason.reason, 'conflict');
  }
});

test('a room that is made on one instance is there on the other at once, and is closed and open again there, too', async () => {
  const [here, there] = [await line('moderator', 0), await line('moderator', 1)];
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  const create = async (title, secret) => (await here.call('room.create', { client_id: clientId(), title, private: secret })).room.room;
  const room = await create('Шёлковый путь 丝绸之路', false);
  assert.deepEqual((await bo.call('room.find', { kind: 'custom', text: '丝绸' })).rooms.map((found) => found.room), [room]);
  assert.equal((await bo.call('room.join', { room })).room.title, 'Шёлковый путь 丝绸之路');
  await anna.call('room.join', { room });
  const is = (wanted) => (entry) => entry.room === room && entry.locked === wanted;
  for (const [closes, opens] of [[here, there], [there, here]]) {
    for (const one of [anna, bo]) one.forget();
    await closes.call('room.update', { room, locked: true });
    for (const one of [anna, bo]) {
      await one.notification('entry', is(true));
      assert.equal((await one.refused('message.post', { room, client_id: clientId(), text: 'Можно?' })).reason, 'locked');
    }
    await opens.call('room.update', { room, locked: false });
    for (const one of [anna, bo]) {
      await one.notification('entry', is(false));
      await post(one, room, '可以了');
    }
  }
  const closed = await create('Послы 大使', true);
  assert.equal((await bo.refused('room.join', { room: closed })).reason, 'not_found');
  for (let times = 0; times < 2; times++) {
    await here.call('room.invite', { room: closed, member: bo.me, on: true });
    await bo.notification('room', (face) => face.room === closed);
    await bo.call('room.join', { room: closed });
    bo.forget();
    await here.call('room.invite', { room: closed, member: bo.me, on: false });
    assert.equal((await bo.notification('left', (left) => left.room === closed)).reason, 'not_found');
    assert.equal((await bo.refused('room.join', { room: closed })).reason, 'not_found');
  }
});

test('a direct talk appears on the list of the other, who is on another instance', async () => {
  const [anna, dana] = [await line('anna', 0), await line('dana', 1)];
  const { room } = await anna.call('direct.open', { member: dana.me });
  await post(anna, room.room, 'Здравствуйте! Ищем перевозчика из Алматы.');
  const seen = await dana.notification('room', (one) => one.room === room.room);
  assert.equal(seen.with.id, anna.me);
  assert.equal(seen.unread, 1);
  const { rooms } = await dana.call('room.list');
  assert.ok(rooms.some((one) => one.room === room.room));
});

test('the other of a direct talk is online while connected to any instance', async () => {
  const [anna, emil] = [await line('anna', 0), await line('emil', 1)];
  const { room } = await anna.call('direct.open', { member: emil.me });
  const emilIsOnline = async () =>
    (await anna.call('room.list')).rooms.find((one) => one.room === room.room).with.online;
  await eventually(emilIsOnline, 'emil is online');
  await emil.close();
  await eventually(async () => !(await emilIsOnline()), 'emil is gone');
});

test('counts of what is new are told over instances', async () => {
  const [anna, dana] = [await line('anna', 0), await line('dana', 1)];
  const { room } = await dana.call('room.open', { country: 'ir' });
  await post(anna, room.room, 'تهران، بازار بزرگ');
  const { rooms } = await dana.notification('heads', (heads) => heads.rooms.ir?.unread === 1);
  assert.equal(rooms.ir.head, room.head + 1);
  await post(anna, room.room, 'تهران، @dana');
  await dana.notification('heads', (heads) => heads.rooms.ir?.mentions === 1);
});

test('presence and members are those of all instances', async () => {
  const [anna, bo, twice] = [await line('anna', 0), await line('bo', 1), await line('anna', 1)];
  await anna.call('room.join', { room: 'by' });
  await bo.call('room.join', { room: 'by' });
  await twice.call('room.join', { room: 'by' });
  for (const one of [anna, bo, twice]) {
    await eventually(async () => {
      const { members } = await one.call('room.members', { room: 'by' });
      return members.length === 2 && [anna.me, bo.me].every((id) => members.some((member) => member.id === id));
    }, 'both are members');
  }
  await anna.notification('presence', ({ room, online }) => room === 'by' && online === 2);
  const dana = await line('dana', 0);
  assert.equal((await dana.call('room.join', { room: 'by' })).room.online, 3);
  for (const one of [anna, bo])
    await one.notification('presence', ({ room, online }) => room === 'by' && online === 3);
  await bo.close();
  await anna.until(() => anna.all('presence', ({ room }) => room === 'by').at(-1)?.online === 2, 'two are left');
  const { members } = await dana.call('room.members', { room: 'by' });
  assert.deepEqual(members.map(({ name }) => name).sort(), ['Dana Akhmetova', 'Анна Каренова']);
});

test('typing is told over instances', async () => {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  for (const one of [anna, bo]) await one.call('room.join', { room: 'in' });
  // A hint like all others: once may be lost while the subscription is being made.
  const seen = await eventually(async () => {
    await anna.call('room.typing', { room: 'in' });
    await sleep(1100);
    return bo.all('typing', ({ room }) => room === 'in')[0];
  }, 'typing');
  assert.equal(seen.from.id, anna.me);
  assert.deepEqual(anna.all('typing'), []);
});

test("a member's read mark goes to the connection on the other instance", async () => {
  const [anna, here, there] = [await line('anna', 0), await line('emil', 0), await line('emil', 1)];
  for (const one of [here, there]) await one.call('room.open', { country: 'pk' });
  const { seq } = await post(anna, 'pk', 'کراچی');
  await here.call('room.read', { room: 'pk', seq });
  await there.notification('read', (read) => read.room === 'pk' && read.seq === seq);
  const { rooms } = await there.call('room.list');
  assert.equal(rooms.find(({ room }) => room === 'pk').unread, 0);
});

for (const [how, break_] of [['', () => {}], [', also when Redis is deaf', (link) => (link.mode = 'withhold')]]) {
  test(`what is removed on one instance is in no answer of the other after two seconds${how}`, async () => {
    const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
    const text = `секрет ${how}`;
    await bo.call('room.join', { room: 'cn' });
    const { seq } = await post(anna, 'cn', text);
    const edit = await anna.call('message.edit', { room: 'cn', seq, text: `${text}!` });
    await bo.entry('cn', edit.seq);
    cluster.redisLinks.forEach(break_);
    const removal = await anna.call('message.remove', { room: 'cn', seq });
    await sleep(2000);
    for (const [method, params] of [['room.history', { after: seq - 1 }], ['room.join', { after: seq - 1 }], ['room.join', { after: 0 }], ['room.join', {}]]) {
      const answer = await bo.call(method, { room: 'cn', ...params });
      assert.ok(answer.as_of >= removal.seq);
      assert.ok(!JSON.stringify(answer).includes(text), `${method} ${JSON.stringify(params)}`);
      assert.equal(answer.entries.find((entry) => entry.seq === seq).removed, true);
    }
  });
}

/** Posts here and there; both ends are told all of them in order. */
async function converses(room, count = 6) {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  for (const one of [anna, bo]) await one.call('room.join', { room });
  const seqs = [];
  for (let i = 0; i < count; i++) seqs.push((await post(i % 2 ? bo : anna, room, mixed[i])).seq);
  for (const one of [anna, bo]) {
    await one.entry(room, seqs.at(-1));
    assert.deepEqual(one.entries(room).map(({ seq }) => seq), seqs);
  }
}

for (const mode of ['withhold', 'double', 'reorder', 'garble', 'nonsense']) {
  test(`nothing is lost, doubled or reordered when Redis does this: ${mode}`, async () => {
    for (const link of cluster.redisLinks) link.mode = mode;
    await converses('fintech');
  });
}

test('Redis may be emptied, killed and started again while members talk', async () => {
  await cluster.redis.command('FLUSHALL');
  await converses('trade');
  await cluster.redis.kill();
  await converses('trade');
  await cluster.redis.restart();
  await converses('trade');
  for (const instance of cluster.instances) {
    await eventually(async () => (await instance.metric('clubd_bus_connected')) === 1, 'an instance is back on the bus');
  }
});

test('a forged message on the bus changes nothing', async () => {
  const [anna, bo] = [await line('anna', 0), await line('bo', 1)];
  await bo.call('room.join', { room: 'energy' });
  const stranger = await Eavesdropper.on(cluster.redis);
  const { seq } = await post(anna, 'energy', 'настоящее сообщение');
  await bo.entry('energy', seq);
  const genuine = await eventually(() => stranger.heard.find(({ message }) => message.includes('настоящее')), 'a message on the bus');
  const dropped = await cluster.instances[1].metric('clubd_bus_messages_dropped_total');
  const next = genuine.message.toString('utf8').replaceAll('настоящее', 'поддельное').replaceAll(`"seq":${seq}`, `"seq":${seq + 1}`);
  const forgeries = [next.replace(` ${seq} `, ` ${seq + 1} `), next, genuine.message.subarray(0, genuine.message.length >> 1), Buffer.from('C2 '), Buffer.alloc(70_000, 0x43)];
  for (const forged of forgeries) stranger.say(genuine.channel, forged);
  for (const { channel } of stranger.heard) stranger.say(channel, 'нет');
  stranger.say(genuine.channel, genuine.message); // and one that was had already
  const { seq: last } = await post(anna, 'energy', 'ещё одно');
  await bo.entry('energy', last);
  await sleep(500);
  assert.deepEqual(bo.entries('energy').map(({ seq: one, text }) => [one, text]), [[seq, 'настоящее сообщение'], [last, 'ещё одно']]);
  await eventually(async () => (await cluster.instances[1].metric('clubd_bus_messages_dropped_total')) > dropped, 'they were seen');
  stranger.end();
});
