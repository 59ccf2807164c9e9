// The own account: password, where one is logged in, whom one blocks, what one reported.

import { useState } from 'preact/hooks';
import { memberHref } from '../app/address.js';
import { originText } from '../app/names.js';
import { changePassword, club, problemOf, state } from '../app/session.js';
import { momentText, t } from '../app/texts.js';
import type { Member, Session } from '../protocol/types.js';
import { More } from './find.js';
import { Ask } from './ask.js';
import { BellSwitch } from './bell.js';
import { useLoaded, usePages } from './form.js';
import { Loading } from './later.js';
import { OwnReports } from './own-reports.js';
import { Avatar, PageHeader, Problem } from './parts.js';
import { PasswordField } from './password.js';

export function AccountPage() {
  /** A new password ends the other sessions: the list is read again. */
  const [changes, setChanges] = useState(0);
  return (
    <section class="page" aria-labelledby="account-heading">
      <PageHeader id="account-heading" heading={t('account.heading')} />
      <div class="page-body">
        <p>
          <a href={memberHref(state.value.me.id)}>{t('card.own')}</a>
        </p>
        <h2>{t('level.label')}</h2>
        <BellSwitch />
        <h2>{t('account.sessions')}</h2>
        <Sessions key={changes} />
        <h2>{t('account.password')}</h2>
        <PasswordForm changed={() => setChanges((count) => count + 1)} />
        <h2>{t('account.blocked')}</h2>
        <Blocked />
        <h2>{t('account.reports')}</h2>
        <OwnReports />
      </div>
    </section>
  );
}

// ---- the password ----

function PasswordForm({ changed }: { changed(): void }) {
  const [reason, setReason] = useState<string | null>(null);
  const [stage, setStage] = useState<'idle' | 'busy' | 'done'>('idle');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    setStage('busy');
    setReason(null);
    try {
      await changePassword(String(data.get('old')), String(data.get('new')));
      form.reset();
      setStage('done');
      changed();
    } catch (error) {
      const problem = problemOf(error);
      setReason(problem === 'bad_credentials' ? 'old_password' : problem);
      setStage('idle');
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      {/* Which account a password manager keeps it for. */}
      <input type="hidden" name="username" autocomplete="username" value={state.value.me.login} />
      <PasswordField name="old" label={t('account.password.old')} autocomplete="current-password" />
      <PasswordField
        name="new"
        label={t('account.password.new')}
        autocomplete="new-password"
        minLength={8}
        hint={t('field.password.hint')}
      />
      <Problem reason={reason} />
      <p class={stage === 'done' ? 'note' : ''} role="status">
        {stage === 'done' ? t('account.password.changed') : ''}
      </p>
      <button class="primary" disabled={stage === 'busy'}>
        {t('account.password.change')}
      </button>
    </form>
  );
}

// ---- sessions ----

function Sessions() {
  const { value: sessions, reason, setReason, read } = useLoaded(() => club().sessions());
  const [asking, setAsking] = useState(false);
  /** One that is over meanwhile is as well. */
  const end = async (ended: Session[]): Promise<void> => {
    setAsking(false);
    let problem: string | null = null;
    for (const { session } of ended) {
      try {
        await club().endSession(session);
      } catch (error) {
        if (problemOf(error) !== 'not_found') problem = problemOf(error);
      }
    }
    await read();
    if (problem !== null) setReason(problem);
  };
  const others = sessions?.filter(({ own }) => !own) ?? [];
  return (
    <>
      <Problem reason={reason} />
      {sessions === null && reason === null ? <Loading /> : null}
      <ul class="plates">
        {sessions?.map((session) => (
          <SessionItem key={session.session} session={session} end={() => void end([session])} />
        ))}
      </ul>
      {others.length > 0 ? (
        <div class="buttons">
          <button type="button" onClick={() => setAsking(true)}>
            {t('account.session.end_others')}
          </button>
        </div>
      ) : null}
      {asking ? (
        <Ask
          question={t('account.session.ask', { count: others.length })}
          yes={t('account.session.end_others')}
          onYes={() => void end(others)}
          onNo={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}

function SessionItem({ session, end }: { session: Session; end(): void }) {
  const client = session.client === '' ? t('account.session.unknown') : session.client;
  return (
    <li class="plate">
      <span class="plate-text">
        <strong dir="auto">{client}</strong>
        <span>
          {[session.address, t('account.session.used', { at: momentText(session.used_at) })]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
        <span>{t('account.session.made', { at: momentText(session.made_at) })}</span>
      </span>
      {session.own ? (
        <span class="mark">{t('account.session.own')}</span>
      ) : (
        <button type="button" aria-label={t('account.session.end_one', { client })} onClick={end}>
          {t('account.session.end')}
        </button>
      )}
    </li>
  );
}

// ---- blocks ----

function Blocked() {
  const {
    items: members,
    more,
    reason,
    setReason,
    drop,
    older,
  } = usePages(async (last: Member | undefined) => {
    const page = await club().blocked(last?.id ?? null);
    return { items: page.members, more: page.more };
  });
  const lift = async (member: string): Promise<void> => {
    try {
      await club().block(member, false);
      drop(({ id }) => id === member);
      setReason(null);
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  return (
    <>
      <Problem reason={reason} />
      {members === null && reason === null ? <Loading /> : null}
      <p class="hint" role="status">
        {members?.length === 0 ? t('account.blocked.none') : ''}
      </p>
      <ul class="plates">
        {members?.map((member) => (
          <li key={member.id} class="plate">
            <Avatar id={member.id} name={member.name} />
            <span class="plate-text">
              <span class="person-name" dir="auto">
                <a href={memberHref(member.id)}>{member.name}</a>
              </span>
              <span dir="auto">{originText(member)}</span>
            </span>
            <button
              type="button"
              aria-label={t('block.lift_one', { name: member.name })}
              onClick={() => void lift(member.id)}
            >
              {t('block.lift')}
            </button>
          </li>
        ))}
      </ul>
      {more ? <More more={older} /> : null}
    </>
  );
}
