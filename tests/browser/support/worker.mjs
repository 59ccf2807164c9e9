// The service worker of a page.
/** The service worker answers for this page's next load. */
export function workerIsReady(page) {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated' || !navigator.serviceWorker.controller) await new Promise((later) => setTimeout(later, 20));
    // What was loaded before the worker was there is told to it and kept by it.
    const loaded = performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => /^\/assets\/.*\.(js|css)$/.test(path));
    for (const path of loaded) while (!(await caches.match(path))) await new Promise((later) => setTimeout(later, 20));
  });
}
