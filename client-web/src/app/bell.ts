// The browser's notifications: whether the member wants them here, and those that are shown.

import { computed, signal } from '@preact/signals';
import { readRoute } from './address.js';

const KEPT = 'club.notifications';

export type Bell = 'on' | 'off' | 'denied' | 'missing';

const supported = 'Notification' in globalThis;

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** The member who wants them. */
const owner = signal(kept());
const permission = signal(supported ? Notification.permission : 'denied');

export const bell = computed((): Bell => {
  if (!supported) return 'missing';
  if (permission.value === 'denied') return 'denied';
  return owner.value !== null && permission.value === 'granted' ? 'on' : 'off';
});

export function isOwner(member: string): boolean {
  return owner.value === member;
}

/** Another tab turned them on or off. */
addEventListener('storage', ({ key }) => {
  if (key !== KEPT && key !== null) return;
  owner.value = kept();
  if (supported) permission.value = Notification.permission;
});

function keep(member: string | null): void {
  owner.value = member;
  try {
    if (member === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, member);
  } catch {
    // A browser that keeps nothing notifies as long as this page is open.
  }
}

/** Asks the browser's owner when they were not asked yet. */
export async function turnOn(member: string): Promise<void> {
  if (!supported) return;
  permission.value = await Notification.requestPermission();
  if (permission.value === 'granted') keep(member);
}

export function turnOff(): void {
  keep(null);
  hush();
}

interface Shown {
  room: string;
  title: string;
  body: string;
  href: string;
}

type Options = NotificationOptions & { renotify: boolean };

/** Those that no service worker shows, by their tags. */
const own = new Map<string, Notification>();
const TAG = 'club-';

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  return 'serviceWorker' in navigator ? navigator.serviceWorker.getRegistration() : undefined;
}

/** One for each room. With a service worker it is shown by that: a telephone knows no other way. */
export async function show({ room, title, body, href }: Shown, opened: () => void): Promise<void> {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')?.href ?? '';
  const options: Options = { tag: TAG + room, body, icon, data: href, renotify: true };
  const registration = await worker();
  if (registration?.active) return registration.showNotification(title, options);
  const shown = new Notification(title, options);
  own.set(options.tag ?? '', shown);
  shown.onclick = () => {
    shown.close();
    window.focus();
    opened();
  };
}

/** `over`: whether it goes, by the room and the message that it tells of. */
async function close(over: (room: string, seq: number) => boolean): Promise<void> {
  const registration = await worker().catch(() => undefined);
  const shown = (await registration?.getNotifications()) ?? [];
  for (const notification of [...shown, ...own.values()]) {
    const told = readRoute(String(notification.data));
    if (told.page !== 'room' || !over(told.room, told.target?.seq ?? 0)) continue;
    notification.close();
    if (own.get(notification.tag) === notification) own.delete(notification.tag);
  }
}

/** What was shown of a room's messages up to one goes. */
export function silence(calmed: string, upto: number): void {
  if (supported) void close((room, seq) => room === calmed && seq <= upto);
}

/** Nothing of the club is shown any more. */
export function hush(): void {
  if (supported) void close(() => true);
}

/** What an earlier page showed, and was read meanwhile: up to `readUpto` of each room; null: nothing was. */
export function silenceRead(readUpto: (room: string) => number | null): void {
  void close((room, seq) => seq <= (readUpto(room) ?? -1));
}
