import { useState } from 'preact/hooks';
import { placeOf, roleName, roomName } from '../app/names.js';
import { join, logOut, member, problemOf, showInvite, stay } from '../app/session.js';
import { momentText, t } from '../app/texts.js';
import type { InviteGrant, NewMember } from '../protocol/types.js';
import { BusinessFields } from './fields.js';
import { Card, Problem } from './parts.js';
import { PasswordField } from './password.js';

interface InvitedProps {
  token: string;
  grant: InviteGrant | null;
  reason: string | null;
}

export function Invited({ token, grant, reason }: InvitedProps) {
  if (member.value !== null) return <AlreadyIn name={member.value.name} token={token} />;
  if (reason !== null) return <NotInvited token={token} reason={reason} />;
  return (
    <Card heading={t('join.heading')}>
      {grant === null ? (
        <p role="status">{t('join.checking')}</p>
      ) : (
        <>
          <Grant grant={grant} />
          {grant.closed === true ? <Closed token={token} /> : <JoinForm token={token} />}
        </>
      )}
      <p class="hint">
        <button type="button" class="link" onClick={stay}>
          {t('join.have_account')}
        </button>
      </p>
    </Card>
  );
}

function Grant({ grant }: { grant: InviteGrant }) {
  return (
    <p class="note">
      {t('join.grant', { role: roleName(grant.role), until: momentText(grant.expires_at) })}
      {grant.room === undefined ? '' : ` ${roomText(grant.room)}`}
    </p>
  );
}

/** What moderators called a room that they made is for those who may enter it. */
function roomText(room: string): string {
  return placeOf(room) === null ? t('join.grant_made') : t('join.grant_room', { room: roomName(room, undefined) });
}

/** During a raid nothing is asked for that could not be taken. */
function Closed({ token }: { token: string }) {
  return (
    <>
      <p role="status">{t('join.closed')}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void showInvite(token)}>
          {t('action.again')}
        </button>
      </div>
    </>
  );
}

function NotInvited({ token, reason }: { token: string; reason: string }) {
  const void_ = reason === 'not_found';
  return (
    <Card heading={t('join.heading')}>
      <Problem reason={void_ ? 'invite_void' : reason} />
      <div class="buttons">
        {void_ ? null : (
          <button type="button" class="primary" onClick={() => void showInvite(token)}>
            {t('action.again')}
          </button>
        )}
        <button type="button" onClick={stay}>
          {t('join.have_account')}
        </button>
      </div>
    </Card>
  );
}

function AlreadyIn({ name, token }: { name: string; token: string }) {
  const [reason, setReason] = useState<string | null>(null);
  const change = async (): Promise<void> => {
    try {
      await logOut();
      await showInvite(token);
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  return (
    <Card heading={t('join.heading')}>
      <p>{t('join.already_in', { name })}</p>
      <Problem reason={reason} />
      <div class="buttons">
        <button type="button" class="primary" onClick={stay}>
          {t('join.stay', { name })}
        </button>
        <button type="button" onClick={() => void change()}>
          {t('join.as_other')}
        </button>
      </div>
    </Card>
  );
}

function readForm(form: HTMLFormElement, invite: string): NewMember {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  const all = (name: string): string[] => data.getAll(name).map(String);
  const newMember: NewMember = {
    invite,
    login: text('login').toLowerCase(),
    password: String(data.get('password') ?? ''),
    name: text('name'),
    sectors: all('sectors'),
    languages: all('languages'),
  };
  if (text('company') !== '') newMember.company = text('company');
  if (text('country') !== '') newMember.country = text('country');
  return newMember;
}

/** Back to what has to be changed, far above on a phone. */
function focusField(form: HTMLFormElement, name: string | null): void {
  const field = name === null ? null : form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.focus();
}

function JoinForm({ token }: { token: string }) {
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setReason(null);
    try {
      await join(readForm(form, token));
    } catch (error) {
      const problem = problemOf(error);
      setReason(problem === 'conflict' ? 'login_taken' : problem === 'not_found' ? 'invite_void' : problem);
      setBusy(false);
      focusField(form, problem === 'conflict' ? 'login' : problem === 'weak_password' ? 'password' : null);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <Problem reason={reason === 'login_taken' || reason === 'weak_password' ? reason : null} />
      <AccountFields />
      <BusinessFields />
      <Problem reason={reason === 'login_taken' || reason === 'weak_password' ? null : reason} />
      <button class="primary" disabled={busy}>
        {busy ? t('join.busy') : t('join.submit')}
      </button>
    </form>
  );
}

function AccountFields() {
  return (
    <>
      <label class="field">
        <span>{t('field.login')}</span>
        <input
          name="login"
          required
          maxLength={32}
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,31}"
          title={t('field.login.hint')}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="login-hint"
        />
        <small id="login-hint">{t('field.login.hint')}</small>
      </label>
      <PasswordField autocomplete="new-password" minLength={8} hint={t('field.password.hint')} />
      <label class="field">
        <span>{t('field.name')}</span>
        <input name="name" required maxLength={100} autocomplete="name" dir="auto" />
      </label>
    </>
  );
}
