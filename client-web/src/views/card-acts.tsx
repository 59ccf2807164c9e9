// What those who moderate the club can do from a member's card.

import { useState } from 'preact/hooks';
import { auditHref, treeHref } from '../app/address.js';
import { roleName } from '../app/names.js';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Member } from '../protocol/types.js';
import { Ask } from './ask.js';
import { Freeze } from './freeze.js';
import { Icon } from './icons.js';
import { Later } from './later.js';

const loadModerate = async () => (await import('./moderate.js')).Moderate;
const ROLES: Member['role'][] = ['member', 'moderator', 'admin'];

export function ForModerators({ member }: { member: Member }) {
  const [open, setOpen] = useState(false);
  const [rising, setRising] = useState(false);
  const { me } = state.value;
  const appoint = (role: Member['role']): void =>
    void orTell('moderate', club().moderation.appoint(member.id, member.name, null, role, member.role));
  /** Nobody takes that back: it is asked first. */
  const choose = (role: Member['role']): void => (role === 'admin' ? setRising(true) : appoint(role));
  return (
    <div class="buttons for-moderators">
      <button type="button" onClick={() => setOpen(true)}>
        <Icon name="shield" /> {t('moderate.label', { name: member.name })}
      </button>
      <a class="button" href={auditHref(member.id)}>
        {t('audit.of_member')}
      </a>
      <a class="button" href={treeHref(member.id)}>
        {t('tree.heading')}
      </a>
      {me.role === 'admin' && member.role !== 'admin' ? (
        <label class="field inline">
          <span>{t('invites.role')}</span>
          <select value={member.role} onChange={(event) => choose(event.currentTarget.value as Member['role'])}>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {roleName(role)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {me.role === 'admin' || member.role === 'member' ? (
        <Freeze branch={{ kind: 'member', id: member.id }} name={member.name} />
      ) : null}
      {rising ? (
        <Ask
          question={t('card.ask_admin', { name: member.name })}
          yes={t('card.make_admin')}
          onYes={() => {
            setRising(false);
            appoint('admin');
          }}
          onNo={() => setRising(false)}
        />
      ) : null}
      {open ? <Later load={loadModerate} props={{ room: null, member, close: () => setOpen(false) }} /> : null}
    </div>
  );
}
