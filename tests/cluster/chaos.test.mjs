// A short time in which everything breaks; `make chaos` does more of it. CLUB_CHAOS_SEED repeats one.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { whyNoNetworks } from './support/chaos/network.mjs';
import { whyNoPowerCuts } from './support/disk.mjs';

const SECONDS = 25;
// Fewer that came to something, or of fewer kinds, are no chaos.
const FAULTS = 10;
const KINDS = 5;
const program = fileURLToPath(new URL('chaos.mjs', import.meta.url));
const seed = process.env.CLUB_CHAOS_SEED ?? String(randomInt(2 ** 31));
const reason = whyNoNetworks() ?? whyNoPowerCuts();
if (reason) console.log(`no chaos: ${reason}`);

test(`nothing answered is lost while networks, disks, clocks and everything else break (seed ${seed})`, { skip: reason ?? false }, async (t) => {
  const words = [program, '--for', String(SECONDS), '--seed', seed, '--small', '--herd', '200', '--json'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { faults, writes, violations } = JSON.parse(await text(child.stdout));
  t.diagnostic(`broken: ${Object.entries(faults).map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  t.diagnostic(`answered ${writes.answered}, unknown ${writes.unknown}, refused ${writes.refused}`);
  assert.deepEqual(violations, []);
  assert.ok(writes.answered > 50, 'too little was written for this to say anything');
  const came = Object.values(faults).filter(Boolean);
  const total = came.reduce((sum, count) => sum + count, 0);
  assert.ok(total >= FAULTS && came.length >= KINDS, `too little was broken for this to say anything: ${total} faults of ${came.length} kinds`);
});
