// One report in the queue.

import { useState } from 'preact/hooks';
import { entryHref, memberHref } from '../app/address.js';
import { originText, roomName } from '../app/names.js';
import { readReason } from '../app/reports.js';
import { club, problemOf, state } from '../app/session.js';
import { momentText, t, timeText, tOr } from '../app/texts.js';
import type { Outcome } from '../app/reports.js';
import type { Author, Report } from '../protocol/types.js';
import { Avatar, Problem } from './parts.js';
import type { Queued } from './queue.js';

interface ReportItemProps {
  report: Queued;
  /** `done`: what to tell, where nothing else tells it. */
  settled(done: string): void;
  /** The queue is another one by now. */
  again(): void;
}

export function ReportItem({ report, settled, again }: ReportItemProps) {
  const { accused, sender, reason } = report;
  const heading = `report-${report.report}`;
  return (
    <li class="card-row report" tabIndex={-1} aria-labelledby={heading} data-report={report.report}>
      <header>
        <Avatar id={accused.id} name={accused.name} />
        <div>
          <h2 id={heading} dir="auto">
            <a href={memberHref(accused.id)}>{accused.name}</a> <span class="hint">{originText(accused)}</span>
          </h2>
          <Where report={report} />
          <Before report={report} />
        </div>
      </header>
      <Around report={report} />
      <p dir="auto" class="report-reason">
        {sender === undefined ? t('report.held') : t('report.by', { name: sender.name, reason: readReason(reason) })}
      </p>
      <p class="hint" role="status">
        {report.gone === true ? t('report.gone') : ''}
      </p>
      {report.outcome !== undefined ? <Settled report={report} /> : null}
      {report.outcome === undefined && report.gone !== true ? (
        <Decide report={report} settled={settled} again={again} />
      ) : null}
    </li>
  );
}

function isDirect({ room }: Report): boolean {
  return room.startsWith('dm.');
}

function Where({ report }: { report: Report }) {
  const { room, seq, at } = report;
  const name = roomName(room, state.value.rooms.get(room));
  return (
    <p class="hint">
      {isDirect(report) ? t('report.direct') : <a href={seq === undefined ? '#/' : entryHref(room, seq)}>{name}</a>}
      {' · '}
      <time dateTime={at}>{momentText(at)}</time>
    </p>
  );
}

function Before({ report }: { report: Report }) {
  const { reported_before: count, upheld_before: upheld } = report;
  if (count === 0) return <p class="hint">{t('report.never_before')}</p>;
  return <p class={upheld > 0 ? 'report-before upheld' : 'report-before'}>{t('report.before', { count, upheld })}</p>;
}

/** The message in its place among those around it. */
function Around({ report }: { report: Report }) {
  const { seq = 0, around, accused, text, at } = report;
  const messages = around.flatMap((entry) => (entry.type === 'message' ? [entry] : []));
  return (
    <div class="around">
      {messages
        .filter((entry) => entry.seq < seq)
        .map((entry) => (
          <Line key={entry.seq} from={entry.from} text={entry.text} at={entry.at} />
        ))}
      <Line from={accused} text={text} at={seq === 0 ? at : undefined} reported />
      {messages
        .filter((entry) => entry.seq > seq)
        .map((entry) => (
          <Line key={entry.seq} from={entry.from} text={entry.text} at={entry.at} />
        ))}
    </div>
  );
}

interface LineProps {
  from: Author;
  text: string | undefined;
  at: string | undefined;
  reported?: boolean;
}

function Line({ from, text, at, reported = false }: LineProps) {
  return (
    <p class={reported ? 'around-line reported' : 'around-line'}>
      {reported ? <span class="visually-hidden">{t('report.reported')} </span> : null}
      <strong dir="auto">{from.name}</strong>{' '}
      {at === undefined ? null : (
        <time class="hint" dateTime={at} title={momentText(at)}>
          {timeText(at)}
        </time>
      )}
      {text === undefined ? (
        <span class="words removed">{t('message.removed')}</span>
      ) : (
        <span class="words" dir="auto">
          {text}
        </span>
      )}
    </p>
  );
}

function Settled({ report }: { report: Report }) {
  const { outcome, settled_by: by, settled_at: when, note } = report;
  const done = tOr(`report.outcome.${outcome ?? ''}`, 'report.outcome.other');
  return (
    <>
      <p dir="auto">
        <strong>{done}</strong>
        {by === undefined ? null : ` — ${by.name}`}
        {when === undefined ? null : `, ${momentText(when)}`}
      </p>
      {note === undefined ? null : <p dir="auto">{t('report.noted', { note })}</p>}
    </>
  );
}

/** In a direct talk a moderator removes nothing: nobody but its two enters it. */
function choicesOf(report: Report): Outcome[] {
  if (report.seq === undefined) return ['published', 'dismissed'];
  const others: Outcome[] = ['muted', 'banned', 'warned', 'dismissed'];
  return isDirect(report) ? others : ['removed', ...others];
}

const QUOTED = 300;

function warningOf(report: Report, note: string): string {
  const room = isDirect(report) ? t('report.direct') : roomName(report.room, state.value.rooms.get(report.room));
  const text = [...(report.text ?? '')].slice(0, QUOTED).join('');
  const warning = t('report.warning', { room, text });
  return note === '' ? warning : `${warning}\n\n${note}`;
}

function Decide({ report, settled, again }: ReportItemProps) {
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const settle = async (outcome: Outcome): Promise<void> => {
    const words = note.trim();
    setBusy(true);
    setProblem(null);
    try {
      await club().reports.settle({ report, outcome, note: words, warning: warningOf(report, words) });
      settled(
        outcome === 'muted' || outcome === 'banned' ? '' : t(`report.done.${outcome}`, { name: report.accused.name }),
      );
    } catch (error) {
      const why = problemOf(error);
      setBusy(false);
      if (why !== 'conflict') return setProblem(why);
      club().tell('settle', 'settled_already');
      again();
    }
  };
  return (
    <>
      <label class="field">
        <span>
          {t('report.note')} <span class="optional">{t('field.optional')}</span>
        </span>
        <input value={note} maxLength={500} dir="auto" onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <Problem reason={problem} />
      <div class="buttons" role="group" aria-label={t('moderate.action')} aria-busy={busy}>
        {choicesOf(report).map((outcome) => (
          <button
            key={outcome}
            type="button"
            class={outcome === 'removed' || outcome === 'banned' ? 'danger' : ''}
            onClick={() => (busy ? undefined : void settle(outcome))}
          >
            {t(`report.do.${outcome}`)}
          </button>
        ))}
      </div>
    </>
  );
}
