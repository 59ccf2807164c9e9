// The journals' checker finds what it is there for: each broken journal is a sound one with one thing wrong.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { check } from './support/checker.mjs';
import { Journal } from './support/journal.mjs';
import { checkModerating } from './support/moderating_check.mjs';

const AT = Date.parse('2026-01-31T08:05:03.000Z');
const iso = (at) => new Date(at).toISOString();
const LOGINS = { anna: 'm1', bo: 'm2' };

/** A club of one room, played by hand on a made-up clock. */
class Story {
  now = 0;
  truth = { rooms: { kz: { head: 0, entries: [] } }, members: LOGINS };
  journal = new Journal(() => ++this.now);

  get log() {
    return this.truth.rooms.kz;
  }

  row(fields) {
    const none = { client_id: null, text: null, edited: null, removed: null, target: null, reply_to: null, emoji: null, flag: null };
    const row = { ...none, seq: ++this.log.head, at: AT + this.log.head, ...fields };
    this.log.entries.push(row);
    return row;
  }

  /** Sent and answered on a line, unless `outcome` is another. */
  write(kind, fields, { line = 'a', row = {}, outcome = 'answered', reason, there = outcome === 'answered', seq } = {}) {
    const write = this.journal.write(kind, { member: 'anna', room: 'kz', ...fields });
    const attempt = this.journal.attempt(write, line);
    const { member, clientId: client_id, text, target, emoji, on } = write;
    const type = kind === 'post' ? 'message' : kind;
    const made = there && this.row({ type, member, client_id: client_id ?? null, text: text ?? null, target: target ?? null, emoji: emoji ?? null, flag: on === undefined ? null : Number(on), ...row });
    Object.assign(attempt, { outcome, reason, answeredAt: this.journal.clock() });
    if (outcome === 'answered') Object.assign(attempt, { seq: seq ?? made.seq, at: iso(made.at), duplicate: false });
    return { write, attempt, row: made };
  }

  post(clientId, options) {
    return this.write('post', { clientId, text: `Привет, ${clientId}` }, options);
  }

  told(seq, more = {}) {
    const row = this.log.entries[seq - 1];
    const entry = { room: 'kz', seq, at: iso(row.at), type: row.type, from: { id: LOGINS[row.member] } };
    for (const name of ['client_id', 'text', 'target', 'reply_to', 'emoji']) if (row[name] !== null) entry[name] = row[name];
    if (row.type === 'react') entry.on = Boolean(row.flag);
    return { ...entry, ...more };
  }

  page(fields, entries, { as_of = this.log.head, more = false } = {}) {
    return this.journal.page({ method: 'room.history', room: 'kz', line: 'h', sentAt: this.journal.clock(), ...fields }, { as_of, more, entries });
  }

  join(client, line, after, entries, options) {
    const page = this.page({ method: 'room.join', line, after }, entries, options);
    this.journal.joined(client, page);
  }

  deliver(client, line, ...seqs) {
    for (const seq of seqs) this.journal.delivered(client, line, typeof seq === 'number' ? this.told(seq) : seq);
  }
}

/** Posts, an edit, a reaction, a removal; one reader who came back once. */
function sound() {
  const story = new Story();
  story.join('reader', 'r1', 0, []);
  story.post('one');
  story.post('two');
  story.deliver('reader', 'r1', 1, 2);
  story.write('edit', { target: 1, text: 'Здравствуйте' });
  story.log.entries[0].edited = 3;
  story.write('react', { target: 2, emoji: '👍', on: true, member: 'bo' }, { line: 'b' });
  story.join('reader', 'r2', 2, [story.told(3), story.told(4)]);
  story.page({}, [{ ...story.told(1), text: 'Здравствуйте', edited_at: iso(AT) }, story.told(2), story.told(3), story.told(4)]);
  story.write('remove', { target: 2 });
  story.log.entries[1].removed = 5;
  story.deliver('reader', 'r2', 5);
  return story;
}

/** What is found in the sound story with one thing wrong. */
function found(breaks) {
  const story = sound();
  breaks(story);
  return check(story.journal, story.truth);
}

function finds(name, rule, breaks) {
  test(name, () => {
    const violations = found(breaks);
    assert.ok(violations.some((one) => one.rule === rule), `not found, but ${JSON.stringify(violations, null, 1)}`);
  });
}

test('nothing is found in a sound journal', () => assert.deepEqual(found(() => {}), []));

test('an unknown write may be there or not', () => {
  assert.deepEqual(
    found((story) => {
      story.post('three', { outcome: 'unknown', there: true });
      story.post('four', { outcome: 'unknown' });
    }),
    [],
  );
});

test('a post that was repeated after an unknown one is answered with the first one', () => {
  assert.deepEqual(
    found((story) => {
      const { write, row } = story.post('three', { outcome: 'unknown', there: true });
      Object.assign(story.journal.attempt(write, 'c'), { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: true, answeredAt: story.journal.clock() });
    }),
    [],
  );
});

