// `make chaos-proves`: chaos over three instances of a build with one rule broken, until the checker finds it, for each of the
// rules; before them over the ordinary build with the same faults, where it must find nothing. Where there can be no chaos (it
// takes root) it is the faults that one machine has without it.
//   node tests/broken/faults.mjs [--seed N] [--short] [RULE …]      of BUILD (build), whose broken builds are there; all rules,
// or those. `--short`: by the faults of one machine alone, and not over the ordinary build, as `make test` does otherwise.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { whyNoNetworks } from '../cluster/support/chaos/network.mjs';
import { whyNoPowerCuts } from '../cluster/support/disk.mjs';
import { rules } from './rules.mjs';

const BUILD = process.env.BUILD || 'build';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: String(randomInt(2 ** 30)) }, short: { type: 'boolean', default: false } },
});
const wanted = positionals.length ? positionals : Object.keys(rules);

const ROUND_SECONDS = values.short ? 8 : 20; // of faults; then all is healed, and looked at
const SOUND_SECONDS = 60; // the same over the ordinary build
const RULE_SECONDS = 180;
const WHOLE_SECONDS = 45; // of a round on a machine that does nothing else: none begins later than so long before the end
const ENDS_MS = 10_000;
const CUTS = 10;
const WHY_NOT = values.short ? 'in short' : (whyNoNetworks() ?? whyNoPowerCuts());
const PROGRAM = WHY_NOT ? ['tests/cluster/faults.mjs'] : ['tests/cluster/chaos.mjs', '--small', '--herd', '0'];
const CANNOT = 77; // power.mjs: no power can be cut here
const STUCK_SECONDS = 240; // a round that does not end

const seconds = (since) => Math.round((Date.now() - since) / 1000);

let running; // the child of the present round

/** It takes down what it set up, or else its group is ended. */
function end(child) {
  child.kill('SIGTERM');
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), ENDS_MS);
  child.once('close', () => clearTimeout(timer));
}

/** A program of tests/cluster over that clubd, until its end: {status, output, errors}. */
function carryOut(clubd, words) {
  // A group of its own, so that what it started can be ended with it.
  const child = spawn(process.execPath, words, { env: { ...process.env, CLUBD: clubd }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running = child;
  const timer = setTimeout(() => end(child), STUCK_SECONDS * 1000);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  return new Promise((done) =>
    child.once('close', (status) => {
      clearTimeout(timer);
      running = undefined;
      done({ status, output, errors });
    }),
  );
}

/** One round: {violations: [{rule, text}], …}, or {failed: what it said}. */
async function round(clubd, seed, prefer, lasts = ROUND_SECONDS) {
  const kinds = prefer.flatMap((kind) => ['--prefer', kind]);
  const { output, errors } = await carryOut(clubd, [...PROGRAM, '--for', String(lasts), '--seed', String(seed), '--json', ...kinds]);
  try {
    return JSON.parse(output);
  } catch {
    return { failed: `${errors}${output}`.slice(-2000), violations: [] };
  }
}

/** Power cuts under that store: {sound}, and what was printed of violations, a line each. */
async function cutPower(clubd, seed, store) {
  const { status, output, errors } = await carryOut(clubd, ['tests/cluster/power.mjs', '--store', store, '--cuts', String(CUTS), '--seed', String(seed)]);
  if (status === CANNOT) console.log(`  ${errors.trim()} Processes are killed instead.`);
  else if (status !== 0 && status !== 1) console.log(`  power cuts failed:\n${errors}${output}`.slice(-2000));
  const lines = output.split('\n');
  const at = lines.findIndex((line) => /^ *violations: /.test(line));
  return { sound: status === 0 || status === CANNOT, lost: status === 1 && at >= 0 ? lines.slice(at) : [] };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (!running) process.exit(1);
    end(running);
    running.once('close', () => process.exit(1));
  });
}

const all = (violations) => [...new Set(violations.map(({ rule }) => rule))].join('; ') || 'nothing';

/** With all that breaks for the rules that are to be found. */
async function provesSound(seed, names) {
  const began = Date.now();
  const clubd = `${BUILD}/clubd`;
  const prefer = [...new Set(names.flatMap((name) => rules[name].faults))];
  const { violations, failed } = await round(clubd, seed, prefer, SOUND_SECONDS);
  if (failed) console.log(`nothing broken, seed ${seed}: the round failed:\n${failed}`);
  else console.log(`nothing broken, seed ${seed}, ${seconds(began)} s: ${violations.length} violations`);
  for (const { rule, text } of violations.slice(0, 5)) console.log(`  ${rule}: ${text}`);
  const stores = new Set(names.map((name) => rules[name].power).filter(Boolean));
  let sound = !failed && !violations.length;
  for (const store of stores) {
    const cuts = await cutPower(clubd, seed, store);
    for (const line of cuts.lost.slice(0, 6)) console.log(`  ${line}`);
    sound &&= cuts.sound;
  }
  return sound;
}

async function proves(name, first) {
  const { what, finds, faults, power } = rules[name];
  const clubd = `${BUILD}/broken/${name}/clubd`;
  const began = Date.now();
  const lost = power && !values.short && (await cutPower(clubd, first, power)).lost.find((line) => finds.some((rule) => line.includes(rule)));
  if (lost && seconds(began) <= RULE_SECONDS) {
    console.log(`${name} (${what}): found after ${seconds(began)} s by power cuts, seed ${first}\n  ${lost.trim()}`);
    return true;
  }
  for (let seed = first; seconds(began) + WHOLE_SECONDS <= RULE_SECONDS; seed++) {
    const { violations, failed } = await round(clubd, seed, faults);
    const found = violations.filter(({ rule }) => finds.includes(rule));
    if (found.length && seconds(began) <= RULE_SECONDS) {
      console.log(`${name} (${what}): found after ${seconds(began)} s, seed ${seed}, ${found.length} times`);
      console.log(`  ${found[0].rule}: ${found[0].text}`);
      return true;
    }
    if (failed) console.log(`${name}, seed ${seed}: the round failed:\n${failed}`);
    else console.log(`${name}, seed ${seed}: not yet after ${seconds(began)} s; found otherwise: ${all(violations)}`);
  }
  console.log(`${name} (${what}): NOT FOUND within ${seconds(began)} s`);
  return false;
}

if (WHY_NOT) console.log(`no chaos (${WHY_NOT}): fewer kinds of faults, on one machine`);
for (const name of wanted) if (!rules[name]) throw new Error(`there is no rule ${name}`);
const seed = Number(values.seed);
const sound = values.short || (await provesSound(seed, wanted));
let count = 0;
for (const name of wanted) count += Number(await proves(name, seed));
console.log(`${count} of ${wanted.length} broken rules were found${sound ? '' : '; THE ORDINARY BUILD IS NOT SOUND'}`);
process.exit(sound && count === wanted.length ? 0 : 1);
