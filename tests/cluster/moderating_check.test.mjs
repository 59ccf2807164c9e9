// What holds the acts of moderators and their room against the store finds what it is there for: each broken story is a
// sound one with one thing wrong.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { LATE_MS } from './support/late.mjs';
import { Member } from './support/member.mjs';
import { checkRoom } from './support/moderated_room.mjs';
import { LOUD, Moderating, ROOM, nameOf } from './support/moderating.mjs';
import { checkModerating } from './support/moderating_check.mjs';
import { AT, LOGINS, Story, iso } from './support/story.mjs';

const given = (at, toldAt = at + 20) => ({ what: 'entry', entry: { seq: 1, at: iso(at) }, at: toldAt });
const answer = (method, sentAt, answeredAt, ...times) => ({ method, sentAt, answeredAt, entries: times.map((at, i) => ({ seq: i + 1, at: iso(at) })) });
const joined = (...asked) => ({ what: 'join', page: answer('room.join', ...asked) });

/** A mute, a lock, a removal and a purge, each answered at once and half a second after it was asked for. */
function moderated() {
  const act = (action, sentAt, more = {}) => ({ action, by: 'admin', attempts: 1, outcome: 'answered', sentAt, answeredAt: sentAt + 500, ...more });
  const message = (seq, at, member) => ({ seq, at, type: 'message', member, client_id: `loud-${seq}`, removed: null, target: null });
  const entry = (seq, at, type, more = {}) => ({ seq, at, type, member: 'admin', client_id: null, removed: null, target: null, ...more });
  const noted = (action, more) => ({ action, member: null, seq: null, reason: null, detail: null, ...more });
  return {
    acts: [
      act('mute', 1000, { member: 'anna', reason: 'реклама 1' }),
      act('mute', 9000, { member: 'anna', reason: 'хватит 1', lifts: true }),
      act('lock', 20_000),
      act('lock', 29_000, { lifts: true }),
      act('remove', 30_000, { target: 1, result: { seq: 7 } }),
      act('purge', 31_000, { member: 'bo', result: { removed: 1 } }),
    ],
    told: [{ member: 'anna', events: [] }, { member: 'bo', events: [given(900), joined(31_000, 31_010)] }],
    writes: [{ kind: 'post', member: 'anna', clientId: 'x', attempts: [{ outcome: 'refused', reason: 'muted', sentAt: 2000, answeredAt: 2001 }] }],
    truth: {
      entries: [
        { ...message(1, 500, 'anna'), removed: 7 },
        entry(2, 1200, 'moderation'),
        { ...message(3, 5000, 'bo'), removed: 8 },
        entry(4, 9200, 'moderation'),
        entry(5, 20_100, 'room'),
        entry(6, 29_100, 'room'),
        entry(7, 30_100, 'remove', { target: 1 }),
        entry(8, 31_100, 'remove', { target: 3 }),
      ],
      audit: [
        noted('mute', { member: 'anna', reason: 'реклама 1' }),
        noted('unmute', { member: 'anna', reason: 'хватит 1' }),
        noted('update', { detail: { locked: true } }),
        noted('update', { detail: { locked: false } }),
        noted('remove', { member: 'anna', seq: 1 }),
        noted('purge', { member: 'bo', detail: { seconds: 15, removed: 1 } }),
      ],
    },
  };
}

function foundModerated(breaks) {
  const story = moderated();
  breaks(story);
  return checkModerating(story.acts, story.writes, story.truth, story.told);
}

function findsModerated(name, rule, breaks) {
  test(name, () => {
    const violations = foundModerated(breaks);
    assert.ok(violations.some((one) => one.rule === rule), `not found, but ${JSON.stringify(violations, null, 1)}`);
  });
}

/** One more message of that member at that time, the last entry of the log. */
function writes(story, member, at) {
  story.truth.entries.push({ seq: story.truth.entries.length + 1, at, type: 'message', member, client_id: 'late', removed: null, target: null });
}

