// Chromium before the real server: visitors with a browser of their own, and what must be true of every page they saw.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { PASSWORD } from '../../wire/support/club.mjs';
import { CHROMIUM, flags } from './chromium.mjs';

export const WAIT_MS = 15_000;
// The test's own certificate: the context's setting does not reach service workers.
const args = [...flags, '--ignore-certificate-errors'];

const visitors = new Set();
let launched;

/** One browser for a test file, in a new folder; each visitor has a context of their own in it. */
function browser() {
  launched ??= chromium.launch({ executablePath: CHROMIUM, headless: true, args });
  return launched;
}

after(async () => {
  if (launched) await (await launched).close();
});

/** A browser's window with a profile of its own. The next visitor finds nothing in it of the one before; but a window whose
 * process has shown the client once shows it again for a third of the work. So a language and a size are given to its pages,
 * which can be given others, and not to the window. */
class Window {
  static #free = [];
  #devtools = new Map(); // of its pages

  /** Where the time zone is another one than the machine's, a window of its own, for one visitor. */
  static async open({ timezoneId, ...look }) {
    const window = (!timezoneId && Window.#free.pop()) || (await Window.#make(timezoneId && { timezoneId }));
    return Object.assign(window, { look });
  }

  static async #make(options) {
    const window = new Window();
    window.handsOn = !options;
    window.context = await (await browser()).newContext({ ...options, ignoreHTTPSErrors: true });
    return window;
  }

  /** Of a browser that the test started itself. */
  static of(context) {
    const window = new Window();
    window.context = context;
    return window;
  }

