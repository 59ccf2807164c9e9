// Without a line: the client opens with what it last had, keeps what is written over reloads and crashes, sends it once.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Club, clientId } from '../wire/support/club.mjs';
import { Visitor, catalog, everybodyLeaves, until } from './support/browser.mjs';
import { kept, keptText, OwnBrowser } from './support/own-browser.mjs';
import { workerIsReady } from './support/worker.mjs';
import { Proxy } from './support/proxy.mjs';

const proxy = await Proxy.listen();
const club = await Club.start({ members: ['anna', 'bo', 'dana'], passwords: true, settings: { CLUB_URL: proxy.origin } });
proxy.target = club.port;
after(async () => {
  await proxy.cut();
  await club.finish();
});
afterEach(async () => {
  if (!proxy.server) await proxy.mend();
  await everybodyLeaves();
});

/** Gives the files of a build other hashes, in their names and wherever they are named. */
function rename(folder, mark) {
  const assets = join(folder, 'assets');
  const names = new Map(readdirSync(assets).map((name) => [name, name.replace(/-\w{4}(\w{4}\.\w+)$/, `-${mark}$1`)]));
  const renamed = (text) => [...names].reduce((result, [name, next]) => result.replaceAll(name, next), text);
  for (const [name, next] of names) {
    const path = join(assets, name);
    if (/\.(js|css)$/.test(name)) writeFileSync(path, renamed(readFileSync(path, 'utf8')));
    renameSync(path, join(assets, next));
  }
  for (const name of readdirSync(folder).filter((file) => file !== 'assets')) {
    const path = join(folder, name);
    writeFileSync(path, renamed(readFileSync(path, 'utf8')).replace(/version:"\w+"/, `version:"${mark}"`));
  }
}

const ROOM = 'kz.fintech';
const PATH = `/#/room/${ROOM}`;
const own = { origin: proxy.origin, lineBreaks: true };
let authors = 0;

/** Messages of another member, written over the wire; their numbers. */
async function says(room, texts) {
  const line = await club.connect('bo', { origin: proxy.origin });
  const seqs = [];
  for (const text of texts) seqs.push((await line.call('message.post', { room, client_id: clientId('o'), text })).seq);
  await line.close();
  return seqs;
}

async function acts(login, method, params) {
  const line = await club.connect(login, { origin: proxy.origin });
  await line.call(method, params);
  await line.close();
}

/** A room's entries in the store, in their order. */
const entries = (room) =>
  club.query(`SELECT entry.text, entry.client_id FROM entry JOIN room ON room.key = entry.room WHERE room.id = '${room}' ORDER BY seq`);

/** The texts of its messages, each as often as it is there. */
const stored = (room) => entries(room).filter((entry) => entry.client_id).map(({ text }) => text);

/** The page has kept what it shows: the last text lies in the browser's database. */
const isKept = (visitor, text) => until(async () => assert.ok((await keptText(visitor.page)).includes(text), `${text} is not kept`));

/** With a session that ends with the test. */
async function withOwnSession(login) {
  const visitor = await Visitor.arrive(club, own);
  const [value] = await club.cookies(login);
  await visitor.context.addCookies([{ name: '__Host-club', value, url: proxy.origin, secure: true, httpOnly: true, sameSite: 'Strict' }]);
  return visitor;
}

async function cutOff(visitor) {
  await visitor.context.setOffline(true);
  await proxy.cut();
}

async function backOnline(visitor) {
  await proxy.mend();
  await visitor.context.setOffline(false);
}

for (const [locale, language, width, height] of [
  ['en-US', 'en', 1280, 800],
  ['ru-RU', 'ru', 390, 844],
  ['zh-CN', 'zh', 390, 844],
]) {
  test(`a page that is opened without a line shows what it last had, in ${language}, ${width} pixels wide`, async () => {
    const words = catalog(language);
    const last = `Последнее 最后 last ${++authors}`;
    await says(ROOM, ['Добрый день', '我们在上海寻找物流合作伙伴', last]);
    const anna = await Visitor.arrive(club, { ...own, locale, width, height });
    await anna.hasSession('anna');
    await anna.open(PATH);
    await anna.message(last).first().waitFor();
    await workerIsReady(anna.page);
    await isKept(anna, last);
    await cutOff(anna);
    await anna.page.reload();
    await anna.message(last).first().waitFor();
    await anna.lineStatus.getByText(words['line.offline']).waitFor();
    const [before, after] = words['line.as_of'].split('{at}');
    assert.match(await anna.lineStatus.innerText(), new RegExp(`${before}\\d\\d:\\d\\d${after}`));
    const written = `Без связи 离线 ${authors}`;
    await anna.page.getByRole('textbox', { name: words['composer.text'], exact: true }).fill(written);
    await anna.page.getByRole('button', { name: words['composer.send'], exact: true }).click();
    await anna.post(written).getByText(words['post.waiting_line']).waitFor();
    assert.equal(await anna.page.getByRole('heading', { name: words['login.heading'] }).count(), 0);
    if (process.env.SCREENSHOTS) await anna.page.screenshot({ path: `${process.env.SCREENSHOTS}/offline-${language}-${width}.png` });
    await backOnline(anna);
    await anna.message(written).waitFor();
    await until(async () => assert.equal((await anna.lineStatus.innerText()).trim(), ''));
    assert.equal(stored(ROOM).filter((text) => text === written).length, 1);
  });
}