test('nothing is found where moderators were obeyed', () => assert.deepEqual(foundModerated(() => {}), []));
test('an act that nobody knows of may be there or not, a message within two seconds or after the lifting, too', () => {
  const unknown = { action: 'ban', member: 'bo', reason: 'реклама 2', sentAt: 40_000, attempts: 2, outcome: 'unknown' };
  assert.deepEqual(foundModerated(({ acts }) => acts.push(unknown)), []);
  assert.deepEqual(
    foundModerated((story) => {
      story.acts.push(unknown);
      story.truth.audit.push({ action: 'ban', member: 'bo', reason: 'реклама 2' });
      writes(story, 'anna', 3400);
      writes(story, 'anna', 9001);
      writes(story, 'bo', 50_000);
    }),
    [],
  );
});

const SILENT = 'nothing is committed two seconds after a mute, ban or lock';
findsModerated('a message by one who was muted is found', SILENT, (story) => writes(story, 'anna', 3501));
findsModerated('a message in a locked room is found, whoever wrote it', SILENT, (story) => writes(story, 'bo', 25_000));
findsModerated('a message by one who was never let in again is found', SILENT, (story) => {
  story.acts.splice(1, 1);
  writes(story, 'anna', 90_000);
});

// What bo is given while banned from 10 to 19 s.
const OBEYED = 'nothing is given two seconds after a ban';
function banned(story, ...events) {
  const act = { action: 'ban', member: 'bo', by: 'admin', attempts: 1, outcome: 'answered' };
  story.acts.push({ ...act, reason: 'реклама 3', sentAt: 9500, answeredAt: 10_000 }, { ...act, reason: 'хватит 3', lifts: true, sentAt: 18_500, answeredAt: 19_000 });
  story.truth.audit.push({ action: 'ban', member: 'bo', reason: 'реклама 3' }, { action: 'unban', member: 'bo', reason: 'хватит 3' });
  story.told[1].events.push(...events);
}
test('what was committed within two seconds of a ban or after its lifting may be given, and a join answered then', () =>
  assert.deepEqual(foundModerated((story) => banned(story, given(11_900), joined(11_900, 12_100), joined(18_400, 18_600), given(18_600))), []));
test('what was committed before the lifting was asked for may be given afterwards', () => assert.deepEqual(foundModerated((story) => banned(story, given(18_400, 18_600))), []));
findsModerated('what is given to one who was banned is found', OBEYED, (story) => banned(story, given(12_100)));
findsModerated('one who was banned and is let in is found', OBEYED, (story) => banned(story, joined(12_100, 12_110)));
test('a join that was asked for in time may be answered late, with what was committed until then; what was committed later, once the lifting is asked for', () =>
  assert.deepEqual(foundModerated((story) => banned(story, joined(9000, 17_000, 900, 11_900, 12_000), joined(11_900, 18_600, 900, 15_000, 18_400))), []));
findsModerated('what was committed since and is in a join that was asked for in time is found', OBEYED, (story) => banned(story, joined(11_900, 12_600, 900, 12_500)));
findsModerated('what was committed since is found, too, where the join was asked for before the ban', OBEYED, (story) => banned(story, joined(9000, 17_000, 12_001)));
test('what was committed during a ban may be given once that is lifted, also when there is another one', () =>
  assert.deepEqual(
    foundModerated((story) => {
      banned(story, joined(21_000, 23_000, 15_000));
      const [ban, lifted] = story.acts.slice(-2);
      story.acts.push({ ...ban, reason: 'реклама 4', sentAt: 20_000, answeredAt: 20_500 }, { ...lifted, reason: 'хватит 4', sentAt: 30_000, answeredAt: 30_500 });
      story.truth.audit.push({ action: 'ban', member: 'bo', reason: 'реклама 4' }, { action: 'unban', member: 'bo', reason: 'хватит 4' });
    }),
    [],
  ));
test('a ban of which nobody knows, or that a late lifting may have ended, forbids nothing', () => {
  const late = (story) => banned(story, joined(13_000, 13_100, 12_900));
  assert.deepEqual(foundModerated((story) => (late(story), Object.assign(story.acts.at(-2), { outcome: 'unknown', answeredAt: undefined }))), []);
  assert.deepEqual(
    foundModerated((story) => {
      late(story);
      const [ban, lifted] = story.acts.splice(-2);
      const before = { ...lifted, reason: 'хватит 2', sentAt: 8000, answeredAt: 8500, attempts: 2, unknownAt: 8000 };
      story.acts.push({ ...ban, reason: 'реклама 2', sentAt: 6000, answeredAt: 6500 }, before, ban, lifted);
      story.truth.audit.push({ action: 'ban', member: 'bo', reason: 'реклама 2' }, { action: 'unban', member: 'bo', reason: 'хватит 2' });
    }),
    [],
  );
});

