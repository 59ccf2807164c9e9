// Rooms: which there are, opening, the list, joining with and without a memory, leaving, history.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from './support/club.mjs';
import { chinese, russian } from './support/texts.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'moderator'] });
const anna = await club.connect('anna');
const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });
const seqs = (entries) => entries.map((entry) => entry.seq);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('the club tells its countries and sectors without a session', async () => {
  const { status, json } = await club.http('GET', '/api/club');
  assert.equal(status, 200);
  assert.deepEqual(json.countries.map((country) => country.code).sort(), ['by', 'cn', 'in', 'ir', 'kg', 'kz', 'pk', 'ru', 'tj', 'uz']);
  assert.equal(json.sectors.length, 14);
  assert.equal(json.countries.find((country) => country.code === 'kz').names.ru, 'Казахстан');
  assert.match(json.countries.find((country) => country.code === 'kz').names.zh, /哈萨克斯坦/);
});

test('countries, sectors and their crossings always exist, and opening one puts it on the list', async () => {
  const { room: country } = await anna.call('room.open', { country: 'kz' });
  const { room: sector } = await anna.call('room.open', { sector: 'fintech' });
  const { room: pair } = await anna.call('room.open', { country: 'kz', sector: 'fintech' });
  assert.deepEqual([country.room, country.kind, country.country], ['kz', 'country', 'kz']);
  assert.deepEqual([sector.room, sector.kind, sector.sector], ['fintech', 'sector', 'fintech']);
  assert.deepEqual([pair.room, pair.kind, pair.country, pair.sector], ['kz.fintech', 'pair', 'kz', 'fintech']);
  assert.deepEqual([pair.head, pair.read, pair.unread, pair.mentions, pair.joined, pair.locked, pair.slow, pair.role], [0, 0, 0, 0, false, false, 0, 'member']);
  const { rooms } = await anna.call('room.list');
  assert.deepEqual(rooms.map((room) => room.room).sort(), ['fintech', 'kz', 'kz.fintech']);
  await anna.call('room.open', { country: 'kz' });
  assert.equal((await anna.call('room.list')).rooms.length, 3, 'opening again changes nothing');
});

test('what there is not is not found, and what is no question is bad params', async () => {
  for (const params of [{ country: 'zz' }, { sector: 'nothing' }, { country: 'fintech' }, { sector: 'kz' }]) {
    assert.equal((await anna.refused('room.open', params)).reason, 'not_found', JSON.stringify(params));
  }
  for (const params of [{}, { country: 7 }, { country: null }, { country: '' }]) {
    assert.equal((await anna.refused('room.open', params)).code, -32602, JSON.stringify(params));
  }
  for (const room of ['zz', 'kz.nothing', 'KZ', 'kz.', '.fintech', 'fintech.kz', 'dm.nothing', 'ev.x', 'r.x', 'kz fintech', 'x'.repeat(64)]) {
    for (const method of ['room.join', 'room.history', 'room.members']) {
      assert.equal((await anna.refused(method, { room })).reason, 'not_found', `${method} ${room}`);
    }
    assert.equal((await anna.refused('message.post', { room, client_id: clientId(), text: 'x' })).reason, 'not_found', room);
  }
});

test('a join without a memory gives the newest, with one what comes after, page by page', async () => {
  for (let index = 0; index < 120; index++) await post(anna, 'kg', russian[index % 100].slice(0, 60));
  const line = await club.connect('bo');
  const newest = await line.call('room.join', { room: 'kg' });
  assert.deepEqual(seqs(newest.entries), range(71, 120));
  assert.equal(newest.more, false);
  assert.equal(newest.as_of, 120);
  assert.equal(newest.room.joined, true);
  assert.equal(newest.room.head, 120);

  const paged = await club.connect('dana');
  let after = 0;
  const got = [];
  for (let pages = 0; pages < 10; pages++) {
    const page = await paged.call('room.join', { room: 'kg', after, limit: 50 });
    got.push(...seqs(page.entries));
    assert.equal(page.room.joined, !page.more);
    if (!page.more) break;
    after = page.entries.at(-1).seq;
  }
  assert.deepEqual(got, range(1, 120));
  await post(anna, 'kg', 'после страниц');
  assert.equal((await paged.entry('kg', 121)).text, 'после страниц');
  assert.equal((await line.entry('kg', 121)).text, 'после страниц');
  await line.close();
  await paged.close();
});

