/* Requests that were begun: what waits for what, and what happens when the store has answered. */
#include <stdlib.h>

#include "inside.h"

#define SPARE_LIMIT 256 /* records kept for the next requests */

static struct begun *begun_take(struct connections *connections) {
  struct begun *begun = connections->spare;
  if (!begun) return calloc(1, sizeof *begun);
  connections->spare = begun->of_connection.le_next;
  connections->spare_count--;
  memset(begun, 0, sizeof *begun);
  return begun;
}

static void begun_give(struct connections *connections, struct begun *begun) {
  if (connections->spare_count == SPARE_LIMIT) {
    free(begun);
    return;
  }
  begun->of_connection.le_next = connections->spare;
  connections->spare = begun;
  connections->spare_count++;
}

static bool begun_joined(const struct call *call, struct slice room) {
  const struct begun *begun = (const struct begun *)(const void *)call;
  struct room *found = rooms_find(call->services->rooms, room);
  return begun->connection && found && seat_find(begun->connection, found);
}

/* Requests for one room are carried out as sent: what comes through another way waits for what went before. */
bool begun_must_wait(const struct connection *connection, const struct request *request) {
  const struct method *row = method_row(request->method);
  if (row->page && connection->pages > 0) return true;
  struct slice room = method_room(request);
  if (!room.data) return false;
  const struct begun *begun;
  LIST_FOREACH(begun, &connection->calls, of_connection) {
    if (!begun->call.room || !slice_equal(room_id(begun->call.room), room)) continue;
    if (begun->order != row->order || begun->subscribes || row->subscribes) return true;
  }
  return false;
}

bool connections_is_writing(const struct connections *connections, const struct present *present, struct slice room) {
  const struct connection *connection;
  const struct begun *begun;
  (void)connections;
  if (!present->connections) return false;
  LIST_FOREACH(connection, (const struct connection_list *)present->connections, of_member) {
    LIST_FOREACH(begun, &connection->calls, of_connection) {
      if (begun->order == ORDER_WRITE && begun->call.room && slice_equal(room_id(begun->call.room), room)) return true;
    }
  }
  return false;
}

static void begun_effect(struct begun *begun) {
  struct connection *connection = begun->connection;
  struct room *room = begun->call.room;
  if (!connection || !room || connection->state != STATE_LIVE) return;
  if (begun->call.effect == EFFECT_SUBSCRIBE) seat_subscribe(connection, room, begun->call.cursor);
  if (begun->call.effect == EFFECT_LEAVE) seat_leave(connection, room);
  if (!begun->subscribes || begun->call.effect == EFFECT_SUBSCRIBE) return;
  if (begun->call.failed)
    seat_hold(connection, room, false); /* the old subscription goes on */
  else
    seat_leave(connection, room); /* there are more pages: not subscribed yet */
}

static void begun_end(struct begun *begun) {
  struct connections *connections = begun->connections;
  struct connection *connection = begun->connection;
  begun_effect(begun);
  if (connection) {
    LIST_REMOVE(begun, of_connection);
    connection->in_flight--;
    if (begun->page) connection->pages--;
    connection_mark_run(connection);
  }
  HASH_DELETE(hh, connections->begun, begun);
  if (begun->call.room) rooms_release(connections->setup.services->rooms, begun->call.room);
  if (begun->call.member)
    presents_release(connections->setup.services->presents, connections->setup.services->rooms, begun->call.member);
  begun_give(connections, begun);
}

/* Gives the method somewhere to answer, if somebody waits. */
static void begun_before(struct begun *begun) {
  begun->call.connection = begun->connection;
  begun->call.out = begun->connection && begun->call.id.present ? outbox_begin(begun->connection) : NULL;
}

static void begun_after(struct begun *begun) {
  if (begun->call.out && begun->call.page)
    paper_end(begun->connection, &begun->call);
  else if (begun->call.out)
    outbox_end(begun->connection);
  begun->call.out = NULL;
  if (begun->call.failed) begun->connections->setup.services->metrics->request_errors++;
  if (begun->call.answered) begun_end(begun);
}

/* Its own mark is no news to a connection that was told everything else. */
static void begun_own_mark(struct begun *begun, uint32_t change_before) {
  struct connection *connection = begun->connection;
  uint32_t change = begun->call.member->change;
  if (!begun->reads_mark || !connection || connection->told_change != change_before || change != change_before + 1)
    return;
  connection->told_change = change;
  connection->tell_now = false;
}

static void begun_done(void *context, struct store_job *job) {
  struct connections *connections = ((struct completions *)context)->connections;
  struct begun *begun;
  HASH_FIND(hh, connections->begun, &job->ticket, sizeof job->ticket, begun);
  if (!begun) {
    store_job_destroy(job);
    return;
  }
  uint32_t change_before = begun->call.member->change;
  /* One that was set further elsewhere meanwhile is news. */
  if (job->kind == STORE_MARK_READ && job->mark_read.read != job->mark_read.seq) begun->reads_mark = false;
  begun_before(begun);
  method_finish(&begun->call, job, begun_done);
  begun_own_mark(begun, change_before);
  begun_after(begun);
}

/* With a number under which it is found, and the room of the request held. */
static struct begun *begun_add(struct connections *connections, const struct request *request) {
  const struct services *services = connections->setup.services;
  struct slice room = method_room(request);
  struct begun *begun = begun_take(connections);
  struct room *held = begun && room.data ? rooms_hold(services->rooms, room) : NULL;
  if (begun && (held || !room.data)) {
    begun->call = (struct call){.services = services, .ticket = ++connections->next_id, .room = held};
    HASH_ADD(hh, connections->begun, call.ticket, sizeof begun->call.ticket, begun);
    if (begun->hh.tbl) return begun;
  }
  if (held) rooms_release(services->rooms, held);
  free(begun);
  return NULL;
}

static struct begun *begun_make(struct connection *connection, const struct request *request) {
  struct connections *connections = connection->all;
  const struct method *row = method_row(request->method);
  struct begun *begun = begun_add(connections, request);
  if (!begun) return NULL;
  begun->connections = connections;
  begun->connection = connection;
  begun->order = row->order;
  begun->page = row->page;
  begun->subscribes = row->subscribes;
  begun->reads_mark = request->method == METHOD_ROOM_READ;
  begun->call.id = request->id;
  begun->call.method = request->method;
  begun->call.member = present_again(connection->member);
  begun->call.session = connection->session;
  begun->call.joined = begun_joined;
  LIST_INSERT_HEAD(&connection->calls, begun, of_connection);
  connection->in_flight++;
  if (begun->page) connection->pages++;
  return begun;
}

bool begun_start(struct connection *connection, const struct request *request) {
  struct begun *begun = begun_make(connection, request);
  if (!begun) return false;
  if (begun->subscribes && begun->call.room) seat_hold(connection, begun->call.room, true);
  begun_before(begun);
  method_begin(&begun->call, request, begun_done);
  begun_after(begun);
  return true;
}

void begun_free_all(struct connections *connections) {
  while (connections->begun) begun_end(connections->begun);
  while (connections->spare) free(begun_take(connections));
}

void begun_forget(struct connection *connection) {
  while (!LIST_EMPTY(&connection->calls)) {
    struct begun *begun = LIST_FIRST(&connection->calls);
    LIST_REMOVE(begun, of_connection);
    begun->connection = NULL;
  }
}
