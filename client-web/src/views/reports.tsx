// The queue of reports, for those who moderate: what was reported, what was around it, and what is to be done.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ROOMS_HREF } from '../app/address.js';
import { club, state } from '../app/session.js';
import { t } from '../app/texts.js';
import { usePages } from './form.js';
import { Loading } from './later.js';
import { PageHeader, Problem } from './parts.js';
import { joinQueue, useHeld } from './queue.js';
import type { Queued } from './queue.js';
import { ReportItem } from './report-item.js';

type Which = 'open' | 'settled';

export function ReportsPage() {
  const [which, setWhich] = useState<Which>('open');
  return (
    <section class="page" aria-labelledby="reports-heading">
      <PageHeader id="reports-heading" heading={t('reports.heading')} back={ROOMS_HREF} />
      <div class="page-body held">
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
  /** An answer may be older than what was done here meanwhile. */
  const settledHere = useRef(new Set<string>());
  const isLeft = ({ report }: Queued): boolean => !settledHere.current.has(report);
  const {
    items: reports,
    more,
    reason,
    drop,
    again,
    older,
    refresh,
  } = usePages(async (last: Queued | undefined) => {
    const page = await club().reports.list({ state: which, ...(last === undefined ? {} : { before: last.report }) });
    return { items: page.reports.filter(isLeft), more: page.more };
  });
  const [done, setDone] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const hold = useHeld(list, reports);
  const { reportsCounted: counted } = state.value;
  const seen = useRef(counted);
  useEffect(() => {
    if (counted === seen.current) return;
    seen.current = counted;
    refresh((known, page) => {
      const { pages, came } = joinQueue(known, { ...page, items: page.items.filter(isLeft) });
      if (came > 0) setDone(t('reports.came', { count: came }));
      keepFocus(pages.items);
      hold();
      return pages;
    });
  }, [counted]);
  /** Whoever works by keyboard goes on with the next one. */
  const settled = (id: string, what: string): void => {
    setDone(what);
    if (which === 'open') settledHere.current.add(id);
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

/** What one decides with goes away with a report that is gone. */
function keepFocus(reports: readonly Queued[]): void {
  const item = document.activeElement?.closest<HTMLElement>('[data-report]') ?? null;
  if (item !== null && reports.some(({ report, gone }) => gone === true && report === item.dataset['report']))
    item.focus();
}
