/* A batch of write jobs is one transaction: first a question that locks nothing of the club's, tells the transaction's
 * number and notes the batch; then everything else, COMMIT included, in one go. An instance that is frozen between the two
 * holds up nobody; one that loses the line asks what became of it (postgres_settle.c). */
#include <stdlib.h>

#include "club/broken.h"
#include "indexing.h"
#include "postgres_batch.h"
#include "postgres_line.h"

#define TRIES 4
#define TOGETHER 4 /* posts in a row that are quicker asked for together */
#define ARENA_BYTES (16 << 20)

static const struct write_kind kinds[STORE_WRITES_END] = {
    [STORE_POST] = {.ask = posts_ask, .take = posts_take, .room = posts_room},
    [STORE_EDIT] = {.ask = changes_ask_edit, .take = changes_take, .room = changes_room},
    [STORE_REMOVE] = {.ask = changes_ask_remove, .take = changes_take_remove, .room = changes_room},
    [STORE_REACT] = {.ask = changes_ask_react, .take = changes_take, .room = changes_room},
    [STORE_MARK_READ] = {.ask = listings_ask_mark, .take = listings_take_mark},
    [STORE_ROOM_OPEN] = {.ask = listings_ask_open, .take = listings_take_room},
    [STORE_DIRECT_OPEN] = {.ask = listings_ask_direct, .take = listings_take_room},
    [STORE_INVITE_CREATE] = {.ask = invites_ask_create, .take = invites_take},
    [STORE_INVITE_REVOKE] = {.ask = invites_ask_revoke, .take = invites_take},
    [STORE_MEMBER_ADD] = {.ask = members_ask_add, .take = members_take_add},
    [STORE_MEMBER_ROLE] = {.ask = members_ask_role, .take = members_take_change},
    [STORE_MEMBER_DISABLE] = {.ask = members_ask_disable, .take = members_take_change},
    [STORE_MEMBER_UPDATE] = {.ask = members_ask_update, .take = members_take_change},
    [STORE_BLOCK] = {.ask = blocks_ask, .take = blocks_take},
    [STORE_NOTIFY] = {.ask = listings_ask_notify, .take = listings_take_notify},
    [STORE_CARD_CUT] = {.ask = cards_ask_cut, .take = cards_take_cut},
    [STORE_PASSWORD_SET] = {.ask = members_ask_password, .take = members_take_change},
    [STORE_SESSION_ADD] = {.ask = sessions_ask_add, .take = sessions_take_add},
    [STORE_SESSION_END] = {.ask = sessions_ask_end, .take = sessions_take_end},
    [STORE_SESSION_TOUCH] = {.ask = sessions_ask_touch, .take = sessions_take_touch},
    [STORE_FIRST_INVITE] = {.ask = invites_ask_first, .take = invites_take_first},
    [STORE_ROOMS_ENSURE] = {.ask = listings_ask_ensure, .take = listings_take_ensure},
    [STORE_ACT] = {.ask = acts_ask, .take = acts_take, .room = acts_room, .prepare = acts_prepare},
    [STORE_REPORT_SEND] = {.ask = reports_ask_send, .take = reports_take_send},
    [STORE_HOLD] = {.ask = reports_ask_hold, .take = reports_take_hold, .room = reports_room},
};

static const char begin_sql[] = "BEGIN";
static const char number_sql[] = "SELECT * FROM club_begin_1($1, $2)";
static const char commit_sql[] = "COMMIT";
static const char rollback_sql[] = "ROLLBACK";
/* Always in this order, and whatever is looked up after it is current. */
static const char lock_sql[] = "SELECT 1 FROM room WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";
/* A batch of this role that holds locks while its instance sends nothing: frozen, or cut off. A copy takes its time. */
static const char unblock_sql[] =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
    "AND usesysid = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND pid <> pg_backend_pid() "
    "AND backend_xid IS NOT NULL AND wait_event_type = 'Client' AND application_name <> 'clubd copy' "
    "AND xact_start < clock_timestamp() - interval '1 second'";

enum reason write_reason(const struct ask *ask) {
  return ask_get_reason(ask, 0);
}

/* ---- what is asked ---- */

