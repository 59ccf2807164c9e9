// What can go wrong with a request, as values that callers tell apart.

export const CODE_REFUSED = 1000;
export const CODE_INTERNAL = -32603;

/** The server answered the request with an error. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    readonly retryAfter: number | null,
    readonly field: string | null,
  ) {
    super(`${reason} (${code})`);
  }

  /** Waiting helps, and nothing has to be changed. */
  get passes(): boolean {
    if (this.code === CODE_INTERNAL || this.reason === 'unavailable') return true;
    return (this.reason === 'rate_limited' || this.reason === 'slow_mode') && this.retryAfter !== null;
  }
}

/** Why and until when somebody is kept out of the club, as far as it was said. */
export interface Ban {
  until?: string;
  reason?: string;
}

/** The password was right, and its member is kept out of the club. */
export class Banned extends Refused {
  constructor(
    code: number,
    readonly ban: Ban,
  ) {
    super(code, 'banned', null, null);
  }
}

/** The line broke before the answer: what was asked may have been done or not. */
export class LineBroken extends Error {
  constructor() {
    super('the line broke before the answer');
  }
}

/** The reason to show for anything thrown by a request: a key of the locale's `reason.*` texts. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.reason;
  if (error instanceof LineBroken) return 'line_broken';
  return 'unknown';
}
