/* The line: is the other end still there, does it take what is sent, may it send more? */
#include "inside.h"

#define CLOSE_WAIT_MS 5000 /* for a line that must drain before it can be closed with a code */
#define LATE_MS 2000 /* a timer that fires so late: this process was stopped, and what came meanwhile is not seen yet */

static bool line_is_late(const struct connection *connection, int64_t now) {
  return now - connection->line_timer.due_ms >= LATE_MS;
}

static int64_t line_silence_ms(void) {
  return LIMIT_PING_SECONDS * 1000;
}

static void line_arm(struct connection *connection, int64_t due_ms) {
  wheel_arm(connection->all->setup.services->wheel, &connection->line_timer, due_ms);
}

static void line_kill(struct connection *connection) {
  connection->close_code = 0;
  connection->state = STATE_CLOSING;
  connection_mark(connection);
}

/* A line that takes nothing is cut after a minute. One that takes a little, however slowly, lives. */
static void line_check_blocked(struct connection *connection, int64_t now) {
  const struct transport *transport = &connection->all->setup.transport;
  int64_t waiting = transport->waiting(transport->self, connection->link);
  if (waiting < connection->waiting_bytes || line_is_late(connection, now)) connection->blocked_ms = now;
  connection->waiting_bytes = waiting;
  if (now - connection->blocked_ms >= LIMIT_BLOCKED_SECONDS * 1000) {
    connection->all->setup.services->metrics->slow_closed++;
    line_kill(connection);
  } else {
    line_arm(connection, now + 1000);
  }
}

/* Nobody is cut who was not asked by a ping and given its time: after a time in which this process was stopped, everybody
 * was silent. What is not read cannot be heard. */
static void line_check_silent(struct connection *connection, int64_t now) {
  int64_t since = connection->paused ? now : connection->heard_ms;
  session_check(connection);
  if (now - since < line_silence_ms()) {
    line_arm(connection, since + line_silence_ms());
  } else if (connection->pinged && !line_is_late(connection, now)) {
    line_kill(connection);
  } else {
    connection->want_ping = true;
    connection_mark(connection);
    line_arm(connection, now + line_silence_ms());
  }
}

static void line_fire(struct wheel_timer *timer) {
  struct connection *connection =
      (struct connection *)(void *)((char *)timer - offsetof(struct connection, line_timer));
  int64_t now = connections_now(connection->all);
  if (connection->state == STATE_CLOSED) return;
  if (connection->state == STATE_CLOSING && connection->blocked && line_is_late(connection, now)) {
    line_arm(connection, now + 1000);
  } else if (connection->state == STATE_CLOSING) {
    if (connection->blocked) connection->close_code = 0; /* it takes nothing: without a handshake */
    connection_mark(connection);
  } else if (connection->blocked) {
    line_check_blocked(connection, now);
  } else {
    line_check_silent(connection, now);
  }
}

void line_closing(struct connection *connection) {
  line_arm(connection, connections_now(connection->all) + CLOSE_WAIT_MS);
}

void line_begin(struct connection *connection) {
  connection->line_timer.fire = line_fire;
  connection->heard_ms = connections_now(connection->all);
  line_arm(connection, connection->heard_ms + line_silence_ms());
}

void line_blocked(struct connection *connection) {
  connection->blocked = true;
  connection->blocked_ms = connections_now(connection->all);
  connection->waiting_bytes = INT64_MAX;
  if (connection->state < STATE_CLOSING)
    line_arm(connection, connection->blocked_ms + 1000);
  else
    line_closing(connection);
}

void connection_heard(struct connection *connection) {
  connection->heard_ms = connections_now(connection->all);
  connection->pinged = false;
}

void connection_writable(struct connection *connection) {
  if (!connection->blocked || connection->state == STATE_CLOSED) return;
  connection->blocked = false;
  connection_heard(connection);
  if (connection->state < STATE_CLOSING) line_arm(connection, connection->heard_ms + line_silence_ms());
  connection_mark(connection);
  connection_mark_run(connection);
}

/* While a line keeps bytes it is not read, and neither is one whose requests wait. */
void line_read(struct connection *connection) {
  bool pause = connection->blocked || connection->inbox_frames > 0 || connection->frame != NULL;
  if (pause == connection->paused || connection->state == STATE_CLOSED) return;
  const struct transport *transport = &connection->all->setup.transport;
  connection->paused = pause;
  connection_heard(connection);
  transport->read(transport->self, connection->link, !pause);
}
