// Members' cards in the browser: a member changes the own one, another finds it and writes in one step.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['anna', 'bo'] });
afterEach(everybodyLeaves);

const places = [
  { language: 'ru', locale: 'ru-RU', width: 360, height: 640, offers: 'Склад и таможня в Алматы', name: 'Анна Ким', country: 'Казахстан' },
  { language: 'zh', locale: 'zh-CN', width: 1280, height: 800, offers: '跨境电商 <b>仓储</b>', name: '金安娜', country: '中国' },
  { language: 'en', locale: 'en-GB', width: 360, height: 640, offers: 'Warehouse "A" & customs', name: 'Anna Kim', country: 'Uzbekistan' },
];

for (const { language, offers, name, country, ...options } of places) {
  const own = catalog(language);
  test(`a member changes the own card, and another reads it and writes to them: ${language}, ${options.width} wide`, async () => {
    const anna = await Visitor.inRoom(club, 'anna', 'kz', options);
    const bo = await Visitor.inRoom(club, 'bo', 'kz', options);
    await anna.open(await anna.page.locator('a.account-name').evaluate((link) => `/${link.hash}`));
    await anna.page.getByRole('button', { name: own['card.change'] }).click();
    await anna.page.getByLabel(own['field.name']).fill(name);
    await anna.page.getByLabel(own['card.offers']).fill(offers);
    await anna.page.getByRole('combobox', { name: own['field.country'] }).selectOption({ label: country });
    await anna.page.getByRole('button', { name: own['card.save'] }).click();
    await anna.page.getByRole('definition').filter({ hasText: offers }).waitFor();
    assert.equal(await anna.page.locator('a.account-name').textContent(), name);

    await anna.open('/#/room/kz');
    await anna.log.waitFor();
    await bo.page.getByRole('button', { name: own['people.label'] }).click();
    await until(async () => assert.equal(await bo.page.getByRole('link', { name, exact: true }).count(), 1));
    await bo.page.getByRole('link', { name, exact: true }).click();
    await bo.page.getByRole('definition').filter({ hasText: offers }).waitFor();
    await bo.page.getByRole('definition').filter({ hasText: country }).waitFor();
    await bo.page.getByRole('button', { name: own['people.write'].replace('{name}', name) }).click();
    await bo.log.waitFor();
    await bo.page.getByRole('heading', { name, exact: true }).waitFor();
  });
}

test('a member who is renamed is so for whoever reads beside them, before and after the next word', async () => {
  const anna = await Visitor.inRoom(club, 'anna', 'uz');
  const bo = await club.connect('bo');
  const post = (text) => bo.call('message.post', { room: 'uz', client_id: clientId(), text });
  await bo.call('room.join', { room: 'uz' });
  await bo.call('member.update', { name: 'Bo Wang' });
  await post('До');
  await anna.message('До').waitFor();
  await anna.button('Who is here').click();
  const people = anna.page.getByRole('complementary', { name: 'Who is here' });
  await people.getByRole('link', { name: 'Bo Wang' }).waitFor();
  await bo.call('member.update', { name: '王大博' });
  await post('После');
  await people.getByRole('link', { name: '王大博' }).waitFor();
  // Soon after each other, and still under a name of its own.
  await anna.message('После').getByRole('link', { name: '王大博' }).waitFor();
  await anna.message('До').getByRole('link', { name: 'Bo Wang' }).waitFor();
  await bo.close();
});

test('a card is changed by keyboard alone, and cancelled without a change', async () => {
  const bo = await Visitor.arrive(club);
  const { page } = bo;
  await bo.hasSession('bo');
  await bo.open();
  await page.locator('a.account-name').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Change my card' }).focus();
  await page.keyboard.press('Enter');
  const focused = () => page.evaluate(() => document.activeElement.name || document.activeElement.textContent);
  await until(async () => assert.equal(await focused(), 'name'));
  await page.getByLabel('Seeks').fill('not to be kept');
  await page.getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await until(async () => assert.equal(await focused(), 'Change my card'));
  assert.equal(await page.getByText('not to be kept').count(), 0);
});
