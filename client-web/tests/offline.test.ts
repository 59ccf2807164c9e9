// What the next page begins with: the log as it was kept and what has come since, without a hole and without doubles.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Club } from '../src/club/club.js';
import type { MessageEntry } from '../src/protocol/types.js';
import { MESSAGES_KEPT } from '../src/state/kept.js';
import { Chance, settle } from './fake-clock.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
import { FakeVault } from './fake-vault.js';
import { ROOM, shown, World } from './world.js';

/** A page that has seen the room, and is gone. */
async function visited(world: World, texts: readonly string[]): Promise<void> {
  for (const text of texts) world.says(text);
  const club = await world.inRoom();
  await world.clock.pass(2_000);
  club.stop();
}

/** The next page of the same browser, in the room. */
async function next(world: World): Promise<Club> {
  const club = world.client();
  await settle();
  club.open(ROOM);
  await settle();
  return club;
}

test('A page without a line shows the rooms and the messages of the one before, and since when they are known', async () => {
  const world = new World();
  world.server.act(world.me, 'room.open', { country: 'kz', sector: 'fintech' });
  await visited(world, ['Добрый день', '你好']);
  const left = world.clock.now();
  world.server.up = false;
  await world.clock.pass(3_600_000);
  const club = await next(world);
  assert.deepEqual(shown(club), ['Добрый день', '你好']);
  assert.deepEqual([...club.state.rooms.keys()], [ROOM]);
  await world.clock.pass(2_000);
  assert.deepEqual([club.state.lineLost, club.state.opened.get(ROOM)?.stage], [true, 'joining']);
  assert.ok(Math.abs((club.state.lastOpen ?? 0) - left) <= 2_000);
});

test('What was kept and what has come since are one log: edits, removals and reactions of meanwhile are in it', async () => {
  const world = new World();
  await visited(world, ['встреча в 10', 'согласны?', 'лишнее']);
  world.server.act(world.other, 'message.edit', { room: ROOM, seq: 1, text: 'встреча в 11' });
  world.server.act(world.other, 'message.react', { room: ROOM, seq: 2, emoji: '🤝', on: true });
  world.server.act(world.other, 'message.remove', { room: ROOM, seq: 3 });
  for (let count = 0; count < 120; count += 1) world.says(`новое ${count}`);
  assert.ok(world.vault.text.includes('лишнее'));
  const club = await next(world);
  assert.deepEqual(shown(club), ['встреча в 10', 'согласны?', 'лишнее'], 'what was kept is there at once');
  await world.clock.pass(5_000);
  const expected = Array.from({ length: 120 }, (_, count) => `новое ${count}`);
  assert.deepEqual(shown(club), ['встреча в 11', 'согласны?', '', ...expected]);
  assert.deepEqual(club.state.logs.get(ROOM)?.messages[1]?.reactions, [{ emoji: '🤝', count: 1, mine: false }]);
  assert.ok(!world.vault.text.includes('лишнее'), 'a removed text is still kept');
  const joins = world.server.carriedOut
    .filter(({ method }) => method === 'room.join')
    .map(({ params }) => params['after']);
  assert.deepEqual(joins.slice(1), [3, 103]);
});

test('A removed text leaves the vault when the page is told, also where it is only quoted', async () => {
  const world = new World();
  const seq = world.says('секретная цена');
  for (let count = 0; count < MESSAGES_KEPT + 20; count += 1) world.says(`${count}`);
  world.says('ответ', { reply_to: seq });
  const club = await world.inRoom();
  await Promise.all([club.quote(ROOM, seq), world.clock.pass(2_000)]);
  assert.ok(world.vault.text.includes('секретная цена'));
  world.server.act(world.other, 'message.remove', { room: ROOM, seq });
  await world.clock.pass(10);
  assert.ok(!world.vault.text.includes('секретная цена'));
});

