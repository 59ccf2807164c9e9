// What a moderator does on one instance reaches the member on the other, also one that was stopped meanwhile.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, sleep } from '../wire/support/club.mjs';
import { clusterForFile } from './support/cluster.mjs';

const cluster = await clusterForFile({ members: ['anna', 'bo', 'dana', 'moderator'] });
const within = 2000; // milliseconds in which an act has taken effect everywhere
const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });
const here = (login) => cluster.line(login, { instance: 0 });
const there = (login) => cluster.line(login, { instance: 1 });

test('a mute, a lock and a ban on one instance hold on the other', async () => {
  const [moderator, bo, anna] = [await here('moderator'), await there('bo'), await there('anna')];
  for (const line of [bo, anna]) await line.call('room.join', { room: 'kz' });
  const { until } = await moderator.call('member.mute', { room: 'kz', member: bo.me, for: 600, reason: '请不要刷屏' });
  const told = await bo.notification('acted', ({ action }) => action === 'mute', within);
  assert.deepEqual([told.until, told.reason, told.by], [until, '请不要刷屏', moderator.me]);
  assert.equal((await bo.refused('message.post', { room: 'kz', client_id: clientId(), text: '您好' })).reason, 'muted');
  assert.equal((await bo.refused('room.typing', { room: 'kz' })).reason, 'muted');
  await moderator.call('room.update', { room: 'kz', locked: true, topic: 'Тишина' });
  await anna.notification('entry', ({ type, locked }) => type === 'room' && locked, within);
  const { room } = await anna.call('room.join', { room: 'kz' });
  assert.deepEqual([room.locked, room.topic], [true, 'Тишина']);
  assert.equal((await anna.refused('message.post', { room: 'kz', client_id: clientId(), text: 'x' })).reason, 'locked');
  await moderator.call('room.update', { room: 'kz', locked: false });
  await moderator.call('member.ban', { room: 'kz', member: bo.me, for: null });
  await bo.notification('left', ({ reason }) => reason === 'banned', within);
  const { seq } = await post(anna, 'kz', 'Без него');
  await sleep(300);
  assert.ok(!bo.entries('kz').some((entry) => entry.seq === seq));
  await moderator.call('member.ban', { room: 'kz', member: bo.me, for: 0 });
  await bo.notification('acted', ({ action }) => action === 'unban', within);
  await bo.call('room.join', { room: 'kz' });
  await Promise.all([moderator, bo, anna].map((line) => line.close()));
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
