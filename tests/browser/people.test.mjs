// People in the browser: the directory, blocks, the own account.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile, PASSWORD, sessionCookie } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'moderator'], passwords: true });
afterEach(everybodyLeaves);

const cards = {
  anna: { offers: 'Перевозки и таможенное оформление', seeks: 'Ищу поставщиков хлопка; 寻找仓储' },
  bo: { offers: '跨境电商仓储 <b>批发</b>', seeks: '寻找合作伙伴' },
  dana: { offers: 'Payment services', seeks: 'partners in Uzbekistan' },
  emil: { offers: 'Поставка хлопка и пряжи', seeks: 'Перевозка в Россию' },
};
const hall = 'Зал переговоров 谈判厅 Negotiations';
const moderator = await club.connect('moderator');
for (const [title, secret] of [[hall, false], ['Совет переговоров 谈判 negotiators', true]])
  await moderator.call('room.create', { client_id: title.slice(-6), title, topic: '<b>О хлопке</b>', private: secret });
await moderator.close();
const ids = {};
for (const [login, card] of Object.entries(cards)) {
  const line = await club.connect(login);
  ids[login] = (await line.call('member.update', card)).member.id;
  await line.close();
}

const places = [
  { language: 'ru', locale: 'ru-RU', width: 390, height: 844, word: 'пряжу', room: 'перегов', found: 'Emil Rahimov' },
  { language: 'zh', locale: 'zh-CN', width: 1280, height: 800, word: '电商', room: '谈判', found: '王博' },
  { language: 'en', locale: 'en-GB', width: 390, height: 844, word: 'payments', room: 'negotiat', found: 'Dana Akhmetova' },
];

async function arrive(login, options) {
  const visitor = await Visitor.arrive(club, options);
  await visitor.hasSession(login);
  return visitor;
}

const names = (visitor) => visitor.page.locator('.found-member .person-name a').allTextContents();

const roomsFound = (visitor) => visitor.page.getByRole('main').locator('.found a').allTextContents();

