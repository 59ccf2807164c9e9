import { Banned, Refused } from './errors.js';
import type { Ban } from './errors.js';
import { isRecord } from './frames.js';
import type { SessionCheck } from './line.js';
import type { ClubFacts, InviteGrant, Member, NewMember } from './types.js';

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** The server was not reached, or what answered was not the club. */
export class Unreachable extends Error {
  constructor() {
    super('the server was not reached');
  }
}

const PATIENCE = 30_000;

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function banOf(said: unknown): Ban {
  const ban: Ban = {};
  if (!isRecord(said)) return ban;
  if (typeof said['until'] === 'string') ban.until = said['until'];
  if (typeof said['reason'] === 'string') ban.reason = said['reason'];
  return ban;
}

function refusedBy(response: Response, body: unknown): Error {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : null;
  const reason = error === null ? null : error['reason'];
  if (typeof reason !== 'string')
    return response.status === 503 ? new Refused(503, 'unavailable', null, null) : new Unreachable();
  if (reason === 'banned') return new Banned(response.status, banOf(error?.['ban']));
  const header = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new Refused(response.status, reason, Number.isFinite(header) ? header : null, null);
}

/** The club over HTTP: who one is, and what is known before logging in. */
export class Http {
  #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  facts(): Promise<ClubFacts> {
    return this.#ask<ClubFacts>('GET', '/api/club');
  }

  /** Null: not logged in. */
  async session(): Promise<Member | null> {
    try {
      return (await this.#ask<{ member: Member }>('GET', '/api/session')).member;
    } catch (error) {
      if (error instanceof Refused && error.reason === 'no_session') return null;
      throw error;
    }
  }

  async checkSession(): Promise<SessionCheck> {
    try {
      return (await this.session()) === null ? 'no_session' : 'session';
    } catch {
      return 'unreachable';
    }
  }

  async logIn(login: string, password: string): Promise<Member> {
    return (await this.#ask<{ member: Member }>('POST', '/api/session', { login, password })).member;
  }

  async logOut(): Promise<void> {
    await this.#ask('DELETE', '/api/session');
  }

  async changePassword(old: string, next: string): Promise<void> {
    await this.#ask('PUT', '/api/password', { old, new: next });
  }

  invite(invite: string): Promise<InviteGrant> {
    return this.#ask<InviteGrant>('POST', '/api/invite', { invite });
  }

  async join(member: NewMember): Promise<Member> {
    return (await this.#ask<{ member: Member }>('POST', '/api/members', member)).member;
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#send(method, path, body);
    const answer = await readBody(response);
    if (!response.ok) throw refusedBy(response, answer);
    return answer as T;
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    const init: RequestInit = {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    try {
      return await this.#fetch(path, init);
    } catch {
      throw new Unreachable();
    }
  }
}
