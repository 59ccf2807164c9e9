// `make faults FOR=600 SEED=7`: faults for so many seconds, and what was found.
//   node tests/cluster/faults.mjs [--for SECONDS] [--seed N] [--instances N] [--without-redis] [--sqlite] [--json] [--prefer KIND …]
import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { faultsFor, report } from './support/minute.mjs';

const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    instances: { type: 'string', default: '3' },
    'without-redis': { type: 'boolean', default: false },
    prefer: { type: 'string', multiple: true, default: [] }, // faults that come more often
    json: { type: 'boolean', default: false }, // the result, and nothing else
    sqlite: { type: 'boolean', default: false }, // one instance on one file
  },
});
// Instances that are stopped or serve are ended with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
const seconds = Number(values.for);
const setup = { seed: Number(values.seed), seconds, prefer: values.prefer, instances: values.sqlite ? 1 : Number(values.instances) };
if (values.sqlite) Object.assign(setup, { store: 'sqlite', redis: false });
if (values['without-redis']) setup.redis = false;

if (!values.json) console.log(`faults for ${seconds} s, seed ${setup.seed}`);
const told = ({ at, kind, which, lasts }) => {
  if (lasts !== undefined && !values.json) console.log(`${(at / 1000).toFixed(1).padStart(7)} s  ${kind} ${which}, ${(lasts / 1000).toFixed(1)} s`);
};
const result = await faultsFor({ ...setup, told });
// A pipe takes its time.
const text = values.json ? JSON.stringify(result) : report(result);
process.stdout.write(`${text}\n`, () => process.exit(result.violations.length ? 1 : 0));
