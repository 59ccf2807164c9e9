// The directory: whoever offers what one seeks.

import { useEffect, useState } from 'preact/hooks';
import { memberHref } from '../app/address.js';
import { leftBehind } from '../app/left.js';
import { byName, originText } from '../app/names.js';
import { club, facts, state } from '../app/session.js';
import { languageName, t } from '../app/texts.js';
import type { Member, Params } from '../protocol/types.js';
import { Choices, FoundState, More, Question, placeChoices, useFound } from './find.js';
import { Icon } from './icons.js';
import { Avatar, IconButton, PageHeader } from './parts.js';
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
const left = leftBehind(EVERYBODY);

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

const narrows = (wish: Wish): boolean => Object.keys(paramsOf(wish)).length > 0;

const parts = {
  keyOf: ({ id }: Member) => id,
  ask: async (wish: Wish, after: string | undefined) => {
    const { members, more } = await club().find({ ...paramsOf(wish), ...(after === undefined ? {} : { after }) });
    return { items: members, more };
  },
};

export function Directory() {
  const [wish, setWish] = useState<Wish>(left.read);
  const { found, more, again } = useFound(wish, parts);
  useEffect(() => left.write(wish), [wish]);
  // Nobody looks for oneself among those who fit.
  const fitting = (member: Member): boolean => wish.match === 'none' || member.id !== state.value.me.id;
  const shown = { ...found, items: found.items.filter(fitting) };
  return (
    <section class="page" aria-labelledby="directory-heading">
      <PageHeader id="directory-heading" heading={t('directory.heading')} />
      <div class="page-body">
        <Wishes wish={wish} change={(part) => setWish((before) => ({ ...before, ...part }))} />
        <FoundState
          found={shown}
          count={t(found.more ? 'directory.count_more' : 'directory.count', { count: shown.items.length })}
          none={t('directory.nobody')}
          again={again}
          widen={narrows(wish) ? { label: t('directory.everybody'), act: () => setWish(EVERYBODY) } : null}
        />
        <ul class="found" aria-label={t('directory.found')}>
          {shown.items.map((member) => (
            <FoundMember key={member.id} member={member} />
          ))}
        </ul>
        {found.more ? <More more={more} busy={found.stage === 'loading'} /> : null}
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
  return (
    <Question
      text={wish.text}
      heading={t('directory.heading')}
      label={t('directory.text')}
      ask={(text) => change({ text })}
    >
      <Filters wish={wish} change={change} />
      <Matches wish={wish} change={change} />
    </Question>
  );
}

function Filters({ wish, change }: WishesProps) {
  const { languages } = facts.value ?? { languages: [] };
  const languageValues = byName(languages, languageName).map((code) => [code, languageName(code)] as const);
  const lists = [
    ...placeChoices(),
    { name: 'language', any: t('directory.any_language'), label: t('language.label'), values: languageValues },
  ] as const;
  return <Choices choices={lists} wish={wish} choose={(name, value) => change({ [name]: value })} />;
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
