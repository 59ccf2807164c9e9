// What is there after a broken line, a hole and another history.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FAULTS } from './fake-club.js';
import { ROOM, shown, World } from './world.js';

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

test('An act is asked for again after a broken line, also where the disk does not say whether another tab did it', async () => {
  const world = new World();
  const club = await world.inRoom();
  const seq = world.says('согласны?');
  await world.clock.pass(2_000);
  world.server.up = false;
  world.server.cutAll();
  club.act(ROOM, seq, { kind: 'react', emoji: '🤝', on: true });
  await world.clock.pass(1_000);
  assert.ok(world.vault.text.includes('🤝'));
  world.vault.broken = true;
  world.server.up = true;
  await world.clock.pass(30_000);
  assert.deepEqual(club.state.logs.get(ROOM)?.messages[0]?.reactions, [{ emoji: '🤝', count: 1, mine: true }]);
});