static void begin_lock(struct batch *batch) {
  struct slice rooms[LIMIT_WRITE_BATCH];
  size_t count = 0;
  for (size_t i = 0; i < batch->count; i++) {
    const struct write_kind *kind = &kinds[batch->jobs[i]->kind];
    if (kind->prepare) kind->prepare(batch->connection, batch->jobs[i]);
    struct slice room = kind->room ? kind->room(batch->jobs[i]) : SLICE_NONE;
    if (room.data) rooms[count++] = room;
  }
  batch->lock = ask_begin(batch->connection, lock_sql);
  ask_texts(&batch->lock, rooms, count, batch->arena);
  batch->locks = count > 0 && !BROKEN(lock);
}

/* Posts from here on that follow each other. */
static size_t count_posts(const struct batch *batch, size_t first) {
  size_t count = 0;
  while (first + count < batch->count && batch->jobs[first + count]->kind == STORE_POST) count++;
  return count;
}

static void bind_part(struct batch *batch, struct part *part, size_t first) {
  struct store_job **jobs = batch->jobs + first;
  size_t posts = batch->one_by_one ? 0 : count_posts(batch, first);
  part->first = first;
  part->count = posts >= TOGETHER && !BROKEN(duplicate) ? posts : 1;
  if (part->count > 1) {
    part->ask = posts_ask_many(batch->connection, jobs, posts, batch->arena);
  } else {
    part->ask = kinds[jobs[0]->kind].ask(batch->connection, jobs[0]);
  }
  for (size_t i = 0; i < part->count; i++) {
    if (arena_failed(jobs[i]->arena)) batch->connection->error = POSTGRES_MEMORY;
  }
}

/* All is bound before anything is sent. */
static bool bind_all(struct batch *batch) {
  batch->part_count = 0;
  begin_lock(batch);
  for (size_t i = 0; i < batch->count; i += batch->parts[batch->part_count++].count) {
    bind_part(batch, &batch->parts[batch->part_count], i);
    batch->guilty = batch->part_count;
    if (batch->connection->error == POSTGRES_FINE) continue;
    batch->part_count++;
    return false;
  }
  batch->guilty = batch->part_count;
  return true;
}

static void end_all(struct batch *batch) {
  ask_end(&batch->begin);
  ask_end(&batch->number);
  ask_end(&batch->lock);
  for (size_t i = 0; i < batch->part_count; i++) ask_end(&batch->parts[i].ask);
  ask_end(&batch->commit);
}

/* ---- one transaction ---- */

/* Takes no lock that anybody else wants. */
static bool begin_transaction(struct batch *batch) {
  struct postgres *self = batch->connection;
  batch->note = ++self->batches;
  batch->begin = ask_begin(self, begin_sql);
  batch->number = ask_begin(self, number_sql);
  ask_text(&batch->number, slice_of(self->name));
  ask_int(&batch->number, batch->note);
  ask_send(&batch->begin);
  ask_send(&batch->number);
  ask_send_sync(self);
  ask_take_all(self);
  if (!ask_row(&batch->number)) return false;
  struct slice number = ask_peek_text(&batch->number, 0);
  snprintf(batch->transaction, sizeof batch->transaction, "%.*s", (int)number.size, number.data);
  batch->process = ask_get_int(&batch->number, 1);
  snprintf(batch->history, sizeof batch->history, "%s", self->history);
  return true;
}

/* The answers to the jobs are asked for before the COMMIT, so that they are mostly known when its answer gets lost. */
static void send_transaction(struct batch *batch) {
  struct postgres *self = batch->connection;
  self->warned = false;
  batch->sent = true;
  if (batch->locks) ask_send(&batch->lock);
  for (size_t i = 0; i < batch->part_count; i++) ask_send(&batch->parts[i].ask);
  if (self->error == POSTGRES_FINE) ask_send_flush(self);
  batch->commit = ask_begin(self, commit_sql);
  ask_send(&batch->commit);
  if (self->error == POSTGRES_FINE) ask_send_sync(self);
  ask_take_all(self);
}

static void roll_back(struct postgres *self) {
  if (!self->line) return;
  enum postgres_error error = self->error;
  self->error = POSTGRES_FINE;
  struct ask rollback = ask_begin(self, rollback_sql);
  ask_send(&rollback);
  ask_send_sync(self);
  ask_take_all(self);
  ask_end(&rollback);
  if (self->error == POSTGRES_FINE) self->error = error;
}

static size_t find_guilty(const struct batch *batch) {
  for (size_t i = 0; i < batch->part_count; i++) {
    if (batch->parts[i].ask.refused) return i;
  }
  return batch->part_count;
}

