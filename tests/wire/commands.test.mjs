// The command line: what it makes, what it prints, what it refuses and with which status.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUBD } from './support/club.mjs';

const base = mkdtempSync(join(tmpdir(), 'clubd-commands-'));
after(() => rmSync(base, { recursive: true }));
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
let folders = 0;

/** A data folder that is not there yet. */
function fresh() {
  const data = join(base, `${++folders}`, 'var');
  const run = (words, { input = '', settings = {} } = {}) =>
    new Promise((done) => {
      const { PATH, ASAN_OPTIONS = '', UBSAN_OPTIONS = '' } = process.env;
      const env = { PATH, ASAN_OPTIONS, UBSAN_OPTIONS, CLUB_DATA: data, ...settings };
      const child = execFile(CLUBD, words, { env, cwd: base, timeout: 60_000 }, (error, output, errors) =>
        done({ status: error ? error.code : 0, output, errors }));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  const file = (name, content) => {
    const path = join(base, `${folders}-${name}`);
    writeFileSync(path, content);
    return path;
  };
  const add = (login, ...more) => run(['member', 'add', login, '--name', 'Кто-то', ...more], { input: 'хорошее слово\n' });
  return { data, run, file, add };
}

/** It failed with that status and one line that says so. */
function assertRefused(result, status, complaint) {
  assert.equal(result.status, status, result.errors);
  assert.match(result.errors, complaint);
  assert.equal(result.errors.trimEnd().split('\n').length, 1, result.errors);
  assert.equal(result.output, '');
}

async function members(club) {
  const { output } = await club.run(['member', 'list']);
  return output.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

test('the first command makes the data folder and the store, for their owner alone', async () => {
  const club = fresh();
  assert.equal((await club.run(['migrate'])).status, 0);
  assert.equal(statSync(club.data).mode & 0o777, 0o700);
  assert.equal(statSync(join(club.data, 'club.db')).mode & 0o077, 0);
});

test('a member is added with all that was said, and listed', async () => {
  const club = fresh();
  const added = await club.run(
    ['member', 'add', 'Li.Wei', '--name', '李伟', '--role=admin', '--country', 'cn', '--company', '丝路 "科技", 上海',
      '--title', '董事长', '--sectors', 'fintech,trade', '--languages', 'zh,ru'],
    { input: '好的密码好的密码\n' });
  assert.equal(added.errors, '');
  assert.equal(added.status, 0);
  assert.deepEqual(await members(club), [['m1', 'li.wei', 'admin', 'active', 'cn', '李伟', '丝路 "科技", 上海']]);
});

test('what is wrong with a new member is said in one line, and nobody is added', async () => {
  const club = fresh();
  const add = (words, input = 'хорошее слово\n') => club.run(['member', 'add', ...words], { input });
  assertRefused(await add(['иван', '--name', 'Иван']), 1, /login "иван" is no login/);
  assertRefused(await add(['ivan', '--name', '']), 1, /no name/);
  assertRefused(await add(['ivan', '--name', 'я'.repeat(101)]), 1, /longer than 100 characters/);
  assertRefused(await add(['ivan', '--name', 'two\nlines']), 1, /no line of text/);
  assertRefused(await add(['ivan', '--name', 'Иван', '--country', 'fr']), 1, /country "fr" is not one of the club/);
  assertRefused(await add(['ivan', '--name', 'Иван', '--role', 'boss']), 1, /role "boss"/);
  assertRefused(await add(['ivan', '--name', 'Иван', '--sectors', 'fintech,gold']), 1, /sector "gold"/);
  assertRefused(await add(['ivan', '--name', 'Иван', '--languages', 'ru,ru']), 1, /"ru" stands twice/);
  assertRefused(await add(['ivan', '--name', 'Иван'], 'коротко\n'), 1, /8 to 256 characters/);
  assertRefused(await add(['ivan', '--name', 'Иван'], 'password123\n'), 1, /commonest/);
  assertRefused(await add(['ivan', '--name', 'Иван'], ''), 1, /no password on standard input/);
  assertRefused(await add(['ivan', '--name', 'Иван'], `${'a'.repeat(2000)}\n`), 1, /too long/);
  assert.deepEqual(await members(club), []);
});

test('a login belongs to one member, in whatever case', async () => {
  const club = fresh();
  assert.equal((await club.add('anna')).status, 0);
  assertRefused(await club.add('ANNA'), 1, /this login is taken/);
});

test('wrong usage has status 2 and names what is wrong', async () => {
  const { run } = fresh();
  assertRefused(await run(['member', 'add', 'ivan']), 2, /--name is missing/);
  assertRefused(await run(['member', 'add', '--name', 'Иван']), 2, /an argument is missing/);
  assertRefused(await run(['member', 'add', 'a', 'b', '--name', 'Иван']), 2, /too many/);
  assertRefused(await run(['member', 'add', 'a', '--nmae', 'Иван']), 2, /unknown flag --nmae/);
  assertRefused(await run(['member', 'add', 'a', '--name']), 2, /--name needs a value/);
  assertRefused(await run(['member', 'role', 'a', 'boss']), 2, /no role boss/);
  assertRefused(await run(['member']), 2, /no command "member"/);
  assertRefused(await run(['serv']), 2, /no command "serv"/);
  assertRefused(await run(['invite', '--uses', '0']), 2, /--uses/);
  assertRefused(await run(['invite', '--for', '31d']), 2, /--for/);
  assertRefused(await run(['invite', '--for', '7']), 2, /--for/);
  assertRefused(await run(['session', 'add', 'a', '--count', '51']), 2, /--count/);
  assert.equal((await run([])).status, 2);
});

test('a wrong setting is refused by every command with its name', async () => {
  const { run, data } = fresh();
  assertRefused(await run(['serve', '--listn', '1']), 2, /unknown flag --listn/);
  assertRefused(await run(['serve'], { settings: { CLUB_LISTEN: '8443' } }), 2, /CLUB_LISTEN/);
  assertRefused(await run(['serve'], { settings: { CLUB_TLS_KEY: '/nowhere' } }), 2, /CLUB_TLS_KEY/);
  assertRefused(await run(['serve'], { settings: { CLUB_REDIS: 'http://a:secret@b' } }), 2, /CLUB_REDIS.*no address such as redis/);
  for (const [address, wrong] of [['redis://:secret@', /no host/], ['redis://secret@b', /user without a password/], ['redis://:secret@b:0', /no port/], ['redis://:secret@b/x', /number of a database/]]) {
    assertRefused(await run(['serve'], { settings: { CLUB_REDIS: address } }), 2, new RegExp(`CLUB_REDIS.*${wrong.source}`));
  }
  assertRefused(await run(['migrate'], { settings: { CLUB_STORE: 'mysql://a:secret@b/c' } }), 2, /CLUB_STORE.*no address of a store/);
  assertRefused(await run(['invite', '--url', 'club.org']), 2, /CLUB_URL/);
  assert.equal(existsSync(data), false, 'a refused command leaves nothing behind');
});

test('help and version are printed on standard output', async () => {
  const { run } = fresh();
  assert.match((await run(['version'])).output, /^clubd \d+\.\d+\.\d+\n$/);
  assert.match((await run(['help'])).output, /clubd member import FILE/);
  const help = (await run(['serve', '--help'])).output;
  for (const name of ['LISTEN', 'URL', 'DATA', 'TLS', 'TLS_CERT', 'TLS_KEY', 'STORE', 'REDIS', 'ORIGINS', 'TRUSTED_PROXIES',
    'WEB_ROOT', 'ADMIN_LISTEN', 'RATE_POSTS', 'FIRST_DAY', 'LIMITS', 'CLUB_FILE']) {
    assert.match(help, new RegExp(`--\\S+ .* CLUB_${name} `), name);
  }
});

test('roles change, but the last admin stays one', async () => {
  const club = fresh();
  await club.add('ada', '--role', 'admin');
  assertRefused(await club.run(['member', 'role', 'ada', 'member']), 1, /last admin/);
  assertRefused(await club.run(['member', 'disable', 'ada']), 1, /last admin/);
  await club.add('bo');
  assert.equal((await club.run(['member', 'role', 'BO', 'admin'])).status, 0);
  assert.equal((await club.run(['member', 'role', 'ada', 'moderator'])).status, 0);
  assert.deepEqual((await members(club)).map((row) => row.slice(1, 3)), [['ada', 'moderator'], ['bo', 'admin']]);
  assertRefused(await club.run(['member', 'role', 'nobody', 'admin']), 1, /nobody has this login/);
});

test('a disabled member gets no session until enabled again', async () => {
  const club = fresh();
  await club.add('anna');
  assert.equal((await club.run(['member', 'disable', 'anna'])).status, 0);
  assert.equal((await members(club))[0][3], 'disabled');
  assertRefused(await club.run(['session', 'add', 'anna']), 1, /anna is disabled/);
  assert.equal((await club.run(['member', 'enable', 'anna'])).status, 0);
  assert.match((await club.run(['session', 'add', 'anna'])).output.trim(), TOKEN);
});

test('sessions are printed one a line, for several members too', async () => {
  const club = fresh();
  await club.add('anna');
  await club.add('bo');
  const { output } = await club.run(['session', 'add', 'anna', 'bo', '--count', '3']);
  const tokens = output.trim().split('\n');
  assert.equal(new Set(tokens).size, 6);
  for (const token of tokens) assert.match(token, TOKEN);
  assertRefused(await club.run(['session', 'add', 'nobody']), 1, /nobody has this login/);
});

test('an invite is a link under the club’s URL, and the store does not hold its token', async () => {
  const club = fresh();
  const { output } = await club.run(['invite', '--role', 'moderator', '--room', 'kz.fintech', '--uses', '3', '--for', '12h',
    '--url', 'https://club.example.org/']);
  const [url, token] = output.trim().split('/#invite=');
  assert.equal(url, 'https://club.example.org');
  assert.match(token, TOKEN);
  for (const name of ['club.db', 'club.db-wal']) {
    const path = join(club.data, name);
    if (existsSync(path)) assert.equal(readFileSync(path).includes(token), false);
  }
  assert.match((await club.run(['invite'])).output, /^https:\/\/localhost:8443\/#invite=/);
  assertRefused(await club.run(['invite', '--room', 'kz.gold']), 1, /no room "kz.gold"/);
});

test('a sheet of members is imported as a spreadsheet writes it', async () => {
  const club = fresh();
  const sheet = club.file('members.csv',
    '\ufefflogin,password,name,country,company,role\r\n' +
    'anna,хорошее слово,"Каренова, Анна",ru,"ООО ""Волга""",moderator\r\n\r\n' +
    'BO,好的密码好的密码,王博,cn,,\r\n');
  const imported = await club.run(['member', 'import', sheet]);
  assert.equal(imported.errors, '');
  assert.equal(imported.output, '2 members\n');
  assert.deepEqual(await members(club), [
    ['m1', 'anna', 'moderator', 'active', 'ru', 'Каренова, Анна', 'ООО "Волга"'],
    ['m2', 'bo', 'member', 'active', 'cn', '王博', ''],
  ]);
});

test('when one line of a sheet is wrong it is named and nobody is imported', async () => {
  const club = fresh();
  await club.add('taken');
  const wrong = [
    ['login,password,name\nanna,хорошее слово,Анна\nbo,x,Бо\n', /line 3: the password is weak/],
    ['login,password,name\nanna,,Анна\n', /line 2: the password is weak/],
    ['login,password,name\nanna,хорошее слово,"Ан\nна"\n', /line 2: the name/],
    ['login,name\nanna,Анна\n\nanna,Анна\n', /line 4: the login stands in an earlier line too/],
    ['login,name\nanna,Анна\nTaken,Т\n', /line 3: the login is taken/],
    ['login,name\nanna,Анна,kz\n', /line 2: has not as many fields/],
    ['login,name,country\nanna,Анна,fr\n', /line 2: the country "fr"/],
    ['login,name,role\nanna,Анна,boss\n', /line 2: the role "boss"/],
    ['login,name\nanna,\n', /line 2: anna has no name/],
    ['login,name\nan na,А\n', /line 2: the login "an na"/],
    ['login,name\nanna,"open\n', /line 2: a quote is not closed/],
    ['login,name\nanna,\xff\n', /line 2: the name/, 'latin1'],
    ['login,nom\n', /line 1: the columns are/],
    ['login,login,name\n', /line 1: the columns are/],
    ['password,name\n', /line 1: the columns login and name are missing/],
    ['', /line 1: is empty/],
  ];
  for (const [text, complaint, encoding = 'utf8'] of wrong) {
    const result = await club.run(['member', 'import', club.file('wrong.csv', Buffer.from(text, encoding))]);
    assertRefused(result, 1, complaint);
  }
  assertRefused(await club.run(['member', 'import', '/nowhere.csv']), 1, /cannot be read/);
  assert.deepEqual((await members(club)).map((row) => row[1]), ['taken']);
});

test('a backup restored brings back what was there then', async () => {
  const club = fresh();
  await club.add('anna');
  const copy = join(base, 'copy.db');
  assert.equal((await club.run(['backup', copy])).status, 0);
  assert.equal(statSync(copy).mode & 0o077, 0);
  await club.add('bo');
  const restored = await club.run(['restore', copy]);
  assert.equal(restored.status, 0, restored.errors);
  assert.deepEqual((await members(club)).map((row) => row[1]), ['anna']);
  const elsewhere = fresh();
  assert.equal((await elsewhere.run(['restore', copy])).status, 0);
  assert.deepEqual((await members(elsewhere)).map((row) => row[1]), ['anna']);
});

test('what cannot be stored or read is told in one line', async () => {
  const club = fresh();
  assertRefused(await club.run(['migrate'], { settings: { CLUB_DATA: '/proc/none/var' } }), 1, /CLUB_DATA/);
  assertRefused(await club.run(['migrate'], { settings: { CLUB_STORE: `sqlite:${base}/none/club.db` } }), 1, /./);
  assertRefused(await club.run(['restore', '/nowhere.db']), 1, /nowhere\.db/);
  writeFileSync(join(base, 'no.db'), 'this is no database, but it is long enough to be looked at '.repeat(100));
  assertRefused(await club.run(['migrate'], { settings: { CLUB_STORE: `sqlite:${base}/no.db` } }), 1, /no\.db/);
  assertRefused(await club.run(['restore', join(base, 'no.db')]), 1, /no\.db/);
});
