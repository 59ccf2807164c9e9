// Those who look, while chaos goes on, whether whoever logged out, was banned, or was put out of a private room stays out:
// they find who does not, and nothing where all is well.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Private, guestLogins } from './support/chaos/private.mjs';
import { Shut, shutLogins } from './support/chaos/shut.mjs';
import { eventually } from './support/cluster.mjs';
import { EFFECT_MS, Journal } from './support/journal.mjs';
import { HOT } from './support/load.mjs';
import { iso } from './support/story.mjs';

const ROOM = 'private';
const AGREES_MS = 10_000;
const LONG_MS = 20_000;
const inTime = { timeout: 5000 };

/** The longest pauses, and no others: whoever was put out stays so until a test moves the clock that far. */
const random = { of: () => random, pick: ([one]) => one, chance: () => true, between: (low) => (low < LONG_MS ? 1 : low), next: () => 0 };

/** A line on which a member is welcomed, and answered what the club answers; all else a test says. */
class Line {
  received = [];
  complaints = [];
  opened = Promise.resolve();

  constructor(member, answer) {
    Object.assign(this, { member, answer });
    this.closed = new Promise((done) => {
      const terminate = () => ((this.isClosed = true), done({ code: 1006 }));
      this.socket = { terminate, readyState: 1, constructor: { OPEN: 1 } };
    });
  }

  until(look) {
    this.look = look;
    queueMicrotask(() => this.welcome());
    return this.closed;
  }

  ask(method, params, id) {
    this.asked = id;
    const answer = this.answer(method, params, this.member);
    if (answer) queueMicrotask(() => this.takes({ id, ...answer }));
    return new Promise(() => {});
  }

  welcome() {
    this.takes({ method: 'welcome', params: { epoch: 'one', member: { id: this.member } } });
  }

  entry(seq, at = Date.now()) {
    this.takes({ method: 'entry', params: { room: ROOM, seq, at: iso(at) } });
  }

  takes(message) {
    this.received.push({ message });
    this.look();
  }
}

/** A club that lets everybody in, whose ids and cookies are their logins, and those into its private room who were invited. */
class Club {
  lines = [];
  invited = new Set();
  head = 0;
  entries = []; // of what is answered to a join
  doors = [{ open: ({ cookie }) => (this.lines.push(new Line(cookie, (...asked) => this.answer(...asked))), this.lines.at(-1)) }];
  instances = [{ http: async (method, path, { body } = {}) => ({ POST: { status: this.letsIn, headers: { 'set-cookie': `__Host-club=${body?.login}` } }, DELETE: { status: 204 }, GET: { status: this.knows } })[method] }];
  knows = 401; // the sessions that were ended
  letsIn = 200; // with a password
  cookie = async (login) => login;
  query = async () => [{ head: this.head }];

  answer(method, { room, member, on }, asker) {
    if (method === 'room.join' && room === ROOM && !this.invited.has(asker)) return { error: { data: { reason: 'forbidden' } } };
    if (method === 'room.invite') this.invited[on ? 'add' : 'delete'](member);
    if (method === 'message.post') this.head++;
    return { result: { room: { room: ROOM }, as_of: this.head, more: false, entries: this.entries } };
  }

  /** Once, from now on, when that is asked for anybody, or for that member. */
  errs(reason, method, member) {
    const { answer } = this;
    let times = 1;
    const fits = (asked, params) => asked === method && (!member || member === params.member) && times-- > 0;
    this.answer = (...asked) => (fits(...asked) ? { error: { data: { reason } } } : answer.apply(this, asked));
    return this;
  }

  linesOf(member) {
    return this.lines.filter((line) => line.member === member && !line.isClosed);
  }

  /** One of a member's two lines is lost, and another one comes. */
  async reopens(member) {
    this.linesOf(member)[0].socket.terminate();
    await eventually(() => this.linesOf(member).length === 2, 'another line');
  }
}

/** The wall clock stands still, unless a test moves it. */
async function witnessing(t, Witness, club = new Club()) {
  const { now } = Date;
  const clock = { now: now(), move: (ms) => (clock.now += ms) };
  Date.now = () => clock.now;
  const journal = new Journal();
  const witness = new Witness({ cluster: club, random, journal, looksMs: 1 });
  t.after(async () => {
    Date.now = now;
    await witness.rest();
    await witness.stop();
  });
  await witness.start();
  const found = () => [...witness.found, ...journal.seen].map(({ text }) => text);
  return { clock, club, witness, found };
}

