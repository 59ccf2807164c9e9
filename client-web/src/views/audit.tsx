// The audit log: what moderators did, by whom, when, on what, why.

import { useState } from 'preact/hooks';
import { auditHref, memberHref, ROOMS_HREF, roomHref, SANCTIONS_HREF } from '../app/address.js';
import { byName, roomName } from '../app/names.js';
import { club, state } from '../app/session.js';
import { momentText, t, tOr } from '../app/texts.js';
import type { Action } from '../protocol/types.js';
import { ActionDetail } from './action-detail.js';
import { usePages } from './form.js';
import { Loading } from './later.js';
import { PageHeader, Problem } from './parts.js';
import { RaidSwitch } from './raid.js';

export function Audit({ member }: { member: string | null }) {
  const [room, setRoom] = useState('');
  const rooms = [...state.value.rooms.values()].filter(({ kind }) => kind !== 'direct');
  const name = (id: string): string => roomName(id, state.value.rooms.get(id));
  return (
    <section class="page" aria-labelledby="audit-heading">
      <PageHeader id="audit-heading" heading={t('audit.heading')} back={ROOMS_HREF} />
      <div class="page-body">
        <RaidSwitch />
        <p>
          <a href={SANCTIONS_HREF}>{t('sanctions.heading')}</a>
        </p>
        <div class="fields">
          <label class="field">
            <span>{t('audit.room')}</span>
            <select value={room} onChange={(event) => setRoom(event.currentTarget.value)}>
              <option value="">{t('audit.all_rooms')}</option>
              {byName(rooms, ({ room: id }) => name(id)).map(({ room: id }) => (
                <option key={id} value={id}>
                  {name(id)}
                </option>
              ))}
            </select>
          </label>
          {member === null ? null : <a href={auditHref(null)}>{t('audit.everybody')}</a>}
        </div>
        <ActionList key={`${room} ${member ?? ''}`} room={room === '' ? null : room} member={member} />
      </div>
    </section>
  );
}

interface Filter {
  room: string | null;
  member: string | null;
}

function useActions({ room, member }: Filter) {
  // An act in a room is an entry of its log.
  const head = room === null ? 0 : (state.value.rooms.get(room)?.head ?? 0);
  const filter = { ...(room === null ? {} : { room }), ...(member === null ? {} : { member }) };
  return usePages(async (last: Action | undefined) => {
    const page = await club().moderation.actions(last === undefined ? filter : { ...filter, before: last.id });
    return { items: page.actions, more: page.more };
  }, `${room} ${member} ${head}`);
}

export function ActionList(filter: Filter) {
  const { items: actions, more, reason, older } = useActions(filter);
  return (
    <>
      <Problem reason={reason} />
      {actions === null && reason === null ? <Loading /> : null}
      {actions?.length === 0 ? <p class="hint">{t('audit.none')}</p> : null}
      <ol class="cards">
        {actions?.map((action) => (
          <ActionItem key={action.id} action={action} />
        ))}
      </ol>
      {more ? (
        <button type="button" onClick={older}>
          {t('audit.more')}
        </button>
      ) : null}
    </>
  );
}

function ActionItem({ action }: { action: Action }) {
  const { at, by, by_name: byThat, member, member_name: name, room, until, reason } = action;
  const what = tOr(`audit.action.${action.action}`, 'audit.action.other');
  return (
    <li class="card-row action" data-action={action.action}>
      <p>
        <strong dir="auto">{by === '' ? t('audit.operator') : byThat}</strong>
        {' — '}
        {what}
        {member === undefined ? null : (
          <>
            {': '}
            <a href={memberHref(member)} dir="auto">
              {name ?? member}
            </a>
          </>
        )}
      </p>
      <p class="hint">
        <time dateTime={at}>{momentText(at)}</time>
        {room === undefined ? null : (
          <>
            {' · '}
            <a href={roomHref(room)}>{roomName(room, state.value.rooms.get(room))}</a>
          </>
        )}
        {until === undefined ? null : ` · ${t('notice.until', { until: momentText(until) })}`}
      </p>
      <ActionDetail action={action} />
      {reason === undefined ? null : <p dir="auto">{t('note.reason', { reason })}</p>}
    </li>
  );
}
