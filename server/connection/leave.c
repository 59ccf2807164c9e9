/* Sending everybody away: each is told at a moment of its own, so that they do not come elsewhere all at once. */
#include "inside.h"

static const struct departure leave_usual = {.retry_from_ms = 1000, .retry_spread_ms = 1000};

void leave_init(struct connections *connections) {
  connections->departure = leave_usual;
}

int64_t leave_retry_ms(const struct connections *connections) {
  const struct departure *departure = &connections->departure;
  return departure->retry_from_ms + connections_chance(connections, departure->retry_spread_ms);
}

void leave_send_away(struct connection *connection, int64_t retry_after_ms) {
  admission_leave(connection);
  encode_closing(outbox_begin(connection), retry_after_ms);
  outbox_end(connection);
  connection->leaving = true;
  connection_mark(connection);
}

static void leave_arm(struct connection *connection, int64_t ms) {
  wheel_arm(connection->all->setup.services->wheel, &connection->leave_timer, connections_now(connection->all) + ms);
}

static void leave_fire(struct wheel_timer *timer) {
  struct connection *connection =
      (struct connection *)(void *)((char *)timer - offsetof(struct connection, leave_timer));
  struct connections *connections = connection->all;
  if (connection->state >= STATE_CLOSING) return;
  if (connection->leaving) {
    connection_end(connection, 1001); /* what is not answered is asked again elsewhere */
    return;
  }
  leave_send_away(connection, leave_retry_ms(connections));
  if (connections->departure.patience_ms > 0) leave_arm(connection, connections->departure.patience_ms);
}

void connections_leave(struct connections *connections, const struct departure *departure) {
  struct connection *connection;
  connections->departure = *departure;
  LIST_FOREACH(connection, &connections->everyone, everyone) {
    if (connection->leaving || connection->state >= STATE_CLOSING || wheel_armed(&connection->leave_timer)) continue;
    connection->leave_timer.fire = leave_fire;
    leave_arm(connection, connections_chance(connections, departure->told_within_ms));
  }
}

void connections_stay(struct connections *connections) {
  struct connection *connection;
  connections->departure = leave_usual;
  LIST_FOREACH(connection, &connections->everyone, everyone) {
    if (!connection->leaving) wheel_disarm(connections->setup.services->wheel, &connection->leave_timer);
  }
}

void connections_refuse(struct connections *connections, bool refuse) {
  connections->refusing = refuse;
}

void connections_end_all(struct connections *connections, int64_t spread_ms) {
  struct connection *connection;
  LIST_FOREACH(connection, &connections->everyone, everyone) {
    if (connection->state >= STATE_CLOSING) continue;
    if (!connection->leaving) leave_send_away(connection, 1000 + connections_chance(connections, spread_ms));
    connection_end(connection, 1001);
  }
}
