// How long posts of a journal took: until they were answered, and until those who follow the room were told.
import { summary } from './summary.mjs';

/** Milliseconds, over repetitions and reconnects: {answers, told} as summary.mjs has them. */
export function delays(journal) {
  const answeredAt = new Map();
  const answers = [];
  for (const { kind, room, attempts } of journal.writes) {
    const answer = attempts.find((attempt) => attempt.outcome === 'answered');
    if (kind !== 'post' || !answer) continue;
    answeredAt.set(`${room} ${answer.seq}`, answer.answeredAt);
    answers.push(answer.answeredAt - attempts[0].sentAt);
  }
  return { answers: summary(answers), told: summary([...journal.followers.values()].flatMap((follower) => toldAfter(follower, answeredAt))) };
}

/** What was answered while it followed, by whatever way it was told of it. */
function toldAfter({ room, events }, answeredAt) {
  const since = events.find(({ what, page }) => what === 'join' && !page.more)?.page.answeredAt ?? Infinity;
  const found = [];
  const take = (seq, at) => {
    const answered = answeredAt.get(`${room} ${seq}`);
    if (answered >= since) found.push(Math.max(0, at - answered));
  };
  let last = 0;
  for (const event of events) {
    if (event.what === 'entry') take(event.entry.seq, event.at);
    for (const { seq } of event.page?.entries ?? []) if (seq > last) take(seq, event.page.answeredAt);
    last = event.entry?.seq ?? event.page?.as_of ?? last;
  }
  return found;
}
