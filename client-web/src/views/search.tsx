// Messages of all rooms, found by their words.

import { useEffect, useRef, useState } from 'preact/hooks';
import { entryHref, roomHref, ROOMS_HREF } from '../app/address.js';
import { leftBehind } from '../app/left.js';
import { roomName } from '../app/names.js';
import { club, problemOf, state } from '../app/session.js';
import { dayText, momentText, t, timeText } from '../app/texts.js';
import type { Params, Result } from '../protocol/types.js';
import { findMessage } from '../state/log.js';
import { Failed } from './find.js';
import { useTypingPause } from './form.js';
import { Icon } from './icons.js';
import { Loading } from './later.js';
import { Avatar, PageHeader } from './parts.js';
import { snippetOf } from './snippet.js';

type Hit = Result<'message.search'>['hits'][number];

interface Wish {
  text: string;
  /** Null: all rooms. */
  room: string | null;
}

interface Found {
  hits: Hit[];
  /** What asks for older ones; null: there are none. */
  before: string | null;
  stage: 'idle' | 'loading' | 'found' | 'failed';
  reason: string | null;
  /** The text has no letter and no digit. */
  empty: boolean;
}

const TEXT_LIMIT = 200;
/** A page without hits that says there may be older ones: so many in a row are asked on by themselves. */
const MOST_EMPTY = 5;
const NOTHING: Found = { hits: [], before: null, stage: 'idle', reason: null, empty: false };

/** As it was left, when one comes back from a hit. */
const left = leftBehind<{ wish: Wish; found: Found }>({ wish: { text: '', room: null }, found: NOTHING });

const asks = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** The answer to the latest question counts, however late the others come. What was answered stays when the line breaks. */
function useFound(wish: Wish): { found: Found; ask(): void } {
  const was = left.read();
  const known = was.wish.text === wish.text && was.wish.room === wish.room;
  const [found, setFound] = useState<Found>(known ? was.found : NOTHING);
  const asked = useRef(0);
  const question = `${wish.room ?? ''} ${wish.text}`;
  const answered = useRef(known && was.found.stage === 'found' ? question : null);
  const open = state.value.line.at === 'open';
  const put = (next: Found): void => {
    left.write({ wish, found: next });
    setFound(next);
  };
  const ask = async (kept: Found, emptyPages = 0): Promise<void> => {
    const own = ++asked.current;
    setFound({ ...kept, stage: 'loading', reason: null, empty: false });
    const params: Params<'message.search'> = { text: wish.text.trim() };
    if (wish.room !== null) params.room = wish.room;
    if (kept.before !== null) params.before = kept.before;
    try {
      const page = await club().search(params);
      if (own !== asked.current) return;
      const before = page.more ? (page.before ?? null) : null;
      if (page.hits.length === 0 && before !== null && emptyPages < MOST_EMPTY)
        return await ask({ ...kept, before }, emptyPages + 1);
      answered.current = question;
      put({ hits: [...kept.hits, ...page.hits], before, stage: 'found', reason: null, empty: false });
    } catch (error) {
      if (own === asked.current) put({ ...kept, stage: 'failed', reason: problemOf(error), empty: false });
    }
  };
  useEffect(() => {
    if (answered.current === question) return;
    answered.current = null;
    asked.current += 1;
    if (!asks(wish.text)) put({ ...NOTHING, empty: wish.text.trim() !== '' });
    else if (open) void ask(NOTHING);
  }, [open, question]);
  return { found, ask: () => void ask(found) };
}

