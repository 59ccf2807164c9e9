/* Answers that wait to be written, but for pages (paper.c). At most two frames: small answers and one list (a connection
 * has one at a time). */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

#define OUTBOX_LIMIT (LIMIT_FRAME - 2) /* the brackets of a batch */

static struct outbox *outbox_make(void) {
  struct outbox *outbox = calloc(1, sizeof *outbox);
  if (outbox) buffer_init(&outbox->bytes, OUTBOX_LIMIT);
  return outbox;
}

static void outbox_destroy(struct outbox **outbox) {
  if (!*outbox) return;
  buffer_free(&(*outbox)->bytes);
  free(*outbox);
  *outbox = NULL;
}

struct buffer *outbox_begin(struct connection *connection) {
  struct buffer *value = &connection->all->value;
  buffer_clear(value);
  return value;
}

/* All of it or nothing. */
static bool outbox_put(struct outbox **outbox, struct slice value) {
  if (!*outbox) *outbox = outbox_make();
  if (!*outbox) return false;
  struct buffer *bytes = &(*outbox)->bytes;
  size_t comma = (*outbox)->items > 0;
  if (!buffer_reserve(bytes, comma + value.size)) {
    bytes->failed = false; /* what was in it is whole */
    if ((*outbox)->items == 0) outbox_destroy(outbox);
    return false;
  }
  if (comma) buffer_append_char(bytes, ',');
  buffer_append_slice(bytes, value);
  (*outbox)->items++;
  return true;
}

void outbox_end(struct connection *connection) {
  struct buffer *value = &connection->all->value;
  if (value->size == 0 && !value->failed) return;
  if (connection->papers) {
    paper_end(connection, NULL);
    return;
  }
  /* In any order: a small one goes beside those that a page did not fit to. Nothing is next where nothing is first. */
  bool put = !value->failed && (outbox_put(&connection->out, buffer_slice(value)) ||
                                (connection->out && outbox_put(&connection->out_next, buffer_slice(value))));
  if (!put) { /* an answer must not be lost silently: the line ends, and what was carried out is found after joining */
    log_line(LOG_ERROR, "answer does not fit", LOG_NUMBER("bytes", value->size));
    connection_end(connection, 1001);
  }
  connection_mark(connection);
}

bool outbox_crowded(const struct connection *connection) {
  return connection->out_next || paper_crowded(connection) ||
         (connection->out && connection->out->bytes.size > LIMIT_CROWDED);
}

void outbox_written(struct connection *connection) {
  connection->greeted = true;
  outbox_destroy(&connection->out);
  connection->out = connection->out_next;
  connection->out_next = NULL;
  if (connection->frame || connection->inbox_frames > 0) connection_mark_run(connection); /* it may have been crowded */
}

void outbox_free(struct connection *connection) {
  outbox_destroy(&connection->out);
  outbox_destroy(&connection->out_next);
}
