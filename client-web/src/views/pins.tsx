// The message that was pinned last, above a room's log.

import { useEffect } from 'preact/hooks';
import { aboutHref } from '../app/address.js';
import { club, state } from '../app/session.js';
import { t } from '../app/texts.js';
import { findMessage } from '../state/log.js';
import { Icon } from './icons.js';

/** Fetches those of these messages that are not here, as soon as there is a line. */
export function useQuoted(id: string, seqs: readonly number[]): void {
  const { line, logs } = state.value;
  const open = line.at === 'open' && logs.has(id);
  useEffect(() => {
    if (open) for (const seq of seqs) void club().quote(id, seq);
  }, [open, seqs.join(' ')]);
}

export function Pins({ id, show }: { id: string; show(seq: number): void }) {
  const pinned = state.value.rooms.get(id)?.pinned ?? [];
  const log = state.value.logs.get(id);
  const newest = pinned[0];
  const message = log === undefined || newest === undefined ? undefined : findMessage(log, newest);
  useQuoted(id, pinned.slice(0, 1));
  if (newest === undefined || message === null || message?.removed === true) return null;
  return (
    <div class="pins" data-testid="pins">
      <button type="button" class="pin" onClick={() => show(newest)}>
        <Icon name="pin" />
        <span class="visually-hidden">{t('pins.label')}</span>
        <strong dir="auto">{message?.from.name ?? ''}</strong>
        <span class="pin-text" dir="auto">
          {message?.text ?? t('quote.loading')}
        </span>
      </button>
      {pinned.length > 1 ? <a href={aboutHref(id)}>{t('pins.more', { count: pinned.length - 1 })}</a> : null}
    </div>
  );
}
