// What breaks around the server: one clear line, no damage, and what was answered is there afterwards.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { Club, CLUBD, clientId, onlyFast, slow, sleep } from './support/club.mjs';
import { withFaults } from './support/fault.mjs';
import { mixed } from './support/texts.mjs';

const post = (line, room, text, id = clientId()) => line.call('message.post', { room, client_id: id, text });

/** `clubd serve` must end by itself, with a status and one clear line that matches. */
async function refused(club, line, { settings = {}, words = ['serve'], input } = {}) {
  const began = Date.now();
  const { status, errors } = await club.run(words, { settings, input });
  assert.ok(status === 1 || status === 2, `status ${status}: ${errors}`);
  const lines = errors.trimEnd().split('\n');
  assert.equal(lines.length, 1, errors);
  assert.match(lines[0], /^clubd( [a-z]+)*: /);
  assert.match(lines[0], line);
  assert.ok(Date.now() - began < (slow ? 20_000 : 5_000));
}

async function withClub(options, action) {
  const club = await Club.start(options);
  try {
    await action(club);
  } finally {
    await club.finish();
  }
}
const integrity = (club) => execFileSync('sqlite3', [club.database, 'PRAGMA integrity_check; PRAGMA foreign_key_check;'], { encoding: 'utf8' }).trim();

test('wrong settings are refused at start with a line that names them', { only: true }, async () => {
  await withClub({ members: [], serve: false }, async (club) => {
    for (const [name, value] of [
      ['CLUB_LISTEN', 'nowhere'],
      ['CLUB_LISTEN', '127.0.0.1:99999'],
      ['CLUB_LISTEN', '127.0.0.1'],
      ['CLUB_URL', 'ftp://club.example'],
      ['CLUB_URL', 'club.example'],
      ['CLUB_TLS', 'maybe'],
      ['CLUB_STORE', 'oracle:x'],
      ['CLUB_ADMIN_LISTEN', 'x:y'],
      ['CLUB_RATE_POSTS', 'many'],
      ['CLUB_RATE_POSTS', '10/0s'],
      ['CLUB_LIMITS', '7'],
      ['CLUB_ORIGINS', 'evil'],
      ['CLUB_TRUSTED_PROXIES', '10.0.0.0/99'],
      ['CLUB_CLUB_FILE', '/nonexistent.json'],
      ['CLUB_WEB_ROOT', '/nonexistent'],
      ['CLUB_TLS_CERT', '/nonexistent.pem'],
    ]) {
      const named = new RegExp(`${name}|${name.replace('CLUB_', '--').replaceAll('_', '-').toLowerCase()}|nonexistent`);
      await refused(club, named, { settings: { [name]: value } });
    }
    await refused(club, /unknown|--colour/, { words: ['serve', '--colour', 'red'] });
    await refused(club, /there is no command/, { words: ['dance'] });
    const file = join(club.folder, 'club.json');
    for (const content of ['', '{', '[]', '{"name":"x"}', '{"name":"x","countries":[{"code":"toolong"}],"sectors":[],"languages":[]}']) {
      writeFileSync(file, content);
      await refused(club, /club\.json/, { settings: { CLUB_CLUB_FILE: file } });
    }
  });
});

test('a certificate that is none, or does not fit its key, is refused', async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=x', '-keyout', join(club.folder, `${name}.key`), '-out', join(club.folder, `${name}.pem`)], { stdio: 'ignore' });
    make('a');
    make('b');
    writeFileSync(join(club.folder, 'none.pem'), 'not a certificate');
    const pair = (cert, key) => ({ settings: { CLUB_TLS_CERT: join(club.folder, cert), CLUB_TLS_KEY: join(club.folder, key) } });
    await refused(club, /a\.pem|b\.key|certificate|key/i, pair('a.pem', 'b.key'));
    await refused(club, /none\.pem|certificate/i, pair('none.pem', 'a.key'));
  });
});

