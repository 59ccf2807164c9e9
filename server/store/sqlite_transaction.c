/* Jobs into transactions: all writes that came together into one, each read into a snapshot of its own. An operation
 * says why it refuses before it changes anything, so that it can be left out without undoing the others. */
#include "recents.h"
#include "sqlite.h"

#define READ_TRIES 3

struct operation {
  enum reason (*run)(struct sqlite *self, struct store_job *job);
};

static const struct operation operations[] = {
    [STORE_POST] = {sqlite_post},
    [STORE_EDIT] = {sqlite_edit},
    [STORE_REMOVE] = {sqlite_remove},
    [STORE_REACT] = {sqlite_react},
    [STORE_MARK_READ] = {sqlite_mark_read},
    [STORE_ROOM_OPEN] = {sqlite_room_open},
    [STORE_DIRECT_OPEN] = {sqlite_direct_open},
    [STORE_INVITE_CREATE] = {sqlite_invite_create},
    [STORE_INVITE_REVOKE] = {sqlite_invite_revoke},
    [STORE_MEMBER_ADD] = {sqlite_member_add},
    [STORE_MEMBER_ROLE] = {sqlite_member_role},
    [STORE_MEMBER_DISABLE] = {sqlite_member_disable},
    [STORE_MEMBER_UPDATE] = {sqlite_member_update},
    [STORE_BLOCK] = {sqlite_block},
    [STORE_NOTIFY] = {sqlite_notify},
    [STORE_CARD_CUT] = {sqlite_card_cut},
    [STORE_PASSWORD_SET] = {sqlite_password_set},
    [STORE_SESSION_ADD] = {sqlite_session_add},
    [STORE_SESSION_END] = {sqlite_session_end},
    [STORE_SESSION_TOUCH] = {sqlite_session_touch},
    [STORE_FIRST_INVITE] = {sqlite_first_invite},
    [STORE_ROOMS_ENSURE] = {sqlite_rooms_ensure},
    [STORE_ACT] = {sqlite_act},
    [STORE_REPORT_SEND] = {sqlite_report_send},
    [STORE_HOLD] = {sqlite_hold},
    [STORE_SESSION_FIND] = {sqlite_session_find},
    [STORE_LOGIN_FIND] = {sqlite_login_find},
    [STORE_INVITE_FIND] = {sqlite_invite_find},
    [STORE_INVITE_LIST] = {sqlite_invite_list},
    [STORE_ROOM_LIST] = {sqlite_room_list},
    [STORE_ROOM_GET] = {sqlite_room_get},
    [STORE_ROOM_JOIN] = {sqlite_join},
    [STORE_HISTORY] = {sqlite_history},
    [STORE_ENTRIES] = {sqlite_entries},
    [STORE_PULSE] = {sqlite_pulse},
    [STORE_MEMBER_LIST] = {sqlite_member_list},
    [STORE_MEMBER_GET] = {sqlite_member_get},
    [STORE_AUDIT_LIST] = {sqlite_audit_list},
    [STORE_REPORT_LIST] = {sqlite_report_list},
    [STORE_REPORT_COUNT] = {sqlite_report_count},
    [STORE_BLOCKED_LIST] = {sqlite_blocked_list},
    [STORE_MEMBER_FIND] = {sqlite_member_find},
    [STORE_CARDS_UNCUT] = {sqlite_cards_uncut},
    [STORE_SESSION_LIST] = {sqlite_session_list},
    [STORE_SEARCH] = {sqlite_search},
    [STORE_INVITE_TREE] = {sqlite_invite_tree},
    [STORE_ACTED] = {sqlite_acted},
    [STORE_SANCTION_LIST] = {sqlite_sanction_list},
    [STORE_STAFF_LIST] = {sqlite_staff_list},
    [STORE_ADMITTED_LIST] = {sqlite_admitted_list},
    [STORE_ROOM_FIND] = {sqlite_room_find},
};

static void run_sql(struct sqlite *self, enum sql sql) {
  struct query query = query_begin(self, sql);
  query_run(&query);
}

static void begin(struct sqlite *self, enum sql sql) {
  self->error = SQLITE_OK;
  self->now = clock_wall_ms(&self->clock);
  self->club_head = -1;
  run_sql(self, sql);
}

/* The connection's error stays what it was. */
static void roll_back(struct sqlite *self) {
  int error = self->error;
  if (!sqlite3_get_autocommit(self->db)) {
    self->error = SQLITE_OK;
    run_sql(self, SQL_ROLLBACK);
  }
  if (self->role == STORE_WRITER) room_cache_forget(self);
  recents_forget(self->recents);
  self->error = error;
}

static void run_job(struct sqlite *self, struct store_job *job) {
  job->club_head = 0;
  job->reason = operations[job->kind].run(self, job);
  if (arena_failed(job->arena) && self->error == SQLITE_OK) self->error = SQLITE_NOMEM;
}

