// Links and mentions in a message's words.

import { LinkifyIt } from 'linkify-it';

export interface Piece {
  kind: 'words' | 'link' | 'mention';
  text: string;
  /** Where a link leads. */
  href?: string;
}

const MENTION = /(?<![\p{L}\p{N}._-])@[a-z0-9][a-z0-9._-]{0,31}/giu;
/** Chinese and Japanese are written without spaces, so that a link ends where they begin. */
const TOUCHING = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]+/u;
/** Quotation marks and punctuation that close around a link or after it. */
const CLOSING = /[.,;:!?…،؛؟۔»”’›"']+$/u;

const finder = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: false });
finder.add('ftp:', null).add('//', null);

interface Link {
  index: number;
  text: string;
  href: string;
}

function linkOf(index: number, raw: string, url: string, schema: string): Link {
  const text = raw.replace(CLOSING, '');
  const href = url.slice(0, url.length - (raw.length - text.length));
  return { index, text, href: schema === '' ? href.replace(/^http:/u, 'https:') : href };
}

/** Links of a stretch without Chinese that begins at `from`. */
function linksIn(stretch: string, from: number): Link[] {
  const found = finder.match(stretch) ?? [];
  return found.map(({ index, raw, url, schema }) => linkOf(from + index, raw, url, schema));
}

function linksOf(text: string): Link[] {
  const links: Link[] = [];
  let from = 0;
  for (const stretch of text.split(new RegExp(`(${TOUCHING.source})`, 'u'))) {
    if (!TOUCHING.test(stretch)) links.push(...linksIn(stretch, from));
    from += stretch.length;
  }
  return links;
}

function mentionsIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(MENTION)) {
    const found = match[0].replace(/[.-]+$/u, '');
    if (match.index > from) pieces.push({ kind: 'words', text: text.slice(from, match.index) });
    pieces.push({ kind: 'mention', text: found });
    from = match.index + found.length;
  }
  if (from < text.length) pieces.push({ kind: 'words', text: text.slice(from) });
  return pieces;
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { index, text: link, href } of linksOf(text)) {
    pieces.push(...mentionsIn(text.slice(from, index)), { kind: 'link', text: link, href });
    from = index + link.length;
  }
  return [...pieces, ...mentionsIn(text.slice(from))];
}
