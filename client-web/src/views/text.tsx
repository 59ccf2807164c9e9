// A message's words: links can be followed, mentions stand out, the rest stays as it was written.

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { piecesOf } from './pieces.js';
import type { Piece } from './pieces.js';

interface TextProps {
  text: string;
  /** Whether the server found mentions in it; otherwise an @ is only an @. */
  mentions: boolean;
  login: string;
}

function pieceView(piece: Piece, key: number, { mentions, login }: TextProps): ComponentChildren {
  if (piece.kind === 'link') {
    return (
      <a key={key} href={piece.href} dir="auto" target="_blank" rel="noopener noreferrer">
        {piece.text}
      </a>
    );
  }
  if (piece.kind !== 'mention' || !mentions) return piece.text;
  const self = piece.text.slice(1).toLowerCase() === login;
  return (
    <mark key={key} class={self ? 'mention self' : 'mention'}>
      {piece.text}
    </mark>
  );
}

export function Text(props: TextProps) {
  const pieces = useMemo(() => piecesOf(props.text), [props.text]);
  return <span class="text">{pieces.map((piece, key) => pieceView(piece, key, props))}</span>;
}
