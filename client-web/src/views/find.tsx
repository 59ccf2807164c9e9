// What the pages share that find something: a question typed with a pause, narrowed by lists, and pages of answers.

import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { byName, countryName, sectorName } from '../app/names.js';
import { facts, problemOf, state } from '../app/session.js';
import { t } from '../app/texts.js';
import { lineOf } from '../state/club.js';
import { useTypingPause } from './form.js';
import { Loading } from './later.js';
import { Problem } from './parts.js';

export interface Found<T> {
  items: readonly T[];
  more: boolean;
  stage: 'loading' | 'found' | 'failed';
  reason: string | null;
}

interface FindParts<Wish, T> {
  /** What it is known by. */
  keyOf(item: T): string;
  /** The page behind the item of that key, or the first one. */
  ask(wish: Wish, after: string | undefined): Promise<{ items: readonly T[]; more: boolean }>;
  /** A page as it is shown, where that is not the order in which it came. */
  shown?(page: readonly T[]): readonly T[];
}

/** The list moves while it is read: what is there already is not shown twice. */
function withPage<T>(known: readonly T[], page: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const there = new Set(known.map(keyOf));
  return [...known, ...page.filter((item) => !there.has(keyOf(item)))];
}

/** What is found, page by page. The answer to the latest question counts, however late the others come. What was answered
 * stays when the line breaks; what was not is asked when it is open again. */
export function useFound<Wish, T>(wish: Wish, { keyOf, ask, shown = (page) => page }: FindParts<Wish, T>) {
  const [found, setFound] = useState<Found<T>>({ items: [], more: false, stage: 'loading', reason: null });
  const asked = useRef(0);
  const answered = useRef<Wish | null>(null);
  /** The key behind which the next page begins. */
  const last = useRef<string | undefined>(undefined);
  const open = state.value.line.at === 'open';
  const read = async (known: readonly T[], after: string | undefined): Promise<void> => {
    const own = ++asked.current;
    setFound((before) => ({ ...before, stage: 'loading', reason: null }));
    try {
      const { items, more } = await ask(wish, after);
      if (own !== asked.current) return;
      const end = items.at(-1);
      last.current = end === undefined ? after : keyOf(end);
      answered.current = wish;
      setFound({ items: withPage(known, shown(items), keyOf), more, stage: 'found', reason: null });
    } catch (error) {
      if (own === asked.current) setFound((before) => ({ ...before, stage: 'failed', reason: problemOf(error) }));
    }
  };
  const first = (): void => void read([], undefined);
  const more = (): void => void read(found.items, last.current);
  useEffect(() => {
    if (answered.current === wish) return;
    answered.current = null;
    if (open) first();
  }, [open, wish]);
  return { found, more, again: () => (answered.current === wish ? more() : first()) };
}

interface QuestionProps {
  text: string;
  /** What the whole form is called, and what its box asks for. */
  heading: string;
  label: string;
  ask(text: string): void;
  children: ComponentChildren;
}

export function Question({ text: asked, heading, label, ask, children }: QuestionProps) {
  const [text, setText] = useState(asked);
  const own = useRef(asked);
  /** What was asked for here may be older than what was typed since; what comes from elsewhere is not. */
  useEffect(() => {
    if (asked !== own.current) setText((own.current = asked));
  }, [asked]);
  const tell = (typed: string): void => {
    own.current = typed;
    ask(typed);
  };
  useTypingPause(text, asked, tell);
  return (
    <SearchForm name="directory" heading={heading} label={label} text={text} type={setText} ask={tell}>
      {children}
    </SearchForm>
  );
}

interface SearchFormProps {
  name: 'directory' | 'member-picker';
  heading: string;
  label: string;
  text: string;
  type(text: string): void;
  ask(text: string): void;
  field?: RefObject<HTMLInputElement>;
  children: ComponentChildren;
}

/** A box in which one types what is looked for, and what belongs to it. */
export function SearchForm({ name, heading, label, text, type, ask, field, children }: SearchFormProps) {
  return (
    <form
      class={name}
      role="search"
      aria-label={heading}
      onSubmit={(event) => {
        event.preventDefault();
        ask(text);
      }}
    >
      <input
        ref={field ?? null}
        class="find"
        type="search"
        value={text}
        maxLength={100}
        dir="auto"
        enterkeyhint="search"
        placeholder={label}
        aria-label={label}
        onInput={(event) => type(event.currentTarget.value)}
      />
      {children}
    </form>
  );
}

interface Choice<Name extends string> {
  name: Name;
  /** The words for no choice. */
  any: string;
  label: string;
  values: readonly (readonly [value: string, shown: string])[];
}

/** Of the countries and the sectors of the club, as the reader calls them. */
export function placeChoices(): readonly [Choice<'country'>, Choice<'sector'>] {
  const { countries, sectors } = facts.value ?? { countries: [], sectors: [] };
  const countryValues = byName(countries, ({ code }) => countryName(code)).map(
    ({ code }) => [code, countryName(code)] as const,
  );
  const sectorValues = byName(sectors, ({ slug }) => sectorName(slug)).map(
    ({ slug }) => [slug, sectorName(slug)] as const,
  );
  return [
    { name: 'country', any: t('directory.any_country'), label: t('field.country'), values: countryValues },
    { name: 'sector', any: t('directory.any_sector'), label: t('directory.sector'), values: sectorValues },
  ];
}

interface ChoicesProps<Name extends string> {
  choices: readonly Choice<Name>[];
  wish: Record<Name, string>;
  choose(name: Name, value: string): void;
}

export function Choices<Name extends string>({ choices, wish, choose }: ChoicesProps<Name>) {
  return (
    <div class="filters">
      {choices.map(({ name, any, label, values }) => (
        <select
          key={name}
          name={name}
          aria-label={label}
          value={wish[name]}
          onChange={(event) => choose(name, event.currentTarget.value)}
        >
          <option value="">{any}</option>
          {values.map(([value, shown]) => (
            <option key={value} value={value}>
              {shown}
            </option>
          ))}
        </select>
      ))}
    </div>
  );
}

interface FoundStateProps {
  found: Found<unknown>;
  /** How many there are, and that there is none, in words. */
  count: string;
  none: string;
  again(): void;
  /** To where something is found again; null: nothing narrows it. */
  widen: { label: string; act(): void } | null;
}

export function FoundState({ found, count, none, again, widen }: FoundStateProps) {
  if (lineOf(state.value) === 'lost') {
    return (
      <p class="hint" role="status">
        {t('directory.offline')}
      </p>
    );
  }
  if (found.stage === 'failed') return <Failed reason={found.reason} again={again} />;
  if (found.stage === 'loading' && found.items.length === 0) return <Loading />;
  if (found.items.length > 0 || found.stage === 'loading') {
    return (
      <p class="hint" role="status">
        {count}
      </p>
    );
  }
  return (
    <div class="nobody">
      <p role="status">{none}</p>
      {widen === null ? null : (
        <button type="button" onClick={widen.act}>
          {widen.label}
        </button>
      )}
    </div>
  );
}

export function Failed({ reason, again }: { reason: string | null; again(): void }) {
  return (
    <>
      <Problem reason={reason} />
      <div class="buttons">
        <button type="button" onClick={again}>
          {t('action.again')}
        </button>
      </div>
    </>
  );
}

export function More({ more, busy = false }: { more(): void; busy?: boolean }) {
  return (
    <div class="buttons">
      <button type="button" onClick={more} disabled={busy}>
        {t('people.more')}
      </button>
    </div>
  );
}
