// make run-cluster, and two members in Chromium who go on writing while each part in turn is killed.
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Visitor, everybodyLeaves, step, until } from '../browser/support/browser.mjs';
import { sleep } from '../wire/support/club.mjs';
import { chinese, english, russian } from '../wire/support/texts.mjs';
import { Serving } from './support/serving.mjs';

const WAIT_MS = 60_000;
const PACE_MS = 300;
const MOST_AT_A_TIME = 40; // the page keeps 500 messages
const PASSWORD = 'Чайхана у моста 7';
const ROOM = 'kz.fintech';

const serving = await Serving.start({ CLUB_RATE_POSTS: '100/10s', CLUB_FIRST_DAY: 'off' });
after(() => serving.end());
const club = { origin: serving.origin };
const anna = await Visitor.arrive(club, { lineBreaks: true });
const bo = await Visitor.arrive(club, { lineBreaks: true });
after(everybodyLeaves);

const visitors = [anna, bo];
const pen = new EventEmitter();
const written = new Map(visitors.map((visitor) => [visitor, []]));
const lines = new Map(visitors.map((visitor) => [visitor, 0])); // to the club, that a page has opened so far
for (const visitor of visitors) visitor.page.on('websocket', () => lines.set(visitor, lines.get(visitor) + 1));

/** What people wrote in both languages by turns, numbered as one of them would. */
function* texts(numbered, ...languages) {
  for (let at = 0; ; at++) {
    const language = languages[at % languages.length];
    yield numbered(at + 1) + language[Math.floor(at / languages.length) % language.length];
  }
}

const short = (texts) => texts.filter((text) => text.length < 200); // whoever looks at a failed test reads them
const words = new Map([
  [anna, texts((number) => `№ ${number}. `, short(russian), short(english))],
  [bo, texts((number) => `第${number}条:`, short(chinese), short(english))],
]);

async function write(visitor) {
  const text = words.get(visitor).next().value;
  written.get(visitor).push(text);
  await visitor.write(text);
  pen.emit('put down');
  return text;
}

/** Both write, and go on until `done` has come about and each has written once more. */
async function bothWriteUntil(done) {
  let over = false;
  const goOn = async (visitor) => {
    for (let count = 0; !over; count++) {
      if (count < MOST_AT_A_TIME) await write(visitor);
      await sleep(PACE_MS);
    }
    await write(visitor);
  };
  const writing = visitors.map(goOn);
  try {
    await done();
  } finally {
    over = true;
    await Promise.all(writing);
  }
}

const shown = (visitor) => visitor.log.locator('article .body .text').allTextContents();

/** Each has everything that was written in view, once, in one order that is also the order of each one's writing. */
async function checkTalk() {
  const all = [...written.values()].flat();
  await until(async () => {
    const logs = await Promise.all(visitors.map((visitor) => visitor.wholeLog()));
    const texts = logs.map((log) => log.map(({ text }) => text));
    for (const own of texts) assert.deepEqual([...own].sort(), [...all].sort(), 'not every message once');
    assert.deepEqual(texts[1], texts[0], 'not in one order');
    for (const own of written.values()) {
      assert.deepEqual(texts[0].filter((text) => own.includes(text)), own, 'not in the order of writing');
    }
    for (const [at, visitor] of visitors.entries()) {
      assert.equal(await visitor.unsent(), 0, 'something is still shown as unsent');
      assert.deepEqual(logs[at].map(({ seq }) => seq), all.map((_, at) => at + 1), 'not numbered without a hole');
    }
  }, WAIT_MS);
}

/** For whoever looks at a failed test: the pages show whom their instances know to be here. */
async function tellMore(error) {
  for (const { page } of visitors) await page.getByRole('button', { name: 'Who is here' }).click().catch(() => {});
  console.error(serving.logs);
  await sleep(1000);
  throw error;
}

