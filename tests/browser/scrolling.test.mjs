// A room of a hundred thousand messages.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Club, clientId } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves, until } from './support/browser.mjs';

const ROOM = 'kz.logistics';
const MESSAGES = 100_000;
const MOST_NODES = 450; // a few hundred: of the log, whatever else the page shows

/** Short and long ones, in three languages, by two authors; some answer an old one, some have reactions. */
const SEED = `
BEGIN;
INSERT INTO room (id, kind, head, at) VALUES ('${ROOM}', 2, ${MESSAGES}, 1780000000000)
  ON CONFLICT (id) DO UPDATE SET head = excluded.head, at = excluded.at;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MESSAGES})
INSERT INTO entry (room, seq, at, type, author, member, client_id, text, reply_to, reacted)
SELECT room.key, i, 1780000000000 - (${MESSAGES} - i) * 60000, 1, author.key, author.member, 'seed-' || i,
  '№ ' || i || ' ' || CASE i % 7
    WHEN 0 THEN 'Добрый день! Груз прошёл таможню в Хоргосе, документы у брокера.'
    WHEN 1 THEN '好的'
    WHEN 2 THEN 'Two containers of cotton leave Tashkent on Friday. ' || substr(hex(zeroblob(300)), 1, 40 * (i % 11)) || ' Who has space?'
    WHEN 3 THEN '我们在霍尔果斯口岸有仓库，可以存放一个月，价格比阿拉木图便宜两成，欢迎来看。'
    WHEN 4 THEN 'да'
    WHEN 5 THEN 'Первое' || char(10) || 'второе' || char(10) || 'третье'
    ELSE 'Rates for Q3 are out.' END,
  CASE WHEN i % 50 = 0 AND i > 1000 THEN i - 1000 END,
  CASE WHEN i % 9 = 0 THEN 1 END
FROM n JOIN room ON room.id = '${ROOM}' JOIN author ON author.key = 1 + (i / 3) % 2;
INSERT INTO reaction (room, target, emoji, count, first)
SELECT room, seq, '👍', 1 + seq % 5, seq FROM entry WHERE reacted = 1;
COMMIT;`;

const club = await Club.start({ members: ['anna', 'bo', 'dana'], serve: false });
after(() => club.finish());
after(everybodyLeaves);
afterEach(everybodyLeaves);
await club.command(['migrate']);
execFileSync('sqlite3', ['-bail', club.database], { input: SEED });
await club.serve();

const nodes = (visitor) => visitor.log.evaluate((log) => log.querySelectorAll('*').length);
const inSight = (visitor) =>
  visitor.log.evaluate((log) => {
    const { top, bottom } = log.getBoundingClientRect();
    const rows = [...log.querySelectorAll('article[data-seq]')].map((row) => ({ seq: Number(row.dataset.seq), place: row.getBoundingClientRect() }));
    return rows.filter(({ place }) => place.bottom > top && place.top < bottom).map(({ seq, place }) => ({ seq, top: place.top - top }));
  });

/** What is in sight fills the log, and no message is missing between two of them. */
async function checkSight(visitor) {
  await until(async () => {
    const rows = await inSight(visitor);
    assert.ok(rows.length > 3, 'the log is nearly empty');
    for (const [at, { seq }] of rows.entries()) assert.equal(seq, rows[0].seq + at, 'a message is missing');
  });
}

const atNewest = (visitor, seq) =>
  until(async () => {
    assert.equal((await inSight(visitor)).at(-1)?.seq, seq);
    const below = await visitor.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    assert.ok(below < 2, `not at the very end: ${below} pixels are below`);
  });

for (const { width, height } of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test(`thousands of messages scroll past in ${width} pixels, and only a few hundred nodes are drawn at a time`, async () => {
    const anna = await Visitor.inRoom(club, 'anna', ROOM, { width, height });
    await atNewest(anna, MESSAGES);
    let most = await nodes(anna);
    let first = MESSAGES;
    await anna.log.hover();
    await until(async () => {
      await anna.page.mouse.wheel(0, -4000);
      const rows = await inSight(anna);
      most = Math.max(most, await nodes(anna));
      first = Math.min(first, rows[0]?.seq ?? first);
      assert.ok(first < MESSAGES - 2000, `only as far as ${first}`);
    }, 180_000);
    await checkSight(anna);
    const kept = await anna.page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
    assert.ok(most < MOST_NODES, `${most} nodes`);
    assert.ok(kept < 64 * 1024 * 1024, `${kept} bytes in use`);
    await anna.button('Newest messages').click();
    await atNewest(anna, MESSAGES);
    console.log(`# ${width} pixels: ${MESSAGES - first} messages past, at most ${most} nodes, ${(kept / 1048576).toFixed(1)} MB in use`);
  });
}

