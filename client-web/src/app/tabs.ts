// The member's other tabs in this browser: whose turn it is, and what they tell.

import type { Locks, TabNews, Tabs } from '../club/parts.js';

const NOTHING = (): void => {};

/** Missing where the page came over plain HTTP; then posts may be sent twice, which is harmless. */
export const browserLocks: Locks = {
  take(name, patience) {
    if (!('locks' in navigator)) return Promise.resolve(NOTHING);
    return new Promise((resolve) => {
      const impatience = new AbortController();
      const timer = setTimeout(() => impatience.abort(), patience);
      const turn = (): Promise<void> => {
        clearTimeout(timer);
        return new Promise((release) => resolve(release));
      };
      navigator.locks.request(name, { signal: impatience.signal }, turn).catch(() => resolve(NOTHING));
    });
  },
};

interface Told {
  member: string;
  news: TabNews;
}

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('club') : null;

export function tabsOf(member: string): Tabs {
  return {
    tell(news) {
      const told: Told = { member, news };
      channel?.postMessage(told);
    },
  };
}

export function hearTabs(heard: (member: string, news: TabNews) => void): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<Told>) => heard(data.member, data.news));
}
