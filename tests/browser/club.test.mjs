// The whole way of two members: invited, joined, talking, gone.
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves, step, until } from './support/browser.mjs';

const PASSWORD = 'Чайхана у моста 7';
const club = await Club.start({ members: [] });
after(async () => {
  await club.finish();
});
const admin = await Visitor.arrive(club);
const bo = await Visitor.arrive(club);
after(everybodyLeaves);

let invited;

step('the first admin joins by the link that the server printed', async () => {
  const link = await until(() => {
    const found = /https:\/\/\S+#invite=\S+/.exec(club.output);
    assert.ok(found, 'no link was printed');
    return found[0];
  });
  assert.ok(link.startsWith(club.origin), link);
  await admin.join({ link, login: 'ada', password: PASSWORD, name: 'Ада Минина', company: 'Клуб', country: 'Kyrgyzstan' });
});

step('an admin makes an invite link in the page', async () => {
  await admin.page.getByRole('link', { name: 'Invitations' }).click();
  await admin.page.getByText('No invitation is open.').waitFor();
  invited = await admin.invite();
  await admin.page.getByText('used 0 of 1').waitFor();
});

step('the link is shown as a QR code, which can be saved', async () => {
  await admin.button('QR code').press('Enter');
  await admin.page.getByRole('img', { name: 'QR code of the invite link' }).waitFor();
  const saved = admin.page.waitForEvent('download');
  await admin.page.getByRole('link', { name: 'Save as a picture to print' }).click();
  assert.equal((await saved).suggestedFilename(), 'invite.svg');
  await admin.button('QR code').press('Enter');
  await admin.page.getByRole('img', { name: 'QR code of the invite link' }).waitFor({ state: 'detached' });
});

step('somebody of another country joins by it, and nobody else can', async () => {
  await bo.join({ link: invited, login: 'bo', password: PASSWORD, name: '王博', company: '丝路科技', country: 'China' });
  const late = await Visitor.arrive(club);
  late.lineBreaks = true; // the browser notes that the invitation was refused
  await late.open(invited);
  await late.page.getByRole('alert').filter({ hasText: 'does not hold any more' }).waitFor();
  await late.leave();
});

step('both find the room of a country and a sector, and see each other there', async () => {
  await admin.page.getByRole('searchbox', { name: 'Find a country or sector' }).fill('kazakhstan fintech');
  await admin.page.getByRole('link', { name: 'Kazakhstan · Fintech' }).click();
  await admin.page.getByRole('heading', { name: 'Kazakhstan · Fintech' }).waitFor();
  await admin.page.getByText('Nobody has written here yet').waitFor();
  await bo.button('Kazakhstan: more rooms').click();
  await bo.page.getByRole('list', { name: 'Kazakhstan: more rooms' }).getByRole('link', { name: /Fintech/ }).click();
  await bo.log.waitFor();
  assert.equal(new URL(bo.page.url()).hash, '#/room/kz.fintech');
  for (const { page } of [admin, bo]) await page.getByTestId('online').getByText('2 here now').waitFor();
  await bo.button('Who is here').click();
  const people = bo.page.getByRole('complementary', { name: 'Who is here' });
  await people.getByText('Ада Минина').waitFor();
  await people.getByText('王博').waitFor();
  await people.getByRole('button', { name: 'Close' }).click();
});

step('they talk in Russian and Chinese, and see each other type', async () => {
  await admin.composer.pressSequentially('Добрый');
  await bo.page.getByText('Ада Минина is typing…').waitFor();
  await admin.write('Добрый день! Ищем платёжного партнёра в Алматы 🤝');
  await bo.message('Ищем платёжного партнёра').waitFor();
  await until(async () => assert.equal(await bo.page.getByTestId('typing').innerText(), ''));
  await bo.composer.fill('你好!');
  await bo.composer.press('Shift+Enter');
  await bo.composer.pressSequentially('我们在阿拉木图有办事处。');
  await bo.composer.press('Enter');
  await admin.message('我们在阿拉木图有办事处。').waitFor();
  assert.equal(await admin.message('我们在').locator('.text').innerText(), '你好!\n我们在阿拉木图有办事处。');
  await bo.message('我们在').getByRole('img', { name: 'Sent' }).waitFor();
});

step('an answer shows what it answers', async () => {
  await admin.act('我们在阿拉木图', 'Reply');
  await admin.page.getByText('Answer to 王博').waitFor();
  await admin.write('Отлично, встретимся на форуме');
  const answer = bo.message('встретимся на форуме');
  await answer.getByRole('button', { name: /王博.*我们在阿拉木图有办事处/s }).waitFor();
});

step('reactions are counted and taken back', async () => {
  await bo.act('встретимся на форуме', 'React');
  await bo.page.getByRole('group', { name: 'Choose a reaction' }).getByRole('button', { name: '🤝' }).click();
  const first = admin.message('встретимся на форуме').getByRole('button', { name: '🤝, 1 reaction' });
  await first.click();
  const both = bo.message('встретимся на форуме').getByRole('button', { name: '🤝, 2 reactions' });
  await both.click();
  await admin.message('встретимся на форуме').getByRole('button', { name: '🤝, 1 reaction' }).waitFor();
});