test('An older page does not bring back what a newer one knows to be removed', async () => {
  const world = new World();
  const first = await world.inRoom();
  const second = await world.inRoom();
  const seq = world.says('передумали');
  await world.clock.pass(1_000);
  const [, connection] = [...world.server.connections];
  connection?.subscribed.delete(ROOM);
  world.server.act(world.other, 'message.remove', { room: ROOM, seq });
  await world.clock.pass(1_000);
  second.follow(ROOM, false);
  await Promise.all([second.quote(ROOM, 99), world.clock.pass(2_000)]);
  assert.equal(shown(second)[0], 'передумали', 'the second page has not heard of it');
  assert.ok(!world.vault.text.includes('передумали'));
  first.stop();
  second.stop();
});

test('With another epoch what was kept is thrown away; what was not answered is sent, what was answered is not', async () => {
  const world = new World();
  await visited(world, ['было', 'не вошло в копию']);
  world.server.up = false;
  const before = await next(world);
  before.post(ROOM, 'не отвечено', 2);
  before.act(ROOM, 2, { kind: 'react', emoji: '👍', on: true });
  before.keepDraft(ROOM, 'черновик');
  await world.clock.pass(1_000);
  before.stop();
  world.server.restore(ROOM, 1);
  world.server.up = true;
  const club = await next(world);
  assert.deepEqual(shown(club), ['было', 'не вошло в копию', '(waiting) не отвечено']);
  await world.clock.pass(5_000);
  assert.deepEqual(shown(club), ['было', 'не отвечено']);
  const [, posted] = world.server.entries(ROOM) as MessageEntry[];
  assert.equal(posted?.reply_to, undefined, 'it answers a message that is another one now');
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'message.react').length, 0);
  for (const gone of ['не вошло в копию', '👍']) assert.ok(!world.vault.text.includes(gone), gone);
  assert.equal(club.draft(ROOM), 'черновик');
});

test('A log kept under another epoch is not shown, even where the vault still has it', async () => {
  const world = new World();
  await visited(world, ['старая история']);
  if (world.vault.meta !== null) world.vault.meta.epoch = 'another';
  world.server.up = false;
  const club = await next(world);
  assert.deepEqual(shown(club), []);
});

test('A cursor beyond the head: what was kept is thrown away and joined afresh', async () => {
  const world = new World();
  await visited(world, ['a', 'b', 'c']);
  world.server.entries(ROOM).length = 1;
  world.says('d');
  world.server.entries(ROOM).length = 2;
  const club = await next(world);
  await world.clock.pass(2_000);
  assert.deepEqual(shown(club), ['a', 'd']);
  assert.ok(!world.vault.text.includes('"c"'));
});

test('Somebody who was away for long gets the newest messages in one page', async () => {
  const world = new World();
  await visited(world, ['давно']);
  for (let count = 0; count < 900; count += 1) world.says(String(count));
  const club = await next(world);
  await world.clock.pass(5_000);
  assert.deepEqual([shown(club).length, shown(club).at(-1)], [50, '899']);
});

test('A room that may not be entered any more is kept no longer', async () => {
  const world = new World();
  await visited(world, ['только для своих']);
  world.server.faults = {
    ...NO_FAULTS,
    refuse: (method) => (method === 'room.join' ? new FakeError('not_found') : null),
  };
  const club = await next(world);
  await world.clock.pass(1_000);
  assert.deepEqual(
    [club.state.opened.get(ROOM)?.stage, world.vault.text.includes('только для своих')],
    ['refused', false],
  );
});

test('Acts are kept over a reload and asked once, though two pages know of them', async () => {
  const world = new World();
  const before = await world.inRoom();
  before.post(ROOM, 'встреча в 10', null);
  await world.clock.pass(2_000);
  world.server.up = false;
  world.server.cutAll();
  before.act(ROOM, 1, { kind: 'edit', text: 'встреча в 11' });
  await settle();
  const after = await next(world);
  assert.deepEqual([shown(before), shown(after)], [['встреча в 11'], ['встреча в 11']]);
  world.server.up = true;
  await world.clock.pass(40_000);
  assert.equal(world.server.entries(ROOM).filter(({ type }) => type === 'edit').length, 1);
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'message.edit').length, 1);
  assert.deepEqual([before.state.acts, after.state.acts, world.vault.shelf('acts').size], [[], [], 0]);
  before.stop();
  after.stop();
});