const LOG = 'the log has no hole and nothing twice';
finds('a hole in the log is found', LOG, ({ log }) => log.entries.splice(2, 1));
finds('a head beyond the last entry is found', LOG, ({ log }) => (log.head = 6));
finds('a client_id that is there twice is found', LOG, (story) => story.row({ type: 'message', member: 'anna', client_id: 'two', text: 'Привет, two' }));
finds('a time that goes back is found', LOG, ({ log }) => (log.entries[3].at = AT - 5));

const ANSWERED = 'what was answered is there';
finds('an answered write that is lost is found', ANSWERED, (story) => {
  const { row } = story.post('three');
  story.log.entries.pop();
  story.log.head--;
  assert.ok(row);
});
finds('an answered write with another text is found', ANSWERED, ({ log }) => (log.entries[0].text = '早上好'));
finds('an answer with another place is found', ANSWERED, (story) => story.post('three', { seq: 1 }));
finds('a post whose text is gone without a removal is found', ANSWERED, ({ log }) => (log.entries[0].text = null));
finds('a removal that did not remove is found', ANSWERED, ({ log }) => (log.entries[1].removed = null));
finds('another reaction than was asked for is found', ANSWERED, ({ log }) => (log.entries[3].emoji = '🎉'));

finds('a refused write that is there is found', 'what was refused is not there', (story) => story.post('three', { outcome: 'refused', reason: 'too_long', there: true }));
finds('an edit that is there twice is found', 'what was asked once is there once at most', (story) => {
  story.row({ type: 'edit', member: 'anna', target: 1, text: 'Здравствуйте' });
});
finds('a refusal without a reason is found', 'nothing is refused without a reason', (story) => story.post('three', { outcome: 'refused', reason: 'conflict' }));
finds('an entry that nobody asked for is found', 'nothing is there that nobody asked for', (story) => {
  story.row({ type: 'message', member: 'bo', client_id: 'ghost', text: '…' });
});

const CONTENT = 'one place has one content';
finds('two contents of one place are found', CONTENT, (story) => story.deliver('other', 'o', story.told(1, { text: '早上好' })));
finds('another author of one place is found', CONTENT, (story) => story.deliver('other', 'o', story.told(1, { from: { id: 'm2' } })));
finds('an entry that the store does not have is found', CONTENT, (story) => {
  story.deliver('other', 'o', { ...story.told(1), seq: 9 });
});
finds('two contents of a removed text are found', CONTENT, (story) => {
  story.log.entries[1].text = null;
  story.deliver('other', 'o', story.told(2, { text: '早上好' }));
});
finds('a page that shows an older text than it says is found', CONTENT, (story) => story.page({}, [story.told(1)]));
finds('a page that shows a removed text is found', CONTENT, (story) => story.page({}, [story.told(2)]));
finds('a page without a text that is not removed is found', CONTENT, (story) => story.page({}, [story.told(2, { removed: true, text: undefined })], { as_of: 4 }));

const SUBSCRIPTION = 'a subscription has no hole and nothing twice';
finds('a hole in what a reader was told is found', SUBSCRIPTION, (story) => {
  story.post('three');
  story.post('four');
  story.deliver('reader', 'r2', 7);
});
finds('what a reader was told twice is found', SUBSCRIPTION, (story) => story.deliver('reader', 'r2', 5));
finds('what came in another order is found', SUBSCRIPTION, (story) => {
  story.post('three');
  story.post('four');
  story.deliver('reader', 'r2', 7, 6);
});
finds('a hole over a reconnect is found', SUBSCRIPTION, (story) => {
  story.post('three');
  story.post('four');
  story.join('reader', 'r3', 5, [story.told(7)]);
});
finds('what comes after leaving is found', SUBSCRIPTION, (story) => {
  story.journal.left('reader', 'r2', 'kz');
  story.post('three');
  story.deliver('reader', 'r2', 6);
});
finds('a join that ends before its as_of is found', SUBSCRIPTION, (story) => {
  story.post('three');
  story.join('reader', 'r3', 5, []);
});

finds('a post that stands before what was answered before it was sent is found', 'what was answered before stands before', (story) => {
  const first = story.journal.write('post', { member: 'anna', room: 'kz', clientId: 'x', text: 'x' });
  const other = story.journal.write('post', { member: 'bo', room: 'kz', clientId: 'y', text: 'y' });
  const [later, earlier] = [story.row({ type: 'message', member: 'bo', client_id: 'y', text: 'y' }), story.row({ type: 'message', member: 'anna', client_id: 'x', text: 'x' })];
  for (const [write, row, line] of [[first, earlier, 'c'], [other, later, 'd']]) {
    const attempt = story.journal.attempt(write, line);
    Object.assign(attempt, { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: false, answeredAt: story.journal.clock() });
  }
});
finds('posts of a connection in another order than they were sent are found', 'posts of a connection stand as they were sent', (story) => {
  const writes = ['x', 'y'].map((id) => story.journal.write('post', { member: 'anna', room: 'kz', clientId: id, text: id }));
  const attempts = writes.map((write) => story.journal.attempt(write, 'c'));
  for (const [i, id] of [[1, 'y'], [0, 'x']]) {
    const row = story.row({ type: 'message', member: 'anna', client_id: id, text: id });
    Object.assign(attempts[i], { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: false, answeredAt: story.journal.clock() });
  }
});