/** Nothing tells of what happened any more, and one can write. */
async function checkPages() {
  for (const { page, composer, lineStatus, lineIs } of visitors) {
    await until(async () => {
      assert.equal(await lineStatus.getAttribute('data-line'), 'open');
      assert.equal((await lineStatus.innerText()).trim(), '');
      assert.match(await page.getByTestId('online').innerText(), /^2 here now/);
    }, WAIT_MS).catch(tellMore);
    assert.equal(await page.locator('.notice').count(), 0, 'a notice stayed');
    assert.ok(await composer.isEditable());
    assert.equal(await composer.inputValue(), '');
  }
}

async function checkAnswer(one, other) {
  const own = one.message(await write(one));
  await own.getByRole('img', { name: 'Sent' }).waitFor({ timeout: WAIT_MS });
  await other.message(written.get(one).at(-1)).waitFor({ timeout: WAIT_MS });
}

/** Each shows what the other has written just now. */
async function hearEachOther() {
  const last = [...written.values()].map((texts) => texts.length);
  await until(async () => {
    for (const [at, visitor] of visitors.entries()) {
      const texts = await shown(visitors[1 - at]);
      assert.ok(texts.includes(written.get(visitor)[last[at]]), 'they do not hear each other');
    }
  }, WAIT_MS);
}

/** `meanwhile`: what is seen while it is away, for however long that takes. */
async function killed(part, meanwhile) {
  await bothWriteUntil(async () => {
    await hearEachOther();
    if (meanwhile) serving.hold();
    await once(pen, 'put down'); // so that a message is under way
    const returns = serving.killPart(part, { family: true, ms: WAIT_MS });
    try {
      await meanwhile?.();
    } finally {
      serving.letGo();
    }
    await returns();
  });
  await checkTalk();
  await checkPages();
  await checkAnswer(anna, bo);
  await checkAnswer(bo, anna);
}

/** That each of them was connected to what was killed, or this shows nothing. */
function checkReconnected(before) {
  for (const visitor of visitors) assert.ok(lines.get(visitor) > before.get(visitor), 'the line of one of them never broke');
}

step('the first admin joins by the link that was printed, and invites somebody; both open a room', async () => {
  await anna.join({ link: serving.link, login: 'anna', password: PASSWORD, name: 'Анна Каренова', company: 'Волга Логистика', country: 'Russia' });
  await bo.join({ link: await anna.invite(), login: 'bo', password: PASSWORD, name: '王博', company: '丝路科技', country: 'China' });
  for (const visitor of visitors) await visitor.open(`/#/room/${ROOM}`);
  for (const visitor of visitors) await visitor.log.waitFor();
  await checkPages();
});

step('each instance is killed while both write', async () => {
  const before = new Map(lines);
  await killed('instance 1');
  await killed('instance 2');
  checkReconnected(before);
});

step('Redis is killed while both write', () => killed('redis'));

step('PostgreSQL is killed while both write; who opens the page meanwhile is told, and in the room as soon as it is back', async () => {
  const late = await Visitor.arrive(club, { lineBreaks: true });
  await late.context.addCookies(await bo.context.cookies());
  await killed('postgresql', async () => {
    for (const { log } of visitors) {
      await log.getByText('Will be sent when the server can take it').waitFor({ timeout: WAIT_MS });
    }
    await until(() => late.open(`/#/room/${ROOM}`), WAIT_MS); // the balancer notices within two seconds
    await late.page.getByRole('heading', { name: 'The club cannot be reached' }).waitFor({ timeout: WAIT_MS });
  });
  await late.log.waitFor({ timeout: WAIT_MS });
  await late.leave();
});

step('the balancer is killed while both write', async () => {
  const before = new Map(lines);
  await killed('haproxy', async () => {
    for (const { lineStatus } of visitors) {
      await lineStatus.getByText('No connection. What you write is kept').waitFor({ timeout: WAIT_MS });
    }
  });
  checkReconnected(before);
});
