// A member's client as the browser has it: it comes back by itself, to any instance, joins with the last number that it
// has, and repeats a post whose answer did not come. Everything goes into a journal.
import { sleep } from '../../wire/support/club.mjs';

const OPENS_MS = 5000;
const ANSWERS_MS = 12_000;
const PING_MS = 2000;
const AGAIN_MS = [50, 500];
export const FINE_CLOSES = new Set([1000, 1001, 1005, 1006, 1012]);
// What a balancer answers while no instance does, and an instance that has no room or no memory.
export const AWAY = new Set([408, 429, 502, 503, 504]);
// Said when nobody knows what became of the request, or when it may be sent again.
export const UNSETTLED = new Set(['unavailable']);

let lines = 0;

/** `drain` is called with each frame until the line is closed, and gives false. Where it fails nothing more could be taken. */
export function takeEach(line, drain, { journal, name }) {
  line.until(drain, 'the end', 2 ** 31 - 1).catch((error) => {
    if (error.closed) return;
    journal.violation('the harness works', `${name}: ${error.stack}`);
    line.socket.terminate();
  });
}

export class Member {
  /** Rooms that it follows: `{cursor}`, undefined as long as nothing is known. */
  rooms = new Map();
  stopped = false;
  reconnects = 0;
  #pending = new Map();
  #next = 1;
  #changed = new Set();
  #newest; // line, let in or not yet

  /** `name`: of this client among all. `mayBeRefused`: reasons for which it may be kept out of a room, for a time. `limit`: of
   * a join's pages; `patience`: how many times longer than others it waits. */
  constructor({ cluster, name, login, cookie, journal, random, mayBeRefused = [], limit, patience = 1 }) {
    Object.assign(this, { cluster, name, login, cookie, journal, random, mayBeRefused, limit, patience });
  }

  get connected() {
    return this.line !== undefined;
  }

  /** Goes on until `stop`. */
  start() {
    this.ended = this.#run();
    this.ended.catch((error) => this.journal.violation('the harness works', `${this.name}: ${error.stack}`));
    return this;
  }

  async stop() {
    this.stopped = true;
    this.#newest?.socket.terminate(); // also one that is being opened
    await this.ended;
  }

  /** Somewhere else, from now on. */
  move() {
    this.line?.socket.terminate();
  }

