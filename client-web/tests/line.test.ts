import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffDelay, retryDelay } from '../src/protocol/backoff.js';
import { LineBroken } from '../src/protocol/errors.js';
import { packFrames, readFrame } from '../src/protocol/frames.js';
import { Line } from '../src/protocol/line.js';
import type { LineState, SessionCheck, SocketEvents } from '../src/protocol/line.js';
import { FakeClock, settle } from './fake-clock.js';

const WELCOME = { protocol: 'club.v1', member: { id: 'm1' }, epoch: 'e', limits: { in_flight: 4, batch: 3, ping: 25 } };

class Wire {
  readonly clock = new FakeClock();
  readonly states: LineState[] = [];
  readonly told: string[] = [];
  readonly sent: string[] = [];
  sockets: SocketEvents[] = [];
  closed = 0;
  session: SessionCheck = 'session';
  readonly line: Line;

  constructor() {
    const parts = {
      openSocket: (events: SocketEvents) => {
        this.sockets.push(events);
        return { send: (frame: string) => this.sent.push(frame), close: () => (this.closed += 1) };
      },
      checkSession: () => Promise.resolve(this.session),
      clock: this.clock,
      random: () => 0.5,
    };
    this.line = new Line(parts, {
      state: (state) => this.states.push(state),
      notification: ({ method }) => this.told.push(method),
    });
  }

  get server(): SocketEvents {
    return this.sockets[this.sockets.length - 1] as SocketEvents;
  }

  say(message: unknown): void {
    this.server.frame(JSON.stringify(message));
  }

  async open(): Promise<void> {
    this.line.start();
    this.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
    await settle();
  }

  requests(): { id: number; method: string }[] {
    return this.sent.flatMap((frame) => JSON.parse(frame) as { id: number; method: string });
  }
}

test('A line is open when it was welcomed, not when the socket is', async () => {
  const wire = new Wire();
  wire.line.start();
  assert.equal(wire.line.open, false);
  assert.deepEqual(wire.states.at(-1), { at: 'connecting', cause: null });
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  assert.equal(wire.line.open, true);
});

test('Requests of one turn share a frame, within the limits of the welcome', async () => {
  const wire = new Wire();
  await wire.open();
  for (let count = 0; count < 6; count += 1) void wire.line.call('room.list', {}).catch(() => {});
  await settle();
  assert.deepEqual(
    wire.sent.map((frame) => (JSON.parse(frame) as object[]).length ?? 1),
    [3, 1],
  );
  wire.say([
    { jsonrpc: '2.0', id: 2, result: { rooms: [] } },
    { jsonrpc: '2.0', id: 1, result: { rooms: [] } },
  ]);
  await settle();
  assert.equal(wire.requests().length, 6, 'the other two follow when two are answered');
});

test('Answers in any order reach their requests, errors with their reason', async () => {
  const wire = new Wire();
  await wire.open();
  const list = wire.line.call('room.list', {});
  const post = wire.line.call('message.post', { room: 'kz', client_id: 'a', text: '你好' });
  await settle();
  wire.say([
    { jsonrpc: '2.0', id: 2, error: { code: 1000, message: '', data: { reason: 'slow_mode', retry_after: 7 } } },
    { jsonrpc: '2.0', id: 1, result: { rooms: [] } },
  ]);
  assert.deepEqual(await list, { rooms: [] });
  await assert.rejects(post, { reason: 'slow_mode', retryAfter: 7, passes: true });
});

test('A broken line breaks its requests and is tried again, later each time', async () => {
  const wire = new Wire();
  await wire.open();
  const call = wire.line.call('room.list', {});
  wire.server.closed(1006);
  await assert.rejects(call, LineBroken);
  const waits: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    const state = wire.states.at(-1);
    assert.equal(state?.at, 'waiting');
    const wait = state?.at === 'waiting' ? state.until - wire.clock.now() : 0;
    waits.push(wait);
    await wire.clock.pass(wait);
    assert.equal(wire.states.at(-1)?.at, 'connecting');
    wire.server.closed(1006);
    await settle();
  }
  assert.deepEqual(waits, [375, 750, 1500, 3000, 6000, 12000, 22500, 22500]);
});

test('A connection that lived resets the wait, one that was closed at once does not', async () => {
  const wire = new Wire();
  await wire.open();
  wire.server.closed(1006);
  await wire.clock.pass(400);
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  wire.server.closed(1006);
  const soon = wire.states.at(-1);
  assert.equal(soon?.at === 'waiting' && soon.tries, 2);
  await wire.clock.pass(1000);
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  await wire.clock.pass(15_000);
  wire.server.closed(1006);
  const later = wire.states.at(-1);
  assert.equal(later?.at === 'waiting' && later.tries, 1);
});

test('A dead line is noticed: a ping that nothing answers ends it', async () => {
  const wire = new Wire();
  await wire.open();
  await wire.clock.pass(25_000);
  assert.equal(wire.requests().at(-1)?.method, 'ping');
  wire.say({ jsonrpc: '2.0', id: wire.requests().at(-1)?.id, result: {} });
  await wire.clock.pass(24_000);
  assert.equal(wire.line.open, true);
  await wire.clock.pass(21_100);
  assert.equal(wire.states.at(-1)?.at, 'waiting');
  assert.equal(wire.closed, 1);
});

test('A request that nothing answers ends the line long before the next ping', async () => {
  const wire = new Wire();
  await wire.open();
  void wire.line.call('room.list', {}).catch(() => {});
  await wire.clock.pass(20_100);
  assert.equal(wire.states.at(-1)?.at, 'waiting');
});