for (const { language, word, found, room, ...options } of places) {
  const own = catalog(language);
  test(`a member finds the room that a moderator made, and opens it: ${language}, ${options.width} wide`, async () => {
    const dana = await arrive('dana', options);
    const { page } = dana;
    await dana.open();
    await page.getByRole('searchbox', { name: own['rooms.find'] }).fill(room);
    await page.getByRole('link', { name: own['find_rooms.elsewhere'] }).press('Enter');
    await page.getByRole('heading', { name: own['find_rooms.heading'] }).waitFor();
    await until(async () => assert.deepEqual(await roomsFound(dana), [hall])); // the private one is not hers
    const text = page.getByRole('searchbox', { name: own['find_rooms.text'] });
    await text.fill('<script>вертолёт</script>');
    await page.getByText(own['find_rooms.none']).waitFor();
    await page.getByRole('button', { name: own['find_rooms.every'] }).click();
    const first = await until(async () => {
      const found = await roomsFound(dana);
      assert.equal(found.length, 50);
      return found;
    });
    const { countries } = (await club.http('GET', '/api/club')).json;
    const calm = first.slice(first.indexOf(hall) + 1, 1 + first.indexOf(hall) + countries.length);
    assert.deepEqual(calm, countries.map(({ names }) => names[language]).sort(new Intl.Collator(language).compare));
    await page.getByRole('button', { name: own['people.more'] }).click();
    await until(async () => assert.equal((await roomsFound(dana)).length, 100));
    assert.deepEqual((await roomsFound(dana)).slice(0, 50), first); // what was there has not moved
    await page.getByRole('combobox', { name: own['field.country'] }).selectOption('kz');
    await page.getByRole('combobox', { name: own['find_rooms.kind'] }).selectOption('country');
    await until(async () => assert.equal((await roomsFound(dana)).length, 1));
    await page.getByRole('combobox', { name: own['field.country'] }).selectOption('');
    await page.getByRole('combobox', { name: own['find_rooms.kind'] }).selectOption('custom');
    await until(async () => assert.deepEqual(await roomsFound(dana), [hall]));
    await page.getByRole('link', { name: hall }).last().click();
    await dana.log.waitFor();
    await page.getByRole('heading', { name: hall }).waitFor();
    await page.goBack();
    await page.getByText(own['find_rooms.own']).waitFor(); // as it was left, and on the list now
  });

  test(`a member finds who offers what they seek, and writes to them: ${language}, ${options.width} wide`, async () => {
    const anna = await arrive('anna', options);
    const { page } = anna;
    await anna.open();
    await page.getByRole('link', { name: own['directory.heading'] }).click();
    await until(async () => assert.equal((await names(anna)).length, 5));
    await page.getByRole('button', { name: own['directory.who_offers'] }).click();
    await until(async () => assert.deepEqual((await names(anna)).sort(), ['Emil Rahimov', '王博'].sort()));
    await page.getByRole('button', { name: own['directory.who_offers'] }).click();
    await page.getByRole('searchbox', { name: own['directory.text'] }).fill(word);
    await until(async () => assert.deepEqual(await names(anna), [found]));
    await page.getByRole('searchbox', { name: own['directory.text'] }).fill('<script>вертолёт</script>');
    await page.getByText(own['directory.nobody']).waitFor();
    await page.getByRole('button', { name: own['directory.everybody'] }).click();
    await until(async () => assert.equal((await names(anna)).length, 5));
    await page.getByRole('combobox', { name: own['field.country'] }).selectOption('uz');
    await until(async () => assert.deepEqual(await names(anna), ['Emil Rahimov']));
    await page.locator('.found-member').getByRole('link', { name: 'Emil Rahimov', exact: true }).click();
    await page.getByRole('definition').filter({ hasText: cards.emil.offers }).waitFor();
    await page.goBack();
    await until(async () => assert.deepEqual(await names(anna), ['Emil Rahimov'])); // as it was left
    await page.getByRole('button', { name: own['people.write'].replace('{name}', 'Emil Rahimov') }).click();
    await anna.log.waitFor();
    await page.getByRole('heading', { name: 'Emil Rahimov' }).waitFor();
  });

  test(`whoever is blocked is told that it does not arrive, the blocker why nothing is written: ${language}, ${options.width} wide`, async () => {
    const anna = await arrive('anna', options);
    const bo = await arrive('bo', options);
    await anna.open(`/#/member/${ids.bo}`);
    await anna.page.getByRole('button', { name: own['people.write'].replace('{name}', '王博') }).click();
    await anna.log.waitFor();
    const talk = new URL(anna.page.url()).hash;
    await bo.open(`/${talk}`);
    await bo.log.waitFor();
    await anna.page.getByRole('link', { name: '王博' }).first().click();
    await anna.page.getByRole('heading', { name: '王博' }).waitFor();
    await anna.open(`/#/member/${ids.bo}`);
    await anna.page.getByRole('button', { name: own['block.set'], exact: true }).click();
    const question = anna.page.getByRole('dialog', { name: own['block.ask'].replace('{name}', '王博') });
    await question.getByRole('button', { name: own['action.cancel'] }).click();
    await anna.page.getByRole('button', { name: own['block.set'], exact: true }).click();
    await question.getByRole('button', { name: own['block.set'] }).click();
    await anna.page.getByText(own['block.is'].replace('{name}', '王博')).waitFor();

    await bo.page.getByRole('textbox', { name: own['composer.text'] }).fill('您好');
    await bo.page.getByRole('button', { name: own['composer.send'] }).click();
    await bo.page.getByText(own['post.failed'].replace('{reason}', own['reason.talk_closed'])).waitFor();
    await bo.page.getByRole('button', { name: own['post.discard'] }).click();

    await anna.open(`/${talk}`);
    await anna.log.waitFor();
    await anna.page.getByText(own['block.is'].replace('{name}', '王博')).waitFor();
    assert.equal(await anna.page.getByRole('textbox', { name: own['composer.text'] }).count(), 0);
    await anna.open('/#/account');
    await anna.page.getByRole('button', { name: own['block.lift_one'].replace('{name}', '王博') }).click();
    await anna.page.getByText(own['account.blocked.none']).waitFor();
    await anna.open(`/${talk}`);
    await anna.page.getByRole('textbox', { name: own['composer.text'] }).waitFor();
  });

  test(`a member sees where they are logged in, ends that, and changes the password: ${language}, ${options.width} wide`, async () => {
    const login = { ru: 'emil', zh: 'dana', en: 'moderator' }[language];
    const agents = ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Gecko/20100101 Firefox/140.0', 'curl/8.5'];
    const cookies = [];
    for (const agent of agents) {
      cookies.push(sessionCookie(await club.http('POST', '/api/session', { body: { login, password: PASSWORD }, headers: { 'User-Agent': agent } })));
    }
    const alive = async (cookie) => (await club.http('GET', '/api/session', { cookie })).status === 200;
    const member = await arrive(login, options);
    const { page } = member;
    await member.open('/#/');
    await page.getByRole('link', { name: own['account.heading'] }).click();
    await page.getByText('Chrome · Android').waitFor();
    assert.equal(await page.getByText(own['account.session.own'], { exact: true }).count(), 1);
    await page.getByRole('button', { name: own['account.session.end_one'].replace('{client}', 'Chrome · Android') }).click();
    await until(async () => assert.equal(await page.getByText('Chrome · Android').count(), 0));
    assert.deepEqual(await Promise.all(cookies.map(alive)), [false, true, true]);
    await page.getByRole('button', { name: own['account.session.end_others'] }).click();
    await page.getByRole('dialog').getByRole('button', { name: own['account.session.end_others'] }).click();
    await until(async () => assert.equal(await page.getByText('Firefox · macOS').count(), 0));
    assert.deepEqual(await Promise.all(cookies.map(alive)), [false, false, false]);

    const fill = async (old, next) => {
      await page.getByLabel(own['account.password.old'], { exact: true }).fill(old);
      await page.getByLabel(own['account.password.new'], { exact: true }).fill(next);
      await page.getByRole('button', { name: own['account.password.change'] }).click();
    };
    member.lineBreaks = true; // a refused request is said on the console
    await fill('не тот пароль 1', 'верблюды под мостом 43');
    await page.getByText(own['reason.old_password']).waitFor();
    await fill(PASSWORD, 'password');
    await page.getByText(own['reason.weak_password']).waitFor();
    await fill(PASSWORD, 'верблюды под мостом 43');
    await page.getByText(own['account.password.changed']).waitFor();
    assert.equal((await club.http('POST', '/api/session', { body: { login, password: 'верблюды под мостом 43' } })).status, 200);
  });
}

