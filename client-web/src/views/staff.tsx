// Who moderates a room, and whom a private one lets in.

import { aboutHref } from '../app/address.js';
import { originText, roleName, roomName } from '../app/names.js';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Author, Staff } from '../protocol/types.js';
import { More } from './find.js';
import { useDone, usePages } from './form.js';
import { Loading } from './later.js';
import { Problem } from './parts.js';
import { MemberPicker, MemberText } from './picker.js';

/** An appointment is an entry of the room's log. */
export function StaffSection({ room }: { room: string }) {
  const head = state.value.rooms.get(room)?.head ?? 0;
  const { items, more, reason, older, again } = usePages(async (last: Staff | undefined) => {
    const page = await club().moderation.staff(room, last?.id ?? null);
    return { items: page.staff, more: page.more };
  }, `${room} ${head} ${useDone()}`);
  const appoints = state.value.me.role !== 'member';
  const appoint = async (member: string, name: string, on: boolean): Promise<void> => {
    await orTell('moderate', club().moderation.appoint(member, name, room, on ? 'moderator' : 'member'));
    again();
  };
  return (
    <section aria-labelledby="staff-heading" data-testid="staff">
      <h2 id="staff-heading">{t('staff.heading')}</h2>
      <Problem reason={reason} />
      {items === null && reason === null ? <Loading /> : null}
      <ul class="plates">
        {items?.map((one) => (
          <li key={one.id} class="plate">
            <MemberText
              id={one.id}
              name={one.name}
              more={[standingOf(one, room), originText(one)].filter((part) => part !== '').join(' · ')}
            />
            {appoints && one.room === room ? (
              <button
                type="button"
                aria-label={t('staff.dismiss_one', { name: one.name })}
                onClick={() => void appoint(one.id, one.name, false)}
              >
                {t('staff.dismiss')}
              </button>
            ) : null}
            {one.room === undefined || one.room === room ? null : <a href={aboutHref(one.room)}>{t('staff.there')}</a>}
          </li>
        ))}
      </ul>
      {more ? <More more={older} /> : null}
      {appoints ? (
        <MemberPicker
          label={t('staff.find')}
          act={t('staff.appoint')}
          actOn={(name) => t('staff.appoint_one', { name })}
          without={items?.map(({ id }) => id) ?? []}
          pick={({ id, name }) => appoint(id, name, true)}
        />
      ) : null}
    </section>
  );
}

function standingOf({ role, room }: Staff, here: string): string {
  if (role !== 'member') return roleName(role);
  if (room === undefined || room === here) return t('staff.here');
  return t('staff.through', { room: roomName(room, state.value.rooms.get(room)) });
}

export function AdmittedSection({ room }: { room: string }) {
  const { items, more, reason, older, again } = usePages(async (last: Author | undefined) => {
    const page = await club().moderation.admitted(room, last?.id ?? null);
    return { items: page.members, more: page.more };
  }, `${room} ${useDone()}`);
  const admit = async (member: string, name: string, on: boolean): Promise<void> => {
    await orTell('moderate', club().moderation.admit(room, member, name, on));
    again();
  };
  return (
    <section aria-labelledby="admitted-heading" data-testid="admitted">
      <h2 id="admitted-heading">{t('admitted.heading')}</h2>
      <Problem reason={reason} />
      {items === null && reason === null ? <Loading /> : null}
      <ul class="plates">
        {items?.map((member) => (
          <li key={member.id} class="plate">
            <MemberText id={member.id} name={member.name} more={originText(member)} />
            {member.id === state.value.me.id ? (
              <span class="mark">{t('people.you')}</span>
            ) : (
              <button
                type="button"
                aria-label={t('admitted.exclude_one', { name: member.name })}
                onClick={() => void admit(member.id, member.name, false)}
              >
                {t('admitted.exclude')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {more ? <More more={older} /> : null}
      <MemberPicker
        label={t('admitted.find')}
        act={t('admitted.admit')}
        actOn={(name) => t('admitted.admit_one', { name })}
        without={items?.map(({ id }) => id) ?? []}
        pick={({ id, name }) => admit(id, name, true)}
      />
    </section>
  );
}