/** What is found when bo looks, by a member's own client: `how` is one of its methods, the times are those of the answer's entries. */
async function looked(how, sentAt, answeredAt, ...times) {
  const moderating = new Moderating({});
  const { journal } = moderating;
  const { entries } = answer(how, sentAt, answeredAt, ...times);
  const member = Object.assign(new Member({ journal, name: nameOf(LOUD[0]) }), { line: { name: '1' } });
  member.request = async (method, params, take) => {
    journal.clock = () => answeredAt;
    const answered = { outcome: 'answered', result: { as_of: 9, more: false, entries, hits: entries.map((entry) => ({ entry })) } };
    take(answered);
    return answered;
  };
  journal.clock = () => sentAt;
  await member[how]({ room: ROOM });
  const [{ looks }] = moderating.told();
  assert.equal(looks.length, 1);
  return foundModerated((story) => (banned(story), Object.assign(story.told[1], { looks }))).map(({ rule }) => rule);
}
for (const how of ['history', 'search']) {
  test(`a ${how} by one who was banned is found when it is answered`, async () => assert.deepEqual(await looked(how, 12_100, 12_110, 900), [OBEYED]));
  test(`what was committed since a ban and is in a ${how} that was asked for in time is found`, async () => assert.deepEqual(await looked(how, 11_900, 12_600, 900, 12_500), [OBEYED]));
  test(`a ${how} that was asked for within two seconds of a ban may have what was committed until then, one that is answered after its lifting everything`, async () => {
    assert.deepEqual(await looked(how, 11_900, 17_000, 900, 11_900, 12_000), []);
    assert.deepEqual(await looked(how, 12_100, 18_600, 900, 15_000), []);
    assert.deepEqual(await looked(how, 18_600, 18_700, 900, 15_000, 18_600), []);
  });
}

const NOTED = 'an answered act is in the audit log once';
for (const [i, what] of ['mute', 'lifted mute', 'lock', 'unlock', 'removal', 'purge'].entries()) {
  findsModerated(`a ${what} that is not in the audit log is found`, NOTED, ({ truth }) => truth.audit.splice(i, 1));
  findsModerated(`a ${what} that is in the audit log twice is found`, NOTED, ({ truth }) => truth.audit.splice(i, 0, truth.audit[i]));
}
findsModerated('settings that changed without a record are found', NOTED, ({ truth }) => (truth.entries[5].type = 'moderation') && truth.entries.push({ ...truth.entries[4], seq: 9 }, { ...truth.entries[4], seq: 10 }));
findsModerated('a purged message that no purge counted is found', NOTED, ({ truth }) => (truth.audit[5].detail.removed = 2));
findsModerated('a removal that did not remove is found', 'what was answered is there', ({ truth }) => (truth.entries[0].removed = null));
findsModerated('a sanction that nobody asked for is found', 'nothing is in the audit log that nobody asked for', ({ truth }) => truth.audit.push({ action: 'ban', member: 'bo', reason: 'кто это был' }));
findsModerated('a refusal after the lifting is found', 'nothing is refused without a reason', ({ writes: [{ attempts }] }) => Object.assign(attempts[0], { sentAt: 9600, answeredAt: 9700 }));
findsModerated('a refusal of another kind is found', 'nothing is refused without a reason', ({ writes: [{ attempts }] }) => (attempts[0].reason = 'banned'));
findsModerated('an act that was refused is found', 'nothing is refused without a reason', ({ acts }) => Object.assign(acts[4], { outcome: 'refused', refusal: 'forbidden' }));

// What was asked again since nobody knew what became of it.
const twice = (act, unknownAt) => Object.assign(act, { attempts: 2, unknownAt });
test('a lifting that was carried out late ends the next mute, whose own changes nothing', () =>
  assert.deepEqual(
    foundModerated((story) => {
      twice(story.acts[1], 9000);
      const next = { sentAt: 12_000, answeredAt: 12_500, reason: 'реклама 9' };
      const lifted = { sentAt: 18_000, answeredAt: 18_500, reason: 'хватит 9', attempts: 1, unknownAt: undefined };
      story.acts.splice(2, 0, { ...story.acts[0], ...next }, { ...story.acts[1], ...lifted });
      story.truth.audit.push({ action: 'mute', member: 'anna', reason: 'реклама 9' }, story.truth.audit[1]);
      writes(story, 'anna', 17_000);
    }),
    [],
  ));
