import { Component, createRef } from 'preact';
import type { ComponentChild } from 'preact';
import { forgetTarget } from '../app/route.js';
import { club, state } from '../app/session.js';
import { dayText, t } from '../app/texts.js';
import { lineOf } from '../state/club.js';
import type { Opened } from '../state/club.js';
import { findMessage, isAttached } from '../state/log.js';
import type { RoomLog } from '../state/log.js';
import type { Message } from '../state/message.js';
import type { Row } from '../state/timeline.js';
import { Icon } from './icons.js';
import { MessageRow, PostRow } from './message.js';
import type { RowActions } from './message.js';
import { NoteRow } from './note.js';
import { Place } from './scrolling.js';
import type { Drawing } from './scrolling.js';
import { Spoken } from './spoken.js';

interface LogProps {
  id: string;
  label: string;
  log: RoomLog;
  rows: readonly Row[];
  opened: Opened | undefined;
  /** Rises with each message that the reader sends: then the newest are shown. */
  posted: number;
  unread: number;
  /** The page is in sight. */
  seen: boolean;
  /** A place that the address names; another object each time that it is asked for. */
  target: { seq: number } | null;
  moderates: boolean;
  reply(message: Message): void;
  edit(message: Message): void;
  remove(message: Message): void;
  moderate(message: Message): void;
  report(message: Message): void;
}

interface LogState {
  /** The message that shows what can be done with it. */
  active: number | null;
  atEnd: boolean;
  /** Rises when other rows are in sight, or have another height. */
  drawing: number;
}

const FLASH = 1600;

