/* Frames received and not carried out yet: each as its size (4 bytes) and its bytes, one after the other. The memory is
 * taken with the first piece and given back when all is carried out. */
#include <stdlib.h>

#include "inside.h"

static struct buffer *inbox_make(struct connection *connection) {
  if (connection->inbox) return connection->inbox;
  connection->inbox = malloc(sizeof *connection->inbox);
  if (connection->inbox) buffer_init(connection->inbox, LIMIT_INBOX + sizeof(uint32_t) * 1024);
  connection->inbox_at = 0;
  return connection->inbox;
}

static void inbox_set_size(struct connection *connection, size_t begin) {
  uint32_t size = (uint32_t)(connection->inbox->size - begin - sizeof(uint32_t));
  memcpy(connection->inbox->data + begin, &size, sizeof size);
}

/* Where the frame that is being received begins: behind all whole ones. */
static size_t inbox_begin(const struct connection *connection) {
  size_t at = connection->inbox_at;
  for (size_t i = 0; i < connection->inbox_frames; i++) {
    uint32_t size;
    memcpy(&size, connection->inbox->data + at, sizeof size);
    at += sizeof size + size;
  }
  return at;
}

static bool inbox_takes(const struct connection *connection, size_t piece, size_t remaining) {
  const struct buffer *inbox = connection->inbox;
  size_t head = sizeof(uint32_t), had = 0;
  if (connection->partial) {
    had = inbox->size - inbox_begin(connection) - head;
    head = 0;
  }
  return had + piece + remaining <= LIMIT_FRAME && inbox->size + head + piece <= inbox->limit;
}

/* Behind what there is of the frame. False: no memory. */
static bool inbox_append(struct connection *connection, struct slice piece) {
  uint32_t unknown = 0;
  if (!connection->partial) buffer_append(connection->inbox, &unknown, sizeof unknown);
  connection->partial = true;
  return buffer_append_slice(connection->inbox, piece);
}

/* The code with which the line is closed; 0: the piece is there. */
static int inbox_take(struct connection *connection, struct slice piece, bool binary, size_t remaining) {
  if (binary) return 1003;
  if (!inbox_make(connection)) return 1001;
  if (!inbox_takes(connection, piece.size, remaining)) return 1009;
  return inbox_append(connection, piece) ? 0 : 1001;
}

void connection_received(struct connection *connection, struct slice piece, bool last, bool binary, size_t remaining) {
  connection_heard(connection);
  if (connection->state >= STATE_CLOSING) return;
  int refused = inbox_take(connection, piece, binary, remaining);
  if (refused) {
    connection_end(connection, refused);
    return;
  }
  if (!last) return;
  inbox_set_size(connection, inbox_begin(connection));
  connection->partial = false;
  connection->inbox_frames++;
  connection->all->setup.services->metrics->frames_received++;
  connection_mark_run(connection);
}

struct slice inbox_next(struct connection *connection) {
  if (connection->inbox_frames == 0) return SLICE_NONE;
  uint32_t size;
  memcpy(&size, connection->inbox->data + connection->inbox_at, sizeof size);
  return (struct slice){connection->inbox->data + connection->inbox_at + sizeof size, size};
}

void inbox_done(struct connection *connection) {
  connection->inbox_at += sizeof(uint32_t) + inbox_next(connection).size;
  connection->inbox_frames--;
  if (connection->inbox_at == connection->inbox->size) {
    inbox_free(connection);
  } else if (connection->inbox_at > LIMIT_FRAME / 2) {
    buffer_drop(connection->inbox, connection->inbox_at);
    connection->inbox_at = 0;
  }
}

void inbox_free(struct connection *connection) {
  if (!connection->inbox) return;
  buffer_free(connection->inbox);
  free(connection->inbox);
  connection->inbox = NULL;
  connection->inbox_at = connection->inbox_frames = 0;
  connection->partial = false;
}
