// Which Chromium the tests drive, and how it is started.
import { existsSync } from 'node:fs';

/** Without the windows that nobody sees it does the same for half the work; a whole one does, too. The program itself: of
 * the script in /usr/bin it is a child, which would outlive it. */
const candidates = ['/usr/lib/chromium/chromium-headless-shell', '/usr/bin/chromium'];

export const CHROMIUM = process.env.CHROMIUM || (candidates.find((path) => existsSync(path)) ?? candidates[0]);

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--js-flags=--jitless', // pages live for seconds here: to compile what they run takes more than it saves
];