test('An act that another page has done is not asked again, so that it undoes nothing', async () => {
  const world = new World();
  const before = await world.inRoom();
  before.post(ROOM, 'a', null);
  await world.clock.pass(2_000);
  world.server.up = false;
  world.server.cutAll();
  before.act(ROOM, 1, { kind: 'edit', text: 'b' });
  await settle();
  const after = await next(world);
  after.act(ROOM, 1, { kind: 'edit', text: 'c' });
  await settle();
  world.server.up = true;
  await world.clock.pass(60_000);
  assert.deepEqual([shown(before), shown(after)], [['c'], ['c']]);
  before.stop();
  after.stop();
});

test('Marks of reading that the server has not are kept and told before the room is joined', async () => {
  const world = new World();
  world.server.act(world.me, 'room.open', { country: 'kz', sector: 'fintech' });
  await visited(world, ['раз', '二', 'three']);
  world.server.up = false;
  const offline = await next(world);
  await world.clock.pass(2_000);
  offline.seen(ROOM, 2);
  await world.clock.pass(2_000);
  offline.stop();
  const club = await next(world);
  assert.equal(club.state.rooms.get(ROOM)?.read, 2);
  world.server.up = true;
  world.server.carriedOut.length = 0;
  await world.clock.pass(40_000);
  const told = world.server.carriedOut.filter(({ method }) => method === 'room.read' || method === 'room.join');
  assert.deepEqual(
    told.map(({ method, params }) => [method, params['seq']]),
    [
      ['room.read', 2],
      ['room.join', undefined],
    ],
  );
  assert.deepEqual([club.state.rooms.get(ROOM)?.unread, world.vault.shelf('marks').size], [1, 0]);
});

test('What is kept is bounded: messages of a room, rooms, characters; the oldest go first', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  const rooms = Array.from({ length: 40 }, (_, at) => `kz.room${at + 10}`);
  for (const room of rooms) {
    const long = 'длинно '.repeat(500);
    for (let count = 0; count < 110; count += 1) {
      const params = { room, client_id: `${room} ${count}`, text: `${count} ${count % 2 === 0 ? long : ''}` };
      world.server.act(world.other, 'message.post', params);
    }
    club.open(room);
    await world.clock.pass(50);
    await Promise.all([club.older(room), world.clock.pass(50)]);
    await Promise.all([club.older(room), world.clock.pass(1_000)]);
    club.close(room);
  }
  const logs = [...world.vault.shelf('logs')] as [string, { messages: unknown[] }][];
  assert.ok(logs.length <= 30 && logs.length > 5, String(logs.length));
  assert.deepEqual(
    logs.map(([room]) => room),
    rooms.slice(-logs.length),
  );
  assert.ok(logs.every(([, log]) => log.messages.length === MESSAGES_KEPT));
  assert.ok(JSON.stringify(logs).length < 4_500_000);
  assert.deepEqual(
    [...world.vault.shelf('sizes').keys()],
    logs.map(([room]) => room),
  );
  club.stop();
});

test('A line that another member answers on is theirs: the page begins again', async () => {
  const world = new World();
  const club = world.client();
  await settle();
  const welcome = { protocol: 'club.v1', member: world.other, instance: 'one', epoch: 'epoch-1', time: '', limits: {} };
  world.server.cutAll();
  await world.clock.pass(3_000);
  world.server.notifyAll('welcome', welcome);
  await world.clock.pass(2_000);
  assert.deepEqual(world.ended, ['other']);
  club.stop();
});

