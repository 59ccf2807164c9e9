// Mentions, direct talks, who is there, who types, what was read, and what the list says of rooms one is not in.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, sleep } from './support/club.mjs';
import { russian } from './support/texts.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'quiet'] });
const post = (line, room, text, more = {}) => line.call('message.post', { room, client_id: clientId(), text, ...more });
const listed = async (line, room) => (await line.call('room.list')).rooms.find((one) => one.room === room);
const open = (line, room) => line.call('room.open', { country: room });

test('a text with @login mentions that member, in whatever language it is written', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  await anna.call('room.join', { room: 'kz' });
  const ids = async (text) => (await anna.entry('kz', (await post(anna, 'kz', text)).seq)).mentions ?? [];
  assert.deepEqual(await ids('привет, @bo!'), [bo.me]);
  assert.deepEqual(await ids('@BO, @bo и ещё раз @Bo'), [bo.me], 'once, whatever the case');
  assert.deepEqual(await ids('请看@bo的消息'), [bo.me]);
  assert.deepEqual(await ids('mail@bo.example and @nobody and @ bo'), []);
  await anna.close();
  await bo.close();
});

test('a mention reaches whoever is not in the room at once, other news within a second', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  await open(bo, 'uz');
  await sleep(1200);
  bo.forget();
  await post(anna, 'uz', 'без имён');
  const plain = await bo.notification('heads', ({ rooms }) => rooms.uz?.head === 1);
  assert.deepEqual(plain.rooms.uz, { head: 1, unread: 1, mentions: 0 });
  // A machine that stands still for a moment makes one late, not one after the other.
  let mentions = 0;
  for (let took = Infinity; took >= 900; ) {
    assert.ok(++mentions < 6, 'it did not come at once');
    const told = Date.now();
    await post(anna, 'uz', 'а теперь @bo');
    const mention = await bo.notification('heads', ({ rooms }) => rooms.uz?.head === 1 + mentions);
    assert.deepEqual(mention.rooms.uz, { head: 1 + mentions, unread: 1 + mentions, mentions });
    took = Date.now() - told;
  }
  const [began, before] = [Date.now(), bo.all('heads').length];
  for (let index = 0; index < 30; index++) await post(anna, 'uz', russian[index]);
  const head = 31 + mentions;
  await bo.notification('heads', ({ rooms }) => rooms.uz?.head === head);
  const heads = bo.all('heads').length - before;
  assert.ok(heads <= 3 + (Date.now() - began) / 1000, `${heads} notifications for thirty messages`);
  const room = await listed(bo, 'uz');
  assert.deepEqual([room.head, room.read, room.unread, room.mentions], [head, 0, head, mentions]);
  await anna.close();
  await bo.close();
});

test('whoever is subscribed gets entries and no heads', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  await open(bo, 'tj');
  await bo.call('room.join', { room: 'tj' });
  const { seq } = await post(anna, 'tj', '@bo ты здесь');
  await bo.entry('tj', seq);
  await sleep(1300);
  assert.deepEqual(bo.all('heads', ({ rooms }) => 'tj' in rooms), []);
  await anna.close();
  await bo.close();
});

test('a direct talk is always the same one, and for its two members alone', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  const dana = await club.connect('dana');
  const { room } = await anna.call('direct.open', { member: bo.me });
  assert.match(room.room, /^dm\./);
  assert.equal(room.kind, 'direct');
  assert.equal(room.with.id, bo.me);
  assert.deepEqual((await anna.call('direct.open', { member: bo.me })).room.room, room.room);
  const mirrored = (await bo.call('direct.open', { member: anna.me })).room;
  assert.equal(mirrored.room, room.room);
  assert.equal(mirrored.with.id, anna.me);
  for (const method of ['room.join', 'room.history', 'room.members']) {
    assert.equal((await dana.refused(method, { room: room.room })).reason, 'not_found', method);
  }
  assert.equal((await dana.refused('message.post', { room: room.room, client_id: clientId(), text: 'x' })).reason, 'not_found');
  assert.equal((await dana.refused('room.read', { room: room.room, seq: 1 })).reason, 'not_found');
  const typing = await Promise.all([room.room, 'dm.nothing'].map((id) => dana.refused('room.typing', { room: id })));
  assert.equal(typing[0].reason, typing[1].reason, 'it shows that there is such a talk');
  assert.equal((await anna.refused('direct.open', { member: anna.me })).code, -32602);
  for (const member of ['m999999', 'nobody', 'm-1', 'm0']) assert.equal((await anna.refused('direct.open', { member })).reason, 'not_found', member);
  for (const line of [anna, bo, dana]) await line.close();
});

