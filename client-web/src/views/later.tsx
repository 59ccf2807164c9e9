// Pages that are loaded when they are opened.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../app/texts.js';
import { Problem } from './parts.js';

interface LaterProps<P> {
  load(): Promise<ComponentType<P>>;
  props: P;
}

export function Later<P extends object>({ load, props }: LaterProps<P>) {
  const [View, setView] = useState<ComponentType<P> | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (view) => setView(() => view),
      () => setFailed(true),
    );
  }, []);
  if (failed) return <Problem reason="unreachable" />;
  return View === null ? <p class="empty">{t('people.loading')}</p> : <View {...props} />;
}
