// A club moves from SQLite to PostgreSQL and back, and everything is as it was: `clubd copy`, and what `clubd backup` and
// `clubd restore` are for a PostgreSQL database.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Club, PASSWORD } from './support/club.mjs';
import { Postgres } from './support/postgres.mjs';
import { chinese, russian } from './support/texts.mjs';

let postgres;
before(async () => (postgres = await Postgres.start()));
after(() => postgres.stop());

const awkward = 'Таб\tи «\\N» и \\. и \\x41\nновая строка\n\n"кавычки" {"a":1} 世界 👩‍👩‍👧‍👦';
const ROOMS = ['kz', 'fintech', 'kz.fintech'];

async function fill(club) {
  const anna = await club.connect('anna');
  const bo = await club.connect('bo');
  const post = (line, room, client_id, text, more = {}) => line.call('message.post', { room, client_id, text, ...more });
  for (let index = 0; index < 20; index++) {
    await post(index % 2 ? anna : bo, ROOMS[index % 3], `first-${index}`, (index % 2 ? russian : chinese)[index]);
  }
  const { seq } = await post(anna, 'kz', 'awkward', awkward);
  await post(bo, 'kz', 'reply', '@anna 你好', { reply_to: seq });
  const gone = await post(bo, 'kz', 'gone', 'Это будет удалено');
  await bo.call('message.edit', { room: 'kz', seq: gone.seq, text: 'И это тоже' });
  await bo.call('message.remove', { room: 'kz', seq: gone.seq, reason: 'по ошибке' });
  await anna.call('message.edit', { room: 'kz', seq, text: `${awkward}\n（已修改）` });
  await bo.call('message.react', { room: 'kz', seq, emoji: '👍', on: true });
  await anna.call('message.react', { room: 'kz', seq, emoji: '🎉', on: true });
  await anna.call('message.react', { room: 'kz', seq, emoji: '👍', on: true });
  await bo.call('message.react', { room: 'kz', seq, emoji: '👍', on: false });
  await anna.call('room.read', { room: 'kz', seq: 3 });
  const talk = (await anna.call('direct.open', { member: bo.me })).room.room;
  await post(anna, talk, 'direct', 'Только для двоих\n只给两个人看');
  await anna.close();
  await bo.close();
}

/** All that a member can read. */
async function readAll(club, who) {
  const line = await club.connect(who);
  const { rooms } = await line.call('room.list');
  const pages = {};
  for (const { room } of rooms) {
    pages[room] = [];
    for (let after = 0, more = true; more; ) {
      const page = await line.call('room.history', { room, after, limit: 10 });
      pages[room].push(...page.entries);
      ({ more } = page);
      after = page.entries.at(-1)?.seq;
    }
  }
  const { epoch, member } = line.welcome;
  await line.close();
  return { epoch, seen: { member, rooms, pages } };
}

async function serveFrom(club, store) {
  await club.stop();
  club.settings.CLUB_STORE = store;
  await club.serve();
}

async function refused(club, words, complaint) {
  const { status, errors } = await club.run(words);
  assert.equal(status, 1, `clubd ${words.join(' ')} went well`);
  assert.match(errors, complaint);
  assert.equal(errors.trim().split('\n').length, 1, errors);
}

async function withClub(use) {
  const club = await Club.start({ members: ['anna', 'bo'], passwords: true });
  try {
    await fill(club);
    await use(club);
  } finally {
    await club.finish();
  }
}

