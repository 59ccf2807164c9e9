// What a moderator can do about a member: over the page, loaded when it is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import { club, state } from '../app/session.js';
import { durationText, t } from '../app/texts.js';
import { ReasonField, textOf, useSubmit } from './form.js';
import { Problem } from './parts.js';

export interface ModerateProps {
  /** Null: in the whole club only. */
  room: string | null;
  member: { id: string; name: string };
  close(): void;
}

type What = 'mute' | 'ban' | 'purge';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LENGTHS = [10 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY];
const PURGED = [10 * MINUTE, HOUR, DAY];

export function Moderate({ room, member, close }: ModerateProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [what, setWhat] = useState<What>('mute');
  const [inClub, setInClub] = useState(room === null);
  useEffect(() => dialog.current?.showModal(), []);
  const { reason, busy, submit } = useSubmit(async (data) => {
    const seconds = Number(data.get('seconds'));
    await carryOut(what, inClub ? null : room, member, seconds, textOf(data, 'reason'));
    close();
  });
  return (
    <dialog ref={dialog} class="ask moderate" aria-labelledby="moderate-heading" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="moderate-heading" dir="auto">
          {t('moderate.heading', { name: member.name })}
        </h2>
        <Whats what={what} set={setWhat} room={room} />
        {room === null || what === 'purge' || state.value.me.role === 'member' ? null : (
          <label class="field">
            <span>{t('moderate.where')}</span>
            <select
              value={inClub ? 'club' : 'room'}
              onChange={(event) => setInClub(event.currentTarget.value === 'club')}
            >
              <option value="room">{t('moderate.where.room')}</option>
              <option value="club">{t('moderate.where.club')}</option>
            </select>
          </label>
        )}
        <Length key={what} what={what} />
        {what === 'purge' ? <p class="hint">{t('moderate.purge_stays')}</p> : <ReasonField />}
        <Problem reason={reason} />
        <div class="buttons">
          <button class="primary danger" disabled={busy}>
            {t('moderate.do')}
          </button>
          <button type="button" onClick={close}>
            {t('action.cancel')}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Whats({ what, set, room }: { what: What; set(what: What): void; room: string | null }) {
  const all: What[] = room === null ? ['mute', 'ban'] : ['mute', 'ban', 'purge'];
  return (
    <fieldset class="choices one">
      <legend>{t('moderate.action')}</legend>
      {all.map((each) => (
        <label key={each} class="check">
          <input type="radio" name="what" value={each} checked={what === each} onChange={() => set(each)} />
          {t(`moderate.${each}`)}
        </label>
      ))}
    </fieldset>
  );
}

/** Zero is for ever: no act takes that long. */
function Length({ what }: { what: What }) {
  const purging = what === 'purge';
  return (
    <label class="field">
      <span>{t(purging ? 'moderate.how_far' : 'moderate.how_long')}</span>
      <select name="seconds" defaultValue={String(purging ? HOUR : DAY)}>
        {(purging ? PURGED : LENGTHS).map((seconds) => (
          <option key={seconds} value={seconds} selected={seconds === (purging ? HOUR : DAY)}>
            {durationText(seconds)}
          </option>
        ))}
        {purging ? null : <option value={0}>{t('moderate.for_ever')}</option>}
      </select>
    </label>
  );
}

async function carryOut(
  what: What,
  room: string | null,
  member: ModerateProps['member'],
  seconds: number,
  reason: string,
): Promise<void> {
  const { moderation } = club();
  if (what === 'purge') {
    if (room !== null) await moderation.purge(room, member.id, member.name, seconds);
    return;
  }
  const { id, name } = member;
  await moderation.sanction({ kind: what, member: id, name, room, seconds: seconds === 0 ? null : seconds, reason });
}
