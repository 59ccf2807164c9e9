// What a moderator does on one instance reaches the member on the other, also one that was stopped meanwhile.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, PASSWORD, sessionCookie, sleep } from '../wire/support/club.mjs';
import { actAtOnce, isDismissedWhileActing, leavesWhileBanned } from '../wire/support/moderators.mjs';
import { clusterForFile } from './support/cluster.mjs';

const cluster = await clusterForFile({ members: ['anna', 'bo', 'dana', 'emil', 'moderator', 'admin'] });
const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });
const here = (login) => cluster.line(login, { instance: 0 });
const there = (login) => cluster.line(login, { instance: 1 });

test('a mute, a lock and a ban on one instance hold on the other', async () => {
  const [moderator, bo, anna] = [await here('moderator'), await there('bo'), await there('anna')];
  for (const line of [bo, anna]) await line.call('room.join', { room: 'kz' });
  const { until } = await moderator.call('member.mute', { room: 'kz', member: bo.me, for: 600, reason: '请不要刷屏' });
  const told = await bo.notification('acted', ({ action }) => action === 'mute');
  assert.deepEqual([told.until, told.reason, told.by], [until, '请不要刷屏', moderator.me]);
  assert.equal((await bo.refused('message.post', { room: 'kz', client_id: clientId(), text: '您好' })).reason, 'muted');
  assert.equal((await bo.refused('room.typing', { room: 'kz' })).reason, 'muted');
  await moderator.call('room.update', { room: 'kz', locked: true, topic: 'Тишина' });
  await anna.notification('entry', ({ type, locked }) => type === 'room' && locked);
  const { room } = await anna.call('room.join', { room: 'kz' });
  assert.deepEqual([room.locked, room.topic], [true, 'Тишина']);
  assert.equal((await anna.refused('message.post', { room: 'kz', client_id: clientId(), text: 'x' })).reason, 'locked');
  await moderator.call('room.update', { room: 'kz', locked: false });
  await moderator.call('member.ban', { room: 'kz', member: bo.me, for: null });
  await bo.notification('left', ({ reason }) => reason === 'banned');
  const { seq } = await post(anna, 'kz', 'Без него');
  await sleep(300);
  assert.ok(!bo.entries('kz').some((entry) => entry.seq === seq));
  await moderator.call('member.ban', { room: 'kz', member: bo.me, for: 0 });
  await bo.notification('acted', ({ action }) => action === 'unban');
  await bo.call('room.join', { room: 'kz' });
  await Promise.all([moderator, bo, anna].map((line) => line.close()));
});

test('every other act on one instance is told and holds on the other', async () => {
  const [admin, anna, bo] = [await here('admin'), await there('anna'), await there('bo')];
  for (const line of [anna, bo]) await line.call('room.join', { room: 'cn' });
  const told = (line, action) => line.notification('acted', (act) => act.action === action);
  const seen = (fits) => anna.notification('entry', fits);
  const role = (where, to) => admin.call('member.appoint', { member: anna.me, role: to, ...where });
  for (const where of [{ room: 'cn' }, {}]) {
    anna.forget();
    await role(where, 'moderator');
    await told(anna, 'appoint');
    await anna.call('room.update', { room: 'cn', topic: `请遵守 ${Object.keys(where).length}` });
    await role(where, 'member');
    await told(anna, 'dismiss');
    assert.equal((await anna.refused('room.update', { room: 'cn', topic: 'x' })).reason, 'forbidden');
  }
  const { seq } = await post(bo, 'cn', 'Дёшево 便宜');
  await admin.call('room.pin', { room: 'cn', seq, on: true });
  await seen(({ pinned }) => pinned?.includes(seq));
  await admin.call('room.update', { room: 'cn', slow: 600 });
  await seen(({ slow }) => slow === 600);
  await post(anna, 'cn', 'Одно');
  assert.equal((await anna.refused('message.post', { room: 'cn', client_id: clientId(), text: 'Второе' })).reason, 'slow_mode');
  await admin.call('room.update', { room: 'cn', slow: 0 });
  assert.deepEqual(await admin.call('message.purge', { room: 'cn', member: bo.me, for: 60 }), { removed: 1 });
  await seen(({ type, target }) => type === 'remove' && target === seq);
  await told(bo, 'purge');
  const one = await post(bo, 'cn', 'И ещё');
  await admin.call('message.remove', { room: 'cn', seq: one.seq, reason: 'реклама' });
  await seen(({ type, target }) => type === 'remove' && target === one.seq);
  assert.equal((await told(bo, 'remove')).reason, 'реклама');
  await admin.call('member.mute', { member: bo.me, for: 600, reason: '刷屏' });
  assert.equal((await told(bo, 'mute')).reason, '刷屏');
  assert.equal((await bo.refused('message.post', { room: 'by', client_id: clientId(), text: '您好' })).reason, 'muted');
  await admin.call('member.mute', { member: bo.me, for: 0 });
  await told(bo, 'unmute');
  await Promise.all([admin, anna, bo].map((line) => line.close()));
});

test('a raid and a freeze on one instance hold on the other, and are over there, too', async () => {
  const [admin, moderator, anna] = [await here('admin'), await there('moderator'), await there('anna')];
  const other = cluster.instances[1];
  const { url, invite } = await admin.call('invite.create', { client_id: clientId(), uses: 5 });
  const token = url.split('#invite=')[1];
  const join = (login) => other.http('POST', '/api/members', { body: { invite: token, login, password: PASSWORD, name: '新人 Новичок' } });
  const guest = await other.connect({ cookie: sessionCookie(await join('newcomer')) });
  await admin.call('club.raid', { on: true });
  await anna.notification('notice');
  assert.equal((await join('late')).status, 503);
  await post(anna, 'pk', 'Раз');
  assert.equal((await anna.refused('message.post', { room: 'pk', client_id: clientId(), text: 'Два' })).reason, 'slow_mode');
  await moderator.call('club.raid', { on: false });
  await post(anna, 'pk', 'Три');
  assert.deepEqual(await admin.call('invite.freeze', { invite, on: true, reason: '群发' }), { members: 1 });
  assert.equal((await guest.closed).code, 4003);
  assert.equal((await join('later')).status, 404);
  await Promise.all([admin, moderator, anna].map((line) => line.close()));
});

