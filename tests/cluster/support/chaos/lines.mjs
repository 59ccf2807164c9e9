// The herd's own process: thousands of members with a line each, who only join one quiet room. Each checks for itself that
// nothing is missing and nothing comes twice, and that all are told the same. They have a process, since the lines of
// everything else that is broken go through the one that begins it (herd.mjs), which asks and is answered one thing at a time.
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { sleep } from '../../../wire/support/line.mjs';
import { sleepWhile } from '../cluster.mjs';
import { AWAY, FINE_CLOSES, UNSETTLED } from '../member.mjs';
import { Random } from '../random.mjs';

const AGAIN_MS = [50, 1500];
const BALANCED = 0.1; // of all connections
const OPENS_MS = 15_000;
const DEAD_MS = 30_000; // a server pings every 25 seconds
const LOOKS_MS = 5000;
const ENTERS = 200; // at once, at first

export const CONTENT = 'one place has one content';
export const contentOf = ({ at, member, clientId, text }) => `${at} ${member} ${clientId} ${text}`;
/** Of a clock that all processes have. */
const clock = () => performance.timeOrigin + performance.now();

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
      origin: this.herd.url,
      perMessageDeflate: false,
      headers: { Cookie: `__Host-club=${this.cookie}` },
    });
    this.socket = socket;
    socket.openedAt = clock();
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
    this.herd.told(epoch, socket.openedAt);
    if (this.epoch !== epoch) this.cursor = undefined;
    this.epoch = epoch;
    this.#join(socket);
  }

  #join(socket) {
    if (socket.readyState !== WebSocket.OPEN) return;
    const params = { room: this.herd.room, limit: 100, ...(this.cursor === undefined ? {} : { after: this.cursor }) };
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

export class Lines {
  found = [];
  members = [];
  stopping = false;
  #contents = new Map(); // seq → what the first one was told of it: nothing is edited or removed here

  /** `told` hears of each welcome: the epoch, and when its line was opened. */
  constructor(told = () => {}) {
    this.told = told;
  }

  wrong(text, rule = 'a subscription has no hole and nothing twice') {
    if (this.found.length < 100) this.found.push({ rule, text: `of the herd in ${this.room}: ${text}` });
  }

  holds({ seq, at, from, client_id: clientId, text }) {
    const content = contentOf({ at: Date.parse(at), member: from.id, clientId, text });
    const known = this.#contents.get(seq);
    if (known === undefined) this.#contents.set(seq, content);
    else if (known !== content) this.wrong(`${seq} is ${content} and ${known}`, CONTENT);
  }

  /** An instance's own, or the balancer's, which has to carry everything twice. */
  door(random) {
    return random.chance(BALANCED) ? this.balancer : random.pick(this.instances);
  }

  /** One after the other begin, as they come in; `ms`: for each of them at most. */
  async start({ cookies, url, room, instances, balancer, seed, ms }) {
    Object.assign(this, { url, room, instances, balancer });
    const random = new Random(seed);
    this.members = cookies.map((cookie, i) => new One(this, cookie, random.of(`herd ${i}`)));
    for (let i = 0; i < this.members.length; i += ENTERS) {
      for (const one of this.members.slice(i, i + ENTERS)) one.ended = one.run();
      await this.#until(() => this.members.slice(0, i + ENTERS).every(({ joined }) => joined), ms);
    }
  }

  #until(holds, ms) {
    return sleepWhile(() => !this.stopping && !holds(), ms);
  }

  /** Until that many are there, for a while: how many are. */
  async there(count, ms) {
    const are = () => this.members.filter(({ joined }) => joined).length;
    await this.#until(() => are() >= count, ms);
    return are();
  }

  /** All at once; the sockets are closed, so that the instances know it. After how many milliseconds each has joined and caught
   * up once. */
  async cutAll(ms) {
    const from = Date.now();
    for (const one of this.members) {
      one.joined = false;
      one.backAt = undefined;
      one.socket.terminate();
    }
    await this.#until(() => this.members.every(({ backAt }) => backAt), ms);
    return this.members.map(({ backAt = Infinity }) => backAt - from);
  }

  /** Those who are not at `head`, of whom some say how they are; and what was told: [[seq, content]]. A line that was lost
   * without a word is found dead in a while. */
  async standsAt(head) {
    const isBehind = ({ joined, cursor }) => !joined || cursor !== head;
    await sleepWhile(() => this.members.some(isBehind), DEAD_MS + LOOKS_MS + OPENS_MS);
    const behind = this.members.filter(isBehind);
    return { behind: behind.length, some: behind.slice(0, 5).map(String), contents: [...this.#contents] };
  }

  /** Whoever waits for somebody does not any more. */
  rest() {
    this.stopping = true;
  }

  goOn() {
    this.stopping = false;
  }

  /** What was found until all lines were closed. */
  async stop() {
    this.stopping = true;
    for (const one of this.members) {
      one.stopped = true;
      one.socket?.terminate();
    }
    await Promise.all(this.members.map(({ ended }) => ended));
    return this.found;
  }
}

function serve() {
  const lines = new Lines((epoch, openedAt) => process.send({ told: { epoch, openedAt } }));
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, what, args }) => {
    try {
      process.send({ id, result: await lines[what](...args) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
}

if (process.send && import.meta.url === pathToFileURL(process.argv[1]).href) serve();
