// A raid of fifty accounts that came by one stolen invite, dealt with on a phone.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, sessionCookie } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const RAIDERS = 50;
const ROOMS = ['kz', 'fintech'];
const WORD = 'слон-на-продажу 7';
const club = await clubForFile({ members: ['admin', 'moderator', 'anna'] });
afterEach(everybodyLeaves);

const post = (line, room, text) => line.ask('message.post', { room, client_id: clientId('raid'), text });

/** They come as real members do, through the one link. */
async function bringIn() {
  const moderator = await club.connect('moderator');
  const { url } = await moderator.call('invite.create', { client_id: clientId('raid'), uses: RAIDERS });
  const invite = new URL(url).hash.slice('#invite='.length);
  const raiders = [];
  for (let index = 0; index < RAIDERS; index += 1) {
    const body = { invite, login: `raider${index}`, password: WORD, name: `Продавец слонов ${index}` };
    const answer = await club.http('POST', '/api/members', { body });
    assert.equal(answer.status, 201, answer.text);
    raiders.push(await club.connect({ cookie: sessionCookie(answer) }));
  }
  return { moderator, raiders };
}

test('a moderator on a phone slows the club, shuts out the branch that fifty accounts came by, and removes what they wrote', async () => {
  const own = catalog('ru');
  const options = { locale: 'ru-RU', width: 390, height: 844 };
  const { moderator, raiders } = await bringIn();
  const admin = await Visitor.inRoom(club, 'admin', 'kz', options);
  const anna = await club.connect('anna');
  const kept = [];
  for (const [index, room] of ROOMS.entries()) {
    const { result } = await post(anna, room, `Дело как дело ${index} 正常业务`);
    kept.push({ room, seq: result.seq });
  }
  await Promise.all(raiders.map((line, index) => post(line, ROOMS[index % 2], `КУПИТЕ СЛОНА №${index} 买大象`)));
  await admin.message('КУПИТЕ СЛОНА').first().waitFor();

  // Slow first, so that there is time to look.
  await admin.open('/#/audit');
  await admin.page.getByRole('button', { name: own['raid.on'] }).click();
  await admin.page.getByRole('dialog').getByRole('button', { name: own['raid.on'] }).click();
  await admin.page.getByTestId('raid').filter({ hasText: own['raid.line'] }).waitFor();
  await until(async () => assert.equal((await post(raiders[0], 'kz', 'ЕЩЁ СЛОН')).error?.data.reason, 'slow_mode'));

  // Who has another invite is told so before anything is asked, and that the invite stays good.
  const late = await Visitor.arrive(club, { locale: 'zh-CN', width: 390, height: 844 });
  const zh = catalog('zh');
  await late.open((await club.command(['invite'])).trim());
  await late.page.getByText(zh['join.closed']).waitFor();
  assert.equal(await late.page.getByRole('textbox').count(), 0);

  // Then the branch that they came by.
  await admin.open(`/#/member/${moderator.me}`);
  await admin.page.getByRole('link', { name: own['tree.heading'] }).click();
  await admin.page.locator('[data-member]').filter({ hasText: 'Продавец слонов 0' }).waitFor();
  await admin.page.getByRole('button', { name: own['freeze.on'] }).click();
  await admin.page.getByRole('dialog').filter({ hasText: String(RAIDERS + 1) }).waitFor();
  await admin.page.getByRole('dialog').getByRole('textbox').fill('Украденное приглашение');
  await admin.page.getByRole('dialog').getByRole('button', { name: own['freeze.on'] }).click();
  await admin.page.getByRole('alert').filter({ hasText: String(RAIDERS + 1) }).waitFor();
  for (const line of [moderator, ...raiders]) assert.equal((await line.closed).code, 4003);
  const login = await club.http('POST', '/api/session', { body: { login: 'raider7', password: WORD } });
  assert.equal(login.status, 403);
  assert.deepEqual(login.json.error.ban, { reason: 'Украденное приглашение' });

  // What they left behind goes, and nothing else.
  const left = await anna.call('room.join', { room: 'kz', limit: 100 });
  const last = left.entries.findLast(({ type, text }) => type === 'message' && text?.startsWith('КУПИТЕ'));
  assert.ok(last);
  await admin.open('/#/room/kz');
  await admin.log.waitFor();
  await admin.act(last.text, own['moderate.label'].replace('{name}', last.from.name));
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByRole('radio', { name: own['moderate.purge'] }).check();
  await dialog.getByRole('button', { name: own['moderate.do'] }).click();
  await until(async () => assert.equal(await admin.message(last.text).count(), 0));
  const whole = await admin.wholeLog();
  assert.ok(whole.some(({ text }) => text.startsWith('Дело как дело 0')));

  await admin.open('/#/audit');
  await admin.page.locator('[data-action="freeze"]').filter({ hasText: 'Украденное приглашение' }).waitFor();
  await admin.page.getByRole('button', { name: own['raid.off'] }).click();
  await admin.page.getByRole('dialog').getByRole('button', { name: own['raid.off'] }).click();
  await until(async () => assert.equal(await admin.page.getByTestId('raid').innerText(), ''));
  assert.ok((await post(anna, 'kz', 'Спасибо! 谢谢')).result);
  assert.ok((await post(anna, 'kz', 'Всё по-прежнему')).result);
  await late.page.getByRole('button', { name: zh['action.again'] }).click();
  await late.page.getByRole('textbox', { name: zh['field.name'] }).waitFor();
});

