/* What this instance tells the others of who is in its rooms. Each room has a version, which rises with what is told:
 *
 *   P1 instance version low high\nFACE …      of the members between these keys exactly these are here
 *   D1 instance from to\n+FACE-member …       who came and who went between two versions
 *   A1 instance room version count\n…        on ROOMS_TOPIC, again and again: rooms with members here
 *
 * Changes wait for a second and go out together. Who missed something sees it by the version, and asks. */
#include <stdlib.h>

#include "inside.h"

#define TELL_EVERY_MS 1000
#define WHOLE_EVERY_MS 2000    /* all members of a room at most */
#define ANSWER_JITTER_MS 100   /* others may have the same question */
#define ANNOUNCE_EVERY_MS 2400 /* three times before what was said is forgotten */
#define ANNOUNCE_SOON_MS 250
#define CHANGED_LIMIT 8192 /* members; beyond it all of them are told */
#define FACE_NUMBERS 48    /* bytes of a face beside its texts */

/* ---- what changed ---- */

static void presence_fire(struct wheel_timer *timer);

static struct presence *presence_make(struct room *room) {
  if (room->presence) return room->presence;
  struct presence *presence = calloc(1, sizeof *presence);
  if (!presence) return NULL;
  presence->room = room;
  presence->told_ms = rooms_now(room->rooms) - TELL_EVERY_MS;
  presence->whole_ms = presence->told_ms - WHOLE_EVERY_MS;
  presence->timer.fire = presence_fire;
  room->presence = presence;
  return presence;
}

static void presence_arm(struct presence *presence, int64_t due_ms) {
  struct wheel *wheel = presence->room->rooms->setup.wheel;
  if (!wheel_armed(&presence->timer) || presence->timer.due_ms > due_ms) wheel_arm(wheel, &presence->timer, due_ms);
}

/* False: all must be told instead. */
static bool presence_keep(struct presence *presence, int64_t member) {
  if (presence->changed_count == presence->changed_capacity) {
    uint32_t capacity = presence->changed_capacity ? presence->changed_capacity * 2 : 8;
    int64_t *grown = capacity > CHANGED_LIMIT ? NULL : realloc(presence->changed, capacity * sizeof *grown);
    if (!grown) return false;
    presence->changed = grown;
    presence->changed_capacity = capacity;
  }
  presence->changed[presence->changed_count++] = member;
  return true;
}

static void presence_changed(struct presence *presence, int64_t member) {
  presence->news = true;
  if (!presence->whole && (rooms_alone(presence->room->rooms) || !presence_keep(presence, member)))
    presence->whole = true;
  presence_arm(presence, presence->told_ms + TELL_EVERY_MS);
}

void presence_came(struct room *room, int64_t member) {
  struct presence *presence = presence_make(room);
  if (!presence) return; /* nobody elsewhere learns of this member: as if a message were lost */
  if (presence->here++ == 0) LIST_INSERT_HEAD(&room->rooms->present, presence, of_rooms);
  remote_wonder(room);
  presence_changed(presence, member);
}

void presence_went(struct room *room, int64_t member) {
  struct presence *presence = room->presence;
  if (!presence || presence->here == 0) return;
  if (--presence->here == 0) LIST_REMOVE(presence, of_rooms);
  presence_changed(presence, member);
}

/* Told as if the member came once more. */
void presence_renamed(struct room *room, int64_t member) {
  if (room->presence && room->presence->here > 0) presence_changed(room->presence, member);
}

void presence_asked(struct room *room) {
  struct presence *presence = room->presence;
  if (!presence || rooms_alone(room->rooms)) return;
  int64_t soon = rooms_now(room->rooms) + rooms_jitter(room->rooms, ANSWER_JITTER_MS);
  presence->asked = true;
  presence_arm(presence, soon > presence->whole_ms + WHOLE_EVERY_MS ? soon : presence->whole_ms + WHOLE_EVERY_MS);
}

/* ---- all who are here ---- */

static int presence_compare(const void *a, const void *b) {
  const struct attendance *left = *(const struct attendance *const *)a, *right = *(const struct attendance *const *)b;
  return (left->member > right->member) - (left->member < right->member);
}

/* Those who are here, by key; the caller frees. NULL: no memory. */
static const struct attendance **presence_list(const struct room *room, size_t *count) {
  const struct attendance **list = malloc((room->presence->here + 1) * sizeof(struct attendance *));
  *count = 0;
  if (!list) return NULL;
  for (const struct attendance *one = room->attendance; one && *count < room->presence->here; one = one->hh.next)
    if (one->count > 0) list[(*count)++] = one;
  qsort(list, *count, sizeof(struct attendance *), presence_compare);
  return list;
}

/* How many of them fit into one message. */
static size_t presence_fit(const struct attendance *const *list, size_t count) {
  size_t fit = 0, bytes = 0;
  for (; fit < count && fit < PIECE_MEMBERS; fit++) {
    bytes += FACE_NUMBERS + list[fit]->name_size + (size_t)list[fit]->country_size + list[fit]->company_size;
    if (fit > 0 && bytes > PIECE_BYTES) break;
  }
  return fit;
}

static void presence_tell_whole(struct presence *presence) {
  struct room *room = presence->room;
  size_t count, fit;
  const struct attendance **list = presence_list(room, &count);
  int64_t low = 0;
  for (size_t at = 0; list && (at < count || low == 0); at += fit) {
    fit = presence_fit(list + at, count - at);
    int64_t high = at + fit < count ? list[at + fit - 1]->member : INT64_MAX;
    struct buffer *message = hint_begin_named(room->rooms, "P1");
    buffer_append_format(message, "%lld %lld %lld\n", (long long)presence->version, (long long)low, (long long)high);
    for (size_t i = 0; i < fit; i++) {
      struct face face = attendance_face(list[at + i]);
      hint_face(message, list[at + i]->member, &face);
    }
    hint_send(room->rooms, room_slice(room));
    low = high;
  }
  free(list);
}

