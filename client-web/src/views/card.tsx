// A member's card: what others see of a member, and the form in which one changes one's own.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ACCOUNT_HREF, memberHref } from '../app/address.js';
import { byName, countryName, roleName, sectorName } from '../app/names.js';
import { club, state } from '../app/session.js';
import { enumerated, languagesText, t } from '../app/texts.js';
import type { TextKey } from '../app/texts.js';
import type { Member } from '../protocol/types.js';
import { moderatesAnything } from '../state/rooms.js';
import { BlockButton } from './block.js';
import { ForModerators } from './card-acts.js';
import { BusinessFields } from './fields.js';
import { textOf, useDone, useLoaded, useSubmit } from './form.js';
import { Loading } from './later.js';
import { Avatar, PageHeader, Problem } from './parts.js';
import { talkTo } from './people.js';
import { SanctionList } from './sanctions.js';

export function MemberCard({ id }: { id: string }) {
  const { value: member, setValue: setMember, reason } = useLoaded(() => club().card(id), `${id} ${useDone()}`);
  /** `back`: the form was just closed. */
  const [form, setForm] = useState<'never' | 'open' | 'back'>('never');
  const changed = (now: Member): void => {
    setMember(now);
    setForm('back');
  };
  return (
    <section class="page" aria-labelledby="card-heading">
      <PageHeader id="card-heading" heading={member?.name ?? t('card.heading')} />
      <div class="page-body">
        <Problem reason={reason} />
        {member === null && reason === null ? <Loading /> : null}
        {member === null ? null : form === 'open' ? (
          <CardForm member={member} done={changed} cancel={() => setForm('back')} />
        ) : (
          <Shown member={member} back={form === 'back'} change={() => setForm('open')} changed={setMember} />
        )}
      </div>
    </section>
  );
}

interface ShownProps {
  member: Member;
  /** The focus goes where it was before the form. */
  back: boolean;
  change(): void;
  changed(now: Member): void;
}

function Shown({ member, back, change, changed }: ShownProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (back) button.current?.focus();
  }, []);
  const own = member.id === state.value.me.id;
  const here = member.online ? [t('card.online')] : [];
  const standing = [`@${member.login}`, roleName(member.role), ...here];
  return (
    <article class="member-card" aria-label={member.name}>
      <header>
        <Avatar id={member.id} name={member.name} />
        <div class="person-text">
          <span class="person-name" dir="auto">
            {member.name}
          </span>
          <span class="person-origin">{standing.join(' · ')}</span>
        </div>
      </header>
      {member.blocked === true ? <p class="note">{t('block.is', { name: member.name })}</p> : null}
      <div class="buttons">
        {own ? (
          <>
            <button ref={button} type="button" class="primary" onClick={change}>
              {t('card.change')}
            </button>
            <a class="button" href={ACCOUNT_HREF}>
              {t('account.heading')}
            </a>
          </>
        ) : (
          <>
            <button
              type="button"
              class={member.blocked === true ? undefined : 'primary'}
              onClick={() => void talkTo(member.id)}
            >
              {t('people.write', { name: member.name })}
            </button>
            <BlockButton member={member} changed={(blocked) => changed({ ...member, blocked })} />
          </>
        )}
      </div>
      <Facts member={member} />
      {own || moderatesAnything(state.value) ? (
        <SanctionList
          room={null}
          member={member.id}
          heading={own ? t('sanctions.own') : t('sanctions.of', { name: member.name })}
          none={null}
        />
      ) : null}
      {own || state.value.me.role === 'member' ? null : <ForModerators member={member} />}
    </article>
  );
}

/** What was not said is not shown. */
function factsOf(member: Member): [TextKey, string][] {
  const sectors = byName(member.sectors, sectorName).map(sectorName);
  const all: [TextKey, string][] = [
    ['card.title', member.title],
    ['field.company', member.company],
    ['field.country', member.country === '' ? '' : countryName(member.country)],
    ['card.offers', member.offers],
    ['card.seeks', member.seeks],
    ['field.sectors', enumerated(sectors)],
    ['card.languages', languagesText(member.languages)],
    ['card.about', member.about],
  ];
  return all.filter(([, text]) => text !== '');
}

function Facts({ member }: { member: Member }) {
  const said = factsOf(member);
  const host = member.invited_by;
  return (
    <>
      {said.length === 0 ? <p class="hint">{t('card.empty')}</p> : null}
      <dl>
        {said.map(([key, text]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd dir="auto">{text}</dd>
          </div>
        ))}
        {host === undefined ? null : (
          <div>
            <dt>{t('card.invited_by')}</dt>
            <dd dir="auto">
              <a href={memberHref(host.id)}>{host.name}</a>
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

interface FormProps {
  member: Member;
  done(now: Member): void;
  cancel(): void;
}

function CardForm({ member, done, cancel }: FormProps) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const { reason, busy, submit } = useSubmit(async (data) => {
    const text = (name: string): string => textOf(data, name);
    const all = (name: string): string[] => data.getAll(name).map(String);
    const card = { name: text('name'), title: text('title'), company: text('company'), country: text('country') };
    const business = { about: text('about'), offers: text('offers'), seeks: text('seeks') };
    const lists = { sectors: all('sectors'), languages: all('languages') };
    done(await club().changeCard({ ...card, ...business, ...lists }));
  });
  return (
    <form class="form" onSubmit={submit}>
      <label class="field">
        <span>{t('field.name')}</span>
        <input
          ref={first}
          name="name"
          required
          maxLength={100}
          autocomplete="name"
          dir="auto"
          defaultValue={member.name}
        />
      </label>
      <label class="field">
        <span>
          {t('card.title')} <span class="optional">{t('field.optional')}</span>
        </span>
        <input name="title" maxLength={100} dir="auto" defaultValue={member.title} />
      </label>
      <BusinessFields known={member} />
      <Long name="offers" legend={t('card.offers')} limit={500} text={member.offers} />
      <Long name="seeks" legend={t('card.seeks')} limit={500} text={member.seeks} />
      <Long name="about" legend={t('card.about')} limit={500} text={member.about} />
      <Problem reason={reason} />
      <div class="buttons">
        <button class="primary" disabled={busy}>
          {t('card.save')}
        </button>
        <button type="button" onClick={cancel}>
          {t('action.cancel')}
        </button>
      </div>
    </form>
  );
}

function Long({ name, legend, limit, text }: { name: string; legend: string; limit: number; text: string }) {
  return (
    <label class="field">
      <span>
        {legend} <span class="optional">{t('field.optional')}</span>
      </span>
      <textarea name={name} rows={3} maxLength={limit} dir="auto" defaultValue={text} />
    </label>
  );
}
