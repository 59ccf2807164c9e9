// The directory: whoever offers what one seeks.

import { useEffect, useRef, useState } from 'preact/hooks';
import { memberHref } from '../app/address.js';
import { byName, countryName, originText, sectorName } from '../app/names.js';
import { club, facts, problemOf, state } from '../app/session.js';
import { languageName, t } from '../app/texts.js';
import type { Member, Params } from '../protocol/types.js';
import { lineOf } from '../state/club.js';
import { useTypingPause } from './form.js';
import { Icon } from './icons.js';
import { Loading } from './later.js';
import { Avatar, IconButton, PageHeader, Problem } from './parts.js';
import { talkTo } from './people.js';

/** `match`: one's own words, held against what the others offer or seek. */
interface Wish {
  text: string;
  country: string;
  sector: string;
  language: string;
  match: 'none' | 'offers' | 'seeks';
}

const EVERYBODY: Wish = { text: '', country: '', sector: '', language: '', match: 'none' };

/** As it was left, when one comes back from a card. */
let left: Wish = EVERYBODY;

function paramsOf(wish: Wish): Params<'member.find'> {
  const { me } = state.peek();
  const params: Params<'member.find'> = {};
  if (wish.text.trim() !== '') params.text = wish.text.trim();
  if (wish.country !== '') params.country = wish.country;
  if (wish.sector !== '') params.sector = wish.sector;
  if (wish.language !== '') params.language = wish.language;
  if (wish.match === 'offers') params.offers = me.seeks;
  if (wish.match === 'seeks') params.seeks = me.offers;
  return params;
}

interface Found {
  members: Member[];
  more: boolean;
  stage: 'loading' | 'found' | 'failed';
  reason: string | null;
}

/** The answer to the latest question counts, however late the others come. */
function useFound(wish: Wish): { found: Found; more(): void; again(): void } {
  const [found, setFound] = useState<Found>({ members: [], more: false, stage: 'loading', reason: null });
  const asked = useRef(0);
  const open = state.value.line.at === 'open';
  const ask = async (known: Member[]): Promise<void> => {
    const own = ++asked.current;
    setFound((before) => ({ ...before, stage: 'loading', reason: null }));
    const after = known.at(-1)?.id;
    try {
      const page = await club().find({ ...paramsOf(wish), ...(after === undefined ? {} : { after }) });
      if (own !== asked.current) return;
      const members = [...known, ...page.members];
      setFound({ members, more: page.more, stage: 'found', reason: null });
    } catch (error) {
      if (own === asked.current) setFound((before) => ({ ...before, stage: 'failed', reason: problemOf(error) }));
    }
  };
  useEffect(() => {
    left = wish;
    if (open) void ask([]);
  }, [open, wish]);
  return { found, more: () => void ask(found.members), again: () => void ask([]) };
}

export function Directory() {
  const [wish, setWish] = useState<Wish>(left);
  const { found, more, again } = useFound(wish);
  // Nobody looks for oneself among those who fit.
  const fitting = (member: Member): boolean => wish.match === 'none' || member.id !== state.value.me.id;
  const shown = { ...found, members: found.members.filter(fitting) };
  return (
    <section class="page" aria-labelledby="directory-heading">
      <PageHeader id="directory-heading" heading={t('directory.heading')} />
      <div class="page-body">
        <Wishes wish={wish} change={(part) => setWish((before) => ({ ...before, ...part }))} />
        <State found={shown} wish={wish} again={again} everybody={() => setWish(EVERYBODY)} />
        <ul class="found" aria-label={t('directory.found')}>
          {shown.members.map((member) => (
            <FoundMember key={member.id} member={member} />
          ))}
        </ul>
        {found.more ? (
          <div class="buttons">
            <button type="button" onClick={more} disabled={found.stage === 'loading'}>
              {t('people.more')}
            </button>
          </div>
        ) : null}
      </div>
    </section>
  );
}

// ---- what is asked for ----

interface WishesProps {
  wish: Wish;
  change(part: Partial<Wish>): void;
}

function Wishes({ wish, change }: WishesProps) {
  const [text, setText] = useState(wish.text);
  useEffect(() => setText(wish.text), [wish.text]);
  useTypingPause(text, wish.text, (typed) => change({ text: typed }));
  return (
    <form
      class="directory"
      role="search"
      aria-label={t('directory.heading')}
      onSubmit={(event) => {
        event.preventDefault();
        change({ text });
      }}
    >
      <input
        class="find"
        type="search"
        value={text}
        maxLength={100}
        dir="auto"
        enterkeyhint="search"
        placeholder={t('directory.text')}
        aria-label={t('directory.text')}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Filters wish={wish} change={change} />
      <Matches wish={wish} change={change} />
    </form>
  );
}

