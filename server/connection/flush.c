/* The end of a turn for one connection: everything that waits for it goes out in as few frames as it fits into. */
#include "club/log.h"
#include "inside.h"

#define FRAMES_A_TURN 4 /* so that one that catches up does not hold up the others */

static void flush_sent(struct connection *connection, enum transport_sent sent, size_t size) {
  struct metrics *metrics = connection->all->setup.services->metrics;
  if (sent == TRANSPORT_DEAD) {
    connection->state = STATE_CLOSED; /* the close is reported by itself */
    return;
  }
  metrics->frames_sent += size > 0; /* a ping is none */
  metrics->bytes_sent += size;
  if (sent == TRANSPORT_KEPT) line_blocked(connection);
}

static void flush_write(struct connection *connection, struct slice frame) {
  const struct transport *transport = &connection->all->setup.transport;
  flush_sent(connection, transport->write(transport->self, connection->link, (char *)frame.data, frame.size),
             frame.size);
}

static void flush_pop(struct connection *connection) {
  struct seat *seat = connection->waiting;
  connection->waiting = seat->next_waiting;
  seat->subscription.marked = false;
}

/* To the end of what waits, so that a room that fills every frame does not keep the others from theirs. */
static void flush_rotate(struct connection *connection) {
  struct seat *seat = connection->waiting, **at = &connection->waiting;
  if (!seat->next_waiting) return;
  connection->waiting = seat->next_waiting;
  seat->next_waiting = NULL;
  while (*at) at = &(*at)->next_waiting;
  *at = seat;
}

/* The frame of a room, the same one for all who stand at the same place. */
static bool flush_shared(struct connection *connection) {
  bool more;
  struct slice frame = room_take_frame(connection->all->setup.services->rooms, &connection->waiting->subscription,
                                       TRANSPORT_HEADROOM, &more);
  if (!more) flush_pop(connection);
  if (!frame.data) return false;
  flush_write(connection, frame);
  return true;
}

static void flush_take_seats(struct connection *connection, struct buffer *frame, size_t *items) {
  struct rooms *rooms = connection->all->setup.services->rooms;
  while (connection->waiting) {
    enum room_taken taken =
        room_take(rooms, &connection->waiting->subscription, frame, TRANSPORT_HEADROOM + LIMIT_FRAME, items);
    if (taken == ROOM_TAKEN_PART) {
      flush_rotate(connection);
      return;
    }
    flush_pop(connection); /* one that must wait for the store is marked again when it came */
  }
}

static void flush_take_answers(struct connection *connection, struct buffer *frame, size_t *items) {
  if (!connection->out) return;
  buffer_append_slice(frame, buffer_slice(&connection->out->bytes));
  *items = connection->out->items;
  outbox_written(connection);
}

/* Whoever ends gets answers, nothing new; and so does everybody while the store confirms nothing. */
static bool flush_takes_news(const struct connection *connection) {
  return connection->state == STATE_LIVE && !connection->all->quiet;
}

/* Answers first, then what changed on the list, then entries: an author's answer and a join's come before what follows
 * from them. */
static bool flush_own(struct connection *connection) {
  struct buffer *frame = &connection->all->frame;
  size_t items = 0;
  buffer_clear(frame);
  if (!buffer_reserve(frame, TRANSPORT_HEADROOM + 1)) return false;
  frame->size = TRANSPORT_HEADROOM;
  buffer_append_char(frame, '[');
  flush_take_answers(connection, frame, &items);
  paper_take(connection, frame, TRANSPORT_HEADROOM + LIMIT_FRAME - 1, &items);
  if (!connection->out && !connection->papers && flush_takes_news(connection)) {
    if (tell_due(connection)) tell_append(connection, frame, TRANSPORT_HEADROOM + LIMIT_FRAME - 2, &items);
    flush_take_seats(connection, frame, &items);
  }
  if (items == 0) return false;
  if (items > 1) buffer_append_char(frame, ']');
  size_t begin = TRANSPORT_HEADROOM + (items == 1);
  flush_write(connection, (struct slice){frame->data + begin, frame->size - begin});
  return true;
}

static bool flush_has_answers(const struct connection *connection) {
  return connection->out || paper_waits(connection);
}

static bool flush_waits(const struct connection *connection) {
  return flush_has_answers(connection) ||
         (flush_takes_news(connection) && (connection->waiting || tell_due(connection)));
}

static void flush_frames(struct connection *connection) {
  if (connection->looks > 0) return; /* it is marked again when they are back */
  for (int i = 0; i < FRAMES_A_TURN; i++) {
    if (connection->blocked || connection->state == STATE_CLOSED || !flush_waits(connection)) return;
    bool alone = !connection->out && !connection->papers && connection->waiting && !connection->waiting->next_waiting &&
                 !tell_due(connection);
    if (!(alone ? flush_shared(connection) : flush_own(connection))) return;
  }
  if (!connection->blocked && flush_waits(connection)) {
    connection_mark(connection);
    connection->all->again = true;
  }
}

static void flush_kill(struct connection *connection) {
  const struct transport *transport = &connection->all->setup.transport;
  connection->state = STATE_CLOSED;
  transport->kill(transport->self, connection->link);
}

static void flush_close(struct connection *connection) {
  const struct transport *transport = &connection->all->setup.transport;
  if (connection->close_code == 0) {
    flush_kill(connection);
    return;
  }
  bool over = connection->close_code == 4001 || connection->looks > 0;
  if (over) outbox_free(connection); /* what waits may be newer than the end of the session */
  if (over || connection->close_code == 4003) paper_free(connection);
  while (flush_has_answers(connection) && !connection->blocked && connection->state == STATE_CLOSING)
    if (!flush_own(connection)) break;
  if (connection->blocked || connection->state != STATE_CLOSING) return;
  connection->state = STATE_CLOSED;
  transport->close(transport->self, connection->link, connection->close_code, "");
}

static void flush_ping(struct connection *connection) {
  const struct transport *transport = &connection->all->setup.transport;
  connection->want_ping = false;
  if (connection->blocked) return;
  flush_sent(connection, transport->ping(transport->self, connection->link), 0);
  connection->pinged = true;
}

/* Is it told that there is no room? Nothing in that comes from the store. */
static bool flush_is_refusal(const struct connection *connection) {
  return connection->leaving && !connection->member;
}

void flush_nothing(struct connection *connection) {
  if (flush_is_refusal(connection)) {
    flush_connection(connection);
    return;
  }
  if (connection->want_ping && connection->state < STATE_CLOSING) flush_ping(connection);
  if (connection->state == STATE_CLOSING && connection->close_code == 0) flush_kill(connection);
  line_read(connection);
}

void flush_connection(struct connection *connection) {
  if (connection->state == STATE_CLOSED) return;
  if (connection->want_ping) flush_ping(connection);
  paper_check(connection);
  if (connection->state < STATE_CLOSING) flush_frames(connection);
  if (connection->leaving && connection->in_flight == 0 && !flush_has_answers(connection) &&
      connection->state < STATE_CLOSING)
    connection_end(connection, 1001);
  if (connection->state == STATE_CLOSING) flush_close(connection);
  line_read(connection);
}
