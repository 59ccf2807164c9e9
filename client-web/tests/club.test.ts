import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Club } from '../src/club/club.js';
import type { KeyValue } from '../src/club/parts.js';
import type { Member, MessageEntry } from '../src/protocol/types.js';
import { lineOf } from '../src/state/club.js';
import { timeline } from '../src/state/timeline.js';
import { totalUnread } from '../src/state/rooms.js';
import { Chance, FakeClock, settle } from './fake-clock.js';
import { FakeClub, FakeError, NO_FAULTS } from './fake-club.js';

const ROOM = 'kz.fintech';

function memory(): KeyValue & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: () => [...map.keys()],
  };
}

class World {
  readonly clock = new FakeClock();
  readonly server = new FakeClub(this.clock);
  readonly me = this.server.addMember('m1', 'aigerim', 'Айгерим Сатпаева');
  readonly other = this.server.addMember('m2', 'wang', '王伟', { country: 'cn' });
  readonly storage = memory();
  readonly ended: string[] = [];
  session: 'session' | 'no_session' | 'unreachable' = 'session';
  #ids = 0;

  client(member: Member = this.me, storage: KeyValue = this.storage, random: () => number = () => 0.5): Club {
    const club = new Club(member, {
      openSocket: (events) => this.server.connect(member, events),
      checkSession: () => Promise.resolve(this.session),
      clock: this.clock,
      random,
      storage,
      newId: () => `${member.id}-${this.#ids++}`,
      changed: () => {},
      ended: (why) => this.ended.push(why),
    });
    club.start();
    return club;
  }

  async inRoom(): Promise<Club> {
    const club = this.client();
    await this.clock.pass(10);
    club.open(ROOM);
    await this.clock.pass(10);
    return club;
  }

  says(text: string, more: object = {}): number {
    const params = { room: ROOM, client_id: `o${this.#ids++}`, text, ...more };
    return (this.server.act(this.other, 'message.post', params) as { seq: number }).seq;
  }
}

function shown(club: Club, room = ROOM): string[] {
  const { logs, posts, acts } = club.state;
  const log = logs.get(room);
  if (log === undefined) return [];
  return timeline({ log, posts, acts, newAfter: null, dayOf: () => '' }).flatMap((row) => {
    if (row.kind === 'message') return [row.message.text];
    return row.kind === 'post' ? [`(${row.post.stage}) ${row.post.text}`] : [];
  });
}

test('A post is shown at once, and once when it has arrived', async () => {
  const world = new World();
  const club = await world.inRoom();
  club.post(ROOM, 'Добрый день!', null);
  assert.deepEqual(shown(club), ['(sending) Добрый день!']);
  await world.clock.pass(10);
  assert.deepEqual(shown(club), ['Добрый день!']);
  assert.equal(world.storage.map.size, 0);
});

test('A post whose answer was lost is sent again and shown once', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.faults = { ...NO_FAULTS, cut: (when, method) => when === 'after' && method === 'message.post' };
  club.post(ROOM, '我们可以合作', null);
  await world.clock.pass(10);
  assert.deepEqual(shown(club), ['(waiting) 我们可以合作']);
  world.server.faults = NO_FAULTS;
  await world.clock.pass(5000);
  assert.deepEqual(world.server.texts(ROOM), ['我们可以合作']);
  assert.deepEqual(shown(club), ['我们可以合作']);
});

test('A post that arrived is known by its id, also when its answer never comes', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.faults = { ...NO_FAULTS, cut: (when, method) => when === 'after' && method === 'message.post' };
  club.post(ROOM, 'Договор готов', null);
  await world.clock.pass(10);
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'message.post' ? new FakeError('unavailable', 60) : null),
  };
  await world.clock.pass(5000);
  assert.deepEqual([shown(club), club.state.posts, world.storage.map.size], [['Договор готов'], [], 0]);
});

test('What is written without a line goes out in its order when it is back', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  for (const text of ['один', '二', 'three']) club.post(ROOM, text, null);
  await world.clock.pass(60_000);
  assert.deepEqual(shown(club), ['(waiting) один', '(waiting) 二', '(waiting) three']);
  world.server.up = true;
  await world.clock.pass(40_000);
  assert.deepEqual(world.server.texts(ROOM), ['один', '二', 'three']);
  assert.deepEqual(shown(club), ['один', '二', 'three']);
});

