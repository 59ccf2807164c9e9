// Links and mentions in a message's words.

export interface Piece {
  kind: 'words' | 'link' | 'mention';
  text: string;
}

const LINK = /https?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef\p{Script=Han}]+/u;
const MENTION = /(?<![\p{L}\p{N}._-])@[a-z0-9][a-z0-9._-]{0,31}/iu;
const PIECES = new RegExp(`(?<link>${LINK.source})|(?<mention>${MENTION.source})`, 'giu');

/** Punctuation that ends the sentence is no part of the link. */
function linkEnd(link: string): string {
  const cut = link.replace(/[.,;:!?…]+$/u, '');
  return cut.endsWith(')') && !cut.includes('(') ? cut.slice(0, -1) : cut;
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECES)) {
    const isLink = match.groups?.['link'] !== undefined;
    const found = isLink ? linkEnd(match[0]) : match[0].replace(/[.-]+$/u, '');
    if (match.index > from) pieces.push({ kind: 'words', text: text.slice(from, match.index) });
    pieces.push({ kind: isLink ? 'link' : 'mention', text: found });
    from = match.index + found.length;
  }
  if (from < text.length) pieces.push({ kind: 'words', text: text.slice(from) });
  return pieces;
}
