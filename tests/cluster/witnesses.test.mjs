// Those who look while chaos goes on: what they count, and lines that do not come to anything.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readsSince } from './support/chaos/herd.mjs';
import { Lines } from './support/chaos/lines.mjs';
import { Watch, neverSeen } from './support/chaos/watch.mjs';
import { check } from './support/checker.mjs';
import { eventually } from './support/cluster.mjs';
import { LATE_MS } from './support/late.mjs';
import { Moderating } from './support/moderating.mjs';
import { Sorted, groupBy } from './support/sorted.mjs';
import { LOGINS, Story } from './support/story.mjs';

test('reads of the store are those since then, of an instance that began meanwhile all', () => {
  assert.equal(readsSince(new Map([[1, 10], [2, 20]]), new Map([[1, 15], [2, 20]])), 5);
  assert.equal(readsSince(new Map([[1, 10]]), new Map([[1, 15], [3, 7]])), 12);
});
test('reads of the store are not known where an instance did not say them, or ended', () => {
  assert.equal(readsSince(new Map([[1, 10], [2, undefined]]), new Map([[1, 15], [2, 2000]])), undefined);
  assert.equal(readsSince(new Map([[1, 10], [2, 20]]), new Map([[1, 15], [2, undefined]])), undefined);
  assert.equal(readsSince(new Map([[1, 10], [2, 20]]), new Map([[1, 15]])), undefined);
});

test('a herd that is not told the same is found', () => {
  const herd = new Lines();
  const told = { seq: 1, at: '2026-01-31T08:05:03.000Z', from: { id: 'm1' }, client_id: 'one', text: 'Караван' };
  for (const one of [told, { ...told }, { ...told, seq: 2 }]) herd.holds(one);
  assert.deepEqual(herd.found, []);
  herd.holds({ ...told, text: '商队' });
  assert.deepEqual(herd.found.map(({ rule }) => rule), ['one place has one content']);
});

test('what a long run did not come to is found, of a short one it is no matter', () => {
  assert.deepEqual(neverSeen({ logouts: 3, bans: 0 }, Date.now()), []);
  assert.deepEqual(neverSeen({ logouts: 3, bans: 1 }, Date.now() - 120_000), []);
  assert.deepEqual(neverSeen({ logouts: 3, bans: 0 }, Date.now() - 120_000).map(({ rule }) => rule), ['the harness works']);
});

/** A line on which nothing happens but what a test says. */
class Silent extends EventEmitter {
  received = [];
  complaints = [];
  closed = once(this, 'closed').then(() => ((this.isClosed = true), { code: 1006 }));
  socket = { terminate: () => this.emit('closed') };

  constructor(opened) {
    super();
    opened.catch(() => {});
    this.opened = opened;
  }

  until(look) {
    this.look = look;
    return this.closed;
  }

  ask(method, params, id) {
    this.asked = id;
    return new Promise(() => {});
  }

  takes(...messages) {
    this.received.push(...messages.map((message) => ({ message })));
    this.look();
  }
}

/** A watch of one line after the other, which `lines` keeps. */
function watching(story, opened) {
  const lines = [];
  const doors = [{ open: () => (lines.push(new Silent(opened())), lines.at(-1)) }];
  const random = { pick: ([one]) => one, between: () => 1 };
  const watch = new Watch({ cluster: { doors }, journal: story.journal, name: 'watch', room: 'kz', random, entry: () => {} }).start();
  return { watch, lines };
}

test('a line of a watch that is refused ends, and others come', async (t) => {
  const { watch, lines } = watching(new Story(), () => Promise.reject(Object.assign(new Error('429'), { status: 429 })));
  t.after(() => watch.stop());
  await eventually(() => lines.length > 4, 'a third line of each');
});

/** What is found after a watch joined at the first of three posts, and was told these. */
async function watched(...told) {
  const story = new Story();
  story.post('one');
  const { watch, lines } = watching(story, () => Promise.resolve());
  const [line] = lines;
  line.takes({ method: 'welcome', params: {} });
  line.takes({ id: line.asked, result: { as_of: 1, more: false, entries: [story.told(1)] } });
  for (const name of ['two', 'three']) story.post(name);
  line.takes(...told.map((one) => ({ method: 'entry', params: typeof one === 'number' ? story.told(one) : { ...story.told(2), ...one } })));
  const { hears } = watch;
  await watch.stop();
  assert.ok(hears);
  return check(story.journal, story.truth).map(({ rule }) => rule);
}

test('what a watch is told in order is no matter', async () => assert.deepEqual(await watched(2, 3), []));
test('a watch that is told with a hole is found', async () => assert.deepEqual(await watched(3), ['a subscription has no hole and nothing twice']));
test('a watch that is told something twice is found', async () => assert.deepEqual(await watched(2, 2), ['a subscription has no hole and nothing twice']));
test('a watch that is told another text is found', async () => assert.deepEqual(await watched({ text: '早上好' }, 3), ['one place has one content']));

test('who may have been banned once more by what was carried out late need not have all there is', () => {
  const moderating = new Moderating({});
  moderating.loud = Object.keys(LOGINS).map((login) => ({ login }));
  const ban = (member, sentAt, more) => moderating.acts.push({ action: 'ban', member, sentAt, outcome: 'answered', ...more });
  ban('anna', 1000, { unknownAt: 1000 });
  ban('anna', 5000, { lifts: true });
  ban('bo', 1000, { unknownAt: 1000 });
  ban('bo', 1000 + LATE_MS, { lifts: true });
  assert.deepEqual(moderating.followers.map(({ login }) => login), ['bo', 'admin']);
});

test('things in order: those up to a number, the last of them, those in between', () => {
  const sorted = new Sorted([5, 1, 3, 3], (number) => number);
  assert.deepEqual([0, 1, 3, 9].map((number) => sorted.upTo(number)), [0, 1, 3, 4]);
  assert.deepEqual([0, 4].map((number) => sorted.last(number)), [undefined, 3]);
  assert.deepEqual([sorted.between(1, 5), sorted.between(0, Infinity), sorted.between(5, 9)], [[3, 3], [1, 3, 3, 5], []]);
  assert.deepEqual([...groupBy([1, 2, 3], (number) => number % 2)], [[1, [1, 3]], [0, [2]]]);
});
