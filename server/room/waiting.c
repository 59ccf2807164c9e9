/* Whoever joins while the page that it needs is being read waits for that, and so do those for whom something of the log
 * is missing just now. They go on in the same turn in which it came, and never from within what brought it. */
#include <stdlib.h>

#include "inside.h"

#define WAIT_MS 300 /* for what is missing of the log */

static void waiting_fire(struct wheel_timer *timer) {
  struct waiting *waiting = (struct waiting *)(void *)((char *)timer - offsetof(struct waiting, timer));
  waiting_wake(waiting->room, false);
}

void waiting_begin(struct room *room) {
  struct waiting *waiting = &room->sharing->waiting;
  waiting->room = room;
  waiting->last = &waiting->first;
  waiting->timer.fire = waiting_fire;
}

bool room_page_wait(struct room *room, struct store_job *job) {
  struct sharing *sharing = shared_make(room);
  if (!sharing) return false;
  struct waiting *waiting = &sharing->waiting;
  job->link.next = NULL;
  *waiting->last = &job->link;
  waiting->last = &job->link.next;
  if (room->known_head <= room->head) return true;
  waiting->for_log = true;
  if (!wheel_armed(&waiting->timer))
    wheel_arm(room->rooms->setup.wheel, &waiting->timer, clock_monotonic_ms(room->rooms->setup.clock) + WAIT_MS);
  return true;
}

void waiting_wake(struct room *room, bool failed) {
  struct waiting *waiting = room->sharing ? &room->sharing->waiting : NULL;
  if (!waiting || !waiting->first) return;
  if (failed) waiting->failed = true;
  if (waiting->woken) return;
  waiting->woken = true;
  waiting->next_woken = room->rooms->woken;
  room->rooms->woken = room;
}

void waiting_log_is_whole(struct room *room) {
  if (room->sharing && room->sharing->waiting.for_log) waiting_wake(room, false);
}

static struct worker_job *waiting_take(struct waiting *waiting) {
  struct worker_job *first = waiting->first;
  waiting->first = NULL;
  waiting->last = &waiting->first;
  waiting->woken = waiting->failed = waiting->for_log = false;
  return first;
}

/* Some of them may wait again. */
static void waiting_go_on(struct room *room, struct completions *context) {
  enum store_outcome outcome = room->sharing->waiting.failed ? STORE_UNAVAILABLE : STORE_DONE;
  struct worker_job *link = waiting_take(&room->sharing->waiting);
  while (link) {
    struct store_job *job = (struct store_job *)(void *)link;
    link = link->next;
    job->outcome = outcome;
    job->done(context, job);
  }
}

void rooms_wake(struct rooms *rooms, struct completions *context) {
  while (rooms->woken) {
    struct room *room = rooms->woken;
    rooms->woken = room->sharing->waiting.next_woken;
    room->holds++;
    waiting_go_on(room, context);
    rooms_release(rooms, room);
  }
}

static void waiting_unlist(struct room *room) {
  struct room **at = &room->rooms->woken;
  while (*at && *at != room) at = &(*at)->sharing->waiting.next_woken;
  if (*at) *at = room->sharing->waiting.next_woken;
}

/* Nobody is left who waits for them. */
void waiting_clear(struct room *room) {
  struct waiting *waiting = &room->sharing->waiting;
  wheel_disarm(room->rooms->setup.wheel, &waiting->timer);
  if (waiting->woken) waiting_unlist(room);
  for (struct worker_job *link = waiting_take(waiting), *next; link; link = next) {
    next = link->next;
    store_job_destroy((struct store_job *)(void *)link);
  }
}
