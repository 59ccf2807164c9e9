// `make faults FOR=600 SEED=7`: faults for so many seconds, and what was found.
//   node tests/cluster/faults.mjs [--for SECONDS] [--seed N] [--instances N] [--without-redis] [--sqlite]
import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { faultsFor, report } from './support/minute.mjs';

const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    instances: { type: 'string', default: '3' },
    'without-redis': { type: 'boolean', default: false },
    sqlite: { type: 'boolean', default: false }, // one instance on one file
  },
});
const seconds = Number(values.for);
const setup = { seed: Number(values.seed), seconds, instances: values.sqlite ? 1 : Number(values.instances) };
if (values.sqlite) Object.assign(setup, { store: 'sqlite', redis: false });
if (values['without-redis']) setup.redis = false;

console.log(`faults for ${seconds} s, seed ${setup.seed}`);
const told = ({ at, kind, which, lasts }) => {
  if (lasts !== undefined) console.log(`${(at / 1000).toFixed(1).padStart(7)} s  ${kind} ${which}, ${(lasts / 1000).toFixed(1)} s`);
};
const result = await faultsFor({ ...setup, told });
console.log(report(result));
process.exit(result.violations.length ? 1 : 0);
