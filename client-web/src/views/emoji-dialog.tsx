import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/texts.js';
import { Later } from './later.js';
import { IconButton } from './parts.js';

const loadAll = async () => (await import('./emoji.js')).AllEmoji;

interface EmojiDialogProps {
  label: string;
  pick(emoji: string): void;
  close(): void;
}

/** All emoji over the page; Escape, and a tap beside it, is none of them. */
export function EmojiDialog({ label, pick, close }: EmojiDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const beside = (event: Event): void => {
    if (event.target === dialog.current) close();
  };
  /** The dialog goes first: beneath it nothing can take the focus. */
  const chosen = (emoji: string): void => {
    dialog.current?.close();
    pick(emoji);
  };
  return (
    <dialog ref={dialog} class="emoji-dialog" aria-label={label} onClose={close} onPointerDown={beside}>
      <div class="emoji-dialog-inside">
        <header>
          <h2>{label}</h2>
          <IconButton icon="close" label={t('action.close')} onClick={close} />
        </header>
        <Later load={loadAll} props={{ pick: chosen }} />
      </div>
    </dialog>
  );
}
