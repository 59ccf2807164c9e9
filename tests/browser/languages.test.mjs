// The page in its three languages, on a narrow phone.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, PASSWORD } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'emil', 'admin'], passwords: true });
after(everybodyLeaves);
afterEach(everybodyLeaves);

const languages = [
  { language: 'en', locale: 'en-GB', lang: 'en' },
  { language: 'ru', locale: 'ru-RU', lang: 'ru' },
  { language: 'zh', locale: 'zh-CN', lang: 'zh-Hans' },
];
const english = catalog('en');
const PHONE = { width: 360, height: 640 };

/** All words of the page: what is drawn, and what is only read out. */
function wordsOf(page) {
  return page.evaluate(() => {
    const words = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) words.push(node.nodeValue);
      else for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (node.hasAttribute(name)) words.push(node.getAttribute(name));
    }
    return words.map((text) => text.trim()).filter(Boolean);
  });
}

/** Nothing is left untranslated, and nothing sticks out to the right. */
async function checkWords({ page }, { language, lang }, place) {
  const own = catalog(language);
  const foreign = new Set(Object.keys(english).filter((key) => own[key] !== english[key]).map((key) => english[key]));
  const words = await wordsOf(page);
  for (const text of words) {
    assert.ok(!Object.keys(english).some((key) => text.includes(key)), `${place}: a key instead of words: ${text}`);
    assert.ok(language === 'en' || !foreign.has(text), `${place}: English words: ${text}`);
    assert.doesNotMatch(text, /undefined|NaN|\[object|\{\w+[,}]/, `${place}: unfinished words`);
  }
  assert.equal(await page.evaluate(() => document.documentElement.lang), lang, place);
  const { scroll, client, wide } = await page.evaluate(() => {
    const right = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll('button, input, select, textarea, h1, h2, p, a, label')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 1 && box.height > 1 && (box.right > right + 1 || box.left < -1);
    });
    return { scroll: document.documentElement.scrollWidth, client: right, wide: out.map((element) => element.outerHTML.slice(0, 120)) };
  });
  assert.ok(scroll <= client, `${place}: scrolls to the side, ${scroll} in ${client}`);
  assert.deepEqual(wide, [], `${place}: sticks out`);
}

const line = await club.connect('bo');
const long = 'https://example.com/' + 'договор-поставки'.repeat(12);
for (const text of ['Добрый день', `见 ${long}`, 'A'.repeat(300), '@anna 你好']) {
  await line.call('message.post', { room: 'kz.fintech', client_id: clientId('words'), text });
}
await line.call('message.post', { room: 'kz', client_id: clientId('words'), text: '@anna 你好' });
const emil = (await club.connect('emil')).me;
const overseer = await club.connect('admin');
const link = (await club.command(['invite', '--uses', '3'])).trim();

