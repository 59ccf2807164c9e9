// What is written is kept until the server has it, and sent once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../src/state/club.js';
import { settle } from './fake-clock.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
import { ROOM, shown, World } from './world.js';

test('A post is shown at once, and once when it has arrived', async () => {
  const world = new World();
  const club = await world.inRoom();
  club.post(ROOM, 'Добрый день!', null);
  assert.deepEqual(shown(club), ['(sending) Добрый день!']);
  await world.clock.pass(10);
  assert.deepEqual(shown(club), ['Добрый день!']);
  assert.equal(world.vault.shelf('posts').size, 0);
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
  assert.deepEqual([shown(club), club.state.posts, world.vault.shelf('posts').size], [['Договор готов'], [], 0]);
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
  assert.deepEqual([shown(club), world.vault.shelf('posts').size], [['good', 'bad'], 0]);
});

test('A post that is held back is not sent again; it is shown once it was published, or says that it will not be', async () => {
  const world = new World();
  const club = await world.inRoom();
  const sent = (): number => world.server.carriedOut.filter(({ method }) => method === 'message.post').length;
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'message.post' ? new FakeError('held') : null),
  };
  club.post(ROOM, 'одно и то же', null);
  club.post(ROOM, '另一条', null);
  await world.clock.pass(60_000);
  assert.deepEqual(shown(club), ['(failed) одно и то же', '(failed) 另一条']);
  const second = club.state.posts[1]?.clientId ?? '';
  const detail = { report: 2, outcome: 'dismissed', held: second };
  world.server.notifyAll('acted', { action: 'settle', room: ROOM, detail });
  await world.clock.pass(50);
  assert.deepEqual(
    club.state.posts.map((post) => post.reason),
    ['held', 'held_dropped'],
  );
  assert.equal(club.state.notices.at(-1)?.what, 'held.dropped');

  // The next page asks once more for the one that may have been published since.
  const asked = sent();
  world.server.faults = NO_FAULTS;
  club.stop();
  const next = world.client();
  await settle();
  next.open(ROOM);
  await world.clock.pass(1_000);
  assert.deepEqual([shown(next), sent()], [['одно и то же', '(failed) 另一条'], asked + 1]);
});

test('A post that was published is not pending any more, in whichever room its author is', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'message.post' ? new FakeError('held') : null),
  };
  club.post('ru', 'одно и то же', null);
  await world.clock.pass(50);
  const held = club.state.posts[0]?.clientId ?? '';
  world.server.notifyAll('acted', { action: 'settle', room: 'ru', seq: 9, detail: { outcome: 'published', held } });
  await world.clock.pass(50);
  assert.deepEqual([club.state.posts.length, world.vault.shelf('posts').size], [0, 0]);
  assert.equal(club.state.notices.at(-1)?.what, 'held.published');
});

test('A reload keeps what was not sent, and a second page of the member does not lose it', async () => {
  const world = new World();
  const first = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  first.post(ROOM, 'важное', null);
  await settle();
  first.stop();
  const second = world.client();
  await settle();
  assert.deepEqual(
    second.state.posts.map((post) => post.text),
    ['важное'],
  );
  world.server.up = true;
  await world.clock.pass(40_000);
  assert.deepEqual(world.server.texts(ROOM), ['важное']);
  assert.deepEqual([second.state.posts.length, world.vault.shelf('posts').size], [0, 0]);
});

test('A post is on the disk before it is on its way', async () => {
  const world = new World();
  const club = await world.inRoom();
  const posts = (): number => world.server.carriedOut.filter(({ method }) => method === 'message.post').length;
  let keptFirst = false;
  world.server.faults = {
    ...NO_FAULTS,
    cut: (when, method) => {
      if (when === 'before' && method === 'message.post') keptFirst = world.vault.text.includes('сначала на диск');
      return false;
    },
  };
  club.post(ROOM, 'сначала на диск', null);
  await world.clock.pass(50);
  assert.deepEqual([keptFirst, posts(), world.vault.text.includes('сначала на диск')], [true, 1, false]);
});

