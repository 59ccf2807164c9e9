// What somebody on a slow line does: opens a room for the first time, comes back, and writes.
import { createHash, X509Certificate } from 'node:crypto';
import { chromium } from 'playwright-core';
import { clientId } from '../../wire/support/club.mjs';
import { CHROMIUM, flags } from './chromium.mjs';
import { workerIsReady } from './worker.mjs';

export const ROOM = 'kz.fintech';
const WORDS = [
  'Добрый день! Ищем партнёров для поставок зерна из Костаная, объём до 4 000 тонн в месяц.',
  '我们在上海寻找物流合作伙伴，运输路线：连云港到阿拉木图。',
  'We can offer a warehouse in Khorgos, 6,000 m², with customs clearance on the spot.',
  'Thank you, I shall write to you tomorrow.',
];

/** Sixty messages of several members, as a room has them. */
export async function fill(club) {
  for (const login of ['anna', 'bo']) {
    const line = await club.connect(login);
    for (let i = 0; i < 30; i++) await line.call('message.post', { room: ROOM, client_id: clientId('slow'), text: `${WORDS[i % WORDS.length]} (${i})` });
  }
}

/** A browser that trusts the club's own certificate as if an authority had signed it: one that only looks over a bad
 * certificate makes each connection twice and keeps no file. */
export function browserFor(club) {
  const key = new X509Certificate(club.ca).publicKey.export({ type: 'spki', format: 'der' });
  const trusted = createHash('sha256').update(key).digest('base64');
  const args = [...flags, `--ignore-certificate-errors-spki-list=${trusted}`];
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args });
}

/** Milliseconds, bytes both ways and connections that `act` takes. */
async function cost(line, act) {
  const before = line.counts();
  const began = performance.now();
  await act();
  const ms = performance.now() - began;
  const now = line.counts();
  return { ms, up: now.up - before.up, down: now.down - before.down, connections: now.connections - before.connections };
}

const QUIET_MS = 2500;

/** Until nothing was said over the line for a while: what is fetched behind the page is through. */
async function quiet(line, patience) {
  const until = performance.now() + patience;
  const said = () => line.counts().up + line.counts().down;
  for (let before = -1; said() !== before && performance.now() < until; ) {
    before = said();
    await new Promise((done) => setTimeout(done, QUIET_MS));
  }
}

/** A connection that ends before anything came is tried once more, as whoever sits there would. */
const go = (page, address) =>
  page.goto(address, { waitUntil: 'commit' }).catch((error) => {
    if (!/ERR_CONNECTION_CLOSED/.test(error.message)) throw error;
    return page.goto(address, { waitUntil: 'commit' });
  });

const newest = (page) => page.getByRole('log').locator('article[data-seq]').last();

/** `context`: a browser's, with nothing kept. The costs of a first visit, of the next one, and of one message. */
export async function visit(context, line, cookie, patience) {
  await context.addCookies([{ name: '__Host-club', value: cookie, url: line.origin, secure: true, httpOnly: true, sameSite: 'Strict' }]);
  context.setDefaultTimeout(patience);
  context.setDefaultNavigationTimeout(patience);
  const show = async (page) => {
    await go(page, `${line.origin}/#/room/${ROOM}`);
    await newest(page).waitFor();
  };
  let page = await context.newPage();
  const asked = [];
  let answered = false;
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => answered || asked.push(payload));
    socket.on('framereceived', ({ payload }) => (answered ||= payload.includes('"entries"')));
  });
  const first = { ...(await cost(line, () => show(page))), asked };
  await page.waitForLoadState('load');
  await workerIsReady(page);
  await quiet(line, patience);
  await page.close();
  page = await context.newPage();
  const again = await cost(line, () => show(page));
  await quiet(line, patience);
  const text = `Сообщение по медленной линии ${Date.now()}`;
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await quiet(line, patience);
  const send = await cost(line, async () => {
    await page.getByRole('textbox', { name: 'Message', exact: true }).press('Enter');
    await page.getByRole('log').locator('article').filter({ hasText: text }).getByRole('img', { name: 'Sent' }).waitFor();
  });
  await page.close();
  return { first, again, send, text };
}
