import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, Page } from '../src/protocol/types.js';
import {
  applyEntry,
  applyJoinPage,
  applyNewer,
  applyOlder,
  applyQuote,
  findMessage,
  isAttached,
  isStale,
  leavesGap,
  NEWEST,
  newestOf,
  replaceWindow,
  setFollowing,
  showNewest,
  startLog,
  WINDOW,
} from '../src/state/log.js';
import type { RoomLog } from '../src/state/log.js';
import { Chance, FakeClock } from './fake-clock.js';
import { FakeClub } from './fake-club.js';

const ROOM = 'kz.fintech';
const WORDS = [
  'Добрый день! Ищем партнёра в Алматы.',
  '我们在寻找物流合作伙伴。',
  'Who knows a good bank in Tashkent?',
  '合作',
  'Договор готов',
];

interface World {
  club: FakeClub;
  chance: Chance;
  ask(method: 'room.join' | 'room.history', params: object): Page;
  happen(): void;
}

/** A room in which two members do this and that. */
function world(seed: number): World {
  const club = new FakeClub(new FakeClock());
  const chance = new Chance(seed);
  const reader = club.addMember('m1', 'aigerim', 'Айгерим Сатпаева');
  const members = [reader, club.addMember('m2', 'wang', '王伟')];
  const ask = (method: string, params: object): Page => club.act(reader, method, { room: ROOM, ...params }) as Page;
  let number = 0;
  const happen = (): void => {
    const messages = club.entries(ROOM).filter((entry) => entry.type === 'message');
    const member = chance.pick(members);
    const kind = chance.below(5);
    if (kind < 2 || messages.length === 0) {
      club.act(member, 'message.post', {
        room: ROOM,
        client_id: `c${number++}`,
        text: `${chance.pick(WORDS)} ${number}`,
      });
      return;
    }
    const seq = chance.pick(messages).seq;
    try {
      if (kind === 2) club.act(member, 'message.edit', { room: ROOM, seq, text: `изменено ${number++}` });
      else if (kind === 3)
        club.act(member, 'message.react', { room: ROOM, seq, emoji: chance.pick(['👍', '🎉']), on: chance.hits(0.6) });
      else if (chance.hits(0.3)) club.act(member, 'message.remove', { room: ROOM, seq });
    } catch {
      // A target that is removed, or another's: nothing happened.
    }
  };
  return { club, chance, ask, happen };
}

function content(log: RoomLog): object[] {
  return log.messages.map(({ seq, text, removed, editedAt, reactions }) => ({
    seq,
    text,
    removed,
    edited: !removed && editedAt !== null,
    reactions: [...reactions].sort((a, b) => (a.emoji < b.emoji ? -1 : 1)),
  }));
}

/** What is held is without a hole from `after` to `upto`, and the newest end is never before the cursor. */
function checkStretches(club: FakeClub, log: RoomLog): void {
  for (const { messages, after, upto } of [log, newestOf(log)]) {
    const entries = club.entries(ROOM).filter(({ seq, type }) => type === 'message' && after < seq && seq <= upto);
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      entries.map(({ seq }) => seq),
    );
  }
  assert.ok(newestOf(log).upto >= log.cursor);
  assert.ok(log.newest === null || log.upto < log.newest.upto);
}

function wholeLog(ask: World['ask']): RoomLog {
  let log = startLog(ROOM, 'm1', ask('room.join', { limit: 100 }));
  while (log.after > 0)
    log = applyOlder(log, ask('room.history', { before: log.after + 1, limit: 100 }), log.after + 1);
  return log;
}

test('History and notifications in whatever order end in the same log', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const { club, chance, ask, happen } = world(seed);
    for (let count = chance.below(60); count > 0; count -= 1) happen();
    let log = startLog(ROOM, 'm1', ask('room.join', { limit: 5 + chance.below(20) }));
    const late: { page: Page; before: number }[] = [];
    for (let step = 0; step < 120; step += 1) {
      const next = club.entries(ROOM)[log.cursor];
      const move = chance.below(4);
      if (move === 0) happen();
      else if (move === 1 && next !== undefined) log = applyEntry(log, next);
      else if (move === 2 && log.after > 0)
        late.push({ page: ask('room.history', { before: log.after + 1, limit: 7 }), before: log.after + 1 });
      else if (move === 3 && late.length > 0) {
        const { page, before } = late.splice(chance.below(late.length), 1)[0] as { page: Page; before: number };
        if (!isStale(log, page)) log = applyOlder(log, page, before);
      }
    }
    for (const entry of club.entries(ROOM).slice(log.cursor)) log = applyEntry(log, entry);
    while (log.after > 0)
      log = applyOlder(log, ask('room.history', { before: log.after + 1, limit: 9 }), log.after + 1);
    assert.deepEqual(content(log), content(wholeLog(ask)), `seed ${seed}`);
    assert.equal(log.cursor, club.entries(ROOM).length);
  }
});

