// Logouts, disabled members, roles, new talks and removals reach every instance, with Redis; presence after a crash.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { certainOver } from './support/certain.mjs';
import { eventually } from './support/cluster.mjs';

const cluster = await certainOver({ redis: true });

test('presence is right again soon after an instance was killed', async () => {
  const [, there] = cluster.instances;
  const [anna, bo] = [await cluster.line('anna', { instance: 0 }), await cluster.line('bo', { instance: 1 })];
  await anna.call('room.join', { room: 'by' });
  await bo.call('room.join', { room: 'by' });
  await anna.notification('presence', ({ room, online }) => room === 'by' && online === 2);
  await there.kill();
  await anna.until(() => anna.all('presence', ({ room }) => room === 'by').at(-1)?.online === 1, 'bo is gone', 20_000);
  assert.deepEqual((await anna.call('room.members', { room: 'by' })).members.map(({ id }) => id), [anna.me]);
  await there.serveUntilReady();
  const again = await cluster.line('bo', { instance: 1 });
  await again.call('room.join', { room: 'by' });
  await anna.until(() => anna.all('presence', ({ room }) => room === 'by').at(-1)?.online === 2, 'bo is back');
  await eventually(async () => (await again.call('room.members', { room: 'by' })).members.length === 2, 'the new instance knows both');
  await Promise.all([anna.close(), again.close()]);
});
