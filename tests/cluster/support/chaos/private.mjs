// A private room, of which there are several, whose keeper lets guests in and puts them out while everything breaks: whoever
// is out is not let in, and two seconds after it was answered nothing that is committed there reaches them. In the end all are
// in.
import { clientId, sleep } from '../../../wire/support/club.mjs';
import { eventually, sleepWhile } from '../cluster.mjs';
import { EFFECT_MS } from '../journal.mjs';
import { OUTLASTS_MS, Turns } from '../late.mjs';
import { Member } from '../member.mjs';
import { Watch, neverSeen } from './watch.mjs';

const WRITES_MS = [200, 800];
const HOLDS_MS = [2000, 5000];
const LONG_ONE = 0.1;
const AGREES_MS = 10_000;
const GIVES_UP_MS = 20_000;
const RULE = 'nothing of a private room is given two seconds after somebody was put out';

export const guestLogins = ['guest0', 'guest1', 'guest2'];

export class Private {
  found = [];
  /** `in`: invitations that were answered. `out`: those of which it is known when they took effect, and that concerned somebody
   * who had joined. */
  counts = { in: 0, out: 0 };
  stopping = false;
  watches = [];
  guests = [];

  /** `number`: of the room, in each of which the guests are the same; `looksMs`: how often it looks whether it is time. */
  constructor({ cluster, random, journal, number = 0, looksMs }) {
    Object.assign(this, { cluster, random, journal, number, looksMs });
  }

  async start() {
    this.beganAt = Date.now();
    const cookie = await this.cluster.cookie('admin');
    this.keeper = new Member({ cluster: this.cluster, journal: this.journal, name: `keeper ${this.number}`, login: 'admin', cookie, random: this.random.of('keeper') }).start();
    const { result } = await this.keeper.insist('room.create', { client_id: clientId('private'), title: 'За закрытыми дверями 密谈', private: true });
    this.room = result.room.room;
    const loops = [this.#writes()];
    for (const login of guestLogins) loops.push(this.#admits(await this.#guest(login)));
    this.ended = Promise.all(loops.map((loop) => loop.catch((error) => this.found.push({ rule: 'the harness works', text: error.stack }))));
  }

  async #guest(login) {
    const cookie = await this.cluster.cookie(login);
    const guest = { login, turns: new Turns({ since: 0 }) };
    guest.watch = new Watch({
      cluster: this.cluster,
      journal: this.journal,
      name: `${login} ${this.number}`,
      cookie,
      random: this.random.of(login),
      room: this.room,
      welcomed: ({ member }) => (guest.me = member.id),
      joined: (askedAt) => {
        const after = askedAt - guest.turns.since;
        if (after > EFFECT_MS) this.#wrong(`${login} is let in, asked ${after} ms after`);
      },
      entry: ({ seq, at }) => {
        const after = Date.parse(at) - guest.turns.since;
        if (after > EFFECT_MS) this.#wrong(`${login} is given ${seq}, committed ${after} ms after`);
      },
    }).start();
    this.watches.push(guest.watch);
    this.guests.push(guest);
    await eventually(() => guest.me, `${login} is let into the club`);
    return guest;
  }

  #wrong(text) {
    if (this.found.length < 100) this.found.push({ rule: RULE, text: `${this.room}: ${text}` });
  }

  async #writes() {
    while (!this.stopping) {
      const write = this.journal.write('post', { member: 'admin', room: this.room, clientId: clientId('private'), text: 'Условия сделки 交易条件' });
      await this.keeper.settle(write, { patience: GIVES_UP_MS });
      await sleep(this.random.between(...WRITES_MS));
    }
  }

  async #admits(guest) {
    const random = this.random.of(`admits ${guest.login}`);
    while (!this.stopping) {
      await this.#let(guest, true);
      await this.#holds(random.between(...HOLDS_MS));
      await this.#let(guest, false);
      await this.#holds(random.between(...(random.chance(LONG_ONE) ? OUTLASTS_MS : HOLDS_MS)));
    }
    await this.#let(guest, true);
  }

  /** Not longer than the faults go on. */
  #holds(ms) {
    return sleepWhile(() => !this.stopping, ms, this.looksMs);
  }

  async #let(guest, on) {
    const ask = () => this.keeper.insist('room.invite', { room: this.room, member: guest.me, on });
    const { hears } = guest.watch;
    const answer = await (on ? guest.turns.letIn(ask) : guest.turns.putOut(ask));
    if (answer?.outcome === 'refused') this.found.push({ rule: 'nothing is refused without a reason', text: `room.invite: ${answer.reason}` });
    if (on && answer?.outcome === 'answered') this.counts.in++;
    if (!on && hears && guest.turns.since !== undefined) this.counts.out++;
  }

  get clients() {
    return [this.keeper];
  }

  async rest() {
    this.stopping = true;
    await this.ended;
    this.found.push(...neverSeen(this.counts, this.beganAt));
  }

  async agrees() {
    const all = async () => {
      if (!this.watches.every((watch) => watch.isThere)) return void (await this.#again());
      const [{ head }] = await this.cluster.query(`SELECT head FROM room WHERE id = '${this.room}'`);
      return this.watches.every((watch) => watch.hasAll(Number(head)));
    };
    await eventually(all, 'all guests are in, and have all there is', AGREES_MS).catch(({ message }) => this.found.push({ rule: 'after the faults everybody agrees', text: message }));
  }

  /** Who was put out once more by what was carried out late is let in again. */
  async #again() {
    for (const guest of this.guests) if (!guest.watch.isThere && guest.turns.mayBeOut) await this.#let(guest, true);
  }

  async stop() {
    await Promise.all([this.keeper?.stop(), ...this.watches.map((watch) => watch.stop())]);
  }
}
