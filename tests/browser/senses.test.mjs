// What a reader hears and sees who is elsewhere, hears the page, reads from right to left, or has colours of their own.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves, until } from './support/browser.mjs';

const ROOM = 'kz.logistics';
const PERSIAN = 'سلام! پروژهٔ ما در Almaty ۳ انبار و 25% سود دارد.';
const URDU = 'ہمیں چین (China) سے 40 ٹن مال چاہیے۔';
const OLDER = 120; // more than are there at first

const club = await clubForFile({ members: ['anna', 'bo', 'emil'] });
afterEach(everybodyLeaves);
const bo = await club.connect('bo');
const post = (text, room = ROOM) => bo.call('message.post', { room, client_id: clientId('senses'), text });
for (let i = 0; i < OLDER; i++) await post(`Контейнер №${i} 集装箱`);

/** Everything that a screen reader is told of the log from now on, in its order. */
async function listen({ page }) {
  await page.getByTestId('spoken').evaluate((region) => {
    window.said = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) window.said.push(node.textContent);
    }).observe(region, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => window.said);
}

test('a screen reader is told what comes in, once, and neither what was there nor what one wrote or scrolls to', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  await anna.message(`№${OLDER - 1} `).waitFor();
  assert.equal(await anna.log.getAttribute('aria-live'), 'off');
  assert.equal(await anna.page.getByTestId('spoken').getAttribute('aria-live'), 'polite');
  assert.equal(await anna.page.getByTestId('spoken').textContent(), '');
  const said = await listen(anna);

  await anna.write('Мои слова');
  await anna.message('Мои слова').waitFor();
  await post('Груз прибыл в Хоргос');
  await until(async () => assert.deepEqual(await said(), ['王博: Груз прибыл в Хоргос']));
  for (let i = 0; i < 2; i++) await post('Да');
  await until(async () => assert.deepEqual((await said()).slice(1), ['王博: Да', '王博: Да']));

  await anna.log.evaluate((log) => (log.scrollTop = 0));
  await anna.page.mouse.move(700, 400);
  await until(async () => {
    await anna.page.mouse.wheel(0, -4000);
    await anna.message('№0 ').waitFor({ timeout: 1000 });
  });
  await post('Новое издалека 新消息');
  await until(async () => assert.deepEqual((await said()).slice(3), ['王博: Новое издалека 新消息']));
});

test('a message shows the time of the reader’s own zone, and the day there', async () => {
  const { at } = await post('К какому часу? 几点？');
  for (const [timezoneId, locale] of [['Asia/Tashkent', 'ru-RU'], ['America/New_York', 'en-US'], ['Asia/Shanghai', 'zh-CN']]) {
    const reader = await Visitor.inRoom(club, 'anna', ROOM, { timezoneId, locale });
    const time = reader.message('К какому часу?').locator('time');
    const shown = new Intl.DateTimeFormat(locale, { timeZone: timezoneId, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
    const digits = (text) => text.match(/\d+/g).map(Number);
    assert.deepEqual(digits(await time.innerText()), digits(shown), timezoneId);
    assert.equal(await time.getAttribute('datetime'), at);
    const day = new Intl.DateTimeFormat(locale, { timeZone: timezoneId, day: 'numeric' }).format(new Date(at));
    assert.ok((await time.getAttribute('title')).includes(parseInt(day, 10)), timezoneId);
  }
});

test('text from right to left stands so in a page from left to right, in messages and while it is written', async () => {
  const direction = (found) => found.evaluate((element) => getComputedStyle(element).direction);
  for (const text of [PERSIAN, URDU]) await post(text);
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  for (const text of [PERSIAN, URDU]) assert.equal(await direction(anna.message(text.slice(0, 12)).locator('.body')), 'rtl');
  assert.equal(await direction(anna.message('К какому часу?').locator('.body')), 'ltr');
  assert.equal(await direction(anna.page.locator('html')), 'ltr');
  await anna.composer.fill(PERSIAN);
  assert.equal(await direction(anna.composer), 'rtl');
  await anna.composer.press('Enter');
  const own = anna.log.locator('article.own').filter({ hasText: PERSIAN.slice(0, 12) });
  await own.getByRole('img', { name: 'Sent' }).waitFor(); // another element than the one that was on its way
  assert.equal(await direction(own.locator('.body')), 'rtl');
  // One's own stand at the right, whatever direction their text has.
  const { x, width } = await own.locator('.bubble').boundingBox();
  const log = await anna.log.boundingBox();
  assert.ok(x + width / 2 > log.x + log.width / 2);
  await anna.composer.fill('Now in English');
  assert.equal(await direction(anna.composer), 'ltr');
});

test('in the system’s own colours messages, the room that is open and what has the focus are told by lines', async () => {
  const anna = await Visitor.inRoom(club, 'anna', ROOM);
  await anna.page.emulateMedia({ forcedColors: 'active' });
  const line = (found, kind) => found.evaluate((element, name) => parseFloat(getComputedStyle(element)[`${name}Width`]), kind);
  await until(async () => assert.ok((await line(anna.log.locator('.bubble').last(), 'borderTop')) >= 1)); // the page hears of it later
  assert.ok((await line(anna.page.locator('.room-link[aria-current]').first(), 'outline')) >= 2);
  await anna.composer.focus();
  await anna.page.keyboard.press('Tab');
  const focused = anna.page.locator(':focus-visible');
  assert.ok((await line(focused, 'outline')) >= 2);
});
