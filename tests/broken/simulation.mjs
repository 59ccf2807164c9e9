// `make simulation-proves`: the seeded simulation (tests/unit/instance/test_simulation.c) over a build with one rule broken
// fails within so many seeds, and for that reason, for each rule that it can find.
//   node tests/broken/simulation.mjs [RULE …]      of BUILD (build), whose broken builds are there
import { spawnSync } from 'node:child_process';
import { rules, simulated } from './rules.mjs';

const BUILD = process.env.BUILD || 'build';
const SEEDS = 400;
const SERVERS = 3;
const SECONDS = 180;

function proves(name) {
  const began = Date.now();
  const env = { ...process.env, SEEDS: String(SEEDS), SERVERS: String(SERVERS) };
  const { status, stderr } = spawnSync(`${BUILD}/broken/${name}/test_simulation`, { env, encoding: 'utf8', timeout: SECONDS * 1000, maxBuffer: 1 << 28 });
  const seed = /failing seed: SEED=(\d+)/.exec(stderr)?.[1];
  const said = /client -?\d+: (.*)/.exec(stderr)?.[1];
  const found = status !== 0 && seed !== undefined && rules[name].simulated.test(said);
  const otherwise = said ? `; found otherwise: ${said}` : '';
  const how = found ? `found by seed ${seed}: ${said}` : `NOT FOUND by ${SEEDS} seeds${otherwise}`;
  console.log(`${name} (${rules[name].what}): ${how}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (!found && status !== 0) console.log(stderr.slice(-2000));
  return found;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : simulated;
const count = wanted.filter(proves).length;
console.log(`${count} of ${wanted.length} broken rules were found by the simulation`);
process.exit(count === wanted.length ? 0 : 1);
