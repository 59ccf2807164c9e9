// What moderators do: the effect, who is told what, and how it is undone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clientId, clubForFile, PASSWORD, sessionCookie, sleep } from './support/club.mjs';
import { actAtOnce, isDismissedWhileActing, leavesWhileBanned } from './support/moderators.mjs';

const club = await clubForFile({ members: ['anna', 'bo', 'dana', 'emil', 'moderator', 'admin'], passwords: true });

const post = (line, room, text) => line.call('message.post', { room, client_id: clientId(), text });
const lines = (...logins) => Promise.all(logins.map((login) => club.connect(login)));
const ends = (...all) => Promise.all(all.map((line) => line.close()));
const acted = (line, action, room) => line.notification('acted', (act) => act.action === action && act.room === room);

test('a mute keeps one from writing, says why and until when, and is lifted', async () => {
  const [moderator, bo, anna] = await lines('moderator', 'bo', 'anna');
  for (const line of [bo, anna]) await line.call('room.join', { room: 'kz' });
  const { until } = await moderator.call('member.mute', { room: 'kz', member: bo.me, for: 3600, reason: '请不要刷屏' });
  const left = Date.parse(until) - Date.now();
  assert.ok(left > 3500_000 && left < 3601_000, `${left}`);
  const told = await acted(bo, 'mute', 'kz');
  assert.deepEqual([told.reason, told.until, told.by, told.by_name], ['请不要刷屏', until, moderator.me, 'Мода Ратор']);
  const entry = await anna.notification('entry', ({ type }) => type === 'moderation');
  assert.deepEqual([entry.action, entry.member, entry.until, entry.reason], ['mute', bo.me, until, '请不要刷屏']);
  assert.equal(anna.all('acted').length, 0);
  const refused = await bo.refused('message.post', { room: 'kz', client_id: clientId(), text: '您好' });
  assert.equal(refused.reason, 'muted');
  assert.ok(refused.retryAfter > 3500 && refused.retryAfter <= 3600);
  assert.equal((await bo.refused('room.typing', { room: 'kz' })).reason, 'muted');
  await post(bo, 'cn', '这里可以说话');
  const { room } = await bo.call('room.join', { room: 'kz' });
  assert.deepEqual(room.muted, { until, reason: '请不要刷屏' });
  assert.deepEqual(await moderator.call('member.mute', { room: 'kz', member: bo.me, for: 0 }), { until: null });
  await acted(bo, 'unmute', 'kz');
  await post(bo, 'kz', '谢谢');
  await bo.call('room.typing', { room: 'kz' });
  assert.equal((await bo.call('room.join', { room: 'kz' })).room.muted, undefined);
  await ends(moderator, bo, anna);
});

