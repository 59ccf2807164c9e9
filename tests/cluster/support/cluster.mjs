// Several instances that share PostgreSQL and, unless a test wants none, Redis; each may have lines of its own to them
// that can be cut and falsified.
import { after } from 'node:test';
import { rmSync } from 'node:fs';
import { Club, sleep, WAIT_MS } from '../../wire/support/club.mjs';
import { Postgres } from '../../wire/support/postgres.mjs';
import { Redis } from '../../wire/support/redis.mjs';
import { PostgresLink } from './postgres_link.mjs';
import { Random } from './random.mjs';
import { RedisLink } from './redis_link.mjs';

const AGAIN_MS = 250;

/** One clubd of several. */
export class Instance extends Club {
  paused = false;
  /** How it ended when nobody had asked for it: {status, signal, stood, excused}. */
  falls = [];
  /** At most so much it may have of something, as long as that is taken from it. */
  most = undefined;
  /** For lack of what it may have to end then. */
  excused = undefined;
  #stood = false;
  #wanted = false;
  #served = 0;
  #since; // it serves

  async serve(options) {
    this.#wanted = true;
    this.#stood = false;
    await super.serve(options);
    const child = this.process;
    this.ended.then((how) => {
      if (this.process !== child) return;
      this.#rests();
      if (this.#wanted) this.falls.push({ ...how, stood: this.#stood, excused: this.excused });
    });
  }

  async ready(ms) {
    await super.ready(ms);
    this.#stood = true;
    this.#since ??= performance.now();
  }

  /** Milliseconds that it has served in all: was ready, and neither stopped nor asked to leave. */
  get served() {
    return this.#served + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  #rests() {
    this.#served = this.served;
    this.#since = undefined;
  }

  pause() {
    this.#rests();
    this.paused = true;
    this.signal('SIGSTOP');
  }

  resume() {
    this.paused = false;
    this.signal('SIGCONT');
    if (this.running && this.#stood) this.#since = performance.now();
  }

  async kill() {
    this.#wanted = false;
    this.paused = false;
    await super.kill();
  }

  /** As an operator does it. */
  async leave() {
    this.#wanted = false;
    this.#rests();
    const began = Date.now();
    this.signal('SIGTERM');
    const ended = await this.endsWithin(4 * WAIT_MS);
    return { ...ended, took: Date.now() - began };
  }

  /** What looks after a container does this: begun again until it stands. That takes as long as its store is away. */
  async serveUntilReady(ms = 20 * WAIT_MS) {
    for (const until = Date.now() + ms; ; ) {
      try {
        if (!this.running) await this.serve({ ready: false });
        return await this.ready(Math.max(until - Date.now(), 1));
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  async stop() {
    this.#wanted = false;
    if (this.paused) this.resume();
    await super.stop();
  }
}

export class Cluster {
  instances = [];
  postgresLinks = [];
  redisLinks = [];

  /**
   * `links`: each instance has lines of its own to PostgreSQL and Redis, `postgresLinks[i]` and `redisLinks[i]`, which
   * choose by `seed`. `store: 'sqlite'`: one instance on one file.
   */
  static async start({ instances = 2, redis = true, links = false, members = ['anna', 'bo'], settings = {}, tls = false, seed = 1, serve = true, store = 'postgresql' } = {}) {
    const cluster = new Cluster();
    all.add(cluster);
    cluster.random = new Random(seed).of('links');
    const shared = store === 'postgresql';
    [cluster.postgres, cluster.redis] = await Promise.all([shared && Postgres.start({ memory: true }), redis && Redis.start()]);
    // Commands go straight to the store, whatever happens to the instances.
    cluster.operator = await Club.start({ members: [], serve: false, tls, settings });
    if (shared) cluster.operator.settings.CLUB_STORE = cluster.postgres.url;
    if (members.length) await cluster.operator.import(members);
    for (let i = 0; i < instances; i++) await cluster.#add({ tls, settings, links });
    if (serve) await Promise.all(cluster.instances.map((instance) => instance.serve()));
    return cluster;
  }

  async #add({ tls, settings, links }) {
    const own = { ...settings, CLUB_STORE: this.operator.settings.CLUB_STORE };
    if (this.redis) own.CLUB_REDIS = this.redis.url;
    if (links && this.postgres) {
      const link = await this.#link(PostgresLink, this.postgresLinks, this.postgres.port);
      own.CLUB_STORE = this.postgres.urlOf('club', { port: link.port });
    }
    if (links && this.redis) {
      const link = await this.#link(RedisLink, this.redisLinks, this.redis.port);
      own.CLUB_REDIS = this.redis.url.replace(`:${this.redis.port}`, `:${link.port}`);
    }
    this.instances.push(await Instance.start({ members: [], serve: false, tls, settings: own }));
  }

  async #link(Kind, links, port) {
    const link = await Kind.to(port);
    link.random = this.random.of(`${Kind.name} ${links.length}`);
    links.push(link);
    return link;
  }

  cookie(login) {
    return this.operator.cookie(login);
  }

  /** A member's line to an instance, welcomed. */
  async line(login, { instance = 0, ...options } = {}) {
    return this.instances[instance].connect({ cookie: await this.cookie(login) }, options);
  }

  command(words, options) {
    return this.operator.command(words, options);
  }

  /** Rows of the store, as objects. */
  async query(sql) {
    if (!this.postgres) return this.operator.query(sql);
    const rows = await this.postgres.query(`SELECT row_to_json(found) FROM (${sql}) found`);
    return rows.map(([row]) => JSON.parse(row));
  }

  /** What is wrong with the store's own tables and indexes. */
  async complaints() {
    if (this.postgres) return this.postgres.complaints();
    const rows = [...this.operator.query('PRAGMA integrity_check'), ...this.operator.query('PRAGMA foreign_key_check')];
    return rows.filter((row) => row.integrity_check !== 'ok').map((row) => JSON.stringify(row));
  }

  heal() {
    for (const link of [...this.postgresLinks, ...this.redisLinks]) link.heal();
  }

  async finish() {
    all.delete(this);
    this.heal();
    try {
      const ends = await Promise.allSettled(this.instances.map((instance) => instance.finish()));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    } finally {
      for (const link of [...this.postgresLinks, ...this.redisLinks]) link.close();
      if (this.operator) rmSync(this.operator.folder, { recursive: true, force: true });
      if (this.redis) await this.redis.stop();
      if (this.postgres) await this.postgres.stop();
    }
  }

  /** At once, when the process ends. */
  abandon() {
    for (const instance of this.instances) {
      if (instance.running) instance.process.kill('SIGKILL');
      rmSync(instance.folder, { recursive: true, force: true });
    }
    if (this.operator) rmSync(this.operator.folder, { recursive: true, force: true });
  }
}

const all = new Set();
process.prependListener('exit', () => {
  for (const cluster of all) cluster.abandon();
});

/** A cluster for a whole test file: stopped, and looked at, after its last test. */
export async function clusterForFile(options) {
  const cluster = await Cluster.start(options);
  after(() => cluster.finish());
  return cluster;
}

/** A cluster for what is done in `action`. */
export async function withCluster(options, action) {
  const cluster = await Cluster.start(options);
  try {
    return await action(cluster);
  } finally {
    await cluster.finish();
  }
}

/** What it gives, or nothing when that takes longer. */
export async function within(promise, ms) {
  let timer;
  const late = new Promise((done) => (timer = setTimeout(done, ms)));
  const found = await Promise.race([promise, late]);
  clearTimeout(timer);
  return found;
}

/** For so long, or until `goesOn` does not hold any more. */
export async function sleepWhile(goesOn, ms, looksMs = 200) {
  const until = Date.now() + ms;
  while (goesOn() && Date.now() < until) await sleep(looksMs);
}

/** Looks again until it is so. */
export async function eventually(look, what, ms = WAIT_MS) {
  const until = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(20);
  }
}
