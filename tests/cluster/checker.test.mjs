// The journals' checker finds what it is there for: each broken journal is a sound one with one thing wrong.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { check } from './support/checker.mjs';
import { Journal } from './support/journal.mjs';
import { LATE_MS, Turns } from './support/late.mjs';
import { Member, takeEach } from './support/member.mjs';
import { AT, Story, iso } from './support/story.mjs';
import { readTruth } from './support/truth.mjs';

const LIKED = [{ emoji: '👍', count: 1, mine: false }];

/** Posts, an edit, a reaction, a removal; one reader who came back once. */
function sound() {
  const story = new Story();
  story.join('reader', 'r1', 0, []);
  story.post('one');
  story.post('two');
  story.deliver('reader', 'r1', 1, 2);
  story.write('edit', { target: 1, text: 'Здравствуйте' });
  story.write('react', { target: 2, emoji: '👍', on: true, member: 'bo' }, { line: 'b' });
  story.join('reader', 'r2', 2, [story.told(3), story.told(4)]);
  story.found({}, [{ ...story.told(1), text: 'Здравствуйте' }, story.told(2)]);
  story.page({}, [{ ...story.told(1), text: 'Здравствуйте', edited_at: iso(AT + 3) }, story.told(2, { reactions: LIKED }), story.told(3), story.told(4)]);
  story.write('remove', { target: 2 });
  story.deliver('reader', 'r2', 5);
  return story;
}