/** All are out just now. */
async function shut(t) {
  const there = await witnessing(t, Shut);
  await eventually(() => there.witness.counts.logouts === 2 && there.witness.counts.bans === 2, 'all are out');
  return { ...there, out: there.clock.now };
}

for (const [login, who] of Object.entries({ leaver0: 'who logged out', shut0: 'who was banned' })) {
  test(`${who} and is told what was committed more than two seconds after is found, of what was before that it is no matter`, inTime, async (t) => {
    const { club, clock, found, out } = await shut(t);
    const [line] = club.linesOf(login);
    clock.move(LONG_MS / 2);
    line.entry(7, out + EFFECT_MS);
    assert.deepEqual(found(), []);
    line.entry(8, out + EFFECT_MS + 1);
    assert.deepEqual(found(), ['private 8 was committed 2001 ms after']);
  });
  test(`${who} and is let in on a line that was opened more than two seconds after is found, on one before that it is no matter`, inTime, async (t) => {
    const { club, clock, found } = await shut(t);
    clock.move(EFFECT_MS);
    await club.reopens(login);
    clock.move(1);
    club.linesOf(login).at(-1).welcome();
    assert.deepEqual(found(), []);
    await club.reopens(login);
    assert.deepEqual(found(), ['let in 2001 ms after']);
  });
}

test('who logged out and is answered with what was committed more than two seconds after is found', inTime, async (t) => {
  const { club, found, out } = await shut(t);
  const [line] = club.linesOf('leaver0');
  club.entries = [EFFECT_MS, EFFECT_MS + 1].map((ms, i) => ({ room: ROOM, seq: 7 + i, at: iso(out + ms), from: { id: 'm1' }, client_id: `${i}`, type: 'post', text: '您好' }));
  line.takes({ method: 'left', params: { room: HOT } });
  await new Promise(setImmediate);
  assert.ok(found().includes('private 8 was committed 2001 ms after'), found().join('\n'));
  assert.ok(!found().some((text) => text.includes('private 7')));
});

test('a session that was ended and is there again in the end is found', inTime, async (t) => {
  const { club, witness, found } = await shut(t);
  await witness.agrees();
  assert.deepEqual(found(), []);
  club.knows = 200;
  await witness.agrees();
  assert.deepEqual(found(), Array(4).fill('a session that was ended is answered with 200'));
});

test('who is not let in any more in the end, with a new session and no ban, is found', inTime, async (t) => {
  const { club, clock, witness, found } = await shut(t);
  club.letsIn = 403;
  const passes = setInterval(() => clock.move(AGREES_MS), 10);
  t.after(() => clearInterval(passes));
  await witness.agrees();
  assert.deepEqual(found().map((text) => text.split(':')[0]), shutLogins.map((login) => `${login} is let in again`));
});

test('who is kept out of a room for a reason that is none is found', inTime, async (t) => {
  const { found } = await witnessing(t, Shut, new Club().errs('too_long', 'room.join'));
  await eventually(() => found().some((text) => text.endsWith(': too_long')), 'it is found');
});

const [GUEST] = guestLogins;

/** All guests are in, each on two lines. */
async function allIn(t) {
  const there = await witnessing(t, Private);
  await eventually(() => there.witness.watches.every((watch) => watch.isThere), 'all are in');
  return there;
}

/** All are put out just now. Their lines, which say nothing by themselves, did not hear of it. */
async function allOut({ witness, clock, ...there }) {
  clock.move(1);
  await eventually(() => witness.counts.out === guestLogins.length, 'all are out');
  return { witness, clock, out: clock.now, ...there };
}

/** A guest's line asks once more to join: whoever was put out may, by mistake. */
async function joinsAgain({ club }) {
  club.invited.add(GUEST);
  club.linesOf(GUEST)[0].takes({ method: 'left', params: { room: ROOM } });
  await new Promise(setImmediate);
}

