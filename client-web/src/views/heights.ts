// How high a row will be, before it was drawn: close enough that the scroll bar does not jump much.

import type { Row } from '../state/timeline.js';

const DAY = 58;
const NEW_LINE = 36;
const NOTE = 40;
const BUBBLE = 40;
const SENDER = 26;
const QUOTE = 54;
const REACTIONS = 34;
const LINE = 24;
/** Pixels of a Latin letter; Chinese characters are twice as wide. */
const LETTER = 8;
/** What stands beside the words: the edges of the page, of the bubble, the face. */
const BESIDE = 100;
const WIDEST = 600;

function linesOf(text: string, width: number): number {
  const letters = Math.max(10, Math.min(WIDEST, width - BESIDE) / LETTER);
  let lines = 0;
  for (const line of text.split('\n')) {
    const wide = line.match(/[\u2e80-\uffef]/g)?.length ?? 0;
    lines += Math.max(1, Math.ceil((line.length + wide) / letters));
  }
  return lines;
}

export function estimatedHeight(row: Row | undefined, width: number): number {
  if (row === undefined) return BUBBLE;
  if (row.kind === 'day') return DAY;
  if (row.kind === 'new') return NEW_LINE;
  if (row.kind === 'note') return NOTE;
  const lead = row.follows ? 0 : SENDER;
  const text = row.kind === 'post' ? row.post.text : row.message.text;
  const height = BUBBLE + lead + (linesOf(text, width) - 1) * LINE;
  if (row.kind === 'post') return height;
  const { replyTo, removed, reactions } = row.message;
  return height + (replyTo !== null && !removed ? QUOTE : 0) + (reactions.length > 0 ? REACTIONS : 0);
}
