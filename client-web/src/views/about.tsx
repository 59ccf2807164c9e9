// A room's own page: what it is about and what is pinned, and for its moderators what they can set.

import { useEffect, useState } from 'preact/hooks';
import { entryHref, roomHref } from '../app/address.js';
import { placeOf, roomName } from '../app/names.js';
import { go } from '../app/route.js';
import { club, orTell, problemOf, state } from '../app/session.js';
import { durationText, t } from '../app/texts.js';
import type { Room } from '../protocol/types.js';
import { findMessage } from '../state/log.js';
import { ActionList } from './audit.js';
import { textOf } from './form.js';
import { LevelField } from './level.js';
import { PageHeader, Problem } from './parts.js';
import { useQuoted } from './pins.js';
import { SanctionList } from './sanctions.js';
import { AdmittedSection, StaffSection } from './staff.js';

const SLOW = [0, 10, 30, 60, 300, 900, 3600];

export function About({ room: id }: { room: string }) {
  const room = state.value.rooms.get(id);
  const name = roomName(id, room);
  useEffect(() => {
    club().open(id);
    return () => club().close(id);
  }, [id]);
  const moderates = room?.role === 'moderator' && room.kind !== 'direct';
  return (
    <section class="page" aria-labelledby="about-heading">
      <PageHeader id="about-heading" heading={t('about.heading', { room: name })} back={roomHref(id)} />
      <div class="page-body">
        {room?.private === true ? <p class="note">{t('about.private')}</p> : null}
        {room === undefined ? null : <LevelField room={id} />}
        <h2>{t('about.topic')}</h2>
        <p dir="auto" class="topic">
          {room?.topic === undefined || room.topic === '' ? t('about.no_topic') : room.topic}
        </p>
        <h2>{t('about.pinned')}</h2>
        <Pinned id={id} moderates={moderates} />
        {room !== undefined && moderates ? <Settings key={id} room={room} /> : null}
        {room === undefined || room.kind === 'direct' ? null : <StaffSection key={`staff ${id}`} room={id} />}
        {moderates && room.private ? <AdmittedSection key={`admitted ${id}`} room={id} /> : null}
        {moderates ? (
          <SanctionList
            key={`sanctions ${id}`}
            room={id}
            member={null}
            heading={t('sanctions.here')}
            none={t('sanctions.none')}
          />
        ) : null}
        {moderates ? (
          <>
            <h2>{t('about.log')}</h2>
            <ActionList room={id} member={null} />
          </>
        ) : null}
      </div>
    </section>
  );
}

function Pinned({ id, moderates }: { id: string; moderates: boolean }) {
  const pinned = state.value.rooms.get(id)?.pinned ?? [];
  const log = state.value.logs.get(id);
  useQuoted(id, pinned);
  if (pinned.length === 0) return <p class="hint">{t('about.no_pins')}</p>;
  const unpin = (seq: number): void => void orTell('moderate', club().moderation.pin(id, seq, false));
  return (
    <ul class="cards">
      {pinned.map((seq) => {
        const message = log === undefined ? undefined : findMessage(log, seq);
        return (
          <li key={seq} class="card-row">
            <button type="button" class="quote" onClick={() => go(entryHref(id, seq))}>
              <strong dir="auto">{message?.from.name ?? ''}</strong>
              <span dir="auto">{message?.text ?? t(message === null ? 'quote.missing' : 'quote.loading')}</span>
            </button>
            {moderates ? (
              <button type="button" onClick={() => unpin(seq)}>
                {t('moderate.unpin')}
              </button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

/** What is not changed is not sent. */
function changeOf(room: Room, data: FormData): Parameters<ReturnType<typeof club>['moderation']['update']>[1] {
  const text = (name: string): string => textOf(data, name);
  const change: ReturnType<typeof changeOf> = {};
  if (text('title') !== titleOf(room)) change.title = text('title');
  if (text('topic') !== room.topic) change.topic = text('topic');
  if (data.has('locked') !== room.locked) change.locked = data.has('locked');
  if (Number(data.get('slow')) !== room.slow) change.slow = Number(data.get('slow'));
  return change;
}

/** Empty where the club's own name stands. */
function titleOf(room: Room): string {
  return placeOf(room.room) !== null && roomName(room.room, room) === roomName(room.room, undefined) ? '' : room.title;
}

function Settings({ room }: { room: Room }) {
  const [reason, setReason] = useState<string | null>(null);
  const own = placeOf(room.room) === null;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setReason(null);
    try {
      const change = changeOf(room, new FormData(event.currentTarget as HTMLFormElement));
      if (Object.keys(change).length > 0) await club().moderation.update(room.room, change);
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  const slow = SLOW.includes(room.slow) ? SLOW : [...SLOW, room.slow].sort((a, b) => a - b);
  return (
    <>
      <h2>{t('about.settings')}</h2>
      <form
        key={`${room.title} ${room.topic} ${room.locked} ${room.slow}`}
        class="form"
        onSubmit={(event) => void submit(event)}
      >
        <label class="field">
          <span>{t('about.title')}</span>
          <input name="title" maxLength={100} required={own} dir="auto" defaultValue={titleOf(room)} />
          {own ? null : <small>{t('about.title.hint')}</small>}
        </label>
        <label class="field">
          <span>
            {t('about.topic')} <span class="optional">{t('field.optional')}</span>
          </span>
          <textarea name="topic" rows={3} maxLength={500} dir="auto" defaultValue={room.topic} />
        </label>
        <label class="check">
          <input type="checkbox" name="locked" defaultChecked={room.locked} />
          {t('about.locked')}
        </label>
        <label class="field">
          <span>{t('about.slow')}</span>
          <select name="slow">
            {slow.map((seconds) => (
              <option key={seconds} value={seconds} selected={seconds === room.slow}>
                {seconds === 0 ? t('about.slow.off') : t('about.slow.every', { time: durationText(seconds) })}
              </option>
            ))}
          </select>
        </label>
        <Problem reason={reason} />
        <div class="buttons">
          <button class="primary">{t('about.save')}</button>
        </div>
      </form>
    </>
  );
}