test('moderators see who is muted, everybody who moderates a room, and each what is forbidden to oneself', async () => {
  const [moderator, admin, bo, anna] = await lines('moderator', 'admin', 'bo', 'anna');
  const { until } = await moderator.call('member.mute', { room: 'kz', member: bo.me, for: 3600, reason: '请不要刷屏' });
  await moderator.call('member.mute', { room: 'cn', member: bo.me, for: null });
  const { sanctions, more } = await moderator.call('sanction.list', { room: 'kz' });
  assert.equal(more, false);
  const [{ id, since, ...rest }] = sanctions;
  assert.deepEqual(rest, { member: bo.me, member_name: rest.member_name, room: 'kz', kind: 'mute', by: moderator.me, by_name: 'Мода Ратор', reason: '请不要刷屏', until });
  assert.equal(Date.parse(until) - Date.parse(since), 3600_000);
  assert.deepEqual((await bo.call('sanction.list', { room: 'kz', member: bo.me })).sanctions, sanctions);
  const first = await bo.call('sanction.list', { member: bo.me, limit: 1 });
  assert.equal(first.more, true);
  const second = await bo.call('sanction.list', { member: bo.me, limit: 1, after: first.sanctions[0].id });
  assert.deepEqual([second.more, [first, second].map(({ sanctions: [{ room }] }) => room).sort()], [false, ['cn', 'kz']]);
  assert.equal((await anna.refused('sanction.list', { member: bo.me })).reason, 'forbidden');
  assert.equal((await moderator.ask('sanction.list', { after: `x${id}` })).error.code, -32602);
  await admin.call('member.appoint', { room: 'kz', member: anna.me, role: 'moderator' });
  const { staff } = await bo.call('room.staff', { room: 'kz' });
  assert.deepEqual(staff.map(({ id: who, role, room }) => [who, role, room]).sort(),
    [[anna.me, 'member', 'kz'], [moderator.me, 'moderator', undefined], [admin.me, 'admin', undefined]].sort());
  const { room: { room } } = await admin.call('room.create', { client_id: clientId(), title: 'Закрытая', private: true });
  await admin.call('room.invite', { room, member: bo.me, on: true });
  const { members } = await admin.call('room.admitted', { room });
  assert.deepEqual(members.map((member) => member.id).sort(), [admin.me, bo.me].sort());
  assert.deepEqual((await bo.call('room.staff', { room })).staff.map((member) => member.id), [admin.me]);
  await admin.call('member.appoint', { room: 'kz', member: anna.me, role: 'member' });
  for (const where of ['kz', 'cn']) await moderator.call('member.mute', { room: where, member: bo.me, for: 0 });
  assert.deepEqual((await moderator.call('sanction.list', { member: bo.me })).sanctions, []);
  await ends(moderator, admin, bo, anna);
});

test('a ban from a room ends the place there at once, and when its time is over the room may be entered again', async () => {
  const [moderator, bo, anna] = await lines('moderator', 'bo', 'anna');
  const second = await club.connect('bo');
  for (const line of [bo, anna]) await line.call('room.join', { room: 'uz' });
  await post(bo, 'uz', '我在这里');
  await second.notification('room', ({ room }) => room === 'uz'); // a line that was never told of a room is not told that it left it
  const { until } = await moderator.call('member.ban', { room: 'uz', member: bo.me, for: 8, reason: 'Реклама' });
  assert.deepEqual(await bo.notification('left'), { room: 'uz', reason: 'banned' });
  const { seq } = await post(anna, 'uz', 'Он этого уже не видит');
  await acted(bo, 'ban', 'uz');
  assert.deepEqual((await second.notification('left')).room, 'uz');
  assert.ok(!(await bo.call('room.list')).rooms.some(({ room }) => room === 'uz'));
  for (const [method, params] of [['room.join', {}], ['room.history', {}], ['room.members', {}], ['room.read', { seq: 1 }],
    ['message.post', { client_id: clientId(), text: 'x' }], ['message.react', { seq: 1, emoji: '👍', on: true }]]) {
    assert.equal((await bo.refused(method, { room: 'uz', ...params })).reason, 'banned', method);
  }
  const online = await anna.call('room.members', { room: 'uz' });
  assert.ok(!online.members.some(({ id }) => id === bo.me));
  await sleep(Math.max(0, Date.parse(until) + 300 - Date.now()));
  const again = await bo.call('room.join', { room: 'uz', after: 0 });
  assert.ok(again.entries.some((entry) => entry.seq === seq));
  assert.ok(!bo.entries('uz').some((entry) => entry.seq === seq), 'nothing of it was delivered meanwhile');
  await ends(moderator, bo, second, anna);
});