for (const one of languages) {
  const { locale } = one;
  const own = catalog(one.language);

  test(`before one is in the club: ${locale}`, async () => {
    const guest = await Visitor.arrive(club, { locale, ...PHONE });
    const { page } = guest;
    await guest.open();
    await page.getByRole('heading', { name: own['login.heading'] }).waitFor();
    await checkWords(guest, one, 'log in');
    guest.lineBreaks = true; // the browser notes that the login was refused
    await page.getByLabel(own['field.login']).fill('anna');
    await page.getByLabel(own['field.password'], { exact: true }).fill('not this');
    await page.getByRole('button', { name: own['login.submit'] }).click();
    await page.getByRole('alert').getByText(own['reason.bad_credentials']).waitFor();
    await checkWords(guest, one, 'a refused login');
    await overseer.call('member.ban', { member: emil, for: 86_400, reason: 'Реклама <b>чужих</b> услуг' });
    await page.getByLabel(own['field.login']).fill('emil');
    await page.getByLabel(own['field.password'], { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: own['login.submit'] }).click();
    const refusal = page.getByRole('alert').filter({ hasText: own['login.banned'] });
    await refusal.filter({ hasText: 'Реклама <b>чужих</b> услуг' }).waitFor();
    const until = new RegExp(own['notice.until'].replaceAll('.', '\\.').replace('{until}', '.*\\d\\d:\\d\\d.*'));
    await refusal.filter({ hasText: until }).waitFor();
    await checkWords(guest, one, 'a login of one who is banned');
    await overseer.call('member.ban', { member: emil, for: null });
    await page.getByRole('button', { name: own['login.submit'] }).click();
    await refusal.filter({ hasText: own['login.banned_open'] }).waitFor();
    await guest.open(link);
    await page.getByRole('heading', { name: own['join.heading'] }).waitFor();
    await page.getByRole('button', { name: own['join.submit'], exact: true }).waitFor();
    await checkWords(guest, one, 'an invitation');
    await guest.open('/#invite=' + 'A'.repeat(43));
    await page.getByRole('alert').getByText(own['reason.invite_void']).waitFor();
    await checkWords(guest, one, 'a void invitation');
  });

  test(`in the club: ${locale}`, async () => {
    const admin = await Visitor.arrive(club, { locale, ...PHONE });
    const { page } = admin;
    await admin.hasSession('admin');
    await admin.open();
    await page.getByRole('navigation', { name: own['rooms.label'] }).waitFor();
    await checkWords(admin, one, 'the rooms');
    await page.getByRole('searchbox').fill('fin');
    await page.getByRole('region', { name: own['rooms.found'] }).waitFor();
    await checkWords(admin, one, 'rooms found');
    await admin.open('/#/room/kz.fintech');
    await admin.message('@anna').waitFor();
    await checkWords(admin, one, 'a room');
    await admin.message('@anna').hover();
    await page.getByRole('button', { name: own['message.react'], exact: true }).click();
    await page.getByRole('group', { name: own['reactions.pick'] }).waitFor();
    await checkWords(admin, one, 'reactions');
    await page.getByRole('button', { name: '👍', exact: true }).click();
    await page.getByRole('button', { name: own['message.reply'] }).click();
    await checkWords(admin, one, 'an answer');
    await page.getByRole('button', { name: own['message.remove'] }).click();
    await page.getByRole('dialog').waitFor();
    await checkWords(admin, one, 'a question');
    await page.getByRole('dialog').getByRole('button', { name: own['action.cancel'] }).click();
    await page.getByRole('button', { name: own['people.label'] }).click();
    await page.getByText(own['people.you']).waitFor();
    await checkWords(admin, one, 'who is here');
    await admin.open(await page.locator('a.account-name').evaluate((link) => `/${link.hash}`));
    await page.getByRole('button', { name: own['card.change'] }).waitFor();
    await checkWords(admin, one, 'a card');
    await page.getByRole('button', { name: own['card.change'] }).click();
    await page.getByRole('button', { name: own['card.save'] }).waitFor();
    await checkWords(admin, one, 'a card that is being changed');
    await admin.open('/#/invites');
    await page.getByRole('button', { name: own['invites.make'] }).click();
    await page.getByRole('textbox', { name: own['invites.link'] }).waitFor();
    await checkWords(admin, one, 'invitations');
  });
}

test('the language can be changed at any time, and stays', async () => {
  const anna = await Visitor.arrive(club, { locale: 'uz-UZ', ...PHONE });
  const { page } = anna;
  await anna.hasSession('anna');
  await anna.open();
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Русский' });
  await page.getByRole('navigation', { name: 'Комнаты' }).waitFor();
  await page.getByRole('combobox', { name: 'Язык' }).selectOption({ label: '中文' });
  await until(async () => assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-Hans'));
  await page.reload();
  await page.getByRole('link', { name: '哈萨克斯坦', exact: true }).waitFor();
  await checkWords(anna, languages[2], 'after loading again');
});
