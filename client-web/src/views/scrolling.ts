import {
  Virtualizer,
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
} from '@tanstack/virtual-core';
import type { Range, VirtualItem, VirtualizerOptions } from '@tanstack/virtual-core';
import type { Row } from '../state/timeline.js';
import { estimatedHeight } from './heights.js';

/** Pixels from an end that count as being there, and from which more is fetched before it is needed. */
const AT_END = 32;
const NEAR = 1600;
/** Rows that are drawn beyond each edge of what is in sight. */
const OVERSCAN = 4;
/** Pixels of a message that must be in sight to count as seen. */
const SEEN = 20;
/** Milliseconds for which a scroll that the browser began before may still run when the end was asked for, unless the
 * reader does something meanwhile. */
const RUN_OUT = 2000;
/** Heights that are remembered of rows that are not here any more. */
const HEIGHTS_KEPT = 4000;

/** What is drawn of the rows, and how high all of them are together. */
export interface Drawing {
  items: readonly VirtualItem[];
  height: number;
  /** Where the rows begin in the list's own height; what `start` of an item counts from. */
  margin: number;
}

/** Where the reader is in a list that grows and shrinks at both ends: at its end, or at a row that must not move. Only
 * the rows in sight and a few beyond are drawn. */
export class Place {
  #element: () => HTMLElement | null;
  #list: Virtualizer<HTMLElement, HTMLElement>;
  #rows: readonly Row[] = [];
  #keyOf: (index: number) => string = () => '';
  /** A row that stays drawn wherever the reader scrolls: the one with the focus. */
  #kept = -1;
  #following = true;
  #followedAt = -RUN_OUT;
  /** The end of the list is the end of all there is. */
  #attached = true;
  /** Where the list was scrolled to when last looked at; elsewhere now means that the reader scrolled. */
  #top = 0;
  #drawn = '';
  #width = 0;
  #margin = 0;
  #padding = 0;
  #changed: () => void;

  constructor(element: () => HTMLElement | null, changed: () => void) {
    this.#element = element;
    this.#changed = changed;
    this.#list = new Virtualizer(this.#options());
  }

  get atEnd(): boolean {
    const element = this.#element();
    return this.#following || (element !== null && element.scrollHeight <= element.clientHeight);
  }

