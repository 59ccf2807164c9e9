/* Who is in a room: distinct members, however many connections each has, and when the count is told. */
#include <stdlib.h>

#include "inside.h"

#define PRESENCE_EVERY_MS 1000

static int64_t attendance_now(const struct room *room) {
  return clock_monotonic_ms(room->rooms->setup.clock);
}

static void attendance_fire(struct wheel_timer *timer) {
  room_mark((struct room *)(void *)((char *)timer - offsetof(struct room, presence_timer)));
}

void attendance_begin(struct room *room) {
  room->presence_timer.fire = attendance_fire;
  room->presence_ms = attendance_now(room) - PRESENCE_EVERY_MS;
}

static void attendance_changed(struct room *room) {
  room->presence_changed = true;
  if (room->subscription_count > 0) room_mark(room);
}

void attendance_stamp(struct room *room) {
  if (!room->presence_changed) return;
  int64_t now = attendance_now(room);
  if (now - room->presence_ms < PRESENCE_EVERY_MS) {
    if (!wheel_armed(&room->presence_timer))
      wheel_arm(room->rooms->setup.wheel, &room->presence_timer, room->presence_ms + PRESENCE_EVERY_MS);
    return;
  }
  room->presence_changed = false;
  room->presence_ms = now;
  room->presence_stamp++;
}

static struct attendance *attendance_make(int64_t member, struct slice name, struct slice country,
                                          struct slice company) {
  struct attendance *made = malloc(sizeof *made + name.size + country.size + company.size);
  if (!made) return NULL;
  *made = (struct attendance){.member = member,
                              .count = 1,
                              .name_size = (uint16_t)name.size,
                              .country_size = (uint16_t)country.size,
                              .company_size = (uint16_t)company.size};
  if (name.size) memcpy(made->texts, name.data, name.size);
  if (country.size) memcpy(made->texts + name.size, country.data, country.size);
  if (company.size) memcpy(made->texts + name.size + country.size, company.data, company.size);
  return made;
}

bool attendance_enter(struct room *room, int64_t member, struct slice name, struct slice country,
                      struct slice company) {
  struct attendance *found;
  HASH_FIND(hh, room->attendance, &member, sizeof member, found);
  if (found) {
    found->count++;
    return true;
  }
  found = attendance_make(member, name, country, company);
  if (!found) return false;
  HASH_ADD(hh, room->attendance, member, sizeof found->member, found);
  attendance_changed(room);
  return true;
}

void attendance_leave(struct room *room, int64_t member) {
  struct attendance *found;
  HASH_FIND(hh, room->attendance, &member, sizeof member, found);
  if (!found || --found->count > 0) return;
  HASH_DELETE(hh, room->attendance, found);
  free(found);
  attendance_changed(room);
}

void attendance_clear(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->presence_timer);
  struct attendance *one, *next;
  HASH_ITER(hh, room->attendance, one, next) {
    HASH_DELETE(hh, room->attendance, one);
    free(one);
  }
}

bool room_attends(const struct room *room, int64_t member) {
  struct attendance *found;
  HASH_FIND(hh, room->attendance, &member, sizeof member, found);
  return found != NULL;
}

int64_t room_online(const struct room *room) {
  return (int64_t)HASH_COUNT(room->attendance);
}

static struct attendant attendance_face(const struct attendance *one) {
  const char *country = one->texts + one->name_size;
  return (struct attendant){.member = one->member,
                            .name = {one->texts, one->name_size},
                            .country = {country, one->country_size},
                            .company = {country + one->country_size, one->company_size}};
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
    attendants[at] = attendance_face(one);
    count++;
  }
  return count;
}
