// The service worker, as the page sees it.

const BETWEEN_LOOKS = 3_600_000;
let registration: ServiceWorkerRegistration | null = null;
let lookedAt = 0;

function loadedFiles(): string[] {
  const paths = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  return paths.filter((path) => path.startsWith('/assets/'));
}

async function install(): Promise<void> {
  try {
    registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    lookedAt = Date.now();
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage(loadedFiles());
  } catch {
    // A private window, a certificate that was only clicked through: the client works as well, with a line.
  }
}

/** Behind everything that the page itself needs. */
export function installWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  if (document.readyState === 'complete') void install();
  else addEventListener('load', () => void install());
}

/** A page that stays open for days learns of a new build, too; the next one that is opened is of it. */
export function lookForUpdate(): void {
  if (registration === null || Date.now() - lookedAt < BETWEEN_LOOKS) return;
  lookedAt = Date.now();
  registration.update().catch(() => {});
}