test('who is banned from the club hears why, is closed with 4003, and may not come back before it is lifted', async () => {
  const [moderator, emil] = await lines('moderator', 'emil');
  await emil.call('room.join', { room: 'fintech' });
  await moderator.call('member.ban', { member: emil.me, for: null, reason: 'Мошенничество' });
  assert.equal((await emil.closed).code, 4003);
  assert.deepEqual(emil.all('acted').map(({ action, reason }) => [action, reason]), [['ban', 'Мошенничество']]);
  const late = club.open({ cookie: emil.cookie });
  assert.equal((await late.closed).code, 4003);
  assert.deepEqual(late.received, []);
  const logIn = (password) => club.http('POST', '/api/session', { body: { login: 'emil', password } });
  const refused = await logIn(PASSWORD);
  assert.equal(refused.status, 403);
  assert.equal(refused.headers['set-cookie'], undefined);
  assert.deepEqual([refused.json.error.reason, refused.json.error.ban], ['banned', { reason: 'Мошенничество' }]);
  assert.equal((await logIn('не тот пароль 9')).json.error.reason, 'bad_credentials', 'only who knows the password is told');
  const { until } = await moderator.call('member.ban', { member: emil.me, for: 3600, reason: '诈骗' });
  assert.deepEqual((await logIn(PASSWORD)).json.error.ban, { until, reason: '诈骗' });
  assert.equal((await club.http('GET', '/api/session', { cookie: emil.cookie })).json.error.reason, 'no_session');
  await moderator.call('member.ban', { member: emil.me, for: 0 });
  const over = club.open({ cookie: emil.cookie });
  assert.equal((await over.closed).code, 4001, 'the session does not come back');
  const [cookie] = await club.cookies('emil');
  const back = await club.connect({ cookie });
  await post(back, 'fintech', 'Это была ошибка');
  await ends(moderator, back);
});

test('a room that is locked or slow is so for all but those who moderate it', async () => {
  const [moderator, anna, bo] = await lines('moderator', 'anna', 'bo');
  await anna.call('room.join', { room: 'by' });
  await bo.call('room.open', { country: 'by' }); /* on the list, not joined */
  const { seq } = await moderator.call('room.update', { room: 'by', locked: true, title: 'Беларусь · рынки', topic: '白俄罗斯' });
  const entry = await anna.entry('by', seq);
  assert.deepEqual([entry.type, entry.locked, entry.title, entry.topic], ['room', true, 'Беларусь · рынки', '白俄罗斯']);
  const told = await bo.notification('room', ({ room, locked }) => room === 'by' && locked);
  assert.deepEqual([told.title, told.topic, told.joined], ['Беларусь · рынки', '白俄罗斯', false]);
  assert.equal((await anna.refused('message.post', { room: 'by', client_id: clientId(), text: 'x' })).reason, 'locked');
  await post(moderator, 'by', 'Тишина на пять минут');
  const again = await moderator.call('room.update', { room: 'by', locked: true });
  assert.ok(again.seq >= seq, 'the same again changes nothing');
  await moderator.call('room.update', { room: 'by', locked: false, slow: 30, title: '' });
  await post(anna, 'by', 'Первое');
  const slow = await anna.refused('message.post', { room: 'by', client_id: clientId(), text: 'Второе' });
  assert.equal(slow.reason, 'slow_mode');
  assert.ok(slow.retryAfter > 0 && slow.retryAfter <= 30);
  const { room } = await bo.call('room.join', { room: 'by' });
  assert.deepEqual([room.slow, room.locked, room.title, room.topic], [30, false, 'Belarus', '白俄罗斯']);
  await moderator.call('room.update', { room: 'by', slow: 0 });
  await post(anna, 'by', 'Второе');
  assert.equal((await bo.call('room.join', { room: 'by' })).room.slow, 0);
  await ends(moderator, anna, bo);
});

