// message.search over a million messages in three languages, while others post, on both stores: filled once through the
// store, copied into the other one with `clubd copy`, so that both must answer the same.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import WebSocket from 'ws';
import {Postgres} from '../wire/support/postgres.mjs';
import {chinese, english, russian} from '../wire/support/texts.mjs';
import {build, Club, fast, load, loadCore, say, wanted} from './measuring.mjs';
import {pause, start} from './processes.mjs';
import {decimals, median, table, thousands} from './table.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? (fast ? 100_000 : 1_000_000));
const QUESTIONS = fast ? 10 : 60; // of a kind
const WARMING = 10;
const POSTS_A_SECOND = 50, WRITERS = 20;

const words = (text) => text.match(/[\p{Script=Cyrillic}\p{Script=Latin}]{3,}/gu) ?? [];
const runs = (text) => text.match(/\p{Script=Han}{2,}/gu) ?? [];
const pick = (list, at) => list[(at * 7919) % list.length];
const wordOf = (texts) => (at) => pick(words(pick(texts.filter((text) => words(text).length), at)), at);
const ru = wordOf(russian), en = wordOf(english);
const withRuns = chinese.filter((text) => runs(text).length);
const zh = (at) => [...pick(runs(pick(withRuns, at)), at)].slice(0, 2 + (at % 3)).join('');
const COMMONEST = ['the', 'не', '不', 'of', 'и', '人', 'and', 'в'];

/** Words of the texts themselves, so that common and rare ones come as often as people write them. */
const kinds = {
  'a Russian word': (at) => ({text: ru(at)}),
  'an English word': (at) => ({text: en(at)}),
  'two to four Chinese characters': (at) => ({text: zh(at)}),
  'two Russian words': (at) => ({text: `${ru(at)} ${ru(at + 1)}`}),
  'two English words': (at) => ({text: `${en(at)} ${en(at + 1)}`}),
  'Russian and Chinese': (at) => ({text: `${ru(at)} ${zh(at)}`}),
  'the commonest words, in all rooms': (at) => ({text: pick(COMMONEST, at)}),
  'the two commonest words together': (at) => ({text: `${pick(COMMONEST, at)} ${pick(COMMONEST, at + 1)}`}),
  'a word nobody wrote': (at) => ({text: `вертолётоносец${at}`}),
  'a word, in one room': (at) => ({text: pick([ru, en, zh], at)(at), room: pick(['kz', 'cn.trade', 'energy'], at)}),
  'a word, by one member': (at, members) => ({text: pick([ru, en, zh], at)(at), from: pick(members, at)}),
};

/** Kinds in turn, so that each has its share of the good and the bad moments. */
const questions = (members) => {
  const all = [];
  for (let at = 0; at < QUESTIONS; at++) for (const [kind, make] of Object.entries(kinds)) all.push({kind, params: make(at + 1, members)});
  return all;
};

/** One line, and its calls one after the other. */
class Caller {
  constructor(socket) {
    this.socket = socket;
    this.waiting = new Map();
    this.next = 1;
    socket.on('message', (data) => {
      for (const message of [JSON.parse(data)].flat()) this.waiting.get(message.id)?.(message);
    });
  }
  /** The server lets as many in at a time as its store can bear, and tells the others when to come again. */
  static async enter(club, cookie) {
    for (;;) {
      const socket = new WebSocket(`ws://${club.address}/ws`, ['club.v1'], {origin: `http://${club.address}`, perMessageDeflate: false,
        headers: {Cookie: `__Host-club=${cookie}`}});
      const [data] = await once(socket, 'message');
      const {method, params} = [JSON.parse(data)].flat()[0];
      if (method === 'welcome') return Object.assign(new Caller(socket), {me: params.member.id});
      socket.close();
      await pause(params.retry_after * 1e3);
    }
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

const callersOf = async (club) => {
  const cookies = fs.readFileSync(club.cookies, 'utf8').trim().split('\n');
  return Promise.all(cookies.slice(0, WRITERS + 1).map((cookie) => Caller.enter(club, cookie)));
};

/** What each question finds while nobody posts, and where it would go on. */
const answersOf = async (searcher, asked) => {
  const answers = [];
  for (const {params} of asked) {
    const {hits, more, before} = await searcher.call('message.search', params);
    answers.push(JSON.stringify([params.text, hits.map(({room, entry}) => [room, entry.seq]), more, before]));
  }
  return answers;
};

const timesOf = async (searcher, asked) => {
  const took = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (const [at, {kind, params}] of [...asked.slice(0, WARMING), ...asked].entries()) {
    const begun = performance.now();
    await searcher.call('message.search', params);
    if (at >= WARMING) took[kind].push(performance.now() - begun);
  }
  return took;
};

const measure = async (club) => {
  const callers = await callersOf(club);
  const [searcher, ...writers] = callers;
  const asked = questions(callers.map((caller) => caller.me));
  const answers = await answersOf(searcher, asked);
  const stop = posting(writers), begun = Date.now();
  const took = await timesOf(searcher, asked);
  const posted = await stop() / (Date.now() - begun) * 1e3;
  for (const {socket} of callers) socket.close();
  return {took, answers, posted};
};

const measured = async (name, settings) => {
  say(`search: ${name}`);
  const club = new Club(`search-${name}`, false, settings);
  await club.prepare();
  try {
    await club.serve();
    return await measure(club);
  } finally {
    await club.end();
  }
};

const copy = async (from, to) => {
  say('search: the same messages into PostgreSQL');
  const child = start(loadCore, path.join(build, 'clubd'), ['copy', '--from', from, '--to', to], {log: '/dev/null'});
  const code = await child.ended;
  if (code !== 0) throw new Error(`clubd copy: ${code}`);
};

const figures = (took) => {
  const sorted = [...took].sort((a, b) => a - b);
  return `${decimals(median(sorted), 1)} / ${decimals(sorted[Math.floor(sorted.length * 0.99)], 1)}`;
};

/** The table's text; empty when it isn't wanted. */
export const searchTable = async () => {
  if (!wanted('search over messages')) return '';
  const filled = new Club('search-corpus', false);
  await filled.prepare();
  say(`search: ${thousands(MESSAGES)} messages into SQLite`);
  const seeded = await load('corpus', {store: filled.store, cookies: filled.cookies, messages: MESSAGES});
  const postgres = await Postgres.start({settings: {shared_buffers: '256MB', max_wal_size: '2GB'}});
  try {
    await copy(filled.store, postgres.url);
    const {cookies} = filled;
    const sqlite = await measured('SQLite', {store: filled.store, cookies});
    const other = await measured('PostgreSQL', {store: postgres.url, cookies});
    assert.deepEqual(other.answers, sqlite.answers);
    const rows = Object.keys(kinds).map((kind) => [kind, figures(sqlite.took[kind]), figures(other.took[kind])]);
    const all = [sqlite, other].map(({took}) => `**${figures(Object.values(took).flat())}**`);
    return table([`message.search over ${thousands(MESSAGES)} messages, while ${WRITERS} members post ` +
      `(${decimals(sqlite.posted, 0)} and ${decimals(other.posted, 0)} a second answered), median / 99th percentile, ms`,
      'SQLite', 'PostgreSQL'], [...rows, ['all (50 to reach)', ...all]]) +
      `\n\nBoth stores gave the same answers to ${thousands(sqlite.answers.length)} questions. Filled through the store's ` +
      `writer: ${thousands(MESSAGES / seeded.post_seconds)} messages a second, indexed ${thousands(MESSAGES / seeded.index_seconds)} a second (SQLite).`;
  } finally {
    await postgres.stop();
  }
};
