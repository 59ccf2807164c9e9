// Moderators mute, ban, lock, remove and purge in a room of its own while everything breaks, and some go on writing there
// whatever they are told. What was asked and answered is kept for moderating_check.mjs.
import { sleep } from '../../wire/support/club.mjs';
import { sleepWhile } from './cluster.mjs';
import { Journal } from './journal.mjs';
import { OUTLASTS_MS, lateUntil } from './late.mjs';
import { Member } from './member.mjs';
import { groupBy } from './sorted.mjs';

export const ROOM = 'in';
export const KEEPERS = ['admin', 'moderator'];
export const LOUD = ['loud0', 'loud1', 'loud2']; // the last one is purged, the others' messages are removed one by one
const HOLDS_MS = [2500, 4500]; // so that there is time left after the two seconds
const BANS_MS = [4000, 6000]; // in which something is said that must not be given
const LONG_ONE = 0.05;
const RESTS_MS = [100, 600];
const WRITES_MS = [40, 200];
const LOOKS = 0.03; // how often they look at what is there
const GIVES_UP_MS = 20_000;
const PURGE_SECONDS = 15;

export const nameOf = (login) => `${login} among moderators`;

/** `acts`: {action, by, member?, seconds?, lifts?, reason?, target?, sentAt, askedAt?, answeredAt?, unknownAt?, outcome, refusal?,
 * attempts}: first sent at `sentAt`, what was answered was asked at `askedAt`, the last attempt of which nobody knows what
 * became at `unknownAt`; times as of the wall clock, which is the store's, too. */
export class Moderating {
  acts = [];
  stopping = false;
  journal = new Journal(Date.now, 0);
  #posted = [];
  #count = 0;

  constructor({ cluster, random }) {
    Object.assign(this, { cluster, random });
  }

  async start() {
    const members = await Promise.all([...KEEPERS, ...LOUD].map((login) => this.#member(login)));
    [this.admin, this.moderator, ...this.loud] = members;
    await Promise.all(members.map((member) => member.present(10_000)));
    const loops = [this.#silences('mute', HOLDS_MS), this.#silences('ban', BANS_MS), this.#keeps(), ...this.loud.map((member) => this.#writes(member))];
    this.ended = Promise.all(loops.map((loop) => loop.catch((error) => this.journal.violation('the harness works', error.stack))));
  }

  async #member(login) {
    const { cluster, journal } = this;
    const cookie = await cluster.cookie(login);
    const name = nameOf(login);
    const member = new Member({ cluster, journal, name, login, cookie, random: this.random.of(login), mayBeRefused: ['banned'] });
    // Those who write also read, and come again and again while they are not let in.
    if (LOUD.includes(login)) member.follow(ROOM);
    return member.start();
  }

  get members() {
    return [this.admin, this.moderator, ...(this.loud ?? [])].filter(Boolean);
  }

  /** What is under way is brought to an end; nobody is muted or banned any more, nothing locked. */
  async rest() {
    this.stopping = true;
    await this.ended;
  }

  async stop() {
    await Promise.all(this.members.map((member) => member.stop()));
  }

  /** Those who write and cannot have been banned once more by what was carried out late: they have all there is. */
  get followers() {
    return this.loud.filter(({ login }) => {
      const bans = this.acts.filter(({ action, member }) => action === 'ban' && member === login);
      const lifted = bans.findLast(({ lifts }) => lifts);
      return !bans.some((ban) => !ban.lifts && lateUntil(ban) > lifted?.sentAt);
    });
  }

  /** What those who write were given: [{member, events, looks}], events as in a journal's followers, looks its pages and
   * searches that they asked for beside what they follow. */
  told() {
    const { followers, pages, searches } = this.journal;
    const looks = groupBy([...pages, ...searches], ({ client, room }) => `${client} ${room}`);
    return LOUD.map((login) => {
      const name = `${nameOf(login)} ${ROOM}`;
      return { member: login, events: followers.get(name)?.events ?? [], looks: looks.get(name) ?? [] };
    });
  }

  // ---- those who write ----

  async #writes(member) {
    const { login, random } = member;
    while (!this.stopping) {
      const number = ++this.#count;
      const write = this.journal.write('post', { member: login, room: ROOM, clientId: `loud-${number}`, text: `Слон № ${number} 大象` });
      const { outcome, result } = await member.settle(write, { patience: GIVES_UP_MS });
      if (outcome === 'answered') this.#posted.push({ login, seq: result.seq });
      if (random.chance(LOOKS)) await member.history({ room: ROOM, limit: 50 });
      if (random.chance(LOOKS)) await member.search({ room: ROOM, text: 'Слон' });
      await sleep(random.between(...WRITES_MS));
    }
  }

  // ---- those who act ----

  /** Until it is answered: everything that is asked here changes nothing when it is asked again, but a purge. */
  async #act(keeper, method, params, fields) {
    const act = { ...fields, by: keeper.login, attempts: 0, outcome: 'unknown', sentAt: Date.now() };
    this.acts.push(act);
    await keeper.insist(method, params, ({ outcome, result, reason, unsent }, askedAt) => {
      if (unsent) return;
      act.attempts++;
      Object.assign(act, { outcome, askedAt, answeredAt: Date.now() });
      if (outcome === 'unknown') act.unknownAt = askedAt;
      if (outcome === 'refused') act.refusal = reason;
      if (result) act.result = result;
    });
    return act;
  }