test('pins are seen by all, at most twenty, and go with the message', async () => {
  const [moderator, anna] = await lines('moderator', 'anna');
  await anna.call('room.join', { room: 'pk' });
  const seqs = [];
  for (let i = 0; i < 21; i++) seqs.push((await post(anna, 'pk', `Номер ${i}`)).seq);
  for (const seq of seqs.slice(0, 20)) await moderator.call('room.pin', { room: 'pk', seq, on: true });
  assert.equal((await moderator.refused('room.pin', { room: 'pk', seq: seqs[20], on: true })).reason, 'conflict');
  await anna.notification('entry', ({ type, pinned }) => type === 'room' && pinned?.length === 20);
  assert.equal((await anna.call('room.join', { room: 'pk' })).room.pinned[0], seqs[19]);
  await moderator.call('room.pin', { room: 'pk', seq: seqs[19], on: false });
  await anna.call('message.remove', { room: 'pk', seq: seqs[18] });
  assert.deepEqual((await anna.call('room.join', { room: 'pk' })).room.pinned.slice(0, 2), [seqs[17], seqs[16]]);
  assert.equal((await moderator.refused('room.pin', { room: 'pk', seq: seqs[18], on: true })).reason, 'not_found');
  await ends(moderator, anna);
});

test('a purge removes what one member wrote lately, and nobody else', async () => {
  const [moderator, bo, anna] = await lines('moderator', 'bo', 'anna');
  await anna.call('room.join', { room: 'tj' });
  const spam = [];
  for (let i = 0; i < 5; i++) spam.push((await post(bo, 'tj', `便宜 ${i}`)).seq);
  const kept = await post(anna, 'tj', 'Это остаётся');
  assert.deepEqual(await moderator.call('message.purge', { room: 'tj', member: bo.me, for: 600 }), { removed: 5 });
  await anna.until(() => anna.entries('tj').filter(({ type }) => type === 'remove').length === 5);
  await acted(bo, 'purge', 'tj');
  const { entries } = await anna.call('room.history', { room: 'tj' });
  for (const entry of entries.filter(({ type }) => type === 'message')) {
    assert.equal(entry.removed === true, spam.includes(entry.seq), JSON.stringify(entry));
  }
  assert.ok(entries.some(({ seq }) => seq === kept.seq));
  assert.deepEqual(await moderator.call('message.purge', { room: 'tj', member: bo.me, for: 600 }), { removed: 0 });
  await ends(moderator, bo, anna);
});

test('a private room is there for those who were let in, and gone for those who were let out', async () => {
  const [moderator, bo, anna] = await lines('moderator', 'bo', 'anna');
  const client_id = clientId();
  const { room: made } = await moderator.call('room.create', { client_id, title: 'Хлопок', topic: 'Ферганская долина', private: true });
  assert.match(made.room, /^r\./);
  assert.deepEqual([made.kind, made.title, made.private, made.role], ['custom', 'Хлопок', true, 'moderator']);
  assert.equal((await moderator.call('room.create', { client_id, title: 'Другое' })).room.room, made.room);
  const room = made.room;
  await post(moderator, room, 'Добро пожаловать');
  for (const method of ['room.join', 'room.history', 'room.members']) {
    assert.equal((await bo.refused(method, { room })).reason, 'not_found', method);
  }
  await moderator.call('room.invite', { room, member: bo.me, on: true });
  assert.equal((await bo.notification('room', (one) => one.room === room)).title, 'Хлопок');
  assert.equal((await acted(bo, 'admit', room)).by, moderator.me);
  assert.equal((await bo.call('room.join', { room })).entries[0].text, 'Добро пожаловать');
  assert.equal((await anna.refused('room.join', { room })).reason, 'not_found', 'what one may read is nobody else’s');
  await moderator.call('room.invite', { room, member: bo.me, on: false });
  assert.deepEqual(await bo.notification('left'), { room, reason: 'not_found' });
  assert.equal((await acted(bo, 'exclude', room)).by, moderator.me);
  const { seq } = await post(moderator, room, 'Теперь без него');
  await sleep(300);
  assert.ok(!bo.entries(room).some((entry) => entry.seq === seq));
  assert.equal((await bo.refused('room.join', { room })).reason, 'not_found');
  assert.equal((await moderator.refused('room.invite', { room: 'kz', member: bo.me, on: true })).reason, 'conflict');
  await ends(moderator, bo, anna);
});