/* Only where that is broken: all was answered, whatever became of the COMMIT. */
static bool is_answered(struct batch *batch) {
  for (size_t i = 0; i < batch->part_count; i++) {
    if (!batch->parts[i].ask.fine) return false;
  }
  batch->connection->error = POSTGRES_FINE;
  return true;
}

static enum store_outcome try_transaction(struct batch *batch) {
  struct postgres *self = batch->connection;
  batch->sent = false;
  if (!bind_all(batch)) return STORE_UNAVAILABLE;
  if (!begin_transaction(batch)) {
    roll_back(self);
    return STORE_UNAVAILABLE;
  }
  send_transaction(batch);
  if (BROKEN(early) && is_answered(batch)) return STORE_DONE;
  if (self->error == POSTGRES_FINE) {
    /* A warning: the server gave up waiting for its standbys, and after a failover this may not be there. */
    batch->half = self->warned || strcmp(ask_command(&batch->commit), "COMMIT") != 0;
    if (!batch->half) return STORE_DONE;
    line_lose(self);
    return STORE_UNKNOWN;
  }
  if (self->error == POSTGRES_LOST) return STORE_UNKNOWN;
  batch->guilty = find_guilty(batch);
  roll_back(self);
  return STORE_UNAVAILABLE;
}

/* ---- again ---- */

static bool is_state(const struct postgres *self, const char *state) {
  return self->error == POSTGRES_WRONG && strncmp(self->state, state, strlen(state)) == 0;
}

/* Somebody holds a lock for long: if that is a frozen instance, its session is ended, and with it the lock. */
static void unblock(struct postgres *self) {
  self->error = POSTGRES_FINE;
  struct ask ask = ask_begin(self, unblock_sql);
  ask_send(&ask);
  ask_send_sync(self);
  int64_t ended = ask_number(&ask, 0);
  ask_take_all(self);
  if (ended > 0) log_line(LOG_WARN, "store unblocked", LOG_NUMBER("sessions", ended));
}

/* Does what failed deserve another try? */
static bool is_worth_another(struct batch *batch, enum store_outcome outcome) {
  struct postgres *self = batch->connection;
  if (outcome != STORE_UNAVAILABLE || line_now() >= self->deadline_ms) return false;
  if (self->error == POSTGRES_LOST) return !batch->sent;
  if (is_state(self, "40P01") || is_state(self, "40001")) return true;
  if (!is_state(self, "55P03")) return false;
  unblock(self);
  return true;
}

/* This process stood still meanwhile: the clients have asked elsewhere since, and what was answered there must not be
 * undone. */
static bool is_stale(const struct postgres *self) {
  return line_now() > self->entered_ms + self->write_wait_ms;
}

/* Nothing of it is there, and nothing is tried again, part by part neither. */
static enum store_outcome give_up(struct batch *batch) {
  log_line(LOG_WARN, "writes took too long, not begun again", LOG_NUMBER("jobs", batch->count));
  batch->guilty = batch->part_count;
  return STORE_UNAVAILABLE;
}

static enum store_outcome write_batch(struct batch *batch) {
  struct postgres *self = batch->connection;
  enum store_outcome outcome = STORE_UNAVAILABLE;
  int64_t deadline = line_now() + POSTGRES_WRITE_MS;
  for (int tries = 0; tries < TRIES; tries++) {
    end_all(batch);
    if (is_stale(self)) return give_up(batch);
    if (!postgres_ready(self)) return STORE_UNAVAILABLE;
    self->deadline_ms = deadline;
    outcome = try_transaction(batch);
    if (outcome != STORE_UNKNOWN) {
      if (is_worth_another(batch, outcome)) continue;
      return outcome;
    }
    outcome = settle_transaction(batch);
    if (outcome != STORE_UNAVAILABLE) return outcome;
    deadline = line_now() + POSTGRES_WRITE_MS; /* it was rolled back: once more */
  }
  return outcome;
}

/* ---- batches ---- */

static void take_one(struct store_job *job, struct ask *ask) {
  job->club_head = 0;
  (void)ask_row(ask); /* an empty list of rooms has none */
  job->reason = kinds[job->kind].take(job, ask);
  job->outcome = job->reason == REASON_NONE ? STORE_DONE : STORE_REFUSED;
  if (job->outcome == STORE_REFUSED) job->club_head = 0;
  if (arena_failed(job->arena)) batch_fail(job, STORE_UNKNOWN);
}

