// What a member reported, and what came of it.

import { useState } from 'preact/hooks';
import { entryHref } from '../app/address.js';
import { roomName } from '../app/names.js';
import { readReason } from '../app/reports.js';
import { club, state } from '../app/session.js';
import { momentText, t, tOr } from '../app/texts.js';
import type { Report } from '../protocol/types.js';
import { More } from './find.js';
import { usePages } from './form.js';
import { Loading } from './later.js';
import { Problem } from './parts.js';

type Which = 'open' | 'settled';

export function OwnReports() {
  const [which, setWhich] = useState<Which>('settled');
  return (
    <>
      <label class="field inline">
        <span>{t('reports.show')}</span>
        <select value={which} onChange={(event) => setWhich(event.currentTarget.value as Which)}>
          <option value="settled">{t('reports.settled')}</option>
          <option value="open">{t('reports.open')}</option>
        </select>
      </label>
      <Pages key={which} which={which} />
    </>
  );
}

function Pages({ which }: { which: Which }) {
  const {
    items: reports,
    more,
    reason,
    older,
  } = usePages(async (last: Report | undefined) => {
    const before = last === undefined ? {} : { before: last.report };
    const page = await club().reports.list({ own: true, state: which, ...before });
    return { items: page.reports, more: page.more };
  });
  return (
    <>
      <Problem reason={reason} />
      {reports === null && reason === null ? <Loading /> : null}
      <p class="hint" role="status">
        {reports?.length === 0 ? t(which === 'open' ? 'reports.none_open' : 'reports.none_settled') : ''}
      </p>
      <ul class="cards" aria-label={t('account.reports')}>
        {reports?.map((report) => (
          <OwnReport key={report.report} report={report} />
        ))}
      </ul>
      {more ? <More more={older} /> : null}
    </>
  );
}

function OwnReport({ report }: { report: Report }) {
  const { accused, outcome, note, reason, room, seq, text } = report;
  return (
    <li class="card-row" data-own-report={report.report}>
      <p>
        <strong dir="auto">{accused.name}</strong>{' '}
        {seq === undefined ? null : (
          <a href={entryHref(room, seq)} dir="auto">
            {room.startsWith('dm.') ? t('report.direct') : roomName(room, state.value.rooms.get(room))}
          </a>
        )}
      </p>
      {text === undefined ? null : (
        <blockquote class="quoted" dir="auto">
          {text}
        </blockquote>
      )}
      {reason === '' ? null : (
        <p class="hint" dir="auto">
          {readReason(reason)}
        </p>
      )}
      <p>
        {outcome === undefined ? t('reports.open') : tOr(`report.outcome.${outcome}`, 'report.outcome.other')}
        <span class="hint"> · {momentText(report.settled_at ?? report.at)}</span>
      </p>
      {note === undefined || note === '' ? null : <p dir="auto">{t('report.noted', { note })}</p>}
    </li>
  );
}
