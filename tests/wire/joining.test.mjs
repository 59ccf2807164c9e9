// Becoming a member: the first admin's link, invites, their uses, their end.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, clientId, clubForFile, PASSWORD, sessionCookie, sleep } from './support/club.mjs';

const club = await clubForFile({ members: ['admin', 'moderator', 'anna'] });
const tokenOf = (link) => /#invite=([A-Za-z0-9_-]{43})$/.exec(link.trim())?.[1];
const invite = async (...words) => tokenOf(await club.command(['invite', ...words]));
const join = (token, login, more = {}) => club.http('POST', '/api/members', { body: { invite: token, login, password: PASSWORD, name: '李 明', ...more } });

test('the first start prints a link for the first admin, the next start another one, and the older is void', async () => {
  const fresh = await Club.start({ members: [] });
  try {
    const link = () => [...`${fresh.output}\n${fresh.log}`.matchAll(/https:\/\/\S+#invite=[A-Za-z0-9_-]+/g)].at(-1)?.[0];
    const first = link();
    assert.match(first, new RegExp(`^${fresh.origin}/#invite=[A-Za-z0-9_-]{43}$`));
    assert.ok(!fresh.log.includes(tokenOf(first)), 'the token is in the log');
    await fresh.stop();
    fresh.output = '';
    await fresh.serve();
    const second = link();
    assert.notEqual(second, first);
    const look = (token) => fresh.http('POST', '/api/invite', { body: { invite: token } });
    assert.equal((await look(tokenOf(first))).status, 404);
    const seen = await look(tokenOf(second));
    assert.equal(seen.status, 200);
    assert.equal(seen.json.role, 'admin');
    const body = { invite: tokenOf(second), login: 'Ada', password: PASSWORD, name: 'Ада' };
    const joined = await fresh.http('POST', '/api/members', { body });
    assert.equal(joined.status, 201);
    assert.equal(joined.json.member.login, 'ada');
    assert.equal(joined.json.member.role, 'admin');
    await fresh.stop();
    fresh.output = '';
    await fresh.serve();
    assert.equal(link(), undefined, 'there is an admin, and a link was printed');
  } finally {
    await fresh.finish();
  }
});

test('whoever has an invite becomes a member with what they said of themselves, logged in at once', async () => {
  const token = await invite('--room', 'kz.fintech');
  const seen = await club.http('POST', '/api/invite', { body: { invite: token } });
  assert.equal(seen.status, 200);
  assert.equal(seen.json.role, 'member');
  const more = { company: '丝路 «Шёлковый путь»', country: 'cn', sectors: ['fintech', 'trade'], languages: ['zh', 'ru'] };
  const joined = await join(token, 'Li.Ming', more);
  assert.equal(joined.status, 201, joined.text);
  const { member } = joined.json;
  assert.equal(member.login, 'li.ming');
  assert.equal(member.name, '李 明');
  assert.deepEqual({ company: member.company, country: member.country, sectors: member.sectors, languages: member.languages }, more);
  const line = await club.connect({ cookie: sessionCookie(joined) });
  assert.equal(line.me, member.id);
  const { rooms } = await line.call('room.list');
  assert.deepEqual(rooms.map((room) => room.room), ['kz.fintech'], 'the room of the invite is on the list');
  await line.close();
});

test('the session cookie is for this host, for TLS and for HTTP only', async () => {
  const joined = await join(await invite(), 'cookie');
  const header = [joined.headers['set-cookie']].flat().find((value) => value.startsWith('__Host-club='));
  assert.match(header, /^__Host-club=[A-Za-z0-9_-]{43}(;|$)/);
  for (const part of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(header.split(/;\s*/).includes(part), `${part} in ${header}`);
  assert.ok(!/domain=/i.test(header));
});

test('an invite is used up after as many as it is for', async () => {
  const token = await invite('--uses', '2');
  assert.equal((await join(token, 'first')).status, 201);
  assert.equal((await join(token, 'second')).status, 201);
  const third = await join(token, 'third');
  assert.equal(third.status, 404);
  assert.equal(third.json.error.reason, 'not_found');
  assert.equal((await club.http('POST', '/api/invite', { body: { invite: token } })).status, 404);
});

test('of ten who use the last one at the same time one comes in', async () => {
  const token = await invite();
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => join(token, `race${index}`)));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, ...Array(9).fill(404)]);
});

test('a taken login is a conflict and does not use the invite up', async () => {
  const token = await invite();
  const taken = await join(token, 'ANNA');
  assert.equal(taken.status, 409);
  assert.equal(taken.json.error.reason, 'conflict');
  assert.equal((await join(token, 'anna2')).status, 201);
});

test('a weak password is refused and does not use the invite up', async () => {
  const token = await invite();
  for (const password of ['short', 'пароль7', 'password', 'PassWord1', '12345678', 'x'.repeat(257)]) {
    const answer = await join(token, 'weak', { password });
    assert.equal(answer.status, 422, password);
    assert.equal(answer.json.error.reason, 'weak_password');
  }
  assert.equal((await join(token, 'weak', { password: 'восемь-8' })).status, 201);
});

test('an invite that expired is not found', async () => {
  const token = await invite('--for', '1s');
  await sleep(1200);
  assert.equal((await join(token, 'late')).status, 404);
});

