import { groupBy } from './sorted.mjs';

const SHOWN = 4; // of each rule
const SHORT = 400;

/** What is wrong, as it is shown. */
export const short = (value) => JSON.stringify(value).slice(0, SHORT);

/** [{rule, text}] for people: how many there are, then by their rules. */
export function listViolations(violations) {
  const lines = [`violations: ${violations.length}`];
  for (const [rule, some] of groupBy(violations, ({ rule }) => rule)) lines.push(`  ${rule}: ${some.length}`, ...some.slice(0, SHOWN).map(({ text }) => `    ${text}`));
  return lines;
}
