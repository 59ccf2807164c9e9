// Reading: marks, older pages, quoted messages, who types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeVault } from './fake-vault.js';
import { ROOM, shown, World } from './world.js';

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
  const other = world.client(world.other, new FakeVault());
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
