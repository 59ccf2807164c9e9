// Searching messages in the browser: by button and by keyboard, in three languages, on a phone and at a desk.
import { afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { english, russian } from '../wire/support/texts.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana'], settings: { CLUB_LIMITS: 'off' } });
afterEach(everybodyLeaves);

let talk;
before(async () => {
  const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
  const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });
  await post(bo, 'kz', 'Договор с ташкентским заводом: <b>хлопок</b> & ткани, поставки с марта');
  await post(anna, 'kz', '上合组织经济合作论坛将在阿斯塔纳举行，我们寻找物流合作伙伴');
  await post(bo, 'kz', 'Three contracts were signed with partners in Almaty');
  for (let index = 0; index < 150; index++) await post(index % 2 ? anna : bo, 'kz', (index % 3 ? russian : english)[index]);
  talk = (await anna.call('direct.open', { member: bo.me })).room.room;
  await post(anna, talk, 'Только для вас: цена договора на хлопок');
  await Promise.all([anna.close(), bo.close()]);
});

const places = [
  { language: 'ru', locale: 'ru-RU', width: 390, height: 844, ask: 'договоры заводов', word: 'Договор', seq: 1 },
  { language: 'zh', locale: 'zh-CN', width: 1280, height: 800, ask: '合作', word: '合作', seq: 2 },
  { language: 'en', locale: 'en-GB', width: 1280, height: 800, ask: 'contract partner', word: 'contracts', seq: 3 },
];

const shot = async (page, name) => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/search-${name}.png` });
};

/** How many were found, once nothing older is left to ask for: a search that takes long stops early. */
async function foundAll(page, own, hits) {
  const more = page.getByRole('button', { name: own['search.more'] });
  if (await more.isVisible()) {
    await more.click({ timeout: 1000 }).catch(() => {});
    assert.fail('it goes on');
  }
  return hits.count();
}

for (const { language, ask, word, seq, ...options } of places) {
  const own = catalog(language);
  test(`words are found, marked, and lead to their message: ${language}, ${options.width} wide`, async () => {
    const dana = await Visitor.inRoom(club, 'dana', 'kz', options);
    const { page } = dana;
    await page.getByRole('link', { name: own['search.heading'] }).last().click();
    const box = page.getByRole('searchbox', { name: own['search.text'] });
    await box.waitFor();
    await until(async () => assert.ok(await box.evaluate((input) => input === document.activeElement)));
    await page.getByText(own['search.how']).waitFor();
    await shot(page, `${language}-empty`);
    await box.fill(ask);
    const hits = page.getByRole('list', { name: own['search.found'] }).getByRole('listitem');
    await until(async () => assert.equal(await foundAll(page, own, hits), 1));
    assert.ok((await hits.locator('mark').allTextContents()).includes(word));
    await shot(page, `${language}-found`);
    await hits.getByRole('link').click();
    await dana.log.waitFor();
    await page.locator(`article[data-seq="${seq}"]`).waitFor();
    await until(async () => assert.equal(await page.evaluate(() => Number(document.activeElement?.dataset.seq)), seq));
    await shot(page, `${language}-opened`);
    await page.goBack();
    await until(async () => assert.equal(await hits.count(), 1));
    assert.equal(await box.inputValue(), ask);
  });
}

test('the slash opens the search of the room that is shown; where one writes it is a sign', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'kz');
  const { page } = bo;
  const composer = page.getByRole('textbox').first();
  await composer.focus();
  await page.keyboard.type('and/or');
  assert.equal(await composer.inputValue(), 'and/or');
  await bo.log.focus();
  await page.keyboard.press('/');
  const box = page.getByRole('searchbox', { name: 'Words of a message' });
  await box.waitFor();
  await until(async () => assert.ok(await box.evaluate((input) => input === document.activeElement)));
  await page.keyboard.type('договор');
  const hits = page.getByRole('list', { name: 'Messages found' }).getByRole('listitem');
  const words = catalog('en');
  await until(async () => assert.ok((await foundAll(page, words, hits)) > 0));
  const inRoom = await hits.count();
  await page.getByRole('checkbox').uncheck();
  await until(async () => assert.equal(await foundAll(page, words, hits), inRoom + 1));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await until(async () => assert.equal(await page.getByText('Только для вас: цена договора на хлопок').count(), 1));
});

test('what others wrote to each other is not found, markup stays text, and nothing found is said', async () => {
  const dana = await Visitor.inRoom(club, 'dana', 'kz');
  const { page } = dana;
  await dana.open('/#/search');
  const box = page.getByRole('searchbox', { name: 'Words of a message' });
  await box.fill('цена договора');
  await page.getByText('No message has all these words. Try fewer, or others.').waitFor();
  await box.fill('<b>хлопок</b>');
  await page.getByText('<b>хлопок</b> & ткани').waitFor();
  assert.equal(await page.locator('.hit-body b').count(), 0);
  await box.fill('?!');
  await page.getByText('Write a letter, a character or a digit.').waitFor();
  await shot(page, 'en-letters');
});

test('without a line the search waits, and goes on when it is back', async () => {
  const dana = await Visitor.inRoom(club, 'dana', 'kz', { lineBreaks: true });
  const { page } = dana;
  await dana.open('/#/search');
  const box = page.getByRole('searchbox', { name: 'Words of a message' });
  await box.waitFor();
  await club.kill();
  await box.fill('договор');
  await page.getByText('No connection. The search goes on when it is back.').waitFor();
  await club.restart();
  const hits = page.getByRole('list', { name: 'Messages found' }).getByRole('listitem');
  await until(async () => assert.ok((await hits.count()) > 0), 30_000);
});