static void settle(struct store_job **jobs, size_t count, enum store_outcome outcome) {
  for (size_t i = 0; i < count; i++) {
    struct store_job *job = jobs[i];
    job->outcome = outcome == STORE_DONE && job->reason != REASON_NONE ? STORE_REFUSED : outcome;
    if (outcome == STORE_UNAVAILABLE || outcome == STORE_UNKNOWN) job->reason = REASON_UNAVAILABLE;
    if (job->outcome != STORE_DONE) job->club_head = 0;
  }
}

/* Errors of COMMIT after which nothing can have reached the disk as a whole: the commit's last frame was not written.
 * After any other it may have been. */
static bool surely_not_committed(int error) {
  int primary = error & 0xff;
  return primary == SQLITE_FULL || primary == SQLITE_BUSY || primary == SQLITE_CONSTRAINT ||
         error == SQLITE_IOERR_WRITE;
}

static enum store_outcome commit(struct sqlite *self) {
  room_cache_flush(self);
  if (self->error != SQLITE_OK) {
    roll_back(self);
    return STORE_UNAVAILABLE;
  }
  run_sql(self, SQL_COMMIT);
  if (self->error == SQLITE_OK) return STORE_DONE;
  if (surely_not_committed(self->error)) {
    roll_back(self);
    return STORE_UNAVAILABLE;
  }
  self->broken = true;
  return STORE_UNKNOWN;
}

static enum store_outcome write_all(struct sqlite *self, struct store_job **jobs, size_t count) {
  begin(self, SQL_BEGIN_WRITE);
  room_cache_begin(self);
  for (size_t i = 0; i < count && self->error == SQLITE_OK; i++) run_job(self, jobs[i]);
  if (self->error == SQLITE_OK) return commit(self);
  roll_back(self);
  return STORE_UNAVAILABLE;
}

/* Is it one job's fault, so that the others fare better without it? */
static bool is_fault_of_one(int error) {
  int primary = error & 0xff;
  return primary != SQLITE_FULL && primary != SQLITE_IOERR && primary != SQLITE_BUSY && primary != SQLITE_CORRUPT &&
         primary != SQLITE_NOTADB && primary != SQLITE_CANTOPEN && primary != SQLITE_READONLY;
}

static void write_together(struct sqlite *self, struct store_job **jobs, size_t count) {
  enum store_outcome outcome = write_all(self, jobs, count);
  sqlite_complain(self, outcome == STORE_UNKNOWN ? "outcome of a write unknown" : "write failed", self->error);
  if (outcome == STORE_UNAVAILABLE && count > 1 && is_fault_of_one(self->error)) {
    for (size_t i = 0; i < count; i++) write_together(self, &jobs[i], 1);
    return;
  }
  settle(jobs, count, outcome);
}

void sqlite_write(void *context, struct store_job **jobs, size_t count) {
  struct sqlite *self = context;
  if (self->broken || self->role != STORE_WRITER) {
    settle(jobs, count, STORE_UNAVAILABLE);
    return;
  }
  lock_write(self->lock);
  write_together(self, jobs, count);
  lock_write_end(self->lock);
  checkpoint_after_write(self);
}

bool sqlite_write_alone(struct sqlite *self, void (*fill)(struct sqlite *self, void *context), void *context) {
  if (self->broken || self->role != STORE_WRITER) return false;
  lock_write(self->lock);
  begin(self, SQL_BEGIN_WRITE);
  fill(self, context);
  enum store_outcome outcome = commit(self);
  lock_write_end(self->lock);
  sqlite_complain(self, outcome == STORE_UNKNOWN ? "outcome of a write unknown" : "write failed", self->error);
  checkpoint_after_write(self);
  return outcome == STORE_DONE;
}

static bool read_once(struct sqlite *self, struct store_job *job) {
  begin(self, SQL_BEGIN);
  if (self->error == SQLITE_OK) run_job(self, job);
  int error = self->error;
  self->error = SQLITE_OK;
  if (!sqlite3_get_autocommit(self->db)) run_sql(self, SQL_COMMIT);
  if (error == SQLITE_OK) error = self->error;
  if (!sqlite3_get_autocommit(self->db)) roll_back(self);
  self->error = error;
  return error == SQLITE_OK;
}

void sqlite_read(void *context, struct store_job *job) {
  struct sqlite *self = context;
  bool done = false;
  for (int tries = 0; tries < READ_TRIES && !done; tries++) {
    done = read_once(self, job);
    int primary = self->error & 0xff;
    if (primary != SQLITE_BUSY && primary != SQLITE_LOCKED) break;
  }
  sqlite_complain(self, "read failed", self->error);
  settle(&job, 1, done ? STORE_DONE : STORE_UNAVAILABLE);
}
