import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/texts.js';

interface AskProps {
  question: string;
  yes: string;
  onYes(): void;
  onNo(): void;
  children?: ComponentChildren;
}

/** A question over the page; Escape is no. The browser keeps the focus inside and gives it back. */
export function Ask({ question, yes, onYes, onNo, children }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    onYes();
  };
  return (
    <dialog ref={dialog} class="ask" aria-label={question} onClose={onNo}>
      <form onSubmit={submit}>
        <p>{question}</p>
        {children}
        <div class="buttons">
          <button class="primary danger">{yes}</button>
          <button type="button" onClick={onNo}>
            {t('action.cancel')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
