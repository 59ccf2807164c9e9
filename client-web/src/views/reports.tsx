// The queue of reports, for those who moderate: what was reported, what was around it, and what is to be done.

import { useRef, useState } from 'preact/hooks';
import { ROOMS_HREF } from '../app/address.js';
import { club } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Report } from '../protocol/types.js';
import { usePages } from './form.js';
import { Loading } from './later.js';
import { PageHeader, Problem } from './parts.js';
import { ReportItem } from './report-item.js';

type Which = 'open' | 'settled';

export function ReportsPage() {
  const [which, setWhich] = useState<Which>('open');
  return (
    <section class="page" aria-labelledby="reports-heading">
      <PageHeader id="reports-heading" heading={t('reports.heading')} back={ROOMS_HREF} />
      <div class="page-body">
        <label class="field inline">
          <span>{t('reports.show')}</span>
          <select value={which} onChange={(event) => setWhich(event.currentTarget.value as Which)}>
            <option value="open">{t('reports.open')}</option>
            <option value="settled">{t('reports.settled')}</option>
          </select>
        </label>
        <Queue key={which} which={which} />
      </div>
    </section>
  );
}

function Queue({ which }: { which: Which }) {
  const {
    items: reports,
    more,
    reason,
    drop,
    again,
    older,
  } = usePages(async (last: Report | undefined) => {
    const page = await club().reports.list({ state: which, ...(last === undefined ? {} : { before: last.report }) });
    return { items: page.reports, more: page.more };
  });
  const [done, setDone] = useState('');
  const list = useRef<HTMLOListElement>(null);
  /** Whoever works by keyboard goes on with the next one. */
  const settled = (id: string, what: string): void => {
    setDone(what);
    const item = document.activeElement?.closest('li') ?? null;
    const next = item?.nextElementSibling ?? item?.previousElementSibling ?? list.current;
    if (next instanceof HTMLElement) next.focus();
    drop(({ report }) => report === id);
  };
  return (
    <>
      <p class="done" role="status" dir="auto">
        {done}
      </p>
      <Problem reason={reason} />
      {reports === null && reason === null ? <Loading /> : null}
      {reports?.length === 0 ? (
        <p class="hint" role="status">
          {t(which === 'open' ? 'reports.none_open' : 'reports.none_settled')}
        </p>
      ) : null}
      <ol ref={list} class="cards reports" tabIndex={-1} aria-label={t('reports.heading')}>
        {reports?.map((report) => (
          <ReportItem
            key={report.report}
            report={report}
            settled={(what) => settled(report.report, what)}
            again={again}
          />
        ))}
      </ol>
      <div class="buttons">
        {more ? (
          <button type="button" onClick={older}>
            {t('audit.more')}
          </button>
        ) : null}
        <button type="button" onClick={again}>
          {t('reports.again')}
        </button>
      </div>
    </>
  );
}