test('older messages come in above without moving what is read', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  await atNewest(anna, MESSAGES);
  const { page } = anna;
  await anna.log.hover();
  for (let turn = 0; turn < 40; turn++) {
    await anna.log.evaluate((log) => {
      window.turned = new Promise((done) => log.addEventListener('wheel', done, { once: true, passive: true }));
      window.moved = false;
      log.addEventListener('scroll', () => (window.moved = true), { once: true });
    });
    await page.mouse.wheel(0, -700);
    const { before, after } = await page.evaluate(async () => {
      const log = document.querySelector('[role=log]');
      await window.turned;
      // The wheel has done what it does once it moved something, and nothing moves for some frames.
      for (let still = 0, last; still < 4 || (!window.moved && log.scrollTop > 0); last = log.scrollTop) {
        await new Promise((done) => requestAnimationFrame(done));
        still = log.scrollTop === last ? still + 1 : 0;
      }
      const look = () => {
        const top = log.getBoundingClientRect().top;
        const row = [...log.querySelectorAll('article[data-seq]')].find((one) => one.getBoundingClientRect().bottom > top + 40);
        return row && { seq: row.dataset.seq, top: row.getBoundingClientRect().top - top };
      };
      const before = look();
      await new Promise((done) => setTimeout(done, 120));
      const row = before && log.querySelector(`article[data-seq="${before.seq}"]`);
      return { before, after: row && { seq: row.dataset.seq, top: row.getBoundingClientRect().top - log.getBoundingClientRect().top } };
    });
    assert.ok(after && Math.abs(after.top - before.top) < 3, `№ ${before?.seq} went from ${before?.top} to ${after?.top}`);
  }
  await checkSight(anna);
});

test('an address leads to an entry far back, from there one reads on both ways, and one button leads to the newest', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  await atNewest(anna, MESSAGES);
  await anna.open(`/#/room/${ROOM}/50001`);
  const wanted = anna.log.locator('article[data-seq="50001"]');
  await wanted.waitFor();
  await until(async () => {
    assert.ok((await inSight(anna)).some(({ seq }) => seq === 50001));
    assert.equal(await anna.page.evaluate(() => document.activeElement?.getAttribute('data-seq')), '50001');
  });
  assert.ok(anna.page.url().endsWith(`#/room/${ROOM}`), 'the address still names the entry');
  await checkSight(anna);
  await anna.log.hover();
  const last = async () => (await inSight(anna)).at(-1)?.seq;
  const from = await last();
  await until(async () => {
    await anna.page.mouse.wheel(0, 2500);
    assert.ok((await last()) > from + 120);
  });
  await checkSight(anna);

  const line = await club.connect('bo');
  const { seq } = await line.call('message.post', { room: ROOM, client_id: clientId('far'), text: 'Свежие ставки на июнь' });
  await anna.button('1 new message').click();
  await atNewest(anna, seq);
  await anna.open(`/#/room/${ROOM}/50001`);
  await wanted.waitFor();
  await anna.log.press('End');
  await atNewest(anna, seq);
});

test('an answer leads to what it answers, a thousand messages back', async () => {
  const anna = await Visitor.inRoom(club, 'anna', `${ROOM}/99900`);
  const answer = anna.log.locator('article[data-seq="99900"]');
  await answer.getByRole('button', { name: /In answer to/ }).click();
  await until(async () => {
    assert.equal(await anna.page.evaluate(() => document.activeElement?.getAttribute('data-seq')), '98900');
    assert.ok((await inSight(anna)).some(({ seq }) => seq === 98900));
  });
  await checkSight(anna);
});

test('without a mouse: from message to message, by pages, and to the newest', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  const { keyboard } = anna.page;
  await until(async () => assert.ok((await inSight(anna)).length > 3));
  const newest = (await inSight(anna)).at(-1).seq;
  await anna.log.focus();
  const active = () => anna.page.evaluate(() => Number(document.activeElement?.getAttribute('data-seq')));
  for (let step = 0; step < 30; step++) await keyboard.press('ArrowUp');
  await until(async () => assert.equal(await active(), newest - 29));
  const rows = await inSight(anna);
  assert.ok(rows.some(({ seq }) => seq === newest - 29), 'the message that has the focus is out of sight');
  for (let page = 0; page < 6; page++) {
    const [{ seq }] = await inSight(anna);
    await keyboard.press('PageUp');
    await until(async () => assert.ok((await inSight(anna))[0].seq < seq));
  }
  assert.equal(await active(), newest - 29, 'the focus was lost while scrolling');
  await keyboard.press('End');
  await atNewest(anna, newest);
});

test('who is at the end stays there, who reads above is left alone', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  const line = await club.connect('bo');
  const say = async (text) => (await line.call('message.post', { room: ROOM, client_id: clientId('end'), text })).seq;
  await until(async () => assert.ok((await inSight(anna)).length > 3));
  for (const text of ['一条\n两条\n三条', 'да', 'Long '.repeat(200)]) await atNewest(anna, await say(text));
  await anna.page.setViewportSize({ width: 800, height: 500 });
  const seq = await say('Ещё одно');
  await atNewest(anna, seq);
  await anna.log.hover();
  await anna.page.mouse.wheel(0, -1200);
  await anna.button('Newest messages').waitFor();
  await until(async () => assert.ok((await inSight(anna))[0].seq < seq));
  // Where the wheel has brought them.
  const before = await until(async () => {
    const [one] = await inSight(anna);
    await new Promise((done) => setTimeout(done, 150));
    assert.deepEqual((await inSight(anna))[0], one);
    return one;
  });
  await say('Никого не сдвину');
  await anna.button('1 new message').waitFor();
  const after = (await inSight(anna)).find(({ seq: one }) => one === before.seq);
  assert.ok(after && Math.abs(after.top - before.top) < 2, `${before.top} ${after?.top}`);
});
