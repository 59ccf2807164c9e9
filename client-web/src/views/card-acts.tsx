// What those who moderate the club can do from a member's card.

import { useState } from 'preact/hooks';
import { auditHref } from '../app/address.js';
import { roleName } from '../app/names.js';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Member } from '../protocol/types.js';
import { Ask } from './ask.js';
import { ReasonField } from './form.js';
import { Icon } from './icons.js';
import { Later } from './later.js';

const loadModerate = async () => (await import('./moderate.js')).Moderate;
const ROLES: Member['role'][] = ['member', 'moderator', 'admin'];

export function ForModerators({ member }: { member: Member }) {
  const [open, setOpen] = useState(false);
  const { me } = state.value;
  const appoint = (role: Member['role']): void =>
    void orTell('moderate', club().moderation.appoint(member.id, member.name, null, role));
  return (
    <div class="buttons">
      <button type="button" onClick={() => setOpen(true)}>
        <Icon name="shield" /> {t('moderate.label', { name: member.name })}
      </button>
      <a class="button" href={auditHref(member.id)}>
        {t('audit.of_member', { name: member.name })}
      </a>
      {me.role === 'admin' && member.role !== 'admin' ? (
        <label class="field inline">
          <span>{t('invites.role')}</span>
          <select value={member.role} onChange={(event) => appoint(event.currentTarget.value as Member['role'])}>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {roleName(role)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {me.role === 'admin' || member.role === 'member' ? <Freeze member={member} /> : null}
      {open ? <Later load={loadModerate} props={{ room: null, member, close: () => setOpen(false) }} /> : null}
    </div>
  );
}

/** Shuts out the member and all who came through that one, or lets them in again. */
function Freeze({ member }: { member: Member }) {
  const [asking, setAsking] = useState<'no' | 'freeze' | 'thaw'>('no');
  const [reason, setReason] = useState('');
  const carryOut = (): void => {
    const on = asking === 'freeze';
    setAsking('no');
    void orTell('moderate', club().moderation.freeze(member.id, member.name, on, on ? reason.trim() : ''));
  };
  const freezing = asking === 'freeze';
  return (
    <>
      <button type="button" onClick={() => setAsking('freeze')}>
        {t('freeze.on')}
      </button>
      <button type="button" onClick={() => setAsking('thaw')}>
        {t('freeze.off')}
      </button>
      {asking === 'no' ? null : (
        <Ask
          question={t(freezing ? 'freeze.ask_on' : 'freeze.ask_off', { name: member.name })}
          yes={t(freezing ? 'freeze.on' : 'freeze.off')}
          onYes={carryOut}
          onNo={() => setAsking('no')}
        >
          {freezing ? <ReasonField value={reason} set={setReason} /> : null}
        </Ask>
      )}
    </>
  );
}