test('a port that is taken is named', async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    for (const name of ['port', 'adminPort']) {
      const taken = net.createServer().listen(club[name], '127.0.0.1');
      await once(taken, 'listening');
      await refused(club, new RegExp(String(club[name])));
      taken.close();
      await once(taken, 'close');
    }
    await club.serve();
  });
});

test('a second server on the same file is refused, and the first goes on', async () => {
  await withClub({ members: ['anna'] }, async (club) => {
    const line = await club.connect('anna');
    await refused(club, /another|already|in use|running/i, { settings: { CLUB_LISTEN: '127.0.0.1:0', CLUB_ADMIN_LISTEN: '127.0.0.1:0' } });
    await post(line, 'kz', 'дальше');
  });
});

test('a file of a newer version is refused and left as it is', async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    execFileSync('sqlite3', [club.database, 'UPDATE meta SET schema = 99999, oldest = 99999;']);
    const before = execFileSync('sqlite3', [club.database, '.dump']);
    await refused(club, /newer/i);
    await refused(club, /newer/i, { words: ['member', 'list'] });
    assert.ok(execFileSync('sqlite3', [club.database, '.dump']).equals(before));
  });
});

test('a file of a newer version on which this one may still run is served', async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    execFileSync('sqlite3', [club.database, 'UPDATE meta SET schema = 99999;']);
    await club.serve();
    await post(await club.connect('anna'), 'kz', 'рядом с новым');
  });
});

test('a file that is no store is refused and left as it is', async () => {
  await withClub({ members: [], serve: false }, async (club) => {
    mkdirSync(join(club.folder, 'var'), { mode: 0o700 });
    writeFileSync(club.database, 'это не база данных, а письмо\n'.repeat(200));
    await refused(club, /club\.db/);
    assert.match(execFileSync('head', ['-c', '40', club.database], { encoding: 'utf8' }), /это не база/);
  });
});

test('a folder that cannot be written is named', async () => {
  await withClub({ members: [], serve: false }, async (club) => {
    const blocked = join(club.folder, 'blocked');
    mkdirSync(blocked);
    if (process.getuid() === 0) {
      // root writes anywhere: the server runs as somebody else.
      chmodSync(club.folder, 0o755);
      chmodSync(blocked, 0o555);
      const ids = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      try {
        execFileSync('setpriv', [...ids, CLUBD, 'version'], { stdio: 'ignore' });
      } catch {
        return; // the checkout is where only root may look
      }
      const environment = club.environment({ CLUB_DATA: join(blocked, 'var'), CLUB_STORE: `sqlite:${join(blocked, 'var/club.db')}` });
      try {
        execFileSync('setpriv', [...ids, CLUBD, 'serve'], { env: environment, stdio: 'pipe', timeout: 60_000 });
        assert.fail('it served');
      } catch (error) {
        assert.match(String(error.stderr), /^clubd: .*blocked.*\n$/);
      }
    } else {
      chmodSync(blocked, 0o555);
      await refused(club, /blocked/, { settings: { CLUB_DATA: join(blocked, 'var'), CLUB_STORE: `sqlite:${join(blocked, 'var/club.db')}` } });
    }
  });
});

test('what lies in the data folder is for its owner alone', async () => {
  await withClub({ members: ['anna'] }, async (club) => {
    assert.equal(statSync(join(club.folder, 'var')).mode & 0o777, 0o700);
    for (const name of readdirSync(join(club.folder, 'var'))) assert.equal(statSync(join(club.folder, 'var', name)).mode & 0o077, 0, name);
  });
});

