// Every list that a client can make grow has a limit, and reaching it gets the error that the table of limits names.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, clubForFile, slow, sleep } from './support/club.mjs';
import { frame, Raw, text } from './support/raw.mjs';
import { russian } from './support/texts.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'moderator', 'crowd'] });
const anna = await club.connect('anna');
const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });

test('posts are limited for a member, over all lines, and a repeated one is still recognised', async () => {
  const limited = await Club.start({ members: ['anna', 'bo'], settings: { CLUB_RATE_POSTS: '5/20s' } });
  try {
    const first = await limited.connect('anna');
    const second = await limited.connect('anna');
    const known = clientId();
    await first.call('message.post', { room: 'kz', client_id: known, text: russian[0] });
    for (let index = 0; index < 4; index++) await second.call('message.post', { room: 'kz', client_id: clientId(), text: russian[index] });
    const refused = await first.refused('message.post', { room: 'kz', client_id: clientId(), text: 'шестое' });
    assert.equal(refused.reason, 'rate_limited');
    assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 4.1, String(refused.retryAfter));
    assert.equal((await second.call('message.post', { room: 'kz', client_id: known, text: 'снова' })).duplicate, true);
    const bo = await limited.connect('bo');
    await bo.call('message.post', { room: 'kz', client_id: clientId(), text: '别人不受影响' });
    await sleep(refused.retryAfter * 1000 + 100);
    await first.call('message.post', { room: 'kz', client_id: clientId(), text: 'потом можно' });
  } finally {
    await limited.finish();
  }
});

test('edits, removals and reactions have one rate of their own, three times that of posts', async () => {
  const limited = await Club.start({ members: ['anna'], settings: { CLUB_RATE_POSTS: '2/20s' } });
  try {
    const line = await limited.connect('anna');
    const { seq } = await post(line, 'kz', russian[1]);
    const react = (emoji, on = true) => line.ask('message.react', { room: 'kz', seq, emoji, on });
    for (let index = 0; index < 3; index++) {
      await line.call('message.edit', { room: 'kz', seq, text: `${index}` });
      await react(['👍', '👏', '🎉'][index]);
      if (index < 2) assert.ok((await react('👍')).result, 'what changes nothing is free');
    }
    const refused = await line.refused('message.remove', { room: 'kz', seq });
    assert.equal(refused.reason, 'rate_limited');
    assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 4, String(refused.retryAfter));
    await post(line, 'kz', 'посты считаются отдельно');
    await sleep(refused.retryAfter * 1000 + 100);
    await line.call('message.remove', { room: 'kz', seq });
  } finally {
    await limited.finish();
  }
});

test('the default is ten posts in ten seconds', async () => {
  const standard = await Club.start({ members: ['anna'], settings: { CLUB_RATE_POSTS: '' } });
  try {
    const line = await standard.connect('anna');
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => line.ask('message.post', { room: 'kz', client_id: clientId(), text: 'x' })));
    const taken = answers.filter((answer) => answer.result).length;
    assert.ok(taken >= 10 && taken <= 10 + (Date.now() - began) / 1000, `${taken} taken`);
    assert.ok(answers.filter((answer) => answer.error).every((answer) => answer.error.data.reason === 'rate_limited'));
  } finally {
    await standard.finish();
  }
});

test('who came today is held to less than the others, but for moderators', async () => {
  const strict = await Club.start({ members: ['anna', 'moderator', ...'123456'.split('').map((i) => `friend${i}`)], settings: { CLUB_RATE_POSTS: '9/60s', CLUB_FIRST_DAY: 'on' } });
  try {
    const [line, moderator] = [await strict.connect('anna'), await strict.connect('moderator')];
    for (let index = 0; index < 3; index++) await post(line, 'kz', russian[index]);
    assert.equal((await line.refused('message.post', { room: 'kz', client_id: clientId(), text: 'четвёртое' })).reason, 'rate_limited');
    for (let index = 0; index < 9; index++) await post(moderator, 'kz', russian[index % 3]);
    const friends = [];
    for (let index = 1; index <= 6; index++) friends.push((await strict.connect(`friend${index}`)).me);
    for (const member of friends.slice(0, 5)) await line.call('direct.open', { member });
    const refused = await line.refused('direct.open', { member: friends[5] });
    assert.equal(refused.reason, 'rate_limited');
    assert.ok(refused.retryAfter > 60);
    for (const member of friends) await moderator.call('direct.open', { member });
  } finally {
    await strict.finish();
  }
});

test('a member has twenty lines; the next is told closing', async () => {
  const cookie = await club.cookie('crowd');
  const lines = [];
  for (let index = 0; index < 20; index++) lines.push(await club.connect({ cookie }));
  const surplus = club.open({ cookie });
  await surplus.opened;
  const told = await surplus.notification('closing');
  assert.ok(told.retry_after > 0);
  await surplus.closed;
  assert.equal(surplus.received[0].message.method, 'closing', 'welcome came before');
  for (const line of lines) assert.deepEqual(await line.call('ping'), {});
  await lines.pop().close();
  await sleep(200);
  lines.push(await club.connect({ cookie }));
  for (const line of lines) await line.close();
});