test('Waking up tries at once, and finds a dead line within seconds', async () => {
  const wire = new Wire();
  await wire.open();
  wire.line.wake();
  await wire.clock.pass(7_900);
  assert.equal(wire.line.open, true);
  await wire.clock.pass(200);
  assert.equal(wire.line.state.at, 'waiting');
  wire.line.wake();
  assert.equal(wire.line.state.at, 'connecting');
});

test('4001 and 4003 end the line, and nothing is tried any more', async () => {
  for (const [code, why] of [
    [4001, 'no_session'],
    [4003, 'banned'],
  ] as const) {
    const wire = new Wire();
    await wire.open();
    wire.server.closed(code);
    assert.deepEqual(wire.states.at(-1), { at: 'ended', why });
    await wire.clock.pass(600_000);
    assert.equal(wire.sockets.length, 1);
  }
});

test('An upgrade that failed is told apart by HTTP: no session ends, no server waits', async () => {
  const wire = new Wire();
  wire.session = 'unreachable';
  wire.line.start();
  wire.server.closed(1006);
  await settle();
  assert.equal(wire.line.state.at, 'waiting');
  wire.session = 'no_session';
  await wire.clock.pass(1000);
  wire.server.closed(1006);
  await settle();
  assert.deepEqual(wire.line.state, { at: 'ended', why: 'no_session' });
});

test('A server that goes away says when to come back', async () => {
  const wire = new Wire();
  await wire.open();
  wire.say({ jsonrpc: '2.0', method: 'closing', params: { retry_after: 10 } });
  assert.deepEqual(wire.line.state, { at: 'leaving', retryAfter: 10 });
  assert.equal(wire.line.open, true);
  wire.server.closed(1001);
  const state = wire.states.at(-1);
  assert.equal(state?.at === 'waiting' && state.cause, 'going_away');
  await wire.clock.pass(9_999);
  assert.equal(wire.sockets.length, 1);
  await wire.clock.pass(3_000);
  assert.equal(wire.sockets.length, 2);
  assert.deepEqual(wire.line.state, { at: 'connecting', cause: 'going_away' });
});

test('A server that has no room says when to come again, and is not asked anything else until then', async () => {
  const wire = new Wire();
  wire.session = 'no_session'; // an answer that nobody asks for
  wire.line.start();
  wire.say({ jsonrpc: '2.0', method: 'closing', params: { retry_after: 3.25 } });
  assert.equal(wire.line.open, false);
  wire.server.closed(1001);
  await settle();
  const state = wire.states.at(-1);
  assert.equal(state?.at === 'waiting' && state.cause, 'going_away');
  await wire.clock.pass(3_249);
  assert.equal(wire.sockets.length, 1);
  await wire.clock.pass(1_100);
  assert.equal(wire.sockets.length, 2);
});

test('Away for no time at all, or for a part of a second, is back at once', async () => {
  for (const retryAfter of [0, 0.4]) {
    const wire = new Wire();
    await wire.open();
    wire.say({ jsonrpc: '2.0', method: 'closing', params: { retry_after: retryAfter } });
    wire.server.closed(1001);
    await wire.clock.pass(800);
    assert.equal(wire.sockets.length, 2);
    wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
    assert.equal(wire.line.open, true);
  }
});

test('A socket that neither opens nor closes is given up', async () => {
  const wire = new Wire();
  wire.line.start();
  await wire.clock.pass(20_000);
  assert.equal(wire.line.state.at, 'waiting');
});

test('What an abandoned socket still says is not heard', async () => {
  const wire = new Wire();
  await wire.open();
  const first = wire.server;
  first.closed(1006);
  await wire.clock.pass(1000);
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  const count = wire.told.length;
  first.frame(JSON.stringify({ jsonrpc: '2.0', method: 'notice', params: {} }));
  first.closed(4001);
  assert.equal(wire.told.length, count);
  assert.equal(wire.line.open, true);
});

test('A stopped line stays stopped', async () => {
  const wire = new Wire();
  await wire.open();
  wire.line.stop();
  await wire.clock.pass(600_000);
  assert.equal(wire.sockets.length, 1);
  assert.equal(wire.clock.waiting, 0);
});

test('Frames: whatever is not understood is left out', () => {
  assert.deepEqual(readFrame('{'), []);
  assert.deepEqual(readFrame('[1, null, "a", {}, {"id": 1}]'), [{ kind: 'result', id: 1, result: undefined }]);
  assert.equal(readFrame('{"id":null,"error":{"code":-32600}}')[0]?.kind, 'error');
});

test('Frames are packed by count and by bytes', () => {
  const long = JSON.stringify({ text: '中'.repeat(20) });
  assert.deepEqual(packFrames(['1', '2', '3'], { batch: 2, frame: 100 }), ['[1,2]', '3']);
  assert.deepEqual(packFrames([long, long], { batch: 10, frame: 100 }), [long, long]);
});

test('Waits are spread by chance', () => {
  assert.ok(backoffDelay(3, 0) >= 2000 && backoffDelay(3, 0.999) <= 4000);
  assert.ok(backoffDelay(50, 0.999) <= 30_000);
  assert.ok(retryDelay(8, 0) >= 8000 && retryDelay(8, 0.999) > 8000);
});

test('A line is slow by the time that it took to open', async () => {
  const wire = new Wire();
  wire.line.start();
  await wire.clock.pass(1_300);
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  assert.equal(wire.line.slow, true);
  wire.server.closed(1006);
  while (wire.line.state.at !== 'connecting') await wire.clock.pass(100);
  wire.say({ jsonrpc: '2.0', method: 'welcome', params: WELCOME });
  assert.equal(wire.line.slow, false);
});