  /** Whom its requests and violations concern from now on. */
  async belongsTo(visitor) {
    const first = this.visitor === undefined;
    this.visitor = visitor;
    if (!first) return;
    const { context } = this;
    context.setDefaultTimeout(WAIT_MS);
    await context.exposeFunction('noteViolation', (violation) => this.visitor?.violations.push(violation));
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`));
    });
    context.on('request', (request) => this.visitor?.requested(request.url()));
  }

  /** The page that the visitor before left, or a new one. */
  page() {
    return this.#furnished(this.context.pages()[0]);
  }

  newPage() {
    return this.#furnished();
  }

  /** In the visitor's language and size. As long as the window is open: what devtools set goes with their session. */
  async #furnished(known) {
    const page = known ?? (await this.context.newPage());
    if (!this.look) return page;
    const { locale, viewport } = this.look;
    const devtools = this.#devtools.get(page) ?? (await this.context.newCDPSession(page));
    this.#devtools.set(page, devtools);
    // Pages of one process have one language.
    await devtools.send('Emulation.setLocaleOverride', { locale }).catch(({ message }) => assert.match(message, /already in effect/));
    await devtools.send('Emulation.setUserAgentOverride', { userAgent: '', acceptLanguage: locale });
    await page.setViewportSize(viewport);
    return page;
  }

  /** For the next one; false: it cannot be cleaned. */
  async clean(origin) {
    const pages = this.context.pages();
    if (pages.length !== 1) return false;
    const [page] = pages;
    page.removeAllListeners();
    this.visitor = null;
    await page.mouse.move(-1, -1); // nobody points at anything
    // A page of the same origin, so that the process stays.
    await page.goto(`${origin}/api/club`);
    const devtools = await this.context.newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await devtools.detach();
    await page.evaluate(() => sessionStorage.clear());
    await this.context.clearCookies();
    await this.context.clearPermissions();
    await page.unrouteAll();
    await this.context.unrouteAll();
    await this.context.setOffline(false);
    await page.emulateMedia({ media: null, colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null });
    return true;
  }

  /** Somebody leaves; `again`: another may have it. */
  async leave(origin, again) {
    if (again && this.handsOn && (await this.clean(origin).catch(() => false))) Window.#free.push(this);
    else await this.context.close();
  }
}

/** The process that has a profile of its own; its helpers have a type. */
function processOf(profile) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.find((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes(`--user-data-dir=${profile}`) && !words.some((word) => word.startsWith('--type='));
    } catch {
      return false;
    }
  });
}

/** A browser whose profile stays on the disk; `kill` ends it as a crash would. */
export async function launchPersistent(profile) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args,
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    ignoreHTTPSErrors: true,
  });
  const kill = async () => {
    const ended = new Promise((done) => context.once('close', done));
    process.kill(Number(processOf(profile)), 'SIGKILL');
    await ended;
  };
  return { context, kill };
}

/** Until that text is seen; if it is not, what is there instead. */
export async function shown({ page }, text) {
  try {
    await page.getByText(text).waitFor();
  } catch ({ message }) {
    throw new Error(`${message}\nThere is:\n${await page.locator('body').innerText()}`);
  }
}

/** Looks again until what it says holds, soon at first; what was wrong at last otherwise. */
export async function until(look, ms = WAIT_MS) {
  const end = Date.now() + ms;
  for (let pause = 20; ; pause = Math.min(pause * 1.3, 120)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Until the club has the room on the list of whoever opened it: `who` as for a line. */
export async function isListed(club, who, room) {
  const line = await club.connect(who);
  await until(async () => assert.ok((await line.call('room.list')).rooms.some((one) => one.room === room)));
  await line.close();
}

export const catalog = (language) =>
  JSON.parse(readFileSync(new URL(`../../../client-web/src/locales/${language}.json`, import.meta.url), 'utf8'));

/** A browser says on the console which request was refused: being a guest is no error of the page. */
const guest = (message) => /status of 401/.test(message.text()) && /\/api\/session$/.test(message.location().url);
const broken = (message) => /WebSocket connection to|net::ERR_|Failed to load resource|occurred when fetching the script/.test(message.text());

/** Somebody with a browser of their own. */
export class Visitor {
  errors = [];
  violations = [];
  hosts = new Set();

  /** `lineBreaks`: the test cuts the line, so the browser may say on the console that it could not connect. */
  static async arrive(club, { locale = 'en-US', width = 1280, height = 800, timezoneId, lineBreaks = false, origin } = {}) {
    const visitor = new Visitor();
    visitor.club = club;
    visitor.origin = origin ?? club.origin;
    visitor.lineBreaks = lineBreaks;
    return visitor.#enter(await Window.open({ locale, viewport: { width, height }, timezoneId }));
  }

  /** In a browser that the test started itself. */
  static of(club, context, { lineBreaks = false, origin } = {}) {
    const visitor = new Visitor();
    visitor.club = club;
    visitor.origin = origin ?? club.origin;
    visitor.lineBreaks = lineBreaks;
    return visitor.#enter(Window.of(context));
  }

  async #enter(window) {
    this.window = window;
    this.context = window.context;
    await window.belongsTo(this);
    visitors.add(this);
    this.#watch(await window.page());
    return this;
  }

  async openPage() {
    this.#watch(await this.window.newPage());
  }

  #watch(page) {
    this.page = page;
    this.page.on('pageerror', (error) => this.errors.push(error.stack ?? String(error)));
    this.page.on('websocket', (socket) => this.requested(socket.url()));
    this.page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type()) || guest(message)) return;
      if (this.lineBreaks && broken(message)) return;
      this.errors.push(`${message.text()} ${message.location().url}`);
    });
  }

  requested(url) {
    const { protocol, host } = new URL(url);
    if (!['data:', 'blob:'].includes(protocol)) this.hosts.add(host);
  }

  /** Logged in by a cookie, before a page is opened. */
  async hasSession(login) {
    const value = await this.club.cookie(login);
    const cookie = { name: '__Host-club', value, url: this.origin, secure: true, httpOnly: true, sameSite: 'Strict' };
    await this.context.addCookies([cookie]);
  }

  /** A member in front of a room. */
  static async inRoom(club, login, room, options) {
    const visitor = await Visitor.arrive(club, options);
    await visitor.hasSession(login);
    await visitor.open(`/#/room/${room}`);
    await visitor.log.waitFor();
    return visitor;
  }

  open(path = '/') {
    return this.page.goto(path.startsWith('http') ? path : `${this.origin}${path}`);
  }

