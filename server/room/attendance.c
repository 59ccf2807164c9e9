/* Who is in a room: distinct members, on however many connections and instances, and when the count is told. */
#include <stdlib.h>

#include "inside.h"

#define PRESENCE_EVERY_MS 1000
#define ATTENDANCE_LIMIT 131072 /* members of other instances in a room */

static void attendance_fire(struct wheel_timer *timer) {
  room_mark((struct room *)(void *)((char *)timer - offsetof(struct room, presence_timer)));
}

void attendance_begin(struct room *room) {
  room->presence_timer.fire = attendance_fire;
  room->presence_ms = rooms_now(room->rooms) - PRESENCE_EVERY_MS;
}

static void attendance_changed(struct room *room) {
  room->presence_changed = true;
  if (room->subscription_count > 0) room_mark(room);
}

void attendance_stamp(struct room *room) {
  if (!room->presence_changed) return;
  int64_t now = rooms_now(room->rooms);
  if (now - room->presence_ms < PRESENCE_EVERY_MS) {
    if (!wheel_armed(&room->presence_timer))
      wheel_arm(room->rooms->setup.wheel, &room->presence_timer, room->presence_ms + PRESENCE_EVERY_MS);
    return;
  }
  room->presence_changed = false;
  room->presence_ms = now;
  room->presence_stamp++;
}

/* ---- one member ---- */

struct attendance *attendance_find(const struct room *room, int64_t member) {
  struct attendance *found;
  HASH_FIND(hh, room->attendance, &member, sizeof member, found);
  return found;
}

struct face attendance_face(const struct attendance *one) {
  const char *country = one->texts + one->name_size;
  return (struct face){.name = {one->texts, one->name_size},
                       .country = {country, one->country_size},
                       .company = {country + one->country_size, one->company_size}};
}

static char *attendance_copy(char *at, struct slice text) {
  if (text.size) memcpy(at, text.data, text.size);
  return at + text.size;
}

static struct attendance *attendance_make(struct room *room, int64_t member, const struct face *face) {
  struct attendance *made = malloc(sizeof *made + face->name.size + face->country.size + face->company.size);
  if (!made) return NULL;
  *made = (struct attendance){.member = member,
                              .name_size = (uint16_t)face->name.size,
                              .country_size = (uint16_t)face->country.size,
                              .company_size = (uint16_t)face->company.size};
  attendance_copy(attendance_copy(attendance_copy(made->texts, face->name), face->country), face->company);
  HASH_ADD(hh, room->attendance, member, sizeof made->member, made);
  if (made->hh.tbl) return made;
  free(made);
  return NULL;
}

static bool attendance_looks(const struct attendance *one, const struct face *face) {
  struct face now = attendance_face(one);
  return slice_equal(now.name, face->name) && slice_equal(now.country, face->country) &&
         slice_equal(now.company, face->company);
}

static void attendance_free(struct room *room, struct attendance *one) {
  HASH_DELETE(hh, room->attendance, one);
  free(one);
}

/* The member, with this face or, without memory, with the old one; made when need be, with nobody's count. NULL: no
 * memory. The one with the old face goes when the other one is among the members: it could not be put back for certain.
 */
static struct attendance *attendance_with(struct room *room, int64_t member, const struct face *face) {
  struct attendance *found = attendance_find(room, member);
  if (!found || attendance_looks(found, face)) return found ? found : attendance_make(room, member, face);
  struct attendance *made = attendance_make(room, member, face);
  if (!made) return found;
  made->count = found->count;
  made->elsewhere = found->elsewhere;
  attendance_free(room, found);
  return made;
}

/* ---- on this instance ---- */

bool attendance_enter(struct room *room, int64_t member, struct slice name, struct slice country,
                      struct slice company) {
  const struct face face = {name, country, company};
  struct attendance *found = attendance_with(room, member, &face);
  if (!found) return false;
  bool fresh = found->count == 0 && found->elsewhere == 0;
  if (found->count++ == 0) presence_came(room, member);
  if (fresh) attendance_changed(room);
  return true;
}