test('what is wrong in the body is named and nothing is stored', async () => {
  const token = await invite();
  for (const [more, field] of [
    [{ login: '.dot' }, 'login'],
    [{ login: 'a'.repeat(33) }, 'login'],
    [{ login: 'пётр' }, 'login'],
    [{ login: '' }, 'login'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ country: 'zz' }, 'country'],
    [{ sectors: ['nothing'] }, 'sectors'],
    [{ languages: 'ru' }, 'languages'],
    [{ name: 7 }, 'name'],
  ]) {
    const answer = await join(token, 'wrong', more);
    assert.equal(answer.status, 422, `${JSON.stringify(more)}: ${answer.status} ${answer.text}`);
    assert.equal(answer.json.error.field, field);
  }
  assert.equal((await join(token, 'wrong')).status, 201);
});

test('moderators make invites for members, admins for anybody, members none', async () => {
  const anna = await club.connect('anna');
  const moderator = await club.connect('moderator');
  const admin = await club.connect('admin');
  assert.equal((await anna.refused('invite.create', { client_id: clientId() })).reason, 'forbidden');
  assert.equal((await anna.refused('invite.list')).reason, 'forbidden');
  assert.equal((await moderator.refused('invite.create', { client_id: clientId(), role: 'admin' })).reason, 'forbidden');
  const id = clientId();
  const made = await moderator.call('invite.create', { client_id: id, uses: 3, for: 600, room: 'kg' });
  assert.equal(made.url, `${club.origin}/#invite=${tokenOf(made.url)}`);
  const again = await moderator.call('invite.create', { client_id: id, uses: 3, for: 600, room: 'kg' });
  assert.deepEqual(again, made, 'repeating it is harmless');
  const joined = await join(tokenOf(made.url), 'through');
  assert.equal(joined.status, 201);
  const listed = (await moderator.call('invite.list')).invites.find((one) => one.invite === made.invite);
  assert.equal(listed.used, 1);
  assert.equal(listed.uses, 3);
  assert.ok(!JSON.stringify(listed).includes(tokenOf(made.url)), 'the token is in a list');
  const forAdmin = await admin.call('invite.create', { client_id: clientId(), role: 'moderator' });
  assert.equal((await join(tokenOf(forAdmin.url), 'newmod')).json.member.role, 'moderator');
  assert.ok((await admin.call('invite.list')).invites.some((one) => one.invite === made.invite), 'admins see all');
  for (const line of [anna, moderator, admin]) await line.close();
});

test('who was appointed just now makes and sees invites, who was dismissed just now does not', async () => {
  const [admin, anna] = [await club.connect('admin'), await club.connect('anna')];
  for (const role of ['moderator', 'admin']) {
    await admin.call('member.appoint', { member: anna.me, role });
    const { invites } = await anna.call('invite.list');
    assert.equal(invites.some(({ made_by }) => made_by !== anna.me), role === 'admin', 'admins see all');
    const { invite } = await anna.call('invite.create', { client_id: clientId() });
    const listed = (await anna.call('invite.list')).invites.find((one) => one.invite === invite);
    assert.deepEqual([listed.made_by, listed.made_by_name], [anna.me, 'Анна Каренова']);
    if (role === 'admin') await anna.call('member.appoint', { member: anna.me, role: 'member' });
    else await admin.call('member.appoint', { member: anna.me, role: 'member' });
    for (const [method, params] of [['invite.list', {}], ['invite.create', { client_id: clientId() }], ['invite.revoke', { invite }]]) {
      assert.equal((await anna.refused(method, params)).reason, 'forbidden', method);
    }
  }
  for (const line of [admin, anna]) await line.close();
});

test('an invite into a private room lets whoever comes by it in there, and is made by those alone who may enter', async () => {
  const [moderator, admin] = [await club.connect('moderator'), await club.connect('admin')];
  const { room: { room } } = await moderator.call('room.create', { client_id: clientId(), title: 'Совет 委员会', private: true });
  assert.equal((await admin.refused('invite.create', { client_id: clientId(), room })).reason, 'not_found');
  const made = await moderator.call('invite.create', { client_id: clientId(), room });
  assert.equal((await club.http('POST', '/api/invite', { body: { invite: tokenOf(made.url) } })).json.room, room);
  const line = await club.connect({ cookie: sessionCookie(await join(tokenOf(made.url), 'envoy')) });
  assert.deepEqual((await line.call('room.list')).rooms.map(({ title }) => title), ['Совет 委员会']);
  await line.call('message.post', { room, client_id: clientId(), text: 'Добрый день' });
  for (const one of [moderator, admin, line]) await one.close();
});

test('a revoked invite is not found, and revoking again is harmless', async () => {
  const moderator = await club.connect('moderator');
  const made = await moderator.call('invite.create', { client_id: clientId(), uses: 5 });
  await moderator.call('invite.revoke', { invite: made.invite });
  assert.equal((await join(tokenOf(made.url), 'revoked')).status, 404);
  assert.ok(!(await moderator.call('invite.list')).invites.some((one) => one.invite === made.invite));
  await moderator.close();
});

test('only hashes of tokens are stored, and none is in the log', async () => {
  const token = await invite();
  const joined = await join(token, 'hashed');
  const stored = club.query("SELECT name FROM sqlite_master WHERE type = 'table'").flatMap(({ name }) => club.query(`SELECT * FROM "${name}"`).map((row) => JSON.stringify(row)));
  for (const secret of [token, sessionCookie(joined), PASSWORD]) {
    assert.ok(!stored.some((row) => row.includes(secret)), 'a secret is in the store');
    assert.ok(!club.log.includes(secret), 'a secret is in the log');
  }
});