static void take_part(struct batch *batch, struct part *part) {
  bool known = part->ask.fine;
  for (size_t i = 0; i < part->count; i++) {
    struct store_job *job = batch->jobs[part->first + i];
    if (known) {
      take_one(job, &part->ask);
    } else {
      settle_job(batch, job);
    }
  }
}

void batch_fail(struct store_job *job, enum store_outcome outcome) {
  job->outcome = outcome;
  job->reason = REASON_UNAVAILABLE;
  job->club_head = 0;
}

/* Is it one job's fault, so that the others fare better without it? */
static bool is_fault_of_one(const struct batch *batch) {
  const struct postgres *self = batch->connection;
  static const char *const states[] = {"21", "22", "23", "42", "54", "P0"};
  if (batch->guilty == batch->part_count) return false;
  if (self->error == POSTGRES_MEMORY) return true;
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    if (is_state(self, states[i])) return true;
  }
  return false;
}

/* Their logs may have grown. */
static void note_rooms(const struct batch *batch) {
  for (size_t i = 0; i < batch->count; i++) {
    const struct write_kind *kind = &kinds[batch->jobs[i]->kind];
    if (kind->room) indexing_note(batch->connection->indexing, kind->room(batch->jobs[i]));
  }
}

static void finish(struct batch *batch, enum store_outcome outcome) {
  const char *what = outcome == STORE_UNKNOWN ? "outcome of a write unknown" : "write failed";
  postgres_complain(batch->connection, outcome == STORE_DONE ? NULL : what);
  if (outcome == STORE_DONE) {
    for (size_t i = 0; i < batch->part_count; i++) take_part(batch, &batch->parts[i]);
    note_rooms(batch);
  } else {
    for (size_t i = 0; i < batch->count; i++) batch_fail(batch->jobs[i], outcome);
  }
}

/* Jobs that were handed in together, as they are now handed on. */
struct writing {
  struct postgres *connection;
  struct part *parts;
};

/* False: one part of it failed, and not the others; which jobs those are. */
static bool write_once(const struct writing *writing, struct store_job **jobs, size_t count, bool one_by_one,
                       size_t *guilty, size_t *guilty_count) {
  struct batch batch = {.connection = writing->connection,
                        .jobs = jobs,
                        .count = count,
                        .one_by_one = one_by_one,
                        .parts = writing->parts,
                        .arena = arena_create(ARENA_BYTES)};
  enum store_outcome outcome = batch.arena ? write_batch(&batch) : STORE_UNAVAILABLE;
  bool apart = outcome == STORE_UNAVAILABLE && count > 1 && is_fault_of_one(&batch);
  if (apart) {
    *guilty = batch.parts[batch.guilty].first;
    *guilty_count = batch.parts[batch.guilty].count;
  } else {
    finish(&batch, outcome);
  }
  end_all(&batch);
  arena_destroy(batch.arena);
  return !apart;
}

/* A job that failed does not fail the others: those before it, itself and those behind it go apart. */
static void write_apart(const struct writing *writing, struct store_job **jobs, size_t count, bool one_by_one) {
  size_t guilty = 0, guilty_count = 0;
  while (count > 0 && !write_once(writing, jobs, count, one_by_one, &guilty, &guilty_count)) {
    if (guilty > 0) write_apart(writing, jobs, guilty, one_by_one);
    write_apart(writing, jobs + guilty, guilty_count, true);
    jobs += guilty + guilty_count;
    count -= guilty + guilty_count;
  }
}

void postgres_write(void *context, struct store_job **jobs, size_t count) {
  struct postgres *self = context;
  struct writing writing = {self, calloc(LIMIT_WRITE_BATCH, sizeof *writing.parts)};
  self->entered_ms = line_now();
  for (size_t at = 0; at < count; at += LIMIT_WRITE_BATCH) {
    size_t size = count - at < LIMIT_WRITE_BATCH ? count - at : LIMIT_WRITE_BATCH;
    if (writing.parts && self->role == STORE_WRITER) {
      write_apart(&writing, jobs + at, size, false);
    } else {
      for (size_t i = 0; i < size; i++) batch_fail(jobs[at + i], STORE_UNAVAILABLE);
    }
  }
  free(writing.parts);
}
