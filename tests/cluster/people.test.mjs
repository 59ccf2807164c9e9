// Two instances: a session ended on one is over on the other, and so is a talk with somebody who is blocked.
import { test, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, sleep, WAIT_MS } from '../wire/support/club.mjs';
import { clusterForFile } from './support/cluster.mjs';

const cluster = await clusterForFile({ members: ['anna', 'bo'] });
const lines = [];
const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });

async function line(who, instance) {
  const made = typeof who === 'string' ? await cluster.line(who, { instance }) : await cluster.instances[instance].connect(who);
  lines.push(made);
  return made;
}

afterEach(() => Promise.all(lines.splice(0).map((one) => one.close())));

test('a session that is ended on one instance soon has no line on the other', async () => {
  const [here, there] = await cluster.operator.cookies('anna', 2);
  const desk = await line({ cookie: here }, 0);
  const phones = [await line({ cookie: there }, 0), await line({ cookie: there }, 1)];
  const { sessions } = await phones[1].call('session.list');
  const { session } = sessions.find(({ own }) => own);
  await desk.call('session.end', { session });
  for (const phone of phones) assert.equal((await phone.closed).code, 4001);
  await desk.call('ping');
  assert.equal((await desk.refused('session.end', { session })).reason, 'not_found');
});

test('a block on one instance holds on the other at once, is shown there, and is lifted there', async () => {
  const [anna, annaThere, bo] = [await line('anna', 0), await line('anna', 1), await line('bo', 1)];
  const { room } = (await anna.call('direct.open', { member: bo.me })).room;
  for (const each of [anna, annaThere, bo]) await each.call('room.join', { room });
  await post(bo, room, '你好');
  await post(anna, room, 'Здравствуйте');

  await anna.call('member.block', { member: bo.me, on: true });
  assert.equal((await bo.refused('message.post', { room, client_id: clientId(), text: '还在吗？' })).reason, 'forbidden');
  const shown = (on) => (params) => params.room === room && params.with.blocked === on;
  await annaThere.notification('room', shown(true));
  await sleep(1100); // told on once a second at most
  const before = anna.all('typing').length;
  await bo.call('room.typing', { room });
  await sleep(2000);
  assert.equal(anna.all('typing').length, before);

  await annaThere.call('member.block', { member: bo.me, on: false });
  await anna.notification('room', shown(false));
  const { seq } = await post(bo, room, '谢谢');
  await anna.entry(room, seq);
  // It is for a moment, so that it is told by what each instance knows by then.
  const typed = () => anna.all('typing').length > before;
  for (const end = Date.now() + WAIT_MS; !typed() && Date.now() < end; await sleep(1100)) await bo.call('room.typing', { room });
  assert.ok(typed());
});