/** What is found in the sound story with one thing wrong. */
function found(breaks, options) {
  const story = sound();
  breaks(story);
  return check(story.journal, story.truth, options);
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

const CHANGES = 'what changes nothing is not there';
finds('a removal of what was removed is found', CHANGES, (story) => story.write('remove', { target: 2 }));
finds('a reaction that is put on twice is found', CHANGES, (story) => {
  for (const member of ['anna', 'anna']) story.write('react', { target: 1, emoji: '👍', on: true, member });
});
finds('a reaction that is taken off and was not on is found', CHANGES, (story) => story.write('react', { target: 1, emoji: '👍', on: false }));
test('a reaction that is put on and taken off in turn is no matter', () => {
  assert.deepEqual(
    found((story) => {
      for (const on of [true, false, true]) story.write('react', { target: 1, emoji: '🤝', on });
    }),
    [],
  );
});

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
finds('an answered post that replies to nothing, or to another message, is found', ANSWERED, (story) => {
  const { row } = story.write('post', { clientId: 'three', text: 'Да', replyTo: 1 });
  row.reply_to = null;
});
test('a post that replies to a message is no matter', () => assert.deepEqual(found((story) => story.write('post', { clientId: 'three', text: 'Да', replyTo: 1 })), []));
finds('another reaction than was asked for is found', ANSWERED, ({ log }) => (log.entries[3].emoji = '🎉'));

const marked = (seq, read, member = 'anna') => (story) => {
  story.journal.marked(member, 'kz', 1);
  story.journal.marked(member, 'kz', seq);
  story.truth.marks = new Map(read === undefined ? [] : [[`${member} kz`, read]]);
};
finds('an answered mark of reading that is lost is found', ANSWERED, marked(3, 2));
finds('an answered mark of reading of a room that is on no list any more is found where its reader wrote', ANSWERED, marked(3));
test('a mark of reading that is there, that is beyond what was answered, or of a room that is on no list is no matter', () => {
  for (const [read, member] of [[3], [4], [undefined, 'bo']]) assert.deepEqual(found(marked(3, read, member)), []);
});

const GONE = 'what is removed is gone, and nothing else';
finds('a removed message that has its text is found', GONE, ({ log }) => (log.entries[1].text = '早上好'));
finds('an edit that has its text when its message is removed is found', GONE, (story) => {
  story.write('remove', { target: 1 });
  story.log.entries[2].text = 'Здравствуйте';
});
finds('a message that is removed without a removal is found', GONE, ({ log }) => (log.entries[0].removed = 4));
finds('a message that names another edit than its last one is found', GONE, (story) => {
  story.write('edit', { target: 1, text: 'до свидания' });
  story.log.entries[0].edited = 3;
});

const REPEATED = 'a repeated post is known as one';
finds('a repeated post that is answered as a new one is found', REPEATED, (story) => {
  const { write, row } = story.post('three');
  story.again(write, { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: false });
});
finds('a post that is answered as a new one after it was known as a repeated one is found', REPEATED, (story) => {
  const { write, row, attempt } = story.post('three');
  attempt.duplicate = true; // an attempt before it had not been answered
  story.again(write, { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: false });
});
finds('a post that two lines were told is new is found', REPEATED, (story) => {
  const { write, row, attempt } = story.post('three');
  story.again(write, { outcome: 'answered', seq: row.seq, at: iso(row.at), duplicate: false, sentAt: attempt.sentAt });
});

const EXPECTED = 'what must be refused is refused';
test('what must be refused and is refused is no matter', () =>
  assert.deepEqual(found((story) => story.write('post', { clientId: 'three', text: 'x', expects: ['too_long'] }, { outcome: 'refused', reason: 'too_long' })), []));
finds('what must be refused and is answered is found', EXPECTED, (story) => story.write('post', { clientId: 'three', text: 'x', expects: ['too_long'] }));
finds('what must be refused and is there without an answer is found', EXPECTED, (story) =>
  story.write('edit', { target: 1, text: 'x', expects: ['forbidden'] }, { outcome: 'unknown', there: true }));

finds('a refused write that is there is found', 'what was refused is not there', (story) => story.post('three', { outcome: 'refused', reason: 'too_long', there: true }));
finds('an edit that is there twice is found', 'what was asked once is there once at most', (story) => {
  story.row({ type: 'edit', member: 'anna', target: 1, text: 'Здравствуйте' });
});
/** An edit of the first message and its removal: both texts are gone from the store. */
function editedAndRemoved(story, outcome) {
  const { row } = story.write('edit', { target: 1, text: 'до свидания' }, outcome);
  if (outcome) story.deliver('reader', 'r2', story.told(row.seq));
  story.write('remove', { target: 1 });
  return row;
}
test('an edit whose text is gone with its message is no matter', () => assert.deepEqual(found((story) => void editedAndRemoved(story)), []));
finds('a refused edit that is there is found when its text was removed', 'what was refused is not there', (story) => editedAndRemoved(story, { outcome: 'refused', reason: 'not_found', there: true }));
finds('an edit that is there twice is found when its text was removed', 'what was asked once is there once at most', (story) => {
  const { seq } = editedAndRemoved(story);
  const twin = story.row({ type: 'edit', member: 'anna', target: 1, text: 'до свидания' });
  story.deliver('other', 'o', story.told(twin.seq));
  Object.assign(twin, { text: null, removed: seq + 1 });
});
finds('a text that is told otherwise than it was posted is found when it was removed', 'one place has one content', (story) => {
  const row = editedAndRemoved(story);
  story.deliver('other', 'o', story.told(row.seq, { text: '早上好' }));
});
test('a reaction on what was removed meanwhile may be refused', () =>
  assert.deepEqual(found((story) => story.write('react', { target: 2, emoji: '👍', on: false }, { outcome: 'refused', reason: 'not_found' })), []));
finds('a refusal of what was removed long after is found', 'nothing is refused without a reason', (story) => {
  story.write('react', { target: 1, emoji: '👍', on: true }, { outcome: 'refused', reason: 'not_found' });
  story.write('remove', { target: 1 });
});
finds('a refusal without a reason is found', 'nothing is refused without a reason', (story) => story.post('three', { outcome: 'refused', reason: 'conflict' }));
const OTHERWISE = 'what is there is what was asked for';
const unknownPost = (fields) => (story) => {
  const { row } = story.post('three', { outcome: 'unknown', there: true });
  Object.assign(row, fields);
};
finds('a post of which nobody knows that is there with another text is found', OTHERWISE, unknownPost({ text: '早上好' }));
finds('a post of which nobody knows that is there as an answer to a message is found', OTHERWISE, unknownPost({ reply_to: 1 }));
finds('an edit with a text that nobody asked for is found', 'nothing is there that nobody asked for', (story) => {
  const { row } = story.write('edit', { target: 1, text: 'до свидания' }, { outcome: 'unknown', there: true });
  row.text = '早上好';
});
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
  story.deliver('other', 'o', story.told(2, { text: '早上好' }));
});
finds('a page that shows an older text than it says is found', CONTENT, (story) => story.page({}, [story.told(1)]));
finds('a page that shows a removed text is found', CONTENT, (story) => story.page({}, [story.told(2)]));
finds('a page with other reactions than it should have is found', CONTENT, (story) => story.page({}, [story.told(2)], { as_of: 4 }));
finds('a page with the reactions of later is found', CONTENT, (story) => story.page({}, [story.told(2, { reactions: LIKED })], { as_of: 3 }));
test('a reaction that was taken back is in no page', () =>
  assert.deepEqual(
    found((story) => {
      story.write('react', { target: 1, emoji: '👍', on: true });
      story.write('react', { target: 1, emoji: '👍', on: false });
      story.page({}, [story.told(1, { text: 'Здравствуйте', edited_at: iso(AT + 3) })]);
    }),
    [],
  ));