test('the first word of a direct talk makes it appear at the other one at once, unread from the start', async () => {
  const dana = await club.connect('dana');
  const emil = await club.connect('emil');
  const { room } = await dana.call('direct.open', { member: emil.me });
  assert.equal(await listed(emil, room.room), undefined, 'nothing was said yet');
  await post(dana, room.room, '早上好');
  const appeared = await emil.notification('room', (one) => one.room === room.room);
  assert.equal(appeared.with.id, dana.me);
  await emil.until(() => [...emil.all('heads').map(({ rooms }) => rooms[room.room]), ...emil.all('room', (one) => one.room === room.room)].some((one) => one?.unread === 1));
  const there = await listed(emil, room.room);
  assert.deepEqual([there.head, there.read, there.unread], [1, 0, 1]);
  await dana.close();
  await emil.close();
});

test('nobody is mentioned in a direct talk who may not enter it', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  const { room } = await anna.call('direct.open', { member: bo.me });
  await anna.call('room.join', { room: room.room });
  const { seq } = await post(anna, room.room, '@dana @bo');
  assert.deepEqual((await anna.entry(room.room, seq)).mentions, [bo.me]);
  await anna.close();
  await bo.close();
});

test('a room’s mark starts at the head, moves forward, tells the member’s other lines, and not others', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  const [cookie] = await club.cookies('bo', 1);
  const second = await club.connect({ cookie });
  for (let index = 0; index < 3; index++) await post(anna, 'kg', `до ${index}`);
  const { room } = await bo.call('room.open', { country: 'kg' });
  assert.deepEqual([room.head, room.read, room.unread], [3, 3, 0]);
  for (let index = 0; index < 4; index++) await post(anna, 'kg', `после ${index}`);
  await post(bo, 'kg', 'своё не считается');
  assert.deepEqual([(await listed(bo, 'kg')).unread], [4]);
  await bo.call('room.read', { room: 'kg', seq: 5 });
  assert.deepEqual(await second.notification('read'), { room: 'kg', seq: 5, head: 8, unread: 2, mentions: 0 });
  assert.deepEqual([(await listed(bo, 'kg')).read, (await listed(bo, 'kg')).unread], [5, 2]);
  await bo.call('room.read', { room: 'kg', seq: 4 });
  assert.equal((await listed(bo, 'kg')).read, 5, 'it went back');
  assert.equal((await bo.refused('room.read', { room: 'kg', seq: 1000 })).reason, 'conflict');
  assert.deepEqual(anna.all('read'), []);
  const { seq } = await post(anna, 'kg', 'уберу');
  assert.equal((await listed(bo, 'kg')).unread, 3);
  await anna.call('message.remove', { room: 'kg', seq });
  assert.equal((await listed(bo, 'kg')).unread, 2, 'what was removed is not unread');
  for (const line of [anna, bo, second]) await line.close();
});

test('a mark is still there after the server was told to end', async () => {
  const bo = await club.connect('bo');
  await bo.call('room.open', { country: 'cn' });
  const anna = await club.connect('anna');
  for (let index = 0; index < 3; index++) await post(anna, 'cn', `№ ${index}`);
  await bo.call('room.read', { room: 'cn', seq: 2 });
  await club.stop();
  await club.serve();
  const again = await club.connect('bo');
  const room = await listed(again, 'cn');
  assert.deepEqual([room.read, room.unread], [2, 1]);
  await again.close();
});