const REMOVAL = 'a removed text is in no answer after two seconds';
test('a removed text in an answer within two seconds is no matter', () => {
  assert.deepEqual(
    found((story) => {
      story.now += 1900;
      story.page({}, [story.told(2)], { as_of: 4 });
    }),
    [],
  );
});
finds('a removed text in an answer after two seconds is found', REMOVAL, (story) => {
  story.now += 2100;
  story.page({}, [story.told(2)], { as_of: 4 });
});
finds('a removed text in an answer that was asked for before and came long after is found', REMOVAL, (story) => {
  const sentAt = story.now;
  story.now += 5100;
  story.page({ sentAt }, [story.told(2)], { as_of: 4 });
});
test('a removed text that was on its way to one who took nothing is no matter', () => {
  assert.deepEqual(
    found((story) => {
      const sentAt = story.now;
      story.now += 5100;
      story.page({ sentAt, slow: true }, [story.told(2)], { as_of: 4 });
    }),
    [],
  );
});
finds('a removed text in the entry of an edit after two seconds is found', REMOVAL, (story) => {
  story.write('edit', { target: 1, text: 'до свидания' });
  story.write('remove', { target: 1 });
  story.log.entries[0].removed = 7;
  story.now += 2100;
  story.page({}, [story.told(6)], { as_of: 6 });
});

// ---- what moderators did ----

/** A mute, a lock, a removal and a purge, each answered at once and half a second after it was asked for. */
function moderated() {
  const act = (action, sentAt, more = {}) => ({ action, by: 'admin', attempts: 1, outcome: 'answered', sentAt, answeredAt: sentAt + 500, ...more });
  const message = (seq, at, member) => ({ seq, at, type: 1, member, client_id: `loud-${seq}`, removed: null, target: null });
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
    writes: [{ kind: 'post', member: 'anna', clientId: 'x', attempts: [{ outcome: 'refused', reason: 'muted', sentAt: 2000, answeredAt: 2001 }] }],
    truth: {
      head: 8,
      entries: [
        { ...message(1, 500, 'anna'), removed: 7 },
        entry(2, 1200, 6),
        { ...message(3, 5000, 'bo'), removed: 8 },
        entry(4, 9200, 6),
        entry(5, 20_100, 5),
        entry(6, 29_100, 5),
        entry(7, 30_100, 3, { target: 1 }),
        entry(8, 31_100, 3, { target: 3 }),
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
  return checkModerating(story.acts, story.writes, story.truth);
}

function findsModerated(name, rule, breaks) {
  test(name, () => {
    const violations = foundModerated(breaks);
    assert.ok(violations.some((one) => one.rule === rule), `not found, but ${JSON.stringify(violations, null, 1)}`);
  });
}

/** One more message of that member at that time, the last entry of the log. */
function writes(story, member, at) {
  story.truth.entries.push({ seq: ++story.truth.head, at, type: 1, member, client_id: 'late', removed: null, target: null });
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

const NOTED = 'an answered act is in the audit log once';
for (const [i, what] of ['mute', 'lifted mute', 'lock', 'unlock', 'removal', 'purge'].entries()) {
  findsModerated(`a ${what} that is not in the audit log is found`, NOTED, ({ truth }) => truth.audit.splice(i, 1));
  findsModerated(`a ${what} that is in the audit log twice is found`, NOTED, ({ truth }) => truth.audit.splice(i, 0, truth.audit[i]));
}
findsModerated('settings that changed without a record are found', NOTED, ({ truth }) => (truth.entries[5].type = 6) && truth.entries.push({ ...truth.entries[4], seq: ++truth.head }, { ...truth.entries[4], seq: ++truth.head }));
findsModerated('a purged message that no purge counted is found', NOTED, ({ truth }) => (truth.audit[5].detail.removed = 2));
findsModerated('a removal that did not remove is found', 'what was answered is there', ({ truth }) => (truth.entries[0].removed = null));
findsModerated('a sanction that nobody asked for is found', 'nothing is in the audit log that nobody asked for', ({ truth }) => truth.audit.push({ action: 'ban', member: 'bo', reason: 'кто это был' }));
findsModerated('a hole in the moderated room is found', 'the log has no hole and nothing twice', ({ truth }) => truth.entries.splice(2, 1));
findsModerated('a refusal after the lifting is found', 'nothing is refused without a reason', ({ writes: [{ attempts }] }) => Object.assign(attempts[0], { sentAt: 9600, answeredAt: 9700 }));
findsModerated('a refusal of another kind is found', 'nothing is refused without a reason', ({ writes: [{ attempts }] }) => (attempts[0].reason = 'banned'));
findsModerated('an act that was refused is found', 'nothing is refused without a reason', ({ acts }) => Object.assign(acts[4], { outcome: 'refused', refusal: 'forbidden' }));
