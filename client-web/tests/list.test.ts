// The list of rooms and its counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, Room } from '../src/protocol/types.js';
import type { RoomLog } from '../src/state/log.js';
import { countEntry, levelOf, newsOf, readElsewhere } from '../src/state/rooms.js';
import { FakeVault } from './fake-vault.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
import { ROOM, World } from './world.js';

test('A room list counts what is unread, here and from other connections', async () => {
  const world = new World();
  const club = await world.withRoom();
  world.says('1');
  world.says('Здравствуйте, @aigerim!');
  await world.clock.pass(10);
  const room = (): unknown[] => [club.state.rooms.get(ROOM)?.unread, club.state.rooms.get(ROOM)?.mentions];
  assert.deepEqual([room(), newsOf(club.state.rooms.values())], [[2, 1], { count: 2, mentions: 1 }]);
  club.open(ROOM);
  await world.clock.pass(10);
  world.says('3');
  await world.clock.pass(10);
  assert.deepEqual(room(), [3, 1]);
  club.seen(ROOM, 2);
  assert.deepEqual(room(), [1, 0]);
  world.server.act(world.other, 'message.remove', { room: ROOM, seq: 3 });
  await world.clock.pass(10);
  assert.deepEqual(room(), [0, 0]);
});

test('A device whose log does not reach back to what was read elsewhere counts as the server does', async () => {
  const world = new World();
  const [club, other] = [world.client(), world.client(world.me, new FakeVault())];
  await world.clock.pass(10);
  club.want(ROOM, { country: 'kz', sector: 'fintech' });
  await world.clock.pass(10);
  for (let count = 1; count <= 120; count += 1) world.says(String(count));
  world.says('Здравствуйте, @aigerim!');
  await world.clock.pass(1100);
  club.open(ROOM);
  await world.clock.pass(50);
  assert.ok((club.state.logs.get(ROOM)?.after ?? 0) > 20, 'the log begins after the mark');
  other.seen(ROOM, 20);
  await world.clock.pass(1000);
  const room = (): unknown[] => [club.state.rooms.get(ROOM)?.unread, club.state.rooms.get(ROOM)?.mentions];
  assert.deepEqual(room(), [101, 1]);
  world.says('122');
  await world.clock.pass(10);
  assert.deepEqual(room(), [102, 1]);
});

test('What the server had counted already is not counted again, and what a room is called is taken from it', () => {
  const before = { me: 'm1', messages: [], newest: null, quoted: new Map() } as unknown as RoomLog;
  const known = { room: 'kz', title: 'Kazakhstan', head: 9, read: 4, unread: 3, mentions: 1 } as Room;
  const from = { id: 'm2', name: '王伟', company: '', country: 'cn' };
  const at = '2026-11-26T08:00:00.000Z';
  const title = { type: 'room', room: 'kz', seq: 8, at, from, title: '哈萨克斯坦' } as Entry;
  const renamed = countEntry(new Map([['kz', known]]), title, before.me, before);
  assert.deepEqual(renamed.get('kz'), { ...known, title: '哈萨克斯坦' });
  const message = { type: 'message', room: 'kz', seq: 9, at, from, client_id: 'o1', text: '您好' } as Entry;
  assert.equal(countEntry(renamed, message, before.me, before).get('kz')?.unread, 3);
  assert.equal(countEntry(renamed, { ...message, seq: 10 }, before.me, before).get('kz')?.unread, 4);
});

test('Read marks of a server that counts nothing, or counted earlier, are counted here', () => {
  const known = { room: 'kz', head: 9, read: 4, unread: 5, mentions: 1 } as Room;
  const rooms = new Map([['kz', known]]);
  const told = (read: object): Room | undefined => readElsewhere(rooms, { room: 'kz', seq: 6, ...read }).get('kz');
  assert.deepEqual(told({}), { ...known, read: 6 });
  assert.deepEqual(told({ head: 8, unread: 2, mentions: 0 }), { ...known, read: 6 });
  assert.deepEqual(told({ head: 11, unread: 5, mentions: 0 }), { ...known, read: 6, head: 11, unread: 5, mentions: 0 });
  assert.deepEqual(told({ seq: 3, head: 9, unread: 6, mentions: 1 }), known);
});

