import { useEffect, useRef, useState } from 'preact/hooks';
import { originText, placeOf, roomName } from '../app/names.js';
import { aboutHref, entryHref, memberHref, ROOMS_HREF, searchHref } from '../app/address.js';
import { go } from '../app/route.js';
import { club, state } from '../app/session.js';
import { dayOf, listText, t, tOr } from '../app/texts.js';
import { visible } from '../app/visible.js';
import type { Member } from '../protocol/types.js';
import { lineOf } from '../state/club.js';
import type { Message } from '../state/message.js';
import { newestOf } from '../state/log.js';
import type { RoomLog } from '../state/log.js';
import { timeline } from '../state/timeline.js';
import { BlockButton } from './block.js';
import { Composer } from './composer.js';
import type { Mode } from './composer.js';
import { Icon } from './icons.js';
import { Later } from './later.js';
import { LevelButton } from './level.js';
import { Log } from './log.js';
import { IconButton } from './parts.js';
import { People } from './people.js';
import { Pins } from './pins.js';
import { RemoveQuestion } from './remove.js';

const loadReport = async () => (await import('./report.js')).ReportQuestion;
const loadModerate = async () => (await import('./moderate.js')).Moderate;

/** Joins the room while it is shown, and puts it on the member's list. */
function useRoom(id: string): void {
  const listed = state.value.listed?.has(id) === true;
  const refused = state.value.opened.get(id)?.stage === 'refused';
  useEffect(() => {
    club().open(id);
    return () => club().close(id);
  }, [id]);
  useEffect(() => {
    if (!listed && !refused) club().want(id, placeOf(id) ?? { room: id });
  }, [id, listed, refused]);
}

/** While nobody looks, what comes is new: with the first of it the line is drawn anew. */
function useNewLine(id: string): void {
  const seen = visible.value;
  const head = state.value.rooms.get(id)?.head ?? 0;
  const unread = state.value.rooms.get(id)?.unread ?? 0;
  const leftAt = useRef<number | null>(null);
  useEffect(() => {
    leftAt.current = seen ? null : (state.peek().rooms.get(id)?.head ?? 0);
  }, [id, seen]);
  useEffect(() => {
    if (seen || leftAt.current === null || head <= leftAt.current || unread === 0) return;
    leftAt.current = null;
    club().drawNewLine(id, state.peek().rooms.get(id)?.read ?? null);
  }, [id, seen, head, unread]);
}

export function RoomView({ id, target }: { id: string; target: { seq: number } | null }) {
  useRoom(id);
  useNewLine(id);
  const [people, setPeople] = useState(false);
  const opened = state.value.opened.get(id);
  const log = state.value.logs.get(id);
  const name = roomName(id, state.value.rooms.get(id));
  return (
    <section class={people ? 'room with-people' : 'room'} aria-label={name}>
      <Header id={id} name={name} people={people} setPeople={setPeople} />
      {opened?.stage === 'refused' ? <Refusal id={id} reason={opened.reason} /> : null}
      {opened?.stage !== 'refused' && log === undefined ? (
        <p class="empty" role="status">
          {openingText(opened?.reason ?? null)}
        </p>
      ) : null}
      {opened?.stage !== 'refused' && log !== undefined ? <Talk id={id} name={name} log={log} target={target} /> : null}
      {people ? <People room={id} close={() => setPeople(false)} /> : null}
    </section>
  );
}

function openingText(waitsFor: string | null): string {
  if (lineOf(state.value) === 'lost') return t('room.not_kept');
  if (waitsFor === null) return t('room.opening');
  return t('room.opening_waits', { reason: tOr(`reason.${waitsFor}`, 'reason.unknown') });
}

interface HeaderProps {
  id: string;
  name: string;
  people: boolean;
  setPeople(shown: boolean): void;
}

