// Thousands of members with a line each, who only join one quiet room, and whose lines are all closed at once. Each checks for
// itself that nothing is missing and nothing comes twice, and that all are told the same; how long they take to be back, and
// what they cost the store, is kept.
import { clientId, sleep } from '../../../wire/support/club.mjs';
import { eventually, sleepWhile, within } from '../cluster.mjs';
import { summary } from '../summary.mjs';
import { AWAY, FINE_CLOSES, Member, UNSETTLED } from '../member.mjs';
import WebSocket from 'ws';

const ROOM = 'tj';
const POSTS_MS = [1000, 3000];
const AGAIN_MS = [50, 1500];
const BALANCED = 0.1; // of all connections
const OPENS_MS = 15_000;
const DEAD_MS = 30_000; // a server pings every 25 seconds
const LOOKS_MS = 5000;
const SAYS_MS = 3000;
const ENTERS = 200; // at once, at first
const ENTERED_MS = 90_000;
const AGREES_MS = 10_000;
const MOSTLY = 0.9; // of the herd: where fewer are there, cutting them off is no such thing
const GATHERS_MS = 30_000; // until they are, after what was broken before

const CONTENT = 'one place has one content';
const contentOf = ({ at, member, clientId, text }) => `${at} ${member} ${clientId} ${text}`;

export const herdLogins = (count) => Array.from({ length: count }, (_, i) => `herd${i}`);

/** One of them: no more than a socket and a number. */
class One {
  cursor;
  joined = false;
  backAt; // when it had joined for the first time since all were cut off
  stopped = false;

  constructor(herd, cookie, random) {
    Object.assign(this, { herd, cookie, random });
  }

  async run() {
    while (!this.stopped) {
      const waits = (await this.#live()) ?? this.random.between(...AGAIN_MS);
      this.comesAt = Date.now() + waits;
      if (!this.stopped) await sleep(waits);
    }
  }

  toString() {
    const { cursor, joined, socket, comesAt } = this;
    return `at ${cursor}, ${joined ? 'joined' : 'not joined'}, its line in state ${socket.readyState}, opened anew ${comesAt - Date.now()} ms from now`;
  }

  /** As long as one connection lasts: how many milliseconds it was told to wait. */
  #live() {
    const { host, port } = this.herd.door(this.random);
    const socket = new WebSocket(`ws://${host}:${port}/ws`, ['club.v1'], {
      origin: this.herd.cluster.url,
      perMessageDeflate: false,
      headers: { Cookie: `__Host-club=${this.cookie}` },
    });
    this.socket = socket;
    socket.openedAt = this.herd.journal.clock();
    let waits;
    const timer = setTimeout(() => this.joined || socket.terminate(), OPENS_MS);
    // A line on which not even a ping comes is dead, whoever has not noticed it.
    let heardAt = Date.now();
    const pulse = setInterval(() => Date.now() - heardAt > DEAD_MS && socket.terminate(), LOOKS_MS);
    socket.on('ping', () => (heardAt = Date.now()));
    socket.on('error', ({ message }) => this.#keptOut(message));
    socket.on('message', (data) => {
      heardAt = Date.now();
      if (socket.readyState !== WebSocket.OPEN) return; // closed from here: what still came is not looked at
      for (const message of [JSON.parse(data.toString('utf8'))].flat()) waits = this.#take(socket, message) ?? waits;
    });
    return new Promise((done) =>
      socket.once('close', (code) => {
        if (!FINE_CLOSES.has(code)) this.herd.wrong(`closed with ${code}`, 'a line is closed for a reason');
        clearTimeout(timer);
        clearInterval(pulse);
        this.joined = false;
        done(waits);
      }),
    );
  }

  #take(socket, message) {
    if (message.method === 'welcome') this.#welcomed(socket, message.params);
    else if (message.method === 'closing') return message.params.retry_after * 1000 * this.random.next() || undefined;
    else if (message.method === 'entry') this.#told(message.params);
    else if (message.id === 1 && message.result) this.#pages(message.result, socket);
    else if (message.id === 1) this.#refused(socket, message.error?.data?.reason);
    return undefined;
  }

