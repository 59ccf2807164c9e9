// Faults under load that take nothing but this machine's own network: a minute of them, the time of chaos.test.mjs included
// where that may run. CLUB_FAULTS_SEED repeats one; `make faults FOR=600` goes on for longer.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { whyNoNetworks } from './support/chaos/network.mjs';
import { whyNoPowerCuts } from './support/disk.mjs';
import { faultsFor, report } from './support/minute.mjs';

// Fewer that came to something, or of fewer kinds, say nothing.
const FAULTS = 12;
const KINDS = 10;
const SECONDS = whyNoNetworks() ?? whyNoPowerCuts() ? 60 : 35;
const seed = Number(process.env.CLUB_FAULTS_SEED ?? randomInt(2 ** 31));

test(`${SECONDS} seconds of faults over three instances lose, double and reorder nothing, and moderators are obeyed (seed ${seed})`, async (t) => {
  const result = await faultsFor({ seed, seconds: SECONDS });
  const text = report(result);
  for (const line of text.split('\n').slice(0, 30)) t.diagnostic(line);
  assert.equal(result.violations.length, 0, text);
  assert.ok(result.writes.answered > 100, 'too little was written for this to say anything');
  const came = Object.values(result.faults);
  const total = came.reduce((sum, count) => sum + count, 0);
  assert.ok(total >= FAULTS && came.length >= KINDS, `too little was broken for this to say anything: ${total} faults of ${came.length} kinds`);
  assert.ok(result.acts['posts answered'] > 20 && result.acts.remove > 0, 'too little was moderated for this to say anything');
});
