// What the service worker answers, and what it keeps. Pure.

export const PAGE = '/';

/** One build of the client; paths begin with a slash. */
export interface Build {
  version: string;
  /** Files without which nothing runs. */
  shell: readonly string[];
  /** Those of them that the page names. */
  named: readonly string[];
  /** What is loaded when it is opened, texts included, each with what it needs. */
  later: Readonly<Record<string, readonly string[]>>;
}

/** Null: the browser asks the server as if there were no worker. */
export function answeredHere(method: string, url: URL, origin: string, mode: string): 'page' | 'file' | null {
  if (url.origin !== origin || (method !== 'GET' && method !== 'HEAD')) return null;
  if (method === 'GET' && mode === 'navigate')
    return url.pathname === PAGE || url.pathname === '/index.html' ? 'page' : null;
  return url.pathname.startsWith('/assets/') ? 'file' : null;
}

/** The path without the hash of its content: the same from build to build. */
export function stemOf(path: string): string {
  return path.replace(/-[A-Za-z0-9]{8}(\.\w+)$/, '$1');
}

/** The files of this build that stand for those by the stems. */
export function successors(build: Build, stems: ReadonlySet<string>): string[] {
  return Object.entries(build.later).flatMap(([path, needs]) => (stems.has(stemOf(path)) ? [path, ...needs] : []));
}

/** Caches of builds before this one, by the names in the order in which they were made. One that came later is that of a
 * build which is about to take over. */
export function olderThan(own: string, names: readonly string[]): string[] {
  return names.slice(0, Math.max(0, names.indexOf(own)));
}
