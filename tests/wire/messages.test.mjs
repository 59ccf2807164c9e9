// Posting, repeating a post, editing, removing, reacting, replying.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, sleep } from './support/club.mjs';
import { chinese, mixed, russian } from './support/texts.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'moderator'] });
const anna = await club.connect('anna');
const bo = await club.connect('bo');
const moderator = await club.connect('moderator');
await anna.call('room.join', { room: 'kz.fintech' });
await bo.call('room.join', { room: 'kz.fintech' });
const room = 'kz.fintech';
const post = (line, text, more = {}) => line.call('message.post', { room, client_id: clientId(), text, ...more });
const stands = async (seq, line = anna) => (await line.call('room.history', { room, after: seq - 1, limit: 1 })).entries[0];

test('a post is answered with its number and reaches everybody in the room, byte for byte', async () => {
  for (const text of [...mixed.slice(0, 30), '  spaces kept \t\n', '👩‍💻 🇰🇿 e\u0301 \u202eобратно\u202c', '<b>&amp;"\\/', '\u2028\u2029\ufeff']) {
    const { seq, duplicate } = await post(anna, text);
    assert.equal(duplicate, false);
    for (const line of [anna, bo]) {
      const entry = await line.entry(room, seq);
      assert.equal(entry.text, text);
      assert.equal(entry.type, 'message');
      assert.deepEqual(entry.from, { id: anna.me, name: 'Анна Каренова', country: 'ru', company: 'Волга Логистика' });
    }
    assert.equal((await stands(seq)).text, text);
  }
});

test('entries are numbered without a hole, their time does not go back, each line gets each once', () => {
  const seen = bo.entries(room);
  assert.deepEqual(seen.map((entry) => entry.seq), seen.map((_, index) => seen[0].seq + index));
  for (let index = 1; index < seen.length; index++) assert.ok(seen[index].at >= seen[index - 1].at);
});

test('the author is answered before the entry comes', async () => {
  const line = await club.connect('anna');
  await line.call('room.join', { room });
  const { seq } = await post(line, 'сначала ответ');
  await line.entry(room, seq);
  const order = line.received.map(({ message }) => message).filter((message) => message.result?.seq === seq || message.params?.seq === seq);
  assert.ok(order[0].result && order[1].method === 'entry');
  await line.close();
});

test('one posts without joining, and what one posts puts the room on the list', async () => {
  const line = await club.connect('bo');
  await line.call('message.post', { room: 'kg.trade', client_id: clientId(), text: '不加入也可以' });
  await line.call('ping');
  assert.deepEqual(line.entries('kg.trade'), []);
  assert.ok((await line.call('room.list')).rooms.some((one) => one.room === 'kg.trade'));
  await line.close();
});

test('a repeated client_id gets the first number, whatever its text, and there is one entry', async () => {
  const client_id = clientId();
  const first = await anna.call('message.post', { room, client_id, text: 'первый' });
  const again = await anna.call('message.post', { room, client_id, text: 'второй' });
  assert.deepEqual(again, { seq: first.seq, at: first.at, duplicate: true });
  const elsewhere = await club.connect('anna');
  assert.equal((await elsewhere.call('message.post', { room, client_id, text: 'третий' })).duplicate, true);
  assert.equal((await stands(first.seq)).text, 'первый');
  assert.equal((await bo.call('message.post', { room, client_id, text: 'его собственный' })).duplicate, false, 'a client_id is unique for its member only');
  await elsewhere.close();
});

test('the same client_id many times at once makes one entry', async () => {
  const client_id = clientId();
  const lines = await Promise.all(Array.from({ length: 4 }, () => club.connect('anna')));
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => lines[index % 4].call('message.post', { room, client_id, text: `раз ${index}` })));
  assert.equal(new Set(answers.map((answer) => answer.seq)).size, 1);
  assert.equal(answers.filter((answer) => !answer.duplicate).length, 1);
  for (const line of lines) await line.close();
});

test('a client_id in another room is a conflict', async () => {
  const client_id = clientId();
  await anna.call('message.post', { room, client_id, text: 'здесь' });
  assert.equal((await anna.refused('message.post', { room: 'kz', client_id, text: 'там' })).reason, 'conflict');
});

