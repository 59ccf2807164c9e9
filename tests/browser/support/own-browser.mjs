// A browser with a profile that outlives it, and what a page has kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchPersistent, Visitor } from './browser.mjs';

/** What lies in the page's IndexedDB: the values of each shelf. */
export function kept(page) {
  return page.evaluate(async () => {
    const asked = (request) =>
      new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    if (!(await indexedDB.databases()).some(({ name }) => name === 'club')) return {};
    const database = await asked(indexedDB.open('club'));
    const names = [...database.objectStoreNames];
    const all = {};
    if (names.length) {
      const reading = database.transaction(names);
      for (const name of names) all[name] = await asked(reading.objectStore(name).getAll());
    }
    database.close();
    return all;
  });
}

export const keptText = async (page) => JSON.stringify(await kept(page));

export class OwnBrowser {
  static async start() {
    const browser = new OwnBrowser();
    browser.profile = mkdtempSync(join(tmpdir(), 'club-profile-'));
    return browser;
  }

  /** Starts it with the profile that it had; the member's session is that of the profile, once there is one. */
  async arrive(club, login, origin, { offline = false } = {}) {
    const { context, kill } = await launchPersistent(this.profile);
    this.context = context;
    this.killed = kill;
    const visitor = await Visitor.of(club, context, { origin, lineBreaks: true });
    if (offline) await context.setOffline(true);
    await visitor.hasSession(login);
    return visitor;
  }

  /** As if the power went. */
  async kill() {
    await this.killed();
  }

  async end() {
    await this.context.close().catch(() => {});
    rmSync(this.profile, { recursive: true, force: true });
  }
}