test('A line that is open again at once is not told as lost, one that stays away is until it is back', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.cutAll();
  assert.equal(lineOf(club.state), 'breaking');
  await world.clock.pass(1_000);
  assert.equal(lineOf(club.state), 'open');
  world.server.up = false;
  world.server.cutAll();
  await world.clock.pass(1_400);
  assert.deepEqual([lineOf(club.state), club.state.lineLost], ['breaking', false]);
  await world.clock.pass(200);
  assert.deepEqual([lineOf(club.state), club.state.lineLost], ['lost', true]);
  await world.clock.pass(10_000);
  assert.equal(lineOf(club.state), 'lost');
  world.server.up = true;
  await world.clock.pass(20_000);
  assert.deepEqual([lineOf(club.state), club.state.lineLost], ['open', false]);
});

test('A post that the server cannot take goes on saying so while it is asked again, on the same line', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.faults = { ...NO_FAULTS, refuse: () => new FakeError('unavailable', 5) };
  club.post(ROOM, 'Когда сможете', null);
  await world.clock.pass(10);
  const reason = (): unknown => club.state.posts.map((post) => [post.stage, post.reason]);
  assert.deepEqual(reason(), [['waiting', 'unavailable']]);
  world.server.faults = { ...NO_FAULTS, cut: (when, method) => when === 'before' && method === 'message.post' };
  await world.clock.pass(5_000);
  assert.deepEqual(reason(), [['waiting', null]]);
  world.server.faults = NO_FAULTS;
  await world.clock.pass(5_000);
  assert.deepEqual(shown(club), ['Когда сможете']);
});

test('A put-off post keeps the later ones behind it', async () => {
  const world = new World();
  const club = await world.inRoom();
  let refusals = 2;
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'message.post' && refusals-- > 0 ? new FakeError('slow_mode', 5) : null),
  };
  for (const text of ['первое', 'второе']) club.post(ROOM, text, null);
  await world.clock.pass(20);
  assert.deepEqual(
    club.state.posts.map((post) => [post.text, post.stage, post.reason]),
    [
      ['первое', 'waiting', 'slow_mode'],
      ['второе', 'waiting', null],
    ],
  );
  await world.clock.pass(20_000);
  assert.deepEqual(world.server.texts(ROOM), ['первое', 'второе']);
});

test('A refused post says why, can be sent again or discarded, and does not stop the next', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method, params) => (method === 'message.post' && params['text'] === 'bad' ? new FakeError('muted') : null),
  };
  club.post(ROOM, 'bad', null);
  club.post(ROOM, 'good', null);
  await world.clock.pass(50);
  assert.deepEqual(shown(club), ['good', '(failed) bad']);
  assert.equal(club.state.posts[0]?.reason, 'muted');
  world.server.faults = NO_FAULTS;
  club.retry(club.state.posts[0]?.clientId ?? '');
  await world.clock.pass(50);
  assert.deepEqual(shown(club), ['good', 'bad']);
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'message.post' ? new FakeError('muted') : null),
  };
  club.post(ROOM, 'never', null);
  await world.clock.pass(50);
  club.discard(club.state.posts[0]?.clientId ?? '');
  assert.deepEqual([shown(club), world.storage.map.size], [['good', 'bad'], 0]);
});

test('A reload keeps what was not sent, and a second page of the member does not lose it', async () => {
  const world = new World();
  const first = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  first.post(ROOM, 'важное', null);
  first.stop();
  const second = world.client();
  assert.deepEqual(
    second.state.posts.map((post) => post.text),
    ['важное'],
  );
  world.server.up = true;
  await world.clock.pass(40_000);
  assert.deepEqual(world.server.texts(ROOM), ['важное']);
  assert.deepEqual([second.state.posts.length, world.storage.map.size], [0, 0]);
});

test('Two pages with the same unsent post leave one message', async () => {
  const world = new World();
  const first = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  first.post(ROOM, 'один раз', null);
  const second = world.client();
  second.open(ROOM);
  world.server.up = true;
  await world.clock.pass(60_000);
  assert.deepEqual(world.server.texts(ROOM), ['один раз']);
  assert.deepEqual([shown(first), shown(second)], [['один раз'], ['один раз']]);
});

test('Damaged storage is no harm', () => {
  const world = new World();
  for (const text of ['{', 'null', '[]', '{"clientId":1}', '{"clientId":"a","room":"kz"}'])
    world.storage.set(`club.post.m1.${text.length}`, text);
  assert.deepEqual(world.client().state.posts, []);
});

