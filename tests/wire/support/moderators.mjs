// What happens when somebody is dismissed, or leaves, while moderators act. The lines may be to different instances.
import assert from 'node:assert/strict';
import { clientId } from './club.mjs';

const PAGE = 100; // acts

async function acts(admin, room) {
  const { actions } = await admin.call('audit.list', { ...(room && { room }), limit: PAGE });
  return actions.reverse(); // the oldest first
}

/** `keeper` moderates the room and is dismissed while it sets one topic after the other. */
export async function isDismissedWhileActing({ admin, keeper, room }) {
  await admin.call('member.appoint', { member: keeper.me, room, role: 'moderator' });
  const answered = [];
  let dismissed = false;
  const loops = [1, 2, 3].map(async (loop) => {
    for (let number = 1; ; number++) {
      // More would be too many in a minute, and refused for that.
      while (answered.length > 40 && !dismissed) await keeper.call('ping');
      const late = dismissed;
      const topic = `Повестка ${loop}.${number}`;
      const { error } = await keeper.ask('room.update', { room, topic });
      if (!error) answered.push(topic);
      assert.ok(!late || error?.data.reason === 'forbidden', 'an act after the dismissal was answered');
      if (error) return assert.equal(error.data.reason, 'forbidden');
    }
  });
  while (answered.length < 6) await keeper.call('ping');
  await admin.call('member.appoint', { member: keeper.me, room, role: 'member' });
  dismissed = true;
  await Promise.all(loops);
  const done = (await acts(admin, room)).filter(({ by, member }) => by === keeper.me || member === keeper.me);
  assert.ok(done.length < PAGE);
  assert.deepEqual(done.filter(({ action }) => action === 'update').map(({ detail }) => detail.topic).sort(), answered.sort(), 'one record for each act that was answered');
  assert.equal(done.at(-1).action, 'dismiss', 'nothing was done after it');
}

/** `guest` logs out, and then its other line just goes, while it is banned from the club and from a room. */
export async function leavesWhileBanned({ moderator, admin, guest, stays, room, logout }) {
  const member = guest.me;
  const club = { member, for: null, reason: '假冒公司' };
  await Promise.all([moderator.call('member.ban', { ...club, room }), stays.close()]);
  const [banned, left] = await Promise.all([moderator.call('member.ban', club), logout()]);
  assert.deepEqual(banned, { until: null });
  assert.match(String(left.status), /^(204|401)$/); // whichever was first
  assert.match(String((await guest.closed).code), /^(4001|4003)$/);
  const again = await moderator.call('member.ban', club);
  assert.deepEqual(again, { until: null });
  const noted = (await acts(admin)).filter((act) => act.member === member && act.reason === '假冒公司');
  assert.deepEqual(noted.map((act) => [act.room, act.reason]), [[room, '假冒公司'], [undefined, '假冒公司']]);
  for (const where of [{}, { room }]) await moderator.call('member.ban', { member, for: 0, ...where });
}

/** Two who act on one message at once, in every way there is: it is done once, and both are answered. */
export async function actAtOnce({ admin, moderator, author, reader, room }) {
  const post = (text) => author.call('message.post', { room, client_id: clientId(), text });
  const both = (method, params) => Promise.all([admin, moderator].map((line) => line.call(method, { room, ...params })));
  await reader.call('room.join', { room });
  const { seq } = await post('Акция! Акция!');
  const pins = await both('room.pin', { seq, on: true });
  assert.equal(pins[0].seq, pins[1].seq);
  const removals = await both('message.remove', { seq, reason: 'реклама' });
  assert.equal(removals[0].seq, removals[1].seq);
  const second = await post('Ещё одна');
  const [{ removed }, purged] = await Promise.all([
    admin.call('message.purge', { room, member: author.me, for: 600 }),
    moderator.call('message.remove', { room, seq: second.seq }),
  ]);
  assert.ok(removed === 0 || removed === 1);
  await reader.entry(room, purged.seq);
  const { entries } = await reader.call('room.history', { room });
  assert.deepEqual(entries.map(({ type }) => type), ['message', 'room', 'remove', 'message', 'remove']);
  assert.deepEqual(entries.filter(({ text }) => text), []);
  const noted = (await acts(admin, room)).map(({ action }) => action);
  assert.deepEqual(noted, ['pin', 'remove', removed ? 'purge' : 'remove']);
}