export function Search({ room }: { room: string | null }) {
  const [wish, setWish] = useState<Wish>(() => ({ text: left.read().wish.text, room }));
  useEffect(() => setWish((before) => ({ ...before, room })), [room]);
  const { found, ask } = useFound(wish);
  return (
    <section class="page" aria-labelledby="search-heading">
      <PageHeader
        id="search-heading"
        heading={t('search.heading')}
        back={room === null ? ROOMS_HREF : roomHref(room)}
      />
      <div class="page-body search">
        <Question room={room} wish={wish} change={(part) => setWish((before) => ({ ...before, ...part }))} />
        <State found={found} again={ask} />
        <ol class="hits" aria-label={t('search.found')}>
          {found.hits.map((hit) => (
            <li key={`${hit.room} ${hit.entry.seq}`}>
              <HitLink hit={hit} />
            </li>
          ))}
        </ol>
        {found.before !== null && found.stage !== 'failed' ? (
          <div class="buttons">
            <button type="button" onClick={ask} disabled={found.stage === 'loading'}>
              {t('search.more')}
            </button>
          </div>
        ) : null}
      </div>
    </section>
  );
}

interface QuestionProps {
  room: string | null;
  wish: Wish;
  change(part: Partial<Wish>): void;
}

function Question({ room, wish, change }: QuestionProps) {
  const [text, setText] = useState(wish.text);
  /** While an input method composes, a word is not written yet. */
  const [composing, setComposing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [room]);
  useTypingPause(text, composing ? text : wish.text, (typed) => change({ text: typed }));
  return (
    <form
      class="search-form"
      role="search"
      aria-label={t('search.heading')}
      onSubmit={(event) => {
        event.preventDefault();
        change({ text });
      }}
    >
      <input
        ref={input}
        class="find"
        type="search"
        value={text}
        maxLength={TEXT_LIMIT}
        dir="auto"
        enterkeyhint="search"
        autocomplete="off"
        placeholder={t('search.text')}
        aria-label={t('search.text')}
        onInput={(event) => setText(event.currentTarget.value)}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
      />
      {room === null ? null : (
        <label class="check">
          <input
            type="checkbox"
            checked={wish.room !== null}
            onChange={(event) => change({ room: event.currentTarget.checked ? room : null })}
          />
          <span dir="auto">{t('search.here', { room: roomName(room, state.value.rooms.get(room)) })}</span>
        </label>
      )}
    </form>
  );
}

function State({ found, again }: { found: Found; again(): void }) {
  if (found.empty) return <Hint text={t('search.letters')} />;
  if (found.stage === 'idle' && state.value.line.at === 'open') return <Hint text={t('search.how')} />;
  if (state.value.line.at !== 'open' && found.stage !== 'found') return <Hint text={t('search.offline')} />;
  if (found.stage === 'failed') return <Failed reason={found.reason} again={again} />;
  if (found.stage === 'loading' && found.hits.length === 0) return <Loading />;
  const count = found.hits.length;
  if (count > 0) return <Hint text={t(found.before === null ? 'search.count' : 'search.count_more', { count })} />;
  return <Hint text={t(found.before === null ? 'search.nothing' : 'search.nothing_yet')} />;
}

function Hint({ text }: { text: string }) {
  return (
    <p class="hint" role="status">
      {text}
    </p>
  );
}

/** What was found may be removed while one reads its room, and is not shown again when one comes back. */
function isRemoved({ room, entry }: Hit): boolean {
  const log = state.value.logs.get(room);
  return log !== undefined && findMessage(log, entry.seq)?.removed === true;
}

function HitLink({ hit }: { hit: Hit }) {
  const { entry, room } = hit;
  const known = state.value.rooms.get(room);
  return (
    <a class="hit" href={entryHref(room, entry.seq)}>
      <Avatar id={entry.from.id} name={entry.from.name} />
      <span class="hit-text">
        <span class="hit-head">
          <span class="hit-author" dir="auto">
            {entry.from.name}
          </span>
          <span class="hit-room" dir="auto">
            <Icon name={known?.with === undefined ? 'people' : 'write'} />
            {roomName(room, known)}
          </span>
          <time dateTime={entry.at} title={momentText(entry.at)}>
            {dayText(entry.at, new Date())}, {timeText(entry.at)}
          </time>
        </span>
        <span class="hit-body" dir="auto">
          {isRemoved(hit)
            ? t('message.removed')
            : snippetOf(entry.text ?? '', hit.found).map((piece, index) =>
                piece.found ? <mark key={index}>{piece.text}</mark> : piece.text,
              )}
        </span>
      </span>
    </a>
  );
}
