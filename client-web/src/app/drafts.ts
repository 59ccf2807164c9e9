// Words that were typed and not sent, for each room, while the page lives.

const drafts = new Map<string, string>();

export function draftOf(room: string): string {
  return drafts.get(room) ?? '';
}

export function keepDraft(room: string, text: string): void {
  if (text === '') drafts.delete(room);
  else drafts.set(room, text);
}