test('a join that has more to give does not subscribe yet', async () => {
  const line = await club.connect('bo');
  const page = await line.call('room.join', { room: 'kg', after: 0, limit: 10 });
  assert.equal(page.more, true);
  assert.equal(page.room.joined, false);
  const { seq } = await post(anna, 'kg', 'не подписан');
  await line.call('ping');
  assert.deepEqual(line.entries('kg'), []);
  const rest = await line.call('room.join', { room: 'kg', after: seq - 1 });
  assert.deepEqual(seqs(rest.entries), [seq]);
  assert.equal(rest.room.joined, true);
  await line.close();
});

test('a memory beyond the head is a conflict', async () => {
  assert.equal((await anna.refused('room.join', { room: 'kg', after: 100000 })).reason, 'conflict');
  assert.equal((await anna.refused('room.history', { room: 'kg', after: 100000 })).reason, 'conflict');
  const head = (await anna.call('room.history', { room: 'kg', limit: 1 })).as_of;
  assert.deepEqual((await anna.call('room.join', { room: 'kg', after: head })).entries, []);
});

test('joining again starts the subscription anew', async () => {
  const line = await club.connect('emil');
  await line.call('room.join', { room: 'uz' });
  await post(anna, 'uz', 'раз');
  await line.entry('uz', 1);
  const again = await line.call('room.join', { room: 'uz', after: 0 });
  assert.deepEqual(seqs(again.entries), [1]);
  await post(anna, 'uz', 'два');
  await line.entry('uz', 2);
  await line.call('ping');
  assert.deepEqual(seqs(line.entries('uz')), [1, 2], 'each comes once');
  await line.close();
});

test('after leaving nothing comes, leaving again is harmless, the room stays on the list', async () => {
  const line = await club.connect('dana');
  await line.call('room.open', { country: 'by' });
  await line.call('room.join', { room: 'by' });
  assert.deepEqual(await line.call('room.leave', { room: 'by' }), {});
  assert.deepEqual(await line.call('room.leave', { room: 'by' }), {});
  await post(anna, 'by', '没有人听');
  await line.call('ping');
  assert.deepEqual(line.entries('by'), []);
  const listed = (await line.call('room.list')).rooms.find((room) => room.room === 'by');
  assert.equal(listed.joined, false);
  await line.close();
});

test('history goes back and forth without holes, bounds excluded', async () => {
  const head = (await anna.call('room.history', { room: 'kg', limit: 1 })).as_of;
  const newest = await anna.call('room.history', { room: 'kg' });
  assert.deepEqual(seqs(newest.entries), range(head - 49, head));
  assert.equal(newest.more, true, 'there are older ones');
  let before = head + 1;
  let back = [];
  for (let pages = 0; pages < 10; pages++) {
    const page = await anna.call('room.history', { room: 'kg', before, limit: 40 });
    back = [...seqs(page.entries), ...back];
    if (!page.more) break;
    before = page.entries[0].seq;
  }
  assert.deepEqual(back, range(1, head));
  const forth = await anna.call('room.history', { room: 'kg', after: 5, limit: 3 });
  assert.deepEqual([seqs(forth.entries), forth.more], [[6, 7, 8], true]);
  const end = await anna.call('room.history', { room: 'kg', after: head - 1 });
  assert.deepEqual([seqs(end.entries), end.more], [[head], false]);
  assert.deepEqual((await anna.call('room.history', { room: 'kg', before: 1 })).entries, []);
  assert.equal((await anna.call('room.history', { room: 'kg', limit: 100000 })).entries.length, 100, 'a larger limit is cut');
  for (const params of [{ before: 3, after: 1 }, { limit: 0 }, { limit: -1 }, { before: 0 }, { after: -1 }, { limit: 1.5 }, { limit: '5' }, { before: null }]) {
    assert.equal((await anna.refused('room.history', { room: 'kg', ...params })).code, -32602, JSON.stringify(params));
  }
});