step('an edited message changes for both and says so', async () => {
  await bo.act('我们在阿拉木图', 'Edit');
  await bo.page.getByText('Editing your message').waitFor();
  await bo.composer.fill('我们在阿斯塔纳有办事处。');
  await bo.button('Save').click();
  for (const visitor of [bo, admin]) {
    await visitor.message('我们在阿斯塔纳有办事处。').getByText('edited').waitFor();
    await until(async () => assert.equal(await visitor.page.getByText('阿拉木图').count(), 0, 'the old words are still shown'));
  }
});

step('one removes one’s own; a moderator removes others’ and says why', async () => {
  await bo.write('错了');
  await bo.act('错了', 'Remove');
  await bo.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await admin.message('This message was removed.').waitFor();
  await bo.write('https://spam.example/ дешёвые кредиты');
  await admin.message('дешёвые кредиты').waitFor();
  await admin.act('дешёвые кредиты', 'Remove');
  const question = admin.page.getByRole('dialog', { name: 'Remove the message of 王博?' });
  await question.getByRole('textbox', { name: /^Reason/ }).fill('реклама');
  await question.getByRole('button', { name: 'Remove' }).click();
  await bo.message('This message was removed: реклама').waitFor();
  assert.equal(await bo.page.getByText('кредиты').count(), 0);
});

step('what is new elsewhere is counted, a mention is marked, and reading clears it', async () => {
  await bo.page.getByRole('region', { name: 'Countries' }).getByRole('link', { name: 'Russia', exact: true }).click();
  await bo.page.getByRole('heading', { name: 'Russia' }).waitFor();
  await admin.write('Первое из новых');
  const room = (words) => bo.page.getByRole('link', { name: new RegExp(`Kazakhstan · Fintech.*${words}`) });
  await room('1 unread message$').waitFor();
  await admin.write('@bo, посмотрите договор');
  await room('2 unread messages, 1 mentions you').waitFor();
  await until(async () => assert.match(await bo.page.title(), /^\(@ 2\)/));
  await room('').click();
  await bo.page.getByRole('separator').getByText('New').waitFor();
  await bo.message('посмотрите договор').waitFor();
  await until(async () => assert.doesNotMatch(await bo.page.title(), /^\(/));
  const own = bo.page.getByRole('region', { name: 'My rooms' });
  await own.getByRole('link', { name: 'Kazakhstan · Fintech', exact: true }).waitFor();
});

step('two talk directly, and only they', async () => {
  await bo.act('Первое из новых', 'Write to Ада Минина directly');
  await bo.page.getByRole('heading', { name: 'Ада Минина' }).waitFor();
  await bo.write('私下谈谈价格');
  const talk = admin.page.getByRole('region', { name: 'Direct talks' }).getByRole('link', { name: /王博.*1 unread message/ });
  await talk.click();
  await admin.message('私下谈谈价格').waitFor();
  await admin.write('Согласна');
  await bo.message('Согласна').waitFor();
  const third = await Visitor.arrive(club);
  await club.import(['emil']);
  await third.hasSession('emil');
  await third.open(`/${new URL(bo.page.url()).hash}`);
  await third.page.getByText('There is no such room, or you may not enter it.').waitFor();
  await third.leave();
});

step('scrolling up brings the whole history, each message once', async () => {
  const line = await club.connect('emil');
  const count = 150;
  for (let at = 1; at <= count; at++) {
    await line.call('message.post', { room: 'uz.trade', client_id: clientId('history'), text: `№ ${at} хлопок 棉花` });
  }
  await bo.open('/#/room/uz.trade');
  await bo.message(`№ ${count} `).waitFor();
  assert.ok(await bo.page.getByText('The room begins here.').isHidden());
  await bo.log.hover();
  await until(async () => {
    await bo.page.mouse.wheel(0, -1500);
    assert.equal(await bo.log.locator('article[data-seq="1"]').count(), 1);
  });
  const expected = Array.from({ length: count }, (_, at) => at + 1);
  await until(async () => assert.deepEqual((await bo.wholeLog()).map(({ seq }) => seq), expected)); // the wheel may still turn
  await until(async () => {
    await bo.page.mouse.wheel(0, -1500);
    assert.ok(await bo.page.getByText('The room begins here.').isVisible());
  });
  await line.call('message.post', { room: 'uz.trade', client_id: clientId('history'), text: 'свежее' });
  await bo.button(/Newest messages|1 new message/).click();
  await until(async () => assert.ok(await bo.message('свежее').isVisible()));
});

step('who logs out is out, in every page', async () => {
  const second = await bo.window.newPage();
  await second.goto(`${bo.origin}/#/room/kz.fintech`);
  await second.getByRole('log').waitFor();
  await bo.button('Log out').click();
  await bo.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await second.getByRole('heading', { name: 'Log in' }).waitFor();
  await bo.page.reload();
  await bo.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await bo.logIn('bo', PASSWORD);
  await bo.page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  assert.deepEqual(await bo.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('club.post'))), []);
});