test('what a page needs without a line is fetched behind its first screen', async () => {
  const room = 'kz.telecommunications';
  await says(room, ['Первый экран']);
  const anna = await Visitor.arrive(club, own);
  const { page } = anna;
  await anna.hasSession('anna');
  let release;
  const released = new Promise((done) => (release = done));
  await page.routeWebSocket(/\/ws$/, (line) => {
    const server = line.connectToServer();
    server.onMessage(async (frame) => {
      if (/"entries"/.test(frame)) await released;
      line.send(frame);
    });
  });
  await anna.open(`/#/room/${room}`);
  await page.getByText('Opening the room…').waitFor();
  await page.waitForLoadState('load');
  const registered = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()) !== undefined);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 400)));
  assert.equal(await registered(), false);
  // Where the line breaks just then, it is fetched when it is back.
  await page.evaluate(() => {
    const { register } = navigator.serviceWorker;
    window.tried = 0;
    navigator.serviceWorker.register = function (...params) {
      window.tried += 1;
      return window.tried === 1 ? Promise.reject(new TypeError('no line')) : register.apply(this, params);
    };
  });
  release();
  await anna.message('Первый экран').waitFor();
  await until(async () => assert.equal(await page.evaluate(() => window.tried), 1));
  await cutOff(anna);
  await anna.lineIs('waiting');
  await backOnline(anna);
  await until(async () => assert.equal(await registered(), true));
});

test('what was written without a line outlives a killed browser, and is sent once, in order, shown once', async () => {
  const room = 'kz.trade';
  await says(room, ['До обрыва']);
  const browser = await OwnBrowser.start();
  try {
    let anna = await browser.arrive(club, 'anna', proxy.origin);
    await anna.open(`/#/room/${room}`);
    await anna.message('До обрыва').waitFor();
    await workerIsReady(anna.page);
    await isKept(anna, 'До обрыва');
    await cutOff(anna);
    await anna.page.reload();
    await anna.message('До обрыва').waitFor();
    const texts = ['Первое без связи', '第二条', 'third one'];
    for (const text of texts) await anna.write(text);
    await anna.post(texts[2]).waitFor();
    await isKept(anna, texts[2]);
    await browser.kill();
    anna = await browser.arrive(club, 'anna', proxy.origin, { offline: true });
    await anna.open(`/#/room/${room}`);
    await anna.message('До обрыва').waitFor();
    await until(async () => assert.deepEqual(await anna.texts(), ['До обрыва', ...texts]));
    assert.equal(await anna.unsent(), 3);
    await backOnline(anna);
    await until(async () => assert.equal(await anna.unsent(), 0), 30_000);
    assert.deepEqual(await anna.texts(), ['До обрыва', ...texts]);
    assert.deepEqual(stored(room), ['До обрыва', ...texts]);
    await until(async () => assert.deepEqual((await kept(anna.page)).posts, []));
    await anna.page.reload();
    await until(async () => assert.deepEqual(await anna.texts(), ['До обрыва', ...texts]));
    assert.deepEqual(stored(room), ['До обрыва', ...texts]);
  } finally {
    await browser.end();
  }
});