test('a page of long texts ends at 48 KB, and the next goes on', async () => {
  const long = chinese.join('\n').slice(0, 3900);
  for (let index = 0; index < 12; index++) await post(anna, 'pk', long);
  let after = 0;
  let got = [];
  let pages = 0;
  for (; pages < 20; pages++) {
    const page = await anna.call('room.history', { room: 'pk', after, limit: 100 });
    assert.ok(Buffer.byteLength(JSON.stringify(page.entries)) <= 49152 + 1024, 'a page is too large');
    got = got.concat(page.entries);
    if (!page.more) break;
    after = page.entries.at(-1).seq;
  }
  assert.ok(pages >= 2);
  assert.deepEqual(seqs(got), range(1, 12));
  assert.ok(got.every((entry) => entry.text === long), 'texts are kept byte for byte');
});

test('a line that breaks goes on exactly where it broke', async () => {
  const line = await club.connect('bo');
  await line.call('room.join', { room: 'ir' });
  for (let index = 0; index < 5; index++) await post(anna, 'ir', `до ${index}`);
  await line.entry('ir', 5);
  await line.cut();
  for (let index = 0; index < 7; index++) await post(anna, 'ir', `меж ${index}`);
  const again = await club.connect('bo');
  const caught = await again.call('room.join', { room: 'ir', after: 5 });
  await post(anna, 'ir', 'потом');
  await again.entry('ir', 13);
  assert.deepEqual([...seqs(caught.entries), ...seqs(again.entries('ir'))], range(6, 13));
  await again.close();
});

test('a list longer than a frame is read page by page, each room once', async () => {
  const names = Array.from({ length: 90 }, (_, index) => `partner${index}`);
  await club.import(names, { name: 'Қазақстан '.repeat(10).trim(), company: '丝路物流有限公司'.repeat(12) });
  const line = await club.connect('emil');
  const ids = club.query("SELECT 'm' || key AS id FROM member WHERE login LIKE 'partner%'").map((row) => row.id);
  assert.equal(ids.length, names.length);
  const opened = await Promise.all(ids.map(async (member) => (await line.call('direct.open', { member })).room.room));
  const listed = [];
  let pages = 0;
  for (let more = true, after; more; pages++) {
    const page = await line.call('room.list', after === undefined ? {} : { after });
    assert.ok(page.rooms.length > 0);
    listed.push(...page.rooms.map((room) => room.room));
    after = listed.at(-1);
    more = page.more;
  }
  assert.ok(pages > 1, `${pages} pages`);
  assert.equal(new Set(listed).size, listed.length, 'no room twice');
  assert.deepEqual(opened.filter((room) => !listed.includes(room)), []);
  assert.equal((await line.refused('room.list', { after: 'dm.nothing' })).reason, 'conflict');
});

const found = async (line, params) => (await line.call('room.find', params)).rooms.map(({ room }) => room);