void attendance_leave(struct room *room, int64_t member) {
  struct attendance *found = attendance_find(room, member);
  if (!found || found->count == 0 || --found->count > 0) return;
  bool gone = found->elsewhere == 0;
  if (gone) attendance_free(room, found);
  presence_went(room, member);
  if (gone) attendance_changed(room);
}

/* Who is only elsewhere is told so by whoever has that one. */
static void attendance_rename(struct room *room, int64_t member, const struct face *face) {
  struct attendance *found = attendance_find(room, member);
  if (!found || found->count == 0 || attendance_looks(found, face)) return;
  attendance_with(room, member, face);
  presence_renamed(room, member);
}

void rooms_member_renamed(struct rooms *rooms, int64_t member, struct slice name, struct slice country,
                          struct slice company) {
  const struct face face = {name, country, company};
  for (struct room *room = rooms->by_id; room; room = room->hh.next) attendance_rename(room, member, &face);
}

/* ---- on other instances ---- */

bool attendance_came(struct room *room, int64_t member, unsigned place, const struct face *face) {
  const uint64_t bit = (uint64_t)1 << place;
  struct attendance *found = attendance_find(room, member);
  if (!found && HASH_COUNT(room->attendance) >= ATTENDANCE_LIMIT) return false;
  if (!found || found->count == 0) found = attendance_with(room, member, face); /* what is known here is not older */
  if (!found || found->elsewhere & bit) return false;
  bool fresh = found->count == 0 && found->elsewhere == 0;
  found->elsewhere |= bit;
  if (fresh) attendance_changed(room);
  return true;
}

static bool attendance_unmark(struct room *room, struct attendance *found, unsigned place) {
  const uint64_t bit = (uint64_t)1 << place;
  if (!(found->elsewhere & bit)) return false;
  found->elsewhere &= ~bit;
  if (found->count > 0 || found->elsewhere) return true;
  attendance_free(room, found);
  attendance_changed(room);
  return true;
}

bool attendance_went(struct room *room, int64_t member, unsigned place) {
  struct attendance *found = attendance_find(room, member);
  return found && attendance_unmark(room, found, place);
}

static bool attendance_is_among(int64_t member, const int64_t *members, size_t count) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (members[middle] == member) return true;
    if (members[middle] < member)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

uint32_t attendance_only(struct room *room, unsigned place, int64_t low, int64_t high, const int64_t *members,
                         size_t count) {
  uint32_t went = 0;
  struct attendance *one, *next;
  HASH_ITER(hh, room->attendance, one, next) {
    if (one->member <= low || one->member > high || attendance_is_among(one->member, members, count)) continue;
    went += attendance_unmark(room, one, place);
  }
  return went;
}

void attendance_clear(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->presence_timer);
  struct attendance *one, *next;
  HASH_ITER(hh, room->attendance, one, next) attendance_free(room, one);
}

/* ---- who is there ---- */

bool room_attends(const struct room *room, int64_t member) {
  return attendance_find(room, member) != NULL;
}

size_t room_subscriptions(const struct room *room, int64_t member) {
  const struct attendance *one = attendance_find(room, member);
  return one ? one->count : 0;
}

int64_t room_online(const struct room *room) {
  return (int64_t)HASH_COUNT(room->attendance);
}

static struct attendant attendance_attendant(const struct attendance *one) {
  struct face face = attendance_face(one);
  return (struct attendant){one->member, face.name, face.country, face.company};
}

/* Keeps the smallest `limit` by insertion; the page is short, so that the walk over the room is what costs. */
size_t room_attendants(const struct room *room, int64_t after, size_t limit, struct attendant *attendants, bool *more) {
  size_t count = 0;
  *more = false;
  for (const struct attendance *one = room->attendance; one; one = one->hh.next) {
    if (one->member <= after) continue;
    if (count == limit && (limit == 0 || one->member > attendants[count - 1].member)) {
      *more = true;
      continue;
    }
    if (count == limit) {
      *more = true;
      count--;
    }
    size_t at = count;
    for (; at > 0 && attendants[at - 1].member > one->member; at--) attendants[at] = attendants[at - 1];
    attendants[at] = attendance_attendant(one);
    count++;
  }
  return count;
}