/** A room's messages: draws those in sight, and keeps the reader's place while the window over the log moves. */
export class Log extends Component<LogProps, LogState> {
  override state: LogState = { active: null, atEnd: true, drawing: 0 };
  #element = createRef<HTMLDivElement>();
  #sizer = createRef<HTMLDivElement>();
  #place = new Place(
    () => this.#element.current,
    () => this.setState(({ drawing }) => ({ drawing: drawing + 1 })),
  );
  #placed = false;
  /** What is shown goes on into what comes: before the room is joined it is what was kept. */
  #joined = false;
  /** A message that gets the focus as soon as it is drawn; whether it is lit up. */
  #awaited: { seq: number; flash: boolean } | null = null;
  #resized: ResizeObserver | null = null;
  #actions: RowActions;

  constructor(props: LogProps) {
    super(props);
    this.#actions = {
      reply: (message) => this.props.reply(message),
      edit: (message) => this.props.edit(message),
      remove: (message) => this.props.remove(message),
      moderate: (message) => this.props.moderate(message),
      report: (message) => this.props.report(message),
      goTo: (seq) => void this.#goTo(seq),
    };
  }

  override componentDidMount(): void {
    const element = this.#element.current;
    if (element === null) return;
    this.#resized = new ResizeObserver(() => this.#place.resized());
    this.#resized.observe(element);
    this.#place.drawn(this.#sizer.current);
    this.#placeFirst();
    this.#settled();
  }

  override componentWillUnmount(): void {
    this.#resized?.disconnect();
    this.#place.stop();
  }

  override componentDidUpdate(before: LogProps): void {
    this.#place.drawn(this.#sizer.current);
    if (this.props.posted !== before.posted) this.#toEnd();
    if (!this.#placed || this.#joinsNow()) this.#placeFirst();
    else if (this.props.target !== before.target) this.#toTarget();
    this.#focusAwaited();
    this.#settled();
  }

  /** Whoever has not left the end of what was kept sees where what is new begins. */
  #joinsNow(): boolean {
    return !this.#joined && this.props.opened?.stage === 'joined' && this.#place.atEnd;
  }

  /** Without a line what was kept is read like anything else. */
  #readable(): boolean {
    return this.props.opened?.stage === 'joined' || lineOf(state.value) === 'lost';
  }

  /** The room opens at the place that was asked for, or at the line of what is new, or else at its end. */
  #placeFirst(): void {
    if (!this.#readable()) return;
    const first = !this.#placed;
    this.#placed = true;
    this.#joined = this.props.opened?.stage === 'joined';
    if (first && this.props.target !== null) this.#toTarget();
    else this.#place.showNewLine();
  }

  #toTarget(): void {
    const { id, target } = this.props;
    if (target === null) return;
    forgetTarget(id);
    void this.#goTo(target.seq);
  }

  /** After whatever moved: fetch what will be needed, and note what was seen. */
  #settled(): void {
    if (!this.#placed) return;
    const { id, log, opened, seen } = this.props;
    const atEnd = this.#place.atEnd && isAttached(log);
    if (atEnd !== this.state.atEnd) this.setState({ atEnd });
    if (atEnd !== log.following) club().follow(id, atEnd);
    if (this.#place.nearStart && log.after > 0 && opened?.older === 'idle') void club().older(id);
    if (this.#place.nearEnd && !isAttached(log) && opened?.newer === 'idle') void club().newer(id);
    this.#fetchQuotes();
    if (seen && this.#readable()) club().seen(id, atEnd ? log.cursor : this.#place.lastSeenSeq());
  }

  #fetchQuotes(): void {
    const { id, log } = this.props;
    for (const { index } of this.#items) {
      const row = this.props.rows[index];
      if (row?.kind !== 'message' || row.message.replyTo === null || row.message.removed) continue;
      if (findMessage(log, row.message.replyTo) === undefined) void club().quote(id, row.message.replyTo);
    }
  }

  #toEnd = (): void => {
    club().newest(this.props.id);
    this.#place.follow();
  };

  /** What is new begins above the window. */
  async #toNew(newAfter: number): Promise<void> {
    const { id } = this.props;
    this.#place.letGo();
    club().follow(id, false);
    if (await club().around(id, newAfter + 1)) requestAnimationFrame(() => this.#place.showNewLine());
  }

  /** Shows an entry, wherever in the room it is. */
  async #goTo(seq: number): Promise<void> {
    const { id } = this.props;
    this.#place.letGo();
    club().follow(id, false);
    if (await club().around(id, seq)) requestAnimationFrame(() => this.#show(seq));
    else club().tell('show', lineOf(state.value) === 'open' ? 'not_found' : 'line_broken');
  }

  #show(seq: number): void {
    const shown = this.#place.show(seq);
    if (shown === null) return;
    this.#awaited = { seq: shown, flash: true };
    this.setState({ active: shown });
  }

  #focusAwaited(): void {
    const row = this.#awaited === null ? null : this.#place.find(String(this.#awaited.seq));
    if (this.#awaited === null || row === null) return;
    row.focus({ preventScroll: true });
    if (!this.#awaited.flash) {
      row.scrollIntoView({ block: 'nearest' });
    } else {
      row.classList.add('flash');
      setTimeout(() => row.classList.remove('flash'), FLASH);
    }
    this.#awaited = null;
  }

  #pointed = (event: Event): void => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-seq]') : null;
    const active = row === null ? null : Number(row.dataset['seq']);
    // Between two messages the pointer is still on its way to what the last one offers; a tap there means nothing else.
    if (active === null && event.type !== 'pointerdown') return;
    if (active !== this.state.active) this.setState({ active });
  };

  #left = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return;
    const focused =
      this.#element.current?.contains(document.activeElement) === true &&
      document.activeElement !== this.#element.current;
    if (!focused) this.setState({ active: null });
  };

  #unfocused = (event: FocusEvent): void => {
    const log = this.#element.current;
    const next = event.relatedTarget;
    if (next instanceof Node && log?.contains(next) === false && !log.matches(':hover'))
      this.setState({ active: null });
  };

  /** Up and down walk from message to message, End goes to the newest; the rest of the keys scroll. */
  #keyPressed = (event: KeyboardEvent): void => {
    this.#place.touched();
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowUp') this.#step(-1);
    else if (event.key === 'ArrowDown') this.#step(1);
    else if (event.key === 'End') this.#toEnd();
    else return;
    event.preventDefault();
  };

  #step(step: number): void {
    const { messages } = this.props.log;
    const index = messages.findIndex((message) => message.seq === this.state.active);
    const inSight = this.#place.lastSeenSeq();
    const next = index === -1 ? messages.find((message) => message.seq === inSight) : messages[index + step];
    if (next === undefined) return;
    this.#awaited = { seq: next.seq, flash: false };
    this.setState({ active: next.seq });
  }

  #row(row: Row): ComponentChild {
    switch (row.kind) {
      case 'day':
        return (
          <h2 class="day">
            <time dateTime={row.at}>{dayText(row.at, new Date())}</time>
          </h2>
        );
      case 'new':
        return (
          <div class="new-line" role="separator">
            <span>{t('log.new')}</span>
          </div>
        );
      case 'note':
        return <NoteRow note={row.note} />;
      case 'post':
        return <PostRow post={row.post} follows={row.follows} line={lineOf(state.value)} />;
      case 'message':
        return this.#messageRow(row);
    }
  }

  #messageRow({ message, own, follows, acting }: Row & { kind: 'message' }): ComponentChild {
    const { log, id, moderates } = this.props;
    const { login } = state.value.me;
    return (
      <MessageRow
        room={id}
        message={message}
        own={own}
        follows={follows}
        acting={acting}
        login={login}
        active={this.state.active === message.seq}
        moderates={moderates}
        mentioned={message.mentions.includes(log.me)}
        quoted={message.replyTo === null ? undefined : findMessage(log, message.replyTo)}
        actions={this.#actions}
      />
    );
  }

  /** What is drawn now. */
  #items: Drawing['items'] = [];

  override render(): ComponentChild {
    const { rows, log, opened, label, unread } = this.props;
    const { atEnd, active } = this.state;
    const newAfter = opened?.newAfter ?? null;
    const { items, height, margin } = this.#place.draw(rows, isAttached(log), active === null ? null : String(active));
    this.#items = items;
    return (
      <div class="log-frame">
        <div
          ref={this.#element}
          class="log"
          role="log"
          aria-label={label}
          aria-live="off"
          tabIndex={active === null ? 0 : -1}
          onWheel={() => this.#place.touched()}
          onTouchStart={() => this.#place.touched()}
          onMouseDown={() => this.#place.touched()}
          onScroll={() => this.#scrolled()}
          onPointerOver={this.#pointed}
          onPointerDown={this.#pointed}
          onFocusIn={this.#pointed}
          onFocusOut={this.#unfocused}
          onPointerLeave={this.#left}
          onKeyDown={this.#keyPressed}
        >
          <div class="rows">
            <LogStart id={this.props.id} log={log} opened={opened} />
            <div ref={this.#sizer} class="drawn-rows" style={{ height: `${height}px` }}>
              {items.map(({ key, index, start }) => {
                const row = rows[index];
                return row === undefined ? null : (
                  <div
                    key={key}
                    ref={this.#place.measure}
                    class="row"
                    data-index={index}
                    style={{ top: `${start - margin}px` }}
                  >
                    {this.#row(row)}
                  </div>
                );
              })}
            </div>
            <LogEnd id={this.props.id} log={log} opened={opened} />
          </div>
        </div>
        <Spoken log={log} />
        {newAfter === null || newAfter >= log.after ? null : (
          <button type="button" class="to-new" onClick={() => void this.#toNew(newAfter)}>
            <Icon name="up" /> {t('log.to_new')}
          </button>
        )}
        {atEnd ? null : (
          <button type="button" class="to-end" onClick={this.#toEnd}>
            <Icon name="down" /> {unread > 0 ? t('log.to_end_unread', { count: unread }) : t('log.to_end')}
          </button>
        )}
      </div>
    );
  }

  #scrolled(): void {
    this.#place.scrolled();
    this.#settled();
  }
}

function Again({ again }: { again(): void }) {
  return (
    <p class="log-note" role="alert">
      {t('log.failed')}{' '}
      <button type="button" class="link" onClick={again}>
        {t('action.again')}
      </button>
    </p>
  );
}

function LogStart({ id, log, opened }: { id: string; log: RoomLog; opened: Opened | undefined }) {
  if (opened?.older === 'failed') return <Again again={() => void club().older(id)} />;
  if (log.after > 0) return <p class="log-note">{opened?.older === 'loading' ? t('log.loading') : ''}</p>;
  return <p class="log-note">{log.messages.length === 0 ? t('log.empty') : t('log.start')}</p>;
}

/** A window that does not reach to the newest message ends with a word that there is more. */
function LogEnd({ id, log, opened }: { id: string; log: RoomLog; opened: Opened | undefined }) {
  if (opened?.newer === 'failed') return <Again again={() => void club().newer(id)} />;
  return isAttached(log) ? null : <p class="log-note">{t('log.loading_newer')}</p>;
}
