// The rules that a build may break on purpose (include/club/broken.h), and by what each must be found: rules of the checkers
// in tests/cluster/support. `faults` (faults.mjs there) are those that matter for it: they come more often, so that three
// minutes are enough. `power`: under that store the power is cut first, where that can be done (tests/cluster/power.mjs).
// `simulated`: what the seeded simulation says of it, where it can tell. A line each: broken.mk takes their names from here.

const COMPLETE = 'the log has no hole and nothing twice';
const ANSWERED = 'what was answered is there';
const KNOWN = 'a repeated post is known as one';
const CONTIGUOUS = 'a subscription has no hole and nothing twice';
const OBEYED = 'nothing is given two seconds after a ban';

export const rules = {
  gap: { what: "what is missing of a room's log is skipped", faults: ['redis deaf', 'redis reorders'], finds: [CONTIGUOUS], simulated: /^a hole/ },
  duplicate: { what: 'a client_id that is there is posted once more', faults: ['postgres cut after COMMIT', 'postgres cut before its answer to COMMIT'], finds: [KNOWN], simulated: /^the store knows a post otherwise|^a post is there twice/ },
  cursor: { what: 'a cursor is off by one after catching up', faults: ['instance stopped'], finds: [CONTIGUOUS], simulated: /^a hole/ },
  early: { what: 'answered before it is committed', faults: ['postgres cut before COMMIT', 'postgres ends its backends'], finds: [ANSWERED], simulated: /^an answered post is not there/ },
  lock: { what: "a room's entries are numbered without a lock", faults: ['postgres slow'], finds: [COMPLETE] },
  stale: { what: 'a ban is not heard of while the line stands', faults: ['redis deaf'], finds: [OBEYED], simulated: /^not told what was done|^delivered to one who is kept out/ },
  async: { what: 'commits are confirmed before they are written', power: 'postgres', faults: ['postgres killed', 'postgres restarted (immediate)'], finds: [ANSWERED] },
};

export const simulated = Object.keys(rules).filter((name) => rules[name].simulated);
