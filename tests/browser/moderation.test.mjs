// A moderator keeps a room usable in the browser; whoever is concerned sees what was done, why and until when.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['moderator', 'anna', 'bo', 'dana', 'emil', 'admin'] });
afterEach(everybodyLeaves);

/** What a text is like, whatever is put into it. */
const like = (text) => new RegExp(text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.*'));
const named = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');

/** In whatever language the page is. */
async function write({ page }, text) {
  const composer = page.locator('.composer textarea');
  await composer.fill(text);
  await composer.press('Enter');
}

async function openModerate({ visitor, own, text, name }) {
  await visitor.act(text, named(own['moderate.label'], { name }));
  const dialog = visitor.page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}

/** `what`: mute, ban or purge. */
async function moderate({ visitor, own, text, name, what, reason }) {
  const dialog = await openModerate({ visitor, own, text, name });
  await dialog.getByRole('radio', { name: own[`moderate.${what}`] }).check();
  if (reason) await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', { name: own['moderate.do'] }).click();
  await dialog.waitFor({ state: 'detached' });
}

const picture = process.env.PICTURES;
const shoot = async ({ page }, what) => picture && (await page.screenshot({ path: `${picture}/${what}.png`, fullPage: true }));

const notice = (visitor, text) => visitor.page.getByRole('alert').filter({ hasText: text }).first();
const note = (visitor, text) => visitor.log.locator('[data-note]').filter({ hasText: text }).last();

const places = [
  { language: 'ru', locale: 'ru-RU', width: 390, height: 844, room: 'kz', login: 'dana', name: 'Dana Akhmetova', reason: 'Реклама <b>чужих</b> услуг' },
  { language: 'zh', locale: 'zh-CN', width: 1280, height: 800, room: 'cn', login: 'bo', name: '王博', reason: '广告' },
  { language: 'en', locale: 'en-GB', width: 390, height: 844, room: 'uz', login: 'emil', name: 'Emil Rahimov', reason: 'Advertising' },
];

for (const { language, room, login, name, reason, ...options } of places) {
  const own = catalog(language);
  const where = `${language}, ${options.width} wide`;

  test(`one who is muted hears why and until when, the room sees it, and the moderator takes it back: ${where}`, async () => {
    const other = await Visitor.inRoom(club, login, room, options);
    const moderator = await Visitor.inRoom(club, 'moderator', room, options);
    await write(other, 'Купите слона 买大象');
    await moderate({ visitor: moderator, own, text: 'Купите слона', name, what: 'mute', reason });
    await note(moderator, reason).waitFor();
    await note(other, reason).waitFor();
    const limits = other.page.getByTestId('limits');
    await limits.filter({ hasText: reason }).waitFor();
    await limits.filter({ hasText: like(own['composer.muted']) }).waitFor();
    await notice(other, like(own['notice.acted.mute'])).waitFor();
    await write(other, 'Можно?');
    await other.post('Можно?').filter({ hasText: own['reason.muted'] }).waitFor();

    await moderator.page.getByRole('button', { name: own['notice.undo'] }).click();
    await note(other, like(own['note.unmute'])).waitFor();
    await until(async () => assert.equal(await limits.count(), 0));
    await other.button(own['post.retry']).click();
    await moderator.message('Можно?').waitFor();
  });

  test(`a room is locked, made slow, named and pinned in, and everybody in it sees that: ${where}`, async () => {
    const other = await Visitor.inRoom(club, login, room, options);
    const moderator = await Visitor.inRoom(club, 'moderator', room, options);
    await write(other, `Важное объявление ${language} 重要通知`);
    await moderator.act(`Важное объявление ${language}`, own['moderate.pin']);
    const pins = other.page.getByTestId('pins');
    await pins.filter({ hasText: `Важное объявление ${language}` }).waitFor();
    await pins.getByRole('button').click();

    await moderator.page.getByRole('link', { name: own['about.label'] }).click();
    await moderator.page.getByLabel(own['about.title'], { exact: false }).first().fill(`Зал «${room}» 大厅`);
    await moderator.page.getByRole('textbox', { name: own['about.topic'] }).fill('Только о деле <i>поставок</i>');
    await moderator.page.getByRole('checkbox', { name: own['about.locked'] }).check();
    await moderator.page.getByRole('combobox', { name: own['about.slow'] }).selectOption('30');
    await moderator.button(own['about.save']).click();
    await note(other, 'Только о деле <i>поставок</i>').waitFor();
    await other.page.getByRole('heading', { name: `Зал «${room}» 大厅` }).waitFor();
    await other.page.getByTestId('limits').filter({ hasText: own['composer.locked'] }).waitFor();
    await write(other, 'А мне?');
    await other.post('А мне?').filter({ hasText: own['reason.locked'] }).waitFor();
    await other.button(own['post.discard']).click();

    await notice(moderator, own['notice.done.update']).waitFor(); // its own act may be told to others first
    await moderator.page.getByRole('button', { name: own['notice.undo'] }).last().click();
    await until(async () => assert.equal(await other.page.getByTestId('limits').count(), 0));
    await moderator.page.getByText(own['audit.action.update']).first().waitFor();
    await moderator.page.getByRole('button', { name: own['moderate.unpin'] }).click();
    await until(async () => assert.equal(await other.page.getByTestId('pins').count(), 0));
  });

  test(`one who is banned from a room leaves it, and what they wrote lately goes at once: ${where}`, async () => {
    const other = await Visitor.inRoom(club, login, room, options);
    const moderator = await Visitor.inRoom(club, 'moderator', room, options);
    for (const text of ['раз', '二', 'three']) await write(other, `спам ${language} ${text}`);
    await moderator.message(`спам ${language} three`).waitFor();
    await moderate({ visitor: moderator, own, text: `спам ${language} three`, name, what: 'purge' });
    await until(async () => assert.equal(await other.message(`спам ${language}`).count(), 0));
    await write(other, 'ещё раз 再来');
    await moderate({ visitor: moderator, own, text: 'ещё раз', name, what: 'ban', reason });
    await other.page.getByText(own['reason.room.banned']).waitFor();
    await notice(other, reason).waitFor();
    await moderator.page.getByRole('button', { name: own['notice.undo'] }).last().click();
    await note(moderator, like(own['note.unban'])).waitFor();
    await other.button(own['action.again']).click();
    await other.log.waitFor();
  });

  test(`a room's page appoints, lets in and lifts what is in force, each with a way back, and the card and the club's page show it: ${where}`, async () => {
    const [admin, other] = [await club.connect('admin'), await club.connect(login)];
    const { room: { room: made } } = await admin.call('room.create', { client_id: clientId(), title: `Закрытая ${language} 私密`, private: true });
    await admin.call('room.invite', { room: made, member: other.me, on: true });
    await admin.call('member.mute', { room: made, member: other.me, for: 3600, reason });
    const visitor = await Visitor.inRoom(club, 'admin', room, options);
    const { page } = visitor;
    const [staff, admitted, inForce] = ['staff', 'admitted', 'sanctions'].map((id) => page.getByTestId(id));
    const undo = () => page.getByRole('button', { name: own['notice.undo'] }).last().click();
    await visitor.open(`/#/about/${made}`);
    await staff.getByRole('searchbox').fill(name);
    await staff.getByRole('button', { name: named(own['staff.appoint_one'], { name }) }).click();
    await staff.getByRole('button', { name: named(own['staff.dismiss_one'], { name }) }).waitFor();
    await undo();
    await staff.getByRole('button', { name: named(own['staff.dismiss_one'], { name }) }).waitFor({ state: 'detached' });

    await admitted.getByRole('searchbox').fill('Анна');
    await admitted.getByRole('button', { name: named(own['admitted.admit_one'], { name: 'Анна Каренова' }) }).click();
    await admitted.getByRole('button', { name: named(own['admitted.exclude_one'], { name: 'Анна Каренова' }) }).click();
    await admitted.getByRole('link', { name: 'Анна Каренова' }).waitFor({ state: 'detached' });

    const mute = inForce.locator('[data-sanction="mute"]').filter({ hasText: reason });
    const lift = mute.getByRole('button', { name: named(own['sanctions.lift_mute'], { name }) });
    await mute.waitFor();
    await shoot(visitor, `room-staff-${language}`);
    await lift.click();
    await mute.waitFor({ state: 'detached' });
    await undo();
    await mute.waitFor();
    await visitor.open('/#/sanctions');
    await mute.waitFor();
    await shoot(visitor, `sanctions-${language}`);
    await visitor.open(`/#/member/${other.me}`);
    await lift.click();
    await mute.waitFor({ state: 'detached' });
    assert.deepEqual((await other.call('sanction.list', { member: other.me })).sanctions, []);
    for (const line of [admin, other]) await line.close();
  });
}

test('a moderator makes a room, and finds every act in the log of what was done', async () => {
  const moderator = await Visitor.inRoom(club, 'moderator', 'kz');
  await moderator.page.getByRole('link', { name: 'New room' }).click();
  await moderator.page.getByRole('textbox', { name: 'Title' }).fill('Совет по логистике 物流');
  await moderator.page.getByRole('textbox', { name: /Topic/ }).fill('Who ships what');
  await moderator.page.getByRole('checkbox').check();
  await moderator.button('Make the room').click();
  await moderator.page.getByRole('heading', { name: 'Совет по логистике 物流' }).waitFor();
  await write(moderator, 'Первое сообщение');
  await moderator.message('Первое сообщение').waitFor();
  await moderator.open('/#/audit');
  const first = moderator.page.locator('[data-action]').first();
  await first.filter({ hasText: 'made a room' }).waitFor();
  await moderator.page.locator('[data-action="ban"]').first().waitFor();
  await moderator.page.locator('[data-action="update"]').filter({ hasText: 'Зал «uz» 大厅' }).filter({ hasText: 'Только о деле <i>поставок</i>' }).first().waitFor();
  await moderator.page.locator('[data-action="purge"]').filter({ hasText: /[3-9] messages · sent within 1 hour/ }).first().waitFor();
  await shoot(moderator, 'audit-details');
  await moderator.page.locator('[data-action="pin"]').first().getByRole('link', { name: 'the message' }).click();
  await moderator.log.waitFor();
  await moderator.open('/#/audit');
  await moderator.page.getByRole('combobox', { name: 'Room' }).selectOption({ label: 'Совет по логистике 物流' });
  await until(async () => assert.equal(await moderator.page.locator('[data-action]').count(), 1));

  await moderator.open('/#/invites');
  await moderator.page.getByRole('combobox', { name: 'Opens a room' }).selectOption({ label: 'Совет по логистике 物流' });
  await moderator.button('Make an invite link').click();
  const link = moderator.page.getByRole('textbox', { name: 'Invite link' });
  await link.waitFor();
  const guest = await Visitor.arrive(club, { width: 390, height: 844 });
  await guest.open(await link.inputValue());
  await guest.page.getByText('It also lets you into a room that the moderators made.').waitFor();
  await shoot(guest, 'join-made');
});

test('on a card an admin appoints a moderator, with a way back, and an administrator only once told that there is none', async () => {
  const emil = await club.connect('emil');
  const admin = await Visitor.inRoom(club, 'admin', 'kz');
  const { page } = admin;
  await admin.open(`/#/member/${emil.me}`);
  const role = page.getByRole('combobox', { name: 'Role' });
  const is = (wanted) => until(async () => assert.equal(await role.inputValue(), wanted));
  await role.selectOption('moderator');
  await notice(admin, 'Emil Rahimov was appointed.').waitFor();
  await is('moderator');
  await page.getByRole('button', { name: 'Undo' }).click();
  await notice(admin, 'Emil Rahimov was dismissed.').waitFor();
  await is('member');
  const dialog = page.getByRole('dialog', { name: /Make Emil Rahimov an administrator\? This cannot be undone/ });
  await role.selectOption('admin');
  await dialog.waitFor();
  await shoot(admin, 'ask-admin');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await is('member');
  assert.equal((await emil.call('member.get', { member: emil.me })).member.role, 'member');
  await role.selectOption('admin');
  await dialog.getByRole('button', { name: 'Make administrator' }).click();
  await emil.notification('acted', (act) => act.role === 'admin');
  await until(async () => assert.equal(await role.count(), 0));
  const last = notice(admin, 'Emil Rahimov was appointed.');
  await last.waitFor();
  assert.equal(await page.locator('.notice').last().getByRole('button', { name: 'Undo' }).count(), 0);
  await emil.call('member.appoint', { member: emil.me, role: 'member' });
  await emil.close();
});

test('a member is moderated by keyboard alone', async () => {
  const other = await Visitor.inRoom(club, 'anna', 'ru');
  const moderator = await Visitor.inRoom(club, 'moderator', 'ru');
  const { page } = moderator;
  await write(other, 'Keyboard please');
  await moderator.message('Keyboard please').waitFor();
  await moderator.log.focus();
  await page.keyboard.press('ArrowUp');
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
  for (let tabs = 0; tabs < 10 && (await focused()) !== 'Moderate Анна Каренова'; tabs += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByRole('radio', { name: /^Mute/ }).focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getByRole('radio', { name: /^Ban/ }).isChecked(), true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await other.page.getByText('You are banned').count(), 0);
});
