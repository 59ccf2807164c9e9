/** Pixels from an end that count as being there, and from which more is fetched before it is needed. */
const AT_END = 48;
const NEAR = 800;

/** Where the reader is in a list that grows and shrinks at both ends: at its end, or at a row that must not move. */
export class Place {
  #element: () => HTMLElement | null;
  #following = true;
  /** Where the list was scrolled to when last looked at; elsewhere now means that the reader scrolled. */
  #top = 0;
  #anchor: { key: string; top: number } | null = null;

  constructor(element: () => HTMLElement | null) {
    this.#element = element;
  }

  get atEnd(): boolean {
    return this.#following;
  }

  get nearStart(): boolean {
    return (this.#element()?.scrollTop ?? 0) < NEAR;
  }

  get nearEnd(): boolean {
    return this.#fromEnd() < NEAR;
  }

  follow(): void {
    this.#following = true;
  }

  letGo(): void {
    this.remember();
    this.#following = false;
  }

  /** Notes the first row in sight, before the list changes. The event of a scroll may come later than a change. */
  remember(): void {
    const element = this.#element();
    if (element === null) return;
    if (Math.abs(element.scrollTop - this.#top) > 1) this.#following = this.#fromEnd() < AT_END;
    this.#top = element.scrollTop;
    const top = element.getBoundingClientRect().top;
    const row = this.#rows(element).find((candidate) => candidate.getBoundingClientRect().bottom > top);
    const key = row?.dataset['key'];
    this.#anchor = row === undefined || key === undefined ? null : { key, top: row.getBoundingClientRect().top - top };
  }

  /** Puts the list back to where the reader was, after it changed. */
  restore(): void {
    const element = this.#element();
    if (element === null) return;
    if (this.#following) element.scrollTop = element.scrollHeight;
    else if (this.#anchor !== null) this.#restoreAnchor(element, this.#anchor);
    this.#top = element.scrollTop;
  }

  showNewLine(): void {
    const element = this.#element();
    const line = element?.querySelector<HTMLElement>('[data-key="new"]') ?? null;
    if (element === null) return;
    if (line === null) {
      element.scrollTop = element.scrollHeight;
    } else {
      const offset = line.getBoundingClientRect().top - element.getBoundingClientRect().top;
      element.scrollTop += offset - element.clientHeight / 4;
    }
    this.#arrived();
  }

  /** Shows a row in the middle. */
  show(key: string): HTMLElement | null {
    const row = this.#find(key);
    row?.scrollIntoView({ block: 'center' });
    this.#arrived();
    return row;
  }

  reveal(key: string): HTMLElement | null {
    const row = this.#find(key);
    row?.scrollIntoView({ block: 'nearest' });
    return row;
  }

  /** The number of the last message that is in sight; 0: none. */
  lastSeenSeq(): number {
    const element = this.#element();
    if (element === null) return 0;
    const bottom = element.getBoundingClientRect().bottom;
    const seen = this.#rows(element).filter(
      (row) => row.dataset['seq'] !== undefined && row.getBoundingClientRect().top < bottom,
    );
    return Number(seen[seen.length - 1]?.dataset['seq'] ?? 0);
  }

  #arrived(): void {
    this.#following = this.#fromEnd() < AT_END;
    this.remember();
  }

  #fromEnd(): number {
    const element = this.#element();
    return element === null ? 0 : element.scrollHeight - element.scrollTop - element.clientHeight;
  }

  #restoreAnchor(element: HTMLElement, anchor: { key: string; top: number }): void {
    const row = this.#find(anchor.key);
    if (row === null) return;
    const moved = row.getBoundingClientRect().top - element.getBoundingClientRect().top - anchor.top;
    if (Math.abs(moved) >= 1) element.scrollTop += moved;
  }

  #find(key: string): HTMLElement | null {
    return this.#element()?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  #rows(element: HTMLElement): HTMLElement[] {
    return [...element.querySelectorAll<HTMLElement>('article[data-key]')];
  }
}
