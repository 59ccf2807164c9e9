/* What other instances say of who is in a room (the messages: presence.c). What is known of each has a version. Whatever
 * does not follow from it is asked for:
 *
 *   Q1 instance name        of that instance, or of all of them (`*`)
 *
 * and the answer, all who are there in pieces, takes the place of what was known. An instance that was not heard for a
 * while is forgotten, and so is a room that it speaks of no more. */
#include <stdlib.h>

#include "inside.h"

#define LIFE_MS 7600 /* of what was said: three announcements */
#define SWEEP_MS 500
#define LATE_MS 2000      /* so late a sweep: this process was stopped, and could not hear anybody */
#define ASK_AFTER_MS 64   /* for what is on its way already */
#define ASK_JITTER_MS 200 /* others may be about to ask the same */
#define ASK_EVERY_MS 2000 /* in a room */
#define ASK_MEANWHILE_MS 100
#define ASK_LIMIT 100 /* questions of all rooms in that time */

/* ---- other instances ---- */

static struct neighbour *neighbour_free(struct rooms *rooms) {
  for (size_t i = 0; i < NEIGHBOURS; i++)
    if (rooms->neighbours[i].name_size == 0) return &rooms->neighbours[i];
  return NULL;
}

static struct neighbour *neighbour_find(struct rooms *rooms, struct slice name) {
  for (size_t i = 0; i < NEIGHBOURS; i++) {
    struct neighbour *one = &rooms->neighbours[i];
    if (one->name_size > 0 && slice_equal((struct slice){one->name, one->name_size}, name)) return one;
  }
  return NULL;
}

/* Takes the instance's name off the front of what was heard; -1: that is no name, or there are too many already. */
static int neighbour_hear(struct rooms *rooms, struct slice *rest) {
  struct slice name;
  if (!seal_word(rest, &name) || name.size > NEIGHBOUR_NAME) return -1;
  struct neighbour *found = neighbour_find(rooms, name);
  if (!found) {
    found = neighbour_free(rooms);
    if (!found) return -1;
    *found = (struct neighbour){.name_size = (uint8_t)name.size};
    memcpy(found->name, name.data, name.size);
  }
  found->heard_ms = rooms_now(rooms);
  return (int)(found - rooms->neighbours);
}

/* ---- what is known of a room ---- */

static void remote_fire(struct wheel_timer *timer);

static struct hearing *hearing_make(struct room *room) {
  if (room->hearing) return room->hearing;
  struct hearing *hearing = calloc(1, sizeof *hearing);
  if (!hearing) return NULL;
  hearing->room = room;
  hearing->asked_ms = rooms_now(room->rooms) - ASK_EVERY_MS;
  hearing->timer.fire = remote_fire;
  LIST_INSERT_HEAD(&room->rooms->hearing, hearing, of_rooms);
  room->hearing = hearing;
  return hearing;
}

static bool hearing_grow(struct hearing *hearing) {
  if (hearing->remote_count < hearing->remote_capacity) return true;
  uint8_t capacity = hearing->remote_capacity ? (uint8_t)(hearing->remote_capacity * 2) : 2;
  struct remote *grown = realloc(hearing->remotes, capacity * sizeof *grown);
  if (!grown) return false;
  hearing->remotes = grown;
  hearing->remote_capacity = capacity;
  return true;
}

/* Made when need be, and heard with that. NULL: no memory. */
static struct remote *remote_at(struct room *room, unsigned place) {
  struct hearing *hearing = hearing_make(room);
  if (!hearing) return NULL;
  struct remote *remote = hearing->remotes, *end = remote + hearing->remote_count;
  while (remote < end && remote->place != place) remote++;
  if (remote == end) {
    if (!hearing_grow(hearing)) return NULL;
    remote = &hearing->remotes[hearing->remote_count++];
    *remote = (struct remote){.place = (uint8_t)place};
    room->rooms->neighbours[place].rooms++;
  }
  remote->heard_ms = rooms_now(room->rooms);
  return remote;
}

