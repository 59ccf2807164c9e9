import { useState } from 'preact/hooks';
import { club } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Message } from '../state/message.js';
import { EmojiDialog } from './emoji-dialog.js';

const COMMON = ['👍', '🤝', '🎉', '❤️', '😄', '🙏', '👀', '✅'];

function toggle(room: string, message: Message, emoji: string): void {
  const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
  club().act(room, message.seq, { kind: 'react', emoji, on: !mine });
}

interface ReactionsProps {
  room: string;
  message: Message;
  /** Only the message that one is at is walked through with the tabulator. */
  active: boolean;
}

export function Reactions({ room, message, active }: ReactionsProps) {
  if (message.reactions.length === 0) return null;
  return (
    <div class="reactions" role="group" aria-label={t('reactions.label')}>
      {message.reactions.map(({ emoji, count, mine }) => (
        <button
          key={emoji}
          type="button"
          class="reaction"
          aria-pressed={mine}
          tabIndex={active ? 0 : -1}
          onClick={() => toggle(room, message, emoji)}
          aria-label={t('reactions.count', { emoji, count })}
        >
          <span aria-hidden="true">{emoji}</span> <span aria-hidden="true">{count}</span>
        </button>
      ))}
    </div>
  );
}

interface PickerProps {
  room: string;
  message: Message;
  up: boolean;
  close(): void;
}

/** A few that fit business, and all others where they are asked for. */
export function ReactionPicker({ room, message, up, close }: PickerProps) {
  const [all, setAll] = useState(false);
  const pick = (emoji: string): void => {
    toggle(room, message, emoji);
    close();
  };
  return (
    <div class={up ? 'picker up' : 'picker'} role="group" aria-label={t('reactions.pick')}>
      <div class="picker-common">
        {COMMON.map((emoji) => (
          <button key={emoji} type="button" class="emoji" aria-label={emoji} onClick={() => pick(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      <button type="button" onClick={() => setAll(true)}>
        {t('reactions.other')}
      </button>
      {all ? <EmojiDialog label={t('reactions.pick')} pick={pick} close={() => setAll(false)} /> : null}
    </div>
  );
}
