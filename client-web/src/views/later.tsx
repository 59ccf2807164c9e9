// Pages and parts of them that are loaded when they are opened.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../app/texts.js';
import { Card, PageHeader, Problem } from './parts.js';

interface LaterProps<P> {
  load(): Promise<ComponentType<P>>;
  props: P;
  /** Of a whole page: what it is called while it is not there. */
  heading?: string;
  /** The page stands before the club, beside no rooms. */
  front?: boolean;
}

export function Later<P extends object>({ load, props, heading, front = false }: LaterProps<P>) {
  const [View, setView] = useState<ComponentType<P> | null>(null);
  const [failed, setFailed] = useState(false);
  const begin = (): void => {
    setFailed(false);
    load().then(
      (view) => setView(() => view),
      () => setFailed(true),
    );
  };
  useEffect(begin, []);
  if (View !== null) return <View {...props} />;
  const waiting = failed ? <Failed again={begin} /> : <Loading />;
  if (heading === undefined) return waiting;
  if (front) return <Card heading={heading}>{waiting}</Card>;
  return (
    <section class="page" aria-labelledby="later-heading">
      <PageHeader id="later-heading" heading={heading} />
      <div class="page-body">{waiting}</div>
    </section>
  );
}

export function Loading() {
  return (
    <p class="hint" role="status">
      {t('people.loading')}
    </p>
  );
}

/** A file of the page: the server may be a newer one that does not have it any more, which a new page finds out. */
function Failed({ again }: { again(): void }) {
  return (
    <>
      <Problem reason="unreachable" />
      <div class="buttons">
        <button type="button" class="primary" onClick={again}>
          {t('action.again')}
        </button>
        <button type="button" onClick={() => location.reload()}>
          {t('action.reload')}
        </button>
      </div>
    </>
  );
}
