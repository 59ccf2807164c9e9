/* All connections: opening, marking, closing, freeing. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

#define VALUE_LIMIT LIMIT_FRAME

struct connections *connections_create(const struct connections_setup *setup) {
  struct connections *connections = calloc(1, sizeof *connections);
  if (!connections) return NULL;
  connections->setup = *setup;
  LIST_INIT(&connections->everyone);
  LIST_INIT(&connections->gone);
  admission_init(connections);
  leave_init(connections);
  buffer_init(&connections->frame, TRANSPORT_HEADROOM + LIMIT_FRAME + 256);
  buffer_init(&connections->value, VALUE_LIMIT);
  /* All of it now: a frame that was cut for want of memory would lose what is in it. */
  if (buffer_reserve(&connections->frame, connections->frame.limit) &&
      buffer_reserve(&connections->value, connections->value.limit))
    return connections;
  connections_destroy(connections);
  return NULL;
}

size_t connections_count(const struct connections *connections) {
  return connections->count;
}

size_t connections_in_flight(const struct connections *connections) {
  return HASH_COUNT(connections->begun);
}

#define CACHE_LINE 64

/* Where a cache line begins, so that a delivery touches no more of it than it must. */
static struct connection *connection_make(void) {
  size_t size = (sizeof(struct connection) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  struct connection *connection = aligned_alloc(CACHE_LINE, size);
  if (connection) memset(connection, 0, size);
  return connection;
}

/* Among those that are found by their number, or not at all. */
static bool connection_add(struct connections *connections, struct connection *connection, struct slice token) {
  connection->token = strndup(token.data, token.size);
  if (!connection->token) return false;
  HASH_ADD(hh, connections->by_id, id, sizeof connection->id, connection);
  return connection->hh.tbl != NULL;
}

struct connection *connection_open(struct connections *connections, struct link *link, struct slice token,
                                   const struct address *address) {
  struct connection *connection = connection_make();
  if (!connection) return NULL;
  connection->all = connections;
  connection->link = link;
  connection->id = ++connections->next_id;
  (void)address;
  if (!connection_add(connections, connection, token)) {
    free(connection->token);
    free(connection);
    return NULL;
  }
  LIST_INSERT_HEAD(&connections->everyone, connection, everyone);
  connections->count++;
  connections->setup.services->metrics->connections_opened++;
  line_begin(connection);
  admission_enter(connection);
  return connection;
}

void connection_mark(struct connection *connection) {
  if (connection->marked) return;
  connection->marked = true;
  connection->next_marked = connection->all->marked;
  connection->all->marked = connection;
}

void connection_mark_run(struct connection *connection) {
  if (connection->runnable) return;
  connection->runnable = true;
  connection->next_runnable = connection->all->runnable;
  connection->all->runnable = connection;
}

static void connection_drop_requests(struct connection *connection) {
  free(connection->held);
  connection->held = NULL;
  frame_destroy(connection->frame);
  connection->frame = NULL;
  inbox_free(connection);
}

void connection_end(struct connection *connection, int code) {
  if (connection->state >= STATE_CLOSING) return;
  connection->state = STATE_CLOSING;
  connection->close_code = (uint16_t)code;
  admission_leave(connection);
  line_closing(connection);
  connection_mark(connection);
}

void connection_ending(struct connection *connection) {
  connection->state = STATE_CLOSED;
}

void connection_closed(struct connection *connection) {
  if (connection->link_gone) return;
  connection->link_gone = true;
  connection->state = STATE_CLOSED;
  connection->link = NULL;
  admission_leave(connection);
  LIST_REMOVE(connection, everyone);
  LIST_INSERT_HEAD(&connection->all->gone, connection, everyone);
  connection->all->count--;
  connection->all->refused -= connection->refused;
}

static void connection_leave_member(struct connection *connection) {
  const struct services *services = connection->all->setup.services;
  struct present *member = connection->member;
  if (!member) return;
  LIST_REMOVE(connection, of_member);
  if (--member->connection_count == 0) {
    free(member->connections);
    member->connections = NULL;
  }
  presents_release(services->presents, services->rooms, member);
}

static void connection_free(struct connection *connection) {
  struct wheel *wheel = connection->all->setup.services->wheel;
  LIST_REMOVE(connection, everyone);
  HASH_DELETE(hh, connection->all->by_id, connection);
  wheel_disarm(wheel, &connection->line_timer);
  wheel_disarm(wheel, &connection->tell_timer);
  wheel_disarm(wheel, &connection->leave_timer);
  begun_forget(connection);
  seat_leave_all(connection);
  connection_leave_member(connection);
  connection_drop_requests(connection);
  outbox_free(connection);
  paper_free(connection);
  free(connection->token);
  free(connection->malformed);
  free(connection);
}

/* Off the lists of what is to be done. */
static void connections_unlist_gone(struct connections *connections) {
  for (struct connection **at = &connections->marked; *at;) {
    struct connection *connection = *at;
    if (connection->link_gone)
      *at = connection->next_marked;
    else
      at = &connection->next_marked;
  }
  for (struct connection **at = &connections->runnable; *at;) {
    struct connection *connection = *at;
    if (connection->link_gone)
      *at = connection->next_runnable;
    else
      at = &connection->next_runnable;
  }
}

static void connections_reap(struct connections *connections) {
  if (LIST_EMPTY(&connections->gone)) return;
  connections_unlist_gone(connections);
  while (!LIST_EMPTY(&connections->gone)) connection_free(LIST_FIRST(&connections->gone));
}

void connections_destroy(struct connections *connections) {
  if (!connections) return;
  while (!LIST_EMPTY(&connections->everyone)) connection_closed(LIST_FIRST(&connections->everyone));
  connections_reap(connections);
  begun_free_all(connections);
  buffer_free(&connections->frame);
  buffer_free(&connections->value);
  free(connections);
}

void connections_pause(struct connections *connections) {
  struct connection *connection;
  admission_turn(connections, false);
  for (connection = connections->marked; connection; connection = connection->next_marked) flush_nothing(connection);
  for (connection = connections->runnable; connection; connection = connection->next_runnable)
    flush_nothing(connection);
  connections_reap(connections);
}

/* Ten thousand connections fit into no cache: what the next one needs is fetched while this one is written to. */
static void connections_fetch(const struct connection *next) {
  if (!next) return;
  __builtin_prefetch(next->link);
  __builtin_prefetch(next->waiting);
  __builtin_prefetch(next->member);
  __builtin_prefetch(next->next_marked);
}

bool connections_flush(struct connections *connections) {
  struct connection *connection = connections->marked;
  connections->marked = NULL;
  connections->again = false;
  while (connection) {
    struct connection *next = connection->next_marked;
    connection->marked = false;
    connections_fetch(next);
    flush_connection(connection);
    connection = next;
  }
  connections_reap(connections);
  return connections->again || connections->marked || connections->runnable || connections->admission.more;
}

/* ---- ends ---- */

void connections_end_session(struct connections *connections, int64_t member, int64_t session) {
  struct present *present = presents_find(connections->setup.services->presents, member);
  struct connection *connection;
  if (!present || !present->connections) return;
  LIST_FOREACH(connection, (struct connection_list *)present->connections, of_member) {
    if (connection->session == session) connection_end(connection, 4001);
  }
}

void connections_be_quiet(struct connections *connections, bool quiet) {
  struct connection *connection;
  if (connections->quiet == quiet) return;
  connections->quiet = quiet;
  if (quiet) return;
  LIST_FOREACH(connection, &connections->everyone, everyone) connection_mark(connection); /* what waited meanwhile */
}
