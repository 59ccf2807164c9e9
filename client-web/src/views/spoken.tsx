import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../app/texts.js';
import { newestOf } from '../state/log.js';
import type { RoomLog } from '../state/log.js';

/** More than this at once is only counted. */
const MOST = 3;
/** A text that is removed is nowhere longer than this. */
const KEPT = 1500;

/** What comes into the room, said by a screen reader. The log itself is silent: its rows come and go as one scrolls. */
export function Spoken({ log }: { log: RoomLog }) {
  const heard = useRef(log.cursor);
  const [words, setWords] = useState<readonly string[]>([]);
  useEffect(() => {
    const fresh = newestOf(log).messages.filter(
      (message) => message.seq > heard.current && message.from.id !== log.me && !message.removed,
    );
    heard.current = log.cursor;
    if (fresh.length === 0) return;
    const each = fresh.map((message) => `${message.from.name}: ${message.text}`);
    setWords(each.length > MOST ? [t('log.to_end_unread', { count: each.length })] : each);
  }, [log.cursor]);
  useEffect(() => {
    if (words.length === 0) return undefined;
    const timer = setTimeout(() => setWords([]), KEPT);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="spoken">
      {words.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
