/* A read job: its questions are one snapshot. A line that broke is made again once, and the job begins anew. */
#include <unistd.h>

#include "postgres_line.h"

#define READ_MS 4000
#define PULSE_MS 1200 /* what is known is not used when the store has not confirmed it for two seconds */
#define TRIES 2

static enum reason run(struct postgres *self, struct store_job *job) {
  switch (job->kind) {
    case STORE_SESSION_FIND: return postgres_session_find(self, job);
    case STORE_LOGIN_FIND: return postgres_login_find(self, job);
    case STORE_INVITE_FIND: return postgres_invite_find(self, job);
    case STORE_INVITE_LIST: return postgres_invite_list(self, job);
    case STORE_ROOM_LIST: return postgres_room_list(self, job);
    case STORE_ROOM_GET: return postgres_room_get(self, job);
    case STORE_ROOM_JOIN: return postgres_room_join(self, job);
    case STORE_HISTORY: return postgres_history(self, job);
    case STORE_ENTRIES: return postgres_entries(self, job);
    case STORE_PULSE: return postgres_pulse(self, job);
    case STORE_MEMBER_LIST: return postgres_member_list(self, job);
    case STORE_MEMBER_GET: return postgres_member_get(self, job);
    case STORE_BLOCKED_LIST: return postgres_blocked_list(self, job);
    case STORE_MEMBER_FIND: return postgres_member_find(self, job);
    case STORE_CARDS_UNCUT: return postgres_cards_uncut(self, job);
    case STORE_SESSION_LIST: return postgres_session_list(self, job);
    case STORE_AUDIT_LIST: return postgres_audit_list(self, job);
    case STORE_REPORT_LIST: return postgres_report_list(self, job);
    case STORE_REPORT_COUNT: return postgres_report_count(self, job);
    case STORE_SANCTION_LIST: return postgres_sanction_list(self, job);
    case STORE_STAFF_LIST: return postgres_staff_list(self, job);
    case STORE_ADMITTED_LIST: return postgres_admitted_list(self, job);
    case STORE_SEARCH: return postgres_search(self, job);
    case STORE_ACTED: return postgres_acted(self, job);
    case STORE_INVITE_TREE: return postgres_invite_tree(self, job);
    case STORE_ROOM_FIND: return postgres_room_find(self, job);
    default: self->error = POSTGRES_WRONG; return REASON_UNAVAILABLE;
  }
}

/* The snapshot ends with the Sync. */
static bool read_once(struct postgres *self, struct store_job *job) {
  self->deadline_ms = line_now() + (job->kind == STORE_PULSE ? PULSE_MS : READ_MS);
  job->club_head = 0;
  job->reason = run(self, job);
  if (self->unsynced) ask_send_sync(self);
  ask_take_all(self);
  if (arena_failed(job->arena) && self->error == POSTGRES_FINE) self->error = POSTGRES_MEMORY;
  return self->error == POSTGRES_FINE;
}

/* One that has no line waits out its pause with the job: it would otherwise be free at once, again and again, and take most
 * jobs from those who have theirs. */
static bool is_ready(struct postgres *self) {
  if (postgres_ready(self)) return true;
  int64_t pause_ms = self->try_after_ms - line_now();
  if (pause_ms > 0) usleep((useconds_t)pause_ms * 1000);
  return postgres_ready(self);
}

void postgres_read(void *context, struct store_job *job) {
  struct postgres *self = context;
  bool done = false;
  for (int tries = 0; tries < TRIES && !done; tries++) {
    if (!is_ready(self)) break;
    done = read_once(self, job);
    if (self->error != POSTGRES_LOST) break;
  }
  if (!done) {
    postgres_complain(self, "read failed");
    job->outcome = STORE_UNAVAILABLE;
    job->reason = REASON_UNAVAILABLE;
    job->club_head = 0;
  } else {
    postgres_complain(self, NULL);
    job->outcome = job->reason == REASON_NONE ? STORE_DONE : STORE_REFUSED;
  }
}
