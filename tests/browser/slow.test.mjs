// At 32 kbit/s with 600 ms there and back, and with one packet of ten lost, the club can be used. What is slow is no
// failure here: `ONLY='slow line' make bench` prints the figures.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { Club } from '../wire/support/club.mjs';
import { Lossy, SlowLine } from './support/slow-line.mjs';
import { ROOM, browserFor, fill, visit } from './support/slow-visit.mjs';

const PATIENCE = 150_000;

const club = await Club.start({ members: ['anna', 'bo'] });
const browser = await browserFor(club);
const lossy = await Lossy.open(club.port);
const lines = [await SlowLine.listen(club.port), ...(lossy ? [await SlowLine.listen({ path: lossy.path })] : [])];
after(async () => {
  await browser.close();
  for (const line of lines) await line.close();
  await lossy?.close();
  await club.finish();
});
await club.restart({ settings: { CLUB_ORIGINS: lines.map((line) => line.origin).join(',') } });
await fill(club);
const cookie = await club.cookie('anna');
const hosts = new Set();

async function visited(line) {
  const context = await browser.newContext({ locale: 'en-GB' });
  context.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  return visit(context, line, cookie, PATIENCE);
}

// Beside each other: a test of a slow line waits.
const visits = lines.map((line) => visited(line).then((seen) => ({ seen }), (error) => ({ error })));

async function works(which, context) {
  const { seen, error } = await visits[which];
  if (error) throw error;
  const { first, again, send, text } = seen;
  for (const [what, { ms, down, up }] of Object.entries({ first, again, send }))
    context.diagnostic(`${what}: ${(ms / 1000).toFixed(1)} s, ${down} bytes down, ${up} up`);
  assert.ok(again.down < first.down / 2, `the client came again over the line: ${first.down} bytes, then ${again.down}`);
  const methods = first.asked.flatMap((frame) => [JSON.parse(frame)].flat()).map(({ method }) => method);
  assert.deepEqual(methods.filter((method) => method !== 'room.list'), ['room.join'], 'the first screen took more than one request');
  assert.ok(first.connections <= 10, `${first.connections} connections for a first visit`);
  assert.ok(send.down + send.up < 2000, `${send.down + send.up} bytes for a message`);
  const reader = await club.connect('bo');
  const { entries } = await reader.call('room.history', { room: ROOM, limit: 20 });
  assert.equal(entries.filter((entry) => entry.text === text).length, 1, 'the message is not there once');
}

test('a member reads, comes back and writes over a line of 32 kbit/s and 600 ms', (context) => works(0, context));

test('and so with one packet of ten lost', { skip: lossy ? false : 'this machine gives a test no network of its own' }, (context) => works(1, context));

test('nothing came from another host', async () => {
  await Promise.all(visits);
  assert.deepEqual([...hosts], ['localhost']);
});
