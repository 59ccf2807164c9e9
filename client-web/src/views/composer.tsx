import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { draftOf, keepDraft } from '../app/drafts.js';
import { club } from '../app/session.js';
import { durationText, momentText, sentencesText, t } from '../app/texts.js';
import type { Room } from '../protocol/types.js';
import type { Message } from '../state/message.js';
import { EmojiDialog } from './emoji-dialog.js';
import { Icon } from './icons.js';
import { IconButton } from './parts.js';

export type Mode = { kind: 'new' } | { kind: 'reply'; message: Message } | { kind: 'edit'; message: Message };

interface ComposerProps {
  id: string;
  mode: Mode;
  locked: boolean;
  muted: Room['muted'];
  /** Seconds between posts; 0: none. */
  slow: number;
  stop(): void;
  editLast(): void;
  posted(): void;
}

/** How near the limit the count of what is left is shown. */
const COUNT_FROM = 200;

function lengthOf(text: string): number {
  return [...text].length;
}

function useGrowing(text: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  return area;
}

export function Composer(props: ComposerProps) {
  const { id, mode, stop } = props;
  const [draft, setDraft] = useState(() => draftOf(id));
  const [edited, setEdited] = useState('');
  const text = mode.kind === 'edit' ? edited : draft;
  const area = useGrowing(text);
  const change = (next: string): void => {
    if (mode.kind === 'edit') setEdited(next);
    else {
      setDraft(next);
      keepDraft(id, next);
      if (next.trim() !== '') club().typing(id);
    }
  };
  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);
  // Before anything can be typed, or what was typed first would be overwritten.
  useLayoutEffect(() => {
    if (mode.kind === 'edit') setEdited(mode.message.text);
    if (mode.kind !== 'new') area.current?.focus();
  }, [mode]);
  const left = club().textLimit - lengthOf(text);
  const ready = text.trim() !== '' && left >= 0;
  const send = (): void => {
    if (!ready) return;
    if (submit(props, text)) {
      if (mode.kind !== 'edit') change('');
      stop();
    }
    area.current?.focus();
  };
  return (
    <form
      class="composer"
      aria-label={t('composer.label')}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ModeStrip mode={mode} stop={stop} />
      <Limits {...props} />
      <div class="composer-row">
        <EmojiButton area={area} change={change} />
        <textarea
          ref={area}
          rows={1}
          value={text}
          dir="auto"
          aria-label={t('composer.text')}
          enterkeyhint="send"
          placeholder={t('composer.text')}
          aria-describedby={left < COUNT_FROM ? 'text-left' : undefined}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => keyPressed(event, props, text, send)}
        />
        <button
          class="primary send"
          aria-label={t(mode.kind === 'edit' ? 'composer.save' : 'composer.send')}
          aria-disabled={!ready}
        >
          <Icon name={mode.kind === 'edit' ? 'check' : 'send'} />
        </button>
      </div>
      {left < COUNT_FROM ? (
        <p id="text-left" class={left < 0 ? 'left over' : 'left'}>
          {t('composer.left', { count: left })}
        </p>
      ) : null}
    </form>
  );
}

/** What keeps the member from writing as usual. */
function Limits({ locked, muted, slow }: ComposerProps) {
  const texts: string[] = [];
  if (muted !== undefined) {
    texts.push(t('composer.muted'));
    if (muted.until !== undefined) texts.push(t('notice.until', { until: momentText(muted.until) }));
    if (muted.reason !== undefined) texts.push(t('note.reason', { reason: muted.reason }));
  } else if (locked) texts.push(t('composer.locked'));
  else if (slow > 0) texts.push(t('composer.slow', { time: durationText(slow) }));
  if (texts.length === 0) return null;
  return (
    <p class="hint limits" dir="auto" data-testid="limits">
      {sentencesText(texts)}
    </p>
  );
}

interface EmojiButtonProps {
  area: RefObject<HTMLTextAreaElement>;
  change(text: string): void;
}

/** What is chosen comes where the caret stands. */
function EmojiButton({ area, change }: EmojiButtonProps) {
  const [open, setOpen] = useState(false);
  const pick = (emoji: string): void => {
    setOpen(false);
    const element = area.current;
    if (element === null) return;
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, 'end');
    change(element.value);
    element.focus();
  };
  return (
    <>
      <IconButton icon="react" label={t('composer.emoji')} class="emoji-open" onClick={() => setOpen(true)} />
      {open ? <EmojiDialog label={t('composer.emoji')} pick={pick} close={() => setOpen(false)} /> : null}
    </>
  );
}

/** False: it could not even be queued. */
function submit({ id, mode, posted }: ComposerProps, text: string): boolean {
  if (mode.kind === 'edit') {
    if (text !== mode.message.text) club().act(id, mode.message.seq, { kind: 'edit', text });
    return true;
  }
  const replyTo = mode.kind === 'reply' ? mode.message.seq : null;
  if (!club().post(id, text, replyTo)) {
    club().tell('post', 'too_many_waiting');
    return false;
  }
  posted();
  return true;
}

/** Enter while a word is being put together belongs to the input method (code 229 in older browsers). */
function keyPressed(
  event: KeyboardEvent,
  { mode, stop, editLast }: ComposerProps,
  text: string,
  send: () => void,
): void {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === 'Escape' && mode.kind !== 'new') {
    event.preventDefault();
    stop();
  } else if (event.key === 'ArrowUp' && text === '' && mode.kind === 'new') {
    event.preventDefault();
    editLast();
  }
}

function ModeStrip({ mode, stop }: { mode: Mode; stop(): void }) {
  if (mode.kind === 'new') return null;
  const heading =
    mode.kind === 'edit' ? t('composer.editing') : t('composer.replying', { name: mode.message.from.name });
  return (
    <div class="mode" data-testid="mode">
      <Icon name={mode.kind} />
      <span class="mode-text">
        <strong>{heading}</strong>
        <span dir="auto">{mode.message.text}</span>
      </span>
      <IconButton icon="close" label={t('action.cancel')} onClick={stop} />
    </div>
  );
}