test('rooms are found by their names and topics, in three languages, by country, sector and kind', async () => {
  const moderator = await club.connect('moderator');
  const line = await club.connect('dana');
  const create = async (title, topic, secret) =>
    (await moderator.call('room.create', { client_id: clientId(), title, topic, private: secret })).room.room;
  const open = await create('Поставки хлопка 棉花', 'Cotton <b>deals</b>', false);
  const closed = await create('Совет послов 大使', 'Хлопка не касается', true);
  for (const text of ['поставка', 'ПОСТ', '棉花', 'cotton deal']) assert.deepEqual(await found(line, { text }), [open], text);
  assert.deepEqual(await found(line, { text: 'Казахстане логист' }), ['kz.logistics']);
  assert.deepEqual(await found(line, { text: '哈萨克斯坦 物流' }), ['kz.logistics']);
  assert.equal((await found(line, { country: 'kz', limit: 100 })).length, 15);
  assert.deepEqual((await found(line, { country: 'kz', kind: 'country' })), ['kz']);
  assert.deepEqual(await found(line, { country: 'kz', sector: 'fintech' }), ['kz.fintech']);
  assert.deepEqual(await found(line, { kind: 'custom' }), [open], 'a private one is there for those who were let in');
  assert.deepEqual(await found(line, { text: 'послов' }), []);
  assert.equal((await line.refused('room.open', { room: closed })).reason, 'not_found');
  await moderator.call('room.invite', { room: closed, member: line.me, on: true });
  assert.deepEqual(await found(line, { text: 'хлопка' }), [open, closed], 'called so first, then about it');
  const { room } = await line.call('room.open', { room: open });
  assert.deepEqual([room.room, room.title, room.kind, room.listed], [open, 'Поставки хлопка 棉花', 'custom', undefined]);
  assert.ok((await line.call('room.list')).rooms.some((listed) => listed.room === open));
  assert.deepEqual((await line.call('room.find', { kind: 'custom', text: 'хлопка' })).rooms.map(({ listed }) => listed), [true, true]);
  await moderator.call('room.invite', { room: closed, member: line.me, on: false });
  assert.deepEqual(await found(line, { text: 'послов' }), []);
});

test('the pages of what is found cover all rooms once', async () => {
  const line = await club.connect('emil');
  const seen = [];
  for (let after, more = true; more; ) {
    const page = await line.call('room.find', { limit: 40, ...(after ? { after } : {}) });
    ({ more } = page);
    after = page.rooms.at(-1).room;
    seen.push(...page.rooms.map(({ room }) => room));
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, 10 + 14 + 140 + 1);
});

test('forged questions for rooms stay text or are refused', async () => {
  const line = await club.connect('emil');
  for (const text of ['<script>', "' OR 1=1 --", '\u202e\u2066', '%_*', '🙂']) assert.deepEqual(await found(line, { text }), [], text);
  assert.deepEqual(await found(line, { text: '\u202e<b>kazakhstan</b>' }), [], 'b is no word of it');
  assert.equal((await found(line, { text: '\u202eказахстан\u2069', kind: 'country' }))[0], 'kz');
  for (const [params, field] of [
    [{ text: '' }, 'text'],
    [{ text: 'a\u0007' }, 'text'],
    [{ country: 'zz' }, 'country'],
    [{ sector: 'kz' }, 'sector'],
    [{ kind: 'direct' }, 'kind'],
    [{ limit: 0 }, 'limit'],
  ]) {
    const refused = await line.refused('room.find', params);
    assert.deepEqual([refused.code, refused.field], [-32602, field], JSON.stringify(params));
  }
  assert.equal((await line.refused('room.find', { text: 'w'.repeat(10_000) })).reason, 'too_long');
  assert.equal((await line.refused('room.find', { after: 'r.nothing' })).reason, 'conflict');
  for (const room of ['dm.nothing', 'r.x', 'zz', 'kz.nothing', '<b>']) assert.equal((await line.refused('room.open', { room })).reason, 'not_found', room);
  assert.equal((await line.refused('room.open', { room: 'kz', country: 'kz' })).field, 'room');
  const refused = await line.askTooOften('room.find', { kind: 'country', limit: 1 });
  assert.ok(refused.length > 0);
  assert.ok(refused.every(({ error }) => error.data.reason === 'rate_limited' && error.data.retry_after > 0));
});
