// A member reports a message in two steps; a moderator settles it on one page; the member hears what came of it.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, shown, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['moderator', 'anna', 'bo', 'dana', 'emil', 'admin'] });
afterEach(everybodyLeaves);

const named = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
const notice = (visitor, text) => visitor.page.getByRole('alert').filter({ hasText: text }).first();
const queued = (visitor, text) => visitor.page.locator('[data-report]').filter({ hasText: text });
const picture = process.env.PICTURES;
const shoot = async ({ page }, name) => picture && (await page.screenshot({ path: `${picture}/${name}.png` }));

/** In whatever language the page is. */
async function write({ page }, text) {
  const composer = page.locator('.composer textarea');
  await composer.fill(text);
  await composer.press('Enter');
}

async function report({ visitor, own, text, name, why, words }) {
  await visitor.act(text, named(own['report.label'], { name }));
  const dialog = visitor.page.getByRole('dialog');
  await dialog.getByRole('radio', { name: own[`report.reason.${why}`] }).check();
  if (words) await dialog.getByRole('textbox').fill(words);
  await shoot(visitor, `report-${own['report.send']}`);
  await dialog.getByRole('button', { name: own['report.send'] }).click();
  await dialog.waitFor({ state: 'detached' });
  await notice(visitor, own['notice.done.report']).waitFor();
}

const places = [
  { language: 'ru', locale: 'ru-RU', width: 390, height: 844, room: 'kz', login: 'dana', name: 'Dana Akhmetova' },
  { language: 'zh', locale: 'zh-CN', width: 1280, height: 800, room: 'cn', login: 'bo', name: '王博' },
  { language: 'en', locale: 'en-GB', width: 390, height: 844, room: 'uz', login: 'emil', name: 'Emil Rahimov' },
];

for (const { language, room, login, name, ...options } of places) {
  const own = catalog(language);
  const where = `${language}, ${options.width} wide`;

  test(`what is reported is in the queue, each outcome is carried out, and who reported is told: ${where}`, async () => {
    const accused = await Visitor.inRoom(club, login, room, options);
    const anna = await Visitor.inRoom(club, 'anna', room, options);
    const moderator = await Visitor.inRoom(club, 'moderator', room, options);
    await write(anna, 'Кто возит хлопок в Урумчи? 谁运棉花？');
    const bad = ['removed', 'muted', 'warned', 'dismissed'].map((outcome) => `Дёшево! 便宜! <b>${outcome}</b> ${language}`);
    for (const text of bad) {
      await write(accused, text);
      await anna.message(text).waitFor();
    }
    await report({ visitor: anna, own, text: bad[0], name, why: 'spam', words: 'третий раз за день 今天第三次' });
    await report({ visitor: anna, own, text: bad[1], name, why: 'fraud' });
    await report({ visitor: anna, own, text: bad[2], name, why: 'other', words: 'Не <i>надо</i>' });
    await report({ visitor: anna, own, text: bad[3], name, why: 'off_topic' });
    assert.equal(await accused.page.getByRole('alert').filter({ hasText: own['report.reason.spam'] }).count(), 0);

    if (options.width < 600) await moderator.page.getByRole('link', { name: own['action.back'] }).click();
    // On a phone the rooms and what stands above them are out of sight while a page is open.
    const queue = moderator.page.locator('a[href="#/reports"]');
    await queue.filter({ hasText: '4' }).waitFor();
    await queue.click();
    const first = queued(moderator, own['report.reason.spam']);
    await first.getByText('третий раз за день 今天第三次').waitFor();
    await first.getByText('谁运棉花？').waitFor();
    await first.locator('.reported').filter({ hasText: bad[0] }).waitFor();
    await shoot(moderator, `queue-${language}`);
    await first.getByRole('button', { name: own['report.do.removed'] }).click();
    await notice(anna, own['notice.acted.settle.removed']).waitFor();
    await until(async () => assert.equal(await anna.message(bad[0]).count(), 0));

    await queued(moderator, own['report.reason.fraud']).getByRole('textbox').fill('До завтра 明天见');
    await queued(moderator, own['report.reason.fraud']).getByRole('button', { name: own['report.do.muted'] }).click();
    await notice(anna, own['notice.acted.settle.muted']).filter({ hasText: 'До завтра 明天见' }).waitFor();
    await accused.page.getByTestId('limits').filter({ hasText: 'До завтра 明天见' }).waitFor();
    await notice(moderator, own['notice.undo']).waitFor();

    await queued(moderator, 'Не <i>надо</i>').getByRole('button', { name: own['report.do.warned'] }).click();
    await notice(anna, own['notice.acted.settle.warned']).waitFor();
    await queued(moderator, own['report.reason.off_topic']).getByRole('button', { name: own['report.do.dismissed'] }).click();
    await notice(anna, own['notice.acted.settle.dismissed']).waitFor();
    await shown(moderator, own['reports.none_open']);
    await until(async () => assert.equal(await queue.textContent(), ''));

    await moderator.page.getByRole('combobox', { name: own['reports.show'] }).selectOption('settled');
    const past = queued(moderator, own['report.outcome.warned']).first();
    await past.getByText('Мода Ратор').first().waitFor();
    await shoot(moderator, `settled-${language}`);
    // Who reported finds what came of it later, too.
    await anna.open('/#/account');
    const outcomes = anna.page.locator('[data-own-report]').filter({ hasText: language });
    await outcomes.filter({ hasText: own['report.outcome.dismissed'] }).filter({ hasText: name }).first().waitFor();
    await outcomes.filter({ hasText: own['report.outcome.muted'] }).filter({ hasText: 'До завтра 明天见' }).first().waitFor();
    await shoot(anna, `own-${language}`);
    if (options.width < 600) await accused.page.getByRole('link', { name: own['action.back'] }).click();
    await accused.page.getByRole('navigation').getByRole('link', { name: /Мода Ратор/ }).click();
    await accused.message(bad[2]).waitFor();
    await shoot(accused, `warned-${language}`);
  });
}

