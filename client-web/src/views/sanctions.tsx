// Who is muted or banned: in a room, in the whole club, or what is in force against one member; and how it is lifted.

import { auditHref, roomHref } from '../app/address.js';
import { roomName } from '../app/names.js';
import { club, orTell, state } from '../app/session.js';
import { momentText, t } from '../app/texts.js';
import type { Sanction } from '../protocol/types.js';
import { More } from './find.js';
import { useDone, usePages } from './form.js';
import { Loading } from './later.js';
import { PageHeader, Problem } from './parts.js';
import { MemberText } from './picker.js';

export function SanctionsPage() {
  return (
    <section class="page" aria-labelledby="sanctions-heading">
      <PageHeader id="sanctions-heading" heading={t('sanctions.heading')} back={auditHref(null)} />
      <div class="page-body">
        <p class="hint">{t('sanctions.what')}</p>
        <SanctionList room={null} member={null} none={t('sanctions.none')} />
      </div>
    </section>
  );
}

interface ListProps {
  room: string | null;
  member: string | null;
  /** Where there is none: what is said, or nothing at all. */
  none: string | null;
  heading?: string;
}

/** A mute or a ban in a room is an entry of its log. */
export function SanctionList({ room, member, none, heading }: ListProps) {
  const head = room === null ? 0 : (state.value.rooms.get(room)?.head ?? 0);
  const wish = { ...(room === null ? {} : { room }), ...(member === null ? {} : { member }) };
  const { items, more, reason, older, again } = usePages(async (last: Sanction | undefined) => {
    const page = await club().moderation.sanctions(last === undefined ? wish : { ...wish, after: last.id });
    return { items: page.sanctions, more: page.more };
  }, `${room} ${member} ${head} ${useDone()}`);
  const lift = async (sanction: Sanction): Promise<void> => {
    await orTell('moderate', club().moderation.lift(sanction));
    again();
  };
  if (none === null && (reason !== null || (items ?? []).length === 0)) return null;
  return (
    <section aria-label={heading} data-testid="sanctions">
      {heading === undefined ? null : <h2 dir="auto">{heading}</h2>}
      <Problem reason={reason} />
      {items === null && reason === null ? <Loading /> : null}
      <p class="hint" role="status">
        {items?.length === 0 ? none : ''}
      </p>
      <ul class="plates">
        {items?.map((sanction) => (
          <SanctionItem key={sanction.id} sanction={sanction} inRoom={room !== null} lift={() => void lift(sanction)} />
        ))}
      </ul>
      {more ? <More more={older} /> : null}
    </section>
  );
}

function SanctionItem({ sanction, inRoom, lift }: { sanction: Sanction; inRoom: boolean; lift(): void }) {
  const { member, member_name: name, kind, until, by_name: by, room, since, reason } = sanction;
  const parts = [
    t(`sanctions.${kind}`),
    until === undefined ? t('sanctions.for_ever') : t('sanctions.until', { until: momentText(until) }),
    by === undefined ? '' : t('sanctions.by', { name: by, at: momentText(since) }),
  ];
  return (
    <li class="plate sanction" data-sanction={kind}>
      <div class="sanction-text">
        <div class="sanction-who">
          <MemberText id={member} name={name} more={parts.filter((part) => part !== '').join(' · ')} />
        </div>
        {inRoom ? null : (
          <p>
            {room === undefined ? (
              t('sanctions.in_club')
            ) : (
              <a href={roomHref(room)}>{roomName(room, state.value.rooms.get(room))}</a>
            )}
          </p>
        )}
        {reason === undefined ? null : <p dir="auto">{t('note.reason', { reason })}</p>}
      </div>
      {member === state.value.me.id ? null : (
        <button type="button" aria-label={t(`sanctions.lift_${kind}`, { name })} onClick={lift}>
          {t('sanctions.lift')}
        </button>
      )}
    </li>
  );
}
