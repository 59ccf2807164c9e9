// Messages are found by their words, in three languages and mixed, by whoever may read them.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, sleep } from './support/club.mjs';
import { Postgres } from './support/postgres.mjs';
import { mixed } from './support/texts.mjs';

const members = ['anna', 'bo', 'dana', 'emil', 'moderator'];
/** In a millisecond of its own: which of two of one is the newer nobody says. */
async function post(line, room, text) {
  await sleep(2);
  return line.call('message.post', { room, client_id: clientId(), text });
}
const names = (hits) => hits.map(({ room, entry }) => `${room} ${entry.seq}`);
const found = async (line, text, more = {}) => names(await line.found({ text, ...more }));
/** Long enough for the index to have caught up. */
const INDEXED_MS = 1500;

function searches(start) {
  let club, anna, bo, dana;
  before(async () => {
    club = await start();
    [anna, bo, dana] = await Promise.all(['anna', 'bo', 'dana'].map((who) => club.connect(who)));
  });
  after(async () => {
    await Promise.all([anna, bo, dana].map((line) => line.close()));
    await club.finish();
  });
  /** What is true at once must stay true when the index knows it. */
  const twice = async (look) => {
    await look();
    await sleep(INDEXED_MS);
    await look();
  };

  test('Russian forms, English stems, Chinese pairs and all in one text', async () => {
    await post(anna, 'kz', 'Подписали договор о поставках хлопка');
    await post(bo, 'cn', '上合组织经济合作论坛将在阿斯塔纳举行');
    await post(dana, 'trade', 'Negotiating contracts with three partners');
    await post(anna, 'kz.trade', 'Проект договора: 经济合作 and logistics partnership');
    await twice(async () => {
      assert.deepEqual(await found(bo, 'договора'), ['kz.trade 1', 'kz 1']);
      assert.deepEqual(await found(bo, 'ПОСТАВКА'), ['kz 1']);
      assert.deepEqual(await found(anna, '合作'), ['kz.trade 1', 'cn 1']);
      assert.deepEqual(await found(anna, '论坛'), ['cn 1']);
      assert.deepEqual(await found(anna, '合坛'), []);
      assert.deepEqual(await found(anna, 'contract negotiations'), ['trade 1']);
      assert.deepEqual(await found(anna, 'договоры 合作 partnerships'), ['kz.trade 1']);
      assert.deepEqual(await found(anna, 'договор contract'), []);
    });
  });

  test('a hit shows the message as it stands and where the words are', async () => {
    const { hits } = await bo.call('message.search', { text: 'договор 合作', room: 'kz.trade' });
    const [{ room, entry, found: places }] = hits;
    assert.equal(room, 'kz.trade');
    assert.equal(entry.from.name, 'Анна Каренова');
    const characters = [...entry.text];
    assert.deepEqual(places.map(([at, count]) => characters.slice(at, at + count).join('')), ['договора', '合作']);
  });

  test("a direct talk is found by its two alone, whatever others say they look for", async () => {
    const talk = (await anna.call('direct.open', { member: bo.me })).room.room;
    await post(anna, talk, 'Секретная цена: сорок два миллиона');
    await twice(async () => {
      assert.deepEqual(await found(bo, 'секретная цена'), [`${talk} 1`]);
      assert.deepEqual(await found(anna, 'цены', { room: talk }), [`${talk} 1`]);
      assert.deepEqual(await found(dana, 'секретная цена'), []);
      assert.deepEqual(await found(dana, 'цена', { from: anna.me }), []);
      assert.equal((await dana.refused('message.search', { text: 'цена', room: talk })).reason, 'not_found');
    });
  });

  test('nothing is found of a private room by whoever is not let in, nor of a room by whoever is banned there', async () => {
    const moderator = await club.connect('moderator');
    const { room } = (await moderator.call('room.create', { client_id: clientId(), title: 'Совет', private: true })).room;
    await moderator.call('room.invite', { room, member: bo.me, on: true });
    await post(bo, room, 'Черновик меморандума 备忘录草案');
    await post(bo, 'kg', 'Открытый меморандум');
    await twice(async () => {
      assert.deepEqual(await found(bo, 'меморандумы'), ['kg 1', `${room} 1`]);
      assert.deepEqual(await found(bo, 'меморандум', { from: bo.me, room }), [`${room} 1`]);
      assert.deepEqual(await found(bo, 'меморандум', { from: anna.me }), []);
      assert.deepEqual(await found(dana, 'меморандум'), ['kg 1']);
      assert.deepEqual(await found(dana, '备忘录'), []);
      assert.equal((await dana.refused('message.search', { text: 'меморандум', room })).reason, 'not_found');
    });
    await moderator.call('room.invite', { room, member: bo.me, on: false });
    await moderator.call('member.ban', { member: bo.me, room: 'kg', for: 3600 });
    assert.deepEqual(await found(bo, 'меморандум'), []);
    assert.equal((await bo.refused('message.search', { text: 'меморандум', room })).reason, 'not_found');
    assert.equal((await bo.refused('message.search', { text: 'меморандум', room: 'kg' })).reason, 'banned');
    await moderator.call('member.ban', { member: bo.me, room: 'kg', for: 0 });
    assert.deepEqual(await found(bo, 'меморандум'), ['kg 1']);
    await moderator.close();
  });

  test('an edited message is found by what it says now, a removed one not at all', async () => {
    const { seq } = await post(anna, 'uz', 'Виноград из Самарканда');
    const gone = await post(anna, 'uz', 'Виноград ошибочный');
    await sleep(INDEXED_MS);
    await anna.call('message.edit', { room: 'uz', seq, text: 'Изюм из Самарканда' });
    await anna.call('message.remove', { room: 'uz', seq: gone.seq });
    await twice(async () => {
      assert.deepEqual(await found(bo, 'виноград'), []);
      assert.deepEqual(await found(bo, 'ошибочный'), []);
      assert.deepEqual(await found(bo, 'изюма'), [`uz ${seq}`]);
    });
  });

  test('pages follow each other, newest first, and each message comes once', async () => {
    const expected = [];
    for (let index = 0; index < 45; index++) {
      const room = ['ru', 'by', 'in'][index % 3];
      expected.unshift(`${room} ${(await post(bo, room, `единорог № ${index}`)).seq}`);
    }
    await twice(async () => {
      const seen = [];
      for (let before, more = true; more; ) {
        const page = await anna.call('message.search', { text: 'единороги', limit: 7, ...(before && { before }) });
        seen.push(...names(page.hits));
        ({ more, before } = page);
      }
      assert.deepEqual(new Set(seen), new Set(expected));
      assert.equal(seen.length, expected.length);
    });
  });

  test('markup, signs and ten thousand letters in a row are only text', async () => {
    const word = 'ы'.repeat(4000);
    await post(anna, 'tj', word);
    await post(anna, 'tj', `<script>alert('пастила')</script> \u202eобратно\u202c ' OR 1=1; --`);
    await twice(async () => {
      assert.deepEqual(await found(bo, word.slice(0, 150)), ['tj 1']);
      assert.deepEqual(await found(bo, '<b>пастила</b>'), []);
      assert.deepEqual(await found(bo, '<пастила> & \u202eобратно'), ['tj 2']);
      assert.deepEqual(await found(bo, "' OR 1=1; --"), ['tj 2']);
    });
    for (const text of mixed.slice(0, 6)) await found(bo, [...text.replace(/\s+/g, ' ')].slice(0, 200).join(''));
  });
}

