// The queue of reports, for those who moderate: what was reported, what was around it, and what is to be done.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ROOMS_HREF } from '../app/address.js';
import { club, problemOf, state } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Report } from '../protocol/types.js';
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

function useReports(which: Which) {
  const [reports, setReports] = useState<Report[] | null>(null);
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const load = async (known: Report[]): Promise<void> => {
    const before = known[known.length - 1]?.report;
    try {
      const page = await club().reports.list({ state: which, ...(before === undefined ? {} : { before }) });
      setReports([...known, ...page.reports]);
      setMore(page.more);
      setProblem(null);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const open = state.value.line.at === 'open';
  useEffect(() => {
    if (open) void load([]);
  }, [open, which]);
  const drop = (id: string): void => setReports((known) => known?.filter(({ report }) => report !== id) ?? null);
  return { reports, more, problem, drop, again: () => void load([]), older: () => void load(reports ?? []) };
}

function Queue({ which }: { which: Which }) {
  const { reports, more, problem, drop, again, older } = useReports(which);
  const [done, setDone] = useState('');
  const list = useRef<HTMLOListElement>(null);
  /** Whoever works by keyboard goes on with the next one. */
  const settled = (id: string, what: string): void => {
    setDone(what);
    const item = document.activeElement?.closest('li') ?? null;
    const next = item?.nextElementSibling ?? item?.previousElementSibling ?? list.current;
    if (next instanceof HTMLElement) next.focus();
    drop(id);
  };
  return (
    <>
      <p class="done" role="status" dir="auto">
        {done}
      </p>
      <Problem reason={problem} />
      {reports === null && problem === null ? <Loading /> : null}
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