/* ---- who came and went ---- */

static int presence_compare_keys(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static void presence_once_each(struct presence *presence) {
  uint32_t kept = 0;
  if (presence->changed_count == 0) return;
  qsort(presence->changed, presence->changed_count, sizeof *presence->changed, presence_compare_keys);
  for (uint32_t i = 1; i < presence->changed_count; i++)
    if (presence->changed[i] != presence->changed[kept]) presence->changed[++kept] = presence->changed[i];
  presence->changed_count = kept + 1;
}

static void presence_put_change(struct buffer *message, const struct room *room, int64_t member) {
  const struct attendance *one = attendance_find(room, member);
  if (one && one->count > 0) {
    struct face face = attendance_face(one);
    buffer_append_char(message, '+');
    hint_face(message, member, &face);
  } else {
    buffer_append_format(message, "-%lld ", (long long)member);
  }
}

static void presence_tell_changes(struct presence *presence) {
  struct room *room = presence->room;
  for (uint32_t at = 0; at < presence->changed_count;) {
    int64_t from = presence->version;
    presence->version = ++room->rooms->last_version;
    struct buffer *message = hint_begin_named(room->rooms, "D1");
    buffer_append_format(message, "%lld %lld\n", (long long)from, (long long)presence->version);
    for (int i = 0; i < PIECE_MEMBERS && at < presence->changed_count && message->size < PIECE_BYTES; i++)
      presence_put_change(message, room, presence->changed[at++]);
    hint_send(room->rooms, room_slice(room));
  }
}

/* A few members are told whole: who missed something before is right again with that. */
static bool presence_is_told_whole(const struct presence *presence, int64_t now) {
  if (presence->news && (presence->whole || presence->here <= 2 * presence->changed_count)) return true;
  return presence->asked && now - presence->whole_ms >= WHOLE_EVERY_MS;
}

static void presence_tell_others(struct presence *presence, int64_t now) {
  if (presence_is_told_whole(presence, now)) {
    if (presence->news) presence->version = ++presence->room->rooms->last_version;
    presence->whole_ms = now;
    presence->asked = false;
    presence_tell_whole(presence);
  } else {
    presence_tell_changes(presence);
  }
  if (presence->asked) presence_arm(presence, presence->whole_ms + WHOLE_EVERY_MS);
}

static void presence_tell(struct presence *presence) {
  struct rooms *rooms = presence->room->rooms;
  presence_once_each(presence);
  presence->told_ms = rooms_now(rooms);
  if (rooms_alone(rooms))
    presence->version = ++rooms->last_version; /* whoever comes sees that there is something to ask for */
  else
    presence_tell_others(presence, presence->told_ms);
  presence->changed_count = 0;
  presence->whole = presence->news = false;
  presence->told_here = presence->here;
}

static void presence_fire(struct wheel_timer *timer) {
  presence_tell((struct presence *)(void *)((char *)timer - offsetof(struct presence, timer)));
}

void presence_end(struct room *room) {
  struct presence *presence = room->presence;
  if (!presence) return;
  if (presence->here > 0) { /* with subscriptions that are still there: at the end of everything */
    LIST_REMOVE(presence, of_rooms);
    presence->here = 0;
  } else if (presence->news && presence->told_here > 0) {
    presence_tell(presence);
  }
  wheel_disarm(room->rooms->setup.wheel, &presence->timer);
  free(presence->changed);
  free(presence);
  room->presence = NULL;
}

/* ---- announcements ---- */

static void presence_announce(struct rooms *rooms) {
  struct buffer *message = NULL;
  const struct presence *presence;
  LIST_FOREACH(presence, &rooms->present, of_rooms) {
    if (presence->version == 0) continue; /* it is about to be told */
    if (!message) message = hint_begin_named(rooms, "A1");
    struct slice room = room_slice(presence->room);
    buffer_append_slice(message, room);
    buffer_append_format(message, " %lld %u\n", (long long)presence->version, (unsigned)presence->told_here);
    if (message->size < PIECE_BYTES) continue;
    hint_send(rooms, SLICE_LITERAL(ROOMS_TOPIC));
    message = NULL;
  }
  if (message) hint_send(rooms, SLICE_LITERAL(ROOMS_TOPIC));
}

static void presence_fire_announcement(struct wheel_timer *timer) {
  struct rooms *rooms = (struct rooms *)(void *)((char *)timer - offsetof(struct rooms, announce_timer));
  if (!rooms_alone(rooms)) presence_announce(rooms);
  wheel_arm(rooms->setup.wheel, timer, rooms_now(rooms) + ANNOUNCE_EVERY_MS);
}

void rooms_missed(struct rooms *rooms) {
  remote_wonder(&rooms->online);
  wheel_arm(rooms->setup.wheel, &rooms->announce_timer, rooms_now(rooms) + rooms_jitter(rooms, ANNOUNCE_SOON_MS));
}

void presence_setup(struct rooms *rooms) {
  LIST_INIT(&rooms->present);
  rooms->announce_timer.fire = presence_fire_announcement;
  wheel_arm(rooms->setup.wheel, &rooms->announce_timer, rooms_now(rooms) + ANNOUNCE_EVERY_MS);
}

void presence_finish(struct rooms *rooms) {
  wheel_disarm(rooms->setup.wheel, &rooms->announce_timer);
}
