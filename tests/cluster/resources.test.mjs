// What watches over what the instances hold finds what lasts, and nothing of what passes or what their sockets take.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describeFiles } from './support/chaos/files.mjs';
import { Resources } from './support/chaos/resources.mjs';

const RESIDENT = 100 << 20;
const SOCKET = 8 << 10;
const ALLOWED = { files: 6, memory: 72 << 20 };
const OWN_FILES = 20;
const TOO_MANY = ['instance 1 has 7 files more than before the faults, its sockets apart; now: pipe: 27'];
const TOO_MUCH = [`instance 1 has ${ALLOWED.memory + 1} bytes more than when it was ready, those of its sockets apart`];

/** An instance that holds what a test says, by default as much as when it was ready. */
class Holder {
  place = { name: 'instance 1' };
  running = true;
  falls = [];
  log = '';
  more = {};

  constructor() {
    this.begins();
  }

  /** As another process, which is ready. */
  begins() {
    this.process = {};
    this.idle = { process: this.process, resident: RESIDENT };
  }

  get sockets() {
    return this.more.sockets ?? 0;
  }

  get files() {
    return OWN_FILES + this.sockets + (this.more.files ?? 0);
  }

  describeFiles() {
    return `pipe: ${this.files - this.sockets}`;
  }

  memory() {
    return RESIDENT + (this.more.memory ?? 0);
  }

  async metrics(...names) {
    assert.deepEqual(names, ['clubd_sockets', 'process_open_fds']);
    return [this.sockets, this.files];
  }
}

/** `look(more, change)` is one of those that come every two and a half seconds, at an instance that holds so much more and is otherwise as `change` says. */
async function watching(t) {
  const instance = new Holder();
  const resources = new Resources({ cluster: { instances: [instance] }, closesMs: 300 });
  t.after(() => resources.stop());
  await resources.start();
  const look = async (more, change = {}) => {
    Object.assign(instance, { more }, change);
    await resources.look();
  };
  return { instance, resources, look, found: () => resources.found.map(({ text }) => text) };
}

/** What is found when an instance holds so much more, one look after the other. */
async function held(t, ...looks) {
  const { look, found } = await watching(t);
  for (const more of looks) await look(more);
  return found();
}

const lasting = (more) => Array(4).fill(more);
const files = (...counts) => counts.map((count) => ({ files: count }));

test('as many files and as much memory as are allowed are no matter', async (t) => assert.deepEqual(await held(t, ...lasting(ALLOWED)), []));
test('files that stay open are found', async (t) => assert.deepEqual(await held(t, ...lasting({ files: 7 })), TOO_MANY));
test('memory that stays taken is found', async (t) => assert.deepEqual(await held(t, ...lasting({ memory: ALLOWED.memory + 1 })), TOO_MUCH));
test('a peak that passes is no matter', async (t) => {
  assert.deepEqual(await held(t, ...files(7, 7, 7, 0, 7, 7, 7)), []);
  const peak = { memory: 2 * ALLOWED.memory };
  assert.deepEqual(await held(t, peak, peak, peak, {}, peak, peak, peak), []);
});
test('what lasts after a peak is found', async (t) => assert.deepEqual(await held(t, ...files(7, 0, 9, 8, 8, 7)), TOO_MANY));

test('what sockets take is no matter, of memory also after they are closed', async (t) => {
  const memory = ALLOWED.memory + 1000 * SOCKET;
  assert.deepEqual(await held(t, ...lasting({ sockets: 1000, memory }), ...lasting({ memory })), []);
  assert.deepEqual(await held(t, ...lasting({ sockets: 1000, memory: memory + 1 })), TOO_MUCH);
  assert.deepEqual(await held(t, ...lasting({ sockets: 1000, files: 7 })), TOO_MANY);
});

test('what an instance held before it was begun again is not held against it', async (t) => {
  const { instance, look, found } = await watching(t);
  for (const more of files(7, 7, 7)) await look(more);
  instance.begins();
  for (const more of files(7, 7, 7)) await look(more);
  assert.deepEqual(found(), []);
  await look({ files: 7 });
  assert.deepEqual(found(), TOO_MANY);
});

const away = {
  'does not run': { running: false },
  'is paused': { paused: true },
  'is not ready': { process: {} },
  'has something taken from it': { most: 20 },
  'ends meanwhile': { metrics: () => Promise.reject(new Error('ECONNRESET')) },
};
for (const [how, change] of Object.entries(away)) {
  test(`an instance that ${how} is not looked at`, async (t) => {
    const { look, found } = await watching(t);
    for (const more of lasting({ files: 7 })) await look(more, change);
    assert.deepEqual(found(), []);
  });
}

/** What is found in the end of an instance of which that is so. */
async function inTheEnd(t, change) {
  const { instance, resources, found } = await watching(t);
  Object.assign(instance, change);
  await resources.agrees();
  return found();
}

test('in the end what is allowed is no matter', async (t) => assert.deepEqual(await inTheEnd(t, { more: ALLOWED }), []));
test('in the end files that are open are found at once', async (t) => assert.deepEqual(await inTheEnd(t, { more: { files: 7 } }), TOO_MANY));
test('in the end memory that is taken is found at once', async (t) => assert.deepEqual(await inTheEnd(t, { more: { memory: ALLOWED.memory + 1 } }), TOO_MUCH));
test('in the end lines that are not closed are found, and not those that are closed in time', async (t) => {
  assert.deepEqual(await inTheEnd(t, { more: { sockets: 50 } }), []);
  assert.deepEqual(await inTheEnd(t, { more: { sockets: 51 } }), ['the instances have 51 sockets, before the faults they had 0']);
  let looks = 0;
  const closing = { metrics: () => [looks++ ? 0 : 51, OWN_FILES + (looks > 1 ? 0 : 51)] };
  assert.deepEqual(await inTheEnd(t, closing), []);
});
test('in the end an instance that does not run is found', async (t) => {
  assert.deepEqual(await inTheEnd(t, { running: false, log: 'what it said last' }), ['an instance does not run: []\nwhat it said last']);
});

test('what a process has open is told by kind, sockets by their state', async (t) => {
  const count = () => Number(/socket listening (\d+)/.exec(describeFiles(process.pid))?.[1] ?? 0);
  const before = count();
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.equal(count(), before + 1);
  assert.match(describeFiles(process.pid), /anon_inode:\[eventpoll\] \d/);
});
