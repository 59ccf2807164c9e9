import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../app/texts.js';
import { newestOf } from '../state/log.js';
import type { RoomLog } from '../state/log.js';

/** More than this at once is only counted. */
const MOST = 3;
/** A text that is removed is nowhere longer than this. */
const KEPT = 1500;

/** Each message is told as one of its own, also where somebody says the same again. */
interface Said {
  seq: number;
  words: string;
}

/** What comes into the room, said by a screen reader. The log itself is silent: its rows come and go as one scrolls. */
export function Spoken({ log }: { log: RoomLog }) {
  const heard = useRef(log.cursor);
  const [words, setWords] = useState<readonly Said[]>([]);
  useEffect(() => {
    const fresh = newestOf(log).messages.filter(
      (message) => message.seq > heard.current && message.from.id !== log.me && !message.removed,
    );
    heard.current = log.cursor;
    if (fresh.length === 0) return;
    const each = fresh.map(({ seq, from, text }) => ({ seq, words: `${from.name}: ${text}` }));
    const count = each.length;
    setWords(count > MOST ? [{ seq: log.cursor, words: t('log.to_end_unread', { count }) }] : each);
  }, [log.cursor]);
  useEffect(() => {
    if (words.length === 0) return undefined;
    const timer = setTimeout(() => setWords([]), KEPT);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="spoken">
      {words.map((said) => (
        <p key={said.seq}>{said.words}</p>
      ))}
    </div>
  );
}