test('the directory is used by keyboard alone', async () => {
  const anna = await arrive('anna');
  const { page } = anna;
  await anna.open();
  await page.getByRole('link', { name: 'Directory of members' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('searchbox', { name: 'Name, company, goods, services' }).focus();
  await page.keyboard.type('cotton хлопка');
  await page.keyboard.press('Enter');
  await page.getByText('Nobody fits').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('хлопка');
  await until(async () => assert.deepEqual(await names(anna), ['Анна Каренова', 'Emil Rahimov']));
  await page.getByRole('button', { name: 'Write to Emil Rahimov directly' }).focus();
  await page.keyboard.press('Enter');
  await anna.log.waitFor();
});

test('a page whose file does not come can be asked for again, and left again on a phone', async () => {
  const anna = await arrive('anna', { width: 390, height: 844, lineBreaks: true });
  const { page } = anna;
  // What a service worker asks for cannot be broken from here.
  await anna.context.addInitScript(() => delete Navigator.prototype.serviceWorker);
  await anna.open();
  await page.getByRole('link', { name: 'Directory of members' }).waitFor();
  let broken = true;
  await page.route(/\/directory-[^/]*\.js/, (route) => (broken ? route.abort() : route.continue()));
  await page.getByRole('link', { name: 'Directory of members' }).click();
  await page.getByRole('alert').filter({ hasText: 'The server does not answer' }).waitFor();
  await page.getByRole('link', { name: 'Back to the rooms' }).click();
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  await page.getByRole('link', { name: 'Directory of members' }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await until(async () => assert.equal((await names(anna)).length, 5));
});

test('without a line the directory says so, and goes on when it is back', async () => {
  const anna = await arrive('anna', { lineBreaks: true });
  const { page } = anna;
  // Of what was read on, nothing goes when the line breaks for a moment.
  await anna.open('/#/find-rooms');
  await page.getByRole('button', { name: 'Show more' }).click();
  await until(async () => assert.equal((await roomsFound(anna)).length, 100));
  let asked = 0;
  page.on('websocket', (line) => line.on('framesent', ({ payload }) => (asked += payload.includes('room.find') ? 1 : 0)));
  await club.kill();
  await anna.lineIs('waiting');
  await club.serve();
  await anna.lineIs('open');
  await until(async () => assert.equal((await anna.lineStatus.innerText()).trim(), ''));
  assert.deepEqual([(await roomsFound(anna)).length, asked], [100, 0]);
  await anna.open('/#/directory');
  await until(async () => assert.equal((await names(anna)).length, 5));
  await anna.context.setOffline(true);
  await club.kill();
  await page.getByRole('searchbox', { name: 'Name, company, goods, services' }).fill('пряжа');
  await page.getByText('The search goes on when it is back').waitFor();
  await club.serve();
  await anna.context.setOffline(false);
  await until(async () => assert.deepEqual(await names(anna), ['Emil Rahimov']), 30_000);
});
