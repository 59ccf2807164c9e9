// Sessions that end lead to the log-in page, with the reason.
import { after, afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, PASSWORD } from '../wire/support/club.mjs';
import { Visitor, everybodyLeaves } from './support/browser.mjs';
import { Proxy } from './support/proxy.mjs';

const proxy = await Proxy.listen();
const club = await Club.start({ members: ['anna', 'bo', 'dana'], passwords: true, settings: { CLUB_URL: proxy.origin } });
proxy.target = club.port;
after(async () => {
  await proxy.cut();
  await club.finish();
});
afterEach(everybodyLeaves);

const OVER = 'Your session is over. Please log in again.';
const inRoom = (login) => Visitor.inRoom(club, login, 'kz.fintech', { origin: proxy.origin, lineBreaks: true });
const sessionOf = async (visitor) => (await visitor.context.cookies()).find(({ name }) => name === '__Host-club').value;
const endSession = async (cookie) => {
  const answer = await club.http('DELETE', '/api/session', { cookie, origin: proxy.origin, host: new URL(proxy.origin).host });
  assert.equal(answer.status, 204);
};

test('a session that is ended elsewhere leads to the log-in page, and from there back to the room', async () => {
  const anna = await inRoom('anna');
  await endSession(await sessionOf(anna));
  await anna.page.getByText(OVER).waitFor();
  assert.equal(await anna.log.count(), 0, 'messages are still shown');
  await anna.logIn('anna');
  await anna.log.waitFor();
});

test('a session that ended while the line was cut leads to the log-in page', async () => {
  const bo = await inRoom('bo');
  await proxy.cut();
  await bo.lineIs('waiting');
  await endSession(await sessionOf(bo));
  await proxy.mend();
  await bo.page.getByText(OVER).waitFor();
});

test('a disabled member is out, and cannot log in', async () => {
  const dana = await inRoom('dana');
  await club.command(['member', 'disable', 'dana']);
  await dana.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await dana.logIn('dana');
  await dana.page.getByRole('alert').getByText('The login or the password is wrong.').waitFor();
});

test('a page that the club cannot answer for now goes on by itself, also to an invitation', async () => {
  const link = (await club.command(['invite'])).trim();
  const guest = await Visitor.arrive(club, { origin: proxy.origin, lineBreaks: true });
  const away = { status: 503, json: { error: { reason: 'unavailable' } } };
  await guest.page.route('**/api/*', (route) => route.fulfill(away));
  await guest.open(link);
  await guest.page.getByRole('heading', { name: 'The club cannot be reached' }).waitFor();
  await guest.page.getByText('it cannot let anybody in for the moment').waitFor();
  await guest.page.unroute('**/api/*');
  await guest.page.getByRole('heading', { name: 'Join the club' }).waitFor();
});

test('a cookie that belongs to no session leads to the log-in page', async () => {
  const guest = await Visitor.arrive(club, { origin: proxy.origin });
  await guest.context.addCookies([
    { name: '__Host-club', value: 'A'.repeat(43), url: proxy.origin, secure: true, httpOnly: true, sameSite: 'Strict' },
  ]);
  await guest.open('/#/room/kz.fintech');
  await guest.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await guest.logIn('anna', PASSWORD);
  await guest.log.waitFor();
});
