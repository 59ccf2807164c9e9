// Two instances that share PostgreSQL and Redis, beside one instance on SQLite: all on the server's core.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {Postgres} from '../wire/support/postgres.mjs';
import {Redis} from '../wire/support/redis.mjs';
import {Club, folder, load, measuring, say, serverCore, turns, wanted} from './measuring.mjs';
import {decimals, median, table, thousands} from './table.mjs';

const MEMBERS = 1000;
const POSTS_A_SECOND = 20;
const TICKS = 100; // a second, in /proc

const family = (pid) => {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children.map(Number)];
};
const toServerCore = (pid) => {
  for (const one of family(pid)) execFileSync('taskset', ['-a', '-c', '-p', String(serverCore), String(one)], {stdio: 'ignore'});
};

/** Processor seconds of a process and of those of its children that have ended; of one that is gone, none. */
const secondsOf = (pid) => {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / TICKS;
  } catch {
    return 0;
  }
};
/** The parent last: it has what those had who ended meanwhile. */
const secondsOfAll = (pids) => pids.reverse().reduce((sum, pid) => sum + secondsOf(pid), 0);

export class Cluster {
  static async start(settings = {}) {
    const cluster = new Cluster();
    Object.assign(cluster, {members: MEMBERS + 1, tls: false}, settings);
    try {
      await cluster.begin();
    } catch (error) {
      await cluster.end();
      throw error;
    }
    return cluster;
  }
  async begin() {
    this.postgres = await Postgres.start({settings: {shared_buffers: '128MB', max_wal_size: '1GB'}});
    this.redis = await Redis.start();
    toServerCore(this.postgres.pid);
    toServerCore(this.redis.process.pid);
    const shared = {store: this.postgres.url, cookies: path.join(folder, 'cluster.cookies'),
      settings: {CLUB_REDIS: this.redis.url}};
    this.one = new Club('cluster-one', this.tls, shared);
    this.other = new Club('cluster-other', this.tls, shared);
    await this.one.seed(this.members);
    await this.other.prepare();
    for (const club of [this.one, this.other]) await club.serve();
  }
  /** The first member, who posts in `fanout`, on the one instance, all others on the other, whose work is counted. */
  apart() {
    return {...this.other.options(), first_to: this.one.address};
  }
  /** Members by turns on both, whose work is counted together. */
  both() {
    return {...this.other.options(), to: `${this.one.address},${this.other.address}`,
      servers: `${this.one.child.pid},${this.other.child.pid}`};
  }
  /** Processor seconds so far, whole families. */
  storeSeconds() { return secondsOfAll(family(this.postgres.pid)); }
  busSeconds() { return secondsOf(this.redis.process.pid); }
  serverSeconds() { return secondsOfAll([this.one.child.pid, this.other.child.pid]); }
  async end() {
    await this.one?.end();
    await this.other?.end();
    await this.redis?.stop();
    await this.postgres?.stop();
  }
}

/** By turns, so that a swinging machine is the same for both. */
const byTurns = async (single, apart) => {
  const all = [];
  for (let turn = 0; turn < turns; turn++) {
    const pair = {};
    for (const who of turn % 2 ? ['apart', 'single'] : ['single', 'apart']) pair[who] = await (who === 'single' ? single : apart)();
    all.push(pair);
  }
  return all;
};
const middle = (all, who, key) => median(all.map((pair) => pair[who][key]));

const fanoutRow = async (single, cluster, outstanding) => {
  const name = `deliveries to ${thousands(MEMBERS)}, ${outstanding} outstanding`;
  say(`two instances: ${name}`);
  const options = {...measuring, members: MEMBERS + 1, outstanding};
  const all = await byTurns(() => load('fanout', {...options, ...single.options()}),
    () => load('fanout', {...options, ...cluster.apart()}));
  const ratio = median(all.map((pair) => pair.apart.per_server_second / pair.single.per_server_second));
  return [`${name}, a CPU second of the instance`, thousands(middle(all, 'single', 'per_server_second')),
    thousands(middle(all, 'apart', 'per_server_second')), `**${decimals(ratio)}**`, '0.9'];
};

const delayRow = async (single, cluster) => {
  say('two instances: post to delivery');
  const {spin, ...calmly} = measuring;
  const options = {...calmly, ms: Math.max(measuring.ms, 5000), members: 101, rate: POSTS_A_SECOND};
  const all = await byTurns(() => load('fanout', {...options, ...single.options()}),
    () => load('fanout', {...options, ...cluster.apart()}));
  const delays = (who) => `${decimals(middle(all, who, 'delay_ms'))} / ${decimals(middle(all, who, 'delay_p99_ms'))} ms`;
  return [`post to delivery to 100 others at ${POSTS_A_SECOND} posts a second, median / 99th percentile`, delays('single'),
    delays('apart'), '', ''];
};

const postsRow = async (single, cluster, rooms) => {
  say(`two instances: 100 writers, ${rooms === 1 ? 'one room' : `${rooms} rooms`}`);
  const options = {...measuring, members: 100, rooms};
  const all = await byTurns(() => load('posts', {...options, ...single.options()}),
    () => load('posts', {...options, ...cluster.both()}));
  return [`posts answered a second, 100 writers in ${rooms === 1 ? 'one room, each delivered 100 times' : `${rooms} rooms`}`,
    thousands(middle(all, 'single', 'rate')), thousands(middle(all, 'apart', 'rate')),
    decimals(median(all.map((pair) => pair.apart.rate / pair.single.rate))), ''];
};

/** The table's text; empty when it isn't wanted. */
export const clusterTable = async () => {
  if (!wanted('two instances')) return '';
  const single = new Club('single', false);
  await single.seed(MEMBERS + 1);
  await single.serve();
  let cluster;
  try {
    cluster = await Cluster.start();
    const rows = [await fanoutRow(single, cluster, 1), await fanoutRow(single, cluster, 32), await delayRow(single, cluster),
      await postsRow(single, cluster, 1), await postsRow(single, cluster, 100)];
    return table(['two instances, PostgreSQL and Redis, all on the server\'s core', 'one instance, SQLite', 'two instances',
      'ratio', 'to reach'], rows);
  } finally {
    await single.end();
    await cluster?.end();
  }
};
