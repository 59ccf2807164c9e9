// The club as a whole: its end, its rooms, whatever the line does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageEntry } from '../src/protocol/types.js';
import { Chance, settle } from './fake-clock.js';
import { FakeError, NO_FAULTS } from './fake-club.js';
import { FakeVault } from './fake-vault.js';
import { ROOM, shown, World } from './world.js';

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
      world.client(world.me, new FakeVault(), () => chance.next()),
      world.client(world.other, new FakeVault(), () => chance.next()),
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
