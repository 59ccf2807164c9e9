import { useState } from 'preact/hooks';
import { club, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Message } from '../state/message.js';
import { Ask } from './ask.js';
import { ReasonField } from './form.js';

interface RemoveQuestionProps {
  room: string;
  message: Message;
  close(): void;
}

/** Whoever removes another's message may say why. */
export function RemoveQuestion({ room, message, close }: RemoveQuestionProps) {
  const [reason, setReason] = useState('');
  const own = message.from.id === state.value.me.id;
  const remove = (): void => {
    club().act(room, message.seq, { kind: 'remove', reason: reason.trim() === '' ? null : reason.trim() });
    close();
  };
  const question = own ? t('remove.own') : t('remove.other', { name: message.from.name });
  return (
    <Ask question={question} yes={t('message.remove')} onYes={remove} onNo={close}>
      <blockquote class="quoted" dir="auto">
        {message.text}
      </blockquote>
      {own ? null : <ReasonField value={reason} set={setReason} />}
    </Ask>
  );
}
