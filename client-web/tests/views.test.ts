import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClubFacts, Member, Room } from '../src/protocol/types.js';
import { startLog } from '../src/state/log.js';
import { findPlaces, listPlaces } from '../src/state/places.js';
import type { Naming } from '../src/state/places.js';
import type { Post } from '../src/state/pending.js';
import { markBlocked, mergeRoom, newsOf, onlyRooms } from '../src/state/rooms.js';
import { timeline } from '../src/state/timeline.js';
import { piecesOf } from '../src/views/pieces.js';
import { linkedPieces } from './pieces.js';

const FACTS: ClubFacts = {
  name: 'Club',
  version: '1',
  languages: ['ru'],
  countries: [
    { code: 'kz', names: { en: 'Kazakhstan', ru: 'Казахстан', zh: '哈萨克斯坦' } },
    { code: 'cn', names: { en: 'China', ru: 'Китай', zh: '中国' } },
  ],
  sectors: [
    { slug: 'fintech', names: { en: 'Fintech', ru: 'Финтех', zh: '金融科技' } },
    { slug: 'energy', names: { en: 'Energy', ru: 'Энергетика', zh: '能源' } },
  ],
};

function naming(language: 'en' | 'ru' | 'zh'): Naming {
  const country = (code: string): string => FACTS.countries.find((item) => item.code === code)?.names[language] ?? code;
  const sector = (slug: string): string => FACTS.sectors.find((item) => item.slug === slug)?.names[language] ?? slug;
  const room = (id: string, known: Room | undefined): string => {
    const [first = '', second] = id.split('.');
    if (id.startsWith('dm.')) return known?.with?.name ?? '';
    return second === undefined
      ? first.length === 2
        ? country(first)
        : sector(first)
      : `${country(first)} · ${sector(second)}`;
  };
  return { country, sector, room, compare: new Intl.Collator(language).compare };
}

function room(id: string, more: Partial<Room> = {}): Room {
  return {
    room: id,
    kind: 'pair',
    title: '',
    topic: '',
    head: 0,
    read: 0,
    unread: 0,
    mentions: 0,
    online: 0,
    joined: false,
    locked: false,
    slow: 0,
    role: 'member',
    ...more,
  };
}

test('The list shows own rooms, and every country and sector with its crossings, in the order of the language', () => {
  const rooms = new Map([['kz.energy', room('kz.energy', { unread: 3, head: 5 })]]);
  const places = listPlaces(FACTS, rooms, naming('ru'));
  assert.deepEqual(
    places.own.map((place) => place.name),
    ['Казахстан · Энергетика'],
  );
  assert.deepEqual(
    places.countries.map((branch) => branch.name),
    ['Казахстан', 'Китай'],
  );
  assert.deepEqual(
    places.countries[0]?.crossings.map((place) => [place.room, place.name]),
    [
      ['kz.fintech', 'Финтех'],
      ['kz.energy', 'Энергетика'],
    ],
  );
  const unread = (branch: (typeof places.countries)[number] | undefined): number =>
    newsOf((branch?.crossings ?? []).flatMap(({ known }) => known ?? [])).count;
  assert.deepEqual([unread(places.countries[0]), unread(places.sectors[1])], [3, 3]);
});

test('A room is found by the beginnings of its names, in each language', () => {
  const found = (language: 'en' | 'ru' | 'zh', query: string): string[] =>
    findPlaces(FACTS, new Map(), naming(language), query).map((place) => place.room);
  assert.deepEqual(found('en', 'kaz'), ['kz', 'kz.energy', 'kz.fintech']);
  assert.deepEqual(found('ru', 'ФИН каз'), ['kz.fintech']);
  assert.deepEqual(found('zh', '中国 金融'), ['cn.fintech']);
  assert.deepEqual(found('en', 'xyz'), []);
});

test('An older answer does not take back heads, marks and counts', () => {
  const known = room('kz', { head: 10, read: 8, unread: 1 });
  assert.deepEqual(mergeRoom(known, room('kz', { head: 9, read: 3, unread: 6 })), { ...known, read: 8 });
  assert.equal(mergeRoom(known, room('kz', { head: 12, read: 12, unread: 0 })).unread, 0);
  assert.equal(mergeRoom(room('kz', { head: 5, read: 5 }), room('kz', { head: 5, read: 2, unread: 3 })).unread, 0);
  assert.equal(
    mergeRoom(room('kz', { head: 9, read: 7, unread: 1 }), room('kz', { head: 9, read: 2, unread: 5 })).unread,
    1,
  );
});