function Header({ id, name, people, setPeople }: HeaderProps) {
  const room = state.value.rooms.get(id);
  const about = room?.with === undefined ? (room?.topic ?? '') : originText(room.with);
  // Without a line nobody knows who is there.
  const known = room !== undefined && lineOf(state.value) !== 'lost';
  // Whoever reads this is in the room, also before the server has counted them.
  const online = Math.max(room?.online ?? 0, state.value.opened.get(id)?.stage === 'joined' ? 1 : 0);
  return (
    <header class="room-header">
      <a class="icon-button back" href={ROOMS_HREF} aria-label={t('action.back')} title={t('action.back')}>
        <Icon name="back" />
      </a>
      <div class="room-title">
        <h1 dir="auto">{room?.with === undefined ? name : <a href={memberHref(room.with.id)}>{name}</a>}</h1>
        <p dir="auto">
          <span data-testid="online">{known ? t('room.online', { count: online }) : ''}</span>
          {known && about !== '' ? ` · ${about}` : about}
        </p>
      </div>
      <a class="icon-button" href={searchHref(id)} aria-label={t('search.heading')} title={t('search.heading')}>
        <Icon name="search" />
      </a>
      {room === undefined ? null : <LevelButton room={id} always={room.kind === 'direct'} />}
      {room === undefined || room.kind === 'direct' ? null : (
        <a class="icon-button" href={aboutHref(id)} aria-label={t('about.label')} title={t('about.label')}>
          <Icon name="settings" />
        </a>
      )}
      <IconButton icon="people" label={t('people.label')} pressed={people} onClick={() => setPeople(!people)} />
    </header>
  );
}

function Refusal({ id, reason }: { id: string; reason: string | null }) {
  return (
    <div class="empty">
      <p role="alert">{tOr(`reason.room.${reason ?? ''}`, 'reason.room.other')}</p>
      <button type="button" onClick={() => club().rejoin(id)}>
        {t('action.again')}
      </button>
    </div>
  );
}

interface TalkProps {
  id: string;
  name: string;
  log: RoomLog;
  target: { seq: number } | null;
}

function Talk({ id, name, log, target }: TalkProps) {
  const [mode, setMode] = useState<Mode>({ kind: 'new' });
  const [removing, setRemoving] = useState<Message | null>(null);
  const [moderating, setModerating] = useState<Message | null>(null);
  const [reporting, setReporting] = useState<Message | null>(null);
  const [posted, setPosted] = useState(0);
  const { posts, acts, opened, rooms } = state.value;
  const room = rooms.get(id);
  const rows = timeline({ log, posts, acts, newAfter: opened.get(id)?.newAfter ?? null, dayOf });
  const stop = (): void => setMode({ kind: 'new' });
  const moderates = room?.role === 'moderator' && room.kind !== 'direct';
  const blocked = room?.with?.blocked === true ? room.with : undefined;
  return (
    <>
      <Pins id={id} show={(seq) => go(entryHref(id, seq))} />
      <Log
        id={id}
        label={t('log.label', { room: name })}
        log={log}
        rows={rows}
        opened={opened.get(id)}
        posted={posted}
        unread={room?.unread ?? 0}
        seen={visible.value}
        target={target}
        moderates={moderates}
        reply={(message) => setMode({ kind: 'reply', message })}
        edit={(message) => setMode({ kind: 'edit', message })}
        remove={setRemoving}
        moderate={setModerating}
        report={setReporting}
      />
      <Typists id={id} />
      {blocked === undefined ? (
        <Composer
          id={id}
          mode={mode}
          stop={stop}
          locked={room?.locked === true && !moderates}
          muted={room?.muted}
          slow={moderates ? 0 : (room?.slow ?? 0)}
          editLast={() => editLast(log, setMode)}
          posted={() => setPosted((count) => count + 1)}
        />
      ) : (
        <BlockedBar member={blocked} />
      )}
      {moderating === null ? null : (
        <Later load={loadModerate} props={{ room: id, member: moderating.from, close: () => setModerating(null) }} />
      )}
      {reporting === null ? null : (
        <Later load={loadReport} props={{ room: id, message: reporting, close: () => setReporting(null) }} />
      )}
      {removing === null ? null : <RemoveQuestion room={id} message={removing} close={() => setRemoving(null)} />}
    </>
  );
}

/** In the place of what one would write in. */
function BlockedBar({ member }: { member: Member }) {
  return (
    <div class="composer blocked-bar">
      <p>{t('block.is', { name: member.name })}</p>
      <BlockButton member={member} changed={() => {}} />
    </div>
  );
}

function editLast(log: RoomLog, setMode: (mode: Mode) => void): void {
  const last = newestOf(log)
    .messages.filter((message) => message.from.id === log.me && !message.removed)
    .at(-1);
  if (last !== undefined) setMode({ kind: 'edit', message: last });
}

const TYPISTS_NAMED = 3;

function Typists({ id }: { id: string }) {
  const typists = state.value.typing.get(id) ?? [];
  const names = typists.slice(0, TYPISTS_NAMED).map((typist) => typist.name);
  const text =
    typists.length > TYPISTS_NAMED
      ? t('room.many_typing', { count: typists.length })
      : t('room.typing', { names: listText(names), count: names.length });
  return (
    <p class="typing" data-testid="typing">
      {typists.length === 0 ? '' : text}
    </p>
  );
}