  async #silences(action, holds) {
    const { admin } = this;
    const random = this.random.of(action);
    while (!this.stopping) {
      const { me, login } = random.pick(this.loud);
      const number = ++this.#count;
      const [reason, lifted] = [`реклама ${number}`, `хватит ${number}`];
      await this.#act(admin, `member.${action}`, { member: me, room: ROOM, for: null, reason }, { action, member: login, reason });
      await sleepWhile(() => !this.stopping, random.between(...(random.chance(LONG_ONE) ? OUTLASTS_MS : holds)));
      await this.#act(admin, `member.${action}`, { member: me, room: ROOM, for: 0, reason: lifted }, { action, member: login, reason: lifted, lifts: true });
      await sleep(random.between(...RESTS_MS));
    }
  }

  async #keeps() {
    const { random } = this;
    while (!this.stopping) {
      const action = random.pick(['lock', 'remove', 'remove', 'remove', 'purge']);
      if (action === 'lock') await this.#locks();
      else if (action === 'remove') await this.#removes();
      else await this.#purges();
      await sleep(random.between(...RESTS_MS));
    }
  }

  async #locks() {
    await this.#act(this.moderator, 'room.update', { room: ROOM, locked: true }, { action: 'lock' });
    await sleep(this.random.between(...HOLDS_MS));
    await this.#act(this.moderator, 'room.update', { room: ROOM, locked: false }, { action: 'lock', lifts: true });
  }

  async #removes() {
    const own = this.#posted.filter(({ login, removed }) => login !== LOUD.at(-1) && !removed);
    if (!own.length) return;
    const message = this.random.pick(own);
    message.removed = true;
    await this.#act(this.moderator, 'message.remove', { room: ROOM, seq: message.seq, reason: '广告' }, { action: 'remove', target: message.seq });
  }

  async #purges() {
    const { me, login } = this.loud.at(-1);
    await this.#act(this.moderator, 'message.purge', { room: ROOM, member: me, for: PURGE_SECONDS }, { action: 'purge', member: login, seconds: PURGE_SECONDS });
  }
}

/** The audit log of that room, as the store has it in the end. */
export async function readAudit(cluster) {
  const audit = await cluster.query(
    `SELECT audit.at, audit.action, login AS member, audit.seq, audit.reason, audit.detail FROM audit
     JOIN room ON room.key = audit.room LEFT JOIN member ON member.key = audit.member WHERE room.id = '${ROOM}' ORDER BY audit.key`,
  );
  for (const row of audit) {
    for (const name of ['seq', 'at']) if (typeof row[name] === 'string') row[name] = Number(row[name]);
    if (row.detail) row.detail = JSON.parse(`{${row.detail}}`);
  }
  return audit;
}