test('A level is told to the server and shown once it has it', async () => {
  const world = new World();
  const club = await world.inRoom();
  club.want(ROOM, { country: 'kz', sector: 'fintech' });
  await world.clock.pass(10);
  for (const level of ['none', 'mentions', 'all'] as const) {
    await Promise.all([club.setLevel(ROOM, level), world.clock.pass(10)]);
    assert.equal(levelOf(club.state.rooms.get(ROOM)), level);
  }
  assert.equal('notify' in (club.state.rooms.get(ROOM) ?? {}), false);
  const told = world.server.carriedOut.filter(({ method }) => method === 'room.notify');
  assert.deepEqual(
    told.map(({ params }) => params),
    ['none', 'mentions', 'all'].map((level) => ({ room: ROOM, level })),
  );
});

/** Ten rooms on the member's list, three to a page. */
function longList(): { world: World; rooms: string[] } {
  const world = new World();
  const rooms = Array.from({ length: 10 }, (_, at) => `r${at}.fintech`);
  for (const room of rooms) {
    const [country, sector] = room.split('.');
    world.server.act(world.me, 'room.open', { country, sector });
  }
  world.server.listPage = 3;
  return { world, rooms };
}

function listsAsked(world: World): unknown[] {
  return world.server.carriedOut.filter(({ method }) => method === 'room.list').map(({ params }) => params['after']);
}

test('A list of rooms that does not fit into one page is read to its end', async () => {
  const { world, rooms } = longList();
  const club = world.client();
  await world.clock.pass(6);
  assert.equal(club.state.roomsKnown, true);
  assert.ok(club.state.rooms.size >= 3 && club.state.rooms.size < 10, 'what is there is shown already');
  await world.clock.pass(50);
  assert.deepEqual([...club.state.rooms.keys()].sort(), rooms);
  assert.deepEqual(listsAsked(world), [undefined, rooms[2], rooms[5], rooms[8]]);
  await world.clock.pass(10_000);
  assert.equal(listsAsked(world).length, 4, 'nothing is listed again without need');
});

test('What is told of a room while the rest of the list is read stands', async () => {
  const { world, rooms } = longList();
  const club = world.client();
  await world.clock.pass(6);
  const first = rooms[0] ?? '';
  assert.equal(club.state.rooms.has(first), true);
  for (const connection of world.server.connections)
    connection.deliver({ jsonrpc: '2.0', method: 'presence', params: { room: first, online: 2 } });
  await world.clock.pass(50);
  assert.deepEqual([...club.state.rooms.keys()].sort(), rooms);
  assert.equal(club.state.rooms.get(first)?.online, 2);
});

test('A room that moves ahead while the list is read is not lost', async () => {
  const { world, rooms } = longList();
  const club = world.client();
  await world.clock.pass(6);
  const moved = rooms[9] ?? '';
  assert.equal(club.state.rooms.has(moved), false);
  world.server.act(world.other, 'message.post', { room: moved, client_id: 'x', text: 'Есть новости' });
  await world.clock.pass(50);
  assert.equal(club.state.rooms.has(moved), false, 'it stood on no page');
  await world.clock.pass(1100);
  assert.deepEqual([...club.state.rooms.keys()].sort(), rooms);
  assert.equal(club.state.rooms.get(moved)?.unread, 1);
});

test('Heads of unknown rooms are listed once for all that came together', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  const { carriedOut } = world.server;
  carriedOut.length = 0;
  for (const country of ['kz', 'cn', 'ru']) {
    world.server.act(world.me, 'room.open', { country });
    world.server.act(world.other, 'message.post', { room: country, client_id: country, text: '您好' });
    await world.clock.pass(300);
  }
  assert.deepEqual([club.state.rooms.size, listsAsked(world).length], [0, 0]);
  await world.clock.pass(2000);
  assert.deepEqual([[...club.state.rooms.keys()].sort(), listsAsked(world).length], [['cn', 'kz', 'ru'], 1]);
});

