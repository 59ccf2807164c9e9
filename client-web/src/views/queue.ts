// A queue that changes while somebody works at it.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Report } from '../protocol/types.js';
import type { Pages } from './form.js';

/** `gone`: it is not in the queue any more, by somebody else's act. */
export type Queued = Report & { gone?: boolean };

/** What is shown keeps its order and its place; what is new stands before it, what is gone says so. */
export function joinQueue(known: Pages<Queued>, page: Pages<Queued>): { pages: Pages<Queued>; came: number } {
  const fresh = new Map(page.items.map((report) => [report.report, report]));
  const shown = new Set(known.items.map(({ report }) => report));
  const came = page.items.filter(({ report }) => !shown.has(report));
  // More came than a page holds: what lies between is not known.
  if (page.more && came.length === page.items.length) return { pages: page, came: came.length };
  const last = known.items.map(({ report }) => fresh.has(report)).lastIndexOf(true);
  const kept = known.items.map((report, index) => {
    const now = fresh.get(report.report);
    if (now !== undefined) return now;
    return page.more && index > last ? report : { ...report, gone: true };
  });
  return { pages: { items: [...came, ...kept], more: known.more }, came: came.length };
}

/** Where something comes above what is being read, that stays where it is on the screen. */
export function useHeld(list: RefObject<HTMLElement>, of: unknown): () => void {
  const held = useRef<{ item: Element; top: number } | null>(null);
  useLayoutEffect(() => {
    const before = held.current;
    held.current = null;
    if (before === null || list.current === null || !before.item.isConnected) return;
    const moved = (): number => before.item.getBoundingClientRect().top - before.top;
    scrollBy(list.current, moved());
    // Not enough below it to scroll by.
    const missing = moved();
    if (missing < 1) return;
    list.current.style.paddingBottom = `${parseFloat(getComputedStyle(list.current).paddingBottom) + missing}px`;
    scrollBy(list.current, missing);
  }, [of]);
  return () => {
    const item = readItem(list.current);
    held.current = item === null ? null : { item, top: item.getBoundingClientRect().top };
  };
}

function scrollBy(list: HTMLElement, pixels: number): void {
  if (list.parentElement !== null) list.parentElement.scrollTop += pixels;
}

/** The item with the focus, else the first one in sight; at the top of the page what is new may push the rest down. */
function readItem(list: HTMLElement | null): Element | null {
  const focused = document.activeElement?.closest('li') ?? null;
  if (list === null || (focused !== null && list.contains(focused))) return focused;
  const body = list.parentElement;
  if (body === null || body.scrollTop === 0) return null;
  const top = body.getBoundingClientRect().top;
  return [...list.children].find((item) => item.getBoundingClientRect().bottom > top) ?? null;
}
