// Reporting somebody's message: over the page, loaded when it is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import { REASONS, writeReason } from '../app/reports.js';
import { club, problemOf } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Message } from '../state/message.js';
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
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget as HTMLFormElement).get('words') ?? '').trim();
    setBusy(true);
    setProblem(null);
    try {
      await club().reports.send(id.current, room, message.seq, writeReason(why, words));
      close();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="ask moderate" aria-labelledby="report-heading" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
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
        <Problem reason={problem} />
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