test('presence counts distinct members, at most once a second', async () => {
  const anna = await club.connect('anna');
  const joined = await anna.call('room.join', { room: 'by' });
  assert.equal(joined.room.online, 1);
  const cookies = await club.cookies('bo', 2);
  const lines = [];
  for (const cookie of [...cookies, ...(await club.cookies('dana', 1))]) {
    const line = await club.connect({ cookie });
    await line.call('room.join', { room: 'by' });
    lines.push(line);
  }
  await anna.notification('presence', ({ room, online }) => room === 'by' && online === 3);
  anna.forget();
  const began = Date.now();
  for (let round = 0; round < 12; round++) {
    await lines[2].call('room.leave', { room: 'by' });
    await lines[2].call('room.join', { room: 'by' });
    await sleep(50);
  }
  const took = (Date.now() - began) / 1000;
  assert.ok(anna.all('presence', ({ room }) => room === 'by').length <= took + 2, 'more than one a second');
  for (const line of lines) await line.close();
  await anna.notification('presence', ({ room, online }) => room === 'by' && online === 1);
  await anna.close();
});

test('room.members lists who is subscribed now, page by page', async () => {
  const lines = [];
  for (const login of ['anna', 'bo', 'dana', 'emil']) {
    const line = await club.connect(login);
    await line.call('room.join', { room: 'pk' });
    lines.push(line);
  }
  const quiet = await club.connect('quiet');
  const { members, more } = await quiet.call('room.members', { room: 'pk' });
  assert.deepEqual(members.map((one) => one.id).sort(), lines.map((line) => line.me).sort());
  assert.equal(more, false);
  assert.deepEqual(members.find((one) => one.id === lines[0].me), { id: lines[0].me, name: 'Анна Каренова', country: 'ru', company: 'Волга Логистика' });
  const first = await quiet.call('room.members', { room: 'pk', limit: 3 });
  assert.equal(first.more, true);
  const rest = await quiet.call('room.members', { room: 'pk', after: first.members.at(-1).id });
  assert.equal(new Set([...first.members, ...rest.members].map((one) => one.id)).size, 4);
  await lines[2].call('member.update', { name: 'Дана 达娜' });
  const { members: renamed } = await quiet.call('room.members', { room: 'pk' });
  assert.equal(renamed.find((one) => one.id === lines[2].me).name, 'Дана 达娜');
  await lines[3].close();
  await quiet.until(() => true);
  await sleep(300);
  assert.equal((await quiet.call('room.members', { room: 'pk' })).members.length, 3);
  for (const line of [...lines.slice(0, 3), quiet]) await line.close();
});

test('typing is told to the others in the room, and needs a subscription', async () => {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  const dana = await club.connect('dana');
  await anna.call('room.join', { room: 'in' });
  await bo.call('room.join', { room: 'in' });
  await anna.call('room.typing', { room: 'in' });
  const seen = await bo.notification('typing');
  assert.deepEqual(seen, { room: 'in', from: { id: anna.me, name: 'Анна Каренова', country: 'ru', company: 'Волга Логистика' } });
  await anna.call('ping');
  assert.deepEqual(anna.all('typing'), [], 'one is not told of oneself');
  assert.deepEqual(dana.all('typing'), []);
  assert.equal((await dana.refused('room.typing', { room: 'in' })).reason, 'forbidden');
  for (const line of [anna, bo, dana]) await line.close();
});

test('welcome says who one is, which history it is, and the limits', async () => {
  const anna = await club.connect('anna');
  const { welcome } = anna;
  assert.equal(welcome.protocol, 'club.v1');
  assert.equal(welcome.member.login, 'anna');
  assert.deepEqual(welcome.limits, { text: 4000, frame: 65536, history: 100, in_flight: 32, batch: 32, ping: 25 });
  assert.ok(Math.abs(Date.parse(welcome.time) - Date.now()) < 5000);
  const bo = await club.connect('bo');
  assert.equal(bo.welcome.epoch, welcome.epoch);
  assert.equal(bo.welcome.instance, welcome.instance);
  assert.equal(anna.received[0].message.method, 'welcome');
  await anna.close();
  await bo.close();
});
