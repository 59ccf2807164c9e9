/* Followers of a room: cursors into its log, and what each may take. */
#include <stdlib.h>

#include "club/broken.h"
#include "club/wire.h"
#include "inside.h"

static bool subscription_place(struct room *room, struct subscription *subscription) {
  if (room->subscription_count == room->subscription_capacity) {
    uint32_t capacity = room->subscription_capacity ? room->subscription_capacity * 2 : 4;
    struct subscription **grown = realloc(room->subscriptions, capacity * sizeof *grown);
    if (!grown) return false;
    room->subscriptions = grown;
    room->subscription_capacity = capacity;
  }
  subscription->place = room->subscription_count;
  room->subscriptions[room->subscription_count++] = subscription;
  return true;
}

static bool subscription_waits(const struct room *room, const struct subscription *subscription) {
  return subscription->cursor < room->head || subscription->presence_seen != room->presence_stamp ||
         subscription->typing_seen != room->typing_stamp;
}

bool room_subscribe(struct rooms *rooms, struct room *room, struct subscription *subscription, int64_t member,
                    struct slice name, struct slice country, struct slice company, int64_t cursor) {
  if (!attendance_enter(room, member, name, country, company)) return false;
  if (!subscription_place(room, subscription)) {
    attendance_leave(room, member);
    return false;
  }
  room->holds++;
  subscription->room = room;
  subscription->member = member;
  subscription->cursor = cursor;
  subscription->presence_seen = room->presence_stamp;
  subscription->typing_seen = room->typing_stamp;
  subscription->marked = false;
  log_known(room, cursor);
  if (room->presence_changed || subscription_waits(room, subscription)) room_mark(room);
  (void)rooms;
  return true;
}

void room_unsubscribe(struct rooms *rooms, struct subscription *subscription) {
  struct room *room = subscription->room;
  struct subscription *last = room->subscriptions[--room->subscription_count];
  room->subscriptions[subscription->place] = last;
  last->place = subscription->place;
  subscription->room = NULL;
  attendance_leave(room, subscription->member);
  rooms_release(rooms, room);
}

size_t rooms_waiting(const struct rooms *rooms) {
  size_t count = 0;
  for (const struct room *room = rooms->dirty; room; room = room->next_dirty) count += room->subscription_count;
  return count;
}

void rooms_fan_out(struct rooms *rooms) {
  while (rooms->dirty) {
    struct room *room = rooms->dirty;
    rooms->dirty = room->next_dirty;
    room->dirty = false;
    attendance_stamp(room);
    for (uint32_t i = 0; i < room->subscription_count; i++) {
      struct subscription *subscription = room->subscriptions[i];
      if (!subscription->marked && subscription_waits(room, subscription))
        rooms->setup.wants(rooms->setup.owner, subscription);
    }
  }
}

/* False: it does not fit. */
static bool subscription_add(struct buffer *frame, struct slice item, size_t limit, size_t *items) {
  if (frame->size + item.size + 2 > limit) return false; /* a comma before it, a bracket behind all */
  if (*items > 0 && !buffer_append_char(frame, ',')) return false;
  if (!buffer_append_slice(frame, item)) return false;
  ++*items;
  return true;
}

static enum room_taken subscription_take_entries(struct room *room, struct subscription *subscription,
                                                 struct buffer *frame, size_t limit, size_t *items) {
  if (subscription->cursor < room->head && !log_may_give(room))
    return ROOM_TAKEN_WAIT; /* until what is missing is here */
  while (subscription->cursor < room->head) {
    struct slice item = ring_get(&room->ring, subscription->cursor + 1);
    if (!item.data) item = block_get(room, subscription->cursor + 1);
    if (!item.data) {
      block_want(room, subscription->cursor + 1);
      return ROOM_TAKEN_WAIT;
    }
    if (!subscription_add(frame, item, limit, items)) return ROOM_TAKEN_PART;
    subscription->cursor++;
    if (BROKEN(cursor) && subscription->cursor % 8 == 0 && !ring_get(&room->ring, subscription->cursor).data)
      subscription->cursor++;
    room->rooms->setup.metrics->deliveries++;
  }
  return ROOM_TAKEN_ALL;
}

