// The part of a text in which words were found, those marked.

export interface Piece {
  text: string;
  found: boolean;
}

/** Characters before the first word that was found, and in all. */
const BEFORE = 60;
const MOST = 260;

/** `found`: the first character of each word and how many, in order, as the server counts them: code points. */
export function snippetOf(text: string, found: readonly (readonly number[])[]): Piece[] {
  const characters = [...text];
  const first = found[0]?.[0] ?? 0;
  const from = characters.length <= MOST || first <= BEFORE ? 0 : wordStart(characters, first - BEFORE, first);
  const until = Math.min(characters.length, from + MOST);
  const pieces: Piece[] = [];
  const add = (begin: number, end: number, marked: boolean): void => {
    const part = characters.slice(Math.max(begin, from), Math.min(end, until)).join('');
    if (part !== '') pieces.push({ text: part, found: marked });
  };
  let at = from;
  for (const [begin = 0, count = 0] of found) {
    if (begin >= until || begin < at) continue;
    add(at, begin, false);
    add(begin, begin + count, true);
    at = begin + count;
  }
  add(at, until, false);
  if (from > 0) pieces.unshift({ text: '… ', found: false });
  if (until < characters.length) pieces.push({ text: ' …', found: false });
  return pieces;
}

/** The first beginning of a word from `at` on, where there is one before `limit`. */
function wordStart(characters: readonly string[], at: number, limit: number): number {
  for (let index = at; index < limit; index += 1) if (/\s/.test(characters[index] ?? '')) return index + 1;
  return at;
}
