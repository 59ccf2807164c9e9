// Reporting somebody's message: over the page, loaded when it is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import { REASONS, writeReason } from '../app/reports.js';
import { club } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Message } from '../state/message.js';
import { textOf, useSubmit } from './form.js';
import { Problem } from './parts.js';

export interface ReportProps {
  room: string;
  message: Message;
  close(): void;
}

export function ReportQuestion({ room, message, close }: ReportProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useRef(club().reports.newId());
  const [why, setWhy] = useState<(typeof REASONS)[number]>('spam');
  useEffect(() => dialog.current?.showModal(), []);
  const { reason, busy, submit } = useSubmit(async (data) => {
    await club().reports.send(id.current, room, message.seq, writeReason(why, textOf(data, 'words')));
    close();
  });
  return (
    <dialog ref={dialog} class="ask moderate" aria-labelledby="report-heading" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="report-heading" dir="auto">
          {t('report.heading', { name: message.from.name })}
        </h2>
        <blockquote class="quoted" dir="auto">
          {message.text}
        </blockquote>
        <fieldset class="choices">
          <legend>{t('report.why')}</legend>
          {REASONS.map((each) => (
            <label key={each} class="check">
              <input type="radio" name="why" value={each} checked={why === each} onChange={() => setWhy(each)} />
              {t(`report.reason.${each}`)}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>
            {t('report.words')} {why === 'other' ? null : <span class="optional">{t('field.optional')}</span>}
          </span>
          <input name="words" maxLength={400} required={why === 'other'} dir="auto" />
        </label>
        <p class="hint">{t('report.who_sees')}</p>
        <Problem reason={reason} />
        <div class="buttons">
          <button class="primary" disabled={busy}>
            {t('report.send')}
          </button>
          <button type="button" onClick={close}>
            {t('action.cancel')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