test('a page shows whose own a reaction is, and when the message was edited', () => {
  const shown = (member, mine, edited = AT + 3) => (story) =>
    story.page({ member }, [story.told(1, { text: 'Здравствуйте', edited_at: iso(edited) }), story.told(2, { reactions: [{ ...LIKED[0], mine }] })], { as_of: 4 });
  for (const [member, mine] of [['bo', true], ['anna', false]]) assert.deepEqual(found(shown(member, mine)), []);
  for (const wrong of [['bo', false], ['anna', true], ['bo', true, AT + 1]]) assert.deepEqual(found(shown(...wrong)).map(({ rule }) => rule), [CONTENT]);
});
finds('a page that does not say that a message was edited is found', CONTENT, (story) => story.page({}, [story.told(1, { text: 'Здравствуйте' })]));
finds('an edit in a page that says something else is found', CONTENT, (story) => story.page({}, [story.told(3, { text: '早上好' })]));
finds('a found message with a text that it never had is found', CONTENT, (story) => story.found({}, [story.told(1, { text: '早上好' })]));
finds('a found message that is not there is found', CONTENT, (story) => story.found({}, [{ ...story.told(1), seq: 9 }]));
finds('a page without a text that is not removed is found', CONTENT, (story) => story.page({}, [story.told(2, { removed: true, text: undefined })], { as_of: 4 }));

