// Everything that a club in containers has, each part in a network of its own: instances, haproxy, PostgreSQL with a
// synchronous standby, two Redis servers of which one is in use. Members come straight to the instances, through haproxy, and
// through haproxy on a line of 1 KB a second.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlowLine } from '../../../browser/support/slow-line.mjs';
import { Club, sleep } from '../../../wire/support/club.mjs';
import { Line } from '../../../wire/support/line.mjs';
import { Postgres } from '../../../wire/support/postgres.mjs';
import { Redis } from '../../../wire/support/redis.mjs';
import { balancerConfiguration } from '../balancer.mjs';
import { Cluster, Instance } from '../cluster.mjs';
import { PostgresLink } from '../postgres_link.mjs';
import { Random } from '../random.mjs';
import { RedisLink } from '../redis_link.mjs';
import { describeFiles } from './files.mjs';
import { FAKETIME, Network } from './network.mjs';

const DOOR_PORT = 8443;
const HEALTH_PORT = 9464;
// As one who wants it back soon sets it up: one flush for all files, and a standby that looks again at once.
const POSTGRES = { recovery_init_sync_method: 'syncfs', wal_retrieve_retry_interval: '200ms' };
const SLOW_LINE = { bytesASecond: 1000, delay: 200, each: true };

/** One clubd with a clock that may be set, and lines of its own to both PostgreSQL servers. */
class Node extends Instance {
  /** Bytes that it had when it was ready, the last time that it was begun: {data, resident, process}. */
  idle = {};

  async ready(ms) {
    await super.ready(ms);
    const { process } = this;
    if (this.idle.process !== process) this.idle = { data: this.memory('VmData'), resident: this.memory(), process };
  }

  /** The line to the server that has the last word now. */
  get line() {
    return this.postgresLinks.find(({ place }) => place === this.world.primary.place);
  }

  get origin() {
    return this.settings.CLUB_URL;
  }

  get clockFile() {
    return join(this.folder, 'clock');
  }

  /** Seconds from the true time. */
  set clock(offset) {
    writeFileSync(this.clockFile, `${offset < 0 ? '-' : '+'}${Math.abs(offset)}s\n`);
  }

  get files() {
    return readdirSync(`/proc/${this.process.pid}/fd`).length;
  }

  describeFiles() {
    return describeFiles(this.process.pid);
  }
}

/** A balancer as docker/ has it. */
class Balancer {
  constructor(place, folder, instances) {
    Object.assign(this, { place, folder });
    this.file = join(folder, 'haproxy.cfg');
    writeFileSync(this.file, balancerConfiguration({ instances, files: 15_000 }));
  }

  async serve() {
    const [program, ...words] = [...this.place.wrapper, 'haproxy', '-db', '-f', this.file];
    this.process = spawn(program, words, { cwd: this.folder, stdio: 'ignore', env: { PATH: `${process.env.PATH}:/usr/sbin` } });
    this.ended = once(this.process, 'exit');
    await once(this.process, 'spawn');
    for (const end = Date.now() + 5000; !(await answers(this.place.address, DOOR_PORT)); await sleep(50)) {
      if (Date.now() > end) throw new Error('haproxy does not listen');
    }
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  pause() {
    this.process.kill('SIGSTOP');
  }

  resume() {
    this.process.kill('SIGCONT');
  }
}

function saidOr(said) {
  try {
    return said();
  } catch (error) {
    return `${error.stack}\n`;
  }
}

function answers(host, port) {
  return new Promise((done) => {
    const socket = net.connect({ host, port }, () => done(true)).on('error', () => done(false));
    socket.on('close', () => {}).on('connect', () => socket.destroy());
  });
}

/** A way in that is no instance's own; `place`: through it, and through nothing else. */
class Door {
  constructor(world, { host, port, place }) {
    Object.assign(this, { world, host, port, place });
  }

  open({ cookie } = {}) {
    return new Line(`ws://${this.host}:${this.port}/ws`, { cookie, origin: this.world.url });
  }
}

export class World extends Cluster {
  /** PostgreSQL servers by their places; `primary` is one of them, `standby` the other one, while it follows. */
  servers = [];
  redisServers = [];
  postgresLogs = '';
  promotions = 0;

  /** `logIn`: those of the members who have a password. `disk`: makes a file system for a server: `{folder, …}`; see disk.mjs. */
  static async start({ instances = 3, members, logIn, seed, settings = {}, disk, logs }) {
    const world = new World();
    world.logs = logs;
    world.random = new Random(seed).of('links');
    world.network = await Network.make();
    const folder = mkdtempSync(join(tmpdir(), 'world-'));
    const places = await Promise.all(['haproxy', 'pg-a', 'pg-b', 'redis-a', 'redis-b'].map((name) => world.network.place(name)));
    world.places = places;
    const [balancerPlace, a, b, ...redisPlaces] = places;
    world.url = `http://${balancerPlace.address}:${DOOR_PORT}`;
    for (const place of [a, b]) {
      place.disk = await disk(place.name);
      place.folder = place.disk.at;
    }
    world.sides = [a, b];
    [world.primary, ...world.redisServers] = await Promise.all([Postgres.start({ place: a, settings: POSTGRES }), ...redisPlaces.map((place) => Redis.start({ place }))]);
    world.redis = world.redisServers[0];
    world.operator = await Club.start({ members: [], serve: false, tls: false, settings });
    await world.follow();
    await world.operator.import(logIn, { passwords: true });
    await world.operator.import(members.filter((login) => !logIn.includes(login)));
    for (let i = 0; i < instances; i++) await world.#add(i, settings, balancerPlace.address);
    await Promise.all(world.instances.map((instance) => instance.serve()));
    world.balancer = new Balancer(balancerPlace, folder, world.instances);
    await world.balancer.serve();
    await Promise.all(world.sides.map(({ disk: made }) => made.flush())); // what was made without waiting for the disk
    world.slow = await SlowLine.listen({ host: balancerPlace.address, port: DOOR_PORT }, SLOW_LINE);
    const door = { host: balancerPlace.address, port: DOOR_PORT, place: balancerPlace };
    world.doors = [...world.instances, new Door(world, door), new Door(world, door)];
    world.slowDoor = new Door(world, { host: '127.0.0.1', port: world.slow.port });
    return world;
  }

