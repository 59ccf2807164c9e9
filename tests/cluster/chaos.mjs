// `make chaos FOR=180 SEED=7`: everything breaks, in networks, on disks and with clocks of this program's own, while members
// write and read; afterwards what each was told and answered is held against the store. Takes root; where it cannot be done
// it says why, and ends with 77.
//   node tests/cluster/chaos.mjs [--for SECONDS] [--seed N] [--herd N] [--small] [--prefer KIND …] [--least N] [--report FOLDER] [--logs FOLDER] [--json]
import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespaces, whyNoNetworks } from './support/chaos/network.mjs';
import { whyNoPowerCuts } from './support/disk.mjs';

const CANNOT = 77;
const HOUR_SECONDS = 3600;
const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '180' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    herd: { type: 'string', default: '5000' },
    small: { type: 'boolean', default: false }, // fewer members
    prefer: { type: 'string', multiple: true, default: [] },
    report: { type: 'string' }, // where RESULTS.md and chaos.svg are written
    logs: { type: 'string' },
    least: { type: 'string' }, // of each kind of fault, or it is not good: in an hour thirty, unless some are preferred
    json: { type: 'boolean', default: false },
  },
});
const reason = whyNoNetworks() ?? whyNoPowerCuts();
if (reason) {
  console.error(reason);
  process.exit(CANNOT);
}
await inNamespaces();

const { chaosFor, page } = await import('./support/chaos/chaos.mjs');
const { picture } = await import('./support/chaos/picture.mjs');
const { report } = await import('./support/minute.mjs');
const [seed, seconds, herd] = [values.seed, values.for, values.herd].map(Number);
const least = Number(values.least ?? (seconds >= HOUR_SECONDS && herd && !values.prefer.length ? 30 : 0));
const say = values.json ? () => {} : console.log;
say(`chaos for ${seconds} s, seed ${seed}`);
const told = ({ at, kind, which, lasts, over }) => {
  if (lasts !== undefined && !over) say(`${(at / 1000).toFixed(1).padStart(7)} s  ${kind}${which === undefined ? '' : ` ${which}`}${lasts ? `, ${(lasts / 1000).toFixed(1)} s` : ''}`);
};
const { prefer, logs } = values;
const result = await chaosFor({ seed, seconds, herd, size: values.small ? 'small' : 'whole', prefer, logs, told });
for (const [kind, count] of Object.entries(result.faults)) {
  if (count < least) result.violations.push({ rule: 'each kind of fault is there often enough', text: `${kind}: ${count}` });
}
if (result.writes.answered < seconds) result.violations.push({ rule: 'there is something to look at', text: `${result.writes.answered} writes answered` });
say(report(result));
say(page(result));
if (values.report) {
  const faults = Object.values(result.faults).reduce((sum, count) => sum + count, 0);
  const time = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  const title = `${faults} faults in ${time}: ${result.writes.answered} writes answered, ${result.deliveries} messages told, ${result.violations.length} violations`;
  writeFileSync(join(values.report, 'RESULTS.md'), page(result));
  writeFileSync(join(values.report, 'chaos.svg'), picture(result.timeline, title));
}
// A pipe takes its time.
const text = values.json ? JSON.stringify({ ...result, timeline: undefined }) : '';
process.stdout.write(`${text}\n`, () => process.exit(result.violations.length ? 1 : 0));