test('what happened meanwhile is there when the line is back: new, edited, reacted to and removed messages', async () => {
  const room = 'kz.energy';
  const [edited, reacted, removed] = await says(room, ['Встреча в 10', 'Согласны?', 'Лишнее слово']);
  const anna = await Visitor.inRoom(club, 'anna', room, own);
  await anna.message('Лишнее слово').waitFor();
  await workerIsReady(anna.page);
  await isKept(anna, 'Лишнее слово');
  await cutOff(anna);
  await anna.page.reload();
  await anna.message('Лишнее слово').waitFor();
  await proxy.mend();
  await acts('bo', 'message.edit', { room, seq: edited, text: 'Встреча в 11' });
  await acts('bo', 'message.react', { room, seq: reacted, emoji: '🤝', on: true });
  await acts('bo', 'message.remove', { room, seq: removed });
  await says(room, Array.from({ length: 130 }, (_, at) => `Новое №${at + 1}`));
  await anna.context.setOffline(false);
  // The log stands where what is new begins.
  await anna.page.getByRole('separator').getByText('New').waitFor();
  await anna.page.locator('.to-end').click();
  await anna.message('Новое №130').waitFor();
  await until(async () => assert.ok(!(await keptText(anna.page)).includes('Лишнее слово'), 'the removed text is still kept'));
  // Nothing is missing and nothing is there twice, all the way up.
  await until(async () => {
    await anna.log.evaluate((element) => element.scrollTo(0, 0));
    await anna.message('Встреча в 11').waitFor({ timeout: 1000 });
  });
  assert.equal(await anna.message('Лишнее слово').count(), 0);
  await anna.message('Согласны?').getByText('🤝').waitFor();
  assert.equal(await anna.message('Встреча в 10').count(), 0);
});

test('an edit made without a line is kept over a reload and asked once', async () => {
  const room = 'kz.logistics';
  await says(room, ['Груз в пути']);
  const anna = await Visitor.inRoom(club, 'anna', room, own);
  await anna.write('Прибудет в 10');
  await anna.message('Прибудет в 10').getByRole('img', { name: 'Sent' }).waitFor();
  await workerIsReady(anna.page);
  await isKept(anna, 'Прибудет в 10');
  await cutOff(anna);
  await anna.lineIs('waiting');
  await anna.composer.press('ArrowUp');
  await anna.page.getByTestId('mode').waitFor();
  await anna.write('Прибудет в 11');
  await anna.message('Прибудет в 11').waitFor();
  await isKept(anna, 'Прибудет в 11');
  await anna.page.reload();
  await anna.message('Прибудет в 11').waitFor();
  await backOnline(anna);
  const edits = () => entries(room).filter((entry) => !entry.client_id).map(({ text }) => text);
  await until(() => assert.deepEqual(edits(), ['Прибудет в 11']));
  await until(async () => assert.deepEqual((await kept(anna.page)).acts, []));
  await until(async () => assert.equal((await anna.lineStatus.innerText()).trim(), ''));
  assert.deepEqual(edits(), ['Прибудет в 11']);
});

test('all emoji that were seen once are there without a line', async () => {
  const anna = await Visitor.inRoom(club, 'anna', 'kz.travel', own);
  await workerIsReady(anna.page);
  const choose = async () => {
    await anna.button('Choose an emoji').click();
    await anna.page.locator('emoji-picker').getByRole('menuitem').first().click();
    await until(async () => assert.match(await anna.composer.inputValue(), /\p{Extended_Pictographic}/u));
    await anna.composer.fill('');
  };
  await choose();
  await until(async () => assert.ok(await anna.page.evaluate(async () => {
    const urls = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return urls.flat().some((url) => /emoji-en-\w+\.json$/.test(url));
  }), 'the emoji are not kept'));
  await cutOff(anna);
  await anna.page.reload();
  await anna.log.waitFor();
  await choose();
});

test('a draft outlives a reload', async () => {
  const anna = await Visitor.inRoom(club, 'anna', 'kz.travel', own);
  await anna.composer.fill('Недописанное письмо');
  await isKept(anna, 'Недописанное письмо');
  await anna.page.reload();
  await anna.log.waitFor();
  assert.equal(await anna.composer.inputValue(), 'Недописанное письмо');
  await anna.composer.fill('');
  await until(async () => assert.ok(!(await keptText(anna.page)).includes('Недописанное письмо')));
});

test('two tabs show what either writes without a line, and one of them sends it', async () => {
  const room = 'kz.finance';
  await says(room, ['Курс?']);
  const anna = await Visitor.inRoom(club, 'anna', room, own);
  await anna.message('Курс?').waitFor();
  await workerIsReady(anna.page);
  const first = anna.page;
  await anna.openPage();
  await anna.open(`/#/room/${room}`);
  await anna.message('Курс?').waitFor();
  const second = anna.page;
  await cutOff(anna);
  const both = [first, second];
  for (const page of both) await page.locator('[data-testid="line-status"][data-line="waiting"]').waitFor();
  const texts = ['Из первой', '第二个标签', 'From the first again'];
  for (const [page, text] of [
    [first, texts[0]],
    [second, texts[1]],
    [first, texts[2]],
  ]) {
    anna.page = page;
    await anna.write(text);
    for (const shown of both) await shown.locator('article[data-stage]').filter({ hasText: text }).waitFor();
  }
  await backOnline(anna);
  for (const page of both) {
    anna.page = page;
    await until(async () => {
      assert.deepEqual(await anna.texts(), ['Курс?', ...texts]);
      assert.equal(await anna.unsent(), 0);
    }, 30_000);
  }
  assert.deepEqual(stored(room), ['Курс?', ...texts]);
  await until(async () => assert.deepEqual((await kept(first)).posts, []));
});