  async #run() {
    while (!this.stopped) {
      const line = await this.#open(this.door ?? this.random.pick(this.cluster.doors ?? this.cluster.instances));
      if (line) {
        this.reconnects++;
        await line.closed;
        await this.#lost(line);
      }
      if (!this.stopped) await sleep(this.waits ?? this.random.between(...AGAIN_MS));
      this.waits = undefined;
    }
  }

  /** Undefined: not let in. */
  async #open(instance) {
    const line = instance.open({ cookie: this.cookie });
    this.#newest = line;
    line.name = `${++lines}`;
    line.instance = instance;
    line.openedAt = this.journal.clock();
    const timer = setTimeout(() => line.socket.terminate(), OPENS_MS * this.patience);
    line.closed.then(({ code }) => this.#closed(code));
    try {
      await line.opened;
      takeEach(line, () => this.#drain(line), { journal: this.journal, name: this.name });
      await Promise.race([new Promise((done) => (line.welcomed = done)), line.closed]);
      if (!line.welcome) return undefined;
    } catch ({ status }) {
      if (status !== undefined && !AWAY.has(status)) this.journal.violation('nobody is kept out without a reason', `${this.name}: ${status} on ${instance.place?.name ?? instance.port}`);
      return undefined; // nobody is there, or not yet
    } finally {
      clearTimeout(timer);
      if (!line.welcome) line.socket.terminate();
    }
    return line;
  }

  #closed(code) {
    if (!FINE_CLOSES.has(code)) this.journal.violation('a line is closed for a reason', `${this.name}: closed with ${code}`);
  }

  async #lost(line) {
    this.line = undefined;
    clearInterval(line.pulse);
    for (const request of this.#pending.values()) request.settle({ outcome: 'unknown' });
    this.#pending.clear();
    for (const complaint of line.complaints.splice(0)) this.journal.violation('what is sent is as described', `${this.name}: ${complaint}`);
  }

  /** Called with each frame; false: go on. */
  #drain(line) {
    line.heardAt = this.journal.clock();
    for (const { message } of line.received.splice(0)) this.#take(line, message);
    return false;
  }

  #take(line, message) {
    if (message.method === 'welcome') return this.#welcomed(line, message.params);
    if (message.method === 'closing') this.waits = Math.min(message.params.retry_after * 1000, 3000) * this.random.next();
    if (line !== this.line) return;
    if (message.method === 'entry') this.#entry(line, message.params);
    else if (message.method === 'left') this.#left(line, message.params);
    else if (message.id !== undefined) {
      const request = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      request?.settle(outcome(message));
    }
  }

  #welcomed(line, welcome) {
    if (this.epoch !== undefined && this.epoch !== welcome.epoch) {
      this.journal.afresh(this.name);
      for (const room of this.rooms.values()) room.cursor = undefined;
    }
    this.epoch = welcome.epoch;
    this.journal.welcomed(welcome.epoch, line.openedAt);
    this.me = welcome.member.id;
    line.welcome = welcome;
    line.heardAt = this.journal.clock();
    this.journal.places.set(line.name, line.instance.place?.name);
    this.line = line;
    line.pulse = setInterval(() => this.#pulse(line), PING_MS);
    line.welcomed?.();
    for (const room of this.rooms.keys()) this.#join(line, room);
    this.#wake();
  }

  /** A dead line is noticed, sooner or later. */
  #pulse(line) {
    if (line.sleeps) return;
    const patience = (line.patience ??= this.random.between(4, 15) * 1000 * this.patience);
    if (this.journal.clock() - line.heardAt > patience) line.socket.terminate();
    else this.request('ping', {});
  }

  #entry(line, entry) {
    const room = this.rooms.get(entry.room);
    this.journal.delivered(this.name, line.name, entry);
    if (room) room.cursor = entry.seq;
    this.heard?.(entry);
  }

  // ---- rooms ----

  /** From now on, also after coming back. `after`: where to begin; the newest page unless said. */
  follow(room, after) {
    this.rooms.set(room, { cursor: after });
    if (this.line) this.#join(this.line, room);
  }

  /** Leaves and joins again on the same line. */
  async rejoin(room) {
    const { line } = this;
    if (!line) return;
    const answer = await this.request('room.leave', { room });
    this.#notRefused('room.leave', room, answer);
    if (answer.outcome !== 'answered' || this.line !== line) return;
    this.journal.left(this.name, line.name, room);
    this.#join(line, room);
  }

  #join(line, room) {
    const wanted = this.rooms.get(room);
    if (wanted.asks === line) return; // its answer says how to go on
    wanted.asks = line;
    const asked = { method: 'room.join', room, member: this.login, line: line.name, sentAt: this.journal.clock() };
    if (wanted.cursor !== undefined) asked.after = wanted.cursor;
    if (this.limit) asked.limit = this.limit;
    const { method, member, line: name, sentAt, ...params } = asked;
    wanted.joined = undefined;
    this.request('room.join', params, (answer) => {
      if (wanted.asks === line) wanted.asks = undefined;
      this.#notRefused('room.join', room, answer);
      if (answer.outcome !== 'answered') {
        this.#joinLater(line, room); // `unavailable` on a line that goes on, or kept out: asked again
        return;
      }
      const page = this.journal.page(asked, answer.result);
      this.journal.joined(this.name, page);
      wanted.cursor = page.more ? page.entries.at(-1).seq : page.as_of;
      if (page.more) this.#join(line, room);
      else wanted.joined = line.name;
    });
  }

  #notRefused(what, room, { outcome: how, reason }) {
    if (how === 'refused' && !this.mayBeRefused.includes(reason)) this.journal.violation('nothing is refused without a reason', `${this.name}: ${what} ${room}: ${reason}`);
  }

  #joinLater(line, room) {
    if (this.line === line) setTimeout(() => this.line === line && this.rooms.get(room).joined !== line.name && this.#join(line, room), this.random.between(200, 1000)).unref();
  }

  #left(line, { room, reason }) {
    this.journal.left(this.name, line.name, room);
    if (this.rooms.has(room)) this.rooms.get(room).joined = undefined;
    if (this.mayBeRefused.includes(reason)) this.#joinLater(line, room);
    else this.journal.violation('a subscription goes on', `${this.name} left ${room}: ${reason}`);
  }

  /** Is each room that it follows joined on the present line? */
  get follows() {
    return this.line !== undefined && [...this.rooms.values()].every(({ joined }) => joined === this.line.name);
  }

  async history(params) {
    const { line } = this;
    if (!line) return undefined;
    const asked = { client: this.name, member: this.login, method: 'room.history', line: line.name, sentAt: this.journal.clock(), ...params };
    const answer = await this.request('room.history', params, (found) => {
      if (found.outcome === 'answered') this.journal.page(asked, found.result);
    });
    this.#notRefused('room.history', params.room, answer);
    return answer.result;
  }

  /** In one room: how it went. */
  async search(params) {
    const { line } = this;
    if (!line) return { outcome: 'unknown' };
    const asked = { client: this.name, method: 'message.search', room: params.room, line: line.name, sentAt: this.journal.clock() };
    return this.request('message.search', params, (answer) => {
      if (answer.outcome === 'answered') this.journal.found(asked, answer.result);
    });
  }

  // ---- requests ----

  /** `{outcome, result?, reason?}`; `take` is called as soon as the answer is there, in the order of what came. */
  request(method, params, take = () => {}) {
    const { line } = this;
    if (!line || line.socket.readyState !== line.socket.constructor.OPEN) {
      const lost = { outcome: 'unknown', unsent: true };
      take(lost);
      return Promise.resolve(lost);
    }
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => line.socket.terminate(), ANSWERS_MS * this.patience); // a dead line: what was asked is unknown
      const settle = (answer) => {
        clearTimeout(timer);
        take(answer);
        resolve(answer);
      };
      this.#pending.set(id, { settle });
      line.ask(method, params, id).catch(() => {});
    });
  }

  /** Asks until it is answered or refused: the last answer, if there was one. `unknownAt` in it: when the last one of which
   * nobody knows what became was sent, as of the wall clock. `take` is called with each answer and when it was asked for. */
  async insist(method, params, take = () => {}) {
    let answer, unknownAt;
    while (!this.stopped) {
      if (this.line) {
        const sentAt = Date.now();
        answer = await this.request(method, params, (one) => take(one, sentAt));
        if (answer.outcome === 'unknown' && !answer.unsent) unknownAt = sentAt;
      }
      if (answer && answer.outcome !== 'unknown') break;
      await sleep(this.random.between(100, 400));
      await this.present(1000);
    }
    return answer && { ...answer, unknownAt };
  }

  /** Sends it once: how it went. */
  async attempt(write) {
    if (!this.line) return undefined;
    const attempt = this.journal.attempt(write, this.line.name, this.line.instance.place?.name);
    const { result, reason, outcome: how } = await this.request(`message.${write.kind}`, paramsOf(write), (answer) => {
      attempt.answeredAt = this.journal.clock();
      attempt.outcome = answer.outcome;
      if (answer.reason) attempt.reason = answer.reason;
      if (answer.result) Object.assign(attempt, answer.result);
    });
    return { outcome: how, result, reason };
  }

  /** Until it is answered or refused, or until it was given up: as long as `patience` says. */
  async settle(write, { patience = Infinity } = {}) {
    const until = this.journal.clock() + patience;
    for (;;) {
      const answer = await this.attempt(write);
      if (answer && answer.outcome !== 'unknown') return answer;
      if (this.stopped || this.journal.clock() > until) return { outcome: 'unknown' };
      if (answer) await sleep(this.random.between(100, 400));
      await this.present(1000);
    }
  }

  /** Until it is connected, or for so long. */
  present(ms) {
    if (this.line || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#changed.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#changed.add(done);
    });
  }

  #wake() {
    for (const done of [...this.#changed]) done();
  }

  /** Takes nothing for a while, as on a bad line. */
  sleep(ms) {
    return this.sleepUntil(sleep(ms));
  }

  /** Takes nothing until that is fulfilled. */
  async sleepUntil(end) {
    const { line } = this;
    if (!line) return;
    line.sleeps = true;
    line.pause();
    await end;
    line.resume();
    line.heardAt = this.journal.clock();
    line.sleeps = false;
  }
}

function outcome(message) {
  if (!message.error) return { outcome: 'answered', result: message.result };
  const reason = message.error.data?.reason ?? String(message.error.code);
  return UNSETTLED.has(reason) ? { outcome: 'unknown', reason } : { outcome: 'refused', reason };
}

function paramsOf({ kind, room, clientId, text, target, emoji, on, replyTo }) {
  switch (kind) {
    case 'post':
      return { room, client_id: clientId, text, ...(replyTo ? { reply_to: replyTo } : {}) };
    case 'edit':
      return { room, seq: target, text };
    case 'remove':
      return { room, seq: target };
    default:
      return { room, seq: target, emoji, on };
  }
}
