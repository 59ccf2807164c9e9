// What somebody on a slow line does: opens a room for the first time, comes back, and writes.
import { createHash, X509Certificate } from 'node:crypto';
import { chromium } from 'playwright-core';
import { clientId } from '../../wire/support/club.mjs';

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
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', `--ignore-certificate-errors-spki-list=${trusted}`];
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args });
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

const newest = (page) => page.getByRole('log').locator('article[data-seq]').last();

/** `context`: a browser's, with nothing kept. The costs of a first visit, of the next one, and of one message. */
export async function visit(context, line, cookie, patience) {
  await context.addCookies([{ name: '__Host-club', value: cookie, url: line.origin, secure: true, httpOnly: true, sameSite: 'Strict' }]);
  context.setDefaultTimeout(patience);
  context.setDefaultNavigationTimeout(patience);
  const show = async (page) => {
    await page.goto(`${line.origin}/#/room/${ROOM}`, { waitUntil: 'commit' });
    await newest(page).waitFor();
  };
  let page = await context.newPage();
  const first = await cost(line, () => show(page));
  await page.waitForLoadState('load');
  await page.waitForTimeout(8000); // what is fetched behind it is through
  await page.close();
  page = await context.newPage();
  const again = await cost(line, () => show(page));
  await page.waitForTimeout(3000);
  const text = `Сообщение по медленной линии ${Date.now()}`;
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.waitForTimeout(1500);
  const send = await cost(line, async () => {
    await page.getByRole('textbox', { name: 'Message', exact: true }).press('Enter');
    await page.getByRole('log').locator('article').filter({ hasText: text }).getByRole('img', { name: 'Sent' }).waitFor();
  });
  await page.close();
  return { first, again, send, text };
}