function Filters({ wish, change }: WishesProps) {
  const { countries, sectors, languages } = facts.value ?? { countries: [], sectors: [], languages: [] };
  const countryValues = byName(countries, ({ code }) => countryName(code)).map(({ code }) => [code, countryName(code)]);
  const sectorValues = byName(sectors, ({ slug }) => sectorName(slug)).map(({ slug }) => [slug, sectorName(slug)]);
  const languageValues = byName(languages, languageName).map((code) => [code, languageName(code)]);
  const lists = [
    { name: 'country', any: t('directory.any_country'), label: t('field.country'), values: countryValues },
    { name: 'sector', any: t('directory.any_sector'), label: t('directory.sector'), values: sectorValues },
    { name: 'language', any: t('directory.any_language'), label: t('language.label'), values: languageValues },
  ] as const;
  return (
    <div class="filters">
      {lists.map(({ name, any, label, values }) => (
        <select
          key={name}
          name={name}
          aria-label={label}
          value={wish[name]}
          onChange={(event) => change({ [name]: event.currentTarget.value })}
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

/** One click from what one said on one's own card. */
function Matches({ wish, change }: WishesProps) {
  const { me } = state.value;
  const offered = { match: 'offers', label: t('directory.who_offers'), words: me.seeks } as const;
  const sought = { match: 'seeks', label: t('directory.who_seeks'), words: me.offers } as const;
  const ready = [offered, sought].filter(({ words }) => words.trim() !== '');
  if (ready.length === 0) {
    return (
      <p class="hint">
        {t('directory.say')} <a href={memberHref(me.id)}>{t('card.own')}</a>
      </p>
    );
  }
  return (
    <div class="matches">
      {ready.map(({ match, label, words }) => (
        <button
          key={match}
          type="button"
          aria-pressed={wish.match === match}
          title={words}
          onClick={() => change({ match: wish.match === match ? 'none' : match })}
        >
          {wish.match === match ? <Icon name="check" /> : null}
          {label}
        </button>
      ))}
    </div>
  );
}

// ---- what is found ----

interface StateProps {
  found: Found;
  wish: Wish;
  again(): void;
  everybody(): void;
}

function State({ found, wish, again, everybody }: StateProps) {
  if (lineOf(state.value) === 'lost') {
    return (
      <p class="hint" role="status">
        {t('directory.offline')}
      </p>
    );
  }
  if (found.stage === 'failed') {
    return (
      <>
        <Problem reason={found.reason} />
        <div class="buttons">
          <button type="button" onClick={again}>
            {t('action.again')}
          </button>
        </div>
      </>
    );
  }
  if (found.stage === 'loading' && found.members.length === 0) return <Loading />;
  const narrowed = wish !== EVERYBODY && Object.keys(paramsOf(wish)).length > 0;
  if (found.members.length > 0 || found.stage === 'loading') {
    return (
      <p class="hint" role="status">
        {t(found.more ? 'directory.count_more' : 'directory.count', { count: found.members.length })}
      </p>
    );
  }
  return (
    <div class="nobody">
      <p role="status">{t('directory.nobody')}</p>
      {narrowed ? (
        <button type="button" onClick={everybody}>
          {t('directory.everybody')}
        </button>
      ) : null}
    </div>
  );
}

function FoundMember({ member }: { member: Member }) {
  const own = member.id === state.value.me.id;
  const said = [
    ['card.offers', member.offers],
    ['card.seeks', member.seeks],
  ] as const;
  const standing = [member.title, originText(member)].filter((part) => part !== '').join(' · ');
  return (
    <li class="found-member">
      <span class="seen">
        <Avatar id={member.id} name={member.name} />
        {member.online ? <span class="online" title={t('card.online')} /> : null}
      </span>
      <div class="found-text">
        <span class="person-name" dir="auto">
          <a href={memberHref(member.id)}>{member.name}</a>
          {member.online ? <span class="visually-hidden">{`, ${t('card.online')}`}</span> : null}
          {own ? <span class="optional">{` ${t('people.you')}`}</span> : null}
        </span>
        {standing === '' ? null : (
          <span class="person-origin" dir="auto">
            {standing}
          </span>
        )}
        <dl>
          {said
            .filter(([, words]) => words !== '')
            .map(([key, words]) => (
              <div key={key}>
                <dt>{t(key)}</dt>
                <dd dir="auto">{words}</dd>
              </div>
            ))}
        </dl>
      </div>
      {own ? null : (
        <IconButton
          icon="write"
          label={t('people.write', { name: member.name })}
          onClick={() => void talkTo(member.id)}
        />
      )}
    </li>
  );
}
