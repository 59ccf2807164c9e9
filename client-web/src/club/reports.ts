import { reasonOf } from '../protocol/errors.js';
import type { Params, Report } from '../protocol/types.js';
import { tell, tellFailure } from '../state/club.js';
import type { Moderation } from './moderation.js';
import type { Outbox } from './outbox.js';
import type { ClubParts } from './parts.js';

export type Outcome = Params<'report.settle'>['outcome'];

export interface Settling {
  report: Report;
  outcome: Outcome;
  /** For whoever sent the report; for whom it is about, where the outcome says something to that one. */
  note: string;
  /** What is written to the accused; only of `warned`. */
  warning: string;
}

export interface ReportPage {
  reports: Report[];
  more: boolean;
}

const DAY = 24 * 60 * 60;
/** Many who moderate are told at once, and do not ask at once. */
const COUNT_SPREAD = 400;

/** Reports of messages: sent by members, settled by those who moderate. */
export class Reports {
  #parts: ClubParts;
  #moderation: Moderation;
  #outbox: Outbox;
  #cancelCount: (() => void) | null = null;
  #counts = 0;
  #shown = 0;

  constructor(parts: ClubParts, moderation: Moderation, outbox: Outbox) {
    this.#parts = parts;
    this.#moderation = moderation;
    this.#outbox = outbox;
  }

  /** `id` stays the same when it is tried again. */
  async send(id: string, room: string, seq: number, reason: string): Promise<void> {
    await this.#parts.line.call('report.send', { client_id: id, room, seq, reason });
    const notice = { kind: 'done', what: 'report', reason: '', words: '', until: null } as const;
    this.#parts.store.update((state) => tell(state, notice));
  }

  newId(): string {
    return this.#parts.newId();
  }

  list(params: Params<'report.list'>): Promise<ReportPage> {
    return this.#parts.line.call('report.list', params);
  }

  /** There are others than before: how many wait is asked for a moment later, once for all that came meanwhile. */
  countSoon(): void {
    const { clock } = this.#parts;
    this.#cancelCount ??= clock.after(Math.random() * COUNT_SPREAD, () => {
      this.#cancelCount = null;
      const own = ++this.#counts;
      this.#parts.line.request('report.count', {}, (outcome) => {
        if (own < this.#shown) return; // one that was asked for later is known
        const refused = !outcome.ok && reasonOf(outcome.error) === 'forbidden';
        if (!outcome.ok && !refused) return; // the next line asks again
        this.#shown = own;
        const openReports = outcome.ok ? outcome.result.open : 0;
        this.#parts.store.update((state) => ({ ...state, openReports, reportsCounted: state.reportsCounted + 1 }));
      });
    });
  }

  stop(): void {
    this.#cancelCount?.();
  }

  /**
   * First what the outcome says, then that it was done. A warning is the other way round, so that nobody is warned when
   * somebody else settled it otherwise meanwhile. Each of them is harmless when it is done again.
   */
  async settle(settling: Settling): Promise<void> {
    const { report, outcome, note, warning } = settling;
    const { line } = this.#parts;
    const talk = outcome === 'warned' ? await line.call('direct.open', { member: report.accused.id }) : null;
    await this.#carryOut(settling);
    await line.call('report.settle', { report: report.report, outcome, ...(note === '' ? {} : { note }) });
    if (talk !== null) this.#warn(talk.room.room, `warning-${report.report}`, warning);
  }

  /** On its way like any other message of the moderator, whatever the line does. */
  #warn(talk: string, clientId: string, warning: string): void {
    if (this.#outbox.add(talk, warning, null, clientId)) return;
    this.#parts.store.update((state) => tellFailure(state, 'post', 'too_many_waiting'));
  }

  async #carryOut({ report, outcome, note }: Settling): Promise<void> {
    const { room, seq, accused } = report;
    if (outcome === 'removed' && seq !== undefined)
      await this.#parts.line.call('message.remove', { room, seq, ...(note === '' ? {} : { reason: note }) });
    if (outcome === 'muted' || outcome === 'banned')
      await this.#moderation.sanction({
        kind: outcome === 'muted' ? 'mute' : 'ban',
        member: accused.id,
        name: accused.name,
        room: room.startsWith('dm.') ? null : room, // whose talk it is, is not theirs to enter
        seconds: outcome === 'muted' ? DAY : null,
        reason: note,
      });
  }
}
