// message.search over a million messages in three languages, while others post, on both stores.
import fs from 'node:fs';
import path from 'node:path';
import WebSocket from 'ws';
import {Postgres} from '../wire/support/postgres.mjs';
import {chinese, english, russian} from '../wire/support/texts.mjs';
import {Club, fast, folder, load, say, wanted} from './measuring.mjs';
import {pause} from './processes.mjs';
import {decimals, median, table, thousands} from './table.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? (fast ? 100_000 : 1_000_000));
const QUESTIONS = fast ? 150 : 600;
const POSTS_A_SECOND = 50, WRITERS = 20;

/** Words of the texts themselves, so that common and rare ones come as often as people write them, and some by heart. */
const questions = () => {
  const words = (text) => text.match(/[\p{Script=Cyrillic}\p{Script=Latin}]{3,}/gu) ?? [];
  const runs = (text) => text.match(/\p{Script=Han}{2,}/gu) ?? [];
  const pick = (list, at) => list[(at * 7919) % list.length];
  const all = [];
  for (let at = 0; all.length < QUESTIONS && at < 20 * QUESTIONS; at++) {
    const ru = words(pick(russian, at)), en = words(pick(english, at)), zh = runs(pick(chinese, at));
    if (!ru.length || !en.length || !zh.length) continue;
    const han = [...pick(zh, at)].slice(0, 2 + (at % 3)).join('');
    all.push([pick(ru, at), `${pick(ru, at)} ${pick(ru, at + 1)}`, pick(en, at), `${pick(en, at)} ${pick(en, at + 1)}`, han, `${pick(ru, at)} ${han}`][at % 6]);
  }
  return all;
};

/** One line, and its calls one after the other. */
class Caller {
  constructor(club, cookie) {
    this.socket = new WebSocket(`ws://${club.address}/ws`, ['club.v1'], {origin: `http://${club.address}`, perMessageDeflate: false,
      headers: {Cookie: `__Host-club=${cookie}`}});
    this.waiting = new Map();
    this.next = 1;
    this.socket.on('message', (data) => {
      for (const message of [JSON.parse(data)].flat()) this.waiting.get(message.id)?.(message);
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
  }
  async call(method, params) {
    const id = this.next++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params}));
    const {result, error} = await answer;
    this.waiting.delete(id);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }
}

/** Goes on until it is told to stop; how many were answered. */
const posting = (writers) => {
  let stopped = false, answered = 0, number = 0;
  const texts = [...russian, ...english, ...chinese].filter((text) => text.length < 400);
  const rooms = ['kz', 'cn.trade', 'ru', 'uz.logistics', 'energy', 'in.fintech'];
  const done = (async () => {
    for (const begun = Date.now(); !stopped; ) {
      const due = Math.floor((Date.now() - begun) / 1e3 * POSTS_A_SECOND);
      for (; number < due; number++) {
        const post = {room: rooms[number % rooms.length], client_id: `bench-${process.pid}-${number}`, text: texts[(number * 7919) % texts.length]};
        writers[number % writers.length].call('message.post', post).then(() => answered++, () => {});
      }
      await pause(5);
    }
  })();
  return async () => {
    stopped = true;
    await done;
    return answered;
  };
};

const measure = async (club) => {
  const cookies = fs.readFileSync(club.cookies, 'utf8').trim().split('\n');
  const callers = cookies.slice(0, WRITERS + 1).map((cookie) => new Caller(club, cookie));
  await Promise.all(callers.map((caller) => caller.opened));
  const [searcher, ...writers] = callers;
  const stop = posting(writers);
  const asked = questions(), took = [];
  let hits = 0;
  for (const [at, text] of [...asked.slice(0, 50), ...asked].entries()) {
    const begun = performance.now();
    const answer = await searcher.call('message.search', {text});
    if (at >= 50) took.push(performance.now() - begun);
    hits += answer.hits.length > 0;
  }
  const answered = await stop();
  for (const {socket} of callers) socket.close();
  took.sort((a, b) => a - b);
  return {median: median(took), p99: took[Math.floor(took.length * 0.99)], last: took.at(-1), found: hits / (asked.length + 50), answered};
};

const rowOf = async (name, store, settings = {}) => {
  say(`search: ${name}, ${thousands(MESSAGES)} messages`);
  const club = new Club(`search-${name}`, false, {...(store ? {store} : {}), settings});
  await club.prepare();
  try {
    const seeded = await load('corpus', {store: club.store, cookies: club.cookies, messages: MESSAGES});
    await club.serve();
    const found = await measure(club);
    return [name, thousands(MESSAGES / seeded.post_seconds), thousands(MESSAGES / seeded.index_seconds),
      `**${decimals(found.median, 1)} / ${decimals(found.p99, 1)}**`, decimals(found.last, 0), `${decimals(100 * found.found, 0)} %`];
  } finally {
    await club.end();
  }
};

/** The table's text; empty when it isn't wanted. */
export const searchTable = async () => {
  if (!wanted('search over messages')) return '';
  const rows = [await rowOf('SQLite')];
  const postgres = await Postgres.start({settings: {shared_buffers: '256MB', max_wal_size: '2GB'}});
  try {
    rows.push(await rowOf('PostgreSQL', postgres.url));
  } finally {
    await postgres.stop();
  }
  return table([`message.search over ${thousands(MESSAGES)} messages, while ${WRITERS} members post ${POSTS_A_SECOND} a second`,
    'messages stored a second, in bulk', 'indexed a second', 'median / 99th percentile, ms (50 to reach)', 'slowest', 'found something'], rows);
};