test('by keyboard a moderator looks at who came by whom, shuts out all who came by one invite, and lets them in again', async () => {
  const own = catalog('zh');
  const chief = await club.connect('admin');
  const come = async (host, login, name) => {
    const { invite, url } = await host.call('invite.create', { client_id: clientId('tree'), uses: 2 });
    const body = { invite: new URL(url).hash.slice('#invite='.length), login, password: WORD, name };
    const answer = await club.http('POST', '/api/members', { body });
    return { invite, line: await club.connect({ cookie: sessionCookie(answer) }) };
  };
  const first = await come(chief, 'rauan', 'Рауан Сейітов');
  await chief.call('member.appoint', { member: first.line.me, role: 'moderator' });
  const second = await come(first.line, 'linmei', '林 梅');
  await chief.call('member.appoint', { member: first.line.me, role: 'member' });
  const admin = await Visitor.inRoom(club, 'admin', 'kz', { locale: 'zh-CN' });
  const { page } = admin;

  await admin.open(`/#/member/${second.line.me}`);
  await page.getByRole('definition').getByRole('link', { name: 'Рауан Сейітов' }).waitFor();
  await admin.open('/#/tree');
  const chiefs = page.locator(`[data-member="${chief.me}"]`);
  const open = async (name) => {
    const toggle = page.getByRole('button', { name: own['tree.invited_by'].replace('{name}', name) });
    await toggle.focus();
    await page.keyboard.press('Enter');
  };
  await open('Ada Min');
  await chiefs.getByRole('link', { name: 'Рауан Сейітов', exact: true }).waitFor();
  await open('Рауан Сейітов');
  await chiefs.getByRole('link', { name: '林 梅', exact: true }).waitFor();

  await chiefs.getByRole('link', { name: own['tree.invite'].replace('{invite}', first.invite) }).press('Enter');
  await page.getByRole('button', { name: own['freeze.on'] }).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.filter({ hasText: first.invite }).filter({ hasText: '共 2 个账号' }).waitFor();
  await dialog.getByRole('textbox').fill('群发广告');
  await page.keyboard.press('Enter');
  for (const { line } of [first, second]) assert.equal((await line.closed).code, 4003);
  await page.locator('.mark').filter({ hasText: own['tree.frozen'] }).waitFor();
  const login = await Visitor.arrive(club, { locale: 'zh-CN', lineBreaks: true }); // being refused is on the console
  await login.open('/');
  await login.page.getByLabel(own['field.login'], { exact: true }).fill('linmei');
  await login.page.getByLabel(own['field.password'], { exact: true }).fill(WORD);
  await login.page.keyboard.press('Enter');
  await until(async () => assert.match(await login.page.getByRole('alert').first().innerText(), /。[^ ]*群发广告/u));
  await page.locator('.invite-head').getByRole('link', { name: own['invites.by'].replace('{name}', 'Ada Min') }).waitFor();
  await page.getByRole('button', { name: own['freeze.off'] }).press('Enter');
  await dialog.getByRole('button', { name: own['freeze.off'] }).press('Enter');
  await until(async () => assert.equal(await page.locator('.mark').count(), 0));
  assert.equal((await club.http('POST', '/api/session', { body: { login: 'linmei', password: WORD } })).status, 200);
  await admin.open('/#/audit');
  const frozen = page.locator('[data-action="freeze"]').filter({ hasText: '群发广告' });
  await frozen.getByRole('link', { name: own['tree.invite'].replace('{invite}', first.invite) }).click();
  await page.locator('.invite-head').waitFor();
  await chief.close();
});