/** A post that a reader was told of so, and a page shows so; `what` of it, where it is no post. */
const toldSo = (one, other, { what = 'post', removed, says } = {}) => (story) => {
  const { row } = what === 'post' ? story.post('three') : story.write(what, { member: 'admin' }, { outcome: 'unknown', there: true });
  row.says = says;
  const tell = () => story.deliver('reader', 'r2', story.told(row.seq, one));
  const early = !('text' in one) || one.text !== undefined;
  if (early) tell();
  if (removed) story.write('remove', { target: row.seq });
  if (!early) tell();
  story.page({}, [story.told(row.seq, removed ? { removed: true, ...other } : other)]);
};
const ANNA = { id: 'm1', name: 'Анна', country: 'KZ', company: 'Караван' };
const ADMIN = { id: 'm3', name: '管理员', country: '', company: '' };
const POSTED = { from: ANNA, mentions: ['m2', 'm3'] };
const MUTED = { from: ADMIN, action: 'mute', member: 'm2', until: '2026-01-31T09:00:00.000Z', reason: 'реклама' };
const LOCKED = { from: ADMIN, locked: true, title: 'Караван' };
const LASTING = [
  ['post', POSTED, { from: { ...ANNA, name: 'Анна С.' } }, { from: { ...ANNA, country: 'CN' } }, { from: { ...ANNA, company: '' } }, { mentions: ['m2'] }, { mentions: undefined }],
  ['moderation', MUTED, { action: 'ban' }, { member: 'm1' }, { until: undefined }, { reason: 'спам' }, { from: { ...ADMIN, company: 'Караван' } }],
  ['room', LOCKED, { locked: false }, { title: undefined }, { slow: 30 }],
];
for (const [what, one, ...differences] of LASTING) {
  test(`a ${what} that is told alike, and as the store has it, is no matter`, () => {
    assert.deepEqual(found(toldSo(one, one, { what })), []);
    assert.deepEqual(found(toldSo(one, structuredClone(one), { what, says: one })), []);
  });
  for (const difference of differences) {
    const other = { ...one, ...difference };
    finds(`a ${what} with two contents is found: ${JSON.stringify(Object.entries(difference)[0])}`, CONTENT, toldSo(one, other, { what }));
    finds(`a ${what} with another content than in the store is found: ${JSON.stringify(Object.entries(difference)[0])}`, CONTENT, toldSo(one, one, { what, says: other }));
  }
}
finds('what was not told of a post before is found, whatever it is', CONTENT, toldSo(POSTED, { ...POSTED, votes: 1 }));
test('what is told of a removed post without its text and mentions is no matter, in whatever order', () => {
  const gone = { text: undefined, mentions: undefined };
  for (const says of [undefined, { from: ANNA }]) {
    assert.deepEqual(found(toldSo(POSTED, { ...POSTED, ...gone }, { removed: true, says })), []);
    assert.deepEqual(
      found((story) => {
        toldSo({ from: ANNA, ...gone }, { from: ANNA, ...gone }, { removed: true, says })(story);
        story.page({}, [story.told(6, { ...POSTED, text: 'Привет, three' })], { as_of: 6 });
      }),
      [],
    );
  }
});
finds('another author of a removed post is found', CONTENT, toldSo(POSTED, { from: { ...ANNA, name: 'Анна С.' }, text: undefined }, { removed: true }));
finds('mentions in a removed text are found', CONTENT, toldSo(POSTED, { ...POSTED, text: undefined }, { removed: true }));
finds('other mentions are found where the first who is told has no text', CONTENT, (story) => {
  toldSo({ from: ANNA, text: undefined }, { from: ANNA, text: undefined }, { removed: true })(story);
  for (const mentions of [['m2'], ['m3']]) story.page({}, [story.told(6, { ...POSTED, mentions, text: 'Привет, three' })], { as_of: 6 });
});
finds('a post that is told without its text before anybody removes it is found', CONTENT, (story) => {
  const { row } = story.post('three');
  story.deliver('reader', 'r2', story.told(row.seq, { text: undefined }));
  story.write('remove', { target: row.seq });
});
test('a text that was edited and reactions of one who is told are no matter, mentions stay', () => {
  assert.deepEqual(
    found((story) => {
      toldSo(POSTED, POSTED)(story);
      story.write('edit', { target: 6, text: '早上好' });
      story.write('react', { target: 6, emoji: '👍', on: true, member: 'bo' });
      for (const mine of [false, true]) story.page({}, [story.told(6, { ...POSTED, text: '早上好', edited_at: iso(AT + 7), reactions: [{ ...LIKED[0], mine }] })]);
      story.found({}, [story.told(6, { ...POSTED, text: '早上好', edited_at: iso(AT + 7) })]);
    }),
    [],
  );
});
finds('mentions that an edit changed are found', CONTENT, (story) => {
  toldSo(POSTED, POSTED)(story);
  story.write('edit', { target: 6, text: '早上好' });
  story.page({}, [story.told(6, { from: ANNA, text: '早上好', edited_at: iso(AT + 7) })]);
});

test('what the store has is read as it is told', async () => {
  const none = { client_id: null, text: null, edited: null, removed: null, target: null, reply_to: null, emoji: null, flag: null };
  const row = (type, fields) => ({ room: 'kz', at: AT, type, member: 'anna', ...none, author: 7, mentions: null, target_member: null, reason: null, action: null, until: null, detail: null, ...fields });
  const tables = {
    author: [{ key: 7, member: 1, name: 'Анна', country: 'KZ', company: null }],
    room: [{ id: 'kz', head: 5 }],
    listing: [],
    entry: [
      row(1, { seq: 1, mentions: '2 3' }),
      row(3, { seq: 2, target: 1, target_member: 1, reason: '广告' }),
      row(5, { seq: 3, detail: '"locked":true,"slow":30' }),
      row(6, { seq: 4, action: 'mute', target_member: 2, until: AT, reason: 'реклама' }),
      row(6, { seq: 5, action: 'unmute', target_member: 2, until: 0 }),
    ],
  };
  const { rooms } = await readTruth({ query: async (sql) => tables[/FROM (\w+)/.exec(sql)[1]] }, []);
  const from = { ...ANNA, company: '' };
  assert.deepEqual(rooms.kz.entries.map(({ says }) => says), [
    { from, mentions: ['m2', 'm3'] },
    { from, reason: '广告' },
    { from, locked: true, slow: 30 },
    { from, action: 'mute', member: 'm2', until: iso(AT), reason: 'реклама' },
    { from, action: 'unmute', member: 'm2' },
  ]);
});

