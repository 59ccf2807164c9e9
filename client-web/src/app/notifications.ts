// Desktop notifications while a page of the club is open; loaded where they are wanted.

import { effect } from '@preact/signals';
import { Calls } from '../club/calls.js';
import type { Bell } from '../club/calls.js';
import { systemClock } from '../protocol/clock.js';
import type { ClubState } from '../state/club.js';
import { newsOf } from '../state/rooms.js';
import { entryHref } from './address.js';
import { show, silence, silenceRead } from './bell.js';
import { roomName } from './names.js';
import { go, route } from './route.js';
import { club, clubState } from './session.js';
import { t } from './texts.js';
import { visible } from './visible.js';

const LONGEST = 200;

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** Holds a lock of the browser's from when its turn comes until it is told to let go. */
function hold(name: string, mode: LockMode, held: () => void): () => void {
  if (!('locks' in navigator)) {
    held();
    return () => {};
  }
  const waiting = new AbortController();
  let letGo = (): void => {};
  const over = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const turn = (): Promise<void> => {
    held();
    return over;
  };
  // Refused to whoever lets go before their turn.
  navigator.locks.request(name, { mode, signal: waiting.signal }, turn).catch(() => undefined);
  return () => {
    waiting.abort();
    letGo();
  };
}

/** Whether some tab of the browser holds it. */
async function isHeld(name: string): Promise<boolean> {
  if (!('locks' in navigator)) return false;
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === name);
}

const bellOf = (member: string): string => `club-bell-${member}`;
const sightOf = (member: string, room: string): string => `club-sight-${member}-${room}`;

function roomInSight(): string | null {
  return visible.value && route.value.page === 'room' ? route.value.room : null;
}

function browserBell(member: string, leads: () => boolean): Bell {
  return {
    async leads() {
      // Before anybody's turn has come this tab rings, too: rather twice than not at all.
      return leads() || !(await isHeld(bellOf(member))) || leads();
    },
    async inSight(room) {
      return roomInSight() === room || isHeld(sightOf(member, room));
    },
    ring(room, message) {
      const { name } = message.from;
      const text = shortened(message.text);
      const body = room.kind === 'direct' ? text : t('bell.body', { name, text });
      const shown = {
        room: room.room,
        title: roomName(room.room, room),
        body,
        href: entryHref(room.room, message.seq),
      };
      // A browser that was asked may still show nothing.
      show(shown, () => go(shown.href)).catch(() => undefined);
    },
    silence,
  };
}

/** Rooms that still have something to tell keep what an earlier page showed of them. What comes from here on is not over:
 * another tab may tell of it before this one has looked. */
function forgetRead({ rooms }: ClubState): void {
  silenceRead((id) => {
    const room = rooms.get(id);
    if (room === undefined) return Number.MAX_SAFE_INTEGER;
    return newsOf([room]).count > 0 ? null : room.head;
  });
}

/** What came since `last` calls. What it returns ends it. */
export function notify(member: string, last: ClubState | null): () => void {
  let leads = false;
  const calls = new Calls({
    clock: systemClock,
    bell: browserBell(member, () => leads),
    state: () => clubState.peek() ?? club().state,
    newestMessages: (room) => club().newestMessages(room),
  });
  const endLead = hold(bellOf(member), 'exclusive', () => {
    leads = true;
  });
  const endSight = effect(() => {
    const room = roomInSight();
    return room === null ? undefined : hold(sightOf(member, room), 'shared', () => {});
  });
  const endFollowing = effect(() => {
    const [before, after] = [last, clubState.value];
    last = after;
    if (before === null || after === null) return;
    if (before.listed === null && after.listed !== null) forgetRead(after);
    calls.follow(before, after);
  });
  return () => {
    endFollowing();
    endSight();
    endLead();
    calls.stop();
  };
}