test('a line joins 256 rooms at most', async () => {
  const { json } = await club.http('GET', '/api/club');
  const rooms = json.countries.flatMap(({ code }) => [code, ...json.sectors.map(({ slug }) => `${code}.${slug}`)]).concat(json.sectors.map(({ slug }) => slug));
  // The built-in club has fewer rooms than that: direct talks make up the number.
  const names = Array.from({ length: 257 - rooms.length + 3 }, (_, index) => `friend${index}`);
  if (names.length) await club.import(names);
  const friends = club.query("SELECT 'm' || key AS id FROM member WHERE login LIKE 'friend%'");
  const line = await club.connect('dana');
  const all = [...rooms];
  for (const { id } of friends.slice(0, 257 - rooms.length)) all.push((await line.call('direct.open', { member: id })).room.room);
  for (const room of all.slice(0, 256)) await line.call('room.join', { room, limit: 1 });
  assert.equal((await line.refused('room.join', { room: all[256], limit: 1 })).reason, 'rate_limited');
  await line.call('room.join', { room: all[0], limit: 1 });
  await line.call('room.leave', { room: all[0] });
  await line.call('room.join', { room: all[256], limit: 1 });
  await line.close();
});

test('a message has twenty different emoji, and a member reacts to it fifty times', async () => {
  const { seq } = await post(anna, 'kg', 'много');
  const emoji = ['😀', '😁', '😂', '🤣', '😃', '😄', '😅', '😆', '😉', '😊', '😋', '😎', '😍', '😘', '🥰', '😗', '😙', '😚', '🙂', '🤗', '🤩'];
  for (const one of emoji.slice(0, 20)) await anna.call('message.react', { room: 'kg', seq, emoji: one, on: true });
  assert.equal((await anna.refused('message.react', { room: 'kg', seq, emoji: emoji[20], on: true })).reason, 'rate_limited');
  const bo = await club.connect('bo');
  let limited;
  for (let index = 0; index < 60 && !limited; index++) {
    const answer = await bo.ask('message.react', { room: 'kg', seq, emoji: emoji[0], on: index % 2 === 0 });
    if (answer.error) limited = { index, reason: answer.error.data.reason };
  }
  assert.deepEqual(limited, { index: 50, reason: 'rate_limited' });
  await bo.close();
});

test('a message is edited a hundred times at most', async () => {
  const { seq } = await post(anna, 'kg', '0');
  for (let index = 1; index <= 100; index++) await anna.call('message.edit', { room: 'kg', seq, text: String(index) });
  assert.equal((await anna.refused('message.edit', { room: 'kg', seq, text: '101' })).reason, 'rate_limited');
  await anna.call('message.remove', { room: 'kg', seq });
});

test('twenty members are mentioned by a message, further ones are plain text', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `many${index}`);
  await club.import(names);
  await anna.call('room.join', { room: 'tj' });
  const { seq } = await post(anna, 'tj', names.map((name) => `@${name}`).join(' '));
  assert.equal((await anna.entry('tj', seq)).mentions.length, 20);
});

test('a member has a hundred usable invites, of up to a thousand uses and thirty days', async () => {
  const moderator = await club.connect('moderator');
  for (const more of [{ uses: 1001 }, { uses: 0 }, { for: 2592001 }, { for: 0 }, { uses: 1.5 }, { role: 'king' }]) {
    assert.equal((await moderator.refused('invite.create', { client_id: clientId(), ...more })).code, -32602, JSON.stringify(more));
  }
  for (let index = 0; index < 100; index++) await moderator.call('invite.create', { client_id: clientId() });
  assert.equal((await moderator.refused('invite.create', { client_id: clientId() })).reason, 'rate_limited');
  const { invites } = await moderator.call('invite.list');
  assert.equal(invites.length, 100);
  await moderator.call('invite.revoke', { invite: invites[0].invite });
  await moderator.call('invite.create', { client_id: clientId() });
  await moderator.close();
});

test('of a member’s sessions the longest unused ends when there are more than fifty', async () => {
  const [first] = await club.cookies('bo', 1);
  await club.cookies('bo', 50);
  assert.equal((await club.http('GET', '/api/session', { cookie: first })).status, 401);
});

test('reasons, names and identifiers have their lengths', async () => {
  const { seq } = await post(anna, 'kg', 'x');
  assert.equal((await anna.refused('message.remove', { room: 'kg', seq, reason: 'я'.repeat(501) })).reason, 'too_long');
  await anna.call('message.remove', { room: 'kg', seq, reason: 'я'.repeat(500) });
  for (const [method, params] of [['room.join', { room: 'x'.repeat(65) }], ['direct.open', { member: 'x'.repeat(65) }], ['room.open', { country: 'x'.repeat(65) }]]) {
    const error = await anna.refused(method, params);
    assert.ok(error.reason === 'too_long' || error.reason === 'not_found', `${method}: ${JSON.stringify(error.error)}`);
  }
});

test('what a line has sent and is not carried out stays within a limit, and is carried out in the end', { only: true }, async () => {
  const raw = await Raw.upgraded(club, await club.cookie('anna'));
  const before = club.memory();
  const pad = 'x'.repeat(60_000);
  for (let index = 0; index < 200; index++) raw.write(text({ jsonrpc: '2.0', id: index, method: 'message.post', params: { room: 'by', client_id: clientId(), text: 'много', pad } }));
  const seen = new Set();
  while (seen.size < 200) {
    const next = await raw.frame(10_000);
    assert.ok(!next.end && !next.silent, `after ${seen.size} answers: ${JSON.stringify(next)}`);
    for (const answer of [JSON.parse(next.payload)].flat()) if ('id' in answer) seen.add(answer.id);
  }
  assert.ok(club.memory() - before < 30_000_000 * (slow ? 8 : 1)); // AddressSanitizer keeps what was freed
  raw.write(frame(8, Buffer.from([3, 232])));
  raw.destroy();
});
