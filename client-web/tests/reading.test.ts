// Reading: marks, older pages, quoted messages, who types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeVault } from './fake-vault.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
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
  assert.deepEqual([told.length, told.at(-1)?.params['seq']], [3, 20]);
  world.says('21');
  await world.clock.pass(10);
  world.server.cutAll();
  club.seen(ROOM, 21);
  await world.clock.pass(5000);
  assert.equal(world.server.carriedOut.filter(({ method }) => method === 'room.read').at(-1)?.params['seq'], 21);
});

test('The line at what is new stands where the reader left off', async () => {
  const world = new World();
  const club = await world.withRoom();
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

test('On a slow line fewer messages come at a time, and all of them in the end', async () => {
  const world = new World();
  for (let count = 1; count <= 60; count += 1) world.says(`${count}`);
  world.server.faults = { ...world.server.faults, latency: () => 1500 };
  const club = world.client();
  await world.clock.pass(3000);
  club.open(ROOM);
  await world.clock.pass(4000);
  assert.equal(shown(club).length, 20);
  for (const length of [40, 60]) {
    await Promise.all([club.older(ROOM), world.clock.pass(4000)]);
    assert.equal(shown(club).length, length);
  }
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

test('Whoever is told another name sees it in who is here, in the talk and for themselves; entries keep theirs', async () => {
  const world = new World();
  const club = await world.inRoom();
  const other = world.client(world.other, new FakeVault());
  await world.clock.pass(10);
  other.open(ROOM);
  world.says('До');
  await Promise.all([club.talkTo(world.other.id), club.loadPeople(ROOM, false), world.clock.pass(50)]);
  const names = (): (string | undefined)[] => [
    club.state.people.get(ROOM)?.persons.find(({ id }) => id === world.other.id)?.name,
    [...club.state.rooms.values()].find((room) => room.with !== undefined)?.with?.name,
  ];
  assert.deepEqual(names(), ['王伟', '王伟']);
  world.server.rename(world.other, '王伟明');
  other.typing(ROOM);
  await world.clock.pass(20);
  assert.deepEqual(names(), ['王伟明', '王伟明']);
  world.server.rename(world.other, '王大明');
  world.says('После');
  world.server.rename(world.me, 'Айгерим Ким');
  world.server.act(world.me, 'message.post', { room: ROOM, client_id: 'elsewhere', text: 'С другого устройства' });
  await world.clock.pass(20);
  assert.deepEqual([...names(), club.state.me.name], ['王大明', '王大明', 'Айгерим Ким']);
  const authors = club.state.logs.get(ROOM)?.messages.map(({ from }) => from.name);
  assert.deepEqual(authors, ['王伟', '王大明', 'Айгерим Ким']);
});

test('Who is here is read anew as far as it was read, and what is shown stays while it is asked for', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.peoplePage = 2;
  const here = (): unknown => {
    const { persons = [], more = false } = club.state.people.get(ROOM) ?? {};
    return [persons.length, more];
  };
  for (let count = 0; count < 5; count += 1) {
    const member = world.server.addMember(`x${count}`, `x${count}`, `Гость ${count}`);
    world.client(member, new FakeVault()).open(ROOM);
  }
  await world.clock.pass(50);
  const load = (more: boolean): Promise<unknown> => Promise.all([club.loadPeople(ROOM, more), world.clock.pass(50)]);
  await load(false);
  assert.deepEqual(here(), [2, true]);
  await load(true);
  assert.deepEqual(here(), [4, true]);
  const again = load(false);
  assert.deepEqual(here(), [4, true]);
  await again;
  assert.deepEqual(here(), [4, true]);
  await load(true);
  assert.deepEqual(here(), [6, false]);
});

test('A mark that the club cannot take for now is told once it can', async () => {
  const world = new World();
  const club = await world.inRoom();
  const seq = world.says('прочитано');
  await world.clock.pass(10);
  const refuse = (method: string): FakeError | null =>
    method === 'room.read' ? new FakeError('unavailable', 2) : null;
  world.server.faults = { ...NO_FAULTS, refuse };
  club.seen(ROOM, seq);
  await world.clock.pass(1000);
  world.server.faults = NO_FAULTS;
  await world.clock.pass(5000);
  const told = world.server.carriedOut.filter(({ method }) => method === 'room.read');
  assert.deepEqual(
    told.map(({ params }) => params['seq']),
    [seq],
  );
});
