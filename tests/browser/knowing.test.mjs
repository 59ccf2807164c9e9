// What is new, and what of it the reader wants to be told of.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, isListed, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['bo', 'dana', 'anna', 'emil', 'gul', 'faiz'] });
after(everybodyLeaves);
afterEach(everybodyLeaves);

const line = await club.connect('bo');
after(() => line.close());
const says = async (room, text) => (await line.call('message.post', { room, client_id: clientId('knowing'), text })).seq;
const screenshot = async (visitor, name) => {
  if (process.env.SCREENSHOTS) await visitor.page.screenshot({ path: `${process.env.SCREENSHOTS}/knowing-${name}.png` });
};

const titleIs = (visitor, wanted) => until(async () => assert.match(await visitor.page.title(), wanted));
const inList = (visitor, words) => visitor.page.getByRole('navigation').getByRole('link', { name: words });

for (const [locale, language, width, height] of [
  ['en-US', 'en', 1280, 800],
  ['ru-RU', 'ru', 390, 844],
  ['zh-CN', 'zh', 390, 844],
]) {
  test(`a room tells of all, of mentions, or of nothing, as its reader chooses, in ${language}, ${width} pixels wide`, async () => {
    const words = catalog(language);
    const room = { en: 'kz.fintech', ru: 'uz.fintech', zh: 'cn.fintech' }[language];
    const login = { en: 'anna', ru: 'emil', zh: 'gul' }[language];
    const guest = await Visitor.inRoom(club, login, room, { locale, width, height });
    await isListed(club, login, room);
    const phone = width < 768;
    const choice = guest.page.getByRole('combobox', { name: words['level.label'] });
    const choose = async (level, path = `/#/about/${room}`) => {
      await guest.open(path);
      await choice.selectOption({ label: words[`level.${level}`] });
      await until(async () => assert.equal(await choice.inputValue(), level));
      if (level === 'mentions') await screenshot(guest, `level-${language}-${width}`);
      await guest.open('/#/');
      await choice.waitFor({ state: 'detached' });
    };
    if (phone) assert.equal(await choice.isVisible(), false);
    await choose('mentions', phone ? undefined : `/#/room/${room}`);
    await says(room, 'Завтра встреча в 10');
    await inList(guest, new RegExp(words['rooms.unread'].startsWith('{count}') ? '1 条未读消息' : '1 (unread|непрочитанное)')).waitFor();
    await titleIs(guest, /^[^(（]/);
    await says(room, `@${login}, 请看合同`);
    await titleIs(guest, /^[(（]@ 1[)）]/);
    await choose('none');
    await titleIs(guest, /^[^(（]/);
    await inList(guest, new RegExp(words['rooms.quiet'])).waitFor();
    await screenshot(guest, `list-${language}-${width}`);
    await choose('all');
    await titleIs(guest, /^[(（]@ 2[)）]/);
    await guest.open(`/#/room/${room}`);
    await titleIs(guest, /^[^(（]/);
    assert.equal(await inList(guest, new RegExp(words['rooms.quiet'])).count(), 0);
  });
}

test('a direct talk has its choice in its header, on a phone too', async () => {
  const bo = line.welcome.member.id;
  const dana = await Visitor.arrive(club, { width: 390, height: 844 });
  await dana.hasSession('dana');
  const other = await club.connect('dana');
  const { room } = (await other.call('direct.open', { member: bo })).room;
  await other.close();
  await dana.open(`/#/room/${room}`);
  const choice = dana.page.getByRole('combobox', { name: 'Notifications' });
  await choice.selectOption({ label: 'Nothing' });
  await until(async () => assert.equal(await choice.inputValue(), 'none'));
  await screenshot(dana, 'direct-390');
});

test('in a room that is open the list, the title and the button at its end count what is below', async () => {
  const room = 'kz.logistics';
  for (let count = 1; count <= 40; count++) await says(room, `Груз №${count} в пути`);
  const faiz = await Visitor.inRoom(club, 'faiz', room);
  await faiz.message('Груз №40').waitFor();
  await until(async () => {
    await faiz.log.hover();
    await faiz.page.mouse.wheel(0, -2000);
    await faiz.page.locator('.to-end').waitFor({ timeout: 1000 });
  });
  await says(room, 'Груз №41 на границе');
  await says(room, 'Груз №42 на границе');
  await titleIs(faiz, /^\(2\)/);
  await inList(faiz, /Kazakhstan · Logistics.*2 unread messages$/).waitFor();
  await faiz.button('2 new messages').click();
  await titleIs(faiz, /^[^(]/);
  await inList(faiz, /Kazakhstan · Logistics$/).waitFor();
});