test('logging out leaves nothing of the member in the browser, and the next one sees nothing of it', async () => {
  const room = 'kz.robotics';
  await says(room, ['Только для Анны']);
  const anna = await withOwnSession('anna');
  await anna.open(`/#/room/${room}`);
  await anna.message('Только для Анны').waitFor();
  await anna.open('/#/search');
  await anna.page.getByRole('searchbox', { name: 'Words of a message' }).fill('Анны');
  await anna.page.getByRole('list', { name: 'Messages found' }).getByText('Только для').waitFor();
  await anna.open('/#/directory');
  await anna.page.getByRole('searchbox', { name: 'Name, company, goods, services' }).fill('Анна');
  await anna.page.getByText('1 member', { exact: true }).waitFor();
  await anna.open(`/#/room/${room}`);
  await anna.composer.fill('Черновик Анны');
  await isKept(anna, 'Только для Анны');
  await isKept(anna, 'Черновик Анны');
  await anna.button('Log out').click();
  await anna.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await until(async () => {
    const text = await keptText(anna.page);
    for (const word of ['Анн', 'anna', 'robotics']) assert.ok(!text.includes(word), `${word} is still there: ${text}`);
  });
  await anna.logIn('dana');
  await anna.page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  // The same page still, in which somebody else searched.
  await anna.open('/#/search');
  const question = anna.page.getByRole('searchbox', { name: 'Words of a message' });
  await question.waitFor();
  assert.equal(await question.inputValue(), '');
  assert.equal(await anna.page.getByText('Только для').count(), 0);
  await anna.open('/#/directory');
  await anna.page.getByRole('link', { name: 'Dana Akhmetova' }).first().waitFor();
  assert.equal(await anna.page.getByRole('searchbox', { name: 'Name, company, goods, services' }).inputValue(), '');
  await until(async () => assert.ok((await keptText(anna.page)).includes('Dana')));
  assert.ok(!(await keptText(anna.page)).includes('Анн'));
});

test('a session that is over takes along what was read; what was not sent waits for its author, and for nobody else', async () => {
  const room = 'kz.education';
  await says(room, ['Курсы для экспортёров']);
  const anna = await withOwnSession('anna');
  const { value: cookie } = (await anna.context.cookies()).find(({ name }) => name === '__Host-club');
  await anna.open(`/#/room/${room}`);
  await anna.message('Курсы для экспортёров').waitFor();
  await isKept(anna, 'Курсы для экспортёров');
  await proxy.cut();
  await anna.lineIs('waiting');
  await anna.write('Запишите нас');
  await isKept(anna, 'Запишите нас');
  const ended = await club.http('DELETE', '/api/session', { cookie, origin: proxy.origin, host: new URL(proxy.origin).host });
  assert.equal(ended.status, 204);
  await proxy.mend();
  await anna.page.getByText('Your session is over. Please log in again.').waitFor();
  await until(async () => assert.ok(!(await keptText(anna.page)).includes('экспортёров')));
  assert.ok((await keptText(anna.page)).includes('Запишите нас'));
  await anna.logIn('anna');
  await anna.message('Запишите нас').waitFor();
  assert.deepEqual(stored(room), ['Курсы для экспортёров', 'Запишите нас']);
});

test('a browser whose database is blocked works as before', async () => {
  const anna = await Visitor.arrive(club, own);
  await anna.context.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
  });
  await anna.hasSession('anna');
  await anna.open('/#/room/kz.agriculture');
  await anna.log.waitFor();
  await anna.write('Без памяти');
  await anna.message('Без памяти').getByRole('img', { name: 'Sent' }).waitFor();
  assert.equal(await anna.page.locator('.notice').count(), 0);
});

