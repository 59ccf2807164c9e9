// One's own sessions, and with whom one wants no direct talks.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, PASSWORD, sessionCookie, sleep } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil'], passwords: true });
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });
const never = async (line, method, params = {}) => {
  const seen = line.received.length;
  await sleep(600);
  const found = line.received.slice(seen).filter(({ message }) => message.method === method && Object.entries(params).every(([key, value]) => message.params[key] === value));
  assert.deepEqual(found, []);
};

async function logIn(login, agent) {
  const answer = await club.http('POST', '/api/session', { body: { login, password: PASSWORD }, headers: agent ? { 'User-Agent': agent } : {} });
  assert.equal(answer.status, 200);
  return sessionCookie(answer);
}

// ---- sessions ----

test('sessions are listed with browser, system and address, and end one by one with all their lines', async () => {
  const desk = await club.connect({ cookie: await logIn('dana', firefox) });
  const bot = await logIn('dana', '<b>\u00ff curl');
  const [one, two] = [await club.connect({ cookie: bot }), await club.connect({ cookie: bot })];
  const { sessions } = await desk.call('session.list');
  assert.deepEqual(sessions.map(({ client, own }) => [client, own]).sort(), [['', false], ['Firefox · Windows', true]]);
  for (const { address, made_at, used_at } of sessions) {
    assert.equal(address, '127.0.0.1');
    assert.ok(Date.parse(made_at) <= Date.parse(used_at) && Date.now() - Date.parse(made_at) < 60_000);
  }
  assert.deepEqual(new Set(sessions.map(({ session }) => session)).size, 2);
  const { session } = sessions.find(({ own }) => !own);
  await desk.call('session.end', { session });
  assert.deepEqual([(await one.closed).code, (await two.closed).code], [4001, 4001]);
  assert.equal((await club.http('GET', '/api/session', { cookie: bot })).status, 401);
  assert.equal((await desk.refused('session.end', { session })).reason, 'not_found');
  assert.equal((await desk.call('session.list')).sessions.length, 1);
  await desk.close();
});

test("somebody else's session is not found, and a forged one neither", async () => {
  const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
  const [{ session }] = (await bo.call('session.list')).sessions;
  for (const forged of [session, 's0', 's-1', 'm1', '1', 's1 OR 1=1', '<b>', 's999999999999']) {
    assert.equal((await anna.refused('session.end', { session: forged })).reason, 'not_found', forged);
  }
  assert.equal((await anna.refused('session.end', { session: 7 })).field, 'session');
  assert.equal((await anna.refused('session.end', { session: 's'.repeat(65) })).reason, 'too_long');
  await bo.call('ping');
  await anna.close();
  await bo.close();
});

test('ending the session that one uses ends the line that asked', async () => {
  const line = await club.connect({ cookie: await logIn('emil', firefox) });
  const { session } = (await line.call('session.list')).sessions.find(({ own }) => own);
  line.call('session.end', { session }).catch(() => {});
  assert.equal((await line.closed).code, 4001);
});

// ---- blocks ----