test('Posts of another member of the same browser are not sent', async () => {
  const world = new World();
  world.server.up = false;
  const first = world.client(world.other);
  first.post(ROOM, '王伟的消息', null);
  first.stop();
  world.server.up = true;
  world.client(world.me);
  await world.clock.pass(10_000);
  assert.deepEqual([world.server.texts(ROOM), world.storage.map.size], [[], 1]);
});

test('After a broken line nothing is missing and nothing comes twice', async () => {
  const world = new World();
  const club = await world.inRoom();
  const expected: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (let count = 0; count < 60; count += 1) {
      if (count === 20) world.server.cutAll();
      const text = `${round}.${count}`;
      world.says(text);
      expected.push(text);
    }
    await world.clock.pass(30_000);
  }
  assert.deepEqual(shown(club), expected);
});

test('A hole in the notifications is filled by joining again', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.says('1');
  await world.clock.pass(10);
  const silent = [...world.server.connections][0];
  silent?.subscribed.delete(ROOM);
  world.says('2');
  silent?.subscribed.add(ROOM);
  world.says('3');
  await world.clock.pass(50);
  assert.deepEqual(shown(club), ['1', '2', '3']);
});

test('Another history: what was kept is thrown away and joined afresh', async () => {
  const world = new World();
  const club = await world.inRoom();
  for (const text of ['a', 'b', 'c']) world.says(text);
  await world.clock.pass(10);
  world.server.restore(ROOM, 1);
  world.says('d');
  await world.clock.pass(5000);
  assert.deepEqual(shown(club), ['a', 'd']);
  assert.equal(club.state.logs.get(ROOM)?.cursor, 2);
});

test('Another history that is longer than the old one is not mixed with it', async () => {
  const world = new World();
  const club = await world.inRoom();
  for (const text of ['a', 'b', 'c']) world.says(text);
  await world.clock.pass(10);
  world.server.restore(ROOM, 1);
  for (const text of ['d', 'e', 'f', 'g']) world.says(text);
  await world.clock.pass(5000);
  assert.deepEqual(shown(club), ['a', 'd', 'e', 'f', 'g']);
});

test('A cursor beyond the head is joined afresh', async () => {
  const world = new World();
  const club = await world.inRoom();
  for (const text of ['a', 'b', 'c']) world.says(text);
  await world.clock.pass(10);
  world.server.entries(ROOM).length = 2;
  world.server.cutAll();
  await world.clock.pass(5000);
  assert.deepEqual(shown(club), ['a', 'b']);
});

test('An edit, a removal and a reaction are shown at once and sent again after a broken line', async () => {
  const world = new World();
  const club = await world.inRoom();
  club.post(ROOM, 'Встреча в 10', null);
  await world.clock.pass(20);
  world.server.faults = { ...NO_FAULTS, cut: (when, method) => when === 'after' && method === 'message.edit' };
  club.act(ROOM, 1, { kind: 'edit', text: 'Встреча в 11' });
  assert.deepEqual(shown(club), ['Встреча в 11']);
  await world.clock.pass(20);
  world.server.faults = NO_FAULTS;
  club.act(ROOM, 1, { kind: 'react', emoji: '👍', on: true });
  await world.clock.pass(5000);
  assert.deepEqual(club.state.acts, []);
  const message = club.state.logs.get(ROOM)?.messages[0];
  assert.deepEqual([message?.text, message?.reactions], ['Встреча в 11', [{ emoji: '👍', count: 1, mine: true }]]);
});

test('An act that is refused is taken back and said', async () => {
  const world = new World();
  const club = await world.inRoom();
  const seq = world.says('чужое');
  await world.clock.pass(10);
  club.act(ROOM, seq, { kind: 'edit', text: 'моё' });
  await world.clock.pass(10);
  assert.deepEqual(shown(club), ['чужое']);
  assert.deepEqual(
    club.state.notices.map(({ what, reason }) => [what, reason]),
    [['edit', 'forbidden']],
  );
});

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

