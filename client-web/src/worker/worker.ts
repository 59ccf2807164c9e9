// The service worker: the page and what belongs to it come from this browser, so that the client opens without a line.
// Each build has a cache of its own. What the server answers for, `/api/` and `/ws`, never passes through here.
import { answeredHere, olderThan, PAGE, stemOf, successors } from './rules.js';
import type { Build } from './rules.js';

declare const self: ServiceWorkerGlobalScope;
/** Put in by build.mjs. */
declare const BUILD: Build;

const PREFIX = 'club-';
const OWN = PREFIX + BUILD.version;
const known = new Set([...BUILD.shell, ...Object.values(BUILD.later).flat()]);

async function ownNames(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** Names of files carry a hash of what is in them, so what the browser has may be taken. */
async function keep(cache: Cache, paths: Iterable<string>): Promise<void> {
  const wanted = [...new Set(paths)].filter((path) => known.has(path));
  const missing = await Promise.all(
    wanted.map(async (path) => ((await cache.match(path)) === undefined ? [path] : [])),
  );
  await cache.addAll(missing.flat());
}

/** While servers are replaced another one may answer: its page is not put beside this build's files. */
async function keepPage(cache: Cache): Promise<void> {
  const page = await fetch(PAGE, { cache: 'no-cache' });
  const text = await page.clone().text();
  if (!page.ok || !BUILD.named.every((path) => text.includes(path))) throw new Error('the page is of another build');
  await cache.put(PAGE, page);
}

/** Whatever the older builds kept of what is loaded later: of this build, it is kept at once. */
async function usedBefore(): Promise<string[]> {
  const stems = new Set<string>();
  for (const name of await ownNames()) {
    for (const { url } of await (await caches.open(name)).keys()) stems.add(stemOf(new URL(url).pathname));
  }
  return successors(BUILD, stems);
}

async function install(): Promise<void> {
  const cache = await caches.open(OWN);
  await keep(cache, [...BUILD.shell, ...(await usedBefore())]);
  await keepPage(cache);
  await self.skipWaiting();
}

/** Pages of the build before this one may still be open, and need their files. */
async function activate(): Promise<void> {
  const older = olderThan(OWN, await ownNames());
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Once the only page is one of this build, nothing needs older files. */
async function dropOlder(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length > 1) return;
  await Promise.all(olderThan(OWN, await ownNames()).map((name) => caches.delete(name)));
}

/** Also of a build that took this one's place meanwhile: its files are kept beside it. */
async function answerPage(): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: OWN });
  return kept ?? fetch(PAGE).catch(async () => (await caches.match(PAGE)) ?? Response.error());
}

async function answerFile(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(path, { ignoreVary: true });
  const headOnly = request.method === 'HEAD';
  if (kept !== undefined) return headOnly ? new Response(null, { headers: kept.headers }) : kept;
  const fresh = await fetch(request);
  if (fresh.ok && known.has(path) && !headOnly) {
    const copy = fresh.clone();
    // A full disk keeps nothing, and the page has its answer all the same.
    await caches
      .open(OWN)
      .then((cache) => cache.put(path, copy))
      .catch(() => {});
  }
  return fresh;
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const kind = answeredHere(request.method, url, self.location.origin, request.mode);
  if (kind === 'page') {
    event.respondWith(answerPage());
    event.waitUntil(dropOlder());
  } else if (kind === 'file') {
    event.respondWith(answerFile(request, url.pathname));
  }
});

/** What a page had loaded before this worker was there. */
self.addEventListener('message', (event: ExtendableMessageEvent) => {
  const paths: unknown = event.data;
  if (!Array.isArray(paths)) return;
  const wanted = paths.filter((path): path is string => typeof path === 'string');
  event.waitUntil(caches.open(OWN).then((cache) => keep(cache, wanted)));
});

/** In a page that is open, if there is one. */
async function open(href: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find(({ visibilityState }) => visibilityState === 'visible') ?? pages[0];
  if (page === undefined) {
    await self.clients.openWindow(PAGE + href);
    return;
  }
  page.postMessage({ open: href });
  // Some browsers let nobody bring a page to the front.
  await page.focus().catch(() => undefined);
}

self.addEventListener('notificationclick', (event) => {
  const href: unknown = event.notification.data;
  event.notification.close();
  if (typeof href === 'string') event.waitUntil(open(href));
});
