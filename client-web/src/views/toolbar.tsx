import { useEffect, useRef, useState } from 'preact/hooks';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Message } from '../state/message.js';
import type { RowActions } from './message.js';
import { IconButton } from './parts.js';
import { talkTo } from './people.js';
import { ReactionPicker } from './reactions.js';

interface ToolbarProps {
  room: string;
  message: Message;
  own: boolean;
  moderates: boolean;
  actions: RowActions;
}

const PICKER_HEIGHT = 200;

/** The picker opens to where the log has room for it. */
function roomFor(toolbar: HTMLElement | null): 'up' | 'down' {
  const log = toolbar?.closest('[role="log"]');
  if (toolbar === null || log === null || log === undefined) return 'down';
  return log.getBoundingClientRect().bottom - toolbar.getBoundingClientRect().bottom < PICKER_HEIGHT ? 'up' : 'down';
}

/** What can be done with a message; drawn for one message at a time, the one that is pointed at or focused. */
export function Toolbar({ room, message, own, moderates, actions }: ToolbarProps) {
  const [picking, setPicking] = useState<'no' | 'up' | 'down'>('no');
  const toolbar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (picking === 'no') return undefined;
    const elsewhere = (event: Event): void => {
      if (event.target instanceof Node && toolbar.current?.contains(event.target) !== true) setPicking('no');
    };
    document.addEventListener('pointerdown', elsewhere);
    return () => document.removeEventListener('pointerdown', elsewhere);
  }, [picking]);
  /** The focus was in what closes. */
  const backToToolbar = (): void => {
    setPicking('no');
    toolbar.current?.querySelector('button')?.focus();
  };
  const pick = (): void => setPicking(picking === 'no' ? roomFor(toolbar.current) : 'no');
  return (
    <div
      ref={toolbar}
      class="toolbar"
      role="toolbar"
      aria-label={t('message.actions')}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && picking !== 'no') backToToolbar();
      }}
    >
      <IconButton icon="react" label={t('message.react')} pressed={picking !== 'no'} onClick={pick} />
      <IconButton icon="reply" label={t('message.reply')} onClick={() => actions.reply(message)} />
      {own ? <IconButton icon="edit" label={t('message.edit')} onClick={() => actions.edit(message)} /> : null}
      {own || room.startsWith('dm.') ? null : (
        <IconButton
          icon="write"
          label={t('people.write', { name: message.from.name })}
          onClick={() => void talkTo(message.from.id)}
        />
      )}
      {own || moderates ? null : (
        <IconButton
          icon="report"
          label={t('report.label', { name: message.from.name })}
          onClick={() => actions.report(message)}
        />
      )}
      {moderates ? <PinButton room={room} message={message} /> : null}
      {moderates && !own ? (
        <IconButton
          icon="shield"
          label={t('moderate.label', { name: message.from.name })}
          onClick={() => actions.moderate(message)}
        />
      ) : null}
      {own || moderates ? (
        <IconButton icon="remove" label={t('message.remove')} class="danger" onClick={() => actions.remove(message)} />
      ) : null}
      {picking === 'no' ? null : (
        <ReactionPicker room={room} message={message} up={picking === 'up'} close={backToToolbar} />
      )}
    </div>
  );
}

function PinButton({ room, message }: { room: string; message: Message }) {
  const pinned = state.value.rooms.get(room)?.pinned?.includes(message.seq) === true;
  const turn = (): void => void orTell('moderate', club().moderation.pin(room, message.seq, !pinned));
  return (
    <IconButton icon="pin" label={t(pinned ? 'moderate.unpin' : 'moderate.pin')} pressed={pinned} onClick={turn} />
  );
}
