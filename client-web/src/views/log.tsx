import { Component, createRef } from 'preact';
import type { ComponentChild } from 'preact';
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
  moderates: boolean;
  reply(message: Message): void;
  edit(message: Message): void;
  remove(message: Message): void;
  moderate(message: Message): void;
}

interface LogState {
  /** The message that shows what can be done with it. */
  active: number | null;
  atEnd: boolean;
  /** Nothing is read out: what comes in is old. */
  quiet: boolean;
}

const QUIET = 1000;
const FLASH = 1600;

/** A room's messages: keeps the reader's place while the window over the log moves. */
export class Log extends Component<LogProps, LogState> {
  override state: LogState = { active: null, atEnd: true, quiet: true };
  #element = createRef<HTMLDivElement>();
  #place = new Place(() => this.#element.current);
  #placed = false;
  /** What is shown goes on into what comes: before the room is joined it is what was kept. */
  #joined = false;
  #firstSeq = 0;
  #quietTimer: ReturnType<typeof setTimeout> | undefined;
  #resized: ResizeObserver | null = null;
  #actions: RowActions;

  constructor(props: LogProps) {
    super(props);
    this.#actions = {
      reply: (message) => this.props.reply(message),
      edit: (message) => this.props.edit(message),
      remove: (message) => this.props.remove(message),
      moderate: (message) => this.props.moderate(message),
      goTo: (seq) => void this.#goTo(seq),
    };
  }

  override componentDidMount(): void {
    const element = this.#element.current;
    if (element === null) return;
    this.#resized = new ResizeObserver(() => this.#place.restore());
    this.#resized.observe(element);
    this.#placeFirst();
    this.#settled();
  }

  override componentWillUnmount(): void {
    this.#resized?.disconnect();
    clearTimeout(this.#quietTimer);
  }

  override getSnapshotBeforeUpdate(): null {
    this.#place.remember();
    return null;
  }

  override componentDidUpdate(before: LogProps): void {
    if (this.props.posted !== before.posted) this.#toEnd();
    if (!this.#placed || this.#joinsNow()) this.#placeFirst();
    else this.#place.restore();
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

  /** The room opens at the line of what is new, or else at its end. */
  #placeFirst(): void {
    if (!this.#readable()) {
      this.#place.restore();
      return;
    }
    this.#placed = true;
    this.#joined = this.props.opened?.stage === 'joined';
    this.#place.showNewLine();
    this.#quietSoonOver();
  }

  #quietSoonOver(): void {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.setState({ quiet: false }), QUIET);
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
    for (const { replyTo, removed } of log.messages) {
      if (replyTo !== null && !removed && findMessage(log, replyTo) === undefined) void club().quote(id, replyTo);
    }
  }

  #toEnd = (): void => {
    const { id, log } = this.props;
    this.#place.follow();
    if (isAttached(log)) this.#place.restore();
    else
      void club()
        .newest(id)
        .then(() => this.#place.follow());
  };

  /** What is new begins above the window. */
  async #toNew(newAfter: number): Promise<void> {
    const { id } = this.props;
    this.#place.letGo();
    club().follow(id, false);
    if (await club().around(id, newAfter + 1)) requestAnimationFrame(() => this.#place.showNewLine());
  }

  async #goTo(seq: number): Promise<void> {
    this.#place.letGo();
    club().follow(this.props.id, false);
    if (!(await club().around(this.props.id, seq))) return;
    requestAnimationFrame(() => this.#flash(seq));
  }

  #flash(seq: number): void {
    const row = this.#place.show(String(seq));
    if (row === null) return;
    this.setState({ active: seq });
    row.focus({ preventScroll: true });
    row.classList.add('flash');
    setTimeout(() => row.classList.remove('flash'), FLASH);
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

  /** Up and down walk from message to message. */
  #keyPressed = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0 || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    this.#step(step);
  };

  #step(step: number): void {
    const { messages } = this.props.log;
    const index = messages.findIndex((message) => message.seq === this.state.active);
    const next = messages[index === -1 ? messages.length - 1 : index + step];
    if (next === undefined) return;
    this.setState({ active: next.seq });
    this.#place.reveal(String(next.seq))?.focus();
  }

  #row(row: Row): ComponentChild {
    switch (row.kind) {
      case 'day':
        return (
          <h2 key={row.key} class="day">
            <time dateTime={row.at}>{dayText(row.at, new Date())}</time>
          </h2>
        );
      case 'new':
        return (
          <div key={row.key} class="new-line" role="separator" data-key="new">
            <span>{t('log.new')}</span>
          </div>
        );
      case 'note':
        return <NoteRow key={row.key} note={row.note} />;
      case 'post':
        return <PostRow key={row.key} post={row.post} follows={row.follows} line={lineOf(state.value)} />;
      case 'message':
        return this.#messageRow(row);
    }
  }

  #messageRow({ key, message, own, follows, acting }: Row & { kind: 'message' }): ComponentChild {
    const { log, id, moderates } = this.props;
    const { login } = state.value.me;
    return (
      <MessageRow
        key={key}
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

  override render(): ComponentChild {
    const { rows, log, opened, label, unread } = this.props;
    const { atEnd, quiet, active } = this.state;
    const newAfter = opened?.newAfter ?? null;
    const firstSeq = log.messages[0]?.seq ?? 0;
    const old = firstSeq < this.#firstSeq || !isAttached(log);
    if (old) this.#quietSoonOver();
    this.#firstSeq = firstSeq;
    return (
      <div class="log-frame">
        <div
          ref={this.#element}
          class="log"
          role="log"
          aria-label={label}
          aria-live={quiet || old ? 'off' : 'polite'}
          tabIndex={active === null ? 0 : -1}
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
            {rows.map((row) => this.#row(row))}
            {opened?.newer === 'failed' ? <Again again={() => void club().newer(this.props.id)} /> : null}
          </div>
        </div>
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
    this.#place.remember();
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