test('a moderator of a country moderates its crossings, until dismissed', async () => {
  const [admin, dana, bo] = await lines('admin', 'dana', 'bo');
  await dana.call('room.open', { country: 'kz', sector: 'trade' });
  assert.equal((await dana.refused('room.update', { room: 'kz.trade', locked: true })).reason, 'forbidden');
  await admin.call('member.appoint', { member: dana.me, room: 'kz', role: 'moderator' });
  await acted(dana, 'appoint', 'kz');
  await dana.notification('room', ({ room, role }) => room === 'kz.trade' && role === 'moderator');
  await dana.call('room.update', { room: 'kz.trade', locked: true });
  await dana.call('member.mute', { room: 'kz.trade', member: bo.me, for: 60 });
  assert.equal((await dana.refused('room.update', { room: 'cn', locked: true })).reason, 'forbidden');
  assert.equal((await dana.refused('member.mute', { room: 'kz', member: admin.me, for: 60 })).reason, 'forbidden');
  assert.equal((await dana.refused('member.mute', { member: bo.me, for: 60 })).reason, 'forbidden', 'not in the whole club');
  await admin.call('member.appoint', { member: dana.me, room: 'kz', role: 'member' });
  await acted(dana, 'dismiss', 'kz');
  assert.equal((await dana.refused('room.update', { room: 'kz.trade', locked: false })).reason, 'forbidden');
  await admin.call('room.update', { room: 'kz.trade', locked: false });
  await ends(admin, dana, bo);
});

test('two who act on one message at once do it once', async () => {
  const [moderator, admin, author, reader] = await lines('moderator', 'admin', 'bo', 'anna');
  await actAtOnce({ moderator, admin, author, reader, room: 'ir' });
  await ends(moderator, admin, author, reader);
});

test('a moderator who is dismissed while acting does nothing after that, and what was done before is noted once', async () => {
  const [admin, keeper] = await lines('admin', 'anna');
  await isDismissedWhileActing({ admin, keeper, room: 'by' });
  await ends(admin, keeper);
});

test('who leaves while being banned stays out', async () => {
  const [moderator, admin] = await lines('moderator', 'admin');
  const [first, second] = await club.cookies('emil', 2);
  const [guest, stays] = [await club.connect({ cookie: first }), await club.connect({ cookie: second })];
  await leavesWhileBanned({ moderator, admin, guest, stays, room: 'tj', logout: () => club.http('DELETE', '/api/session', { cookie: first }) });
  await ends(moderator, admin);
});

test('an act on somebody who is not there holds when that one comes', async () => {
  const [moderator, bo] = await lines('moderator', 'bo');
  const me = bo.me;
  await bo.close();
  await moderator.call('member.ban', { room: 'kg', member: me, for: null });
  const back = await club.connect('bo');
  assert.equal((await back.refused('room.join', { room: 'kg' })).reason, 'banned');
  await moderator.call('member.ban', { room: 'kg', member: me, for: 0 });
  await acted(back, 'unban', 'kg');
  await back.call('room.join', { room: 'kg' });
  await ends(moderator, back);
});

/** Comes into the club by an invite of that one: a line. */
async function comeBy(host, login, name) {
  const { url } = await host.call('invite.create', { client_id: clientId() });
  const body = { invite: url.split('#invite=')[1], login, password: PASSWORD, name };
  const joined = await club.http('POST', '/api/members', { body });
  assert.equal(joined.status, 201, joined.text);
  return club.connect({ cookie: sessionCookie(joined) });
}

