/* The session behind a connection: an open line is use, which is kept to the hour; one that is over ends the line. */
#include "inside.h"

#define TOUCH_EVERY_MS 3600000

static void session_touched(void *context, struct store_job *job) {
  struct connections *connections = ((struct completions *)context)->connections;
  struct connection *connection;
  HASH_FIND(hh, connections->by_id, &job->ticket, sizeof job->ticket, connection);
  if (connection && job->outcome == STORE_REFUSED) connection_end(connection, 4001);
  store_job_destroy(job);
}

static bool session_touch(const struct connection *connection) {
  const struct services *services = connection->all->setup.services;
  struct store_job *job = store_job_create(STORE_SESSION_TOUCH);
  if (!job) return false;
  job->ticket = connection->id;
  job->done = session_touched;
  memcpy(job->session.digest, connection->digest, sizeof job->session.digest);
  if (services->store.submit(services->store.self, job)) return true;
  store_job_destroy(job);
  return false;
}

/* When it must be looked at next: after an hour, or when its days are over. */
static void session_plan(struct connection *connection, int64_t wall_ms) {
  connection->touch_ms = wall_ms + TOUCH_EVERY_MS;
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

void session_check(struct connection *connection) {
  int64_t wall = clock_wall_ms(&connection->all->setup.services->clock);
  if (connection->state != STATE_LIVE || wall < connection->touch_ms) return;
  if (session_touch(connection)) session_plan(connection, wall);
}
