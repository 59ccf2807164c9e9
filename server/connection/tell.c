/* What changed on a member's list, told to each of the member's connections: `room`, `read` and `heads`. A connection
 * remembers the change number that it was told; what changed several times meanwhile is told once, as it stands. */
#include "inside.h"

#define TELL_EVERY_MS 1000
#define TELL_ITEM 512 /* bytes of one room's share at most, but for a `room` notification */
#define TELL_FACE 24  /* by which that may be longer than when it was encoded: a comma, how many are there */

static bool tell_newer(uint32_t change, uint32_t told) {
  return (int32_t)(change - told) > 0;
}

bool tell_due(const struct connection *connection) {
  if (connection->state != STATE_LIVE) return false;
  if (connection->telling != TELLING_NOTHING) return true;
  return connection->told_change != connection->member->change &&
         (connection->tell_now || connections_now(connection->all) - connection->told_ms >= TELL_EVERY_MS);
}

static void tell_changed(struct connection *connection, bool soon) {
  if (soon) connection->tell_now = true;
  if (tell_due(connection)) {
    connection_mark(connection);
  } else if (!wheel_armed(&connection->tell_timer)) {
    wheel_arm(connection->all->setup.services->wheel, &connection->tell_timer, connection->told_ms + TELL_EVERY_MS);
  }
}

/* Something else may have been told since the timer was set: then the second begins anew. */
static void tell_fire(struct wheel_timer *timer) {
  struct connection *connection =
      (struct connection *)(void *)((char *)timer - offsetof(struct connection, tell_timer));
  if (connection->state == STATE_LIVE && connection->told_change != connection->member->change)
    tell_changed(connection, false);
}

void tell_begin(struct connection *connection) {
  connection->tell_timer.fire = tell_fire;
  connection->told_change = connection->member->change;
  connection->told_ms = connections_now(connection->all) - TELL_EVERY_MS;
}

void connections_member_changed(struct connections *connections, struct present *present, bool soon) {
  struct connection *connection;
  struct connection_list *list = present->connections;
  (void)connections;
  if (!list) return;
  LIST_FOREACH(connection, list, of_member) {
    if (connection->state == STATE_LIVE) tell_changed(connection, soon);
  }
}

/* Begins an item: a comma between notifications. False: the frame is full. */
static bool tell_item(struct buffer *frame, size_t limit, size_t need, size_t *items) {
  if (frame->size + need > limit) return false;
  if (*items > 0) buffer_append_char(frame, ',');
  ++*items;
  return true;
}

/* It was encoded for all of the member's connections, some time ago: who is there, and whether this connection is, is said as
 * it stands now, or `presence`, which may have been told meanwhile, would be undone. No text in it can look like this: quotes
 * in texts have a backslash before them. */
static void tell_face(const struct connection *connection, const struct listing *listing, struct buffer *frame) {
  static const char joined[] = ",\"joined\":false";
  const struct room *room = listing->watcher.room;
  struct slice face = listing->face;
  const char *at = memmem(face.data, face.size, joined, sizeof joined - 1);
  if (!at) {
    buffer_append_slice(frame, face);
    return;
  }
  const char *after = at + sizeof joined - 1;
  while (at > face.data && at[-1] >= '0' && at[-1] <= '9') at--; /* how many were there stands before it */
  buffer_append(frame, face.data, (size_t)(at - face.data));
  buffer_append_int(frame, room_online(room));
  buffer_append_text(frame, seat_find(connection, room) ? ",\"joined\":true" : ",\"joined\":false");
  buffer_append(frame, after, (size_t)(face.data + face.size - after));
}

static bool tell_room(const struct connection *connection, struct buffer *frame, size_t limit, size_t *items) {
  const struct listing *listing = connection->tell_next;
  if (!listing->face.data || !tell_newer(listing->face_change, connection->told_change)) return true;
  if (!tell_item(frame, limit, listing->face.size + TELL_FACE, items)) return false;
  tell_face(connection, listing, frame);
  return true;
}

static bool tell_read(const struct listing *listing, uint32_t told, struct buffer *frame, size_t limit, size_t *items) {
  if (!tell_newer(listing->read_change, told)) return true;
  if (!tell_item(frame, limit, TELL_ITEM, items)) return false;
  struct watch_counts counts = room_watch_counts(&listing->watcher);
  encode_read(frame, room_id(listing->watcher.room), counts.read, counts.head, counts.unread, counts.mentions);
  return true;
}

static bool tell_is_head(const struct connection *connection, const struct listing *listing) {
  return tell_newer(listing->change, connection->told_change) && listing->change != listing->face_change &&
         !seat_find(connection, listing->watcher.room);
}

/* `room` and `read`. False: the frame is full. */
static bool tell_rooms(struct connection *connection, struct buffer *frame, size_t limit, size_t *items) {
  for (; connection->tell_next; connection->tell_next = connection->tell_next->next) {
    const struct listing *listing = connection->tell_next;
    if (!tell_newer(listing->change, connection->told_change)) continue;
    if (!tell_room(connection, frame, limit, items) ||
        !tell_read(listing, connection->told_change, frame, limit, items))
      return false; /* this listing again with the next frame: twice does no harm */
  }
  return true;
}

/* One `heads` with all the rooms that changed. False: the frame is full. */
static bool tell_heads(struct connection *connection, struct buffer *frame, size_t limit, size_t *items) {
  size_t count = 0;
  for (; connection->tell_next; connection->tell_next = connection->tell_next->next) {
    const struct listing *listing = connection->tell_next;
    if (!tell_is_head(connection, listing)) continue;
    if (frame->size + TELL_ITEM > limit) break;
    if (count == 0) {
      if (!tell_item(frame, limit, TELL_ITEM, items)) break;
      encode_heads_begin(frame);
    }
    struct watch_counts counts = room_watch_counts(&listing->watcher);
    encode_heads_item(frame, count++ == 0, room_id(listing->watcher.room), counts.head, counts.unread, counts.mentions);
  }
  if (count > 0) encode_heads_end(frame);
  return connection->tell_next == NULL;
}

static void tell_start(struct connection *connection, enum telling what) {
  connection->telling = (uint8_t)what;
  connection->tell_next = connection->member->listings;
}

void tell_append(struct connection *connection, struct buffer *frame, size_t limit, size_t *items) {
  if (connection->telling == TELLING_NOTHING) {
    connection->tell_change = connection->member->change;
    connection->told_ms = connections_now(connection->all);
    connection->tell_now = false;
    tell_start(connection, TELLING_ROOMS);
  }
  if (connection->telling == TELLING_ROOMS) {
    if (!tell_rooms(connection, frame, limit, items)) return;
    tell_start(connection, TELLING_HEADS);
  }
  if (!tell_heads(connection, frame, limit, items)) return;
  connection->telling = TELLING_NOTHING;
  connection->told_change = connection->tell_change;
  if (connection->told_change != connection->member->change) tell_changed(connection, false);
}
