// A few power cuts under each store; `make power CUTS=200` does many. CLUB_POWER_SEED repeats one.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { cutPower, report, whyNoPowerCuts } from './support/power.mjs';

const seed = Number(process.env.CLUB_POWER_SEED ?? randomInt(2 ** 31));
const reason = whyNoPowerCuts();
if (reason) console.log(`no power is cut: ${reason}`);
const options = { skip: reason ?? false };
const few = { seed, size: { writers: 5, readers: 1 } };

for (const store of ['sqlite', 'postgres']) {
  test(`what ${store} answered is there after power cuts at random moments (seed ${seed})`, options, async (t) => {
    const result = await cutPower({ ...few, store, cuts: 5 });
    const text = report(result);
    for (const line of text.split('\n').slice(0, 20)) t.diagnostic(line);
    assert.equal(result.violations.length, 0, text);
    assert.ok(result.answered > 20, 'too little was written for this to say anything');
  });
}

test(`a store that answers before it flushes is found out (seed ${seed})`, options, async () => {
  const { violations } = await cutPower({ ...few, store: 'sqlite', cuts: 8, breaks: 'async' });
  assert.ok(violations.some(({ rule }) => rule === 'what was answered is there'), JSON.stringify(violations.slice(0, 3)));
});
