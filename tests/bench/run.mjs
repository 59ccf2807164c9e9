// make bench: clubd beside what bare write() and SSL_write() and the same SQL reach, in one run on two cores.
// FAST=1: once instead of medians of three, shorter, with fewer members.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {clusterTable} from './cluster.mjs';
import {herdTable} from './herd.mjs';
import {Club, build, calm, cores, disturbed, folder, load, loadCore, many, measuring, milliseconds, say, serverCore, turns,
  wanted} from './measuring.mjs';
import {freePort} from '../wire/support/port.mjs';
import {end, endAll, start} from './processes.mjs';
import {slowLineTable} from './slow-line.mjs';
import {searchTable} from './search.mjs';
import {decimals, median, table, thousands} from './table.mjs';

const sample = path.join(folder, 'entry.json');

const bareFanout = async (tls, members, outstanding) => {
  const port = await freePort(), batch = outstanding === 1 ? 1 : 8;
  const server = start(serverCore, path.join(build, 'bench/bare'),
    [`port=${port}`, `tls=${tls}`, `members=${members}`, `batch=${batch}`, `sample=${sample}`]);
  await new Promise((resolve) => { server.stdout.once('data', resolve); server.ended.then(resolve); });
  try {
    return await load('fanout', {...measuring, to: `127.0.0.1:${port}`, bare: 1, tls, members, outstanding,
      servers: server.pid});
  } finally {
    await end(server);
  }
};

/** The two in turn, the one that begins changing, so that neither has the better half of a swinging machine. */
const pairs = async (bare, club) => {
  const all = [];
  for (let turn = 0; turn < turns; turn++) {
    const pair = {};
    for (const who of turn % 2 ? ['club', 'bare'] : ['bare', 'club'])
      pair[who] = await calm(who === 'bare' ? bare : club);
    all.push(pair);
  }
  return all;
};

const middle = (all, who, key) => median(all.map((pair) => pair[who][key]));
const ratio = (all, key) => median(all.map((pair) => pair.club[key] / pair.bare[key]));
const busy = (all, who) => `${decimals(middle(all, who, 'server_core'))} / ${decimals(middle(all, who, 'load_core'))}`;

const fanoutRow = async (club, members, outstanding, target) => {
  const name = `${thousands(members)} members, ${outstanding} outstanding, ${club.tls ? 'TLS' : 'plain'}`;
  if (!wanted(name)) return [];
  say(name);
  const all = await pairs(() => bareFanout(Number(club.tls), members, outstanding),
    () => load('fanout', {...measuring, ...club.options(), members, outstanding}));
  const wait = outstanding === 1
    ? `${decimals(middle(all, 'club', 'wait_ms'))} / ${decimals(middle(all, 'club', 'wait_p99_ms'))}` : '–';
  return [[name, thousands(middle(all, 'bare', 'rate')), thousands(middle(all, 'club', 'rate')),
    `**${decimals(ratio(all, 'rate'))}**`, target, wait, decimals(middle(all, 'club', 'entries_a_frame'), 1),
    thousands(middle(all, 'bare', 'per_server_second')), thousands(middle(all, 'club', 'per_server_second')),
    decimals(ratio(all, 'per_server_second')), busy(all, 'bare'), busy(all, 'club')]];
};

let stores = 0;
const sql = async () => {
  const data = path.join(folder, `sql-${stores++}.db`);
  return load('sql', {store: `sqlite:${data}`, batch: 100, rooms: 100, ...cores, ms: milliseconds}, serverCore);
};

const postsRows = async (club) => {
  if (!wanted('posts')) return [];
  say('posts answered');
  const rows = [];
  for (const [rooms, name, target] of [[100, '100 writers in 100 rooms', 0.5],
    [1, '100 members of one room who all post, each post delivered 100 times', 0.15]]) {
    const all = await pairs(sql, () => load('posts', {...measuring, ...club.options(), members: 100, rooms}));
    rows.push([name, thousands(middle(all, 'bare', 'rate')), thousands(middle(all, 'club', 'rate')),
      `**${decimals(ratio(all, 'rate'))}**`, target,
      `${decimals(middle(all, 'club', 'wait_ms'))} / ${decimals(middle(all, 'club', 'wait_p99_ms'))}`,
      thousands(middle(all, 'club', 'deliveries') / middle(all, 'club', 'seconds')), busy(all, 'club')]);
  }
  return rows;
};

