const SHOWN = 4; // of each rule
const SHORT = 400;

/** What is wrong, as it is shown. */
export const short = (value) => JSON.stringify(value).slice(0, SHORT);

/** [{rule, text}] for people: how many there are, then by their rules. */
export function listViolations(violations) {
  const rules = new Map();
  for (const { rule, text } of violations) rules.set(rule, [...(rules.get(rule) ?? []), text]);
  const lines = [`violations: ${violations.length}`];
  for (const [rule, texts] of rules) lines.push(`  ${rule}: ${texts.length}`, ...texts.slice(0, SHOWN).map((text) => `    ${text}`));
  return lines;
}
