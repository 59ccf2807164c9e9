// Thousands of members with a line each, who only join one quiet room, in a process of their own (lines.mjs), and whose lines
// are all closed at once: how long they take to be back, and what they cost the store.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { clientId, sleep } from '../../../wire/support/club.mjs';
import { eventually, within } from '../cluster.mjs';
import { Member } from '../member.mjs';
import { summary } from '../summary.mjs';
import { CONTENT, contentOf } from './lines.mjs';

const ROOM = 'tj';
const POSTS_MS = [1000, 3000];
const SAYS_MS = 3000;
export const ENTERED_MS = 90_000;
const AGREES_MS = 10_000;
export const MOSTLY = 0.6; // of the herd: where fewer are there, cutting them off is no such thing
const GATHERS_MS = 60_000; // until they are, after what was broken before

export const herdLogins = (count) => Array.from({ length: count }, (_, i) => `herd${i}`);

/** The herd's process, asked one thing at a time or several. */
class Process {
  #asked = new Map();
  #next = 1;

  constructor(told) {
    this.child = fork(fileURLToPath(new URL('lines.mjs', import.meta.url)), { serialization: 'advanced' });
    this.ended = once(this.child, 'exit');
    this.child.on('message', ({ told: news, id, result, error }) => {
      if (news) return told(news);
      const asked = this.#asked.get(id); // none: it has ended by then
      this.#asked.delete(id);
      if (error) asked?.failed(new Error(error));
      else asked?.done(result);
    });
    this.child.on('exit', (status, signal) => {
      for (const { failed } of this.#asked.values()) failed(new Error(`the herd's process ended with ${status ?? signal}`));
      this.#asked.clear();
    });
  }

  ask(what, ...args) {
    return new Promise((done, failed) => {
      const id = this.#next++;
      this.#asked.set(id, { done, failed });
      if (!this.child.connected) failed(new Error(`the herd's process has ended`));
      else this.child.send({ id, what, args }, (error) => error && failed(error));
    });
  }

  async end() {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}

/** Undefined unless each instance said how many it had read, before and after; one that began meanwhile began at 0. */
export function readsSince(before, after) {
  const known = [...before].every(([pid, count]) => count !== undefined && after.get(pid) !== undefined) && [...after.values()].every((count) => count !== undefined);
  if (!known) return undefined;
  return [...after].reduce((sum, [pid, count]) => sum + count - (before.get(pid) ?? 0), 0);
}

/** The ids of those who are in the room, as that line is told page by page. */
async function namedBy(line) {
  const named = new Set();
  for (let more = true, after = {}; more; ) {
    const page = await line.call('room.members', { room: ROOM, ...after });
    for (const { id } of page.members) named.add(id);
    more = page.more && page.members.length > 0;
    after = { after: page.members.at(-1)?.id };
  }
  return named;
}

export class Herd {
  found = [];
  recoveries = [];
  /** The same with nothing broken any more, and how often the store was read for it. */
  calm;
  stopping = false;
  #written = 0;

  constructor({ cluster, random, journal, count }) {
    Object.assign(this, { cluster, random, journal, count });
  }

  #differ(text, rule = 'after the faults everybody agrees') {
    this.found.push({ rule, text });
  }

  async start() {
    const { cluster, journal, random } = this;
    const logins = herdLogins(this.count);
    const cookies = await cluster.operator.cookies(logins);
    [this.login, this.cookie] = [logins[0], cookies[0]];
    this.process = new Process(({ epoch, openedAt }) => journal.welcomed(epoch, openedAt - performance.timeOrigin));
    const door = ({ address, host = address, port }) => ({ host, port });
    const doors = { instances: cluster.instances.map(door), balancer: door(cluster.doors.at(-1)) };
    await this.process.ask('start', { cookies, url: cluster.url, room: ROOM, ...doors, seed: random.of('lines').seed, ms: ENTERED_MS });
    this.writer = new Member({ cluster, journal, name: 'herd', login: this.login, cookie: this.cookie, random: random.of('writer') }).start();
    this.writing = this.#write();
  }

  async #write() {
    while (!this.stopping) {
      const write = this.journal.write('post', { member: this.writer.login, room: ROOM, clientId: clientId('herd'), text: `Караван ${++this.#written} идёт 商队` });
      await this.writer.settle(write, { patience: 20_000 });
      await sleep(this.random.between(...POSTS_MS));
    }
  }

