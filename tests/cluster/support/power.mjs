// Members post, edit, remove and react over the wire; at a random moment the power of the disk under the store is cut.
// What the disk has then is held against the members' journals, the club is started again and goes on, until the next cut.
import { rmSync } from 'node:fs';
import { sleep } from '../../wire/support/club.mjs';
import { check } from './checker.mjs';
import { Instance, eventually, within } from './cluster.mjs';
import { Disk, NoPowerCuts, whyNoPowerCuts } from './disk.mjs';
import { Journal, outcomeOf } from './journal.mjs';
import { Load, loginsOf } from './load.mjs';
import { falls } from './minute.mjs';
import { PostgresOnDisk, SqliteOnDisk } from './power_stores.mjs';
import { summary } from './summary.mjs';
import { listViolations } from './violations.mjs';
import { Random } from './random.mjs';
import { readTruth } from './truth.mjs';

export { NoPowerCuts, whyNoPowerCuts };
export const kinds = { sqlite: SqliteOnDisk, postgres: PostgresOnDisk };
export const breaks = ['async', 'fsync'];

const USUAL = { writers: 8, readers: 2, thinks: [0, 15] };
const CUTS_OF_A_DISK = 25;
const WRITES_MS = [20, 700];
const STARTS_MS = [0, 250];
const LULL_MS = [150, 500]; // what is written back when nobody writes is cut into, too
const READY_MS = 30_000;
const RESTS_MS = 40_000;

/**
 * `store`: `sqlite` or `postgres`. `breaks`: `async`, `fsync`: as power_stores.mjs says, to see that it is found. `settings`:
 * clubd's, `postgres`: PostgreSQL's. `size`: of the load, where it is not the usual one. `told`: called after each cut. Ends with the
 * first cut that lost something. NoPowerCuts where there can be none. What is found is for `report`; `violations`:
 * [{rule, text}].
 */
export async function cutPower({ seed, cuts = 10, store = 'sqlite', breaks: broken, settings = {}, postgres = {}, size, told = () => {} }) {
  const random = new Random(seed).of(store);
  const sum = { store, seed, cuts: 0, disks: 0, answered: 0, unknown: 0, refused: 0, entries: 0, inFlight: 0, kept: 0, survived: 0, atFirst: 0, took: [], violations: [] };
  const began = Date.now();
  while (sum.cuts < cuts && !sum.violations.length) {
    sum.disks++;
    const bench = await Bench.make({ store, broken, settings, postgres, size: { ...USUAL, ...size }, random: random.of(`disk ${sum.disks}`), sum, told });
    try {
      for (let left = Math.min(CUTS_OF_A_DISK, cuts - sum.cuts); left > 0 && !sum.violations.length; left--) await bench.cut();
      if (!sum.violations.length) await bench.settle();
    } finally {
      await bench.finish();
    }
  }
  return { ...sum, seconds: (Date.now() - began) / 1000 };
}

/** One disk, the store on it, clubd and its members. */
class Bench {
  journal = new Journal();

  static async make({ store, broken, settings, postgres, size, random, sum, told }) {
    const bench = new Bench();
    Object.assign(bench, { random, sum, told });
    bench.disk = await Disk.make({ megabytes: kinds[store].megabytes });
    try {
      bench.store = new kinds[store]({ disk: bench.disk, breaks: broken, settings: postgres });
      await bench.#begin({ settings, size });
    } catch (error) {
      await bench.finish();
      throw error;
    }
    return bench;
  }