test('while the disk is full posts are unavailable, reading goes on, and nothing answered is lost', onlyFast, async () => {
  await withClub({ members: ['anna', 'bo', 'moderator'], serve: false }, async (club) => {
    const fault = withFaults(club);
    await club.serve();
    const line = await club.connect('anna');
    const reader = await club.connect('bo');
    const moderator = await club.connect('moderator');
    const ban = { room: 'kz', member: reader.me, for: null, reason: '刷屏' };
    await reader.call('room.join', { room: 'kz' });
    const answered = new Map();
    for (let index = 0; index < 20; index++) {
      const id = clientId();
      answered.set(id, (await post(line, 'kz', mixed[index], id)).seq);
    }
    fault('full');
    const refusedIds = [];
    for (let index = 0; index < 10; index++) {
      const id = clientId();
      const answer = await line.ask('message.post', { room: 'kz', client_id: id, text: mixed[index] });
      if (answer.result) answered.set(id, answer.result.seq);
      else {
        assert.equal(answer.error.data.reason, 'unavailable');
        assert.ok(answer.error.data.retry_after > 0);
        refusedIds.push(id);
      }
    }
    assert.ok(refusedIds.length > 0, 'nothing was refused on a full disk');
    assert.equal((await moderator.refused('member.ban', ban)).reason, 'unavailable');
    assert.equal((await reader.call('room.history', { room: 'kz', limit: 5 })).entries.length, 5);
    fault('');
    for (const id of refusedIds) {
      const { duplicate, seq } = await post(line, 'kz', 'снова', id);
      assert.equal(duplicate, false, 'a refused post was stored');
      answered.set(id, seq);
    }
    assert.deepEqual([...answered.values()], Array.from(answered, (_, index) => index + 1));
    await reader.entry('kz', answered.size);
    assert.deepEqual(reader.entries('kz').map((entry) => entry.seq), [...answered.values()]);
    assert.deepEqual(reader.all('acted'), [], 'a ban that was refused was told');
    assert.deepEqual((await moderator.call('audit.list', { room: 'kz' })).actions, []);
    await moderator.call('member.ban', { ...ban, room: 'ru' });
    await reader.notification('acted', ({ action }) => action === 'ban');
    await club.restart();
    assert.deepEqual(club.query("SELECT client_id, seq FROM entry WHERE room = (SELECT key FROM room WHERE id = 'kz') ORDER BY seq"), [...answered].map(([client_id, seq]) => ({ client_id, seq })));
    assert.equal(integrity(club), 'ok');
  });
});

test('when a flush fails the process ends with a clear line, and what was answered is there', onlyFast, async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    const fault = withFaults(club);
    await club.serve();
    const line = await club.connect('anna');
    const answered = [];
    for (let index = 0; index < 10; index++) answered.push((await post(line, 'kz', mixed[index])).seq);
    fault('sync');
    const unanswered = clientId();
    const answer = await line.ask('message.post', { room: 'kz', client_id: unanswered, text: 'неизвестно' }).catch((error) => error);
    assert.ok(!answer.result, 'a post was answered that may not be durable');
    const ended = await club.endsWithin(10_000);
    assert.ok(ended, 'it goes on with a file that it cannot trust');
    assert.notEqual(ended.status, 0);
    assert.match(club.log, /error/);
    fault('');
    await club.serve();
    const again = await club.connect('anna');
    const { seq, duplicate } = await post(again, 'kz', 'неизвестно', unanswered);
    assert.equal(seq, 11);
    assert.ok(typeof duplicate === 'boolean');
    const { entries } = await again.call('room.history', { room: 'kz' });
    assert.deepEqual(entries.map((entry) => entry.seq), [...answered, 11]);
    await club.stop();
    assert.equal(integrity(club), 'ok');
  });
});

test('SIGTERM ends before the disk has done what the store is at', onlyFast, async () => {
  await withClub({ members: ['anna'], serve: false }, async (club) => {
    const fault = withFaults(club);
    await club.serve();
    const line = await club.connect('anna');
    const { seq } = await post(line, 'kz', mixed[0]);
    fault('slow');
    const stuck = line.ask('message.post', { room: 'kz', client_id: clientId(), text: mixed[1] }).catch((error) => error);
    await sleep(200);
    const began = Date.now();
    club.signal('SIGTERM');
    await line.notification('closing');
    const ended = await club.endsWithin(15_000);
    assert.deepEqual(ended, { status: 0, signal: null });
    assert.ok(Date.now() - began < 15_000, `${Date.now() - began} ms, of twenty that the disk takes`);
    assert.ok(!(await stuck).result, 'answered before it was durable');
    fault('');
    await club.serve();
    const again = await club.connect('anna');
    assert.equal((await again.call('room.history', { room: 'kz' })).entries[0].seq, seq);
    await club.stop();
    assert.equal(integrity(club), 'ok');
  });
});

