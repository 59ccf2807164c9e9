// What is the matter with the line, honestly.

import { useEffect, useState } from 'preact/hooks';
import { roomName } from '../app/names.js';
import { club, orTell, state, wake } from '../app/session.js';
import { dayOf, momentText, sentencesText, t, timeText, tOr } from '../app/texts.js';
import type { LineState, Trouble } from '../protocol/line.js';
import type { Notice } from '../state/club.js';
import { IconButton } from './parts.js';

function useSeconds(until: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** The seconds tick in sight only: a screen reader would read them out one by one. */
function Countdown({ until }: { until: number }) {
  const seconds = useSeconds(until);
  return <span aria-hidden="true">{t('line.next_try', { seconds })}</span>;
}

function troubleText(cause: Trouble): string {
  return t(cause === 'going_away' ? 'line.going_away' : navigator.onLine ? 'line.broken' : 'line.offline');
}

/** The same words from the break until the line is open again: trying again is told beside them. */
function lineText(line: LineState): string {
  switch (line.at) {
    case 'connecting':
      return line.cause === null ? t('line.connecting') : troubleText(line.cause);
    case 'leaving':
      return t('line.leaving');
    case 'waiting':
      return troubleText(line.cause);
    default:
      return '';
  }
}

/** The day is named unless it is today. */
function sinceText(time: number): string {
  const at = new Date(time).toISOString();
  return dayOf(at) === dayOf(new Date().toISOString()) ? timeText(at) : momentText(at);
}

export function LineStatus() {
  const { line, lineLost, lastOpen } = state.value;
  const text = lineLost ? lineText(line) : '';
  const first = line.at === 'connecting' && line.cause === null;
  return (
    <div
      class={`line-status ${text === '' ? 'quiet' : ''} ${first ? 'first' : ''}`}
      role="status"
      data-testid="line-status"
      data-line={line.at}
    >
      {text === '' ? null : <span>{text}</span>}
      {text === '' || lastOpen === null ? null : <span>{t('line.as_of', { at: sinceText(lastOpen) })}</span>}
      {text === '' ? null : <Trying line={line} />}
    </div>
  );
}

function Trying({ line }: { line: LineState }) {
  if (line.at === 'connecting' && line.cause !== null) return <span aria-hidden="true">{t('line.connecting')}</span>;
  if (line.at !== 'waiting') return null;
  return (
    <>
      <Countdown until={line.until} />
      <button type="button" class="link" onClick={wake}>
        {t('line.try_now')}
      </button>
    </>
  );
}

function noticeText(notice: Notice): string {
  if (notice.kind === 'server') return notice.words;
  if (notice.kind === 'failed') {
    const reason = tOr(`reason.${notice.reason}`, 'reason.unknown');
    return t('notice.failed', { what: tOr(`notice.what.${notice.what}`, 'notice.what.other'), reason });
  }
  if (notice.kind === 'done') return doneText(notice);
  const parts = [tOr(`notice.acted.${notice.what}`, 'notice.acted.other'), notice.words];
  if (notice.until !== null) parts.push(t('notice.until', { until: momentText(notice.until) }));
  const text = sentencesText(parts.filter((part) => part !== ''));
  if (notice.room === undefined) return text;
  return t('notice.in_room', { room: roomName(notice.room, state.value.rooms.get(notice.room)), text });
}

function doneText({ what, words, until, count = 0 }: Notice): string {
  const done = tOr(`notice.done.${what}`, 'notice.done.other', { name: words, count });
  return until === null ? done : `${done} ${t('notice.until', { until: momentText(until) })}`;
}

function takeBack({ id, undo }: Notice): void {
  if (undo === undefined || undo === null) return;
  club().dismiss(id);
  void orTell('moderate', club().moderation.undo(undo));
}

export function Notices() {
  return (
    <div class="notices" role="alert">
      {state.value.notices.map((notice) => (
        <div key={notice.id} class="notice">
          <span dir="auto">{noticeText(notice)}</span>
          {notice.undo === undefined || notice.undo === null ? null : (
            <button type="button" class="link" onClick={() => takeBack(notice)}>
              {t('notice.undo')}
            </button>
          )}
          <IconButton icon="close" label={t('action.dismiss')} onClick={() => club().dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
