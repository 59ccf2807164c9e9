// The list of rooms and its counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totalUnread } from '../src/state/rooms.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
import { ROOM, World } from './world.js';

test('A room list counts what is unread, here and from other connections', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  await Promise.all([club.enlist({ country: 'kz', sector: 'fintech' }), world.clock.pass(10)]);
  world.says('1');
  world.says('Здравствуйте, @aigerim!');
  await world.clock.pass(10);
  const room = (): unknown[] => [club.state.rooms.get(ROOM)?.unread, club.state.rooms.get(ROOM)?.mentions];
  assert.deepEqual([room(), totalUnread(club.state.rooms)], [[2, 1], 2]);
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
