// What members do while things break: writers over all instances, readers who follow rooms, some of them slow.
import { mixed } from '../../wire/support/texts.mjs';
import { sleep } from '../../wire/support/club.mjs';
import { Member } from './member.mjs';

export const HOT = 'kz';
/** Little is said here: what readers on a slow line follow. */
const QUIET = 'agriculture';
const QUIET_SHARE = 0.02; // of what is written
const SLOW_LINE = { limit: 5, patience: 5 };
/** `thinks`: milliseconds between what a writer does. */
const USUAL = { rooms: [HOT, 'ru', 'cn', 'uz', 'fintech', 'kz.fintech', 'trade'], writers: 12, readers: 24, thinks: [100, 700] };
const EMOJI = ['👍', '❤️', '🎉', '🤝'];
const GIVES_UP_MS = 20_000;
/** Direct talks, by who has them, none of whom moderates: one of them has two. */
const TALKS = [[1, 2], [1, 3], [4, 5]];
const SLOW_ONE = 40; // of so many readers
const FORGETFUL_ONE = 20; // …
const FORGETS_MS = 75_000; // a server cuts a line that takes nothing for a minute
const RECENT = 60;
const WORDS = /[\p{Lu}\p{Ll}\p{Lo}\p{Nd}]+/gu;
const DOES = { post: 44, burst: 5, twice: 6, again: 5, edit: 10, remove: 6, react: 10, read: 6, history: 10, search: 3, refused: 4, move: 1 };

const writerLogins = ({ writers }) => Array.from({ length: writers }, (_, i) => (i === 0 ? 'moderator' : `writer${i}`));
// Some readers are the same member on several lines.
const readerLogins = ({ readers }) => Array.from({ length: readers }, (_, i) => `reader${i % (readers * 0.75)}`);
/** Everybody who takes part in a load of that size. */
export const loginsOf = (size) => [...new Set([...writerLogins({ ...USUAL, ...size }), ...readerLogins({ ...USUAL, ...size })])];

/** Everybody, on their lines; `messages` is what anybody knows to stand, for edits, removals and reactions. */
export class Load {
  writers = [];
  readers = [];
  stopping = false;
  /** As long as it is not fulfilled writers begin nothing. */
  lull = undefined;
  /** Posts that were sent to two instances at once, and those of them that both answered. */
  twice = { sent: 0, answered: 0 };
  #recent = new Map(); // room → [{seq, member, text}]

  /** `steady`: nobody is slow, moves or gives up. `size`: what differs from the usual one. */
  constructor({ cluster, journal, random, steady = false, size }) {
    Object.assign(this, { cluster, journal, random, steady, size: { ...USUAL, ...size } });
  }

  async start() {
    const logins = loginsOf(this.size);
    const cookies = await Promise.all(logins.map((login) => this.cluster.cookie(login)));
    this.cookies = new Map(logins.map((login, i) => [login, cookies[i]]));
    this.writers = writerLogins(this.size).map((login, i) => new Writer(this, login, i));
    await Promise.all(this.writers.map((writer) => writer.member.present(10_000)));
    const talks = TALKS.filter((pair) => pair.every((index) => this.writers[index]));
    if (!talks.length) throw new Error('too few write for a direct talk');
    this.talks = await Promise.all(talks.map((pair) => this.#openDirect(pair)));
    this.readers = readerLogins(this.size).map((login, i) => new Reader(this, login, i));
    for (const writer of this.writers) writer.start();
    for (const reader of this.readers) reader.start();
  }

  /** A talk of two, which both follow. */
  async #openDirect(pair) {
    const [one, other] = pair.map((index) => this.writers[index].member);
    const { result } = await one.request('direct.open', { member: other.me });
    const { room } = result.room;
    for (const member of [one, other]) member.follow(room, 0);
    return { room, pair };
  }

  client(name, login, options) {
    const { cluster, journal } = this;
    return new Member({ cluster, journal, name, login, cookie: this.cookies.get(login), random: this.random.of(name), ...options });
  }

  countTwice(...answers) {
    this.twice.sent++;
    if (answers.every((answer) => answer?.outcome === 'answered')) this.twice.answered++;
  }

  recent(room) {
    if (!this.#recent.has(room)) this.#recent.set(room, []);
    return this.#recent.get(room);
  }

  posted(room, message) {
    const list = this.recent(room);
    list.push(message);
    if (list.length > RECENT) list.shift();
  }

  get clients() {
    return [...this.writers.flatMap((writer) => [writer.member, writer.twin]), ...this.readers.map((reader) => reader.member)].filter(Boolean);
  }

  /** Those that everybody may enter. */
  get openRooms() {
    return [...this.size.rooms, QUIET];
  }

  /** No new writes; those under way are brought to an end. */
  async rest() {
    this.stopping = true;
    this.slow = this.#toldSlowly();
    for (const { member } of this.readers) {
      if (!member.door) continue;
      member.door = undefined;
      member.move();
    }
    await Promise.all([...this.writers, ...this.readers].map((one) => one.ended));
  }

  /** Of those on a slow line: how many they are, what they were told, in notifications and in pages. */
  #toldSlowly() {
    const followers = this.readers.filter(({ member }) => member.door).map(({ member }) => this.journal.follower(member.name, QUIET));
    const events = followers.flatMap((one) => one.events);
    return { readers: followers.length, told: events.filter(({ what }) => what === 'entry').length, pages: events.filter(({ page }) => page).length };
  }

  async stop() {
    await Promise.all(this.clients.map((client) => client.stop()));
  }
}

class Writer {
  #count = 0;
  #own = [];

