// What of a room a member wants to be told of.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile } from './support/club.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana'] });
const listed = async (line, room) => (await line.call('room.list')).rooms.find((one) => one.room === room);
const notifyOf = ({ notify }) => notify ?? 'all';

test('a level is kept, told to the other devices, and shown wherever the room is', async () => {
  const [here, there, bo] = [await club.connect('anna'), await club.connect('anna'), await club.connect('bo')];
  const { room } = await here.call('room.open', { country: 'kz', sector: 'trade' });
  assert.equal(notifyOf(room), 'all');
  await bo.call('room.open', { country: 'kz', sector: 'trade' });
  let before = 'all';
  for (const level of ['none', 'mentions', 'mentions', 'all', 'none']) {
    there.forget();
    await here.call('room.notify', { room: 'kz.trade', level });
    if (level !== before) await there.notification('room', (params) => params.room === 'kz.trade' && notifyOf(params) === level);
    before = level;
    assert.equal(notifyOf(await listed(there, 'kz.trade')), level);
    for (const line of [here, there]) assert.equal(notifyOf((await line.call('room.join', { room: 'kz.trade' })).room), level);
    assert.equal(notifyOf((await here.call('room.open', { country: 'kz', sector: 'trade' })).room), level);
    assert.equal(notifyOf(await listed(bo, 'kz.trade')), 'all', "another's list is their own");
  }
  await there.call('room.leave', { room: 'kz.trade' });
  await bo.call('message.post', { room: 'kz.trade', client_id: clientId(), text: 'тише воды' });
  await there.notification('heads', ({ rooms }) => rooms['kz.trade']?.unread === 1); // counts come all the same
  for (const line of [here, there, bo]) await line.close();
  await club.stop();
  await club.serve();
  const again = await club.connect('anna');
  assert.equal(notifyOf(await listed(again, 'kz.trade')), 'none');
  await again.close();
});

test("a direct talk has a level of each of the two, and is nobody else's", async () => {
  const [anna, bo, dana] = [await club.connect('anna'), await club.connect('bo'), await club.connect('dana')];
  const { room } = (await anna.call('direct.open', { member: bo.me })).room;
  await anna.call('message.post', { room, client_id: clientId(), text: '您好' });
  await anna.call('room.notify', { room, level: 'mentions' });
  assert.equal(notifyOf((await anna.call('room.join', { room })).room), 'mentions');
  assert.equal(notifyOf((await bo.call('room.join', { room })).room), 'all');
  assert.equal((await dana.refused('room.notify', { room, level: 'none' })).reason, 'not_found');
  for (const line of [anna, bo, dana]) await line.close();
});

test('a room that is not on the list, or not there, and forged levels are refused', async () => {
  const dana = await club.connect('dana');
  for (const room of ['uz.energy', 'xx', 'r.nothing', 'dm.nothing']) {
    assert.equal((await dana.refused('room.notify', { room, level: 'none' })).reason, 'not_found', room);
  }
  await dana.call('room.open', { country: 'uz' });
  for (const level of ['', 'ALL', 'some', 1, null, ['all'], { level: 'all' }]) {
    assert.equal((await dana.refused('room.notify', { room: 'uz', level })).field, 'level', JSON.stringify(level));
  }
  assert.equal((await dana.refused('room.notify', { level: 'all' })).field, 'room');
  assert.equal(notifyOf(await listed(dana, 'uz')), 'all');
  await dana.close();
});