test('Two pages show what one of them wrote without a line, and one of them sends it', async () => {
  const world = new World();
  const first = await world.inRoom();
  const second = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  for (const text of ['один', '二']) first.post(ROOM, text, null);
  await settle();
  second.post(ROOM, 'three', null);
  await settle();
  for (const club of [first, second])
    assert.deepEqual(
      shown(club),
      ['один', '二', 'three'].map((text) => `(waiting) ${text}`),
    );
  world.server.up = true;
  await world.clock.pass(60_000);
  assert.deepEqual(world.server.texts(ROOM), ['один', '二', 'three']);
  for (const club of [first, second]) assert.deepEqual(shown(club), ['один', '二', 'three']);
  const sent = world.server.carriedOut.filter(({ method }) => method === 'message.post');
  assert.deepEqual([sent.length, world.turns.most, world.vault.shelf('posts').size], [3, 1, 0]);
});

test('A page that stands still while it has the turn holds nobody up, and there is still one message', async () => {
  const world = new World();
  const first = await world.inRoom();
  const second = await world.inRoom();
  const [connection] = [...world.server.connections];
  // What the first one sends is lost, and it does not notice.
  if (connection !== undefined) connection.send = () => {};
  first.post(ROOM, 'от первой', null);
  await world.clock.pass(6_000);
  assert.deepEqual(world.server.texts(ROOM), ['от первой']);
  second.post(ROOM, 'от второй', null);
  await world.clock.pass(60_000);
  assert.deepEqual(world.server.texts(ROOM), ['от первой', 'от второй']);
  for (const club of [first, second]) assert.deepEqual(shown(club), ['от первой', 'от второй']);
});

test('What one page throws away is thrown away in the other', async () => {
  const world = new World();
  const first = await world.inRoom();
  const second = await world.inRoom();
  world.server.up = false;
  world.server.cutAll();
  first.post(ROOM, 'лишнее', null);
  await settle();
  second.discard(second.state.posts[0]?.clientId ?? '');
  await settle();
  assert.deepEqual([first.state.posts, second.state.posts, world.vault.shelf('posts').size], [[], [], 0]);
});

test('Damaged storage is no harm', async () => {
  const world = new World();
  world.vault.meta = { id: 'm1', epoch: 'epoch-1' };
  for (const text of ['null', '[]', '{"clientId":1}', '{"clientId":"a","room":"kz"}', '"x"', '7'])
    for (const shelf of world.vault.shelves.values()) shelf.set(`damaged ${text}`, JSON.parse(text));
  world.vault.shelf('sizes').set(ROOM, {});
  world.vault.shelf('logs').set(ROOM, { room: ROOM, epoch: 'epoch-1', cursor: 'many' });
  world.says('你好');
  const club = await world.inRoom();
  assert.deepEqual([club.state.posts, club.state.acts, shown(club)], [[], [], ['你好']]);
});

test('A full disk and a broken one change nothing but that a reload forgets', async () => {
  for (const fault of ['full', 'broken'] as const) {
    const world = new World();
    world.vault[fault] = true;
    const club = await world.inRoom();
    world.says('你好');
    club.post(ROOM, 'ответ', null);
    await world.clock.pass(50);
    world.server.up = false;
    world.server.cutAll();
    club.post(ROOM, 'позже', null);
    await world.clock.pass(5_000);
    world.server.up = true;
    await world.clock.pass(60_000);
    assert.deepEqual(
      [world.server.texts(ROOM), shown(club)],
      [
        ['你好', 'ответ', 'позже'],
        ['你好', 'ответ', 'позже'],
      ],
    );
    assert.deepEqual([world.vault.shelf('posts').size, club.state.notices], [0, []], fault);
    club.stop();
  }
});

test('Posts of another member of the same browser are not sent, and gone before the next one is there', async () => {
  const world = new World();
  world.server.up = false;
  const first = world.client(world.other);
  await settle();
  first.post(ROOM, '王伟的消息', null);
  await settle();
  assert.ok(world.vault.text.includes('王伟的消息'));
  first.stop();
  world.server.up = true;
  world.client(world.me);
  await settle();
  assert.ok(!world.vault.text.includes('王伟的消息'));
  await world.clock.pass(10_000);
  assert.deepEqual([world.server.texts(ROOM), world.vault.shelf('posts').size], [[], 0]);
});
