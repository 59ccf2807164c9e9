// Many who come back at once: each gets what is missing, as it stands for that member, and the store is asked for it once.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from './support/club.mjs';
import { chinese, russian } from './support/texts.mjs';

const logins = ['anna', 'bo', 'chen', 'dana', 'emil', 'farid'];
const club = await clubForFile({ members: logins });
const room = 'kz.fintech';
const post = (line, text) => line.call('message.post', { room, client_id: clientId(), text });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('sixty lines that reconnect at once are given the same page, each with its own counts and reactions', async () => {
  const anna = await club.connect('anna');
  for (const login of logins) await (await club.connect(login)).call('room.open', { country: 'kz', sector: 'fintech' });
  for (let index = 0; index < 30; index++) await post(anna, `${(index % 2 ? chinese : russian)[index].slice(0, 300)} ${index}`);
  const bo = await club.connect('bo');
  await bo.call('message.react', { room, seq: 20, emoji: '👍', on: true });
  await bo.call('room.read', { room, seq: 12 });
  await anna.call('message.edit', { room, seq: 25, text: 'исправлено' });
  const head = 32;
  const before = await club.metric('clubd_pages_read_total');
  const lines = await Promise.all(range(0, 59).map((index) => club.connect(logins[index % logins.length])));
  const answers = await Promise.all(lines.map((line, index) => line.call('room.join', { room, after: 10 + (index % 3), limit: 100 })));
  answers.forEach(({ room: face, entries, more, as_of }, index) => {
    const login = logins[index % logins.length];
    assert.deepEqual(entries.map((entry) => entry.seq), range(11 + (index % 3), head));
    assert.deepEqual([more, as_of, face.head, face.joined], [false, head, head, true]);
    assert.equal(face.read, login === 'bo' ? 12 : 0);
    assert.equal(face.unread, { anna: 0, bo: 18 }[login] ?? 30);
    const reacted = entries.find((entry) => entry.seq === 20);
    assert.deepEqual(reacted.reactions, [{ emoji: '👍', count: 1, mine: login === 'bo' }]);
    assert.equal(entries.find((entry) => entry.seq === 25).text, 'исправлено');
  });
  assert.ok((await club.metric('clubd_pages_read_total')) - before <= 6, 'a handful of pages');
  await post(anna, 'дальше');
  for (const line of lines) await line.notification('entry', (entry) => entry.seq === head + 1);
  await Promise.all(lines.map((line) => line.close()));
});

test('what was removed is in no page that is answered afterwards', async () => {
  const anna = await club.connect('anna');
  const { seq } = await post(anna, 'по ошибке');
  const join = async () => (await (await club.connect('dana')).call('room.join', { room, after: seq - 1 })).entries;
  assert.equal((await join())[0].text, 'по ошибке');
  assert.equal((await join())[0].text, 'по ошибке');
  await anna.call('message.remove', { room, seq });
  const [removed] = await join();
  assert.deepEqual([removed.removed, 'text' in removed], [true, false]);
});

test('at the head nothing is asked of the store', async () => {
  const { as_of: head } = await (await club.connect('emil')).call('room.join', { room });
  const before = await club.metric('clubd_joins_from_memory_total');
  const { entries, more, as_of } = await (await club.connect('farid')).call('room.join', { room, after: head });
  assert.deepEqual([entries, more, as_of], [[], false, head]);
  assert.equal((await club.metric('clubd_joins_from_memory_total')) - before, 1);
});
