// Thousands of members who follow one quiet room and are cut off at once. Each checks for itself that nothing is missing and
// nothing comes twice; how long they take to be back, and what they cost the store, is kept.
import { clientId, sleep } from '../../../wire/support/club.mjs';
import { Member } from '../member.mjs';
import WebSocket from 'ws';

const ROOM = 'tj';
const LOGINS = 50;
const POSTS_MS = [1000, 3000];
const AGAIN_MS = [50, 1500];
const OPENS_MS = 15_000;
const DEAD_MS = 30_000; // a server pings every 25 seconds
const LOOKS_MS = 5000;
const ENTERS = 200; // at once, at first
const ENTERED_MS = 90_000;

export const herdLogins = Array.from({ length: LOGINS }, (_, i) => `herd${i}`);

/** One of them: no more than a socket and a number. */
class One {
  cursor;
  joined = false;
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
    socket.on('error', () => {});
    socket.on('message', (data) => {
      heardAt = Date.now();
      for (const message of [JSON.parse(data.toString('utf8'))].flat()) waits = this.#take(socket, message) ?? waits;
    });
    return new Promise((done) =>
      socket.once('close', () => {
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
    else if (message.method === 'entry') this.#next(message.params.seq, 'it was told');
    else if (message.id === 1 && message.result) this.#pages(message.result, socket);
    else if (message.id === 1) setTimeout(() => this.#join(socket), this.random.between(200, 1000));
    return undefined;
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
    for (const { seq } of entries) this.#next(seq, 'a join’s answer has');
    if (more) return this.#join(socket);
    if (asOf !== this.cursor) this.herd.wrong(`a join’s answer ends at ${this.cursor}, as of ${asOf}`);
    this.joined = true;
  }

  #next(seq, what) {
    if (seq !== this.cursor + 1) this.herd.wrong(`${what} ${seq} after ${this.cursor}`);
    this.cursor = seq;
  }
}

export class Herd {
  found = [];
  recoveries = [];
  members = [];
  stopping = false;

  constructor({ cluster, random, journal, count }) {
    Object.assign(this, { cluster, random, journal, count });
  }

  wrong(text) {
    if (this.found.length < 100) this.found.push({ rule: 'a subscription has no hole and nothing twice', text: `of the herd in ${ROOM}: ${text}` });
  }

  door(random) {
    const { address: host, port } = random.pick(this.cluster.instances);
    return { host, port };
  }

  async start() {
    const share = Math.ceil(this.count / LOGINS); // lines of one member each
    for (const [i, login] of herdLogins.entries()) {
      const cookie = await this.cluster.cookie(login);
      for (let j = 0; j < share; j++) this.members.push(new One(this, cookie, this.random.of(`herd ${i} ${j}`)));
      if (i === 0) this.writer = new Member({ cluster: this.cluster, journal: this.journal, name: 'herd', login, cookie, random: this.random.of('writer') }).start();
    }
    for (let i = 0; i < this.members.length; i += ENTERS) {
      for (const one of this.members.slice(i, i + ENTERS)) one.ended = one.run();
      await this.#all(i + ENTERS);
    }
    this.writing = this.#write();
  }

  async #write() {
    while (!this.stopping) {
      const write = this.journal.write('post', { member: herdLogins[0], room: ROOM, clientId: clientId('herd'), text: 'Караван идёт 商队' });
      await this.writer.settle(write, { patience: 20_000 });
      await sleep(this.random.between(...POSTS_MS));
    }
  }

  /** Until the first so many are in: milliseconds. */
  async #all(count = this.members.length, from = Date.now()) {
    const wanted = this.members.slice(0, count);
    while (!this.stopping && Date.now() < from + ENTERED_MS && wanted.some(({ joined }) => !joined)) await sleep(50);
    return Date.now() - from;
  }

  /** Of each instance, by its process: how often it read the store. */
  async #reads() {
    const counts = new Map();
    for (const instance of this.cluster.instances) {
      const count = await instance.metric('clubd_store_reads_total').catch(() => undefined);
      if (count !== undefined) counts.set(instance.process.pid, count);
    }
    return counts;
  }

  /** All at once, as when a mast goes dark. */
  async cutAll() {
    const before = await this.#reads();
    for (const one of this.members) {
      one.joined = false;
      one.socket.terminate();
    }
    const took = await this.#all();
    const missing = this.members.filter(({ joined }) => !joined).length;
    let reads = 0; // those of an instance that ended meanwhile are not known
    for (const [pid, count] of await this.#reads()) reads += count - (before.get(pid) ?? 0);
    this.recoveries.push({ took: missing ? Infinity : took, reads });
  }

  async rest() {
    await this.#all();
    this.stopping = true;
    await this.writing;
  }

  async agrees() {
    const [{ head }] = await this.cluster.query(`SELECT head FROM room WHERE id = '${ROOM}'`);
    const behind = this.members.filter(({ joined, cursor }) => !joined || cursor !== Number(head));
    if (behind.length) this.found.push({ rule: 'after the faults everybody agrees', text: `${behind.length} of the herd are not at ${head}: ${behind.slice(0, 5)}` });
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