const PAGE = 'a page has no hole, and ends where it says';
/** Of the log of five entries; what it shows of them is no matter here. */
const paged = (seqs, fields, options) => (story) => story.page({ after: undefined, ...fields }, seqs.map((seq) => story.told(seq)), options);
const PAGES = {
  'the newest': [[4, 5], { limit: 2 }, { more: true }],
  'all': [[1, 2, 3, 4, 5], { limit: 50 }, { more: false }],
  'those before one': [[2, 3], { before: 4, limit: 2 }, { more: true }],
  'those before one, from the beginning': [[1, 2, 3], { before: 4 }, { more: false }],
  'none before the first': [[], { before: 1 }, { more: false }],
  'those after one': [[3, 4], { after: 2, limit: 2 }, { more: true }],
  'those after one, up to the end': [[3, 4, 5], { after: 2 }, { more: false }],
  'none after the last': [[], { after: 5 }, { more: false }],
};
const wrongPage = (story) => found(story).filter(({ rule }) => rule === PAGE);
for (const [name, how] of Object.entries(PAGES)) {
  test(`a page of ${name} is no matter`, () => assert.deepEqual(wrongPage(paged(...how)), []));
  test(`a page of ${name} that says otherwise whether there is more is found`, () => {
    const [seqs, fields, { more }] = how;
    assert.equal(wrongPage(paged(seqs, fields, { more: !more })).length, 1);
  });
}
for (const [name, seqs, fields, more] of [
  ['with a hole', [2, 4], { before: 5 }, true],
  ['with more than was asked for', [3, 4, 5], { limit: 2 }, true],
  ['that ends before the newest', [3, 4], {}, true],
  ['that ends before where it was to', [2, 3], { before: 5 }, true],
  ['that begins after where it was to', [4, 5], { after: 2 }, false],
  ['that has nothing where there is something', [], { before: 4 }, false],
  ['that has nothing after an entry where there is something', [], { after: 4 }, true],
])
  test(`a page ${name} is found`, () => assert.equal(wrongPage(paged(seqs, fields, { more })).length, 1));

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
finds('a join that has nothing and says that there is more is found', SUBSCRIPTION, (story) => story.join('reader', 'r3', 5, [], { more: true }));
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
finds('a post that stands before the removal that was answered before it was sent is found', 'what was answered before stands before', (story) => {
  const post = story.row({ type: 'message', member: 'bo', client_id: 'y', text: 'y' });
  story.write('remove', { target: 1 });
  const write = story.journal.write('post', { member: 'bo', room: 'kz', clientId: 'y', text: 'y' });
  Object.assign(story.journal.attempt(write, 'd'), { outcome: 'answered', seq: post.seq, at: iso(post.at), duplicate: false, answeredAt: story.journal.clock() });
});
const post = (story) => story.post(`next ${story.log.head}`);
/** The write before the last one, once more. */
const again = (story) => story.again(story.journal.writes.at(-2), { outcome: 'unknown', answeredAt: undefined });
/** Of neither it is known what became. */
const GIVEN_UP = [
  ['post', { clientId: 'y', text: 'y' }, { type: 'message', client_id: 'y', text: 'y' }],
  ['edit', { target: 1, text: 'до свидания' }, { type: 'edit', target: 1, text: 'до свидания' }],
];
for (const [kind, fields, row] of GIVEN_UP) {
  const there = (story) => story.row({ member: 'anna', ...row });
  const sent = (story) => story.write(kind, fields, { outcome: 'unknown', line: 'd' });
  finds(`a given up ${kind} that stands before what was answered before it was sent is found`, 'what was answered before stands before', (story) => {
    for (const step of [there, post, sent]) step(story);
  });
  test(`a given up ${kind} that was carried out at once, late, or only on the first attempt, is no matter`, () => {
    for (const steps of [[sent, there, post], [sent, post, there], [post, sent, there], [sent, there, post, again]]) {
      assert.deepEqual(found((story) => steps.forEach((step) => step(story))), []);
    }
  });
}
test('a given up post that is not there is no matter', () => {
  assert.deepEqual(
    found((story) => {
      post(story);
      story.post('three', { outcome: 'unknown' });
    }),
    [],
  );
});

