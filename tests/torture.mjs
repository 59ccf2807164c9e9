// Each single fault under the store, one after the other: `make torture`. For each kind of fault how many were tried and
// what became of the writes; the last line is "N passed, N failed".
//   node tests/torture.mjs PROGRAM …
// Each program runs as often as there are cores, with a share of the places each and a store of its own.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

const ONE_OF = Number(process.env.TORTURE) || 1; // TORTURE=20: of so many places one
const KEPT_LINES = 40;
const SUMMED = /^(?:# )?(\w+): (\d+) of (\d+) faults tried; of the writes (\d+) answered, (\d+) refused, (\d+) unknown/;

/** What the shares of one program came to, told of each kind of fault as soon as all of them have tried theirs. */
class Sums {
  passed = 0;
  failed = 0;
  #found = new Map();

  constructor(shares) {
    this.shares = shares;
  }

  take(name, numbers) {
    const found = [...(this.#found.get(name) ?? []), numbers];
    this.#found.set(name, found);
    if (found.length < this.shares) return;
    const [tried, , answered, refused, unknown] = numbers.map((_, i) => found.reduce((sum, one) => sum + one[i], 0));
    const places = Math.max(...found.map((one) => one[1])); // they differ a little from one run to the next
    const enough = tried > 0 && tried * ONE_OF >= places * 0.9 - ONE_OF;
    if (enough) this.passed++;
    else this.failed++;
    const violations = enough ? '0 violations' : 'TOO FEW';
    console.log(`  ${name.replaceAll('_', ' ')}: ${tried} of ${places} faults tried; of the writes ${answered} answered, ${refused} refused, ${unknown} unknown; ${violations}`);
  }
}

/** One share of a program: how many kinds of faults were not borne. */
async function share(program, which, sums) {
  const child = spawn(program, {
    env: { ...process.env, TORTURE: String(ONE_OF * sums.shares), TORTURE_FIRST: String(ONE_OF * which), CMOCKA_MESSAGE_OUTPUT: 'TAP' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const said = [];
  let failed = 0;
  const keep = (line) => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep); // what the server logs is shown only where something failed
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, name, ...numbers] = SUMMED.exec(line) ?? [];
    if (name) sums.take(name, numbers.map(Number));
    if (/^not ok \d+/.test(line)) failed++;
    if (/^not ok \d+|^# .*(error|!=|range)/.test(line)) console.log(`  ${line}`);
  });
  const status = await ended;
  if (status !== 0 && failed === 0) failed = 1; // it died
  if (failed) console.log(said.join('\n'));
  return failed;
}

async function torture(program) {
  console.log(program);
  const sums = new Sums(availableParallelism());
  const failures = await Promise.all(Array.from({ length: sums.shares }, (_, which) => share(program, which, sums)));
  const failed = failures.reduce((sum, one) => sum + one, sums.failed);
  const untold = sums.passed + failed === 0; // a program of which nothing is heard has shown nothing
  if (untold) console.log(`  ${program} says of no kind of fault what became of it`);
  return { passed: sums.passed, failed: untold ? 1 : failed };
}

const total = { passed: 0, failed: 0 };
for (const program of process.argv.slice(2)) {
  const { passed, failed } = await torture(program);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