  /** By what the connecting came to. */
  #keptOut(text) {
    const [, status] = /^Unexpected server response: (\d+)$/.exec(text) ?? [];
    if (status && !AWAY.has(Number(status))) this.herd.wrong(status, 'nobody is kept out without a reason');
  }

  #refused(socket, reason) {
    if (!UNSETTLED.has(reason)) this.herd.wrong(`room.join: ${reason}`, 'nothing is refused without a reason');
    setTimeout(() => this.#join(socket), this.random.between(200, 1000));
  }

  #welcomed(socket, { epoch }) {
    this.herd.journal.welcomed(epoch, socket.openedAt);
    if (this.epoch !== epoch) this.cursor = undefined;
    this.epoch = epoch;
    this.#join(socket);
  }

  #join(socket) {
    if (socket.readyState !== WebSocket.OPEN) return;
    const params = { room: ROOM, limit: 100, ...(this.cursor === undefined ? {} : { after: this.cursor }) };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'room.join', params }));
  }

  #pages({ entries, as_of: asOf, more }, socket) {
    if (this.cursor === undefined) this.cursor = entries.length ? entries[0].seq - 1 : asOf;
    for (const entry of entries) this.#next(entry, 'a join’s answer has');
    if (more) return this.#join(socket);
    if (asOf !== this.cursor) this.herd.wrong(`a join’s answer ends at ${this.cursor}, as of ${asOf}`);
    this.joined = true;
    this.backAt ??= Date.now();
  }

  #told(entry) {
    if (!this.joined) this.herd.wrong(`${entry.seq} came without a subscription`);
    this.#next(entry, 'it was told');
  }

  #next(entry, what) {
    const { seq } = entry;
    if (seq !== this.cursor + 1) this.herd.wrong(`${what} ${seq} after ${this.cursor}`);
    this.cursor = seq;
    this.herd.holds(entry);
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
  members = [];
  stopping = false;
  #written = 0;
  #contents = new Map(); // seq → what the first one was told of it: nothing is edited or removed here

  constructor({ cluster, random, journal, count }) {
    Object.assign(this, { cluster, random, journal, count });
  }

  wrong(text, rule = 'a subscription has no hole and nothing twice') {
    if (this.found.length < 100) this.found.push({ rule, text: `of the herd in ${ROOM}: ${text}` });
  }

  holds({ seq, at, from, client_id: clientId, text }) {
    const content = contentOf({ at: Date.parse(at), member: from.id, clientId, text });
    const known = this.#contents.get(seq);
    if (known === undefined) this.#contents.set(seq, content);
    else if (known !== content) this.wrong(`${seq} is ${content} and ${known}`, CONTENT);
  }

  /** An instance's own, or the balancer's, which has to carry everything twice. */
  door(random) {
    const { instances, doors } = this.cluster;
    const { address, host = address, port } = random.chance(BALANCED) ? doors.at(-1) : random.pick(instances);
    return { host, port };
  }

  async start() {
    const logins = herdLogins(this.count);
    const cookies = await this.cluster.operator.cookies(logins);
    this.members = cookies.map((cookie, i) => new One(this, cookie, this.random.of(`herd ${i}`)));
    const [login, cookie] = [logins[0], cookies[0]];
    this.writer = new Member({ cluster: this.cluster, journal: this.journal, name: 'herd', login, cookie, random: this.random.of('writer') }).start();
    for (let i = 0; i < this.members.length; i += ENTERS) {
      for (const one of this.members.slice(i, i + ENTERS)) one.ended = one.run();
      await this.#all(this.members.slice(0, i + ENTERS));
    }
    this.writing = this.#write();
  }

  async #write() {
    while (!this.stopping) {
      const write = this.journal.write('post', { member: this.writer.login, room: ROOM, clientId: clientId('herd'), text: `Караван ${++this.#written} идёт 商队` });
      await this.writer.settle(write, { patience: 20_000 });
      await sleep(this.random.between(...POSTS_MS));
    }
  }

  /** Until all of these are in, for a while. */
  async #all(members = this.members, isIn = ({ joined }) => joined) {
    const until = Date.now() + ENTERED_MS;
    while (!this.stopping && Date.now() < until && !members.every(isIn)) await sleep(50);
  }

  /** Are most of them there, or soon? */
  async #mostThere() {
    const areThere = () => this.members.filter(({ joined }) => joined).length > MOSTLY * this.count;
    await sleepWhile(() => !this.stopping && !areThere(), GATHERS_MS);
    return areThere();
  }

  /** Of each instance that runs, by its process: how often it read the store; undefined, where it does not say. */
  async #reads() {
    const running = this.cluster.instances.filter((instance) => instance.running);
    const pids = running.map((instance) => instance.process.pid);
    const counts = await Promise.all(running.map((instance) => within(instance.metric('clubd_store_reads_total').catch(() => {}), SAYS_MS)));
    return new Map(pids.map((pid, i) => [pid, counts[i]]));
  }

  /**
   * All at once; the sockets are closed, so that the instances know it. Each is back when it has joined and caught up once: what
   * is broken beside it may cut it off again. False: too few of them were there.
   */
  async cutAll() {
    if (!(await this.#mostThere())) return false;
    const before = await this.#reads();
    const from = Date.now();
    for (const one of this.members) {
      one.joined = false;
      one.backAt = undefined;
      one.socket.terminate();
    }
    await this.#all(this.members, ({ backAt }) => backAt);
    const took = summary(this.members.map(({ backAt = Infinity }) => backAt - from));
    this.recoveries.push({ half: took.median, all: took.longest, reads: readsSince(before, await this.#reads()) });
    return true;
  }

  async rest() {
    await this.#all();
    this.stopping = true;
    await this.writing;
  }

  async agrees() {
    const rows = await this.cluster.query(
      `SELECT seq, entry.at, entry.client_id AS "clientId", text FROM entry JOIN room ON room.key = entry.room WHERE room.id = '${ROOM}' ORDER BY seq`,
    );
    const head = rows.length;
    const member = this.writer.me;
    for (const { seq, at, ...row } of rows) {
      const [told, content] = [this.#contents.get(Number(seq)), contentOf({ at: Number(at), member, ...row })];
      if (told !== undefined && told !== content) this.wrong(`${seq} is ${told}, the store has ${content}`, CONTENT);
    }
    const behind = this.members.filter(({ joined, cursor }) => !joined || cursor !== head);
    if (behind.length) this.#differ(`${behind.length} of the herd are not at ${head}: ${behind.slice(0, 5)}`);
    await Promise.all(this.cluster.instances.map((instance, i) => this.#sees(instance).catch(({ message }) => this.#differ(`instance ${i}: ${message}`))));
  }

  #differ(text) {
    this.found.push({ rule: 'after the faults everybody agrees', text });
  }

  /** Is everybody of the herd in the room, and nobody else, for who asks there? */
  async #sees(instance) {
    const line = await instance.connect({ cookie: this.members[0].cookie });
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
    for (const one of this.members) {
      one.stopped = true;
      one.socket?.terminate();
    }
    await Promise.all(this.members.map(({ ended }) => ended));
  }
}