  async #add(i, settings, trusted) {
    const place = await this.network.place(`club-${i}`);
    this.places.push(place);
    const { network } = this;
    const postgres = [];
    for (const server of [this.primary, this.standby]) {
      const link = await PostgresLink.to({ host: server.place.address, port: server.port }, { at: network.toPostgres });
      link.random = this.random.of(`postgres ${i} ${server.place.name}`);
      link.place = server.place;
      postgres.push(link);
    }
    const redis = await RedisLink.to({ host: this.redis.place.address, port: this.redis.port }, { at: network.toRedis });
    redis.random = this.random.of(`redis ${i}`);
    this.postgresLinks.push(...postgres); // of all
    this.redisLinks.push(redis);
    const hosts = postgres.map(({ address, port }) => `${address}:${port}`).join(',');
    const own = {
      ...settings,
      CLUB_URL: this.url,
      CLUB_STORE: `postgresql://club@${hosts}/club?target_session_attrs=read-write`,
      CLUB_REDIS: `redis://${redis.address}:${redis.port}`,
      CLUB_TRUSTED_PROXIES: trusted,
    };
    const node = await Node.start({ members: [], serve: false, tls: false, settings: own, address: place.address, wrapper: place.wrapper });
    Object.assign(node, { place, world: this, postgresLinks: postgres, clock: 0 });
    Object.assign(node.settings, { LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: node.clockFile, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
    this.instances.push(node);
  }

  /** The other side becomes a standby of the primary, from its beginning; nothing is committed without it from then on. */
  async follow() {
    const place = this.sides.find((side) => side !== this.primary.place);
    this.standby = await this.primary.standby({ place });
    await this.primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'", { database: 'postgres' });
    await this.primary.query('SELECT pg_reload_conf()', { database: 'postgres' });
    this.#aim();
  }

  /** The standby goes on in the primary's place, which is gone for good. */
  async promote() {
    const old = this.primary;
    await old.kill().catch(() => {});
    this.promotions++;
    await this.standby.promote();
    this.primary = this.standby;
    this.standby = undefined;
    this.postgresLogs += old.log;
    old.discard();
    this.#aim();
  }

  #aim() {
    for (const link of this.postgresLinks) {
      const server = [this.primary, this.standby].find((one) => one?.place === link.place);
      if (server) link.target = { host: server.place.address, port: server.port };
    }
    const hosts = [this.primary, this.standby].filter(Boolean).map(({ place, port }) => `${place.address}:${port}`);
    this.operator.settings.CLUB_STORE = `postgresql://club@${hosts.join(',')}/club?target_session_attrs=read-write`;
  }

  /** Another one, which knows nothing, is used from now on. */
  async replaceRedis() {
    const next = this.redisServers.find((one) => one !== this.redis);
    await next.command('FLUSHALL');
    this.redis = next;
    for (const link of this.redisLinks) {
      link.target = { host: this.redis.place.address, port: this.redis.port };
      link.cut();
    }
  }

  /** What a fault that failed left behind, too. */
  async heal() {
    super.heal();
    for (const place of this.places) await place.heal();
    for (const { disk } of this.sides) disk.free();
    for (const instance of this.instances) {
      instance.clock = 0;
      if (instance.paused) instance.resume();
    }
  }

  async query(sql) {
    const rows = await this.primary.query(`SELECT row_to_json(found) FROM (${sql}) found`);
    return rows.map(([row]) => JSON.parse(row));
  }

  complaints() {
    return this.primary.complaints();
  }

  /** What all have said, into files of a folder; instead of what cannot be read, why. */
  #writeLogs(folder) {
    mkdirSync(folder, { recursive: true });
    const write = (name, said) => writeFileSync(join(folder, name), saidOr(said));
    for (const instance of this.instances) write(instance.place.name, () => instance.log);
    for (const server of [this.primary, this.standby].filter(Boolean)) write(server.place.name, () => this.postgresLogs + server.log);
  }

  async finish() {
    if (this.logs) this.#writeLogs(this.logs);
    await this.heal();
    const ends = await Promise.allSettled(this.instances.map((instance) => instance.finish()));
    for (const link of [...this.postgresLinks, ...this.redisLinks]) link.close();
    await this.slow.close();
    await this.balancer.kill();
    await Promise.allSettled([this.standby, this.primary, ...this.redisServers].filter(Boolean).map((server) => server.stop()));
    for (const { disk } of this.sides) await disk.finish();
    const failed = ends.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }
}