test('A room calls by its level: for all that is unread, only for mentions, or not at all', () => {
  const counts = { head: 9, unread: 5, mentions: 2 };
  const all = room('kz', counts);
  const mentions = room('cn', { ...counts, notify: 'mentions' });
  const none = room('energy', { ...counts, notify: 'none' });
  assert.deepEqual(newsOf([]), { count: 0, mentions: 0 });
  assert.deepEqual(
    [all, mentions, none].map((one) => newsOf([one]).count),
    [5, 2, 0],
  );
  assert.deepEqual(newsOf([all, mentions, none]), { count: 7, mentions: 4 });
  assert.deepEqual(newsOf([none]), { count: 0, mentions: 0 });
});

const OTHER: Member = {
  id: 'm4',
  login: 'bo',
  name: '王博',
  title: '',
  company: '',
  country: 'cn',
  sectors: [],
  languages: [],
  about: '',
  offers: '',
  seeks: '',
  role: 'member',
  online: false,
};

test('Whoever is blocked is marked in the talk with them, and nowhere else', () => {
  const talk = room('dm.x', { kind: 'direct', with: { ...OTHER, blocked: false } });
  const rooms = new Map([
    ['kz', room('kz')],
    ['dm.x', talk],
  ]);
  assert.equal(markBlocked(rooms, 'm4', true).get('dm.x')?.with?.blocked, true);
  assert.equal(markBlocked(rooms, 'm5', true), rooms);
});

test('Of the rooms that are known only those that are named stay', () => {
  const rooms = new Map([
    ['kz', room('kz')],
    ['cn', room('cn')],
  ]);
  assert.deepEqual([...onlyRooms(rooms, ['energy', 'cn']).keys()], ['cn']);
});

/** What somebody wrote, of that name. */
const messageOf = (seq: number, from: { id: string; name: string }, at: string) => ({
  room: 'kz',
  seq,
  at,
  from: { ...from, country: '', company: '' },
  type: 'message' as const,
  client_id: `c${seq}`,
  text: 'a',
});

test('Days, the line at what is new and groups of one author stand in the timeline', () => {
  const message = (seq: number, id: string, at: string) => messageOf(seq, { id, name: id }, at);
  const entries = [
    message(1, 'm2', '2026-03-01T20:00:00.000Z'),
    message(2, 'm2', '2026-03-01T20:04:00.000Z'),
    message(3, 'm2', '2026-03-01T20:10:00.000Z'),
    message(4, 'm1', '2026-03-02T08:00:00.000Z'),
    message(5, 'm3', '2026-03-02T08:00:01.000Z'),
  ];
  const log = startLog('kz', 'm1', { entries, more: false, as_of: 5 });
  const posts: Post[] = [
    {
      clientId: 'c4',
      room: 'kz',
      text: 'a',
      replyTo: null,
      at: entries[3]?.at ?? '',
      order: 1,
      stage: 'sent',
      reason: null,
      notBefore: 0,
      seq: 4,
    },
    {
      clientId: 'p',
      room: 'kz',
      text: 'b',
      replyTo: null,
      at: '2026-03-02T08:00:02.000Z',
      order: 2,
      stage: 'sending',
      reason: null,
      notBefore: 0,
      seq: null,
    },
  ];
  const rows = timeline({ log, posts, acts: [], newAfter: 3, dayOf: (at) => at.slice(0, 10) });
  assert.deepEqual(
    rows.map((row) =>
      row.kind === 'message' || row.kind === 'post' ? `${row.kind}${row.follows ? ' follows' : ''}` : row.kind,
    ),
    ['day', 'message', 'message follows', 'message', 'day', 'message', 'new', 'message', 'post'],
  );
});

test('Who has another name since begins anew, under that', () => {
  const message = (seq: number, id: string, name: string) => messageOf(seq, { id, name }, '2026-03-01T20:00:00.000Z');
  const entries = [
    message(1, 'm2', 'Анна'),
    message(2, 'm2', 'Анна'),
    message(3, 'm2', 'Анна Ким'),
    message(4, 'm1', 'Бо'),
    message(5, 'm1', '王博'),
  ];
  const log = startLog('kz', 'm1', { entries, more: false, as_of: 5 });
  const rows = timeline({ log, posts: [], acts: [], newAfter: null, dayOf: () => '' });
  assert.deepEqual(
    rows.flatMap((row) => (row.kind === 'message' ? [row.follows] : [])),
    [false, true, false, false, true],
  );
});

