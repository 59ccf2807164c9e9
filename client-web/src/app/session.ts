// Which screen is shown, and the club behind it.

import { computed, signal } from '@preact/signals';
import { Club } from '../club/club.js';
import { backoffDelay } from '../protocol/backoff.js';
import { systemClock } from '../protocol/clock.js';
import { Refused, reasonOf } from '../protocol/errors.js';
import { Http, Unreachable } from '../protocol/http.js';
import type { ClubFacts, InviteGrant, Member, NewMember } from '../protocol/types.js';
import type { ClubState } from '../state/club.js';
import { IndexedVault } from '../store/indexed.js';
import { newId, openWebSocket } from './browser.js';
import { ROOMS_HREF } from './address.js';
import { hush, turnOff } from './bell.js';
import { go } from './route.js';
import { browserLocks, hearTabs, tabsOf } from './tabs.js';

export type Screen =
  | { at: 'loading' }
  /** `invite`: the link by which somebody came. */
  | { at: 'unreachable'; invite: string | null; reason: string }
  | { at: 'login'; ended: 'no_session' | 'banned' | null }
  | { at: 'invited'; token: string; grant: InviteGrant | null; reason: string | null }
  | { at: 'club' };

/** Somebody looks at the page that cannot be shown: begin with seconds, not with a part of one. */
const FIRST_TRIES = 2;

const http = new Http((path, init) => fetch(path, init));
const vault = new IndexedVault();

export const screen = signal<Screen>({ at: 'loading' });
export const facts = signal<ClubFacts | null>(null);
export const member = signal<Member | null>(null);
export const clubState = signal<ClubState | null>(null);
let current: Club | null = null;

/** The club of the logged-in member; the views that call this are only shown when there is one. */
export function club(): Club {
  if (current === null) throw new Error('no club is open');
  return current;
}

export const state = computed((): ClubState => {
  if (clubState.value === null) throw new Error('no club is open');
  return clubState.value;
});

/** The words for what went wrong: a key of the texts `reason.*`. */
export function problemOf(error: unknown): string {
  return error instanceof Unreachable ? 'unreachable' : reasonOf(error);
}

/** What a press began: where it does not work the member is told `what` did not. */
export async function orTell(what: string, done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    club().tell(what, problemOf(error));
  }
}

/** What another member left in this browser is gone before anything of this one is shown. */
async function enter(me: Member): Promise<void> {
  stopLooking();
  const own = looks;
  current?.stop();
  const entered: Club = new Club(me, {
    openSocket: openWebSocket,
    checkSession: () => http.checkSession(),
    clock: systemClock,
    random: Math.random,
    vault,
    locks: browserLocks,
    tabs: tabsOf(me.id),
    newId,
    changed: (next) => {
      if (current === entered) changed(next);
    },
    ended: (why) => {
      if (current === entered) void leave(why);
    },
  });
  current = entered;
  await entered.start();
  if (own !== looks || current !== entered) return;
  member.value = me;
  clubState.value = entered.state;
  screen.value = { at: 'club' };
}

function changed(next: ClubState): void {
  const opens = next.line.at === 'open' && clubState.value?.line.at !== 'open';
  clubState.value = next;
  if (opens) void keepFacts();
}

/** The club's countries and sectors as they are now, for this page and the next one. */
let factsAreFresh = false;
async function keepFacts(): Promise<void> {
  try {
    if (!factsAreFresh) await loadFacts();
  } catch {
    return; // Those that are known do until the line opens the next time.
  }
  if (facts.value !== null) await vault.write([], { facts: facts.value });
}

/** Nothing that was read stays in this browser. Without a session the member's own unsent words wait for their author;
 * who logs in as somebody else empties all. */
async function leave(why: 'no_session' | 'banned' | 'other' | null): Promise<void> {
  const left = current;
  member.value = null;
  screen.value = why === 'other' ? { at: 'loading' } : { at: 'login', ended: why };
  if (why === 'no_session') hush();
  else turnOff();
  // The views still show the old state until they are gone.
  queueMicrotask(() => left?.stop());
  await vault.leave(why === 'no_session');
  if (why === 'other') await look(null, 0);
}

hearTabs((id, news) => {
  if (id === member.value?.id) current?.told(news);
});

export async function showInvite(token: string): Promise<void> {
  stopLooking();
  const own = looks;
  const show = (grant: InviteGrant | null, reason: string | null): void => {
    if (own === looks) screen.value = { at: 'invited', token, grant, reason };
  };
  show(null, null);
  try {
    show(await http.invite(token), null);
  } catch (error) {
    show(null, problemOf(error));
  }
}

async function loadFacts(): Promise<void> {
  facts.value = await http.facts();
  factsAreFresh = true;
}

/** Finds out who is here; an invite link is shown to a guest at once, to a member with a word. */
export async function begin(invite: string | null): Promise<void> {
  screen.value = { at: 'loading' };
  if (invite !== null || !(await enterAsBefore())) await look(invite, 0);
}

/** Whoever was here last goes on with what they had; the line finds out whether they still may. False: nobody was. */
async function enterAsBefore(): Promise<boolean> {
  const own = looks;
  const owner = await vault.owner();
  if (own !== looks) return true;
  if (owner?.member === undefined || owner.facts === undefined) return false;
  facts.value = owner.facts;
  await enter(owner.member);
  return true;
}

/** A look that another one has overtaken changes nothing. */
let looks = 0;
let lookAgain: ReturnType<typeof setTimeout> | undefined;

function stopLooking(): void {
  looks += 1;
  clearTimeout(lookAgain);
}

/** Again and again until the club answers. */
async function look(invite: string | null, tries: number): Promise<void> {
  stopLooking();
  const own = looks;
  try {
    const [me] = await Promise.all([http.session(), loadFacts()]);
    if (own !== looks) return;
    member.value = me;
    if (invite !== null) await showInvite(invite);
    else if (me !== null) await enter(me);
    else screen.value = { at: 'login', ended: null };
  } catch (error) {
    if (own !== looks) return;
    screen.value = { at: 'unreachable', invite, reason: problemOf(error) };
    lookAgain = setTimeout(() => void look(invite, tries + 1), backoffDelay(FIRST_TRIES + tries, Math.random()));
  }
}

export async function logIn(login: string, password: string): Promise<void> {
  await enter(await http.logIn(login.trim().toLowerCase(), password));
}

export async function join(newMember: NewMember): Promise<void> {
  await enter(await http.join(newMember));
  go(ROOMS_HREF);
}

/** A member who opened an invite link goes on as who they are. */
export function stay(): void {
  stopLooking();
  if (member.value !== null) void enter(member.value);
  else screen.value = { at: 'login', ended: null };
}

export async function logOut(): Promise<void> {
  try {
    await http.logOut();
  } catch (error) {
    if (!(error instanceof Refused) || error.reason !== 'no_session') throw error;
  }
  go(ROOMS_HREF);
  await leave(null);
}

export function changePassword(old: string, next: string): Promise<void> {
  return http.changePassword(old, next);
}

export function wake(): void {
  if (screen.value.at === 'unreachable') void look(screen.value.invite, 0);
  else if (screen.value.at === 'club') current?.wake();
}

export function rest(): void {
  if (screen.value.at === 'club') current?.rest();
}
