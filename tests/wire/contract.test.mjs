// The contract under kill -9: clients that talk all the time while the server is killed again and again, lines that
// break in between, and at the end every client's journal held against the store.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Club, slow, sleep } from './support/club.mjs';
import { mixed } from './support/texts.mjs';

const ROUNDS = Number(process.env.CLUBD_KILLS ?? (slow ? 4 : 12));
const ROOMS = ['kz', 'kz.fintech', 'trade'];
const MEMBERS = ['anna', 'bo', 'dana', 'emil', 'moderator', 'admin'];
const OUTSTANDING = 4;

/** A client that keeps a journal: what it sent, what was answered, what it was given, in order. */
class Journal {
  sent = new Map(); // client_id → {room, text}
  answers = new Map(); // client_id → [{seq, duplicate}]
  given = new Map(ROOMS.map((room) => [room, []])); // entries as they came
  changes = []; // edits and removes that were answered: {kind, room, target, seq, text?}
  going = true;
  talking = true;
  reconnects = 0;

  constructor(club, login, cookie, random) {
    Object.assign(this, { club, login, cookie, random });
    this.done = this.#live();
  }

  async #live() {
    while (this.going) {
      try {
        await this.#connected();
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        this.lastError = error;
      }
      this.line?.socket.terminate();
      this.reconnects++;
      await sleep(20 + this.random(60));
    }
  }

  async #connected() {
    this.line = this.club.open({ cookie: this.cookie });
    await this.line.opened;
    await this.line.notification('welcome');
    const consumed = this.#follow(this.line);
    for (const room of ROOMS) await this.#join(room);
    await Promise.race([consumed, Promise.all(Array.from({ length: OUTSTANDING }, () => this.#talk()))]);
  }

  /** Takes entries as they come, from answers to joins and from notifications, each exactly in its place. */
  async #follow(line) {
    let at = 0;
    const look = () => {
      for (; at < line.received.length; at++) {
        const { message } = line.received[at];
        if (message.method === 'entry') this.#take(message.params, 'notified');
        else if (message.result?.room && message.result.entries) {
          for (const entry of message.result.entries) this.#take(entry, 'joined');
        }
      }
      return line.isClosed;
    };
    await line.until(look, 'the end of the line', 3_600_000).catch((error) => {
      if (error instanceof assert.AssertionError) throw error;
    });
  }

  #take(entry, how) {
    const list = this.given.get(entry.room);
    const expected = (list.at(-1)?.seq ?? 0) + 1;
    assert.equal(entry.seq, expected, `${this.login}, ${entry.room}: ${how} ${entry.seq} where ${expected} is next`);
    list.push({ ...entry, how });
  }

  async #join(room) {
    for (let more = true; more; ) {
      const after = this.given.get(room).at(-1)?.seq ?? 0;
      ({ more } = await this.line.call('room.join', { room, after, limit: 100 }));
    }
  }

  async #talk() {
    while (this.going && !this.line.isClosed) {
      if (!this.talking) {
        if (![...this.sent.keys()].some((id) => !this.answers.has(id))) {
          await sleep(50);
          continue;
        }
      }
      await this.#post();
      if (this.talking && this.random(10) === 0) await this.#change();
      if (this.random(400) === 0) return void this.line.cut();
    }
  }

  #unanswered() {
    return [...this.sent.keys()].find((id) => !this.answers.has(id) && !this.busy.has(id));
  }

  busy = new Set();

  async #post() {
    let id = this.#unanswered();
    if (!id && this.talking) {
      id = `${this.login}-${this.sent.size}`;
      this.sent.set(id, { room: ROOMS[this.random(ROOMS.length)], text: mixed[this.random(mixed.length)] });
    } else if (this.talking && this.random(20) === 0) {
      // A post that was answered is repeated, as a client does that does not know.
      const known = [...this.answers.keys()];
      if (known.length) id = known[this.random(known.length)];
    }
    if (!id) return void (await sleep(20));
    this.busy.add(id);
    try {
      const { room, text } = this.sent.get(id);
      const answer = await this.line.call('message.post', { room, client_id: id, text });
      this.answers.set(id, [...(this.answers.get(id) ?? []), answer]);
    } finally {
      this.busy.delete(id);
    }
  }

  async #change() {
    const known = [...this.answers.keys()];
    if (!known.length) return;
    const id = known[this.random(known.length)];
    const { room } = this.sent.get(id);
    const target = this.answers.get(id)[0].seq;
    const kind = ['edit', 'remove', 'react'][this.random(3)];
    const text = mixed[this.random(mixed.length)];
    const params = { edit: { text }, remove: {}, react: { emoji: '🐫', on: true } }[kind];
    const answer = await this.line.ask(`message.${kind}`, { room, seq: target, ...params });
    if (answer.result) this.changes.push({ kind, room, target, seq: answer.result.seq, text });
    else assert.match(answer.error.data?.reason ?? '', /^(not_found|unavailable)$/, JSON.stringify(answer.error));
  }
}

