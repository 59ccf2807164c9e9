import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../src/protocol/types.js';
import { joinQueue } from '../src/views/queue.js';
import type { Queued } from '../src/views/queue.js';

const accused = { id: 'm2', name: '王博', country: 'cn', company: '' };
const at = '2026-03-01T10:00:00.000Z';

function report(id: string, upheld = 0): Report {
  return {
    report: id,
    at,
    accused,
    room: 'kz',
    around: [],
    reason: 'spam',
    reported_before: upheld,
    upheld_before: upheld,
  };
}

const page = (ids: string[], more = false) => ({ items: ids.map((id): Queued => report(id)), more });
const shown = ({ items }: { items: Queued[] }) => items.map(({ report: id, gone }) => (gone === true ? `(${id})` : id));

test('What came stands above what is shown, which keeps its order and learns what is known of it now', () => {
  const fresh = { items: [report('p4'), report('p3'), report('p2', 5)], more: false };
  const { pages, came } = joinQueue(page(['p3', 'p2']), fresh);
  assert.deepEqual([shown(pages), came, pages.more], [['p4', 'p3', 'p2'], 1, false]);
  assert.equal(pages.items[2]?.upheld_before, 5);
});

test('What somebody else settled says so in its place; of what lies behind the page nothing is known', () => {
  assert.deepEqual(shown(joinQueue(page(['p3', 'p2', 'p1']), page(['p3', 'p1'])).pages), ['p3', '(p2)', 'p1']);
  assert.deepEqual(shown(joinQueue(page(['p3', 'p2', 'p1']), page(['p2'], true)).pages), ['(p3)', 'p2', 'p1']);
  assert.deepEqual(shown(joinQueue(page(['p3']), page([])).pages), ['(p3)']);
  const gone = joinQueue(page(['p3']), page([])).pages;
  assert.deepEqual(shown(joinQueue(gone, page(['p4'])).pages), ['p4', '(p3)'], 'it goes on saying so');
});

test('More than a page of new ones takes the place of what is shown', () => {
  const { pages, came } = joinQueue(page(['p1']), page(['p9', 'p8'], true));
  assert.deepEqual([shown(pages), came, pages.more], [['p9', 'p8'], 2, true]);
});
