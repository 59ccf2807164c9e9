/* The session behind a connection: an open line is use, which is kept to the hour; one that is over ends the line. */
#include "inside.h"

int session_over_code(const struct store_job *job) {
  return job->reason == REASON_BANNED ? 4003 : 4001;
}

static void session_touched(void *context, struct store_job *job) {
  struct connections *connections = ((struct completions *)context)->connections;
  struct connection *connection;
  HASH_FIND(hh, connections->by_id, &job->ticket, sizeof job->ticket, connection);
  if (connection && job->outcome == STORE_REFUSED) connection_end(connection, session_over_code(job));
  store_job_destroy(job);
}

/* It may be over and the store cannot say: the member comes again and is looked up, and nothing that waits goes out. */
static void session_doubt(struct connection *connection) {
  outbox_free(connection);
  paper_free(connection);
  connection_end(connection, 1001);
}

static void session_looked(void *context, struct store_job *job) {
  struct connections *connections = ((struct completions *)context)->connections;
  struct connection *connection;
  HASH_FIND(hh, connections->by_id, &job->ticket, sizeof job->ticket, connection);
  if (connection && connection->state == STATE_LIVE && job->outcome != STORE_DONE && job->outcome != STORE_REFUSED)
    session_doubt(connection);
  session_touched(context, job);
  if (!connection) return;
  connection->looks--;
  connection_mark(connection);
}

/* When it must be looked at next: after an hour, or when its days are over. */
static void session_plan(struct connection *connection, int64_t wall_ms) {
  connection->touch_ms = session_touch_due(wall_ms);
  if (wall_ms < connection->over_ms && connection->over_ms < connection->touch_ms)
    connection->touch_ms = connection->over_ms;
}

void session_enter(struct connection *connection, const struct store_session *found) {
  connection->session = found->session;
  connection->over_ms = found->made_at + SESSION_SECONDS * 1000LL;
  memcpy(connection->digest, found->digest, sizeof connection->digest);
  session_plan(connection, found->used_at);
  session_check(connection);
}

void session_look(struct connection *connection) {
  const struct store *store = &connection->all->setup.services->store;
  if (connection->state != STATE_LIVE) return;
  if (connection->looks < UINT8_MAX && session_touch(store, connection->digest, connection->id, session_looked))
    connection->looks++;
  else
    session_doubt(connection);
}

void session_check(struct connection *connection) {
  int64_t wall = clock_wall_ms(&connection->all->setup.services->clock);
  if (connection->state != STATE_LIVE || wall < connection->touch_ms) return;
  const struct store *store = &connection->all->setup.services->store;
  if (session_touch(store, connection->digest, connection->id, session_touched)) session_plan(connection, wall);
}