test('Read marks are told now and then, not for each message, and again after a broken line', async () => {
  const world = new World();
  const club = await world.inRoom();
  for (let seq = 1; seq <= 20; seq += 1) {
    world.says(String(seq));
    await world.clock.pass(50);
    club.seen(ROOM, seq);
  }
  await world.clock.pass(3000);
  const told = world.server.carriedOut.filter(({ method }) => method === 'room.read');
  assert.deepEqual([told.length, told.at(-1)?.params['seq']], [1, 20]);
  world.says('21');
  await world.clock.pass(10);
  world.server.cutAll();
  club.seen(ROOM, 21);
  await world.clock.pass(5000);
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'room.read').at(-1)?.params['seq'], 21);
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

test('The line at what is new stands where the reader left off', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  await Promise.all([club.enlist({ country: 'kz', sector: 'fintech' }), world.clock.pass(10)]);
  world.says('новое');
  club.open(ROOM);
  await world.clock.pass(10);
  assert.equal(club.state.opened.get(ROOM)?.newAfter, 0);
  club.seen(ROOM, 1);
  world.server.cutAll();
  await world.clock.pass(3000);
  assert.equal(club.state.opened.get(ROOM)?.newAfter, 0, 'a reconnect does not move it');
});

test('Scrolling up reads on past pages without a message', async () => {
  const world = new World();
  for (let count = 0; count < 30; count += 1) world.says(`message ${count}`);
  for (let count = 0; count < 160; count += 1) {
    world.server.act(world.other, 'message.react', {
      room: ROOM,
      seq: 1 + (count % 20),
      emoji: '👍',
      on: Math.floor(count / 20) % 2 === 0,
    });
  }
  const club = await world.inRoom();
  assert.equal(shown(club).length, 0);
  await Promise.all([club.older(ROOM), world.clock.pass(200)]);
  assert.ok(shown(club).length > 0);
  assert.equal(club.state.opened.get(ROOM)?.older, 'idle');
});

test('Without a line scrolling up asks nothing and changes nothing, and goes on when it is back', async () => {
  const world = new World();
  for (let count = 1; count <= 120; count += 1) world.says(`message ${count}`);
  const club = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  const before = club.state;
  await club.older(ROOM);
  assert.equal(club.state, before);
  world.server.up = true;
  await world.clock.pass(40_000);
  await Promise.all([club.older(ROOM), world.clock.pass(50)]);
  assert.equal(shown(club)[0], 'message 21');
});

test('A quoted message far above is fetched once, and the window goes there', async () => {
  const world = new World();
  for (let count = 1; count <= 300; count += 1) world.says(`message ${count}`);
  world.says('Согласен', { reply_to: 5 });
  const club = await world.inRoom();
  await Promise.all([club.quote(ROOM, 5), club.quote(ROOM, 5), world.clock.pass(50)]);
  assert.equal(club.state.logs.get(ROOM)?.quoted.get(5)?.text, 'message 5');
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'room.history').length, 1);
  const [found] = await Promise.all([club.around(ROOM, 5), world.clock.pass(50)]);
  assert.equal(found, true);
  assert.ok(shown(club).includes('message 5') && !shown(club).includes('Согласен'));
  await Promise.all([club.newest(ROOM), world.clock.pass(50)]);
  assert.equal(shown(club).at(-1), 'Согласен');
});

test('Typing is shown for a while and ends with the message', async () => {
  const world = new World();
  const club = await world.inRoom();
  const other = world.client(world.other, memory());
  await world.clock.pass(10);
  other.open(ROOM);
  await world.clock.pass(10);
  for (let count = 0; count < 5; count += 1) other.typing(ROOM);
  await world.clock.pass(20);
  assert.deepEqual(
    club.state.typing.get(ROOM)?.map((typist) => typist.name),
    ['王伟'],
  );
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'room.typing').length, 1);
  other.post(ROOM, '好', null);
  await world.clock.pass(20);
  assert.deepEqual(club.state.typing.get(ROOM) ?? [], []);
  other.typing(ROOM);
  await world.clock.pass(20);
  await world.clock.pass(7000);
  assert.equal(club.state.typing.get(ROOM), undefined);
});

test('A session that is over ends the club', async () => {
  const world = new World();
  await world.inRoom();
  world.server.cutAll(4001);
  await settle();
  assert.deepEqual(world.ended, ['no_session']);
});