const STANDS = 'what changes nothing is answered with what stands';
const reacts = (on, how = {}, fields = {}) => (story) => story.write('react', { target: 1, emoji: '👍', on, ...fields }, how);
/** Answered with that place, and nothing is done; `meanwhile` happens before it is answered. */
const answeredWith = (seq, on, meanwhile = []) => (story) => {
  const write = story.journal.write('react', { member: 'anna', room: 'kz', target: 1, emoji: '👍', on });
  const attempt = story.journal.attempt(write, 'd');
  for (const step of meanwhile) step(story);
  Object.assign(attempt, { outcome: 'answered', seq, at: iso(story.log.entries[seq - 1].at), answeredAt: story.journal.clock() });
};
const UNKNOWN = { outcome: 'unknown', there: true };
const STALE = {
  'a reaction that is answered with one that was taken off is found': [reacts(true), reacts(false), answeredWith(6, true)],
  'a reaction that is answered with one that was taken off and put on again is found': [reacts(true), reacts(false), reacts(true), answeredWith(6, true)],
  'a reaction that is taken off and answered with what took it off before it was put on again is found': [reacts(true), reacts(false), reacts(true), answeredWith(7, false)],
  'a reaction that is taken off and answered as if it never was on is found': [reacts(true), answeredWith(1, false)],
  'a reaction that is answered with one that was taken off, by what nobody answered, before something else was answered is found': [reacts(true), reacts(false, UNKNOWN), post, answeredWith(6, true)],
};
for (const [name, steps] of Object.entries(STALE)) finds(name, STANDS, (story) => steps.forEach((step) => step(story)));
const STILL = {
  'a reaction that is answered with the one that stands is no matter': [reacts(true), post, answeredWith(6, true), reacts(false), post, answeredWith(8, false)],
  'a reaction that never was on and is taken off is no matter': [post, answeredWith(1, false), reacts(true)],
  'a reaction that is answered with what another device takes off meanwhile is no matter': [reacts(true), answeredWith(6, true, [reacts(false), post])],
  'a reaction that is answered with what was taken off late is no matter': [reacts(true), reacts(false, UNKNOWN), answeredWith(6, true), post],
  'a reaction that another member, or with another emoji, takes off is no matter': [
    ...[{ member: 'bo' }, { emoji: '🎉' }].flatMap((fields) => [reacts(true, {}, fields), reacts(false, {}, fields)]),
    reacts(true),
    ...[{ member: 'bo' }, { emoji: '🎉' }].flatMap((fields) => [reacts(true, {}, fields), reacts(false, {}, fields)]),
    answeredWith(10, true),
  ],
};
for (const [name, steps] of Object.entries(STILL)) test(name, () => assert.deepEqual(found((story) => steps.forEach((step) => step(story))), []));

