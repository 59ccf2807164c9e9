// The line breaks, the browser is offline, the server dies: nothing is lost or doubled, and the page says how it stands.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Club } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves, until } from './support/browser.mjs';
import { kept } from './support/own-browser.mjs';
import { Proxy } from './support/proxy.mjs';

const proxy = await Proxy.listen();
const club = await Club.start({ members: ['anna', 'bo'], settings: { CLUB_URL: proxy.origin } });
proxy.target = club.port;
after(async () => {
  await proxy.cut();
  await club.finish();
});
afterEach(everybodyLeaves);

const inRoom = (login, room) => Visitor.inRoom(club, login, room, { origin: proxy.origin, lineBreaks: true });
const both = (room) => Promise.all([inRoom('anna', room), inRoom('bo', room)]);

/** Both show all of these, each once, in one order; each author's in the order of writing; and so does the store. */
async function agree(room, visitors, written) {
  const all = written.flat();
  await until(async () => {
    const shown = await Promise.all(visitors.map(async (visitor) => (await visitor.wholeLog()).map(({ text }) => text)));
    for (const texts of shown) {
      assert.deepEqual([...texts].sort(), [...all].sort(), 'not every message once');
      assert.deepEqual(texts, shown[0], 'not in one order');
    }
    for (const own of written) assert.deepEqual(shown[0].filter((text) => own.includes(text)), own, 'not in the order of writing');
    for (const visitor of visitors) assert.equal(await visitor.unsent(), 0, 'something is still shown as unsent');
  }, 30_000);
  const line = await club.connect('anna', { origin: proxy.origin });
  const { entries } = await line.call('room.history', { room, limit: 100 });
  assert.deepEqual(entries.map((entry) => entry.text).sort(), all.sort());
  await line.close();
}

const numbered = (words, count) => Array.from({ length: count }, (_, at) => `${words} ${at + 1}.`);

test('what is written while the line is cut goes out once, in order, when it is back', async () => {
  const [anna, bo] = await both('ru.trade');
  await anna.write('До обрыва');
  await bo.message('До обрыва').waitFor();
  await proxy.cut();
  for (const { lineStatus } of [anna, bo]) await lineStatus.getByText('No connection. What you write is kept').waitFor();
  const russian = numbered('Без связи', 4);
  const chinese = numbered('断线时', 4);
  for (const text of russian) await anna.write(text);
  for (const text of chinese) await bo.write(text);
  for (const text of russian) await anna.post(text).getByText('Will be sent when there is a connection').waitFor();
  assert.equal(await anna.message('Без связи').count(), 0, 'the page takes what was not sent for sent');
  await bo.composer.fill('草稿');
  await proxy.mend();
  await anna.button('Try now').click({ timeout: 3000 }).catch(() => {}); // it may have tried by itself meanwhile
  await agree('ru.trade', [anna, bo], [['До обрыва', ...russian], chinese]);
  for (const visitor of [anna, bo]) await until(async () => assert.equal((await visitor.lineStatus.innerText()).trim(), ''));
  assert.equal(await bo.composer.inputValue(), '草稿', 'the draft is gone');
});

test('a message that arrived and whose answer was lost is not sent twice', async () => {
  const anna = await inRoom('anna', 'ru.finance');
  const line = await club.connect('bo', { origin: proxy.origin });
  await line.call('room.join', { room: 'ru.finance' });
  proxy.swallow();
  await anna.write('Дошло ли?');
  await line.entry('ru.finance', 1);
  await anna.post('Дошло ли?').getByText('Sending…').waitFor();
  await proxy.cut();
  await anna.post('Дошло ли?').getByText('Will be sent when there is a connection').waitFor();
  await proxy.mend();
  await anna.write('Теперь дошло.');
  await agree('ru.finance', [anna], [['Дошло ли?', 'Теперь дошло.']]);
});

test('the browser is offline: the page says so, and goes on by itself', async () => {
  const anna = await inRoom('anna', 'ru.energy');
  const bo = await inRoom('bo', 'ru.energy');
  await anna.context.setOffline(true);
  await proxy.cut();
  await anna.lineStatus.getByText('Your device is offline.').waitFor();
  await anna.write('Из метро');
  await anna.post('Из метро').waitFor();
  await proxy.mend();
  await bo.lineIs('open');
  await bo.write('我在线');
  await bo.message('我在线').getByRole('img', { name: 'Sent' }).waitFor();
  await anna.context.setOffline(false);
  await agree('ru.energy', [anna, bo], [['Из метро'], ['我在线']]);
});

test('the server is killed and started again while both write', async () => {
  const [anna, bo] = await both('ru.logistics');
  const russian = numbered('Вагон', 12);
  const chinese = numbered('集装箱', 12);
  const writes = async (visitor, texts) => {
    for (const text of texts) {
      await visitor.composer.fill(text);
      await visitor.composer.press('Enter');
    }
  };
  const writing = Promise.all([writes(anna, russian), writes(bo, chinese)]);
  await anna.message(russian[2]).waitFor();
  await club.kill();
  for (const visitor of [anna, bo]) await visitor.lineIs('waiting');
  await writing;
  await anna.lineStatus.getByRole('button', { name: 'Try now' }).waitFor();
  await club.serve();
  // Where the pause before the next try has grown long they do as it says, unless it is back by then.
  for (const visitor of [anna, bo]) await visitor.button('Try now').click({ timeout: 3000 }).catch(() => {});
  for (const visitor of [anna, bo]) await visitor.lineIs('open');
  await agree('ru.logistics', [anna, bo], [russian, chinese]);
});

test('a page that was closed with unsent messages sends them when it is opened again', async () => {
  const anna = await inRoom('anna', 'ru.travel');
  await proxy.cut();
  await anna.lineIs('waiting');
  const texts = numbered('Потом', 3);
  for (const text of texts) await anna.write(text);
  await anna.post(texts[2]).waitFor();
  await until(async () => assert.equal((await kept(anna.page)).posts.length, texts.length)); // a moment later than it is seen
  await anna.page.close();
  await proxy.mend();
  await anna.openPage();
  await anna.open('/#/room/ru.travel');
  await agree('ru.travel', [anna], [texts]);
  await anna.page.reload();
  await agree('ru.travel', [anna], [texts]);
});

test('what the club refuses is shown as not sent, with its reason, and can be sent again or thrown away', async () => {
  const [anna, bo] = await both('ru.robotics');
  await anna.write('звонок \u0007');
  await anna.post('звонок').getByText('Not sent: something in it is not as it must be').waitFor();
  await anna.write('Следующее');
  await bo.message('Следующее').waitFor();
  await anna.post('звонок').getByRole('button', { name: 'Send again' }).click();
  await anna.post('звонок').getByText('Not sent:').waitFor();
  await anna.post('звонок').getByRole('button', { name: 'Discard' }).click();
  await agree('ru.robotics', [anna, bo], [['Следующее']]);
});

test('who writes too fast is told to wait, and all of it goes out in the end', async () => {
  const strict = await Club.start({ members: ['anna'], settings: { CLUB_RATE_POSTS: '2/20s' } });
  try {
    const anna = await Visitor.inRoom(strict, 'anna', 'ru.finance');
    const texts = numbered('Курс', 3);
    for (const text of texts) await anna.write(text);
    await anna.post(texts[2]).getByText('Waiting: too much in a short time').waitFor();
    await until(async () => assert.equal(await anna.log.getByRole('img', { name: 'Sent' }).count(), texts.length), 40_000);
    assert.deepEqual(await anna.texts(), texts);
    await anna.leave();
  } finally {
    await strict.finish();
  }
});