test('A window that was moved about ends like one that stayed', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const { club, chance, ask, happen } = world(seed);
    for (let count = 40; count > 0; count -= 1) happen();
    let log = startLog(ROOM, 'm1', ask('room.join', { limit: 10 }));
    for (let step = 0; step < 60; step += 1) {
      const move = chance.below(6);
      if (move === 0) happen();
      else if (move === 5) log = chance.hits(0.2) ? showNewest(log) : log;
      else if (move === 1)
        log = replaceWindow(
          log,
          ask('room.history', { before: 1 + chance.below(club.entries(ROOM).length + 1), limit: 8 }),
        );
      else if (move === 2 && !isAttached(log))
        log = applyNewer(log, ask('room.history', { after: log.upto, limit: 6 }), log.upto);
      else if (move === 3 && log.after > 0)
        log = applyOlder(log, ask('room.history', { before: log.after + 1, limit: 6 }), log.after + 1);
      else for (const entry of club.entries(ROOM).slice(log.cursor, log.cursor + 3)) log = applyEntry(log, entry);
      checkStretches(club, log);
    }
    for (const entry of club.entries(ROOM).slice(log.cursor)) log = applyEntry(log, entry);
    while (!isAttached(log)) log = applyNewer(log, ask('room.history', { after: log.upto, limit: 6 }), log.upto);
    while (log.after > 0)
      log = applyOlder(log, ask('room.history', { before: log.after + 1, limit: 6 }), log.after + 1);
    assert.deepEqual(content(log), content(wholeLog(ask)), `seed ${seed}`);
  }
});

test('A join with the cursor brings the changes of what was there before', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const { club, chance, ask, happen } = world(seed);
    for (let count = 30; count > 0; count -= 1) happen();
    let log = startLog(ROOM, 'm1', ask('room.join', { limit: 100 }));
    for (let round = 0; round < 3; round += 1) {
      for (let count = chance.below(30); count > 0; count -= 1) happen();
      let page = ask('room.join', { after: log.cursor, limit: 7 });
      log = applyJoinPage(log, page);
      while (page.more) {
        page = ask('room.join', { after: log.cursor, limit: 7 });
        log = applyJoinPage(log, page);
      }
    }
    assert.equal(log.cursor, club.entries(ROOM).length);
    assert.deepEqual(content(log), content(wholeLog(ask)), `seed ${seed}`);
  }
});

const WANG = { id: 'm2', name: '王伟', country: 'cn', company: '' };

function post(seq: number, more: object = {}): Entry {
  return {
    room: ROOM,
    seq,
    at: '2026-03-02T09:00:00.000Z',
    from: WANG,
    type: 'message',
    client_id: `c${seq}`,
    text: `№ ${seq}`,
    ...more,
  };
}

function posts(from: number, to: number): Page {
  const entries = Array.from({ length: to - from + 1 }, (_, index) => post(from + index));
  return { entries, more: from > 1, as_of: to };
}

test('An entry that is there already changes nothing, one after a gap is recognised', () => {
  const log = startLog(ROOM, 'm1', posts(1, 10));
  assert.equal(applyEntry(log, post(10)), log);
  assert.equal(leavesGap(log, post(11)), false);
  assert.equal(leavesGap(log, post(12)), true);
  assert.equal(applyEntry(log, post(12)), log);
});

test('The window keeps its size: old messages go while one follows, new ones wait while one reads above', () => {
  let log = startLog(ROOM, 'm1', posts(1001, 1100));
  for (let seq = 1101; seq <= 1700; seq += 1) log = applyEntry(log, post(seq));
  assert.equal(log.messages.length, WINDOW);
  assert.equal(log.messages[0]?.seq, 1201);
  log = setFollowing(log, false);
  log = applyOlder(log, posts(1101, 1200), 1201);
  assert.equal(log.messages.length, WINDOW);
  assert.deepEqual([log.messages[0]?.seq, log.upto, isAttached(log)], [1101, 1600, false]);
  log = applyEntry(log, post(1701));
  assert.deepEqual([log.cursor, log.upto], [1701, 1600]);
  log = applyNewer(log, { ...posts(1601, 1700), as_of: 1701, more: true }, 1600);
  log = applyNewer(log, { ...posts(1701, 1701), more: false }, 1700);
  assert.deepEqual([log.messages[0]?.seq, log.upto, isAttached(log)], [1202, 1701, true]);
});