test('A list that was cut short by the line or refused begins again', async () => {
  const { world, rooms } = longList();
  const club = world.client();
  let pages = 0;
  world.server.faults = {
    ...NO_FAULTS,
    cut: (when, method) => when === 'before' && method === 'room.list' && ++pages === 2,
    refuse: (method, params) =>
      method === 'room.list' && params['after'] !== undefined && pages === 4 ? new FakeError('conflict') : null,
  };
  await world.clock.pass(20_000);
  assert.deepEqual([...club.state.rooms.keys()].sort(), rooms);
  assert.deepEqual(listsAsked(world).slice(-4), [undefined, rooms[2], rooms[5], rooms[8]]);
  club.stop();
  await world.clock.pass(60_000);
  assert.equal(world.clock.waiting, 0);
});

test('A direct talk that another member opens appears with its unread mark', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  const { room } = world.server.act(world.other, 'direct.open', { member: 'm1' }) as { room: { room: string } };
  world.server.act(world.other, 'message.post', { room: room.room, client_id: 'x', text: '您好' });
  await world.clock.pass(10);
  assert.deepEqual([club.state.rooms.get(room.room)?.with?.name, club.state.rooms.get(room.room)?.unread], ['王伟', 1]);
});

test('A room that was opened before the list was read is known not to be on it until it is put there', async () => {
  const world = new World();
  const club = world.client();
  club.open(ROOM);
  const listed = (): boolean | undefined => club.state.listed?.has(ROOM);
  assert.equal(listed(), undefined);
  await world.clock.pass(50);
  assert.deepEqual([club.state.rooms.has(ROOM), listed()], [true, false]);
  club.want(ROOM, { country: 'kz', sector: 'fintech' });
  await world.clock.pass(10);
  assert.equal(listed(), true);
  world.server.cutAll();
  await world.clock.pass(3000);
  assert.equal(listed(), true);
});

test('A room that was opened is put on the list, also when it was left before the list was known', async () => {
  const world = new World();
  const club = world.client();
  let refusals = 1;
  const refuse = (method: string): FakeError | null =>
    method === 'room.open' && refusals-- > 0 ? new FakeError('unavailable', 1) : null;
  world.server.faults = { ...NO_FAULTS, refuse };
  club.open(ROOM);
  club.want(ROOM, { country: 'kz', sector: 'fintech' });
  club.close(ROOM);
  await world.clock.pass(50);
  assert.equal(club.state.listed?.has(ROOM), false, 'for now the club puts nothing there');
  await world.clock.pass(3000);
  assert.equal(club.state.listed?.has(ROOM), true);
  const asked = world.server.carriedOut.filter(({ method }) => method === 'room.open');
  assert.equal(asked.length, 1);
});

test('What came to a room before it was joined is known also where the room was closed before the answer', async () => {
  const world = new World();
  const club = await world.withRoom();
  const from = { id: world.other.id, name: world.other.name, country: 'cn', company: '' };
  const at = '2026-11-26T08:00:00.000Z';
  // Told of in a moment, if the member had not come in.
  world.server.entries(ROOM).push({ type: 'message', room: ROOM, seq: 1, at, from, client_id: 'o1', text: '您好' });
  club.open(ROOM);
  await world.clock.pass(1);
  club.close(ROOM);
  await world.clock.pass(50);
  const room = club.state.rooms.get(ROOM);
  assert.deepEqual([room?.head, room?.unread], [1, 1]);
});

test('What was said of a room before its log told otherwise changes nothing back', async () => {
  const world = new World();
  const club = await world.inRoom();
  const before = club.state.rooms.get(ROOM);
  assert.ok(before !== undefined);
  const from = { id: world.other.id, name: world.other.name, country: 'cn', company: '' };
  const at = '2026-11-26T08:00:00.000Z';
  const entry = { type: 'room', room: ROOM, seq: 1, at, from, title: 'Хлопок 棉花', locked: true } as Entry;
  world.server.entries(ROOM).push(entry);
  world.server.notifyAll('entry', entry);
  await world.clock.pass(10);
  world.server.notifyAll('room', before);
  await world.clock.pass(10);
  const now = club.state.rooms.get(ROOM);
  assert.deepEqual([now?.title, now?.locked], ['Хлопок 棉花', true]);
});