#define PRESENCE_SIZE 192 /* of a notification, its room's id included */

static enum room_taken subscription_take_presence(struct room *room, struct subscription *subscription,
                                                  struct buffer *frame, size_t limit, size_t *items) {
  if (subscription->presence_seen == room->presence_stamp) return ROOM_TAKEN_ALL;
  if (frame->size + PRESENCE_SIZE > limit) return ROOM_TAKEN_PART;
  size_t before = frame->size;
  if (*items > 0) buffer_append_char(frame, ',');
  encode_presence(frame, room_slice(room), room_online(room));
  if (frame->failed) {
    buffer_cut(frame, before);
    return ROOM_TAKEN_PART;
  }
  ++*items;
  subscription->presence_seen = room->presence_stamp;
  return ROOM_TAKEN_ALL;
}

enum room_taken room_take(struct rooms *rooms, struct subscription *subscription, struct buffer *frame, size_t limit,
                          size_t *items) {
  struct room *room = subscription->room;
  (void)rooms;
  enum room_taken taken = subscription_take_entries(room, subscription, frame, limit, items);
  if (taken == ROOM_TAKEN_PART) return taken;
  if (subscription_take_presence(room, subscription, frame, limit, items) == ROOM_TAKEN_PART) return ROOM_TAKEN_PART;
  if (subscription->typing_seen != room->typing_stamp) typing_take(room, subscription, frame, limit, items);
  return taken;
}

/* ---- a frame that many take ---- */

static bool frame_fits(const struct rooms *rooms, const struct subscription *subscription, size_t headroom) {
  const struct room *room = subscription->room;
  return rooms->frame_room == room && rooms->frame_headroom == headroom && rooms->frame_from == subscription->cursor &&
         rooms->frame_head == room->head && rooms->frame_seen == subscription->presence_seen &&
         rooms->frame_stamp == room->presence_stamp && subscription->typing_seen == room->typing_stamp &&
         log_may_give(room);
}

static void frame_remember(struct rooms *rooms, const struct subscription *before, size_t headroom, bool typed) {
  rooms->frame_room = typed ? NULL : before->room;
  rooms->frame_headroom = headroom;
  rooms->frame_from = before->cursor;
  rooms->frame_head = before->room->head;
  rooms->frame_seen = before->presence_seen;
  rooms->frame_stamp = before->room->presence_stamp;
}

static struct slice frame_build(struct rooms *rooms, struct subscription *subscription, size_t headroom) {
  struct buffer *frame = &rooms->frame;
  struct subscription before = *subscription;
  size_t items = 0;
  buffer_clear(frame);
  if (!buffer_reserve(frame, headroom + 1)) return SLICE_NONE;
  frame->size = headroom;
  buffer_append_char(frame, '[');
  enum room_taken taken = room_take(rooms, subscription, frame, headroom + LIMIT_FRAME, &items);
  rooms->frame_room = NULL;
  if (items == 0) return SLICE_NONE;
  if (items > 1) buffer_append_char(frame, ']');
  rooms->frame_more = taken == ROOM_TAKEN_PART;
  rooms->frame_to = subscription->cursor;
  rooms->frame_told = subscription->presence_seen;
  rooms->frame_whole = (struct slice){frame->data + headroom + (items == 1), frame->size - headroom - (items == 1)};
  if (taken != ROOM_TAKEN_WAIT)
    frame_remember(rooms, &before, headroom, before.typing_seen != subscription->room->typing_stamp);
  return rooms->frame_whole;
}

struct slice room_take_frame(struct rooms *rooms, struct subscription *subscription, size_t headroom, bool *more) {
  struct slice frame;
  if (frame_fits(rooms, subscription, headroom)) {
    rooms->setup.metrics->deliveries += (uint64_t)(rooms->frame_to - subscription->cursor);
    subscription->cursor = rooms->frame_to;
    subscription->presence_seen = rooms->frame_told;
    frame = rooms->frame_whole;
  } else {
    frame = frame_build(rooms, subscription, headroom);
  }
  *more = frame.data && rooms->frame_more;
  return frame;
}
