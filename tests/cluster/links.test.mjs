// What the lines to PostgreSQL do to what is said on them, without anybody at their ends.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PostgresLink } from './support/postgres_link.mjs';
import { Random } from './support/random.mjs';

const LONG_MS = 60_000;
const SHORT_MS = 20;

/** As a client says it: a startup message, or one with a letter. */
const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
function query(sql) {
  const head = Buffer.alloc(5, 'Q');
  head.writeInt32BE(4 + sql.length + 1, 1);
  return Buffer.concat([head, Buffer.from(`${sql}\0`)]);
}

/** A link and one connection over it, of which `said` is what the server was told. */
function linked() {
  const link = new PostgresLink();
  link.random = new Random(1);
  const pair = {
    said: '',
    toServer: (bytes) => (pair.said += bytes.toString('latin1')),
    cut: () => (pair.ended = true),
  };
  link.began(pair);
  link.fromClient(pair, startup);
  return { link, pair };
}

test('what waits for a COMMIT is done while the writes before it are at the server, and the COMMIT follows', async () => {
  const { link, pair } = linked();
  let told;
  const done = link.atCommit(() => (told = pair.said), LONG_MS);
  link.fromClient(pair, Buffer.concat([query('BEGIN'), query('INSERT'), query('COMMIT')]));
  link.fromClient(pair, query('SELECT'));
  assert.match(pair.said, /INSERT/, 'what stands before it is handed on at once');
  assert.equal(await done, true);
  assert.match(told, /INSERT/);
  assert.doesNotMatch(told, /COMMIT/);
  assert.match(pair.said, /INSERT.*COMMIT.*SELECT/s);
});

test('everything that waits for a COMMIT is done at the first one', async () => {
  const { link, pair } = linked();
  const done = [1, 2].map(() => link.atCommit(() => {}, LONG_MS));
  link.fromClient(pair, query('COMMIT'));
  assert.deepEqual(await Promise.all(done), [true, true]);
});

test('what waits for a COMMIT is done in time where none comes, though the line was healed meanwhile', async () => {
  const { link } = linked();
  let times = 0;
  const done = [1, 2].map(() => link.atCommit(() => times++, SHORT_MS));
  link.heal();
  assert.deepEqual(await Promise.all(done), [false, false]);
  assert.equal(times, 2);
});

test('what waits for a COMMIT and fails says so', async () => {
  const { link, pair } = linked();
  const done = link.atCommit(() => Promise.reject(new Error('no such process')), LONG_MS);
  link.fromClient(pair, query('COMMIT'));
  await assert.rejects(done, /no such process/);
});

test('a connection that is cut while its COMMIT is held is none', async () => {
  const { link, pair } = linked();
  const done = link.atCommit(() => {}, 100);
  link.fromClient(pair, query('COMMIT'));
  pair.cut();
  assert.equal(await done, false);
});

/** A COMMIT on a line that cuts there; `came`: what the client was told. */
function committed(mode) {
  const { link, pair } = linked();
  const came = [];
  Object.assign(link, { mode, share: 1 });
  Object.assign(pair, { toClient: (bytes) => came.push(bytes.toString('latin1')) });
  link.fromClient(pair, Buffer.concat([query('INSERT'), query('COMMIT')]));
  return { link, pair, came };
}

test('a line is cut before a COMMIT, after it, or before its answer', () => {
  const before = committed('before');
  assert.doesNotMatch(before.pair.said, /COMMIT/);
  const after = committed('after');
  assert.match(after.pair.said, /COMMIT/);
  assert.ok(after.pair.ended);
  const answer = committed('answer');
  assert.match(answer.pair.said, /COMMIT/);
  answer.link.fromServer(answer.pair, Buffer.from('INSERT 0 1\0'));
  assert.ok(!answer.pair.ended);
  assert.equal(answer.link.counts.cutAnswer, 0);
  answer.link.fromServer(answer.pair, Buffer.from('COMMIT\0'));
  assert.ok(answer.pair.ended);
  assert.deepEqual(answer.came, ['INSERT 0 1\0']);
  assert.deepEqual([before, after, answer].map(({ link: { counts: { cutBefore, cutAfter, cutAnswer } } }) => [cutBefore, cutAfter, cutAnswer]), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
});

test('where the answer to a COMMIT does not come in time the line is cut after it', async () => {
  const { link, pair } = committed('answer');
  await new Promise((done) => setTimeout(done, 400));
  assert.ok(pair.ended);
  assert.deepEqual([link.counts.cutAfter, link.counts.cutAnswer], [1, 0]);
});
