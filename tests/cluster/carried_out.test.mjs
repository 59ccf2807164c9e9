// How faults are planned and carried out, with nothing that could break.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { carryOut, plan } from './support/faults.mjs';
import { Random } from './support/random.mjs';

const LASTS_MS = 20;

/** What was told of one fault of that kind, or of as many as begin `at` some time, and what could not be done. */
async function carriedOut(kind, { at = [0], ...options } = {}) {
  const there = { thing: [{ count: 0 }] };
  const faults = at.map((time) => ({ at: time, lasts: LASTS_MS, kind: 'broken', on: 'thing', which: 0, seed: 1 }));
  const told = [];
  const errors = await carryOut(there, faults, new Random(1), (news) => told.push(news), { own: { broken: { on: 'thing', ...kind } }, ...options });
  return { over: told.find(({ over }) => over), begun: told.filter(({ over }) => !over).length, errors };
}

test('a fault that does not come to its end is named', async () => {
  const { over, errors } = await carriedOut({ begin: () => new Promise(() => {}) }, { ends: LASTS_MS });
  assert.equal(over, undefined);
  assert.match(errors[0].message, /^broken 0: not over \d+ ms after it began$/);
});

test('a fault came to something if all that it counts has grown before it is undone', async () => {
  const kind = { begin: () => {}, end: ({ thing }) => (thing.count = 1) };
  const comes = (worked) => carriedOut({ ...kind, worked });
  assert.equal((await comes(({ thing }) => [(thing.begun = (thing.begun ?? 0) + 1)])).over.idle, false);
  const idle = await comes(({ thing }) => [(thing.begun = (thing.begun ?? 0) + 1), thing.count]);
  assert.equal(idle.over.idle, true);
  assert.ok(idle.over.at > LASTS_MS, 'it was given more time');
});

test('a fault whose beginning says so came to nothing', async () => {
  assert.equal((await carriedOut({ begin: async () => false })).over.idle, true);
});

test('what fails is ended, and told', async () => {
  let ended = false;
  const { over, errors } = await carriedOut({ begin: () => Promise.reject(new Error('no')), end: () => (ended = true) });
  assert.ok(over && ended);
  assert.deepEqual(errors.map(({ message }) => message), ['broken: no']);
});

test('once a fault could not be undone no other one begins, and nobody waits for it', { timeout: 10_000 }, async () => {
  const { begun, errors } = await carriedOut({ begin: () => {}, end: () => Promise.reject(new Error('stays')) }, { at: [0, 60_000] });
  assert.equal(begun, 1);
  assert.deepEqual(errors.map(({ message, goesOn }) => [message, goesOn]), [['broken: stays', true]]);
});

test('what came to something more seldom than others is planned more often', () => {
  const kind = { weight: 1, on: 'thing', lasts: [0, 0], takes: 0, begin: () => {} };
  const own = { often: kind, seldom: kind };
  const counted = (counts) => {
    const kinds = plan({ thing: [{}] }, new Random(3), 60_000, { own, evenly: true, counts }).map((fault) => fault.kind);
    return kinds.filter((one) => one === 'seldom').length - kinds.filter((one) => one === 'often').length;
  };
  assert.ok(Math.abs(counted({})) <= 3);
  assert.ok(counted({ often: 20 }) >= 4);
});

test('what takes hold of all of a kind is planned as often as what takes one of them, and alone', () => {
  const kind = { weight: 1, on: 'thing', lasts: [5000, 5000], takes: 5000, begin: () => {} };
  const own = { all: { ...kind, all: true }, one: kind, other: kind };
  const faults = plan({ thing: [{}, {}, {}] }, new Random(3), 600_000, { own, evenly: true });
  const count = (name) => faults.filter((fault) => fault.kind === name).length;
  assert.ok(count('all') > 10 && Math.abs(count('all') - count('one')) <= 3, `${count('all')} of ${count('one')}`);
  const holds = ({ at, lasts }) => [at, at + lasts + kind.takes];
  for (const [from, until] of faults.filter((fault) => fault.kind === 'all').map(holds)) {
    const meanwhile = faults.map(holds).filter(([begins, ends]) => begins < until && ends > from);
    assert.equal(meanwhile.length, 1);
  }
});

test('what takes hold of two kinds of things waits for both, and what takes one of them overlaps', () => {
  const kind = { weight: 1, lasts: [5000, 5000], takes: 5000, begin: () => {} };
  const own = { both: { ...kind, on: 'thing', all: true, with: 'other' }, one: { ...kind, on: 'thing' }, other: { ...kind, on: 'other' } };
  const there = { thing: [{}], other: [{}] };
  const faults = plan(there, new Random(5), 600_000, { own, evenly: true });
  const holds = ({ at, lasts }) => [at, at + lasts + kind.takes];
  const overlapping = (name) => faults.filter((fault) => fault.kind === name).map((one) => {
    const [from, until] = holds(one);
    return faults.filter((fault) => fault !== one && holds(fault)[0] < until && holds(fault)[1] > from).length;
  });
  assert.ok(overlapping('both').length > 10 && overlapping('both').every((count) => count === 0), `${overlapping('both')}`);
  assert.ok(overlapping('one').some((count) => count > 0));
});

test('what takes hold of two kinds of things is carried out while nothing else has them', async () => {
  const had = [];
  const kind = (on, name) => ({ on, begin: () => void had.push(`${name} begins`), end: () => void had.push(`${name} ends`) });
  const own = { one: kind('thing', 'one'), both: { ...kind('thing', 'both'), all: true, with: 'other' }, other: kind('other', 'other') };
  const fault = (name, at, which) => ({ at, lasts: LASTS_MS, kind: name, on: own[name].on, which, seed: 1 });
  const faults = [fault('one', 0, 0), fault('both', 1), fault('other', 2, 0)];
  assert.deepEqual(await carryOut({ thing: [{}], other: [{}] }, faults, new Random(1), () => {}, { own }), []);
  assert.deepEqual(had, ['one begins', 'one ends', 'both begins', 'both ends', 'other begins', 'other ends']);
});
