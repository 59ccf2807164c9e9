/* What became of a transaction whose COMMIT got no answer. Its number tells when it is over; the note that it made tells
 * whether it was committed. The number alone would not: after a crash of the server it may be given a second time. */
#include <unistd.h>

#include "postgres_batch.h"
#include "postgres_line.h"

#define SETTLE_MS 3000
#define PAUSE_MICROSECONDS 30000

static const char status_sql[] = "SELECT pg_xact_status(($1::text)::xid8)";
/* Written, not only read: its own COMMIT waits for the standbys to have whatever was committed before it. */
static const char note_sql[] = "UPDATE writer SET batch = batch WHERE name = $1 RETURNING batch";
/* The session waits for the rest of what its client wanted to send. One that waits for anything else is left alone: it may
 * wait for its standbys, and would call it committed without them. */
static const char end_sql[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE pid = $1 AND backend_xid = (($2::text)::xid8)::xid AND wait_event_type = 'Client'";

/* Sends, and gives the first row if there is one. */
static bool put_question(struct ask *ask) {
  ask_send(ask);
  ask_send_sync(ask->connection);
  return ask_row(ask);
}

static void finish_question(struct ask *ask) {
  ask_end(ask);
  ask_take_all(ask->connection);
}

/* False as well: the number is none of this server's, which crashed before it wrote it down. */
static bool is_under_way(struct batch *batch) {
  struct postgres *self = batch->connection;
  struct ask ask = ask_begin(self, status_sql);
  ask_text(&ask, slice_of(batch->transaction));
  bool under_way = put_question(&ask) && slice_is(ask_peek_text(&ask, 0), "in progress");
  finish_question(&ask);
  if (self->error != POSTGRES_WRONG) return under_way;
  self->error = POSTGRES_FINE;
  return strcmp(self->state, "22023") != 0;
}

static bool was_committed(struct batch *batch) {
  struct ask ask = ask_begin(batch->connection, note_sql);
  ask_text(&ask, slice_of(batch->connection->name));
  bool noted = put_question(&ask) && ask_get_int(&ask, 0) == batch->note;
  finish_question(&ask);
  return noted;
}

static void end_session(struct batch *batch) {
  struct ask ask = ask_begin(batch->connection, end_sql);
  ask_int(&ask, batch->process);
  ask_text(&ask, slice_of(batch->transaction));
  (void)put_question(&ask);
  finish_question(&ask);
}

/* A server that was promoted since carries out nothing of the other's any more. */
static bool is_same_history(const struct batch *batch, const struct postgres *self) {
  return strncmp(batch->history, self->history, sizeof batch->history) == 0;
}

enum store_outcome settle_transaction(struct batch *batch) {
  struct postgres *self = batch->connection;
  int64_t deadline = line_now() + SETTLE_MS;
  if (batch->half) return STORE_UNKNOWN;
  self->try_after_ms = 0; /* only the first try is at once: after that the pauses between lines grow here, too */
  for (; line_now() < deadline; usleep(PAUSE_MICROSECONDS)) {
    if (!postgres_ready(self)) continue;
    self->deadline_ms = deadline;
    if (is_same_history(batch, self) && is_under_way(batch)) {
      end_session(batch);
      continue;
    }
    self->warned = false;
    bool committed = was_committed(batch);
    if (self->error == POSTGRES_FINE && !(committed && self->warned)) return committed ? STORE_DONE : STORE_UNAVAILABLE;
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
  if (put_question(&ask) && posts_take(job, &ask) == REASON_NONE) {
    job->outcome = STORE_DONE;
    job->reason = REASON_NONE;
  }
  finish_question(&ask);
}