  async logIn(login, password = PASSWORD) {
    await this.page.getByRole('textbox', { name: 'Login' }).fill(login);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  /** Becomes a member by an invite link, in English. */
  async join({ link, login, password, name, company, country }) {
    await this.open(link);
    await this.page.getByRole('heading', { name: 'Join the club' }).waitFor();
    assert.ok(!this.page.url().includes('invite='), 'the token stays in the address bar');
    await this.page.getByRole('textbox', { name: /^Login/ }).fill(login);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(name);
    await this.page.getByRole('textbox', { name: /^Company/ }).fill(company);
    await this.page.getByRole('combobox', { name: /^Country/ }).selectOption({ label: country });
    await this.button('Join', { exact: true }).click();
    await this.page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  }

  /** A link for one more member, made by an admin in the page. */
  async invite() {
    await this.page.getByRole('link', { name: 'Invitations' }).click();
    await this.page.getByRole('combobox', { name: 'Role' }).selectOption({ label: 'Member' });
    await this.page.getByRole('spinbutton', { name: 'How many people' }).fill('1');
    await this.button('Make an invite link').click();
    const link = this.page.getByRole('textbox', { name: 'Invite link' });
    await link.waitFor();
    return link.inputValue();
  }

  button(name, options) {
    return this.page.getByRole('button', { name, ...options });
  }

  get log() {
    return this.page.getByRole('log');
  }

  get composer() {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get lineStatus() {
    return this.page.getByTestId('line-status');
  }

  /** A message that the server has, by its words. */
  message(text) {
    return this.log.locator('article[data-seq]').filter({ has: this.page.locator('.body', { hasText: text }) });
  }

  /** One that it has not. */
  post(text) {
    return this.log.locator('article[data-stage]').filter({ hasText: text });
  }

  async write(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Points at a message until its buttons are there. A room that was just opened goes on to its end unless its reader
   * does something with the log: the wheel says so, which bringing a message into sight does not. */
  pointAt(text) {
    return until(async () => {
      await this.log.hover({ position: { x: 2, y: 2 } });
      await this.page.mouse.wheel(0, -1);
      await this.message(text).hover();
      await this.message(text).getByRole('toolbar').waitFor({ timeout: 1000 });
    });
  }

  /** Points at a message and presses one of its buttons. */
  async act(text, name) {
    await this.pointAt(text);
    await this.message(text).getByRole('toolbar').getByRole('button', { name }).click();
  }

  /** The words of the messages that are drawn, in their order; what is unsent, too. */
  texts() {
    return this.log.locator('article .body .text').allInnerTexts();
  }

  /** All messages that the page holds of the log, drawn one after the other: each with its number and its words, in
   * order; those that are drawn together stand in that order, too. The reader is back at the end afterwards. */
  wholeLog() {
    return this.log.evaluate(async (log) => {
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const rows = new Map();
      log.scrollTop = 0;
      for (let last = -1; log.scrollTop !== last; ) {
        last = log.scrollTop;
        for (let settle = 0; settle < 3; settle++) await frame();
        const drawn = [...log.querySelectorAll('article')].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
        for (const [at, row] of drawn.entries()) {
          if (at > 0 && Number(drawn[at - 1].dataset.seq) > Number(row.dataset.seq)) throw new Error(`${row.dataset.seq} is drawn too late`);
          const text = row.querySelector('.body .text')?.textContent ?? '';
          if (!rows.has(row.dataset.key)) rows.set(row.dataset.key, { seq: Number(row.dataset.seq), text });
        }
        log.scrollTop += log.clientHeight / 2;
      }
      const place = ({ seq }) => (Number.isNaN(seq) ? Number.MAX_SAFE_INTEGER : seq);
      return [...rows.values()].sort((a, b) => place(a) - place(b));
    });
  }

  unsent() {
    return this.log.locator('article[data-stage]').count();
  }

  async lineIs(state) {
    await this.page.locator(`[data-testid="line-status"][data-line="${state}"]`).waitFor({ state: 'attached' });
  }

  /** No error on the console, no request elsewhere, nothing that the Content-Security-Policy had to stop. */
  checkPage() {
    assert.deepEqual(this.errors, [], 'errors on the console');
    assert.deepEqual(this.violations, [], 'violations of the Content-Security-Policy');
    assert.deepEqual([...this.hosts], [new URL(this.origin).host], 'requests to other hosts');
  }

  async leave() {
    visitors.delete(this);
    await this.window.leave(this.origin, !this.lineBreaks);
    this.checkPage();
  }
}

/** At the end of a test: everybody leaves, and what they saw was right. */
export async function everybodyLeaves() {
  const gone = await Promise.allSettled([...visitors].map((visitor) => visitor.leave()));
  for (const { reason } of gone) if (reason) throw reason;
}

/** What everybody has before their eyes: for the report of a test that failed. */
async function scene() {
  const parts = [...visitors].map(async ({ page, errors }) => {
    const text = await page.getByRole('main').ariaSnapshot({ timeout: 2000 }).catch((error) => error.message);
    return `${page.url()}\n${errors.join('\n')}\n${text.slice(0, 3000)}`;
  });
  return (await Promise.all(parts)).join('\n\n');
}

let failed = false;

/** A test that goes on where the one before it ended: after a failure those that follow are not tried. */
export function step(name, run) {
  test(name, async (context) => {
    if (failed) return context.skip('a step before it failed');
    try {
      await run();
    } catch (error) {
      failed = true;
      console.error(await scene());
      throw error;
    }
  });
}