describe('on SQLite', () => {
  searches(() => Club.start({ members, settings: { CLUB_LIMITS: 'off' } }));
});

describe('on PostgreSQL', () => {
  let postgres;
  before(async () => (postgres = await Postgres.start()));
  after(() => postgres.stop());
  searches(async () => Club.start({ members, settings: { CLUB_LIMITS: 'off', CLUB_STORE: await postgres.database('search') } }));
});

describe('whatever is asked', () => {
  let club, line;
  before(async () => {
    club = await Club.start({ members });
    line = await club.connect('emil');
  });
  after(() => club.finish());

  test('what is no question is refused, and where one may not look is not_found', async () => {
    for (const params of [{}, { text: '' }, { text: ' ' }, { text: '!?👍' }, { text: 'a\u0007' }, { text: 7 }, { text: 'a', limit: 0 }, { text: 'a', room: 5 }])
      assert.equal((await line.refused('message.search', params)).code, -32602, JSON.stringify(params));
    for (const before of ['', '1', '1.2', '1.2.3.4', '0.0.0', '-1.2.3', '1.2.x', '9'.repeat(60), "1.1.1'"])
      assert.equal((await line.refused('message.search', { text: 'a', before })).code, -32602, before);
    assert.equal((await line.refused('message.search', { text: 'я'.repeat(201) })).reason, 'too_long');
    for (const room of ['dm.AAAAAAAAAAAAAAAAAAAAAA', 'r.nothing', 'nowhere.at.all', ''])
      assert.match((await line.refused('message.search', { text: 'a', room })).reason ?? 'params', /not_found|params/);
    assert.equal((await line.refused('message.search', { text: 'a', from: "1' OR '1" })).reason, 'not_found');
    assert.deepEqual(await line.call('message.search', { text: 'a', from: line.me, before: '999999999999999.1.1' }), { hits: [], more: false });
  });

  test('a member who searches without end is told to wait', async () => {
    let refused;
    for (let count = 0; count < 400 && !refused; count++) {
      const answer = await line.ask('message.search', { text: 'слово' });
      refused = answer.error;
    }
    assert.equal(refused.data.reason, 'rate_limited');
    assert.ok(refused.data.retry_after >= 1);
  });
});
