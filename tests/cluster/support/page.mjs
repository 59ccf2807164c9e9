// A page of the club, as whoever opens its address gets it, with the self-made certificate.
import https from 'node:https';

const PATIENCE_MS = 10_000;

/** Its status, or undefined when nobody answers. */
export const statusOf = (url) =>
  new Promise((done) => {
    const request = https.get(url, { rejectUnauthorized: false, agent: false, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
      answer.on('error', () => done(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(undefined));
  });