test('a guest who is in may be told everything, and join again', inTime, async (t) => {
  const there = await allIn(t);
  there.club.linesOf(GUEST)[0].entry(7, there.clock.now + LONG_MS);
  await joinsAgain(there);
  assert.deepEqual(there.found(), []);
});
test('a guest who is put out of another room stays in this one', inTime, async (t) => {
  const { club, witness } = await allIn(t);
  club.linesOf(GUEST)[0].takes({ method: 'left', params: { room: 'another' } });
  assert.ok(witness.watches.every((watch) => watch.isThere));
});
test('a guest who was not yet invited and is let in is found', inTime, async (t) => {
  const club = new Club();
  club.invited.add(GUEST);
  const { found, clock } = await witnessing(t, Private, club);
  assert.deepEqual(found(), Array(2).fill(`${ROOM}: guest0 is let in, asked ${clock.now} ms after`));
});
test('a guest who is told what was committed more than two seconds after being put out is found', inTime, async (t) => {
  const { club, clock, found, out } = await allOut(await allIn(t));
  const [line] = club.linesOf(GUEST);
  clock.move(LONG_MS / 2);
  line.entry(7, out + EFFECT_MS);
  assert.deepEqual(found(), []);
  line.entry(8, out + EFFECT_MS + 1);
  assert.deepEqual(found(), [`${ROOM}: guest0 is given 8, committed 2001 ms after`]);
});
test('a guest who is let in when that was asked more than two seconds after being put out is found', inTime, async (t) => {
  const there = await allOut(await allIn(t));
  there.clock.move(EFFECT_MS);
  await joinsAgain(there);
  assert.deepEqual(there.found(), []);
  there.clock.move(1);
  await joinsAgain(there);
  assert.deepEqual(there.found(), [`${ROOM}: guest0 is let in, asked 2001 ms after`]);
});
test('a guest who is let in later than that, but asked before, is no matter', inTime, async (t) => {
  const there = await allOut(await allIn(t));
  const [line] = there.club.linesOf(GUEST);
  line.answer = () => undefined;
  await joinsAgain(there);
  there.clock.move(EFFECT_MS + 1);
  line.takes({ id: line.asked, ...there.club.answer('room.join', { room: ROOM }, GUEST) });
  assert.ok(there.witness.watches.every((watch) => watch.isThere));
  assert.deepEqual(there.found(), []);
});

/** All guests' lines are told of the last entry. */
const tellAll = (club) => guestLogins.forEach((login) => club.linesOf(login).forEach((line) => line.entry(club.head)));

/** As well, and then one is put out once more. */
function outOnceMore(club) {
  tellAll(club);
  club.invited.delete(GUEST);
  club.linesOf(GUEST)[0].takes({ method: 'left', params: { room: ROOM } });
}

/** What is found in the end: `before` is done when all rest, `then` while it is looked whether they agree; else nothing happens. */
async function inTheEnd({ witness, club, clock, found }, { before, then = () => clock.move(AGREES_MS + 1) }) {
  await witness.rest();
  before?.(club);
  const agreed = witness.agrees();
  then(club);
  await agreed;
  return found();
}

const NOT_ALL = ['all guests are in, and have all there is: not within 10000 ms'];

test('guests who are told of the last entry after a while are no matter', inTime, async (t) => assert.deepEqual(await inTheEnd(await allIn(t), { then: tellAll }), []));
test('a guest of whose lines one was not told of the last entry is found', inTime, async (t) => {
  const before = (club) => (tellAll(club), club.linesOf(GUEST)[1].entry(club.head - 1));
  assert.deepEqual(await inTheEnd(await allIn(t), { before }), NOT_ALL);
});
test('a guest who stays out is found', inTime, async (t) => assert.deepEqual(await inTheEnd(await allIn(t), { before: outOnceMore }), NOT_ALL));
test('a guest who is put out by what was carried out late is let in again', inTime, async (t) => {
  const there = await allIn(t);
  there.club.errs('unavailable', 'room.invite', GUEST);
  assert.deepEqual(await inTheEnd(await allOut(there), { before: outOnceMore, then: () => {} }), []);
});

for (const [method, Witness] of Object.entries({ 'member.ban': Shut, 'room.invite': Private })) {
  test(`a ${method} that is refused is found`, inTime, async (t) => {
    const { found } = await witnessing(t, Witness, new Club().errs('forbidden', method));
    await eventually(() => found().length, 'a refusal');
    assert.deepEqual(found(), [`${method}: forbidden`]);
  });
}
