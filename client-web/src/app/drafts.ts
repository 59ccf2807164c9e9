// Words that were typed and not sent, for each room; kept like what was sent and not answered.

import { club } from './session.js';

export function draftOf(room: string): string {
  return club().draft(room);
}

export function keepDraft(room: string, text: string): void {
  club().keepDraft(room, text);
}