/** The server is started again in the moment in which it is gone. */
const comeback = async (club) => {
  const killed = club.child;
  const again = killed.ended.then(() => { if (club.child === killed) club.start(); });
  const result = await load('comeback', {...cores, ...club.options(), members: 1000, ms: 500});
  await again;
  return result;
};

const comebackRows = async (club) => {
  if (!wanted('comeback')) return [];
  say('kill -9 and back');
  const all = [];
  for (let turn = 0; turn < turns; turn++) all.push(await comeback(club));
  return [['1,000 members with TLS, from `kill -9` until all are in and have everything',
    `**${decimals(median(all.map((one) => one.seconds_back)))} s**`, '1.5 s']];
};

const idleRows = async (club) => {
  if (!wanted('idle')) return [];
  say('idle members');
  const result = await load('idle', {...cores, ...club.options(), first: 1000, members: many, ms: 2000});
  const kilobytes = (bytes) => thousands(bytes / 1024);
  return [[`memory for an idle member, TLS (${kilobytes(result.resident_all)} KB at ${thousands(many)}, ` +
    `${kilobytes(result.resident_first)} KB at 1,000)`, `**${decimals(result.bytes_a_member / 1024, 1)} KB**`, '18 KB']];
};

const print = (fanout, posts, others, tables, seconds) => {
  console.log(`${os.cpus()[0].model}, Linux ${os.release()}, ${new Date().toISOString().slice(0, 10)}; server on core ` +
    `${serverCore}, load on core ${loadCore}; ${turns === 1 ? 'one run each' : `medians of ${turns} in turn`}; ` +
    `${thousands(seconds)} s in all. 200-byte messages, every post durable.` +
    (disturbed() ? ` ${disturbed()} measurements stayed disturbed by other programs on these cores.` : '') + '\n');
  console.log(table(['deliveries a second in one room', 'bare limit', 'clubd', 'ratio', 'to reach',
    'wait for the commit, ms, median / p99', 'entries a frame', 'bare, a server CPU second',
    'clubd, a server CPU second', 'ratio', 'bare: cores busy, server / load', 'clubd: cores busy'], fanout));
  console.log(`\n${table(['posts answered a second', 'the same SQL alone, batches of 100', 'clubd', 'ratio', 'to reach',
    'wait for the answer, ms, median / p99', 'deliveries a second', 'cores busy, server / load'], posts)}`);
  console.log(`\n${table(['', 'clubd', 'to reach'], others)}`);
  for (const one of tables) if (one) console.log(`\n${one}`);
};

const everything = async () => {
  const began = Date.now();
  await slowLineTable();
  if (process.env.ONLY === 'slow line') return;
  for (const [name, tableOf] of [[/^\^?search/, searchTable], [/^\^?herd/, herdTable]])
    if (name.test(process.env.ONLY ?? '')) return void console.log(await tableOf());
  const plain = new Club('plain', false), tls = new Club('tls', true);
  for (const club of [plain, tls]) {
    await club.seed();
    await club.serve();
  }
  await load('fanout', {...measuring, ...plain.options(), members: 10, ms: 100, sample});
  const fanout = [];
  for (const [members, outstanding, target] of [[1000, 1, 0.9], [1000, 32, 1.0], [many, 1, 0.8]])
    for (const club of [plain, tls]) fanout.push(...await fanoutRow(club, members, outstanding, target));
  const posts = await postsRows(plain);
  await plain.end();
  const others = await comebackRows(tls);
  await tls.end();
  await tls.serve();
  others.push(...await idleRows(tls));
  await tls.end();
  const cluster = await clusterTable();
  const herd = await herdTable();
  const search = await searchTable();
  print(fanout, posts, others, [cluster, herd, search], (Date.now() - began) / 1e3);
};

try {
  await everything();
} catch (error) {
  say(error.message);
  for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.log')))
    say(`${name}:\n${fs.readFileSync(path.join(folder, name), 'utf8').split('\n').slice(-8).join('\n')}`);
  process.exitCode = 1;
} finally {
  endAll();
}
