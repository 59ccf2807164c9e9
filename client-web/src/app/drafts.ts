// Words that were typed and not sent, for each member and room, while the page lives.

import { member } from './session.js';

const drafts = new Map<string, string>();

function keyOf(room: string): string {
  return `${member.value?.id ?? ''} ${room}`;
}

export function draftOf(room: string): string {
  return drafts.get(keyOf(room)) ?? '';
}

export function keepDraft(room: string, text: string): void {
  if (text === '') drafts.delete(keyOf(room));
  else drafts.set(keyOf(room), text);
}
