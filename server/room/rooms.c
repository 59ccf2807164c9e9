/* The set of rooms in memory. */
#include <stdlib.h>

#include "club/log.h"
#include "inside.h"

#define SWEEP_MS 5000

static void rooms_fire_sweep(struct wheel_timer *timer) {
  struct rooms *rooms = (struct rooms *)(void *)((char *)timer - offsetof(struct rooms, sweep_timer));
  int64_t now = clock_monotonic_ms(rooms->setup.clock);
  for (struct room *room = rooms->by_id; room; room = room->hh.next) {
    log_sweep(room, now);
    block_sweep(room, now);
    shared_sweep(room, now);
    watch_sweep(room);
    settings_tell(room);
  }
  departed_sweep(rooms, now);
  wheel_arm(rooms->setup.wheel, timer, now + SWEEP_MS);
}

struct rooms *rooms_create(const struct rooms_setup *setup) {
  struct rooms *rooms = calloc(1, sizeof *rooms);
  if (!rooms) return NULL;
  rooms->setup = *setup;
  buffer_init(&rooms->scratch, LIMIT_FRAME);
  buffer_init(&rooms->frame, LIMIT_FRAME + 256);
  hint_setup(rooms);
  presence_setup(rooms);
  remote_setup(rooms);
  online_setup(rooms);
  /* All of it now: a frame that was cut for want of memory would lose what is in it. */
  if (!buffer_reserve(&rooms->scratch, rooms->scratch.limit) || !buffer_reserve(&rooms->frame, rooms->frame.limit)) {
    rooms_destroy(rooms);
    return NULL;
  }
  rooms->sweep_timer.fire = rooms_fire_sweep;
  wheel_arm(setup->wheel, &rooms->sweep_timer, clock_monotonic_ms(setup->clock) + SWEEP_MS);
  return rooms;
}

/* Among the others, and otherwise empty. */
static struct room *rooms_add(struct rooms *rooms, struct slice id) {
  struct room *room = id.size <= LIMIT_IDENTIFIER ? calloc(1, sizeof *room) : NULL;
  if (!room) return NULL;
  room->rooms = rooms;
  memcpy(room->id, id.data, id.size);
  room->id_size = (uint8_t)id.size;
  HASH_ADD_KEYPTR(hh, rooms->by_id, room->id, room->id_size, room);
  if (room->hh.tbl) return room;
  free(room);
  return NULL;
}

static struct room *rooms_make(struct rooms *rooms, struct slice id) {
  struct room *room = rooms_add(rooms, id);
  if (!room) return NULL;
  room->direct = id.size > 3 && memcmp(id.data, "dm.", 3) == 0;
  room->apart = room->direct || (id.size > 2 && memcmp(id.data, "r.", 2) == 0);
  log_begin(room);
  room->head = room->known_from = departed_take(rooms, id);
  block_begin(room);
  attendance_begin(room);
  watch_begin(room);
  rooms->setup.bus->subscribe(rooms->setup.bus->self, room_slice(room));
  return room;
}

static void rooms_unmark(struct rooms *rooms, struct room *room) {
  struct room **at = &rooms->dirty;
  while (*at && *at != room) at = &(*at)->next_dirty;
  if (*at) *at = room->next_dirty;
  room->dirty = false;
}

static void rooms_free(struct rooms *rooms, struct room *room) {
  presence_end(room);
  remote_end(room);
  rooms->setup.bus->unsubscribe(rooms->setup.bus->self, room_slice(room));
  if (room->dirty) rooms_unmark(rooms, room);
  if (rooms->frame_room == room) rooms->frame_room = NULL;
  departed_note(room);
  log_end(room);
  attendance_clear(room);
  typing_clear(room);
  watch_clear(room);
  shared_clear(room);
  settings_clear(room);
  free(room->subscriptions);
  HASH_DELETE(hh, rooms->by_id, room);
  free(room);
}

void rooms_destroy(struct rooms *rooms) {
  if (!rooms) return;
  struct room *room, *next;
  HASH_ITER(hh, rooms->by_id, room, next) {
    log_line(LOG_ERROR, "room still held at the end", LOG_NUMBER("holds", room->holds));
    rooms_free(rooms, room);
  }
  departed_clear(rooms);
  online_finish(rooms);
  presence_finish(rooms);
  remote_finish(rooms);
  wheel_disarm(rooms->setup.wheel, &rooms->sweep_timer);
  buffer_free(&rooms->scratch);
  hint_finish(rooms);
  buffer_free(&rooms->frame);
  free(rooms);
}

struct room *rooms_find(struct rooms *rooms, struct slice id) {
  struct room *room;
  HASH_FIND(hh, rooms->by_id, id.data, id.size, room);
  return room;
}

struct room *rooms_hold(struct rooms *rooms, struct slice id) {
  struct room *room = rooms_find(rooms, id);
  if (!room) room = rooms_make(rooms, id);
  if (room) room->holds++;
  return room;
}

void rooms_release(struct rooms *rooms, struct room *room) {
  if (--room->holds == 0) rooms_free(rooms, room);
}

size_t rooms_count(const struct rooms *rooms) {
  return HASH_COUNT(rooms->by_id);
}

void rooms_each(struct rooms *rooms, void (*each)(void *context, struct room *room), void *context) {
  for (struct room *room = rooms->by_id; room; room = room->hh.next) each(context, room);
}

void rooms_forget(struct rooms *rooms) {
  for (struct room *room = rooms->by_id; room; room = room->hh.next) {
    log_end(room);
    watch_forget(room);
  }
  departed_clear(rooms);
  rooms->frame_room = NULL;
}

void room_mark(struct room *room) {
  if (room->dirty) return;
  room->dirty = true;
  room->next_dirty = room->rooms->dirty;
  room->rooms->dirty = room;
}

struct slice room_id(const struct room *room) {
  return room_slice(room);
}

bool room_is_direct(const struct room *room) {
  return room->direct;
}

int64_t room_head(const struct room *room) {
  return room->head;
}

int64_t room_known(const struct room *room) {
  return room->head > room->known_head ? room->head : room->known_head;
}