test('texts of up to 4,000 characters, longer ones are too long, empty ones no text', async () => {
  const long = '好'.repeat(4000);
  assert.equal((await stands((await post(anna, long)).seq)).text, long);
  const emoji = '🐫'.repeat(4000);
  assert.equal((await stands((await post(anna, emoji)).seq)).text, emoji);
  assert.equal((await anna.refused('message.post', { room, client_id: clientId(), text: '好'.repeat(4001) })).reason, 'too_long');
  for (const text of ['', ' ', '\n\t', '\u3000\u00a0', 'a\u0001b', '\u007f', '\u0085', 7, null, ['x'], {}]) {
    const error = await anna.ask('message.post', { room, client_id: clientId(), text });
    assert.ok(error.error, `taken: ${JSON.stringify(text)}`);
    assert.equal(error.error.code, -32602, JSON.stringify(error.error));
  }
});

test('a client_id is 1 to 64 bytes from ! to ~', async () => {
  for (const client_id of ['!', '~'.repeat(64)]) await anna.call('message.post', { room, client_id, text: 'x' });
  assert.ok((await anna.refused('message.post', { room, client_id: 'x'.repeat(65), text: 'x' })).error);
  for (const client_id of ['', 'a b', 'ключ', 'tab\t', 7, null]) {
    assert.equal((await anna.refused('message.post', { room, client_id, text: 'x' })).code, -32602, JSON.stringify(client_id));
  }
});

test('a reply names a message of the room', async () => {
  const { seq } = await post(anna, 'вопрос');
  const reply = await post(bo, '回答', { reply_to: seq });
  assert.equal((await anna.entry(room, reply.seq)).reply_to, seq);
  assert.equal((await stands(reply.seq)).reply_to, seq);
  assert.equal((await bo.refused('message.post', { room, client_id: clientId(), text: 'x', reply_to: 999999 })).reason, 'not_found');
  const { seq: edit } = await anna.call('message.edit', { room, seq, text: 'вопрос?' });
  assert.equal((await bo.refused('message.post', { room, client_id: clientId(), text: 'x', reply_to: edit })).reason, 'not_found');
});

test('an edit is an entry, and answers show the text as it stands', async () => {
  const { seq } = await post(anna, russian[3]);
  const edit = await anna.call('message.edit', { room, seq, text: chinese[3] });
  const seen = await bo.entry(room, edit.seq);
  assert.deepEqual([seen.type, seen.target, seen.text], ['edit', seq, chinese[3]]);
  const now = await stands(seq);
  assert.equal(now.text, chinese[3]);
  assert.equal(now.edited_at, edit.at);
  const same = await anna.call('message.edit', { room, seq, text: chinese[3] });
  assert.deepEqual(same, edit, 'an edit that changes nothing answers with the one that did it');
  assert.equal((await bo.refused('message.edit', { room, seq, text: 'чужое' })).reason, 'forbidden');
  assert.equal((await moderator.refused('message.edit', { room, seq, text: 'чужое' })).reason, 'forbidden');
  assert.equal((await anna.refused('message.edit', { room, seq: edit.seq, text: 'x' })).reason, 'not_found');
  assert.equal((await anna.refused('message.edit', { room, seq: 999999, text: 'x' })).reason, 'not_found');
  assert.equal((await anna.refused('message.edit', { room, seq, text: 'я'.repeat(4001) })).reason, 'too_long');
});

