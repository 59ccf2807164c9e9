// A member with two devices, each on an instance of its own, and somebody who writes to them.
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Visitor, everybodyLeaves, until } from '../browser/support/browser.mjs';
import { clientId } from '../wire/support/club.mjs';
import { clusterForFile } from './support/cluster.mjs';

const ROOM = 'kz.fintech';
const cluster = await clusterForFile({ tls: true, members: ['anna', 'bo', 'moderator'] });
const [one, other] = cluster.instances.map(({ origin }) => ({ origin }));
afterEach(everybodyLeaves);

const titles = (visitors, wanted) =>
  until(async () => {
    for (const { page } of visitors) assert.match(await page.title(), wanted);
  });
const inList = (visitor, words) => visitor.page.getByRole('navigation').getByRole('link', { name: words });

test('what is new, what was read and what is wanted of a room are the same on both within a moment', async (context) => {
  const took = async (what, done) => {
    const began = Date.now();
    await done;
    context.diagnostic(`${what}: ${Date.now() - began} ms`);
  };
  const phone = await Visitor.inRoom(cluster, 'anna', ROOM, { ...other, width: 390, height: 844 });
  await phone.open('/#/');
  await inList(phone, 'Kazakhstan · Fintech').first().waitFor();
  const desktop = await Visitor.arrive(cluster, one);
  await desktop.hasSession('anna');
  await desktop.open(`/#/`);
  await inList(desktop, 'Kazakhstan · Fintech').first().waitFor();
  const both = [desktop, phone];
  const bo = await Visitor.inRoom(cluster, 'bo', ROOM, one);

  await bo.write('Добрый день! Ищем перевозчика');
  await bo.write('@anna, 请看合同');
  await took('counted on both', titles(both, /^\(@ 2\)/));
  for (const visitor of both) await inList(visitor, /Kazakhstan · Fintech.*2 unread messages, 1 mentions you$/).waitFor();

  await phone.open(`/#/room/${ROOM}`);
  await phone.message('请看合同').waitFor();
  await took('read on the phone, known at the desktop', titles(both, /^[^(]/));
  await inList(desktop, /Kazakhstan · Fintech$/).first().waitFor();
  await phone.write('Посмотрю сегодня');
  await took('written on one instance, seen on the other', bo.message('Посмотрю сегодня').waitFor());

  for (const { page } of both) await page.goto(`${new URL(page.url()).origin}/#/about/${ROOM}`);
  const choice = ({ page }) => page.getByRole('combobox', { name: 'Notifications' });
  await choice(desktop).waitFor();
  await choice(phone).selectOption({ label: 'Only when I am mentioned' });
  await took(
    'chosen on the phone, shown at the desktop',
    until(async () => assert.equal(await choice(desktop).inputValue(), 'mentions')),
  );
  for (const visitor of both) await visitor.open('/#/');
  await bo.write('Это для всех');
  for (const visitor of both) await inList(visitor, /Kazakhstan · Fintech.*1 unread message$/).waitFor();
  await titles(both, /^[^(]/);
  await bo.write('@anna, и это для вас');
  await took('a mention is counted on both', titles(both, /^\(@ 1\)/));
  await desktop.open(`/#/room/${ROOM}`);
  await desktop.message('и это для вас').waitFor();
  await took('read at the desktop, known on the phone', titles(both, /^[^(]/));
  await inList(phone, /Kazakhstan · Fintech$/).first().waitFor();
});

test('a report that is sent on one instance is counted and shown on the other by itself, and so is its end', async () => {
  const moderator = await Visitor.arrive(cluster, other);
  await moderator.hasSession('moderator');
  await moderator.open('/#/reports');
  await moderator.page.getByText('No report is waiting.').waitFor();
  const [anna, bo, colleague] = await Promise.all(['anna', 'bo', 'moderator'].map((login) => cluster.line(login)));
  const { seq } = await bo.call('message.post', { room: 'uz', client_id: clientId(), text: '快钱 Быстрые деньги' });
  const { report } = await anna.call('report.send', { client_id: clientId(), room: 'uz', seq, reason: 'fraud' });
  const queued = moderator.page.locator('[data-report]');
  await queued.filter({ hasText: '快钱 Быстрые деньги' }).waitFor();
  const badge = moderator.page.locator('a[href="#/reports"]');
  await until(async () => assert.equal(await badge.textContent(), '1'));
  await colleague.call('report.settle', { report, outcome: 'dismissed' });
  await queued.filter({ hasText: 'Somebody else has settled this report.' }).waitFor();
  await until(async () => assert.equal(await badge.textContent(), ''));
  for (const line of [anna, bo, colleague]) await line.close();
});