  async #begin({ settings, size }) {
    const { store, journal, random } = this;
    await store.make();
    const own = { CLUB_LIMITS: 'off', CLUB_STORE: store.url, ...settings };
    const wrapper = ['setpriv', '--pdeathsig', 'KILL', ...store.wrapper]; // it ends with this process
    this.club = await Instance.start({ members: [], serve: false, tls: false, settings: own, wrapper });
    folders.add(this.club.folder);
    this.instances = [this.club];
    if (random.chance(0.4)) await this.#cutAtFirst();
    this.load = new Load({ cluster: this, journal, random: random.of('load'), steady: true, size });
    await this.club.import(loginsOf(size));
    await store.made();
    await this.club.serve();
    await this.load.start();
    await this.disk.flush();
  }

  /** While clubd makes its tables: what is there of them then must not be in the way. */
  async #cutAtFirst() {
    const { disk, store, club, random } = this;
    await disk.flush();
    await club.serve({ ready: false });
    await sleep(random.between(...STARTS_MS));
    await disk.cut([...(club.running ? [club.process.pid] : []), ...store.processes]);
    await Promise.all([store.kill(), club.kill()]);
    await disk.mountAgain();
    await store.serve();
    this.sum.atFirst++;
  }

  cookie(login) {
    return this.club.cookie(login);
  }

  // ---- one cut ----

  async cut() {
    const { random, sum, disk, store, club } = this;
    const began = Date.now();
    // PostgreSQL has a machine of its own, or shares clubd's.
    const survives = this.#hasServer && random.chance(0.4);
    await this.#untilTheMoment();
    const pending = this.journal.writes.filter(isPending);
    await disk.cut([...(survives || !club.running ? [] : [club.process.pid]), ...store.processes]);
    await Promise.all([store.kill(), survives ? undefined : this.#killClub()]);
    await disk.mountAgain();
    if (survives) club.pause();
    await this.#look(pending);
    sum.cuts++;
    sum.survived += Number(survives);
    sum.took.push(Date.now() - began);
    this.told({ cut: sum.cuts, took: Date.now() - began, violations: sum.violations.length });
    if (survives) club.resume();
  }

  get #hasServer() {
    return this.store instanceof PostgresOnDisk;
  }

  /** While clubd starts, or when everybody is back and some time has gone by; sometimes nobody has written for a while. */
  async #untilTheMoment() {
    const { random, load, club } = this;
    if (!club.running && random.chance(0.15)) {
      await club.serve({ ready: false });
      return void (await sleep(random.between(...STARTS_MS)));
    }
    if (!club.running) await club.serveUntilReady(READY_MS);
    await eventually(() => load.clients.every((client) => client.connected), 'all members are back', READY_MS);
    await sleep(random.between(...WRITES_MS));
    if (random.chance(0.7)) return;
    let goOn;
    load.lull = new Promise((done) => (goOn = done));
    await sleep(random.between(...LULL_MS));
    load.lull = undefined;
    goOn();
    if (random.chance(0.5)) await sleep(random.between(0, 30));
  }

  /** What it had sent is heard. */
  async #killClub() {
    await this.club.kill();
    await eventually(() => this.load.clients.every((client) => !client.connected), 'the lines are closed', READY_MS);
  }

  // ---- what is there ----

  async #look(pending = [], { last = false } = {}) {
    const { journal, load, sum, store } = this;
    let truth;
    try {
      await store.serve();
      truth = await readTruth(store, load.clients);
      for (const text of await store.complaints({ all: last })) sum.violations.push({ rule: 'the store is whole', text });
    } catch (error) {
      return void sum.violations.push({ rule: 'the store begins again', text: error.message });
    }
    sum.violations.push(...check(journal, truth));
    this.truth = truth;
    const posts = pending.filter(({ kind }) => kind === 'post');
    const there = new Set(Object.values(truth.rooms).flatMap(({ entries }) => entries.map((entry) => `${entry.member} ${entry.client_id}`)));
    sum.inFlight += pending.length;
    sum.kept += posts.filter(({ member, clientId }) => there.has(`${member} ${clientId}`)).length;
  }

  /** All is brought to an end: what nobody knew is asked for again, and is there once. */
  async settle() {
    const { club, load, journal, sum } = this;
    if (!club.running) await club.serveUntilReady(READY_MS);
    if (!(await within(load.rest().then(() => true), RESTS_MS))) journal.violation('after the cuts all goes on', 'writers do not come to an end');
    await load.stop();
    await club.stop();
    falls(this, journal);
    await this.#look([], { last: true });
    this.#count();
  }

  #count() {
    const { sum, truth, journal } = this;
    for (const write of journal.writes) sum[outcomeOf(write)]++;
    for (const { entries } of Object.values(truth?.rooms ?? {})) sum.entries += entries.length;
    this.counted = true;
  }

  async finish() {
    const { load, club, store, disk } = this;
    if (!this.counted) this.#count();
    if (load) load.stopping = true;
    if (club?.paused) club.resume();
    if (club?.running) await club.kill();
    await load?.stop();
    await store?.kill();
    await disk.finish();
    if (!club) return;
    rmSync(club.folder, { recursive: true, force: true });
    folders.delete(club.folder);
  }
}

const folders = new Set();
process.prependListener('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const isPending = ({ attempts }) => attempts.length > 0 && attempts.at(-1).answeredAt === undefined;

export function report(result) {
  const { store, seed, cuts, disks, survived, atFirst, answered, unknown, refused, entries, inFlight, kept, took, seconds, violations } = result;
  const lines = [
    `${store}, seed ${seed}: ${cuts} power cuts on ${disks} disks in ${Math.round(seconds)} s, ${summary(took).median} ms a cut`,
    `  and ${atFirst} while the store was made; clubd lived on ${survived} times`,
    `  writes: answered ${answered}, refused ${refused}, unknown ${unknown}; entries ${entries}`,
    `  under way when the power was cut: ${inFlight}, posts of these on the disk ${kept}`,
    ...listViolations(violations).map((line) => `  ${line}`),
  ];
  return lines.join('\n');
}
