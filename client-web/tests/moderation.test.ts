import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModerationEntry, Report, RoomEntry } from '../src/protocol/types.js';
import { timeline } from '../src/state/timeline.js';
import { NO_FAULTS } from './fake-club.js';
import { ROOM, World } from './world.js';

const AT = '2026-03-01T10:00:00.000Z';

/** What the server tells after the `seq` that the room has. */
function told(world: World, entry: object): void {
  const seq = world.server.entries(ROOM).length + 1;
  const from = { id: world.other.id, name: world.other.name, country: 'cn', company: '' };
  const whole = { room: ROOM, seq, at: AT, from, ...entry } as RoomEntry | ModerationEntry;
  world.server.entries(ROOM).push(whole);
  world.server.notifyAll('entry', whole);
}

test('What moderators did stands between the messages, in its place, and does not count as unread', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.says('Ищем партнёра в Алматы');
  told(world, { type: 'moderation', action: 'mute', member: 'm9', reason: 'реклама' });
  world.says('我们在寻找物流合作伙伴');
  told(world, { type: 'room', locked: true });
  await world.clock.pass(10);
  const log = club.state.logs.get(ROOM);
  assert.ok(log !== undefined);
  const rows = timeline({ log, posts: [], acts: [], newAfter: null, dayOf: () => '' });
  assert.deepEqual(
    rows.map((row) => (row.kind === 'note' ? row.note.type : row.kind)),
    ['message', 'moderation', 'message', 'room'],
  );
  assert.equal(club.state.rooms.get(ROOM)?.unread, 2);
});

test('A room shows what moderators set as soon as its log tells it', async () => {
  const world = new World();
  const club = await world.inRoom();
  told(world, { type: 'room', title: 'Логистика', slow: 30, pinned: [2, 1] });
  told(world, { type: 'room', locked: true });
  await world.clock.pass(10);
  const room = club.state.rooms.get(ROOM);
  assert.deepEqual([room?.title, room?.slow, room?.pinned, room?.locked], ['Логистика', 30, [2, 1], true]);
});

test('One who is muted is told what, why and until when, and writes again when it is lifted', async () => {
  const world = new World();
  const club = await world.inRoom();
  const until = '2026-03-02T10:00:00.000Z';
  world.server.notifyAll('acted', { action: 'mute', room: ROOM, reason: 'реклама', until });
  await world.clock.pass(10);
  assert.deepEqual(club.state.rooms.get(ROOM)?.muted, { reason: 'реклама', until });
  const notice = club.state.notices.at(-1);
  assert.deepEqual([notice?.what, notice?.words, notice?.until, notice?.room], ['mute', 'реклама', until, ROOM]);
  world.server.notifyAll('acted', { action: 'unmute' });
  await world.clock.pass(10);
  assert.equal(club.state.rooms.get(ROOM)?.muted, undefined);
});

test('A room that one may not enter any more leaves the list, and says why', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.notifyAll('left', { room: ROOM, reason: 'banned' });
  await world.clock.pass(10);
  assert.equal(club.state.rooms.has(ROOM), false);
  assert.deepEqual([club.state.opened.get(ROOM)?.stage, club.state.opened.get(ROOM)?.reason], ['refused', 'banned']);
});

test('A role in the club that was given or taken counts at once', async () => {
  const world = new World();
  const club = await world.inRoom();
  world.server.notifyAll('acted', { action: 'appoint', role: 'moderator' });
  await world.clock.pass(10);
  assert.equal(club.state.me.role, 'moderator');
});

test('A freeze is taken back only where that leads to how it was', async () => {
  const world = new World();
  const club = await world.inRoom();
  const branch = { kind: 'member', id: 'm9' } as const;
  for (const exact of [true, false]) {
    const frozen = club.moderation.freeze(branch, '王博', true, 'реклама', exact);
    await world.clock.pass(10);
    await frozen;
    const { what, count, undo } = club.state.notices.at(-1) ?? {};
    assert.deepEqual([what, count], ['freeze', 3]);
    assert.deepEqual(undo, exact ? { kind: 'freeze', branch, name: '王博', on: false } : null);
  }
});

test('A warning is written once its report is settled, also where the line breaks in between', async () => {
  const world = new World();
  const club = world.client();
  await world.clock.pass(10);
  const { id, name } = world.other;
  const accused = { id, name, country: 'cn', company: '' };
  const report = { report: 'r7', room: ROOM, seq: 1, accused, around: [], text: '便宜' } as unknown as Report;
  let cuts = 1;
  const cut = (when: string, method: string): boolean => method === 'message.post' && when === 'before' && cuts-- > 0;
  world.server.faults = { ...NO_FAULTS, cut };
  const settled = club.reports.settle({ report, outcome: 'warned', note: '', warning: 'Так нельзя 请勿如此' });
  await world.clock.pass(100);
  await settled;
  await world.clock.pass(60_000);
  const talk = [...world.server.logs.keys()].find((room) => room.startsWith('dm.')) ?? '';
  const [entry, ...others] = world.server.entries(talk);
  assert.deepEqual([entry?.type === 'message' ? entry.text : null, others.length], ['Так нельзя 请勿如此', 0]);
  assert.deepEqual(club.state.posts, []);
});