test('A room that cannot be opened for now says what it waits for, and opens by itself', async () => {
  const world = new World();
  world.says('你好');
  const club = world.client();
  await world.clock.pass(10);
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'room.join' ? new FakeError('unavailable', 2) : null),
  };
  club.open(ROOM);
  await world.clock.pass(3_000);
  const opened = (): unknown => [club.state.opened.get(ROOM)?.stage, club.state.opened.get(ROOM)?.reason];
  assert.deepEqual(opened(), ['joining', 'unavailable']);
  world.server.faults = NO_FAULTS;
  await world.clock.pass(2_000);
  assert.deepEqual([opened(), shown(club)], [['joined', null], ['你好']]);
});

test('A room that may not be entered says so and can be tried again', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'room.join' ? new FakeError('not_found') : null),
  };
  club.open('dm.other');
  await world.clock.pass(10);
  assert.deepEqual(
    [club.state.opened.get('dm.other')?.stage, club.state.opened.get('dm.other')?.reason],
    ['refused', 'not_found'],
  );
  world.server.faults = NO_FAULTS;
  club.rejoin('dm.other');
  await world.clock.pass(10);
  assert.equal(club.state.opened.get('dm.other')?.stage, 'joined');
});

test('A member who was away for long gets the newest messages, not thousands', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.says('давно');
  await world.clock.pass(10);
  world.server.up = false;
  world.server.cutAll();
  for (let count = 0; count < 3000; count += 1) world.says(String(count));
  world.server.up = true;
  await world.clock.pass(60_000);
  assert.equal(shown(club).at(-1), '2999');
  assert.ok(shown(club).length <= 100);
});

test('Whatever the line does, every message stands once, in order, for both members', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const world = new World();
    const chance = new Chance(seed);
    world.server.faults = {
      latency: () => 1 + chance.below(80),
      lateness: () => chance.below(400),
      cut: () => chance.hits(0.04),
      refuse: () => (chance.hits(0.05) ? new FakeError('unavailable', 1) : null),
    };
    const clients = [
      world.client(world.me, memory(), () => chance.next()),
      world.client(world.other, memory(), () => chance.next()),
    ];
    for (const client of clients) client.open(ROOM);
    let written = 0;
    for (let step = 0; step < 80; step += 1) {
      const client = chance.pick(clients);
      const messages = client.state.logs.get(ROOM)?.messages ?? [];
      const own = messages.filter((message) => message.from.id === client.state.me.id && !message.removed);
      const move = chance.below(8);
      if (move < 4) client.post(ROOM, `${client.state.me.id} ${written++}`, null);
      else if (move === 4 && own.length > 0)
        client.act(ROOM, chance.pick(own).seq, { kind: 'edit', text: `edited ${step}` });
      else if (move === 5 && messages.length > 0)
        client.act(ROOM, chance.pick(messages).seq, { kind: 'react', emoji: '🤝', on: chance.hits(0.7) });
      else if (move === 6) void client.older(ROOM);
      else if (chance.hits(0.3)) world.server.cutAll();
      await world.clock.pass(chance.below(1500));
    }
    world.server.faults = NO_FAULTS;
    await world.clock.pass(120_000);
    const posted = world.server.entries(ROOM).filter((entry): entry is MessageEntry => entry.type === 'message');
    assert.equal(posted.length, written, `seed ${seed}: every post is there once`);
    for (const member of ['m1', 'm2']) {
      const numbers = posted
        .filter((entry) => entry.from.id === member)
        .map((entry) => Number(entry.text?.split(' ')[1]));
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
        `seed ${seed}: in the order in which they were written`,
      );
    }
    for (const client of clients) {
      while ((client.state.logs.get(ROOM)?.after ?? 0) > 0)
        await Promise.all([client.older(ROOM), world.clock.pass(100)]);
      const log = client.state.logs.get(ROOM);
      const fresh = world.server.act(client.state.me, 'room.history', { room: ROOM, limit: 100 }) as {
        entries: MessageEntry[];
      };
      const last = new Map(fresh.entries.map((entry) => [entry.seq, entry]));
      assert.deepEqual(
        log?.messages.map((message) => message.seq),
        posted.map((entry) => entry.seq),
        `seed ${seed}`,
      );
      assert.deepEqual([client.state.posts, client.state.acts], [[], []], `seed ${seed}: nothing is left over`);
      for (const message of log?.messages ?? []) {
        const entry = last.get(message.seq);
        if (entry === undefined) continue;
        assert.deepEqual(
          [message.text, message.reactions],
          [entry.text, entry.reactions ?? []],
          `seed ${seed}, message ${message.seq}`,
        );
      }
      client.stop();
    }
  }
});