test('Neither a day nor the line at what is new is drawn while it may begin above the window', () => {
  const entries = [51, 52].map((seq) => ({
    room: 'kz',
    seq,
    at: '2026-03-01T20:00:00.000Z',
    from: { id: 'm2', name: '王伟', country: '', company: '' },
    type: 'message' as const,
    client_id: `c${seq}`,
    text: '好',
  }));
  const log = startLog('kz', 'm1', { entries, more: false, as_of: 52 });
  const kinds = (newAfter: number): string[] =>
    timeline({ log, posts: [], acts: [], newAfter, dayOf: () => 'd' }).map((row) => row.kind);
  assert.deepEqual(
    [kinds(20), kinds(50)],
    [
      ['message', 'message'],
      ['new', 'message', 'message'],
    ],
  );
});

test('Links and mentions are found, and nothing else becomes one', () => {
  assert.deepEqual(linkedPieces('см. https://example.org/a(b)/c?d=1#e, да'), [
    'см. ',
    '<https://example.org/a(b)/c?d=1#e>',
    ', да',
  ]);
  assert.deepEqual(linkedPieces('请看https://example.org/路径。谢谢'), [
    '请看',
    '<https://example.org/>',
    '路径。谢谢',
  ]);
  assert.deepEqual(linkedPieces('javascript:alert(1) ftp://x data:text/html,<b>'), [
    'javascript:alert(1) ftp://x data:text/html,<b>',
  ]);
  assert.deepEqual(linkedPieces('@wang, напишите rustam@example.org или @a.b.'), [
    '@[wang]',
    ', напишите ',
    '<rustam@example.org>',
    ' или ',
    '@[a.b]',
    '.',
  ]);
  assert.deepEqual(linkedPieces('(http://example.org)'), ['(', '<http://example.org>', ')']);
});

test('A link ends where Chinese or a closing mark touches it, in every script', () => {
  const links = (text: string): string[] => linkedPieces(text).filter((piece) => piece.startsWith('<'));
  const cases: [string, ...string[]][] = [
    ['见https://example.com/a?q=1，谢谢', '<https://example.com/a?q=1>'],
    ['访问https://example.com查看，或者www.example.cn。', '<https://example.com>', '<www.example.cn>'],
    [
      '【报价】https://example.com/price】（见https://example.com/b）',
      '<https://example.com/price>',
      '<https://example.com/b>',
    ],
    ['「https://example.com/c」、『example.com』', '<https://example.com/c>', '<example.com>'],
    ['请写信到bo@silk.cn联系', '<bo@silk.cn>'],
    ['ウェブhttps://example.jp/ページ', '<https://example.jp/>'],
    ['сайт http://пример.рф/путь, и пример.рф!', '<http://пример.рф/путь>', '<пример.рф>'],
    [
      '(см. https://example.kz/b). [https://example.kz] {https://example.kz/c}',
      '<https://example.kz/b>',
      '<https://example.kz>',
      '<https://example.kz/c>',
    ],
    ['«https://example.kz/x» и “https://example.kz/y”…', '<https://example.kz/x>', '<https://example.kz/y>'],
    ['https://en.wikipedia.org/wiki/Trade_(commerce)', '<https://en.wikipedia.org/wiki/Trade_(commerce)>'],
    ['ببینید https://example.ir/a، و https://example.ir/b؟', '<https://example.ir/a>', '<https://example.ir/b>'],
    ['стоит 2.5 млн, версия 1.2.3, т.е. всё', ...[]],
    ['//example.com ftp://example.com/a javascript:alert(1)', ...[]],
  ];
  for (const [text, ...expected] of cases) assert.deepEqual(links(text), expected, text);
});

test('A link without a scheme leads to the encrypted page, an address to a letter', () => {
  const hrefs = (text: string): (string | undefined)[] =>
    piecesOf(text).flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []));
  assert.deepEqual(hrefs('www.example.com, http://example.org, a@example.org.'), [
    'https://www.example.com',
    'http://example.org',
    'mailto:a@example.org',
  ]);
});
