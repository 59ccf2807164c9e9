/* A connection's places in rooms. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

struct seat *seat_find(const struct connection *connection, const struct room *room) {
  struct seat *seat;
  LIST_FOREACH(seat, &connection->seats, of_connection) {
    if (seat->subscription.room == room) return seat;
  }
  return NULL;
}

void seat_wants(struct seat *seat) {
  struct connection *connection = seat->connection;
  if (seat->held || seat->subscription.marked) return;
  seat->subscription.marked = true;
  seat->next_waiting = connection->waiting;
  connection->waiting = seat;
  connection_mark(connection);
}

void connection_wants(struct subscription *subscription) {
  seat_wants((struct seat *)(void *)subscription);
}

static void seat_stop_waiting(struct seat *seat) {
  struct seat **at = &seat->connection->waiting;
  while (*at && *at != seat) at = &(*at)->next_waiting;
  if (*at) *at = seat->next_waiting;
  seat->subscription.marked = false;
}

static void seat_free(struct seat *seat) {
  seat_stop_waiting(seat);
  LIST_REMOVE(seat, of_connection);
  seat->connection->seat_count--;
  room_unsubscribe(seat->connection->all->setup.services->rooms, &seat->subscription);
  free(seat);
}

void seat_subscribe(struct connection *connection, struct room *room, int64_t cursor) {
  struct seat *old = seat_find(connection, room);
  const struct author *author = &connection->member->author;
  struct seat *seat = calloc(1, sizeof *seat);
  if (seat) seat->connection = connection;
  if (!seat || !room_subscribe(connection->all->setup.services->rooms, room, &seat->subscription, author->member,
                               author->name, author->country, author->company, cursor)) {
    free(seat);
    log_line(LOG_ERROR, "no memory to join");
    connection_end(connection, 1001); /* it was told that it follows the room */
    return;
  }
  LIST_INSERT_HEAD(&connection->seats, seat, of_connection);
  connection->seat_count++;
  if (old) seat_free(old); /* last, so that the member never leaves in between */
}

void seat_leave(struct connection *connection, struct room *room) {
  struct seat *seat = seat_find(connection, room);
  if (seat) seat_free(seat);
}

void seat_hold(struct connection *connection, struct room *room, bool hold) {
  struct seat *seat = seat_find(connection, room);
  if (!seat || seat->held == hold) return;
  if (hold) seat_stop_waiting(seat);
  seat->held = hold;
  if (!hold) seat_wants(seat);
}

void seat_leave_all(struct connection *connection) {
  while (!LIST_EMPTY(&connection->seats)) seat_free(LIST_FIRST(&connection->seats));
}
