// `make power CUTS=200 STORE=both SEED=7`: the power of the disk under the store is cut so many times, and what was found.
//   node tests/cluster/power.mjs [--cuts N] [--store sqlite|postgres|both] [--seed N] [--break async|fsync]
// Ends with 0 when nothing answered was lost, 1 when something was, 77 where no power can be cut (not root, no loop device).
import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { NoPowerCuts, breaks, cutPower, kinds, report } from './support/power.mjs';

const CANNOT = 77;
const TOLD_EACH = 20;

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '200' },
    store: { type: 'string', default: 'both' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    break: { type: 'string' },
  },
});
const stores = values.store === 'both' ? Object.keys(kinds) : [values.store];
const [cuts, seed] = [Number(values.cuts), Number(values.seed)];
if (!stores.every((store) => kinds[store]) || !(cuts > 0) || !(seed >= 0) || (values.break && !breaks.includes(values.break))) {
  console.error(`--store ${Object.keys(kinds).join('|')}|both, --break ${breaks.join('|')}, numbers for --cuts and --seed`);
  process.exit(2);
}
// What is mounted is taken down when this process ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

let violations = 0;
for (const store of stores) {
  console.log(`${cuts} power cuts under ${store}, seed ${seed}`);
  try {
    const told = ({ cut }) => cut % TOLD_EACH === 0 && console.log(`  ${cut}`);
    const result = await cutPower({ seed, cuts, store, breaks: values.break, told });
    console.log(report(result));
    violations += result.violations.length;
  } catch (error) {
    if (!(error instanceof NoPowerCuts)) throw error;
    console.error(`No power can be cut here: ${error.message}`);
    process.exit(CANNOT);
  }
}
process.exit(violations ? 1 : 0);