test('A full window whose reader is above waits with what comes', () => {
  let log = startLog(ROOM, 'm1', posts(1, WINDOW));
  log = applyEntry(setFollowing(log, false), post(WINDOW + 1));
  assert.deepEqual(
    [log.messages.length, log.messages[0]?.seq, log.cursor, isAttached(log)],
    [WINDOW, 1, WINDOW + 1, false],
  );
});

test('A page that was asked for before the window moved is left out', () => {
  const log = startLog(ROOM, 'm1', posts(50, 60));
  const moved = applyOlder(log, posts(40, 49), 50);
  assert.equal(applyOlder(moved, posts(40, 49), 50), moved);
});

test('A page older than the changes that are kept is asked for again', () => {
  let log = startLog(ROOM, 'm1', posts(1, 10));
  for (let seq = 11; seq <= 1200; seq += 1) {
    const change = { room: ROOM, seq, at: '2026-03-02T09:00:00.000Z', from: WANG };
    log = applyEntry(log, { ...change, type: 'react', target: 3, emoji: '👍', on: seq % 2 === 1 });
  }
  assert.equal(isStale(log, { ...posts(1, 5), as_of: 100 }), true);
  assert.equal(isStale(log, { ...posts(1, 5), as_of: 1200 }), false);
});

test('A quoted message outside the window follows its edits and loses its text when it is removed', () => {
  const head = { room: ROOM, at: '2026-03-02T09:05:00.000Z', from: WANG, target: 3 };
  let log = startLog(ROOM, 'm1', posts(50, 60));
  log = applyQuote(log, { entries: [post(3)], more: true, as_of: 60 }, 3);
  log = applyEntry(log, { ...head, seq: 61, type: 'edit', text: '合作伙伴' });
  assert.equal(findMessage(log, 3)?.text, '合作伙伴');
  log = applyEntry(log, { ...head, seq: 62, type: 'remove' });
  assert.deepEqual([findMessage(log, 3)?.text, findMessage(log, 3)?.removed], ['', true]);
  assert.equal(findMessage(applyQuote(log, { entries: [], more: false, as_of: 62 }, 4), 4), null);
});

test('Whoever reads far back keeps the newest end apart, and is back there without a question', () => {
  let log = startLog(ROOM, 'm1', posts(5001, 5050));
  log = replaceWindow(log, { ...posts(101, 150), as_of: 5050 });
  const held = (): (number | undefined)[] => [log, newestOf(log)].flatMap(({ after, upto }) => [after, upto]);
  assert.deepEqual([held(), isAttached(log)], [[100, 150, 5000, 5050], false]);
  for (let seq = 5051; seq <= 5200; seq += 1) log = applyEntry(log, post(seq));
  assert.deepEqual([held(), newestOf(log).messages.length], [[100, 150, 5100, 5200], NEWEST]);
  log = applyEntry(log, { ...post(5201), type: 'remove', target: 5200 } as Entry);
  assert.equal(findMessage(log, 5200)?.removed, true);
  log = applyNewer(log, { ...posts(151, 200), as_of: 5201 }, 150);
  assert.deepEqual([log.upto, isAttached(log)], [200, false]);
  log = showNewest(log);
  assert.deepEqual([held(), isAttached(log), log.messages.at(-1)?.seq], [[5100, 5201, 5100, 5201], true, 5200]);
});

test('Reading on from far back meets the newest end, and nothing is missing or doubled', () => {
  let log = startLog(ROOM, 'm1', posts(1001, 1050));
  log = replaceWindow(log, { ...posts(901, 950), as_of: 1050 });
  log = applyNewer(log, { ...posts(951, 1010), as_of: 1050 }, 950);
  assert.equal(isAttached(log), true);
  assert.deepEqual(
    log.messages.map(({ seq }) => seq),
    Array.from({ length: 150 }, (_, index) => 901 + index),
  );
});