  /** Of each instance that runs, by its process: how often it read the store; undefined, where it does not say. */
  async #reads() {
    const running = this.cluster.instances.filter((instance) => instance.running);
    const pids = running.map((instance) => instance.process.pid);
    const counts = await Promise.all(running.map((instance) => within(instance.metric('clubd_store_reads_total').catch(() => {}), SAYS_MS)));
    return new Map(pids.map((pid, i) => [pid, counts[i]]));
  }

  /** Each is back when it has joined and caught up once: what is broken beside it may cut it off again. False: too few of
   * them were there. */
  async cutAll() {
    const wanted = Math.ceil(MOSTLY * this.count);
    const there = await this.process.ask('there', wanted, GATHERS_MS);
    if (there < wanted) return false;
    this.recoveries.push(await this.#cut());
    return true;
  }

  async #cut() {
    const { median: half, longest: all } = summary(await this.process.ask('cutAll', ENTERED_MS));
    return { half, all };
  }

  async #cutCalmly() {
    await this.process.ask('goOn');
    const before = await this.#reads();
    const took = await this.#cut();
    this.calm = { ...took, reads: readsSince(before, await this.#reads()) };
    if (this.calm.all === Infinity) this.#differ(`not all of the herd are back ${ENTERED_MS} ms after they were cut off`);
  }

  async rest() {
    await this.process.ask('there', this.count, ENTERED_MS);
    this.stopping = true;
    await this.process.ask('rest');
    await this.writing;
  }

  async agrees() {
    await this.#cutCalmly();
    const rows = await this.cluster.query(
      `SELECT seq, entry.at, entry.client_id AS "clientId", text FROM entry JOIN room ON room.key = entry.room WHERE room.id = '${ROOM}' ORDER BY seq`,
    );
    const head = rows.length;
    const member = this.writer.me;
    const { behind, some, contents } = await this.process.ask('standsAt', head);
    const toldOf = new Map(contents);
    for (const { seq, at, ...row } of rows) {
      const [told, content] = [toldOf.get(Number(seq)), contentOf({ at: Number(at), member, ...row })];
      if (told !== undefined && told !== content) this.#differ(`of the herd in ${ROOM}: ${seq} is ${told}, the store has ${content}`, CONTENT);
    }
    if (behind) this.#differ(`${behind} of the herd are not at ${head}: ${some}`);
    await Promise.all(this.cluster.instances.map((instance, i) => this.#sees(instance).catch(({ message }) => this.#differ(`instance ${i}: ${message}`))));
  }

  /** Is everybody of the herd in the room, and nobody else, for who asks there? */
  async #sees(instance) {
    const line = await instance.connect({ cookie: this.cookie });
    let online;
    const all = async () => (online = (await line.call('room.join', { room: ROOM, limit: 1 })).room.online) === this.count;
    try {
      await eventually(all, '', AGREES_MS).catch(() => {});
      const { size } = await namedBy(line);
      if (online !== this.count || size !== this.count) throw new Error(`${online} are in ${ROOM}, ${size} by name, of ${this.count}`);
    } finally {
      await line.close();
    }
  }

  async stop() {
    await this.writer?.stop();
    if (!this.process || this.ended) return;
    this.ended = true;
    this.found.push(...(await this.process.ask('stop').catch(({ message }) => [{ rule: 'the harness works', text: message }])));
    await this.process.end();
  }
}