static void remote_forget(struct room *room, struct remote *remote) {
  if (remote->count > 0) attendance_only(room, remote->place, -1, INT64_MAX, NULL, 0);
  room->rooms->neighbours[remote->place].rooms--;
  *remote = room->hearing->remotes[--room->hearing->remote_count];
}

/* ---- asking ---- */

static void remote_arm(struct hearing *hearing) {
  struct rooms *rooms = hearing->room->rooms;
  int64_t soon = rooms_now(rooms) + ASK_AFTER_MS, after = hearing->asked_ms + ASK_EVERY_MS;
  if (wheel_armed(&hearing->timer)) return;
  wheel_arm(rooms->setup.wheel, &hearing->timer, (soon > after ? soon : after) + rooms_jitter(rooms, ASK_JITTER_MS));
}

static void remote_fell_behind(struct room *room, struct remote *remote) {
  remote->behind = true;
  remote_arm(room->hearing);
}

/* Ten thousand rooms may have missed something at once. */
static bool remote_may_ask(struct rooms *rooms) {
  int64_t now = rooms_now(rooms);
  if (now - rooms->asked_ms >= ASK_MEANWHILE_MS) {
    rooms->asked_ms = now;
    rooms->asked_count = 0;
  }
  return rooms->asked_count++ < ASK_LIMIT;
}

static void remote_ask(struct room *room, struct slice whom) {
  struct buffer *message = hint_begin_named(room->rooms, "Q1");
  buffer_append_slice(message, whom);
  buffer_append_char(message, ' ');
  hint_send(room->rooms, room_slice(room));
}

/* The one that is behind; `*` when there are several, or nothing was heard yet; absent: nobody need be asked. */
static struct slice remote_whom(const struct hearing *hearing) {
  struct slice whom = hearing->curious ? SLICE_LITERAL("*") : SLICE_NONE;
  for (uint8_t i = 0; i < hearing->remote_count; i++) {
    const struct remote *remote = &hearing->remotes[i];
    if (!remote->behind) continue;
    if (whom.data) return SLICE_LITERAL("*");
    const struct neighbour *neighbour = &hearing->room->rooms->neighbours[remote->place];
    whom = (struct slice){neighbour->name, neighbour->name_size};
  }
  return whom;
}

static void remote_fire(struct wheel_timer *timer) {
  struct hearing *hearing = (struct hearing *)(void *)((char *)timer - offsetof(struct hearing, timer));
  struct rooms *rooms = hearing->room->rooms;
  struct slice whom = remote_whom(hearing);
  int64_t now = rooms_now(rooms);
  if (!whom.data || rooms_alone(rooms)) return;
  if (now - hearing->asked_ms < ASK_EVERY_MS) { /* somebody else asked */
    remote_arm(hearing);
  } else if (!remote_may_ask(rooms)) {
    wheel_arm(rooms->setup.wheel, timer, now + ASK_MEANWHILE_MS + rooms_jitter(rooms, ASK_JITTER_MS));
  } else {
    remote_ask(hearing->room, whom);
    hearing->asked_ms = now;
    hearing->curious = false;
    if (remote_whom(hearing).data) remote_arm(hearing); /* once more, when nothing comes */
  }
}

void remote_wonder(struct room *room) {
  if (room->hearing || rooms_alone(room->rooms) || !hearing_make(room)) return;
  room->hearing->curious = true;
  remote_arm(room->hearing);
}

bool remote_hear_question(struct room *room, struct slice rest) {
  struct slice whom;
  if (neighbour_hear(room->rooms, &rest) < 0 || !seal_word(&rest, &whom)) return false;
  bool everybody = slice_is(whom, "*"), me = slice_equal(whom, room->rooms->setup.instance);
  if (me || (everybody && room->presence && room->presence->here > 0)) presence_asked(room);
  if (me || !room->hearing) return true;
  struct slice mine = remote_whom(room->hearing);
  if (!everybody && mine.data && !slice_equal(mine, whom)) return true; /* that one may be gone, and answers nobody */
  room->hearing->asked_ms = rooms_now(room->rooms);                     /* the answer is for all */
  if (everybody) room->hearing->curious = false;
  return true;
}

