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

  // Then the branch that they came by.
  await admin.open(`/#/member/${moderator.me}`);
  await admin.page.getByRole('button', { name: own['freeze.on'] }).click();
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
});