test('a process that was stopped for a while goes on where it was', async () => {
  await withClub({ members: ['anna', 'bo'] }, async (club) => {
    const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
    await bo.call('room.join', { room: 'kz' });
    club.signal('SIGSTOP');
    const asked = post(anna, 'kz', mixed[2]);
    await sleep(4000);
    club.signal('SIGCONT');
    assert.equal((await asked).seq, 1);
    assert.equal((await bo.entry('kz', 1)).text, mixed[2]);
    assert.deepEqual(bo.entries('kz').map((entry) => entry.seq), [1]);
  });
});

test('a backup taken under load is whole, and restoring it makes another history', async () => {
  await withClub({ members: ['anna', 'bo'] }, async (club) => {
    const line = await club.connect('anna');
    const { epoch } = line.welcome;
    let going = true;
    let posted = 0;
    const load = (async () => {
      while (going) {
        await Promise.all(Array.from({ length: 10 }, () => post(line, 'kz', mixed[posted++ % mixed.length])));
      }
    })();
    await sleep(200);
    const before = posted - 10;
    const copy = join(club.folder, 'backup.db');
    await club.command(['backup', copy]);
    assert.equal(statSync(copy).mode & 0o077, 0, 'others may read the backup');
    const after = posted;
    going = false;
    await load;
    const { status } = await club.run(['backup', copy]);
    assert.notEqual(status, 0, 'a backup was overwritten');
    await refused(club, /running|use|server/i, { words: ['restore', copy] });
    await club.stop();
    await club.command(['restore', copy]);
    await club.serve();
    const old = club.open({ cookie: await club.cookie('anna') });
    assert.equal((await old.closed).code, 4001, 'a session of before the restore lets in');
    const [cookie] = await club.cookies('anna');
    const again = await club.connect({ cookie });
    assert.notEqual(again.welcome.epoch, epoch);
    const head = (await again.call('room.history', { room: 'kz', limit: 1 })).as_of;
    assert.ok(head >= before && head <= after, `${before} <= ${head} <= ${after}`);
    assert.equal((await again.refused('room.join', { room: 'kz', after: posted + 100 })).reason, 'conflict');
    assert.equal((await post(again, 'kz', 'новая история')).seq, head + 1);
    await club.stop();
    assert.equal(integrity(club), 'ok');
    writeFileSync(join(club.folder, 'no.db'), 'не копия');
    await refused(club, /no\.db/, { words: ['restore', join(club.folder, 'no.db')] });
    await refused(club, /missing\.db/, { words: ['restore', join(club.folder, 'missing.db')] });
    assert.equal(integrity(club), 'ok', 'a failed restore did damage');
    assert.ok(existsSync(club.database));
  });
});

test('the commands work beside a running server, and their mistakes are one line', async () => {
  await withClub({ members: ['anna'] }, async (club) => {
    await club.command(['migrate']);
    await refused(club, /nobody/, { words: ['session', 'add', 'nobody'] });
    await refused(club, /anna/, { words: ['member', 'add', 'anna', '--name', 'X'], input: 'слово-за-слово 8\n' });
    await refused(club, /king/, { words: ['member', 'role', 'anna', 'king'] });
    await refused(club, /zz/, { words: ['invite', '--room', 'zz'] });
    const file = join(club.folder, 'bad.csv');
    writeFileSync(file, 'login,password,name,country,company,role\nnew1,достаточно-длинный,Имя,kz,,member\nnew2,short,Имя,kz,,member\n');
    await refused(club, /3|new2/, { words: ['member', 'import', file] });
    assert.ok(!(await club.command(['member', 'list'])).includes('new1'), 'half of a sheet was taken');
  });
});