findsModerated('a mute that is not in the audit log is found, also after one that was carried out late', NOTED, (story) => {
  twice(story.acts[0], 1000);
  story.acts.push({ ...story.acts[0], attempts: 1, unknownAt: undefined, sentAt: 12_000, answeredAt: 12_500, reason: 'реклама 9' });
});
findsModerated('a message by one who was muted after any late lifting is found', SILENT, (story) => {
  twice(story.acts[1], 9000);
  const sentAt = 9001 + LATE_MS;
  story.acts.push({ ...story.acts[0], sentAt, answeredAt: sentAt + 500, reason: 'реклама 9' });
  story.truth.audit.push({ action: 'mute', member: 'anna', reason: 'реклама 9' });
  writes(story, 'anna', sentAt + 3000);
});
findsModerated('a message by one who was muted is found where that was asked for again', SILENT, (story) => {
  twice(story.acts[0], 1000);
  writes(story, 'anna', 3501);
});
test('a mute that was carried out late refuses after its lifting, and is in the audit log again', () =>
  assert.deepEqual(
    foundModerated((story) => {
      twice(story.acts[0], 1000);
      story.truth.audit.push(story.truth.audit[0]);
      Object.assign(story.writes[0].attempts[0], { sentAt: 9600, answeredAt: 9700 });
    }),
    [],
  ));
findsModerated('a refusal after what lifts a late mute, too, is found', 'nothing is refused without a reason', (story) => {
  twice(story.acts[0], 1000);
  story.acts.splice(2, 0, { ...story.acts[1], sentAt: 1001 + LATE_MS, answeredAt: 1100 + LATE_MS, reason: 'хватит 9' });
  story.truth.audit.push({ action: 'unmute', member: 'anna', reason: 'хватит 9' });
  Object.assign(story.writes[0].attempts[0], { sentAt: 1200 + LATE_MS, answeredAt: 1300 + LATE_MS });
});
test('a lock that was carried out late is one change more, or makes the next one none', () => {
  assert.deepEqual(
    foundModerated(({ acts, truth }) => {
      twice(acts[2], 20_000);
      truth.audit.push(truth.audit[2]);
      truth.entries.push({ ...truth.entries[4], seq: truth.entries.length + 1 });
    }),
    [],
  );
  assert.deepEqual(
    foundModerated(({ acts, truth }) => {
      twice(acts[2], 20_000);
      truth.audit.push(truth.audit[2]);
      truth.entries.push({ ...truth.entries[4], seq: truth.entries.length + 1 });
      acts.push({ ...acts[2], attempts: 1, unknownAt: undefined, sentAt: 32_000, answeredAt: 32_500 });
    }),
    [],
  );
});

// ---- the room where moderators act, as all others are looked at ----

/** Anna and Bo write, a moderator mutes, removes of Anna's and purges what Bo wrote; one reader. Times are of the wall clock. */
class Moderated extends Story {
  acts = [];
  truth = { rooms: { in: { head: 0, entries: [] } }, members: LOGINS };

  get log() {
    return this.truth.rooms.in;
  }

  row(fields) {
    const row = super.row(fields);
    row.at = this.now;
    return row;
  }

  write(kind, fields, how) {
    return super.write(kind, { room: 'in', ...fields }, how);
  }

  told(seq, more) {
    return super.told(seq, { room: 'in', ...more });
  }

  page(fields, entries, options) {
    return super.page({ room: 'in', ...fields }, entries, options);
  }

  act(action, fields, ...rows) {
    const sentAt = ++this.now;
    const made = rows.map((row) => this.row({ member: 'admin', ...row }));
    const result = action === 'remove' ? { seq: made[0].seq, at: iso(made[0].at) } : action === 'purge' ? { removed: rows.length } : {};
    const act = { action, by: 'admin', attempts: 1, outcome: 'answered', sentAt, askedAt: sentAt, answeredAt: ++this.now, result, ...fields };
    this.acts.push(act);
    return act;
  }
}