test('an open queue shows what is reported and what another moderator settles by itself, and keeps what one is at', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'ru');
  const anna = await Visitor.inRoom(club, 'anna', 'ru');
  await write(bo, 'Twice over');
  await anna.message('Twice over').waitFor();
  await report({ visitor: anna, own: catalog('en'), text: 'Twice over', name: '王博', why: 'insult' });
  const both = [];
  for (const login of ['moderator', 'admin']) {
    const visitor = await Visitor.inRoom(club, login, 'ru');
    await visitor.open('/#/reports');
    await queued(visitor, 'Twice over').waitFor();
    both.push(visitor);
  }
  const { page } = both[1];
  const note = queued(both[1], 'Twice over').getByRole('textbox');
  await note.fill('Ещё раз 再一次');
  const place = async () => (await note.boundingBox()).y;
  const before = await place();
  const [boLine, annaLine] = [await club.connect('bo'), await club.connect('anna')];
  for (const [room, text] of [['trade', 'And again'], ['energy', '还有一条']]) {
    const { seq } = await boLine.call('message.post', { room, client_id: clientId(), text });
    await annaLine.call('report.send', { client_id: clientId(), room, seq, reason: 'insult' });
    for (const visitor of both) await queued(visitor, text).waitFor();
  }
  assert.equal(await note.inputValue(), 'Ещё раз 再一次');
  assert.ok(Math.abs((await place()) - before) < 2, 'it stays where it was');
  assert.ok(await note.evaluate((input) => input === document.activeElement));
  await shoot(both[1], 'queue-goes-on');
  for (const line of [boLine, annaLine]) await line.close();
  await queued(both[0], 'Twice over').getByRole('button', { name: 'Dismiss' }).click();
  await queued(both[0], 'Twice over').waitFor({ state: 'detached' });
  await queued(both[1], 'Twice over').getByText('Somebody else has settled this report.').waitFor();
  assert.equal(await queued(both[1], 'Twice over').getByRole('button').count(), 0);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Twice over/);
  await both[1].button('Look for new ones').click();
  await queued(both[1], 'Twice over').waitFor({ state: 'detached' });
  for (const text of ['还有一条', 'And again']) {
    await queued(both[0], text).getByRole('button', { name: 'Dismiss' }).click();
    await queued(both[0], text).waitFor({ state: 'detached' });
  }
  assert.equal(await bo.page.getByRole('link', { name: /Ada Min/ }).count(), 0, 'nobody was warned');
});

test('a report is sent and settled by keyboard alone, also one from a direct talk', async () => {
  const [bo, anna] = [await Visitor.inRoom(club, 'bo', 'by'), await Visitor.inRoom(club, 'anna', 'by')];
  await write(bo, 'Write to me');
  await anna.act('Write to me', 'Write to 王博');
  await anna.page.getByRole('heading', { name: '王博' }).waitFor();
  await write(anna, 'Что вы хотели?');
  await bo.page.getByRole('navigation').getByRole('link', { name: /Анна Каренова/ }).click();
  await bo.message('Что вы хотели?').waitFor();
  await write(bo, 'Send the money here');
  await anna.message('Send the money here').waitFor();
  const focused = ({ page }) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
  const tabTo = async (visitor, label) => {
    for (let tabs = 0; tabs < 30 && (await focused(visitor)) !== label; tabs += 1) await visitor.page.keyboard.press('Tab');
    assert.equal(await focused(visitor), label);
  };
  await anna.log.focus();
  await anna.page.keyboard.press('ArrowUp');
  await tabTo(anna, 'Report 王博');
  await anna.page.keyboard.press('Enter');
  await anna.page.getByRole('dialog').waitFor();
  await anna.page.getByRole('radio', { name: 'Spam or advertising' }).focus();
  await anna.page.keyboard.press('ArrowDown');
  await anna.page.keyboard.press('Enter');
  await notice(anna, 'The moderators have your report').waitFor();
  const moderator = await Visitor.inRoom(club, 'moderator', 'by');
  await moderator.open('/#/reports');
  await queued(moderator, 'Send the money here').waitFor();
  assert.equal(await queued(moderator, 'Что вы хотели?').count(), 0, 'the rest of the talk is theirs');
  assert.equal(await moderator.button('Remove the message').count(), 0);
  await tabTo(moderator, 'Dismiss');
  await moderator.page.keyboard.press('Enter');
  await moderator.page.getByText('No report is waiting.').waitFor();
  await notice(anna, 'the moderators see no breach').waitFor();
});
