// How long to wait before the next try: doubling, spread by chance so that thousands of clients do not come at once.

const FIRST = 500;
const LONGEST = 30_000;

/** `tries` failed tries lie behind; `random` is in [0, 1). */
export function backoffDelay(tries: number, random: number): number {
  const full = Math.min(LONGEST, FIRST * 2 ** Math.min(tries, 16));
  return Math.round(full / 2 + (full / 2) * random);
}

/** The server said when to come back; a little later than that, spread. */
export function retryDelay(seconds: number, random: number): number {
  const wait = Math.min(Math.max(seconds, 0), 600) * 1000;
  return Math.round(wait + (wait / 4 + 250) * random);
}
