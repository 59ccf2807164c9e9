import { piecesOf } from '../src/views/pieces.js';

/** The pieces of a text, marked so that they can be compared at a glance. */
export function linkedPieces(text: string): string[] {
  return piecesOf(text).map((piece) => {
    if (piece.kind === 'link') return `<${piece.text}>`;
    return piece.kind === 'mention' ? `@[${piece.text.slice(1)}]` : piece.text;
  });
}
