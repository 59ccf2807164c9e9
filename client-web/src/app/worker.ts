// The service worker, as the page sees it.

import { effect } from '@preact/signals';
import { isRecord } from '../protocol/frames.js';
import { go } from './route.js';
import { settled } from './settled.js';

const BETWEEN_LOOKS = 3_600_000;
/** What is answered is drawn first. */
const AFTER_DRAWING = 200;
let registration: ServiceWorkerRegistration | null = null;
let lookedAt = 0;

function loadedFiles(): string[] {
  const paths = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  return paths.filter((path) => path.startsWith('/assets/'));
}

/** False: it did not come, and may the next time that the club answers. */
async function install(): Promise<boolean> {
  try {
    registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    lookedAt = Date.now();
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage(loadedFiles());
    return true;
  } catch (error) {
    // A private window, a certificate that was only clicked through: the client works as well, with a line.
    return !(error instanceof TypeError);
  }
}

/** Somebody pressed a notification. */
function heard({ data }: MessageEvent<unknown>): void {
  if (isRecord(data) && typeof data['open'] === 'string' && data['open'].startsWith('#/')) go(data['open']);
}

/** Behind everything that the first screen needs: on a slow line the worker's files would come between. */
export function installWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', heard);
  let stage: 'wanted' | 'begun' | 'there' = 'wanted';
  const begin = async (): Promise<void> => {
    if (stage !== 'wanted') return;
    stage = 'begun';
    stage = (await install()) ? 'there' : 'wanted';
  };
  effect(() => {
    if (!settled.value) return undefined;
    const timer = setTimeout(() => void begin(), AFTER_DRAWING);
    return () => clearTimeout(timer);
  });
}

/** A page that stays open for days learns of a new build, too; the next one that is opened is of it. */
export function lookForUpdate(): void {
  if (registration === null || Date.now() - lookedAt < BETWEEN_LOOKS) return;
  lookedAt = Date.now();
  registration.update().catch(() => {});
}
