// Lines of one session, which come back as long as they are let in, and join one room whenever that is allowed. What reaches
// them is handed on at once, and kept in the journal: each subscription as a follower of its own, since whoever was kept out
// in between owes nothing to the one before.
import { sleep } from '../../../wire/support/club.mjs';
import { takeEach } from '../member.mjs';

const LINES = 2;
const AGAIN_MS = [100, 500];
const JOINS_MS = [300, 900];
const OPENS_MS = 5000;
const PING_MS = 2000;
const DEAD_MS = 8000;
const ENOUGH_MS = 120_000;
const KEEPS_OUT = new Set(['not_found', 'banned', 'forbidden', 'unavailable']);

export class Watch {
  stopped = false;
  /** Was it ever given what is said in the room? */
  hasJoined = false;
  #lines = new Set();
  #subscriptions = 0;

  /**
   * `welcomed(params, openedAt)`, `joined(askedAt)` and `entry(params)` are told of each that comes, on whichever line, of
   * entries in an answer, too; the times as of the wall clock: when the line was opened, and when it was asked to join, since
   * an answer may come late.
   * `name`: of these lines, among all clients of the journal.
   */
  constructor({ cluster, journal, name, cookie, random, room, welcomed = () => {}, joined = () => {}, entry }) {
    Object.assign(this, { cluster, journal, name, cookie, random, room, welcomed, joined, entry });
  }

  start() {
    this.ended = Promise.all(Array.from({ length: LINES }, () => this.#run()));
    return this;
  }

  /** Has each line joined? */
  get isThere() {
    return this.#lines.size === LINES && this.#joinedLines.length === LINES;
  }

  /** Was each line told of everything up to there? */
  hasAll(head) {
    return this.isThere && this.#joinedLines.every(({ cursor }) => cursor === head);
  }

  /** Has any line joined? */
  get hears() {
    return this.#joinedLines.length > 0;
  }

  get #joinedLines() {
    return [...this.#lines].filter(({ joined }) => joined);
  }

  async #run() {
    while (!this.stopped) {
      await this.#live(this.random.pick(this.cluster.doors).open({ cookie: this.cookie }));
      await sleep(this.random.between(...AGAIN_MS));
    }
  }

  /** As long as one line lasts. */
  async #live(line) {
    line.openedAt = Date.now();
    line.name = line.subscriber = `${this.name}, line opened at ${line.openedAt}`;
    this.#lines.add(line);
    line.opened.catch(() => line.socket.terminate()); // one that is refused does not end by itself
    const opens = setTimeout(() => line.welcomed || line.socket.terminate(), OPENS_MS);
    const pulse = setInterval(() => this.#pulse(line), PING_MS);
    takeEach(line, () => this.#drain(line), { journal: this.journal, name: line.name });
    await line.closed;
    clearTimeout(opens);
    clearInterval(pulse);
    this.#lines.delete(line);
    for (const complaint of line.complaints.splice(0)) this.journal.violation('what is sent is as described', `${line.name}: ${complaint}`);
  }

  /** A line on which nothing is answered is dead, whoever has not noticed it. */
  #pulse(line) {
    if (!line.welcomed) return;
    if (Date.now() - line.heardAt > DEAD_MS) line.socket.terminate();
    else line.ask('ping').catch(() => {});
  }

  #drain(line) {
    line.heardAt = Date.now();
    for (const { message } of line.received.splice(0)) this.#take(line, message);
    return false;
  }

  #take(line, message) {
    if (message.method === 'welcome') {
      line.welcomed = true;
      this.welcomed(message.params, line.openedAt);
      this.#join(line);
    } else if (message.method === 'left' && message.params.room === this.room) {
      this.journal.left(line.subscriber, line.name, this.room);
      this.#join(line);
    } else if (message.method === 'entry') {
      this.journal.delivered(line.subscriber, line.name, message.params);
      line.cursor = message.params.seq;
      this.entry(message.params);
    } else if (message.id !== undefined && message.id === line.joins?.id) this.#answered(line, message);
  }

  #join(line) {
    if (this.stopped || line.isClosed) return;
    line.joined = false;
    const asked = { method: 'room.join', room: this.room, line: line.name, sentAt: this.journal.clock() };
    line.joins = { id: `join ${++this.#subscriptions}`, askedAt: Date.now(), asked };
    line.ask('room.join', { room: this.room, limit: 1 }, line.joins.id).catch(() => line.socket.terminate());
  }

  /** Again and again where it is refused. */
  #answered(line, { result, error }) {
    const { asked, askedAt, id } = line.joins;
    const reason = error?.data?.reason ?? error?.code;
    if (error && !KEEPS_OUT.has(reason)) this.journal.violation('nothing is refused without a reason', `${line.name}: room.join ${this.room}: ${reason}`);
    if (!result) return void setTimeout(() => this.#join(line), this.random.between(...JOINS_MS));
    line.subscriber = `${this.name}, ${id}`;
    this.journal.joined(line.subscriber, this.journal.page(asked, result));
    line.joined = this.hasJoined = true;
    line.cursor = result.as_of;
    this.joined(askedAt);
    for (const entry of result.entries) this.entry(entry);
  }

  stop() {
    this.stopped = true;
    for (const line of this.#lines) line.socket.terminate();
    return this.ended;
  }
}

/** What a run must have come to that was long enough: [{rule, text}] of what is counted and never was, since it began. */
export function neverSeen(counts, beganAt) {
  if (Date.now() - beganAt < ENOUGH_MS) return [];
  const missing = Object.keys(counts).filter((name) => !counts[name]);
  return missing.map((name) => ({ rule: 'the harness works', text: `${name}: not once for certain` }));
}
