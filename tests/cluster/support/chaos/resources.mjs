// What the instances hold: files, memory. While they serve, and after the faults, it must be what it was when each was ready,
// and what its sockets take.
import { sleep } from '../../../wire/support/club.mjs';

const LOOKS_MS = 2500;
const LOOKS = 4; // what one of so many in a row finds no more was passing
export const FILES = 6; // beside its sockets, and more than before the faults
const SOCKETS = 50; // of all instances together, more than before: probes, readers that are just coming back
const SOCKETS_MS = 75_000; // a line whose other end is gone is known to be dead after two pings
const SOCKETS_AGAIN_MS = 250;
/** More than when it was ready: for each of the sockets that it ever had, and beside them, of which checking a password takes
 * a quarter. */
export const MEMORY = { socket: 8 << 10, bytes: 72 << 20 };

async function measure(instance) {
  if (!instance.running) throw new Error(`an instance does not run: ${JSON.stringify(instance.falls)}\n${instance.log.slice(-2000)}`);
  const [sockets, files] = await instance.metrics('clubd_sockets', 'process_open_fds');
  if (!files) throw new Error('it had neither a descriptor nor memory to look at its files');
  return { sockets, files: files - sockets, memory: instance.memory() };
}

/** One instance from when it is begun until it ends; `files` that it has beside its sockets. */
class Life {
  #looks = [];
  #sockets = 0; // at most

  constructor(instance, files) {
    Object.assign(this, { instance, idle: instance.idle, files });
  }

  /** What it holds beyond that, and beyond what its sockets take: {files, memory}. */
  async look() {
    const { instance, idle } = this;
    const { sockets, files, memory } = await measure(instance);
    this.#sockets = Math.max(this.#sockets, sockets);
    const look = { files: files - this.files, memory: memory - idle.resident - this.#sockets * MEMORY.socket };
    this.#looks = [...this.#looks, look].slice(-LOOKS);
    return look;
  }

  /** The least of the last looks; undefined as long as there are too few. */
  get lasting() {
    if (this.#looks.length < LOOKS) return undefined;
    const least = (name) => Math.min(...this.#looks.map((look) => look[name]));
    return { files: least('files'), memory: least('memory') };
  }
}

export class Resources {
  found = [];
  peak = 0;
  /** At most, for some ten seconds or at the end: what an instance held more than it had, its sockets apart. */
  more = { files: -Infinity, memory: -Infinity };
  #files;
  #lives = new Map();

  /** `closesMs`: how long lines take to be closed of which nothing is heard any more. */
  constructor({ cluster, closesMs = SOCKETS_MS }) {
    Object.assign(this, { cluster, closesMs });
  }

  #all() {
    return Promise.all(this.cluster.instances.map(measure));
  }

  async start() {
    this.before = await this.#all();
    this.#files = Math.max(...this.before.map(({ files }) => files));
    this.timers = [
      setInterval(() => this.#peaks(), 500),
      setInterval(() => this.look(), LOOKS_MS),
    ];
  }

  #peaks() {
    for (const instance of this.cluster.instances) {
      try {
        this.peak = Math.max(this.peak, instance.memory());
      } catch {} // it does not run
    }
  }

  #life(instance) {
    const known = this.#lives.get(instance);
    if (known?.idle === instance.idle) return known;
    const life = new Life(instance, this.#files);
    this.#lives.set(instance, life);
    return life;
  }

  /** At all of them, once. */
  look() {
    return Promise.all(this.cluster.instances.map((instance) => this.#look(instance)));
  }

  /** One that serves, and from which nothing is taken. */
  async #look(instance) {
    const { idle } = instance;
    if (!instance.running || instance.paused || instance.most !== undefined || idle.process !== instance.process) return;
    const life = this.#life(instance);
    if (life.isAsked) return;
    life.isAsked = true;
    const look = await life.look().catch(() => undefined); // it ended meanwhile, or was stopped
    life.isAsked = false;
    if (look && life.lasting) this.#judge(instance, life.lasting);
  }

  #judge(instance, { files, memory }) {
    this.more = { files: Math.max(this.more.files, files), memory: Math.max(this.more.memory, memory) };
    const { name } = instance.place;
    if (files > FILES) this.#wrong(`${name} has ${files} files more than before the faults, its sockets apart; now: ${instance.describeFiles()}`);
    if (memory > MEMORY.bytes) this.#wrong(`${name} has ${memory} bytes more than when it was ready, those of its sockets apart`);
  }

  async rest() {}

  async agrees() {
    this.after = this.before;
    try {
      await this.#closed();
      this.after = await this.#all();
      for (const instance of this.cluster.instances) this.#judge(instance, await this.#life(instance).look());
    } catch ({ message }) {
      this.found.push({ rule: 'no instance ends by itself', text: message });
    }
  }

  /** All lines that the faults left half open, in time. */
  async #closed() {
    const open = (all) => all.reduce((sum, { sockets }) => sum + sockets, 0);
    const before = open(this.before);
    const until = Date.now() + this.closesMs;
    let now;
    while ((now = open(await this.#all())) > before + SOCKETS && Date.now() < until) await sleep(SOCKETS_AGAIN_MS);
    if (now > before + SOCKETS) this.#wrong(`the instances have ${now} sockets, before the faults they had ${before}`);
  }

  #wrong(text) {
    if (this.found.length < 100) this.found.push({ rule: 'memory and files are back where they were', text });
  }

  async stop() {
    for (const timer of this.timers ?? []) clearInterval(timer);
  }
}