test('who came by whom is shown, and one act freezes that branch and lets it in again', async () => {
  const [admin, bo] = await lines('admin', 'bo');
  const rauan = await comeBy(admin, 'rauan', 'Рауан Сейітов');
  await admin.call('member.appoint', { member: rauan.me, role: 'moderator' });
  const mei = await comeBy(rauan, 'mei', '梅 林');
  const jan = await comeBy(rauan, 'jan', 'Ян Ковач');
  await admin.call('member.appoint', { member: rauan.me, role: 'member' });
  const { member } = await bo.call('member.get', { member: mei.me });
  assert.deepEqual(member.invited_by, { id: rauan.me, name: 'Рауан Сейітов' });
  assert.equal((await bo.call('member.get', { member: admin.me })).member.invited_by, undefined);
  assert.equal((await bo.refused('invite.tree', {})).reason, 'forbidden');
  const branch = await admin.call('invite.tree', { member: rauan.me });
  assert.deepEqual([branch.member.name, branch.above.map(({ id }) => id)], ['Рауан Сейітов', [admin.me]]);
  assert.deepEqual(branch.members.map(({ id, invited }) => [id, invited]), [[mei.me, 0], [jan.me, 0]]);
  assert.deepEqual([branch.open, branch.frozen, branch.more], [3, 0, false]);
  const page = await admin.call('invite.tree', { member: rauan.me, limit: 1 });
  assert.deepEqual([page.members.map(({ id }) => id), page.more], [[mei.me], true]);
  const rest = await admin.call('invite.tree', { member: rauan.me, after: mei.me });
  assert.deepEqual([rest.members.map(({ id }) => id), rest.more], [[jan.me], false]);
  const top = await admin.call('invite.tree');
  assert.ok(top.members.some(({ id, invited }) => id === admin.me && invited >= 1) && !top.member && !top.above);
  assert.deepEqual(await admin.call('invite.freeze', { member: rauan.me, on: true, reason: 'Рассылка 群发广告' }), { members: 3 });
  for (const line of [rauan, mei, jan]) {
    assert.equal((await line.closed).code, 4003);
    assert.deepEqual(line.all('acted').map(({ action, reason }) => [action, reason]).at(-1), ['freeze', 'Рассылка 群发广告']);
  }
  const frozen = await admin.call('invite.tree', { member: rauan.me });
  assert.deepEqual([frozen.open, frozen.frozen, frozen.members.every((one) => one.frozen)], [0, 3, true]);
  assert.deepEqual(await admin.call('invite.freeze', { member: rauan.me, on: false }), { members: 3 });
  const [cookie] = await club.cookies('mei');
  await ends(admin, bo, await club.connect({ cookie }));
});

test('all who came by one invite are shut out together, and nobody comes by it any more', async () => {
  const [moderator, bo] = await lines('moderator', 'bo');
  const made = await moderator.call('invite.create', { client_id: clientId(), uses: 5 });
  const token = made.url.split('#invite=')[1];
  const join = async (login) => {
    const body = { invite: token, login, password: PASSWORD, name: '名单 Из рассылки' };
    return club.http('POST', '/api/members', { body });
  };
  const come = async (login) => club.connect({ cookie: sessionCookie(await join(login)) });
  const came = [await come('spam.one'), await come('spam.two')];
  const shown = await moderator.call('invite.tree', { invite: made.invite });
  assert.deepEqual(shown.members.map(({ login, invite }) => [login, invite]), [['spam.one', made.invite], ['spam.two', made.invite]]);
  assert.deepEqual([shown.invite.used, shown.invite.made_by, shown.open, shown.frozen], [2, moderator.me, 2, 0]);
  assert.equal((await bo.refused('invite.freeze', { invite: made.invite, on: true })).reason, 'forbidden');
  for (const invite of ['i4711', made.invite.slice(1)]) {
    assert.equal((await moderator.refused('invite.freeze', { invite, on: true })).reason, 'not_found', invite);
  }
  for (const params of [{}, { invite: made.invite, member: bo.me }]) {
    const { error } = await moderator.ask('invite.freeze', { ...params, on: true });
    assert.deepEqual([error.code, error.data.field], [-32602, 'member']);
  }
  const freeze = { invite: made.invite, on: true, reason: '群发广告 Рассылка' };
  assert.deepEqual(await moderator.call('invite.freeze', freeze), { members: 2 });
  for (const line of came) {
    assert.equal((await line.closed).code, 4003);
    assert.deepEqual(line.all('acted').map(({ action, reason }) => [action, reason]), [['freeze', freeze.reason]]);
  }
  assert.equal((await join('spam.three')).status, 404);
  const [act] = (await moderator.call('audit.list', { limit: 1 })).actions;
  assert.deepEqual([act.action, act.member, act.detail], ['freeze', undefined, { invite: Number(made.invite.slice(1)), members: 2 }]);
  assert.deepEqual(await moderator.call('invite.freeze', { invite: made.invite, on: false }), { members: 2 });
  const [cookie] = await club.cookies('spam.one');
  await ends(moderator, bo, await club.connect({ cookie }));
});