test('a removed text is gone everywhere within two seconds: answers, its edits, the file', async () => {
  const secret = 'тайное-слово-шафран';
  const { seq } = await post(anna, `${secret} один`);
  const edit = await anna.call('message.edit', { room, seq, text: `${secret} два` });
  await anna.call('message.react', { room, seq, emoji: '👍', on: true });
  const removed = await anna.call('message.remove', { room, seq, reason: 'по ошибке' });
  const seen = await bo.entry(room, removed.seq);
  assert.deepEqual([seen.type, seen.target, seen.reason], ['remove', seq, 'по ошибке']);
  await sleep(2000);
  const line = await club.connect('bo');
  const pages = [await line.call('room.join', { room, after: seq - 1 }), await line.call('room.history', { room, after: seq - 1 })];
  for (const page of pages) {
    assert.ok(!JSON.stringify(page).includes(secret));
    const message = page.entries.find((entry) => entry.seq === seq);
    assert.equal(message.removed, true);
    assert.ok(!('text' in message) && !('mentions' in message));
    assert.ok(!('text' in page.entries.find((entry) => entry.seq === edit.seq)));
  }
  assert.equal((await anna.call('message.remove', { room, seq })).seq, removed.seq, 'removing again answers with the same');
  for (const [method, more] of [['message.edit', { text: 'x' }], ['message.react', { emoji: '👍', on: true }]]) {
    assert.equal((await anna.refused(method, { room, seq, ...more })).reason, 'not_found');
  }
  await line.close();
  const { readFileSync, existsSync } = await import('node:fs');
  for (const path of [club.database, `${club.database}-wal`].filter(existsSync)) {
    assert.ok(!readFileSync(path).includes(secret), `the text is still in ${path.split('/').at(-1)}`);
  }
});

test('one removes one’s own, moderators remove anybody’s', async () => {
  const { seq } = await post(anna, 'моё');
  assert.equal((await bo.refused('message.remove', { room, seq })).reason, 'forbidden');
  await moderator.call('message.remove', { room, seq, reason: '规则' });
  assert.equal((await stands(seq)).removed, true);
  assert.equal((await anna.refused('message.remove', { room, seq: 999999 })).reason, 'not_found');
  const other = await post(anna, 'ещё');
  const edit = await anna.call('message.edit', { room, seq: other.seq, text: 'иначе' });
  assert.equal((await anna.refused('message.remove', { room, seq: edit.seq })).reason, 'not_found', 'an edit is no message');
});

test('reactions count each member once, come off again, and show whose they are', async () => {
  const { seq } = await post(anna, 'реагируйте');
  const on = await bo.call('message.react', { room, seq, emoji: '🐫', on: true });
  assert.deepEqual(await bo.call('message.react', { room, seq, emoji: '🐫', on: true }), on, 'again changes nothing');
  await anna.call('message.react', { room, seq, emoji: '🐫', on: true });
  await anna.call('message.react', { room, seq, emoji: '🇰🇿', on: true });
  const seen = await anna.entry(room, on.seq);
  assert.deepEqual([seen.type, seen.target, seen.emoji, seen.on, seen.from.id], ['react', seq, '🐫', true, bo.me]);
  assert.deepEqual((await stands(seq, anna)).reactions.sort((a, b) => b.count - a.count), [{ emoji: '🐫', count: 2, mine: true }, { emoji: '🇰🇿', count: 1, mine: true }]);
  assert.equal((await stands(seq, moderator)).reactions.find((one) => one.emoji === '🐫').mine, false);
  await bo.call('message.react', { room, seq, emoji: '🐫', on: false });
  await anna.call('message.react', { room, seq, emoji: '🐫', on: false });
  assert.ok(!((await stands(seq)).reactions ?? []).some((one) => one.emoji === '🐫'));
});

test('only an emoji is an emoji', async () => {
  const { seq } = await post(anna, 'эмодзи');
  for (const emoji of ['👍🏽', '👩‍👩‍👧‍👦', '❤️', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']) await anna.call('message.react', { room, seq, emoji, on: true });
  for (const emoji of ['a', 'да', '', '👍👍', ' 👍', '1', '\u200d', 'http', '<b>']) {
    assert.equal((await anna.refused('message.react', { room, seq, emoji, on: true })).code, -32602, JSON.stringify(emoji));
  }
  assert.ok((await anna.refused('message.react', { room, seq, emoji: '👍', on: 'yes' })).code === -32602);
});

test('answers tell how things stood at as_of, and later entries apply on top', async () => {
  const { seq } = await post(anna, 'раз');
  await anna.call('message.edit', { room, seq, text: 'два' });
  const page = await bo.call('room.history', { room, after: seq - 1 });
  assert.equal(page.as_of, seq + 1);
  assert.equal(page.entries[0].text, 'два');
  const edit = await anna.call('message.edit', { room, seq, text: 'три' });
  assert.ok(edit.seq > page.as_of);
});
