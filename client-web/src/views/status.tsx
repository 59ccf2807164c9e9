// What is the matter with the line, honestly.

import { useEffect, useState } from 'preact/hooks';
import { club, state, wake } from '../app/session.js';
import { momentText, t, tOr } from '../app/texts.js';
import type { LineState } from '../protocol/line.js';
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

function lineText(line: LineState): string {
  switch (line.at) {
    case 'connecting':
      return t('line.connecting');
    case 'leaving':
      return t('line.leaving');
    case 'waiting':
      return t(line.cause === 'going_away' ? 'line.going_away' : navigator.onLine ? 'line.broken' : 'line.offline');
    default:
      return '';
  }
}

export function LineStatus() {
  const { line } = state.value;
  const text = lineText(line);
  return (
    <div
      class={`line-status ${text === '' ? 'quiet' : line.at}`}
      role="status"
      data-testid="line-status"
      data-line={line.at}
    >
      {text === '' ? null : <span>{text}</span>}
      {line.at === 'waiting' ? <Countdown until={line.until} /> : null}
      {line.at === 'waiting' ? (
        <button type="button" class="link" onClick={wake}>
          {t('line.try_now')}
        </button>
      ) : null}
    </div>
  );
}

function noticeText(notice: Notice): string {
  if (notice.kind === 'server') return notice.words;
  if (notice.kind === 'failed') {
    const reason = tOr(`reason.${notice.reason}`, 'reason.unknown');
    return t('notice.failed', { what: tOr(`notice.what.${notice.what}`, 'notice.what.other'), reason });
  }
  const parts = [tOr(`notice.acted.${notice.what}`, 'notice.acted.other'), notice.words];
  if (notice.until !== null) parts.push(t('notice.until', { until: momentText(notice.until) }));
  return parts.filter((part) => part !== '').join(' ');
}

export function Notices() {
  return (
    <div class="notices" role="alert">
      {state.value.notices.map((notice) => (
        <div key={notice.id} class="notice">
          <span dir="auto">{noticeText(notice)}</span>
          <IconButton icon="close" label={t('action.dismiss')} onClick={() => club().dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
