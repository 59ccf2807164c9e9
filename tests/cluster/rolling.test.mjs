// Three instances are replaced one after the other while members write and read.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { LEAVES_MS } from './support/faults.mjs';
import { rollingRestart, report } from './support/minute.mjs';

test('a rolling restart of three instances loses, doubles and delays nothing', async (t) => {
  const result = await rollingRestart({ seed: 3 });
  for (const text of report(result).split('\n')) t.diagnostic(text);
  assert.equal(result.violations.length, 0, report(result));
  for (const { status, signal, took } of result.ends) {
    assert.deepEqual({ status, signal }, { status: 0, signal: null });
    assert.ok(took < LEAVES_MS, `it took ${took} ms to go away`);
  }
  t.diagnostic(`posts were answered within ${Math.round(result.answers.longest)} ms (99 of 100: ${Math.round(result.answers.high)}), told within ${Math.round(result.told.longest)} (${Math.round(result.told.high)})`);
  // None waits for the end of its instance; what the machine does beside it makes some longer.
  assert.ok(result.answers.median < 2000 && result.told.median < 2000, JSON.stringify([result.answers, result.told]));
});