test('a report that is sent or settled on one instance is counted on the other', async () => {
  const [anna, bo, admin, moderator] = [await here('anna'), await here('bo'), await here('admin'), await there('moderator')];
  const open = async (line) => (await line.call('report.count')).open;
  const heard = (line) => line.notification('reports');
  const before = await open(moderator);
  const { seq } = await post(bo, 'ru', 'Быстрые деньги 快钱');
  const { report } = await anna.call('report.send', { client_id: clientId(), room: 'ru', seq, reason: 'fraud' });
  await Promise.all([admin, moderator].map(heard));
  assert.deepEqual([await open(moderator), await open(admin)], [before + 1, before + 1]);
  for (const line of [admin, moderator]) line.forget();
  await moderator.call('report.settle', { report, outcome: 'dismissed' });
  await Promise.all([admin, moderator].map(heard));
  assert.deepEqual([await open(moderator), await open(admin)], [before, before]);
  await anna.notification('acted', ({ action }) => action === 'settle');
  await Promise.all([anna, bo, admin, moderator].map((line) => line.close()));
});

test('an instance that was stopped when a member was banned delivers nothing that was committed since', async () => {
  const [moderator, anna, bo] = [await here('moderator'), await here('anna'), await there('bo')];
  const dana = await there('dana');
  for (const line of [anna, bo, dana]) await line.call('room.join', { room: 'uz' });
  const stopped = cluster.instances[1];
  stopped.signal('SIGSTOP');
  let seqs;
  try {
    await moderator.call('member.ban', { room: 'uz', member: bo.me, for: null, reason: 'Спам' });
    await moderator.call('member.ban', { member: dana.me, for: null, reason: 'Мошенничество' });
    seqs = [(await post(anna, 'uz', 'Раз')).seq, (await post(anna, 'uz', 'Два')).seq];
    await sleep(3000);
  } finally {
    stopped.signal('SIGCONT');
  }
  assert.equal((await bo.notification('left')).room, 'uz');
  assert.equal((await bo.notification('acted')).reason, 'Спам');
  assert.equal((await dana.closed).code, 4003);
  assert.deepEqual(dana.all('acted').map(({ action }) => action), ['ban']);
  await sleep(500);
  for (const line of [bo, dana]) assert.ok(!line.entries('uz').some(({ seq }) => seqs.includes(seq)));
  assert.equal((await bo.refused('room.join', { room: 'uz' })).reason, 'banned');
  await Promise.all([moderator, anna, bo].map((line) => line.close()));
});

test('two who act on one message at once, each on an instance of its own, do it once', async () => {
  const [admin, moderator] = [await here('admin'), await there('moderator')];
  const [author, reader] = [await here('anna'), await there('bo')];
  await actAtOnce({ admin, moderator, author, reader, room: 'ir' });
  await Promise.all([admin, moderator, author, reader].map((line) => line.close()));
});

test('a moderator who is dismissed on one instance while acting on the other does nothing after that', async () => {
  const [admin, keeper] = [await here('admin'), await there('anna')];
  await isDismissedWhileActing({ admin, keeper, room: 'by' });
  await Promise.all([admin, keeper].map((line) => line.close()));
});

test('who leaves one instance while being banned on the other stays out', async () => {
  const [moderator, admin] = [await here('moderator'), await here('admin')];
  const [first, second] = await cluster.operator.cookies('emil', 2);
  const [, other] = cluster.instances;
  const [guest, stays] = [await other.connect({ cookie: first }), await other.connect({ cookie: second })];
  await leavesWhileBanned({ moderator, admin, guest, stays, room: 'tj', logout: () => other.http('DELETE', '/api/session', { cookie: first }) });
  await Promise.all([moderator, admin].map((line) => line.close()));
});

test('a ban while the store is away is refused, nothing of it is done, and it is done once when it is asked again', async () => {
  const [moderator, admin, bo] = [await here('moderator'), await here('admin'), await there('bo')];
  const ban = { room: 'kg', member: bo.me, for: null, reason: '刷屏' };
  await cluster.postgres.halt({ mode: 'immediate' });
  try {
    assert.equal((await moderator.refused('member.ban', ban)).reason, 'unavailable');
  } finally {
    await cluster.postgres.serve();
  }
  const until = Date.now() + 20_000;
  let answer;
  do answer = await bo.ask('message.post', { room: 'kg', client_id: clientId(), text: 'Ещё здесь' });
  while (answer.error?.data.reason === 'unavailable' && Date.now() < until);
  assert.ok(answer.result, JSON.stringify(answer.error));
  assert.deepEqual(bo.all('acted'), []);
  while ((await moderator.ask('member.ban', ban)).error && Date.now() < until);
  assert.equal((await bo.refused('message.post', { room: 'kg', client_id: clientId(), text: 'И сейчас' })).reason, 'banned');
  await bo.notification('acted', ({ action, reason }) => action === 'ban' && reason === '刷屏');
  const { actions } = await admin.call('audit.list', { room: 'kg' });
  assert.deepEqual(actions.map(({ action }) => action), ['ban']);
  await Promise.all([moderator, admin, bo].map((line) => line.close()));
});
