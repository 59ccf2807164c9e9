// Whether what the reader came for is in front of them, and the club answers: what can wait until then does.

import { computed } from '@preact/signals';
import { route } from './route.js';
import { clubState, screen } from './session.js';

/** In the club: the room that the address names was answered, and so was the list of rooms. */
function inClub(): boolean {
  const state = clubState.value;
  if (state === null || state.line.at !== 'open' || !state.roomsKnown) return false;
  const at = route.value;
  return at.page !== 'room' || state.opened.get(at.room)?.stage !== 'joining';
}

export const settled = computed((): boolean => {
  const { at } = screen.value;
  return at === 'login' || at === 'invited' || (at === 'club' && inClub());
});
