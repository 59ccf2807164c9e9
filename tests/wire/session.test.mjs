// Logging in and out, passwords, sessions that end.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clubForFile, PASSWORD, sessionCookie, sleep } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'tries', 'owner', 'out'], passwords: true });
const login = (name, password = PASSWORD, more = {}) => club.http('POST', '/api/session', { body: { login: name, password }, ...more });
const whoAmI = (cookie) => club.http('GET', '/api/session', { cookie });

test('login and password give a session, whatever the case of the login', async () => {
  const answer = await login('ANNA');
  assert.equal(answer.status, 200);
  assert.equal(answer.json.member.login, 'anna');
  assert.equal(answer.json.member.name, 'Анна Каренова');
  assert.equal(answer.headers['cache-control'], 'no-store');
  const me = await whoAmI(sessionCookie(answer));
  assert.equal(me.status, 200);
  assert.deepEqual(me.json.member.id, answer.json.member.id);
});

test('a wrong password and an unknown login are refused alike', async () => {
  const wrong = await login('anna', 'совсем не то 1');
  const unknown = await login('nobody', 'совсем не то 1');
  for (const answer of [wrong, unknown]) {
    assert.equal(answer.status, 401);
    assert.equal(answer.json.error.reason, 'bad_credentials');
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  assert.equal(wrong.text, unknown.text);
});

test('an unknown login takes as long as a wrong password', async () => {
  const timed = async (name) => {
    const began = process.hrtime.bigint();
    await login(name, 'не тот пароль 9');
    return Number(process.hrtime.bigint() - began) / 1e6;
  };
  const known = [];
  const unknown = [];
  for (let round = 0; round < 6; round++) {
    known.push(await timed(['bo', 'dana', 'emil', 'out'][round % 4]));
    unknown.push(await timed(`nobody${round}`));
  }
  const ratio = Math.min(...unknown) / Math.min(...known); // what the machine does beside it makes some longer
  assert.ok(ratio > 0.4 && ratio < 2.5, `known ${known}, unknown ${unknown}`);
});

test('without a session, or with a forged one, nobody is anybody', async () => {
  for (const cookie of [undefined, 'x', 'A'.repeat(43), 'A'.repeat(44), `${'A'.repeat(42)}!`]) {
    const answer = await whoAmI(cookie);
    assert.equal(answer.status, 401, cookie);
    assert.equal(answer.json.error.reason, 'no_session');
  }
});

test('a disabled account is refused like a wrong password, and its lines end with 4001', async () => {
  const line = await club.connect('dana');
  await club.command(['member', 'disable', 'dana']);
  assert.equal((await line.closed).code, 4001);
  const answer = await login('dana');
  assert.equal(answer.status, 401);
  assert.equal(answer.json.error.reason, 'bad_credentials');
  assert.equal((await whoAmI(line.cookie)).status, 401);
});

test('logging out ends the session: its lines close with 4001, others of the member stay', async () => {
  const [first, second] = await club.cookies('out', 2);
  const line = await club.connect({ cookie: first });
  const other = await club.connect({ cookie: second });
  const answer = await club.http('DELETE', '/api/session', { cookie: first });
  assert.equal(answer.status, 204);
  assert.match([answer.headers['set-cookie']].flat().join(), /__Host-club=;|Max-Age=0|Expires=Thu, 01 Jan 1970/i);
  assert.equal((await line.closed).code, 4001);
  assert.equal((await whoAmI(first)).status, 401);
  assert.deepEqual(await other.call('ping'), {});
  await other.close();
});

test('a cookie that no session belongs to opens, and closes with 4001 without a welcome', async () => {
  const line = club.open({ cookie: 'B'.repeat(43) });
  await line.opened;
  const { code } = await line.closed;
  assert.equal(code, 4001);
  assert.deepEqual(line.received, []);
});

test('a new password ends the other sessions and keeps this one', async () => {
  const [mine, other] = await club.cookies('emil', 2);
  const line = await club.connect({ cookie: mine });
  const elsewhere = await club.connect({ cookie: other });
  const put = (cookie, old, fresh) => club.http('PUT', '/api/password', { cookie, body: { old, new: fresh } });
  assert.equal((await put(mine, 'не тот 123', 'новый пароль 77')).json.error.reason, 'bad_credentials');
  assert.equal((await put(mine, PASSWORD, 'qwerty')).status, 422);
  assert.equal((await put(undefined, PASSWORD, 'новый пароль 77')).status, 401);
  assert.equal((await login('emil')).status, 200, 'nothing changed so far');
  assert.equal((await put(mine, PASSWORD, 'новый пароль 77')).status, 204);
  assert.equal((await elsewhere.closed).code, 4001);
  assert.equal((await whoAmI(other)).status, 401);
  assert.equal((await whoAmI(mine)).status, 200);
  assert.deepEqual(await line.call('ping'), {});
  assert.equal((await login('emil')).status, 401);
  assert.equal((await login('emil', 'новый пароль 77')).status, 200);
  await line.close();
});

test('tries are limited for a login, and the owner who was here before comes in all the same', async () => {
  const before = await login('owner');
  assert.equal(before.status, 200);
  const known = [before.headers['set-cookie']].flat().map((value) => value.split(';')[0]).join('; ');
  let limited;
  for (let count = 0; count < 60 && !limited; count++) {
    const answer = await login('owner', `угадываю ${count}`);
    if (answer.status === 429) limited = answer;
    else assert.equal(answer.status, 401);
  }
  assert.ok(limited, 'sixty guesses were taken');
  assert.equal(limited.json.error.reason, 'rate_limited');
  assert.ok(Number(limited.headers['retry-after']) >= 1);
  const mine = await login('owner', PASSWORD, { headers: { Cookie: known } });
  assert.equal(mine.status, 200, 'the owner is locked out');
});

test('the operator gives sessions, names, roles and passwords while the server runs', async () => {
  const cookies = await club.cookies('bo', 3);
  assert.equal(new Set(cookies).size, 3);
  for (const cookie of cookies) {
    assert.match(cookie, /^[A-Za-z0-9_-]{43}$/);
    assert.equal((await whoAmI(cookie)).status, 200);
  }
  await club.command(['member', 'add', 'zara', '--name', 'Зара', '--country', 'tj', '--company', 'Памир'], { input: 'памирский-тракт 1\n' });
  assert.equal((await login('zara', 'памирский-тракт 1')).json.member.company, 'Памир');
  const line = await club.connect('zara');
  await club.command(['member', 'role', 'zara', 'moderator']);
  for (let wait = 0; wait < 40; wait++) {
    if ((await line.ask('invite.list')).result) break;
    await sleep(100);
  }
  await line.call('invite.list');
  await club.command(['member', 'password', 'zara'], { input: 'другой пароль 2\n' });
  assert.equal((await line.closed).code, 4001, 'a new password ends the sessions');
  assert.equal((await login('zara', 'другой пароль 2')).status, 200);
  assert.match(await club.command(['member', 'list']), /zara/);
});
