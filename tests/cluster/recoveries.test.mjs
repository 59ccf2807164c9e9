// How recoveries are found in a journal and in what was told of faults, and what the picture draws of them: played by hand.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { timeline } from './support/chaos/picture.mjs';
import { recoveries } from './support/chaos/recoveries.mjs';
import { Journal } from './support/journal.mjs';

const BEGAN = 100;
const FROM = 1000;
const LATE = 100_000; // long after the fault, so that it is known what never came
const own = { stopped: { on: 'instance' }, emptied: { on: 'redis' }, deaf: { on: 'line', seenIn: 'told' }, away: { on: 'balancer' }, jumps: { on: 'clock' } };
const kinds = Object.keys(own);
const log = kinds.map((kind) => ({ kind, on: own[kind].on, which: 0, over: true, idle: false, since: BEGAN, lasts: 500, from: FROM, time: FROM + 50 }));

let seq = 0;

/** A post that was answered at that place, and told at others: {place: when}. */
function post(journal, place, sentAt, answeredAt, told = {}) {
  seq++;
  journal.write('post', { room: 'kz', attempts: [{ place, sentAt, answeredAt, outcome: 'answered', seq }] });
  for (const [where, at] of Object.entries(told)) {
    journal.places.set(where, where);
    journal.follower(where, 'kz').events.push({ what: 'entry', line: where, entry: { room: 'kz', seq }, at });
  }
}

function played() {
  const journal = new Journal();
  post(journal, 'a', FROM - 10, FROM + 5, { b: FROM + 6 }); // sent too early
  post(journal, 'a', FROM + 10, FROM + 30, { a: FROM + 31, b: FROM + 400 });
  post(journal, 'b', FROM + 20, FROM + 70, { b: FROM + 71, a: FROM + 900 });
  post(journal, 'door', FROM + 40, FROM + 700, { a: FROM + 701, b: FROM + 702 });
  post(journal, 'a', LATE, LATE + 1, { b: LATE + 2 });
  post(journal, 'b', LATE, LATE + 1, { a: LATE + 2 });
  return journal;
}

const places = { own, door: 'door', instances: ['b', 'a'] };
const found = recoveries(log, played(), places);

test('an instance has recovered with its first answer to what was sent after the fault', () => {
  assert.equal(found.stopped.first.median, 30);
  assert.equal(found.stopped.each.median, 70);
});

test('the one that was broken has when it has', () => {
  assert.equal(found.stopped.itself.median, 70);
  assert.equal(found.deaf.itself.median, 400);
  assert.equal(found.emptied.itself, undefined, 'there are not as many of Redis as of instances');
  assert.equal(recoveries(log.map((one) => ({ ...one, which: 1 })), played(), places).stopped.itself.median, 30);
});

test('the balancer has with the first answer through it', () => {
  assert.equal(found.away.first.median, 700);
  assert.equal(found.away.each, undefined);
});

test('Redis has when one instance tells what was posted on another one', () => {
  for (const kind of ['emptied', 'deaf']) {
    assert.equal(found[kind].first.median, 400);
    assert.equal(found[kind].each.median, 900);
  }
});

test('what is seen in nothing has no time', () => assert.equal(found.jumps, undefined));

test('what came to nothing has none', () => {
  assert.deepEqual(recoveries(log.map((one) => ({ ...one, idle: true })), played(), places), {});
});

test('a fault is drawn as long as it took, not as long as it was to last', () => {
  const told = [{ time: BEGAN + 7, at: BEGAN, on: 'redis', lasts: 0 }, { time: 2007, at: 2000, since: BEGAN, on: 'redis', lasts: 0, over: true }];
  assert.deepEqual(timeline(told, new Journal(), 5000).faults, [{ on: 'redis', from: BEGAN, to: 2000 }]);
});
