// Notifications while a page of the club is open.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';

// The headless shell shows no notifications: this takes the whole browser.
process.env.CHROMIUM ||= '/usr/lib/chromium/chromium';
const { Visitor, catalog, everybodyLeaves, isListed, until } = await import('./support/browser.mjs');

const club = await clubForFile({ members: ['bo', 'emil', 'faiz', 'gul'] });
after(everybodyLeaves);
afterEach(everybodyLeaves);

const line = await club.connect('bo');
after(() => line.close());
const says = async (room, text) => (await line.call('message.post', { room, client_id: clientId('notified'), text })).seq;
const screenshot = async (visitor, name) => {
  if (process.env.SCREENSHOTS) await visitor.page.screenshot({ path: `${process.env.SCREENSHOTS}/notifications-${name}.png` });
};
const titleIs = (visitor, wanted) => until(async () => assert.match(await visitor.page.title(), wanted));

/** What the browser shows of the club. */
const shown = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ tag, title, body, data }) => ({ tag, title, body, data }));
  });
const shows = (visitor, wanted) => until(async () => assert.deepEqual(await shown(visitor.page), wanted));

for (const [locale, language, width, height] of [
  ['en-US', 'en', 1280, 800],
  ['ru-RU', 'ru', 390, 844],
  ['zh-CN', 'zh', 390, 844],
]) {
  test(`whoever allows it is notified of what comes elsewhere, until it is read, in ${language}, ${width} pixels wide`, async () => {
    const words = catalog(language);
    const [room, quiet] = { en: ['ru.fintech', 'ru.energy'], ru: ['by.fintech', 'by.energy'], zh: ['ir.fintech', 'ir.energy'] }[language];
    const login = { en: 'emil', ru: 'faiz', zh: 'gul' }[language];
    const guest = await Visitor.arrive(club, { locale, width, height });
    await guest.context.grantPermissions(['notifications'], { origin: club.origin });
    const [value] = await club.cookies(login); // of its own: it ends with the test
    await guest.context.addCookies([{ name: '__Host-club', value, url: club.origin, secure: true, httpOnly: true, sameSite: 'Strict' }]);
    for (const one of [room, quiet]) {
      await guest.open(`/#/room/${one}`);
      await guest.page.locator(`nav a[href="#/room/${one}"][aria-current]`).first().waitFor({ state: 'attached' });
      await guest.log.waitFor();
      await isListed(club, { cookie: value }, one);
    }
    await guest.open(`/#/about/${quiet}`);
    await guest.page.getByRole('combobox', { name: words['level.label'] }).selectOption('none');
    await guest.open('/#/account');
    const choice = guest.page.getByRole('checkbox', { name: words['bell.on'] });
    assert.equal(await choice.isChecked(), false);
    await says(room, 'ещё никому не звонит');
    await titleIs(guest, /^[(（]1[)）]/);
    await guest.page.evaluate(async () => {
      // It shows them, and tells of them.
      const { active } = await navigator.serviceWorker.ready;
      while (active.state !== 'activated') await new Promise((later) => setTimeout(later, 20));
    });
    // Not check(): the box shows what holds, and the browser answers when it likes.
    await choice.click();
    await guest.page.getByRole('checkbox', { name: words['bell.on'], checked: true }).waitFor();
    await screenshot(guest, `account-${language}-${width}`);
    await says(quiet, 'никому не звонит');
    const seq = await says(room, '您好，договор готов');
    const title = await guest.page.locator(`nav a[href="#/room/${room}"] .room-name`).first().textContent();
    const body = words['bell.body'].replace('{name}', '王博').replace('{text}', '您好，договор готов');
    await shows(guest, [{ tag: `club-${room}`, title, body, data: `#/room/${room}/${seq}` }]);
    // A press on it, as the browser tells it to the service worker.
    await guest.page.evaluate(() => navigator.serviceWorker.ready);
    const [worker] = guest.context.serviceWorkers();
    await worker.evaluate(async () => {
      const [notification] = await self.registration.getNotifications();
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    });
    await guest.message('договор готов').waitFor();
    await shows(guest, []);
    await titleIs(guest, /^[^(（]/);
    // In sight, in another tab: nothing. From elsewhere, with two tabs open: once.
    const first = guest.page;
    await guest.openPage();
    await guest.open('/#/account');
    await guest.page.getByRole('checkbox', { name: words['bell.on'], checked: true }).waitFor();
    await says(room, 'видно в первой вкладке');
    await first.getByText('видно в первой вкладке').first().waitFor();
    await first.goto(`${club.origin}/#/`);
    const next = await says(room, `@${login}, 明天见`);
    await until(async () => assert.deepEqual((await shown(first)).map(({ data }) => data), [`#/room/${room}/${next}`]));
    await guest.open('/#/');
    await guest.button(words['account.log_out']).click();
    await guest.page.getByRole('heading', { name: words['login.heading'] }).waitFor();
    await shows(guest, []);
    await until(async () => assert.equal(await guest.page.evaluate(() => localStorage.getItem('club.notifications')), null));
  });
}