finds('a removal that stands before what was answered before anybody asked for it is found', 'what was answered before stands before', (story) => {
  const removal = story.row({ type: 'remove', member: 'anna', target: 1 });
  story.post('three');
  const write = story.journal.write('remove', { member: 'anna', room: 'kz', target: 1 });
  story.again(write, { outcome: 'answered', seq: removal.seq, at: iso(removal.at) });
});
const SENT = 'posts of a connection stand as they were sent';
/** Two posts of one connection that stand the other way round; `how` the one that was sent first ended. */
const swapped = (...how) => (story) => {
  const writes = ['x', 'y'].map((id) => story.journal.write('post', { member: 'anna', room: 'kz', clientId: id, text: id }));
  const attempts = writes.map((write) => story.journal.attempt(write, 'c'));
  const rows = ['y', 'x'].map((id) => story.row({ type: 'message', member: 'anna', client_id: id, text: id }));
  const answer = ({ seq, at }) => ({ outcome: 'answered', seq, at: iso(at), duplicate: false, answeredAt: story.journal.clock() });
  Object.assign(attempts[1], answer(rows[0]));
  for (const [i, { later = 0, ...fields }] of how.entries()) {
    story.now += later;
    Object.assign(i ? story.journal.attempt(writes[0], 'd') : attempts[0], fields.outcome === 'answered' && answer(rows[1]), fields);
  }
};
finds('a post of which nobody knows how it ended is found to stand after one that was sent after it', SENT, swapped({ outcome: 'unknown' }));
finds('so is one that was said to be there already when it was asked for once', SENT, swapped({ outcome: 'answered', duplicate: true }));
finds('so is one that was repeated long after it was there', SENT, swapped({ outcome: 'unknown' }, { outcome: 'answered', duplicate: true, later: 2000 }));
test('a post that was repeated at once may have been made by either', () => assert.deepEqual(found(swapped({ outcome: 'unknown' }, { outcome: 'answered', duplicate: true })).filter(({ rule }) => rule === SENT), []));
finds('posts of a connection in another order than they were sent are found', SENT, (story) => {
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
      story.page({}, [story.told(2, { reactions: LIKED })], { as_of: 4 });
    }),
    [],
  );
});
finds('a removed text in an answer after two seconds is found', REMOVAL, (story) => {
  story.now += 2100;
  story.page({}, [story.told(2)], { as_of: 4 });
});
test('a removed text in an answer that was asked for before is no matter, however long the network takes', () => {
  assert.deepEqual(
    found((story) => {
      const sentAt = story.now;
      story.now += 30_000;
      story.page({ sentAt }, [story.told(2, { reactions: LIKED })], { as_of: 4 });
      story.found({ sentAt }, [story.told(2)]);
    }),
    [],
  );
});
finds('a removed text that is found after two seconds is found', REMOVAL, (story) => {
  story.now += 2100;
  story.found({}, [story.told(2)]);
});
finds('a removed text in the entry of an edit after two seconds is found', REMOVAL, (story) => {
  story.write('edit', { target: 1, text: 'до свидания' });
  story.write('remove', { target: 1 });
  story.now += 2100;
  story.page({}, [story.told(6)], { as_of: 6 });
});

// ---- another history ----

const HISTORY = 'the history changes only when a standby was promoted';
const histories = (...epochs) => ({ journal }) => epochs.forEach((epoch) => journal.welcomed(epoch, journal.clock()));
test('one history is no matter, and another one for each promotion', () => {
  assert.deepEqual(found(histories('a', 'a')), []);
  assert.deepEqual(found(histories('a', 'b'), { epochs: 1 }), []);
});
/** The first history once more, on a line that was opened so long after the second one was known. */
const backAfter = (ms) => (story) => {
  histories('a', 'b')(story);
  story.journal.welcomed('a', story.journal.epochs.get('b').toldAt + ms);
};
test('the history before may be told for as long as an instance may not know of the next one', () => assert.deepEqual(found(backAfter(2000), { epochs: 1 }), []));
test('the history before that is told later is found', () =>
  assert.deepEqual(found(backAfter(2001), { epochs: 1 }).map(({ rule }) => rule), ['nobody is told of a history that is over']));
test('a promotion after which everybody is told of the history before is found', () =>
  assert.deepEqual(found(histories('a'), { epochs: 1 }).map(({ rule }) => rule), ['a standby that was promoted makes another history']));
finds('another history without a promotion is found', HISTORY, histories('a', 'b'));
test('one history more than there were promotions is found', () => {
  assert.deepEqual(found(histories('a', 'b', 'c'), { epochs: 1 }).map(({ rule }) => rule), [HISTORY]);
});

// ---- how a member asks, and is let in ----

test('a member who asks until it is answered knows when the last one was sent that was not', async () => {
  const random = { pick: ([one]) => one, between: () => 1 };
  const member = new Member({ cluster: {}, name: 'anna', journal: new Journal(), random });
  member.line = {};
  const lost = { outcome: 'unknown' };
  const asked = [];
  const answer = async (...answers) => {
    member.request = async (method, params, take) => (take(answers[0]), answers.shift());
    return member.insist('member.mute', {}, ({ outcome }, sentAt) => asked.push([outcome, sentAt]));
  };
  assert.deepEqual(await answer({ ...lost, unsent: true }, { outcome: 'answered' }), { outcome: 'answered', unknownAt: undefined });
  const from = Date.now();
  const { outcome, unknownAt } = await answer(lost, lost, { outcome: 'answered' });
  assert.equal(outcome, 'answered');
  assert.deepEqual(asked.map(([how]) => how), ['unknown', 'answered', 'unknown', 'unknown', 'answered']);
  assert.ok(unknownAt >= from);
  assert.equal(unknownAt, asked[3][1]);
});

