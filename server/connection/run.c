/* Carrying out what a connection sent, request by request, in order. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

static bool run_may(const struct connection *connection) {
  return connection->state == STATE_LIVE && !connection->leaving && !connection->blocked &&
         connection->in_flight < LIMIT_IN_FLIGHT && !outbox_crowded(connection);
}

static void run_error(struct connection *connection, const struct request_id *id, enum problem problem,
                      enum reason reason, const char *field) {
  encode_error(outbox_begin(connection), id, problem, reason, field, reason == REASON_UNAVAILABLE ? 1000 : 0);
  outbox_end(connection);
  connection->all->setup.services->metrics->request_errors++;
}

/* Whoever sends what is no request at all, again and again, is cut off: the answer that is one too many comes before the
 * one LIMIT_MALFORMED before it is old enough. */
static void run_count_malformed(struct connection *connection) {
  int64_t now = connections_now(connection->all);
  if (!connection->malformed) connection->malformed = calloc(1, sizeof *connection->malformed);
  struct malformed *malformed = connection->malformed;
  if (!malformed) return;
  int64_t *oldest = &malformed->at_ms[malformed->count % LIMIT_MALFORMED];
  if (malformed->count >= LIMIT_MALFORMED && now - *oldest < LIMIT_MALFORMED_SECONDS * 1000)
    connection_end(connection, 4008);
  *oldest = now;
  malformed->count++;
}

static void run_problem(struct connection *connection, const struct request *request) {
  bool malformed = request->problem == PROBLEM_PARSE || request->problem == PROBLEM_REQUEST;
  if (malformed || request->id.present)
    run_error(connection, &request->id, request->problem, request->reason, request->field);
  if (malformed) run_count_malformed(connection);
}

static void run_frame_done(struct connection *connection) {
  frame_destroy(connection->frame);
  connection->frame = NULL;
}

static bool run_open_frame(struct connection *connection) {
  struct slice bytes = inbox_next(connection);
  if (!bytes.data) return false;
  connection->frame = frame_parse(bytes);
  inbox_done(connection);
  if (!connection->frame) {
    connection_end(connection, 1001); /* no memory for it */
    return false;
  }
  if (frame_problem(connection->frame) != PROBLEM_NONE) {
    struct request whole = {.problem = frame_problem(connection->frame)};
    run_frame_done(connection);
    run_problem(connection, &whole);
  }
  return true;
}

/* The next request. False: there is none now. */
static bool run_next(struct connection *connection, struct request *request) {
  if (connection->held) {
    *request = *connection->held;
    free(connection->held);
    connection->held = NULL;
    return true;
  }
  while (!connection->frame || !frame_next(connection->frame, request)) {
    if (connection->frame) run_frame_done(connection);
    if (connection->state != STATE_LIVE || !run_open_frame(connection)) return false;
  }
  return true;
}

static void run_hold(struct connection *connection, const struct request *request) {
  connection->held = malloc(sizeof *connection->held);
  if (connection->held)
    *connection->held = *request;
  else
    connection_end(connection, 1001);
}

static bool run_room_is_too_many(const struct connection *connection, const struct request *request) {
  if (!method_row(request->method)->subscribes || connection->seat_count < LIMIT_JOINED) return false;
  struct room *room = rooms_find(connection->all->setup.services->rooms, method_room(request));
  return !room || !seat_find(connection, room);
}

/* Begins it; why not: REASON_NONE when it was begun. */
static enum reason run_begin(struct connection *connection, const struct request *request) {
  if (connection->all->quiet && request->method != METHOD_PING) return REASON_UNAVAILABLE;
  if (run_room_is_too_many(connection, request)) return REASON_RATE_LIMITED;
  return begun_start(connection, request) ? REASON_NONE : REASON_UNAVAILABLE;
}

/* False: the request must wait, and with it what follows. */
static bool run_request(struct connection *connection, const struct request *request) {
  if (request->problem != PROBLEM_NONE) {
    run_problem(connection, request);
    return true;
  }
  if (begun_must_wait(connection, request)) {
    run_hold(connection, request);
    return false;
  }
  connection->all->setup.services->metrics->requests++;
  enum reason refused = run_begin(connection, request);
  if (refused != REASON_NONE && request->id.present) run_error(connection, &request->id, PROBLEM_REASON, refused, NULL);
  return true;
}

static void run_connection(struct connection *connection) {
  struct request request;
  while (run_may(connection) && run_next(connection, &request))
    if (!run_request(connection, &request)) break;
  if (connection->frame && !connection->held && frame_remaining(connection->frame) == 0) run_frame_done(connection);
  bool waits = connection->frame || connection->inbox_frames > 0;
  if (waits != connection->paused || connection->leaving) connection_mark(connection);
}

void connections_run(struct connections *connections) {
  struct connection *connection = connections->runnable;
  connections->runnable = NULL;
  while (connection) {
    struct connection *next = connection->next_runnable;
    connection->runnable = false;
    run_connection(connection);
    connection = next;
  }
  admission_turn(connections, true); /* last, so that those who are in go before those outside */
}