/* ---- hearing ---- */

/* The members of a piece, each marked; their count, or -1: broken. */
static int remote_mark(struct room *room, struct remote *remote, struct slice rest, int64_t low, int64_t high,
                       int64_t members[PIECE_MEMBERS]) {
  int count = 0;
  struct face face;
  for (int64_t last = low; rest.size > 0; last = members[count++]) {
    if (count == PIECE_MEMBERS || !hint_read_face(&rest, &members[count], &face)) return -1;
    if (members[count] <= last || members[count] > high) return -1;
    remote->count += attendance_came(room, members[count], remote->place, &face);
  }
  return count;
}

/* The pieces come one after the other, each from where the one before ended; what is out of order is right for the
 * members that it speaks of, but the whole is not known then. */
static void remote_cover(struct room *room, struct remote *remote, int64_t low, int64_t high) {
  if (low != remote->covered) {
    remote_fell_behind(room, remote);
    return;
  }
  remote->covered = high;
  if (high < INT64_MAX) return;
  remote->whole = true;
  remote->behind = false;
  remote->version = remote->building;
  remote->building = 0;
}

bool remote_hear_piece(struct room *room, struct slice rest) {
  int64_t version, low, high, members[PIECE_MEMBERS];
  int place = neighbour_hear(room->rooms, &rest);
  struct remote *remote = place < 0 ? NULL : remote_at(room, (unsigned)place);
  if (!remote || !seal_number(&rest, &version) || !seal_number(&rest, &low) || !seal_number(&rest, &high)) return false;
  if (version < remote->version || version < remote->building || (version == remote->version && remote->whole))
    return true; /* it is known */
  if (version > remote->building) {
    remote->building = version;
    remote->covered = 0;
    remote->whole = false;
    remote->fresh = remote->count == 0;
  }
  int count = remote_mark(room, remote, rest, low, high, members);
  if (count < 0) {
    remote_fell_behind(room, remote);
    return false;
  }
  if (!remote->fresh) remote->count -= attendance_only(room, remote->place, low, high, members, (size_t)count);
  remote_cover(room, remote, low, high);
  return true;
}

static bool remote_change(struct room *room, struct remote *remote, struct slice rest) {
  while (rest.size > 0) {
    struct face face;
    int64_t member;
    bool comes = rest.data[0] == '+';
    rest = (struct slice){rest.data + 1, rest.size - 1};
    if (!(comes ? hint_read_face(&rest, &member, &face) : seal_number(&rest, &member))) return false;
    if (comes)
      remote->count += attendance_came(room, member, remote->place, &face);
    else
      remote->count -= attendance_went(room, member, remote->place);
  }
  return true;
}

bool remote_hear_delta(struct room *room, struct slice rest) {
  int64_t from, to;
  int place = neighbour_hear(room->rooms, &rest);
  struct remote *remote = place < 0 ? NULL : remote_at(room, (unsigned)place);
  if (!remote || !seal_number(&rest, &from) || !seal_number(&rest, &to)) return false;
  if (to <= remote->version) return true; /* it is known */
  if (!remote->whole || from != remote->version) {
    remote_fell_behind(room, remote);
    return true;
  }
  remote->version = to;
  remote->behind = false;
  if (remote_change(room, remote, rest)) return true;
  remote_fell_behind(room, remote);
  return false;
}

static void remote_hear_line(struct rooms *rooms, unsigned place, struct slice id, int64_t version, int64_t count) {
  struct room *room = online_or_room(rooms, id);
  struct remote *remote = room ? remote_at(room, place) : NULL;
  if (!remote || version < remote->version) return;
  if (remote->whole && version == remote->version && count == remote->count) return;
  if (version == remote->version) remote->whole = false; /* it is told again, and must be taken again */
  remote_fell_behind(room, remote);
}