  get nearStart(): boolean {
    return (this.#element()?.scrollTop ?? 0) < NEAR;
  }

  get nearEnd(): boolean {
    return this.#fromEnd() < NEAR;
  }

  /** What to draw of these rows. To be followed by `drawn`, once it is. */
  draw(rows: readonly Row[], attached: boolean, kept: string | null): Drawing {
    if (rows !== this.#rows) {
      this.#rows = rows;
      this.#keyOf = (index) => rows[index]?.key ?? '';
    }
    this.#attached = attached;
    this.#kept = kept === null ? -1 : this.#indexOf(kept);
    this.#forgetHeights();
    this.#list.setOptions(this.#options());
    return { items: this.#list.getVirtualItems(), height: this.#list.getTotalSize(), margin: this.#margin };
  }

  /** The rows are drawn within `sizer`, which is as high as all of them. */
  drawn(sizer: HTMLElement | null): void {
    const element = this.#element();
    this.#list._willUpdate();
    if (element === null || sizer === null) return;
    const margin = sizer.offsetTop;
    const moved = margin !== this.#margin;
    this.#margin = margin;
    const drawn = `${this.#keyOf(this.#rows.length - 1)} ${element.scrollHeight} ${element.clientHeight}`;
    if (this.#following && this.#attached && drawn !== this.#drawn) this.#list.scrollToEnd();
    this.#drawn = drawn;
    if (moved) this.#changed();
  }

  /** The list itself became higher, lower, wider or narrower. */
  resized(): void {
    const element = this.#element();
    if (element === null) return;
    const widened = this.#width !== 0 && element.clientWidth !== this.#width;
    this.#width = element.clientWidth;
    if (widened) this.#measureAgain();
    if (this.#following) this.#list.scrollToEnd();
  }

  /** Each row that is drawn, as an element. */
  measure = (row: HTMLElement | null): void => this.#list.measureElement(row);

  stop(): void {
    this.#list._didMount()();
  }

  follow(): void {
    this.#following = true;
    this.#followedAt = performance.now();
    this.#drawn = '';
    this.#list.scrollToEnd();
  }

  letGo(): void {
    this.#following = false;
    this.#followedAt = -RUN_OUT;
    this.#list.cancelScroll();
  }

  /** The reader does something with the list: what scrolls now is meant. */
  touched(): void {
    this.#followedAt = -RUN_OUT;
  }

  /** The list was scrolled, by the reader or by itself. */
  scrolled(): void {
    const element = this.#element();
    if (element === null) return;
    // Only the reader goes up and away from the end; rows that turn out higher than thought do not.
    const up = element.scrollTop < this.#top - 1;
    this.#top = element.scrollTop;
    if (performance.now() - this.#followedAt < RUN_OUT) {
      if (this.#fromEnd() >= 1) this.#list.scrollToEnd();
    } else if (up || !this.#following) {
      this.#following = this.#fromEnd() < AT_END;
    }
  }

  /** To the line at what is new, or else to the end. */
  showNewLine(): void {
    const index = this.#indexOf('new');
    if (index === -1) this.follow();
    else this.#scrollTo(index, 'start', (this.#element()?.clientHeight ?? 0) / 4);
  }

  /** Shows the message with this number in the middle, or the one before it; the number of what is shown. */
  show(seq: number): number | null {
    let found: { index: number; seq: number } | null = null;
    for (const [index, row] of this.#rows.entries())
      if (row.kind === 'message' && row.message.seq <= seq) found = { index, seq: row.message.seq };
    if (found === null) return null;
    this.#scrollTo(found.index, 'center', 0);
    return found.seq;
  }

  find(key: string): HTMLElement | null {
    return this.#element()?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  /** The number of the last message that is in sight; 0: none. */
  lastSeenSeq(): number {
    const element = this.#element();
    if (element === null) return 0;
    const { top, bottom } = element.getBoundingClientRect();
    let last = 0;
    for (const row of element.querySelectorAll<HTMLElement>('[data-seq]')) {
      const place = row.getBoundingClientRect();
      const inSight = place.bottom > top && place.top + Math.min(SEEN, place.height) <= bottom;
      if (inSight) last = Math.max(last, Number(row.dataset['seq']));
    }
    return last;
  }

  #options(): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count: this.#rows.length,
      getScrollElement: this.#element,
      estimateSize: (index: number) => estimatedHeight(this.#rows[index], this.#width),
      getItemKey: this.#keyOf,
      rangeExtractor: this.#drawnIndexes,
      overscan: OVERSCAN,
      scrollMargin: this.#margin,
      scrollPaddingStart: this.#padding,
      // A row above what is read may come, go or change its height: what is read stays where it is.
      anchorTo: 'end',
      followOnAppend: this.#following && this.#attached,
      scrollEndThreshold: AT_END,
      // The first rows to be drawn are the last ones.
      initialOffset: Number.MAX_SAFE_INTEGER,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      measureElement: this.#heightOf,
      onChange: () => this.#changed(),
    };
  }

  #drawnIndexes = (range: Range): number[] => {
    const indexes = defaultRangeExtractor(range);
    if (this.#kept === -1 || indexes.includes(this.#kept)) return indexes;
    return [...indexes, this.#kept].sort((a, b) => a - b);
  };

  /** To the part of a pixel, so that rows neither overlap nor come apart. */
  #heightOf = (row: HTMLElement, entry: ResizeObserverEntry | undefined): number =>
    entry?.borderBoxSize[0]?.blockSize ?? row.getBoundingClientRect().height;

  #scrollTo(index: number, align: 'start' | 'center', padding: number): void {
    this.#following = false;
    this.#followedAt = -RUN_OUT;
    this.#padding = padding;
    this.#list.setOptions(this.#options());
    this.#list.scrollToIndex(index, { align });
  }

  /** In another width everything has another height. */
  #measureAgain(): void {
    const offset = this.#list.scrollOffset ?? 0;
    const first = this.#list.getVirtualItemForOffset(offset);
    this.#list.measure();
    if (first !== undefined && !this.#following) this.#scrollTo(first.index, 'start', first.start - offset);
  }

  #forgetHeights(): void {
    const heights = this.#list.itemSizeCache;
    if (heights.size <= HEIGHTS_KEPT) return;
    const here = new Set(this.#rows.map((row) => row.key));
    for (const key of heights.keys()) if (!here.has(String(key))) heights.delete(key);
  }

  #fromEnd(): number {
    const element = this.#element();
    return element === null ? 0 : element.scrollHeight - element.scrollTop - element.clientHeight;
  }

  #indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key);
  }
}