test('a member who is stopped while a line is being opened does not go on with it', { timeout: 5000 }, async () => {
  let opened, closed, look;
  const line = {
    opened: new Promise((done) => (opened = done)),
    closed: new Promise((done) => (closed = done)),
    socket: { terminate: () => closed({ code: 1006 }), constructor: { OPEN: 1 } },
    received: [],
    complaints: [],
    until: async (each) => (look = each),
    ask: async () => {},
  };
  const random = { pick: ([one]) => one, between: () => 10 };
  const member = new Member({ cluster: { instances: [{ open: () => line }] }, name: 'anna', login: 'anna', cookie: 'c', journal: new Journal(), random }).start();
  const stopped = member.stop();
  opened();
  await line.opened;
  await Promise.resolve();
  line.received.push({ message: { method: 'welcome', params: { epoch: 'e', member: { id: 'm1' } } } });
  look();
  await stopped;
});

test('a client that cannot take what it heard is found, one whose line is closed is not', async () => {
  for (const [error, rules] of [[new TypeError('entries'), ['the harness works']], [Object.assign(new Error('closed'), { closed: true }), []]]) {
    const journal = new Journal();
    takeEach({ until: () => Promise.reject(error), socket: { terminate() {} } }, () => false, { journal, name: 'anna' });
    await new Promise((done) => setTimeout(done));
    assert.deepEqual(journal.seen.map(({ rule }) => rule), rules);
  }
});

/** One who is let in and put out in turn, on a made-up clock; each `unknownAt` makes that attempt one of which nobody knows. */
function turnsAt(now) {
  const clock = () => now;
  const turns = new Turns({ clock });
  const act = (turn) => async (at, unknownAt) => {
    now = at;
    await turns[turn](async () => ({ outcome: 'answered', unknownAt }));
    return turns.since;
  };
  return { turns, letIn: act('letIn'), putOut: act('putOut'), wait: (until) => (now = until) };
}

test('who is put out is out, and who is let in is in', async () => {
  const { turns, letIn, putOut } = turnsAt(0);
  assert.deepEqual([await putOut(1000), await letIn(2000), await putOut(3000, 3000), await letIn(4000), turns.mayBeOut], [1000, undefined, 3000, undefined, true]);
});

test('who was let in by what may be carried out late is not out for certain until then', async () => {
  const { letIn, putOut, turns, wait } = turnsAt(0);
  await letIn(1000, 1000);
  assert.deepEqual([await putOut(2000), await letIn(3000), await putOut(999 + LATE_MS), await letIn(1000 + LATE_MS), await putOut(1001 + LATE_MS)], [undefined, undefined, undefined, undefined, 1001 + LATE_MS]);
  await putOut(50_000, 50_000);
  assert.equal(turns.mayBeOut, true);
  wait(50_000 + LATE_MS);
  assert.equal(turns.mayBeOut, false);
});

/** What is noted when the upgrade is answered so. */
async function keptOut(error) {
  const journal = new Journal();
  const opened = Promise.reject(error);
  opened.catch(() => {});
  const line = { opened, closed: Promise.resolve({ code: 1006 }), socket: { terminate() {} }, until: async () => {} };
  const instance = { port: 1, open: () => line };
  const member = new Member({ cluster: { instances: [instance] }, name: 'anna', login: 'anna', cookie: 'c', journal, random: { pick: ([one]) => one, between: () => 5 } });
  member.start();
  await new Promise((done) => setTimeout(done, 1));
  member.stopped = true;
  await member.ended;
  return journal.seen;
}
test('a member who is answered that the instance is away, or by nobody, tries again', async () => {
  assert.deepEqual(await keptOut(Object.assign(new Error('503'), { status: 503 })), []);
  assert.deepEqual(await keptOut(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })), []);
});
for (const status of [401, 403, 500]) {
  test(`a member who is answered with ${status} is found`, async () => {
    const [first] = await keptOut(Object.assign(new Error(String(status)), { status }));
    assert.equal(first?.rule, 'nobody is kept out without a reason');
  });
}