void rooms_announced(struct rooms *rooms, struct slice message) {
  struct slice rest, id;
  int64_t version, count;
  if (seal_peek(message, "A1", &rest) && !hint_is_others(rooms, rest)) return;
  if (seal_open(message, "A1", rooms->setup.secret, SLICE_LITERAL(ROOMS_TOPIC), rooms->setup.epoch, &rest)) {
    int place = neighbour_hear(rooms, &rest);
    if (place < 0) return;
    while (rest.size > 0 && seal_word(&rest, &id) && seal_number(&rest, &version) && seal_number(&rest, &count))
      remote_hear_line(rooms, (unsigned)place, id, version, count);
    if (rest.size == 0) return;
  }
  rooms->setup.metrics->hints_dropped++;
}

/* ---- forgetting ---- */

static void hearing_sweep(struct hearing *hearing, int64_t now) {
  for (uint8_t i = hearing->remote_count; i > 0; i--)
    if (now - hearing->remotes[i - 1].heard_ms > LIFE_MS) remote_forget(hearing->room, &hearing->remotes[i - 1]);
}

/* Time in which this process was stopped is no time in which the others were silent; who was heard since needs no excuse. */
static int64_t remote_excused(int64_t heard_ms, int64_t ms, int64_t now) {
  return heard_ms + ms < now ? heard_ms + ms : now;
}

static void remote_excuse(struct rooms *rooms, int64_t ms, int64_t now) {
  struct hearing *hearing;
  LIST_FOREACH(hearing, &rooms->hearing, of_rooms) {
    for (uint8_t i = 0; i < hearing->remote_count; i++)
      hearing->remotes[i].heard_ms = remote_excused(hearing->remotes[i].heard_ms, ms, now);
  }
  for (size_t i = 0; i < NEIGHBOURS; i++)
    rooms->neighbours[i].heard_ms = remote_excused(rooms->neighbours[i].heard_ms, ms, now);
}

static void remote_fire_sweep(struct wheel_timer *timer) {
  struct rooms *rooms = (struct rooms *)(void *)((char *)timer - offsetof(struct rooms, neighbour_timer));
  int64_t now = rooms_now(rooms), late = now - timer->due_ms;
  struct hearing *hearing;
  if (late >= LATE_MS) remote_excuse(rooms, late, now);
  LIST_FOREACH(hearing, &rooms->hearing, of_rooms) hearing_sweep(hearing, now);
  for (size_t i = 0; i < NEIGHBOURS; i++) {
    struct neighbour *one = &rooms->neighbours[i];
    if (one->rooms == 0 && now - one->heard_ms > LIFE_MS) one->name_size = 0;
  }
  wheel_arm(rooms->setup.wheel, timer, now + SWEEP_MS);
}

void rooms_instance_gone(struct rooms *rooms, struct slice instance) {
  struct neighbour *neighbour = neighbour_find(rooms, instance);
  struct hearing *hearing;
  if (!neighbour) return;
  const uint8_t place = (uint8_t)(neighbour - rooms->neighbours);
  LIST_FOREACH(hearing, &rooms->hearing, of_rooms) {
    for (uint8_t i = hearing->remote_count; i > 0; i--)
      if (hearing->remotes[i - 1].place == place) remote_forget(hearing->room, &hearing->remotes[i - 1]);
  }
}

void remote_end(struct room *room) {
  struct hearing *hearing = room->hearing;
  if (!hearing) return;
  for (uint8_t i = 0; i < hearing->remote_count; i++) room->rooms->neighbours[hearing->remotes[i].place].rooms--;
  wheel_disarm(room->rooms->setup.wheel, &hearing->timer);
  LIST_REMOVE(hearing, of_rooms);
  free(hearing->remotes);
  free(hearing);
  room->hearing = NULL;
}

void remote_setup(struct rooms *rooms) {
  LIST_INIT(&rooms->hearing);
  rooms->neighbour_timer.fire = remote_fire_sweep;
  wheel_arm(rooms->setup.wheel, &rooms->neighbour_timer, rooms_now(rooms) + SWEEP_MS);
}

void remote_finish(struct rooms *rooms) {
  wheel_disarm(rooms->setup.wheel, &rooms->neighbour_timer);
}
