import { useState } from 'preact/hooks';
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

/** What can be done with a message; drawn for one message at a time, the one that is pointed at or focused. */
export function Toolbar({ room, message, own, moderates, actions }: ToolbarProps) {
  const [picking, setPicking] = useState(false);
  return (
    <div class="toolbar" role="toolbar" aria-label={t('message.actions')}>
      <IconButton icon="react" label={t('message.react')} pressed={picking} onClick={() => setPicking(!picking)} />
      <IconButton icon="reply" label={t('message.reply')} onClick={() => actions.reply(message)} />
      {own ? <IconButton icon="edit" label={t('message.edit')} onClick={() => actions.edit(message)} /> : null}
      {own || room.startsWith('dm.') ? null : (
        <IconButton icon="write" label={t('people.write', { name: message.from.name })} onClick={() => void talkTo(message.from.id)} />
      )}
      {own || moderates ? <IconButton icon="remove" label={t('message.remove')} class="danger" onClick={() => actions.remove(message)} /> : null}
      {picking ? <ReactionPicker room={room} message={message} close={() => setPicking(false)} /> : null}
    </div>
  );
}
