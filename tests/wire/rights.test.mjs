// Every method, as every role, in every kind of room, held against one table.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { clientId, clubForFile } from './support/club.mjs';

const ROLES = ['member', 'room', 'country', 'moderator', 'admin', 'banned', 'muted'];
const club = await clubForFile({
  members: ['anyone', 'chief', 'country', 'moderator', 'admin', 'exile', 'silent', 'victim', 'quiet', 'gone'],
  settings: { CLUB_LIMITS: 'off' },
});
const LOGINS = { member: 'anyone', room: 'chief', country: 'country', moderator: 'moderator', admin: 'admin', banned: 'exile', muted: 'silent' };

// One letter for each of ROLES: what the answer is. "own" is the direct talk with the victim, "others" one of two others;
// "open" and "in" are rooms that were made, the latter private; "out" is private, and only its maker is in it.
const LETTERS = {
  '.': 'done', f: 'forbidden', n: 'not_found', b: 'banned', m: 'muted', c: 'conflict', l: 'locked', s: 'slow_mode', r: 'rate_limited', '?': 'params',
};
const ROOMS = ['kz', 'trade', 'kz.trade', 'own', 'others', 'open', 'in', 'out', 'nowhere'];
const TABLE = {
  //                kz      trade   kz.trade own    others  open    in      out     nowhere
  'room.join':      '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
  'room.history':   '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
  'room.members':   '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
  'room.read':      '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
  'room.leave':     '....... ....... ....... ....... ....... ....... ....... ....... .......', // where one is not, too
  'room.typing':    '.....fm .....fm .....fm ....... fffffff .....fm .....fm fffffff fffffff', // needs a subscription
  'message.post':   '.....bm .....bm .....bm ....... nnnnnnn .....bm .....bm nnnnnnn nnnnnnn',
  'message.edit':   '.....bm .....bm .....bm ....... nnnnnnn .....bm .....bm nnnnnnn nnnnnnn', // one's own
  'message.react':  '.....bm .....bm .....bm ....... nnnnnnn .....bm .....bm nnnnnnn nnnnnnn',
  'message.remove': 'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn', // another's
  'message.purge':  'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'room.update':    'f....bf f.f..bf f....bf fffffff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'room.pin':       'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'room.invite':    'fccccbf fcfccbf fccccbf fffccff nnnnnnn fcfccbf f.f..bf nnnnnnn nnnnnnn',
  'member.mute':    'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'member.ban':     'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'member.appoint': 'fff..bf fff..bf fff..bf fffffff nnnnnnn fff..bf fff..bf nnnnnnn nnnnnnn',
  'audit.list':     'f....ff f.f..ff f....ff fff..ff fff..ff f.f..ff f.f..ff fff..ff fffnnff',
  'sanction.list':  'f....bf f.f..bf f....bf fff..ff nnnnnnn f.f..bf f.f..bf nnnnnnn nnnnnnn',
  'room.staff':     '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
  'room.admitted':  'fccccbf fcfccbf fccccbf fffccff nnnnnnn fcfccbf f.f..bf nnnnnnn nnnnnnn',
  'report.send':    '.....b. .....b. .....b. ....... nnnnnnn .....b. .....b. nnnnnnn nnnnnnn',
};

// What needs no room, or is done in the whole club.
const CLUB = {
  'ping':           '.......',
  'room.list':      '.......',
  'room.find':      '.......',
  'room.open':      '.......',
  'direct.open':    '.......',
  'room.create':    'fff..ff',
  'member.get':     '.......',
  'member.update':  '.......',
  'member.block':   '.......',
  'member.blocked': '.......',
  'session.list':   '.......',
  'session.end':    'nnnnnnn', // another's
  'member.mute':    'fff..ff',
  'member.ban':     'fff..ff',
  'member.appoint': 'ffff.ff',
  'audit.list':     'f....ff', // of the rooms that one moderates
  'sanction.list':  'f....ff', // of the rooms that one moderates
  'report.list':    'f....ff', // of the rooms that one moderates
  'report.count':   'f....ff',
  'report.settle':  'f....bf', // one of kz
  'invite.create':  'fff..ff',
  'invite.list':    'fff..ff',
  'invite.revoke':  'fffnnff',
  'invite.freeze':  'fff..ff',
  'invite.tree':    'fff..ff',
  'club.raid':      'fff..ff',
};
// Looked at in a test of their own: who may find what.
const ELSEWHERE = /^(member\.find|message\.search|room\.notify)/;

