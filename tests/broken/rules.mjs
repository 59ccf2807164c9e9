// The rules that a build may break on purpose (include/club/broken.h), and by what each must be found: rules of the checkers
// in tests/cluster/support. `faults` (faults.mjs there) are those that matter for it: they come more often, so that three
// minutes are enough. `power`: under that store the power is cut first, where that can be done (tests/cluster/power.mjs).

const COMPLETE = 'the log has no hole and nothing twice';
const ANSWERED = 'what was answered is there';
const KNOWN = 'a repeated post is known as one';
const CONTIGUOUS = 'a subscription has no hole and nothing twice';
const OBEYED = 'nothing is given two seconds after a ban';

export const rules = {
  gap: { what: "what is missing of a room's log is skipped", faults: ['redis deaf', 'redis reorders'], finds: [CONTIGUOUS] },
  duplicate: { what: 'a client_id that is there is posted once more', faults: ['postgres cut after COMMIT'], finds: [KNOWN] },
  cursor: { what: 'a cursor is off by one after catching up', faults: ['instance stopped'], finds: [CONTIGUOUS] },
  early: { what: 'answered before it is committed', faults: ['postgres cut before COMMIT', 'postgres ends its backends'], finds: [ANSWERED] },
  lock: { what: "a room's entries are numbered without a lock", faults: ['postgres slow'], finds: [COMPLETE] },
  stale: { what: 'a ban is not heard of while the line stands', faults: ['redis deaf'], finds: [OBEYED] },
  async: { what: 'commits are confirmed before they are written', power: 'postgres', faults: ['postgres killed', 'postgres restarted (immediate)'], finds: [ANSWERED] },
};

/** Of those the seeded simulation knows what they are about. */
export const simulated = ['gap', 'duplicate', 'cursor', 'early', 'stale'];
