// What calls a member who is not looking.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls } from '../src/club/calls.js';
import type { Club } from '../src/club/club.js';
import type { ClubState } from '../src/state/club.js';
import { FakeVault } from './fake-vault.js';
import { ROOM, shown, World } from './world.js';

class Watched {
  readonly world = new World();
  readonly club: Club;
  readonly rung: string[] = [];
  readonly silenced: string[] = [];
  leads = true;
  sight: string | null = null;

  constructor() {
    this.club = this.world.client();
    let before: ClubState = this.club.state;
    const calls = new Calls({
      clock: this.world.clock,
      bell: {
        leads: () => Promise.resolve(this.leads),
        inSight: (room) => Promise.resolve(room === this.sight),
        ring: (room, message) => this.rung.push(`${room.room} ${message.text}`),
        silence: (room, upto) => this.silenced.push(`${room} ${upto}`),
      },
      state: () => this.club.state,
      newestMessages: (room) => this.club.newestMessages(room),
    });
    this.world.changed = (club, state) => {
      if (club !== this.club) return;
      calls.follow(before, state);
      before = state;
    };
  }

  static async begin(prepare: (world: World) => void = () => {}): Promise<Watched> {
    const watched = new Watched();
    const { world } = watched;
    world.server.act(world.me, 'room.open', { country: 'kz', sector: 'fintech' });
    prepare(world);
    await world.clock.pass(2000);
    return watched;
  }

  pass(milliseconds: number): Promise<void> {
    return this.world.clock.pass(milliseconds);
  }
}

test('What was new before the list was read calls nobody; what comes then calls, once for what comes together', async () => {
  const watched = await Watched.begin((world) => world.says('давно'));
  assert.deepEqual([watched.club.state.rooms.get(ROOM)?.unread, watched.rung], [1, []]);
  watched.world.says('раз');
  await watched.pass(300);
  watched.world.says('два');
  await watched.pass(700);
  assert.deepEqual(watched.rung, [`${ROOM} два`]);
  for (const text of ['три', 'четыре', 'пять']) {
    watched.world.says(text);
    await watched.pass(1000);
  }
  await watched.pass(5000);
  assert.deepEqual(watched.rung, [`${ROOM} два`, `${ROOM} пять`], 'a busy room does not call all the time');
});

test('A room calls by its level, and choosing another one calls nobody', async () => {
  const watched = await Watched.begin();
  const choose = (level: 'all' | 'mentions' | 'none'): Promise<unknown> =>
    Promise.all([watched.club.setLevel(ROOM, level), watched.pass(5000)]);
  await choose('none');
  watched.world.says('@aigerim, тихо');
  await choose('mentions');
  watched.world.says('всем');
  await watched.pass(5000);
  assert.deepEqual(watched.rung, []);
  watched.world.says('@aigerim, 您好');
  watched.world.says('всем ещё раз');
  await watched.pass(5000);
  assert.deepEqual(watched.rung, [`${ROOM} @aigerim, 您好`]);
  await choose('all');
  assert.equal(watched.rung.length, 1);
});

test('What is read at once calls nobody, what is read later is shown no longer', async () => {
  const watched = await Watched.begin();
  const other = watched.world.client(watched.world.me, new FakeVault());
  await watched.pass(100);
  const quick = watched.world.says('прочитано на телефоне');
  await watched.pass(100);
  other.seen(ROOM, quick);
  await watched.pass(5000);
  assert.deepEqual(watched.rung, []);
  const slow = watched.world.says('прочитано позже');
  await watched.pass(1000);
  assert.deepEqual([watched.rung.length, watched.silenced.length], [1, 1]);
  other.seen(ROOM, slow);
  await watched.pass(1000);
  assert.deepEqual(watched.silenced, [`${ROOM} ${quick}`, `${ROOM} ${slow}`]);
  const removed = watched.world.says('уберут');
  await watched.pass(5000);
  assert.equal(watched.rung.length, 2);
  watched.world.server.act(watched.world.other, 'message.remove', { room: ROOM, seq: removed });
  await watched.pass(100);
  assert.equal(watched.silenced.length, 3);
});

test('What is read ends what was told of it, not what is told of what came since', async () => {
  const watched = await Watched.begin();
  const other = watched.world.client(watched.world.me, new FakeVault());
  await watched.pass(100);
  const read = watched.world.says('прочитано на телефоне');
  await watched.pass(100);
  other.seen(ROOM, read);
  await watched.pass(100);
  watched.world.says('明天见');
  await watched.pass(2000);
  assert.deepEqual(watched.rung, [`${ROOM} 明天见`]);
  assert.deepEqual(watched.silenced, [`${ROOM} ${read}`]);
  watched.world.server.act(watched.world.other, 'message.remove', { room: ROOM, seq: read + 1 });
  await watched.pass(100);
  assert.deepEqual(watched.silenced, [`${ROOM} ${read}`, `${ROOM} ${read + 2}`]);
});

test('What comes to a room that was just closed, before the server knows of that, calls like any other', async () => {
  const watched = await Watched.begin();
  const { club, world } = watched;
  club.open(ROOM);
  await watched.pass(100);
  club.close(ROOM);
  const seq = world.says('вдогонку');
  await watched.pass(5000);
  assert.deepEqual(watched.rung, [`${ROOM} вдогонку`]);
  club.open(ROOM);
  await watched.pass(100);
  assert.deepEqual([shown(club), club.state.logs.get(ROOM)?.cursor], [['вдогонку'], seq]);
  club.close(ROOM);
  world.server.act(world.other, 'message.remove', { room: ROOM, seq });
  await watched.pass(100);
  assert.equal(club.state.rooms.get(ROOM)?.unread, 0);
});

test('A room in sight, a tab that does not lead and a reader of their own words hear nothing', async () => {
  const watched = await Watched.begin();
  watched.sight = ROOM;
  watched.world.says('видно');
  await watched.pass(5000);
  watched.sight = null;
  watched.leads = false;
  watched.world.says('звонит другая вкладка');
  await watched.pass(5000);
  watched.leads = true;
  watched.world.server.act(watched.world.me, 'message.post', { room: ROOM, client_id: 'x', text: 'своё' });
  await watched.pass(5000);
  assert.deepEqual(watched.rung, []);
});

test('After a break the rooms that press most call, not all', async () => {
  const watched = await Watched.begin((world) => {
    for (const country of ['kg', 'tj', 'uz', 'ru', 'cn']) world.server.act(world.me, 'room.open', { country });
  });
  const { world } = watched;
  world.server.up = false;
  world.server.cutAll();
  await watched.pass(100);
  for (const room of ['kg', 'tj', 'uz', 'ru', 'cn'])
    world.server.act(world.other, 'message.post', { room, client_id: room, text: room === 'cn' ? '@aigerim' : room });
  world.server.up = true;
  await watched.pass(60_000);
  assert.equal(watched.rung.length, 4);
  assert.ok(watched.rung.includes('cn @aigerim'));
});
