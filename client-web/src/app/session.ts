// Which screen is shown, and the club behind it.

import { computed, signal } from '@preact/signals';
import { Club } from '../club/club.js';
import { backoffDelay } from '../protocol/backoff.js';
import { systemClock } from '../protocol/clock.js';
import { Refused, reasonOf } from '../protocol/errors.js';
import { Http, Unreachable } from '../protocol/http.js';
import type { ClubFacts, InviteGrant, Member, NewMember } from '../protocol/types.js';
import type { ClubState } from '../state/club.js';
import { browserStorage, newId, openWebSocket } from './browser.js';
import { ROOMS_HREF } from './address.js';
import { go } from './route.js';

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

function enter(me: Member): void {
  current?.stop();
  member.value = me;
  const entered: Club = new Club(me, {
    openSocket: openWebSocket,
    checkSession: () => http.checkSession(),
    clock: systemClock,
    random: Math.random,
    storage: browserStorage,
    newId,
    changed: (next) => {
      if (current === entered) clubState.value = next;
    },
    ended: (why) => leave(why),
  });
  current = entered;
  clubState.value = entered.state;
  screen.value = { at: 'club' };
  entered.start();
}

function leave(ended: 'no_session' | 'banned' | null): void {
  const left = current;
  screen.value = { at: 'login', ended };
  member.value = null;
  // The views still show the old state until they are gone.
  queueMicrotask(() => left?.stop());
}

export async function showInvite(token: string): Promise<void> {
  stopLooking();
  screen.value = { at: 'invited', token, grant: null, reason: null };
  try {
    const grant = await http.invite(token);
    screen.value = { at: 'invited', token, grant, reason: null };
  } catch (error) {
    screen.value = { at: 'invited', token, grant: null, reason: problemOf(error) };
  }
}

async function loadFacts(): Promise<void> {
  facts.value = await http.facts();
}

/** Finds out who is here; an invite link is shown to a guest at once, to a member with a word. */
export async function begin(invite: string | null): Promise<void> {
  screen.value = { at: 'loading' };
  await look(invite, 0);
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
    else if (me !== null) enter(me);
    else screen.value = { at: 'login', ended: null };
  } catch (error) {
    if (own !== looks) return;
    screen.value = { at: 'unreachable', invite, reason: problemOf(error) };
    lookAgain = setTimeout(() => void look(invite, tries + 1), backoffDelay(FIRST_TRIES + tries, Math.random()));
  }
}

export async function logIn(login: string, password: string): Promise<void> {
  enter(await http.logIn(login.trim().toLowerCase(), password));
}

export async function join(newMember: NewMember): Promise<void> {
  enter(await http.join(newMember));
  go(ROOMS_HREF);
}

/** A member who opened an invite link goes on as who they are. */
export function stay(): void {
  if (member.value !== null) enter(member.value);
  else screen.value = { at: 'login', ended: null };
}

export async function logOut(): Promise<void> {
  try {
    await http.logOut();
  } catch (error) {
    if (!(error instanceof Refused) || error.reason !== 'no_session') throw error;
  }
  current?.discardAll();
  go(ROOMS_HREF);
  leave(null);
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