const seeded = (seed) => {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

function stored(club, room) {
  return club.query(
    `SELECT e.seq, e.type, e.client_id, e.text, e.target, e.removed, e.member, m.login FROM entry e JOIN member m ON m.key = e.member
     WHERE e.room = (SELECT key FROM room WHERE id = '${room}') ORDER BY e.seq`,
  );
}

test('whatever was answered is there, nothing is missing, doubled or out of order, however often the server is killed', { only: true, timeout: 380_000 }, async (t) => {
  const seed = Number(process.env.CLUBD_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`CLUBD_SEED=${seed}`);
  const random = seeded(seed);
  const club = await Club.start({ members: MEMBERS, settings: { CLUB_LIMITS: 'off' } });
  const journals = [];
  try {
    const cookies = await Promise.all(MEMBERS.map((login) => club.cookie(login)));
    journals.push(...MEMBERS.map((login, i) => new Journal(club, login, cookies[i], random)));
    const failed = Promise.race(journals.map((journal) => journal.done));
    failed.catch(() => {});
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.race([sleep(200 + random(500)), failed]);
      await club.kill();
      await club.serve();
    }
    await sleep(500);
    for (const journal of journals) journal.talking = false;
    const settled = () =>
      journals.every((journal) => [...journal.sent.keys()].every((id) => journal.answers.has(id)) && journal.busy.size === 0) &&
      ROOMS.every((room) => new Set(journals.map((journal) => journal.given.get(room).at(-1)?.seq ?? 0)).size === 1);
    const until = Date.now() + 60_000;
    let quiet = 0;
    while (quiet < 10) {
      await Promise.race([sleep(100), failed]);
      quiet = settled() ? quiet + 1 : 0;
      assert.ok(Date.now() < until, `not settled: ${journals.map((journal) => `${journal.login} ${journal.sent.size - journal.answers.size} unanswered, at ${ROOMS.map((room) => journal.given.get(room).at(-1)?.seq)}, ${journal.lastError}`).join('; ')}`);
    }
    for (const journal of journals) journal.going = false;
    for (const journal of journals) journal.line.socket.terminate();
    await Promise.all(journals.map((journal) => journal.done));
    await club.stop();
    check(club, journals);
    const posts = journals.reduce((sum, journal) => sum + journal.answers.size, 0);
    t.diagnostic(`${ROUNDS} kills, ${posts} posts answered, ${journals.reduce((sum, journal) => sum + journal.reconnects, 0)} reconnects`);
    assert.ok(posts > 50 * ROUNDS * (slow ? 0.2 : 1), `only ${posts} posts: too few to show anything`);
  } finally {
    for (const journal of journals) journal.going = false;
    await club.finish();
  }
});

function check(club, journals) {
  const byClient = new Map();
  const logs = new Map(ROOMS.map((room) => [room, stored(club, room)]));
  for (const [room, rows] of logs) {
    assert.deepEqual(rows.map((row) => row.seq), rows.map((_, index) => index + 1), `${room} has a hole`);
    for (const row of rows.filter((one) => one.client_id)) {
      const key = `${row.login} ${row.client_id}`;
      assert.ok(!byClient.has(key), `${key} is there twice`);
      byClient.set(key, { ...row, room });
    }
    const removed = new Set(rows.filter((row) => row.type === 3).map((row) => row.target));
    for (const journal of journals) {
      const given = journal.given.get(room);
      assert.equal(given.at(-1)?.seq ?? 0, rows.length, `${journal.login} did not get all of ${room}`);
      for (const entry of given) {
        const row = rows[entry.seq - 1];
        assert.equal(entry.type, ['', 'message', 'edit', 'remove', 'react'][row.type]);
        if (entry.type !== 'message') assert.equal(entry.target, row.target);
        if (entry.how === 'notified' && row.text !== null && !removed.has(row.target ?? row.seq) && !entry.removed) {
          assert.equal(entry.text, row.text, `${journal.login} was given another text: ${room} ${entry.seq}`);
        }
        if (removed.has(row.seq)) assert.equal(row.text, null, 'a removed text is stored');
      }
    }
  }
  for (const journal of journals) {
    for (const [id, answers] of journal.answers) {
      const row = byClient.get(`${journal.login} ${id}`);
      const { room, text } = journal.sent.get(id);
      assert.ok(row, `the answered post ${id} is lost`);
      assert.equal(row.room, room);
      for (const answer of answers) assert.equal(answer.seq, row.seq, `${id} was answered with ${answer.seq}`);
      assert.ok(answers.filter((answer) => !answer.duplicate).length <= 1, `${id} was new twice`);
      if (row.text !== null) assert.equal(row.text, text, `${id} has another text`);
    }
    for (const change of journal.changes) {
      const row = logs.get(change.room)[change.seq - 1];
      assert.ok(row, `an answered ${change.kind} is lost`);
      assert.ok(row.target === change.target || row.seq === change.target, `an answered ${change.kind} is not where it was said to be`);
    }
  }
}
