/* Pages of rooms' logs that wait to be written. What was removed after one was read is still in it: so it goes out while
 * it is young, or when its room is known to have had no removal since; what shows many rooms, only while it is young. While the store confirms nothing, it waits. Answers that come behind it wait here,
 * too, so that they keep their order; those know no age. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

static struct rooms *paper_rooms(const struct connection *connection) {
  return connection->all->setup.services->rooms;
}

static struct paper *paper_make(struct connection *connection, struct room *room) {
  struct buffer *value = &connection->all->value;
  if (value->failed || value->size > LIMIT_FRAME - 2) return NULL;
  struct room *held = room ? rooms_hold(paper_rooms(connection), room_id(room)) : NULL;
  struct paper *paper = held || !room ? malloc(sizeof *paper + value->size) : NULL;
  if (!paper) {
    if (held) rooms_release(paper_rooms(connection), held);
    return NULL;
  }
  *paper = (struct paper){.room = held, .page = held, .size = value->size};
  memcpy(paper->bytes, value->data, value->size);
  return paper;
}

void paper_end(struct connection *connection, const struct call *call) {
  if (connection->state == STATE_CLOSED) return;
  struct paper *paper = paper_make(connection, call ? call->room : NULL), **at = &connection->papers;
  connection_mark(connection);
  if (!paper) {
    log_line(LOG_ERROR, "page not kept", LOG_NUMBER("bytes", connection->all->value.size));
    connection_end(connection, 1001);
    return;
  }
  if (call) {
    paper->as_of = call->as_of;
    paper->read_ms = call->read_ms;
    paper->page = paper->room || call->page;
  }
  while (*at) at = &(*at)->next;
  *at = paper;
}

/* While nothing is confirmed no page is begun, and what is asked meanwhile is still answered. */
bool paper_crowded(const struct connection *connection) {
  size_t bytes = 0;
  for (const struct paper *paper = connection->papers; paper; paper = paper->next) bytes += paper->size;
  return bytes > LIMIT_CROWDED && !connection->all->quiet;
}

static bool paper_stands(const struct connection *connection, const struct paper *paper) {
  if (!paper->page) return true;
  bool young = paper->read_ms >= 0 && connections_now(connection->all) - paper->read_ms <= LIMIT_FRESH_MS;
  return young || (paper->room && room_page_stands(paper->room, paper->as_of));
}

static void paper_remove(struct connection *connection, struct paper **at) {
  struct paper *paper = *at;
  *at = paper->next;
  if (paper->room) rooms_release(paper_rooms(connection), paper->room);
  free(paper);
}

void paper_drop_pages(struct connection *connection) {
  for (struct paper **at = &connection->papers; *at;) {
    if ((*at)->page)
      paper_remove(connection, at);
    else
      at = &(*at)->next;
  }
}

/* A join's answer that is not given leaves a subscription that nobody knows of: the line ends, and what was not answered
 * is asked again. */
static void paper_refuse(struct connection *connection) {
  paper_drop_pages(connection);
  connection_end(connection, 1001);
}

void paper_check(struct connection *connection) {
  if (connection->blocked || connection->all->quiet) return;
  for (const struct paper *paper = connection->papers; paper; paper = paper->next) {
    if (paper_stands(connection, paper)) continue;
    paper_refuse(connection);
    return;
  }
}

/* Where the page waits for the store, `left` would come before a join's answer, which says that the room is followed. */
void paper_leave(struct connection *connection, const struct room *room) {
  const struct paper *paper = connection->papers;
  while (paper && (!paper->page || paper->room != room)) paper = paper->next;
  if (paper) paper_refuse(connection);
}

/* The next one that may go out now. */
static struct paper **paper_next(struct connection *connection) {
  struct paper **at = &connection->papers;
  while (*at && (*at)->page && connection->all->quiet) at = &(*at)->next;
  return at;
}

bool paper_waits(const struct connection *connection) {
  const struct paper *paper = connection->papers;
  while (paper && paper->page && connection->all->quiet) paper = paper->next;
  return paper != NULL;
}

void paper_take(struct connection *connection, struct buffer *frame, size_t limit, size_t *items) {
  if (!connection->papers) return;
  for (struct paper **at; *(at = paper_next(connection)); paper_remove(connection, at)) {
    const struct paper *paper = *at;
    if (frame->size + (*items > 0) + paper->size > limit) break;
    if (*items > 0) buffer_append_char(frame, ',');
    buffer_append_slice(frame, (struct slice){paper->bytes, paper->size});
    (*items)++;
  }
  if (connection->frame || connection->inbox_frames > 0) connection_mark_run(connection); /* it may have been crowded */
}

void paper_free(struct connection *connection) {
  while (connection->papers) paper_remove(connection, &connection->papers);
}
