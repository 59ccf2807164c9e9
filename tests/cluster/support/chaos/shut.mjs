// Members who log out, and members who are banned from the club, while lines of theirs stand: two seconds after it was
// answered nothing that was committed then reaches those lines, and nobody is let in with that session, nor in the end with
// any of those that were over; but with a new one everybody is.
import { PASSWORD, sessionCookie, sleep } from '../../../wire/support/club.mjs';
import { eventually, sleepWhile } from '../cluster.mjs';
import { EFFECT_MS } from '../journal.mjs';
import { OUTLASTS_MS, Turns } from '../late.mjs';
import { Member } from '../member.mjs';
import { HOT } from '../load.mjs';
import { Watch, neverSeen } from './watch.mjs';

const STAYS_MS = [1000, 4000];
const LOOKS_MS = [4000, 6000];
const LONG_ONE = 0.1;
const AGAIN_MS = 500;
const OVER = 401;
const RULE = 'nothing committed two seconds after a ban or logout is delivered';

export const shutLogins = ['leaver0', 'leaver1', 'shut0', 'shut1'];

export class Shut {
  found = [];
  /** Those of which it is known when they took effect, and that concerned somebody who had joined. */
  counts = { logouts: 0, bans: 0 };
  stopping = false;
  #watches = 0;
  #over = []; // sessions of which it was answered that they are
  #banned = new Map(); // login → {me, turns} of who was ever banned

  /** `looksMs`: how often it looks whether it is time. */
  constructor({ cluster, random, journal, looksMs }) {
    Object.assign(this, { cluster, random, journal, looksMs });
  }

  async start() {
    this.beganAt = Date.now();
    const cookie = await this.cluster.cookie('admin');
    this.admin = new Member({ cluster: this.cluster, journal: this.journal, name: 'admin who bans', login: 'admin', cookie, random: this.random.of('admin') }).start();
    this.ended = Promise.all(
      shutLogins.map((login) => this.#loop(login).catch((error) => this.found.push({ rule: 'the harness works', text: error.stack }))),
    );
  }

  async #loop(login) {
    const random = this.random.of(login);
    while (!this.stopping) {
      const cookie = await this.#comesIn(login, random);
      if (!cookie) {
        await sleep(AGAIN_MS);
        continue;
      }
      const watch = this.#watch(login, cookie, random);
      await sleep(random.between(...STAYS_MS));
      if (login.startsWith('leaver')) await this.#logOut(cookie, random, watch);
      else if (watch.me) await this.#ban(login, watch, cookie);
      await this.#looks(random);
      await watch.stop();
      await this.#lift(login);
    }
  }

  async #lift(login) {
    const { me, turns } = this.#banned.get(login) ?? {};
    if (me) await turns.letIn(() => this.#act(me, 0));
  }

  /** With a new session, once who was banned again by what was carried out late is let in. */
  async #comesIn(login, random) {
    const cookie = await this.#logIn(login, random);
    if (!cookie && this.#banned.get(login)?.turns.mayBeOut) await this.#lift(login);
    return cookie;
  }

  /** Not longer than the faults go on. */
  #looks(random) {
    const ms = random.between(...(random.chance(LONG_ONE) ? OUTLASTS_MS : LOOKS_MS));
    return sleepWhile(() => !this.stopping, ms, this.looksMs);
  }

  #watch(login, cookie, random) {
    const watch = new Watch({
      cluster: this.cluster,
      journal: this.journal,
      name: `${login} ${++this.#watches}`,
      cookie,
      random,
      room: HOT,
      welcomed: ({ member }, openedAt) => {
        watch.me = member.id;
        if (openedAt > watch.shutAt + EFFECT_MS) this.#wrong(`let in ${openedAt - watch.shutAt} ms after`);
      },
      entry: ({ room, seq, at }) => {
        const after = Date.parse(at) - watch.shutAt;
        if (after > EFFECT_MS) this.#wrong(`${room} ${seq} was committed ${after} ms after`);
      },
    });
    return watch.start();
  }

  #wrong(text) {
    this.found.push({ rule: RULE, text });
  }

  /** On any instance; nothing when it is not possible now. */
  async #ask(random, method, path, options) {
    const instance = random.pick(this.cluster.instances);
    return instance.http(method, path, options).catch(() => undefined);
  }

  async #logIn(login, random) {
    const answer = await this.#ask(random, 'POST', '/api/session', { body: { login, password: PASSWORD } });
    return answer?.status === 200 ? sessionCookie(answer) : undefined;
  }

  /** Until it is answered. */
  async #logOut(cookie, random, watch) {
    for (;;) {
      const answer = await this.#ask(random, 'DELETE', '/api/session', { cookie });
      if (answer?.status === 204 || answer?.status === OVER) break;
      await sleep(200);
    }
    this.#over.push(cookie);
    if (watch.hasJoined) this.counts.logouts++;
    watch.shutAt = Date.now();
  }

  async #ban(login, watch, cookie) {
    const { me, turns } = this.#banned.get(login) ?? { me: watch.me, turns: new Turns() };
    this.#banned.set(login, { me, turns });
    await turns.putOut(() => this.#act(me, null));
    if (turns.since !== undefined) this.#over.push(cookie);
    if (watch.hasJoined && turns.since !== undefined) this.counts.bans++;
    watch.shutAt = turns.since;
  }

  async #act(member, duration) {
    const answer = await this.admin.insist('member.ban', { member, for: duration, reason: 'проверка 检查' });
    if (answer?.outcome === 'refused') this.found.push({ rule: 'nothing is refused without a reason', text: `member.ban: ${answer.reason}` });
    return answer;
  }

  async rest() {
    this.stopping = true;
    await this.ended;
    this.found.push(...neverSeen(this.counts, this.beganAt));
  }

  async agrees() {
    for (const cookie of this.#over) {
      const answer = await eventually(() => this.#ask(this.random, 'GET', '/api/session', { cookie }), 'an instance answers');
      if (answer.status !== OVER) this.found.push({ rule: 'what was answered is there', text: `a session that was ended is answered with ${answer.status}` });
    }
    for (const login of shutLogins) {
      const letIn = eventually(() => this.#comesIn(login, this.random), `${login} is let in again`);
      await letIn.catch(({ message }) => this.found.push({ rule: 'after the faults everybody agrees', text: message }));
    }
  }

  stop() {
    return this.admin?.stop();
  }
}