test('whoever is blocked reaches the blocker in no direct talk, and finds out no more than that', async () => {
  const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
  const { room } = (await anna.call('direct.open', { member: bo.me })).room;
  for (const line of [anna, bo]) await line.call('room.join', { room });
  const first = await post(bo, room, 'здравствуйте');
  await anna.entry(room, first.seq);
  const heard = anna.notification('typing').then(() => true);
  // A hint, told once a second at most: said again until it is heard.
  while (!(await Promise.race([heard, bo.call('room.typing', { room }).then(() => sleep(1200))])));

  assert.deepEqual(await anna.call('member.block', { member: bo.me, on: true }), {});
  assert.deepEqual(await anna.call('member.block', { member: bo.me, on: true }), {}, 'said again');
  assert.equal((await anna.call('member.get', { member: bo.me })).member.blocked, true);
  assert.equal((await bo.call('member.get', { member: anna.me })).member.blocked, false);
  assert.equal('blocked' in (await anna.call('member.get', { member: anna.me })).member, false);
  for (const line of [anna, bo]) {
    assert.equal((await line.refused('message.post', { room, client_id: clientId(), text: '@anna @bo' })).reason, 'forbidden');
    assert.equal((await line.refused('message.react', { room, seq: first.seq, emoji: '👍', on: true })).reason, 'forbidden');
  }
  const edit = await bo.refused('message.edit', { room, seq: first.seq, text: 'другое' });
  assert.deepEqual([edit.reason, edit.error.message], ['forbidden', (await bo.refused('direct.open', { member: anna.me })).error.message]);
  await sleep(1500); // told on once a second at most
  const quiet = never(anna, 'typing');
  await bo.call('room.typing', { room });
  await quiet;
  const { entries } = await bo.call('room.history', { room });
  assert.deepEqual(entries.map(({ text }) => text), ['здравствуйте'], 'what was written stays');
  const { room: hers } = await anna.call('room.join', { room });
  const { room: his } = await bo.call('room.join', { room });
  assert.deepEqual([hers.with.blocked, his.with.blocked], [true, false]);

  await anna.call('member.block', { member: bo.me, on: false });
  await anna.call('member.block', { member: bo.me, on: false });
  await anna.entry(room, (await post(bo, room, 'снова')).seq);
  await anna.close();
  await bo.close();
});

test("the blocker's other devices learn of it, and all other rooms are as they were", async () => {
  const [here, there, emil] = [await club.connect('anna'), await club.connect('anna'), await club.connect('emil')];
  const { room } = (await here.call('direct.open', { member: emil.me })).room;
  await here.call('member.block', { member: emil.me, on: true });
  await there.notification('room', (params) => params.room === room && params.with.blocked === true);
  await here.call('room.join', { room: 'uz' });
  const { seq } = await post(emil, 'uz', 'добрый день, @anna');
  assert.deepEqual((await here.entry('uz', seq)).mentions, [here.me]);
  await here.call('member.block', { member: emil.me, on: false });
  await there.notification('room', (params) => params.room === room && params.with.blocked === false);
  for (const line of [here, there, emil]) await line.close();
});

test('a talk that does not exist yet is not opened by whoever is blocked', async () => {
  const [dana, emil] = [await club.connect('dana'), await club.connect('emil')];
  await dana.call('member.block', { member: emil.me, on: true });
  assert.equal((await emil.refused('direct.open', { member: dana.me })).reason, 'forbidden');
  const { members, more } = await dana.call('member.blocked', {});
  assert.deepEqual([members.map(({ login, blocked }) => [login, blocked]), more], [[['emil', true]], false]);
  assert.deepEqual(await emil.call('member.blocked', {}), { members: [], more: false });
  await dana.call('member.block', { member: emil.me, on: false });
  assert.ok((await emil.call('direct.open', { member: dana.me })).room.room.startsWith('dm.'));
  await dana.close();
  await emil.close();
});

test('blocking oneself, nobody, or with forged params is refused', async () => {
  const anna = await club.connect('anna');
  assert.equal((await anna.refused('member.block', { member: anna.me, on: true })).field, 'member');
  for (const member of ['m4711', '4', "m1' OR '1'='1", '\u202em1', 'M1', 'm\u0007', '<b>']) {
    assert.equal((await anna.refused('member.block', { member, on: true })).reason, 'not_found', member);
  }
  for (const [params, field] of [[{ member: 'm2' }, 'on'], [{ on: true }, 'member'], [{ member: 'm2', on: 1 }, 'on'], [{ member: ['m2'], on: true }, 'member']]) {
    assert.equal((await anna.refused('member.block', params)).field, field, JSON.stringify(params));
  }
  assert.equal((await anna.refused('member.block', { member: 'm'.repeat(10_000), on: true })).reason, 'too_long');
  assert.equal((await anna.refused('member.blocked', { after: 'x' })).field, 'after');
  assert.equal((await anna.refused('member.blocked', { limit: 0 })).field, 'limit');
  assert.deepEqual((await anna.call('member.blocked', {})).members, []);
  await anna.close();
});