function moderatedRoom(breaks = () => {}) {
  const story = new Moderated();
  story.now = AT;
  story.journal.origin = 0;
  story.join('reader', 'r1', 0, []);
  story.post('one');
  story.post('two', { row: { member: 'anna' } });
  story.write('post', { clientId: 'three', text: '广告', member: 'bo' });
  story.shown = [story.told(1), story.told(2), story.told(3)];
  story.act('mute', { member: 'bo' }, { type: 'moderation' });
  story.write('post', { clientId: 'four', text: '广告', member: 'bo' }, { outcome: 'refused', reason: 'muted' });
  story.act('lock', {}, { type: 'room' });
  story.act('remove', { target: 1 }, { type: 'remove', target: 1 });
  story.act('purge', { member: 'bo', seconds: 15 }, { type: 'remove', target: 3 });
  story.deliver('reader', 'r1', ...story.shown, 4, 5, 6, 7);
  breaks(story);
  return checkRoom(story.journal, story.acts, story.truth);
}

function findsInRoom(name, rule, breaks) {
  test(`where moderators act, ${name}`, () => {
    const violations = moderatedRoom(breaks);
    assert.ok(violations.some((one) => one.rule === rule), `not found, but ${JSON.stringify(violations, null, 1)}`);
  });
}

test('where moderators act, nothing is found when all is well', () => assert.deepEqual(moderatedRoom(), []));
findsInRoom('a lost post is found', 'what was answered is there', (story) => story.write('post', { clientId: 'five', text: 'x' }, { seq: 9, row: { client_id: 'other' } }));
findsInRoom('another text than was posted is found', 'what was answered is there', ({ log }) => (log.entries[1].text = '早上好'));
findsInRoom('a hole in the log is found', 'the log has no hole and nothing twice', ({ log }) => log.entries.splice(1, 1));
findsInRoom('a client_id that is there twice is found', 'the log has no hole and nothing twice', (story) => story.row({ type: 'message', member: 'anna', client_id: 'two', text: 'Привет, two' }));
findsInRoom('a hole in what a reader was told is found', 'a subscription has no hole and nothing twice', (story) => {
  story.post('five');
  story.post('six');
  story.deliver('reader', 'r1', 9);
});
findsInRoom('two contents of one place are found', 'one place has one content', (story) => story.deliver('other', 'o', { ...story.shown[2], text: '早上好' }));
findsInRoom('an entry that nobody asked for is found', 'nothing is there that nobody asked for', (story) => story.row({ type: 'remove', member: 'admin', target: 2 }));
findsInRoom('a refusal that no moderator made is found', 'nothing is refused without a reason', (story) => story.post('five', { outcome: 'refused', reason: 'conflict' }));
for (const [i, how] of [[0, 'removed'], [2, 'purged']]) {
  findsInRoom(`a ${how} text in an answer after two seconds is found`, 'a removed text is in no answer after two seconds', (story) => {
    story.now += 2100;
    story.page({}, [story.shown[i]], { as_of: 5 });
  });
  test(`where moderators act, a ${how} text in an answer within two seconds is no matter`, () =>
    assert.deepEqual(moderatedRoom((story) => story.page({}, [story.shown[i]], { as_of: 5 })), []));
}
findsInRoom('a purged message that is still there is found', 'what was answered is there', ({ log }) => Object.assign(log.entries[2], { removed: null, text: '广告' }));
findsInRoom('a message that a purge left is found', 'what was answered is there', (story) => {
  story.write('post', { clientId: 'five', text: '早上好', member: 'bo' });
  story.act('purge', { member: 'bo', seconds: 15 });
});
test('where moderators act, what is older than a purge says is left', () =>
  assert.deepEqual(
    moderatedRoom((story) => {
      story.write('post', { clientId: 'five', text: '早上好', member: 'bo' });
      story.now += 16_000;
      story.act('purge', { member: 'bo', seconds: 15 });
    }),
    [],
  ));
test('where moderators act, a purge that was carried out late is known', () =>
  assert.deepEqual(
    moderatedRoom((story) => {
      const act = story.acts.at(-1);
      Object.assign(act, { attempts: 2, unknownAt: act.sentAt });
      story.write('post', { clientId: 'five', text: '早上好', member: 'bo' });
      story.row({ type: 'remove', member: 'admin', target: 8 });
    }),
    [],
  ));
