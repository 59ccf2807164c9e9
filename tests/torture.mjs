// Each single fault under the store, one after the other: `make torture`. For each kind of fault how many were tried and
// what became of the writes; the last line is "N passed, N failed".
//   node tests/torture.mjs PROGRAM …
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const KEPT_LINES = 40;

let passed = 0;
let failed = 0;

/** Shows what a kind of fault came to as soon as it is known; what the server logs only where something failed. */
async function torture(program) {
  console.log(program);
  const child = spawn(program, {
    env: { TORTURE: 'all', ...process.env, CMOCKA_MESSAGE_OUTPUT: 'TAP' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const said = [];
  let failures = 0;
  const keep = (line) => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/faults tried/.test(line)) console.log(`  ${line.replace(/^# /, '').replaceAll('_', ' ')}`);
    if (/^ok \d+/.test(line)) passed++;
    if (/^not ok \d+/.test(line)) failures++;
    if (/^not ok \d+|^# .*(error|!=|range)/.test(line)) console.log(`  ${line}`);
  });
  const status = await ended;
  if (status !== 0 && failures === 0) failures = 1; // it died
  if (failures) console.log(said.join('\n'));
  failed += failures;
}

for (const program of process.argv.slice(2)) await torture(program);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