test('the audit log has every act, for those who may see it', async () => {
  const [moderator, anna] = await lines('moderator', 'anna');
  const seen = [];
  for (let before, more = true; more;) {
    const page = await moderator.call('audit.list', { limit: 7, ...(before ? { before } : {}) });
    seen.push(...page.actions);
    before = page.actions.at(-1)?.id;
    more = page.more;
  }
  const words = new Set(seen.map(({ action }) => action));
  for (const word of ['mute', 'unmute', 'ban', 'unban', 'update', 'pin', 'unpin', 'purge', 'create', 'admit', 'exclude', 'appoint', 'dismiss', 'remove']) {
    assert.ok(words.has(word), word);
  }
  const ids = seen.map(({ id }) => Number(id.slice(1)));
  assert.deepEqual(ids, [...ids].sort((a, b) => b - a));
  const inRoom = await moderator.call('audit.list', { room: 'kz' });
  assert.ok(inRoom.actions.length > 0 && inRoom.actions.every(({ room }) => room === 'kz'));
  assert.equal((await anna.refused('audit.list')).reason, 'forbidden');
  await ends(moderator, anna);
});

test('the operator gets it as CSV and JSON, whole, in either order', async () => {
  const moderator = await club.connect('moderator');
  const bo = await club.connect('bo');
  const reasons = ['=HYPERLINK("http://зло.example")', 'Реклама, "срочно"\nи ещё', '请停止刷屏'];
  for (const reason of reasons) {
    await moderator.call('member.mute', { room: 'telecommunications', member: bo.me, for: 60, reason });
    await moderator.call('member.mute', { room: 'telecommunications', member: bo.me, for: 0 });
  }
  const json = JSON.parse(await club.command(['audit', '--format', 'json']));
  const listed = await moderator.call('audit.list', { limit: 100 });
  assert.deepEqual(json.slice(0, listed.actions.length), listed.actions);
  const oldest = JSON.parse(await club.command(['audit', '--format', 'json', '--order', 'oldest']));
  assert.deepEqual(oldest, [...json].reverse());
  const csv = await club.command(['audit', '--room', 'telecommunications', '--member', 'bo']);
  assert.ok(csv.startsWith('\uFEFFid,at,by,by_name,action,room,member,member_name,seq,until,reason,detail\r\n'));
  assert.ok(csv.includes(`"'=HYPERLINK(""http://зло.example"")"`));
  assert.ok(csv.includes('"Реклама, ""срочно""\nи ещё"'));
  assert.ok(csv.includes(',请停止刷屏,'));
  assert.ok(csv.includes(`,${moderator.me},Мода Ратор,mute,telecommunications,${bo.me},王博,`));
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  assert.equal(await club.command(['audit', '--format', 'json', '--since', tomorrow]), '[]\n');
  assert.equal(JSON.parse(await club.command(['audit', '--format', 'json', '--since', '2026-01-01T00:00+05:00'])).length, json.length);
  for (const wrong of [['--since', 'вчера'], ['--format', 'xml'], ['--order', 'up']]) {
    assert.equal((await club.run(['audit', ...wrong])).status, 2, wrong.join(' '));
  }
  assert.match((await club.run(['audit', '--member', 'nobody'])).errors, /nobody has this login/);
  await ends(moderator, bo);
});
