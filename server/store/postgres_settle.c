/* What became of a transaction whose COMMIT got no answer: the server knows by its number. */
#include <unistd.h>

#include "postgres_batch.h"
#include "postgres_line.h"

#define SETTLE_MS 3000
#define PAUSE_MICROSECONDS 30000

static const char status_sql[] = "SELECT pg_xact_status(($1::text)::xid8)";
/* The session waits for the rest of what its client wanted to send. One that waits for anything else is left alone: it may
 * wait for its standbys, and would call it committed without them. */
static const char end_sql[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE pid = $1 AND backend_xid = (($2::text)::xid8)::xid AND wait_event_type = 'Client'";

enum status { STATUS_COMMITTED, STATUS_ABORTED, STATUS_UNDER_WAY, STATUS_UNKNOWN };

/* POSTGRES_LOST: not asked. */
static enum status ask_status(struct batch *batch) {
  struct postgres *self = batch->connection;
  struct ask ask = ask_begin(self, status_sql);
  ask_text(&ask, slice_of(batch->transaction));
  ask_send(&ask);
  ask_send_sync(self);
  enum status status = STATUS_UNKNOWN;
  if (ask_row(&ask)) {
    struct slice word = ask_peek_text(&ask, 0);
    if (slice_is(word, "committed")) status = STATUS_COMMITTED;
    if (slice_is(word, "aborted")) status = STATUS_ABORTED;
    if (slice_is(word, "in progress")) status = STATUS_UNDER_WAY;
  }
  ask_end(&ask);
  ask_take_all(self);
  return status;
}

static void end_session(struct batch *batch) {
  struct postgres *self = batch->connection;
  struct ask ask = ask_begin(self, end_sql);
  ask_int(&ask, batch->process);
  ask_text(&ask, slice_of(batch->transaction));
  ask_send(&ask);
  ask_send_sync(self);
  ask_run(&ask);
  ask_take_all(self);
}

/* Connected to where the number counts? */
static bool is_same_history(const struct batch *batch) {
  return strcmp(batch->history, batch->connection->history) == 0;
}

enum store_outcome settle_transaction(struct batch *batch) {
  struct postgres *self = batch->connection;
  int64_t deadline = line_now() + SETTLE_MS;
  if (batch->half) return STORE_UNKNOWN;
  for (; line_now() < deadline; usleep(PAUSE_MICROSECONDS)) {
    self->try_after_ms = 0;
    if (!postgres_ready(self)) continue;
    self->deadline_ms = deadline;
    if (!is_same_history(batch)) break;
    enum status status = ask_status(batch);
    if (self->error == POSTGRES_LOST) continue;
    if (status == STATUS_COMMITTED) return STORE_DONE;
    if (status == STATUS_ABORTED) return STORE_UNAVAILABLE;
    if (status == STATUS_UNKNOWN) break;
    end_session(batch);
  }
  return STORE_UNKNOWN;
}

/* A post is found again by its client_id; for the others nobody can say any more what they were answered. */
void settle_job(struct batch *batch, struct store_job *job) {
  struct postgres *self = batch->connection;
  batch_fail(job, STORE_UNKNOWN);
  if (job->kind != STORE_POST || self->error != POSTGRES_FINE) return;
  bool known_only = job->post.known_only;
  job->post.known_only = true;
  struct ask ask = posts_ask(self, job);
  job->post.known_only = known_only;
  self->deadline_ms = line_now() + SETTLE_MS;
  ask_send(&ask);
  ask_send_sync(self);
  if (ask_row(&ask) && posts_take(job, &ask) == REASON_NONE) {
    job->outcome = STORE_DONE;
    job->reason = REASON_NONE;
  }
  ask_end(&ask);
  ask_take_all(self);
}
