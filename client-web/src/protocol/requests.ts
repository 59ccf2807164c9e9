import { LineBroken, Refused } from './errors.js';
import { packFrames } from './frames.js';
import type { RpcError } from './frames.js';
import type { Method, Params, Result } from './types.js';

export type Outcome<M extends Method> = { ok: true; result: Result<M> } | { ok: false; error: Refused | LineBroken };

interface Asked {
  id: number;
  text: string;
  answered(outcome: { ok: true; result: unknown } | { ok: false; error: Refused | LineBroken }): void;
}

export interface RequestLimits {
  batch: number;
  frame: number;
  in_flight: number;
}

/** Requests of one connection: numbered, held back beyond `in_flight`, answered in any order. */
export class Requests {
  #next = 1;
  #waiting: Asked[] = [];
  #asked = new Map<number, Asked>();

  /** `done` runs while the answer is read, before anything that came after it: entries follow a join's answer. */
  add<M extends Method>(method: M, params: Params<M>, done: (outcome: Outcome<M>) => void): void {
    const id = this.#next++;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    this.#waiting.push({ id, text, answered: (outcome) => done(outcome as Outcome<M>) });
  }

  /** The frames that may be sent now. */
  take(limits: RequestLimits): string[] {
    const room = Math.max(0, limits.in_flight - this.#asked.size);
    const now = this.#waiting.splice(0, room);
    for (const asked of now) this.#asked.set(asked.id, asked);
    return packFrames(
      now.map((asked) => asked.text),
      limits,
    );
  }

  result(id: number, result: unknown): void {
    this.#settle(id)?.answered({ ok: true, result });
  }

  refuse(id: number, error: RpcError): void {
    const refused = new Refused(error.code, error.reason, error.retryAfter, error.field);
    this.#settle(id)?.answered({ ok: false, error: refused });
  }

  /** The connection is gone: nothing of it will be answered. */
  breakAll(): void {
    const all = [...this.#asked.values(), ...this.#waiting];
    this.#asked.clear();
    this.#waiting = [];
    for (const asked of all) asked.answered({ ok: false, error: new LineBroken() });
  }

  #settle(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }
}