test('a club that moved to PostgreSQL and back is as it was, and goes on', async () => {
  await withClub(async (club) => {
    const was = { anna: await readAll(club, 'anna'), bo: await readAll(club, 'bo') };
    const head = was.anna.seen.pages.kz.length;
    const sqlite = `sqlite:${club.database}`;
    const url = await postgres.database('moved');
    await refused(club, ['copy', '--from', sqlite, '--to', url], /serves this database/);
    await club.stop();
    const output = await club.command(['copy', '--from', sqlite, '--to', url]);
    assert.match(output, /^member +2$/m);
    assert.match(output, /whole/);

    await serveFrom(club, url); // with the sessions of before: members stay logged in
    for (const who of ['anna', 'bo']) {
      const now = await readAll(club, who);
      assert.deepEqual(now.seen, was[who].seen);
      assert.notEqual(now.epoch, was[who].epoch);
    }
    const login = await club.http('POST', '/api/session', { body: { login: 'anna', password: PASSWORD } });
    assert.equal(login.status, 200);
    const anna = await club.connect('anna');
    const again = await anna.call('message.post', { room: 'kz', client_id: 'awkward', text: 'снова' });
    assert.equal(again.duplicate, true);
    const next = await anna.call('message.post', { room: 'kz', client_id: 'next', text: 'Мы переехали\n我们搬家了' });
    assert.equal(next.seq, head + 1);
    await club.import(['dana']);
    const dana = await club.connect('dana');
    assert.ok(![anna.me, was.bo.seen.member.id].includes(dana.me), 'a key was given twice');
    await refused(club, ['copy', '--from', sqlite, '--to', url], /not empty/);
    const moved = await readAll(club, 'anna');

    const back = `sqlite:${join(club.folder, 'back.db')}`;
    await club.stop();
    await club.command(['copy', '--from', url, '--to', back]);
    await serveFrom(club, back);
    assert.deepEqual((await readAll(club, 'anna')).seen, moved.seen);
    const bo = await club.connect('bo');
    assert.equal((await bo.call('message.post', { room: 'kz', client_id: 'back', text: '回来了' })).seq, head + 2);
  });
});

test('a backup of a PostgreSQL database serves as an SQLite file, and is restored into an empty database', async () => {
  await withClub(async (club) => {
    const url = await postgres.database('saved');
    await club.stop();
    await club.command(['copy', '--from', `sqlite:${club.database}`, '--to', url]);
    await serveFrom(club, url);
    const was = await readAll(club, 'anna');
    const file = join(club.folder, 'backup.db');
    await club.command(['backup', file]); // while it serves
    assert.equal(statSync(file).mode & 0o077, 0, 'others may read the backup');
    await refused(club, ['backup', file], /exists already/);
    await refused(club, ['restore', file], /not empty/);

    const empty = await postgres.database('restored');
    await club.stop();
    club.settings.CLUB_STORE = empty;
    await club.command(['restore', file]);
    await club.serve();
    const old = club.open({ cookie: await club.cookie('anna') });
    assert.equal((await old.closed).code, 4001, 'a session of before the restore lets in');
    const [cookie] = await club.cookies('anna');
    const restored = await readAll(club, { cookie });
    assert.deepEqual(restored.seen, was.seen);
    assert.notEqual(restored.epoch, was.epoch);

    await serveFrom(club, `sqlite:${file}`);
    assert.deepEqual((await readAll(club, 'anna')).seen, was.seen);
  });
});

test('a copy says in one line what it needs', async () => {
  const club = await Club.start({ members: ['anna'], serve: false });
  try {
    const sqlite = `sqlite:${club.database}`;
    assert.equal((await club.run(['copy', '--from', sqlite])).status, 2);
    await refused(club, ['copy', '--from', sqlite, '--to', sqlite], /into itself/);
    await refused(club, ['copy', '--from', `sqlite:${club.folder}/none.db`, '--to', postgres.url], /no database/);
    await refused(club, ['copy', '--from', sqlite, '--to', 'mysql://x'], /not the address of a store/);
    const nobody = 'postgresql://club:geheim@127.0.0.1:1/club';
    await refused(club, ['copy', '--from', sqlite, '--to', nobody], /127\.0\.0\.1/);
    assert.ok(!(await club.run(['copy', '--from', sqlite, '--to', nobody])).errors.includes('geheim'));
    assert.match(await club.command(['--help']), /clubd copy/);
  } finally {
    await club.finish();
  }
});