async function outcome(line, method, params) {
  const { error } = await line.ask(method, params);
  const what = !error ? 'done' : error.code === -32602 ? 'params' : error.data?.reason;
  const letter = Object.keys(LETTERS).find((key) => LETTERS[key] === what);
  assert.ok(letter, `${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
  return letter;
}

const lines = {};
const post = async (line, room, text = '您好') => (await line.call('message.post', { room, client_id: clientId(), text })).seq;
let victim, quiet, admin, rooms, report;

async function prepare() {
  for (const role of ROLES) lines[role] = await club.connect(LOGINS[role]);
  [victim, quiet] = [await club.connect('victim'), await club.connect('quiet')];
  admin = lines.admin;
  const make = async (title, isPrivate, maker = admin) =>
    (await maker.call('room.create', { client_id: clientId(), title, private: isPrivate })).room.room;
  rooms = { kz: 'kz', trade: 'trade', 'kz.trade': 'kz.trade', nowhere: 'r.nowhere' };
  rooms.open = await make('Открытая', false);
  rooms.in = await make('Закрытая', true);
  // Whoever makes a room is in it; nobody of ROLES may be.
  await admin.call('member.appoint', { member: quiet.me, role: 'moderator' });
  rooms.out = await make('Чужая', true, quiet);
  await post(quiet, rooms.out);
  await admin.call('member.appoint', { member: quiet.me, role: 'member' });
  rooms.others = (await victim.call('direct.open', { member: quiet.me })).room.room;
  for (const one of [...Object.values(lines), victim, quiet]) {
    if (one !== admin) await admin.call('room.invite', { room: rooms.in, member: one.me, on: true });
  }
  for (const room of ['kz', 'trade', 'kz.trade', rooms.open, rooms.in]) {
    await admin.call('member.appoint', { room, member: lines.room.me, role: 'moderator' });
  }
  await admin.call('member.appoint', { room: 'kz', member: lines.country.me, role: 'moderator' });
  await admin.call('message.remove', { room: 'kz', seq: await post(admin, 'kz') });
}

/** The room of that kind for that role. */
async function roomOf(kind, role) {
  return kind === 'own' ? (await lines[role].call('direct.open', { member: victim.me })).room.room : rooms[kind];
}

// What each role works with in each room: a message of its own, and one of the victim's.
const materials = new Map();
async function gather() {
  for (const kind of ROOMS) {
    for (const role of ROLES) {
      const room = await roomOf(kind, role);
      const may = !['out', 'others', 'nowhere'].includes(kind);
      const own = may ? await post(lines[role], room) : 1;
      const theirs = kind === 'out' || kind === 'nowhere' ? 1 : await post(victim, room);
      materials.set(`${kind} ${role}`, { room, own, theirs });
    }
  }
  for (const room of ['kz', 'trade', 'kz.trade', rooms.open, rooms.in]) {
    await admin.call('member.ban', { room, member: lines.banned.me, for: null });
    await admin.call('member.mute', { room, member: lines.muted.me, for: null });
  }
}

const IN_ROOM = {
  'room.join': () => ({}),
  'room.history': () => ({}),
  'room.members': () => ({}),
  'room.read': () => ({ seq: 1 }),
  'room.typing': () => ({}),
  'message.post': () => ({ client_id: clientId(), text: '好' }),
  'message.edit': ({ own }) => ({ seq: own, text: '改' }),
  'message.react': ({ theirs }) => ({ seq: theirs, emoji: '👍', on: true }),
  'room.update': ({ role }) => ({ topic: role }),
  'room.pin': ({ theirs }) => ({ seq: theirs, on: true }),
  'room.invite': () => ({ member: victim.me, on: true }),
  'message.purge': () => ({ member: quiet.me, for: 1 }),
  'member.mute': () => ({ member: quiet.me, for: 0 }),
  'member.ban': () => ({ member: quiet.me, for: 0 }),
  'member.appoint': () => ({ member: quiet.me, role: 'member' }),
  'audit.list': () => ({}),
  'sanction.list': () => ({}),
  'room.staff': () => ({}),
  'room.admitted': () => ({}),
  'report.send': ({ theirs }) => ({ client_id: clientId(), seq: theirs, reason: '广告' }),
  'message.remove': ({ theirs }) => ({ seq: theirs }),
  'room.leave': () => ({}),
};

test('in every kind of room', async () => {
  await prepare();
  await gather();
  const found = {};
  for (const [method, params] of Object.entries(IN_ROOM)) {
    const row = [];
    for (const kind of ROOMS) {
      let letters = '';
      for (const role of ROLES) {
        const material = materials.get(`${kind} ${role}`);
        letters += await outcome(lines[role], method, { room: material.room, ...params({ ...material, role }) });
      }
      row.push(letters);
    }
    found[method] = row.join(' ');
  }
  assert.deepEqual(found, TABLE);
});

const IN_CLUB = {
  'ping': () => ({}),
  'room.list': () => ({}),
  'room.find': () => ({}),
  'room.open': () => ({ country: 'uz' }),
  'direct.open': () => ({ member: quiet.me }),
  'room.create': () => ({ client_id: clientId(), title: 'Новая' }),
  'member.get': () => ({ member: victim.me }),
  'member.update': () => ({ about: '您好' }),
  'member.block': () => ({ member: quiet.me, on: false }),
  'member.blocked': () => ({}),
  'session.list': () => ({}),
  'session.end': () => ({ session: 's4711' }),
  'member.mute': () => ({ member: quiet.me, for: 0 }),
  'member.ban': () => ({ member: quiet.me, for: 0 }),
  'member.appoint': () => ({ member: quiet.me, role: 'member' }),
  'audit.list': () => ({}),
  'sanction.list': () => ({}),
  'report.list': () => ({}),
  'report.count': () => ({}),
  'report.settle': () => ({ report, outcome: 'dismissed' }),
  'invite.create': () => ({ client_id: clientId() }),
  'invite.list': () => ({}),
  'invite.revoke': () => ({ invite: 'i4711' }),
  'invite.freeze': () => ({ member: quiet.me, on: false }),
  'invite.tree': () => ({ member: quiet.me }),
  'club.raid': () => ({ on: false }),
};

test('in the whole club', async () => {
  const seq = await post(victim, 'kz');
  ({ report } = await quiet.call('report.send', { client_id: clientId(), room: 'kz', seq, reason: 'Реклама' }));
  const found = {};
  for (const [method, params] of Object.entries(IN_CLUB)) {
    found[method] = '';
    for (const role of ROLES) found[method] += await outcome(lines[role], method, params());
  }
  assert.deepEqual(found, CLUB);
});

test('no method is left out', () => {
  const { methods } = JSON.parse(readFileSync(new URL('../../server/wire/openrpc.json', import.meta.url), 'utf8'));
  const left = methods.map(({ name }) => name).filter((name) => !(name in TABLE) && !(name in CLUB) && !ELSEWHERE.test(name));
  assert.deepEqual(left, []);
});

test('nobody acts on somebody of the same standing or above, the last admin stays', async () => {
  const { admin: first, moderator, country, room: chief } = lines;
  for (const [line, params, letter] of [
    [moderator, { member: first.me, for: 60 }, 'f'],
    [moderator, { member: moderator.me, for: 60 }, 'f'],
    [moderator, { room: 'kz', member: first.me, for: 60 }, 'f'],
    [first, { member: first.me, for: 60 }, 'f'],
    [country, { room: 'kz', member: chief.me, for: 60 }, 'f'],
    [country, { room: 'kz.trade', member: country.me, for: 60 }, 'f'],
    [chief, { room: 'trade', member: country.me, for: 0 }, '.'], // who is nobody there
    [moderator, { room: 'kz', member: chief.me, for: 0 }, '.'],
  ]) {
    for (const method of ['member.mute', 'member.ban']) assert.equal(await outcome(line, method, params), letter, JSON.stringify(params));
  }
  for (const [line, room, member, letter] of [
    [moderator, 'kz', first.me, 'f'],
    [moderator, 'kz', chief.me, '.'],
    [country, 'kz', chief.me, 'f'],
    [country, 'kz', moderator.me, 'f'],
    [chief, 'trade', country.me, '.'],
  ]) {
    const author = Object.values(lines).find(({ me }) => me === member);
    const seq = await post(author, room);
    assert.equal(await outcome(line, 'message.remove', { room, seq }), letter, `remove ${room} ${member}`);
    assert.equal(await outcome(line, 'message.purge', { room, member, for: 1 }), letter, `purge ${room} ${member}`);
  }
  await first.call('member.appoint', { room: rooms.in, member: country.me, role: 'moderator' });
  for (const [line, member, letter] of [
    [chief, first.me, 'f'], [chief, moderator.me, 'f'], [chief, country.me, 'f'], [moderator, first.me, 'f'], [moderator, country.me, '.'], [country, chief.me, 'n'],
  ]) {
    assert.equal(await outcome(line, 'room.invite', { room: rooms.in, member, on: false }), letter, `out of a private room ${member}`);
  }
  for (const member of [moderator.me, first.me]) {
    assert.equal(await outcome(moderator, 'invite.freeze', { member, on: true }), 'f');
    assert.equal(await outcome(moderator, 'member.appoint', { member, room: 'kz', role: 'moderator' }), 'f');
  }
  assert.equal(await outcome(first, 'member.appoint', { member: first.me, role: 'member' }), 'c');
  assert.equal(await outcome(moderator, 'member.appoint', { member: moderator.me, role: 'admin' }), 'f');
});

test('without a session nothing is open', async () => {
  const line = club.open({});
  await assert.rejects(line.opened, { status: 401 });
  const gone = await club.connect('gone');
  await club.command(['member', 'disable', 'gone']);
  assert.equal((await gone.closed).code, 4001);
  assert.equal((await club.open({ cookie: gone.cookie }).closed).code, 4001);
});

test('forged rooms, roles and times are refused before anything is done', async () => {
  const before = (await admin.call('audit.list', { limit: 1 })).actions[0].id;
  const member = quiet.me;
  for (const room of ['r.', 'dm.x', 'ev.1', '@club', '../kz', 'KZ', 'kz.', 'kz.fintech.x', 'kz\u200b', '王', 'x'.repeat(64)]) {
    for (const [method, params] of [['member.ban', { member, for: 60 }], ['member.mute', { member, for: 60 }], ['room.update', { locked: true }],
      ['room.pin', { seq: 1, on: true }], ['room.invite', { member, on: true }], ['message.purge', { member, for: 60 }], ['member.appoint', { member, role: 'moderator' }]]) {
      assert.equal(await outcome(admin, method, { room, ...params }), 'n', `${method} ${room}`);
    }
  }
  assert.equal((await admin.refused('room.update', { room: 'x'.repeat(65), locked: true })).reason, 'too_long');
  for (const time of [-1, 1.5, '60', 1e300, true, [], {}, undefined]) {
    for (const method of ['member.mute', 'member.ban']) assert.equal(await outcome(admin, method, { member, for: time }), '?', `${time}`);
    assert.equal(await outcome(admin, 'message.purge', { room: 'kz', member, for: time }), '?', `${time}`);
  }
  for (const time of [0, 86401, null]) assert.equal(await outcome(admin, 'message.purge', { room: 'kz', member, for: time }), '?', `${time}`);
  for (const slow of [-1, 86401, 0.5, '5', null]) assert.equal(await outcome(admin, 'room.update', { room: 'kz', slow }), '?', `${slow}`);
  for (const role of ['owner', 'Admin', '', null, 2]) assert.equal(await outcome(admin, 'member.appoint', { member, role }), '?', `${role}`);
  assert.equal(await outcome(admin, 'member.appoint', { member, room: 'kz', role: 'admin' }), '?');
  for (const who of ['m0', 'm-1', 'm99999999999999999999', 'quiet', 'M1', 'm4711']) {
    assert.equal(await outcome(admin, 'member.ban', { member: who, for: 60 }), 'n', who);
  }
  const invite = (params) => outcome(admin, 'invite.create', { client_id: clientId(), ...params });
  for (const uses of [0, -1, 1001, 1.5, '1', null]) assert.equal(await invite({ uses }), '?', `${uses}`);
  for (const time of [0, -1, 2592001, 0.5, '60', null]) assert.equal(await invite({ for: time }), '?', `${time}`);
  for (const role of ['owner', 'Admin', '', null]) assert.equal(await invite({ role }), '?', `${role}`);
  for (const room of ['r.', 'r.nowhere', 'dm.x', rooms.others, rooms.out, 'KZ', '@club']) assert.equal(await invite({ room }), 'n', room);
  for (const id of ['i0', 'i-1', 'i99999999999999999999', '17', 'I17', 'i4711']) {
    assert.equal(await outcome(admin, 'invite.revoke', { invite: id }), 'n', id);
    assert.equal(await outcome(admin, 'invite.freeze', { invite: id, on: true }), 'n', id);
    assert.equal(await outcome(admin, 'invite.tree', { invite: id }), 'n', id);
  }
  for (const id of ['90', 'a', 'a-1', 'm1', 'a0x']) assert.equal(await outcome(admin, 'audit.list', { before: id }), '?', id);
  assert.equal((await admin.call('audit.list', { limit: 1 })).actions[0].id, before, 'nothing was done');
});