  constructor(load, login, index) {
    this.load = load;
    this.journal = load.journal;
    this.login = login;
    this.index = index;
    this.random = load.random.of(`writer ${index}`);
    this.member = load.client(`writer ${index}`, login).start();
  }

  start() {
    // One who follows what is written beside writing, one who has two lines.
    if (this.index % 3 === 0) this.member.follow(HOT, 0);
    if (this.index < 6) this.twin = this.load.client(`twin ${this.index}`, this.login).start();
    this.ended = this.#run();
    this.ended.catch((error) => this.journal.violation('the harness works', error.stack));
  }

  async #run() {
    while (!this.load.stopping) {
      await this.load.lull;
      await this.member.present(1000);
      if (this.member.connected) await this[this.random.weighted(DOES)]();
      await sleep(this.random.between(...this.load.size.thinks));
    }
  }

  #room() {
    const own = this.#talks(true);
    if (own.length && this.random.chance(0.3)) return this.random.pick(own);
    if (this.random.chance(QUIET_SHARE)) return QUIET;
    return this.random.chance(0.5) ? HOT : this.random.pick(this.load.size.rooms);
  }

  /** Own ones, or those of others. */
  #talks(own) {
    return this.load.talks.filter(({ pair }) => pair.includes(this.index) === own).map(({ room }) => room);
  }

  #text() {
    const text = this.random.pick(mixed);
    const long = this.random.chance(0.05) ? `\n${'丝路 '.repeat(this.random.between(100, 1000))}` : '';
    return `${this.login} ${++this.#count}: ${text.slice(0, 300)}${long}`;
  }

  #newPost(room = this.#room(), fields = {}) {
    return this.journal.write('post', { member: this.login, room, clientId: `${this.index}-${++this.#count}`, text: this.#text(), ...fields });
  }

  async #settled(write) {
    // Most are repeated until they are answered, some are given up.
    const patience = this.load.steady || this.random.chance(0.9) ? GIVES_UP_MS : 0;
    this.#posted(write, await this.member.settle(write, { patience }));
  }

  #posted(write, answer) {
    if (answer?.outcome !== 'answered') return;
    const message = { room: write.room, seq: answer.result.seq, member: this.login, write };
    this.#own.push(message);
    this.load.posted(write.room, message);
  }

  post() {
    const room = this.#room();
    const answered = this.load.recent(room);
    const replyTo = answered.length && this.random.chance(0.1) ? this.random.pick(answered).seq : undefined;
    return this.#settled(this.#newPost(room, { replyTo }));
  }

  /** Several without waiting for answers, then those again that were not answered. Where something is removed between
   * them, the room's log in memory begins anew there, and whoever follows it is caught up from the store. */
  async burst() {
    const room = this.#room();
    const writes = Array.from({ length: this.random.between(2, 8) }, () => this.#newPost(room));
    const earlier = this.random.chance(0.4) ? this.#own.find((message) => message.room === room && !message.removed) : undefined;
    const attempts = writes.map((write, i) => {
      if (earlier && i === writes.length - 1) this.#removeAtOnce(earlier);
      return this.member.attempt(write);
    });
    const answers = await Promise.all(attempts);
    for (const [i, write] of writes.entries()) {
      if (answers[i]?.outcome === 'answered') this.#posted(write, answers[i]);
      else if (answers[i]?.outcome !== 'refused') await this.#settled(write);
    }
  }

  #removeAtOnce(message) {
    message.removed = true;
    const write = this.journal.write('remove', { member: this.login, room: message.room, target: message.seq });
    this.member.settle(write, { patience: 0 }).catch((error) => this.journal.violation('the harness works', error.stack));
  }

  /** The same client_id to two instances at once; where there is only one, on two lines. */
  async twice() {
    const [place, another] = [this.member.line?.welcome.instance, this.twin?.line?.welcome.instance];
    const differ = place !== another;
    if (!place || !another || (!differ && this.load.cluster.instances.length > 1)) return;
    const write = this.#newPost();
    const [one, other] = await Promise.all([this.member.attempt(write), this.twin.attempt(write)]);
    if (differ) this.load.countTwice(one, other);
    const answer = [one, other].find((found) => found?.outcome === 'answered');
    if (answer) this.#posted(write, answer);
    else await this.#settled(write);
  }

  /** One that was answered long ago. */
  async again() {
    if (!this.#own.length) return;
    await this.member.attempt(this.random.pick(this.#own).write);
  }

  async edit() {
    if (!this.#own.length) return;
    const { room, seq } = this.random.pick(this.#own.slice(-20));
    await this.member.settle(this.journal.write('edit', { member: this.login, room, target: seq, text: this.#text() }), { patience: 0 });
  }

  async remove() {
    const mayAll = this.login === 'moderator';
    const messages = mayAll ? this.load.recent(this.random.pick(this.load.size.rooms)) : this.#own.slice(-20);
    if (!messages.length) return;
    const { room, seq } = this.random.pick(messages);
    await this.member.settle(this.journal.write('remove', { member: this.login, room, target: seq }), { patience: GIVES_UP_MS });
  }

  async react() {
    const room = this.#room();
    const messages = this.load.recent(room);
    if (!messages.length) return;
    const { seq } = this.random.pick(messages);
    const write = { member: this.login, room, target: seq, emoji: this.random.pick(EMOJI), on: this.random.chance(0.75) };
    await this.member.settle(this.journal.write('react', write), { patience: 0 });
  }

  async read() {
    const room = this.#room();
    const last = this.load.recent(room).at(-1);
    if (!last) return;
    const { outcome, reason } = await this.member.request('room.read', { room, seq: last.seq });
    if (outcome === 'answered') this.journal.marked(this.login, room, last.seq);
    if (outcome === 'refused') this.journal.violation('nothing is refused without a reason', `room.read ${room} ${last.seq}: ${reason}`);
  }

  async history() {
    const room = this.#room();
    const last = this.load.recent(room).at(-1)?.seq ?? 0;
    const params = { room, limit: this.random.between(1, 100) };
    if (last > 1 && this.random.chance(0.7)) params[this.random.chance(0.5) ? 'before' : 'after'] = this.random.between(1, last);
    await this.member.history(params);
  }

  /** A word of what was written lately, also when it was removed since. */
  async search() {
    const room = this.#room();
    const messages = this.load.recent(room);
    if (!messages.length) return;
    const words = this.random.pick(messages).write.text.match(WORDS) ?? [];
    if (!words.length) return;
    const { outcome, reason } = await this.member.search({ room, text: this.random.pick(words).slice(0, 60) });
    if (outcome === 'refused') this.journal.violation('nothing is refused without a reason', `message.search in ${room}: ${reason}`);
  }

  /** What must not be done, whoever is asked. */
  async refused() {
    const { random, load } = this;
    const others = load.recent(this.#room()).filter(({ member }) => member !== this.login);
    const strange = this.#talks(false);
    const kinds = { long: 1, reply: 1, ...(strange.length ? { talk: 1 } : {}), ...(others.length && this.index > 0 ? { edit: 1 } : {}) };
    const kind = random.weighted(kinds);
    if (kind === 'edit') {
      const { room, seq } = random.pick(others);
      const write = this.journal.write('edit', { member: this.login, room, target: seq, text: this.#text(), expects: ['forbidden', 'not_found'] });
      return void (await this.member.attempt(write));
    }
    const write = {
      long: () => this.#newPost(undefined, { text: 'д'.repeat(4001), expects: ['too_long'] }),
      reply: () => this.#newPost(undefined, { replyTo: 2 ** 40, expects: ['not_found'] }),
      talk: () => this.#newPost(random.pick(strange), { expects: ['not_found'] }),
    }[kind]();
    await this.member.attempt(write);
  }

  async move() {
    if (this.load.steady) return;
    this.random.pick([this.member, this.twin ?? this.member]).move();
  }
}

class Reader {
  constructor(load, login, index) {
    this.load = load;
    this.index = index;
    this.random = load.random.of(`reader ${index}`);
    const door = index % SLOW_ONE === 3 ? load.cluster.slowDoor : undefined; // where there is one
    this.member = load.client(`reader ${index}`, login, door && SLOW_LINE);
    this.member.door = door;
    const rooms = door ? [QUIET] : new Set([HOT, ...this.random.shuffled(load.size.rooms).slice(0, 2)]);
    for (const room of rooms) this.member.follow(room, this.random.chance(0.5) ? 0 : undefined);
    this.member.start();
  }

  start() {
    this.ended = this.#run();
    this.ended.catch((error) => this.load.journal.violation('the harness works', error.stack));
  }

  /** In a tab that is left alone: nothing is read any more. */
  #forgets() {
    const until = Date.now() + FORGETS_MS;
    const comesBack = async () => {
      while (!this.load.stopping && Date.now() < until) await sleep(500);
    };
    return this.member.sleepUntil(comesBack());
  }

  /** A third just reads, a third is slow at times, a third comes and goes; one of twenty does not read at all. */
  async #run() {
    while (!this.load.stopping) {
      await sleep(this.random.between(500, 2500));
      const { member, random } = this;
      if (this.load.steady) continue;
      if (this.index % FORGETFUL_ONE === 13) await this.#forgets();
      if (this.index % 3 === 1 && random.chance(0.3)) await member.sleep(random.between(500, 6000));
      if (this.index % 3 === 2 && random.chance(0.15)) member.move();
      if (this.index % 3 === 2 && random.chance(0.15)) await member.rejoin(random.pick([...member.rooms.keys()]));
    }
  }
}