test('Whatever breaks, reloads and opens beside it: every message stands once, in order, and no text is kept that is removed', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const world = new World();
    const chance = new Chance(seed);
    const faults = {
      latency: () => 1 + chance.below(80),
      lateness: () => chance.below(400),
      cut: () => chance.hits(0.05),
      refuse: () => (chance.hits(0.05) ? new FakeError('unavailable', 1) : null),
    };
    world.server.faults = faults;
    const vault = new FakeVault();
    const open = async (): Promise<Club> => {
      const club = world.client(world.me, vault, () => chance.next());
      await settle();
      club.open(ROOM);
      return club;
    };
    const tabs = [await open()];
    let written = 0;
    for (let step = 0; step < 60; step += 1) {
      const club = chance.pick(tabs);
      const messages = club.state.logs.get(ROOM)?.messages ?? [];
      const own = messages.filter((message) => message.from.id === 'm1' && !message.removed);
      const move = chance.below(10);
      if (move < 3) club.post(ROOM, `own ${written++}`, null);
      else if (move === 3) world.says(`foreign ${step}`);
      else if (move === 4 && own.length > 0) club.act(ROOM, chance.pick(own).seq, { kind: 'remove', reason: null });
      else if (move === 5 && messages.length > 0)
        club.act(ROOM, chance.pick(messages).seq, { kind: 'react', emoji: '🤝', on: chance.hits(0.7) });
      else if (move === 6) world.server.cutAll();
      else if (move === 7 && tabs.length < 3) tabs.push(await open());
      else if (move === 8) {
        // Without a word, as when the browser is killed: only what was written is there afterwards.
        await settle();
        tabs.splice(tabs.indexOf(club), 1);
        club.stop();
        if (tabs.length === 0) tabs.push(await open());
      } else if (move === 9) world.server.up = chance.hits(0.6);
      if (!world.server.up) world.server.cutAll();
      await world.clock.pass(chance.below(1500));
    }
    world.server.faults = NO_FAULTS;
    world.server.up = true;
    await world.clock.pass(200_000);
    const posted = world.server.entries(ROOM).filter((entry): entry is MessageEntry => entry.type === 'message');
    const mine = posted.filter((entry) => entry.from.id === 'm1').map((entry) => Number(entry.text?.split(' ')[1]));
    assert.deepEqual(
      [...mine].sort((a, b) => a - b),
      Array.from({ length: written }, (_, at) => at),
      `seed ${seed}`,
    );
    assert.deepEqual(
      [vault.shelf('posts').size, vault.shelf('acts').size],
      [0, 0],
      `seed ${seed}: something is left over`,
    );
    for (const club of tabs) {
      assert.deepEqual([club.state.posts, club.state.acts], [[], []], `seed ${seed}`);
      while ((club.state.logs.get(ROOM)?.after ?? 0) > 0) await Promise.all([club.older(ROOM), world.clock.pass(100)]);
      assert.deepEqual(
        club.state.logs.get(ROOM)?.messages.map((message) => message.seq),
        posted.map((entry) => entry.seq),
        `seed ${seed}`,
      );
      const fresh = world.server.act(world.me, 'room.history', { room: ROOM, limit: 100 }) as {
        entries: MessageEntry[];
      };
      const last = new Map(fresh.entries.map((entry) => [entry.seq, entry]));
      for (const message of club.state.logs.get(ROOM)?.messages ?? []) {
        const entry = last.get(message.seq);
        if (entry === undefined) continue;
        assert.deepEqual([message.text, message.reactions], [entry.text ?? '', entry.reactions ?? []], `seed ${seed}`);
      }
    }
    const removed = new Set(
      world.server.entries(ROOM).flatMap((entry) => (entry.type === 'remove' ? [entry.target] : [])),
    );
    for (const entry of posted) {
      if (removed.has(entry.seq))
        assert.ok(!vault.text.includes(`"${entry.text}"`), `seed ${seed}: ${entry.text} is kept`);
    }
    for (const club of tabs) club.stop();
  }
});
