// Without a mouse, and with an input method.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile, PASSWORD } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'admin'], passwords: true });
after(everybodyLeaves);
afterEach(everybodyLeaves);

/** What has the focus: its role and its name, as a screen reader says them. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText ?? '';
    return `${element.getAttribute('role') ?? element.localName} ${label}`.replace(/\s+/g, ' ').trim();
  });

const MOST_PRESSES = 150; // the list of rooms alone is half of it

/** Presses a key until what is sought has the focus. */
async function goTo(page, wanted, key = 'Tab') {
  const passed = [];
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    const now = await focused(page);
    if (wanted.test(now)) return;
    passed.push(now);
    await page.keyboard.press(key);
  }
  assert.fail(`${wanted} cannot be reached; passed ${passed.join(', ')}`);
}

test('log in, choose a room, write, edit, answer and remove with the keyboard alone', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'kz.fintech');
  const anna = await Visitor.arrive(club);
  const { page } = anna;
  const { keyboard } = page;
  await anna.open();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await goTo(page, /^input Login/);
  await keyboard.type('anna');
  await goTo(page, /^input Password/);
  await keyboard.insertText(PASSWORD);
  await keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  await goTo(page, /^input Find/);
  await keyboard.type('kazakhstan fintech');
  await goTo(page, /^a Kazakhstan · Fintech/);
  await keyboard.press('Enter');
  await anna.log.waitFor();
  await goTo(page, /^textarea Message/);
  await keyboard.insertText('Пишу без мышы');
  await keyboard.press('Shift+Enter');
  await keyboard.insertText('в две строки');
  await keyboard.press('Enter');
  await bo.message('Пишу без мышы').waitFor();
  await anna.message('Пишу без мышы').waitFor(); // answered: what is on its way is not edited
  assert.equal(await anna.composer.inputValue(), '');

  await keyboard.press('ArrowUp');
  await page.getByText('Editing your message').waitFor();
  await until(async () => assert.equal(await anna.composer.inputValue(), 'Пишу без мышы\nв две строки'));
  await keyboard.press('Escape');
  await page.getByText('Editing your message').waitFor({ state: 'hidden' });
  await keyboard.press('ArrowUp');
  await until(async () => assert.equal(await anna.composer.inputValue(), 'Пишу без мышы\nв две строки'));
  await keyboard.press('Control+A');
  await keyboard.insertText('Пишу без мыши');
  await keyboard.press('Enter');
  await bo.message('Пишу без мыши').getByText('edited').waitFor();
  assert.match(await focused(page), /^textarea Message/);

  await bo.write('我也是');
  await anna.message('我也是').waitFor();
  await goTo(page, /^log /, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await until(async () => assert.match(await focused(page), /^article 王博/));
  await goTo(page, /^button Reply/);
  await keyboard.press('Enter');
  await until(async () => assert.match(await focused(page), /^textarea Message/));
  await keyboard.insertText('Рада слышать');
  await keyboard.press('Enter');
  await bo.message('Рада слышать').getByRole('button', { name: /我也是/ }).waitFor();

  await anna.message('Рада слышать').waitFor();
  await goTo(page, /^(log|article) /, 'Shift+Tab');
  for (let presses = 0; presses < 3; presses++) await keyboard.press('ArrowDown');
  if (!/^article Анна/.test(await focused(page))) await keyboard.press('ArrowUp');
  await until(async () => assert.match(await focused(page), /^article Анна/));
  await goTo(page, /^button Remove/);
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Remove your message?' }).waitFor();
  await goTo(page, /^button Remove/);
  await keyboard.press('Enter');
  await bo.message('This message was removed.').waitFor();
});

test('on a phone the focus goes on with the page, from the rooms into one and back', async () => {
  const anna = await Visitor.arrive(club, { width: 390, height: 844 });
  const { page } = anna;
  await anna.hasSession('anna');
  await anna.open('/#/');
  for (let times = 0; times < 4; times++) {
    await goTo(page, /^a China$/);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Back to the rooms' }).waitFor();
    await until(async () => assert.ok(await page.getByRole('main').evaluate((main) => main.contains(document.activeElement)), 'the focus is lost'));
    await goTo(page, /^a Back to the rooms/);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
    await until(async () => assert.ok(await page.locator('.side').evaluate((side) => side.contains(document.activeElement)), 'the focus is lost'));
  }
});

test('Enter that ends a word of an input method sends nothing', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'cn.trade');
  const { page } = bo;
  const input = await bo.context.newCDPSession(page);
  await bo.composer.focus();
  await page.evaluate(() => {
    window.composing = [];
    addEventListener('keydown', (event) => window.composing.push([event.key, event.isComposing]), { capture: true });
  });
  await input.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 });
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.evaluate(() => window.composing), [['Enter', true]], 'the browser was not composing');
  await input.send('Input.insertText', { text: '你好' });
  assert.equal(await bo.log.getByRole('article').count(), 0);
  assert.ok((await bo.composer.inputValue()).includes('你好'));
  await bo.composer.fill('你好');
  await bo.composer.press('Enter');
  await bo.message('你好').getByRole('img', { name: 'Sent' }).waitFor();
  assert.deepEqual(await bo.texts(), ['你好']);
});