test('the browser finds everything that it wants of a client that can be installed, in each language', async () => {
  for (const [locale, language] of [
    ['en-US', 'en'],
    ['ru-RU', 'ru'],
    ['zh-CN', 'zh'],
  ]) {
    const anna = await Visitor.arrive(club, { ...own, locale });
    await anna.hasSession('anna');
    await anna.open('/');
    await workerIsReady(anna.page);
    const browser = await anna.context.newCDPSession(anna.page);
    const { url, errors, data } = await browser.send('Page.getAppManifest');
    assert.deepEqual([new URL(url).pathname, errors], [`/manifest-${language}.webmanifest`, []]);
    assert.equal(JSON.parse(data).name, catalog(language)['club.brand']);
    const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
    // A context of its own is a private window to the browser, which installs nothing from one.
    assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
    await anna.leave();
  }
});

test('a new build takes over at the next load, what the old one kept goes, and what was used of it is kept anew', async () => {
  const web = join(club.folder, 'web');
  const serveBuild = async (mark) => {
    // The server holds the folder itself.
    for (const name of existsSync(web) ? readdirSync(web) : []) rmSync(join(web, name), { recursive: true });
    cpSync(new URL('../../build/web', import.meta.url), web, { recursive: true });
    // Another build: other names of the same files.
    if (mark) rename(web, mark);
  };
  await serveBuild('');
  const other = await Club.start({ members: ['anna'], settings: { CLUB_WEB_ROOT: web } });
  try {
    const anna = await Visitor.inRoom(other, 'anna', 'kz.fintech', { lineBreaks: true });
    const scripts = () => anna.page.evaluate(() => [...document.scripts].map(({ src }) => src).join());
    await workerIsReady(anna.page);
    const [cache] = await anna.page.evaluate(() => caches.keys());
    await serveBuild('NEWB');
    await anna.page.reload();
    await anna.log.waitFor();
    assert.ok(!/NEWB/.test(await scripts()), 'the kept page does not come at once');
    await until(async () => {
      const keys = await anna.page.evaluate(() => caches.keys());
      assert.ok(keys.some((key) => key !== cache), 'the new build is not kept');
      assert.equal(await anna.page.evaluate(async () => (await navigator.serviceWorker.ready).installing), null);
    });
    await until(async () => {
      await anna.page.reload();
      assert.match(await scripts(), /NEWB/);
    });
    await anna.log.waitFor();
    await until(async () => assert.ok(!(await anna.page.evaluate(() => caches.keys())).includes(cache), 'the old build is still kept'));
    const paths = await anna.page.evaluate(async () => {
      const [own] = await caches.keys();
      return (await (await caches.open(own)).keys()).map(({ url }) => new URL(url).pathname);
    });
    assert.ok(paths.some((path) => /\/en-NEWB\w{4}\.js$/.test(path)), `the words are not kept: ${paths}`);
    assert.ok(paths.includes('/'), `the page is not kept: ${paths}`);
    assert.deepEqual(paths.filter((path) => path !== '/' && !path.includes('NEWB')), []);
    assert.deepEqual(paths.filter((path) => /^\/(api|ws)/.test(path)), []);
    await other.kill();
    await anna.page.reload();
    await anna.log.waitFor();
    await anna.lineStatus.getByText('No connection.').waitFor();
    await other.serve();
    await anna.leave();
  } finally {
    await other.finish();
  }
});

test('with another history what was kept is thrown away, and what was not sent is sent', async () => {
  const room = 'kz.investment';
  await says(room, ['Было в копии']);
  const backup = `${club.folder}/backup.db`;
  await club.command(['backup', backup]);
  const after_backup = ['После копии 1', 'После копии 2'];
  await says(room, after_backup);
  const anna = await Visitor.inRoom(club, 'anna', room, own);
  await anna.message(after_backup[1]).waitFor();
  await anna.write('Отвечено до восстановления');
  await anna.message('Отвечено до восстановления').getByRole('img', { name: 'Sent' }).waitFor();
  await workerIsReady(anna.page);
  await isKept(anna, 'Отвечено до восстановления');
  await cutOff(anna);
  await anna.lineIs('waiting');
  await anna.write('Не отвечено');
  await isKept(anna, 'Не отвечено');
  await anna.page.reload();
  await anna.post('Не отвечено').waitFor();
  await club.stop();
  await club.command(['restore', backup]);
  await club.serve();
  await backOnline(anna);
  // A restored club knows no sessions.
  await anna.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await anna.logIn('anna');
  await anna.message('Не отвечено').waitFor();
  await until(async () => assert.deepEqual(await anna.texts(), ['Было в копии', 'Не отвечено']));
  assert.deepEqual(stored(room), ['Было в копии', 'Не отвечено']);
  await until(async () => {
    const text = await keptText(anna.page);
    for (const gone of [...after_backup, 'Отвечено до восстановления']) assert.ok(!text.includes(gone), `${gone} is still kept`);
  });
});