test('what is typed at once when an edit begins stays', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'cn.energy');
  await bo.write('旧的');
  await bo.message('旧的').getByRole('img', { name: 'Sent' }).waitFor();
  const kept = await bo.page.evaluate(async () => {
    const area = document.querySelector('textarea');
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
    // Before the page is drawn again, as when it is busy.
    for (let turn = 0; turn < 100 && !document.querySelector('[data-testid="mode"]'); turn++) await undefined;
    area.value = '新的';
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    for (let frame = 0; frame < 3; frame++) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return area.value;
  });
  assert.equal(kept, '新的');
  await bo.composer.press('Enter');
  await bo.message('新的').getByText('edited').waitFor();
});

test('the first key of the tabulator offers to go past the list of rooms', async () => {
  const bo = await Visitor.arrive(club);
  const { page } = bo;
  await bo.hasSession('bo');
  await bo.open('/#/account');
  await page.getByRole('main').getByRole('textbox').first().waitFor(); // before it there is nothing to go to
  await page.keyboard.press('Tab');
  assert.match(await focused(page), /^button Skip the list of rooms/);
  await page.keyboard.press('Enter');
  assert.match(await focused(page), /^main/);
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null), await focused(page));
});

test('an emoji is searched, chosen and put where the caret stands with the keyboard alone', async () => {
  const bo = await Visitor.inRoom(club, 'bo', 'kz.robotics', { locale: 'ru-RU' });
  const { page } = bo;
  const { keyboard } = page;
  const area = page.getByRole('textbox', { name: 'Сообщение', exact: true });
  await area.fill('Договорились !');
  await keyboard.press('ArrowLeft');
  await goTo(page, /^button Выбрать эмодзи/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.locator('emoji-picker').getByRole('combobox').waitFor();
  await until(async () => assert.equal(await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.type), 'search'));
  await keyboard.insertText('рукопожатие');
  await page.locator('emoji-picker').getByRole('option').first().waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await until(async () => assert.match(await area.inputValue(), /^Договорились \p{Extended_Pictographic}!$/u));
  assert.match(await focused(page), /^textarea/);
  await goTo(page, /^button Выбрать эмодзи/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await until(async () => assert.match(await focused(page), /^button Выбрать эмодзи/));
});

test('a moderator sets up a room, lifts a ban, switches raid mode and lets people in with the keyboard alone', async () => {
  const line = await club.connect('admin');
  const anna = await club.connect('anna');
  await line.call('member.ban', { member: anna.me, room: 'uz', for: 3600, reason: 'Реклама 广告' });
  const admin = await Visitor.inRoom(club, 'admin', 'uz');
  const { page } = admin;
  const { keyboard } = page;
  const press = async (wanted, key) => {
    await goTo(page, wanted, key);
    await keyboard.press('Enter');
  };
  await press(/^a About the room/, 'Shift+Tab');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await goTo(page, /^textarea Topic/);
  await keyboard.insertText('Только о хлопке 棉花');
  await goTo(page, /^input Locked/);
  await keyboard.press('Space');
  await goTo(page, /^select Slow mode/);
  await keyboard.press('ArrowDown');
  await press(/^button Save/);
  await until(async () => {
    const { room } = await line.call('room.join', { room: 'uz', limit: 1 });
    assert.deepEqual([room.topic, room.locked, room.slow > 0], ['Только о хлопке 棉花', true, true]);
  });
  const lift = /^button Lift: let Анна Каренова enter again/;
  await page.getByRole('button', { name: 'Lift: let Анна Каренова enter again' }).waitFor();
  await press(lift);
  await until(async () => assert.deepEqual((await line.call('sanction.list', { member: anna.me })).sanctions, []));

  for (const how of ['on', 'off']) {
    await admin.open('/#/audit');
    await page.getByRole('button', { name: `Turn raid mode ${how}` }).waitFor();
    await press(new RegExp(`^button Turn raid mode ${how}`));
    await page.getByRole('dialog').waitFor();
    await press(new RegExp(`^button Turn raid mode ${how}`));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until(async () => assert.equal((await page.getByTestId('raid').innerText()) !== '', how === 'on'));
  }

  await admin.open('/#/invites');
  await page.getByRole('button', { name: 'Make an invite link' }).waitFor();
  await goTo(page, /^input How many people/);
  await keyboard.press('ArrowUp');
  await press(/^button Make an invite link/);
  await page.getByRole('textbox', { name: 'Invite link' }).waitFor();
  const { invites } = await line.call('invite.list');
  assert.deepEqual(invites.map(({ uses }) => uses), [2]);
  await press(/^button Revoke/);
  await until(async () => assert.deepEqual((await line.call('invite.list')).invites, []));
});
