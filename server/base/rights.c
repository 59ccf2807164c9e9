#include "club/rights.h"

#include <string.h>

static const struct right rights[ACT_COUNT] = {
    [ACT_REMOVE] = {"remove", NULL, STANDING_ROOM, STANDING_ADMIN, .room = true, .above = true},
    [ACT_PURGE] = {"purge", NULL, STANDING_ROOM, STANDING_ADMIN, .room = true, .above = true},
    [ACT_MUTE] = {"mute", "unmute", STANDING_ROOM, STANDING_CLUB, .room = true, .club = true, .above = true},
    [ACT_BAN] = {"ban", "unban", STANDING_ROOM, STANDING_CLUB, .room = true, .club = true, .above = true},
    [ACT_UPDATE] = {"update", NULL, STANDING_ROOM, STANDING_ADMIN, .room = true},
    [ACT_PIN] = {"pin", "unpin", STANDING_ROOM, STANDING_ADMIN, .room = true},
    [ACT_APPOINT] = {"appoint", "dismiss", STANDING_CLUB, STANDING_ADMIN, .room = true, .club = true, .above = true,
                     .oneself = true},
    [ACT_CREATE] = {"create", NULL, STANDING_ADMIN, STANDING_CLUB, .club = true},
    [ACT_ADMIT] = {"admit", "exclude", STANDING_ROOM, STANDING_ADMIN, .room = true},
    [ACT_EXCLUDE] = {"admit", "exclude", STANDING_ROOM, STANDING_ADMIN, .room = true, .above = true, .oneself = true},
    [ACT_SETTLE] = {"settle", NULL, STANDING_ROOM, STANDING_CLUB, .room = true},
    [ACT_INVITE] = {"invite", NULL, STANDING_ADMIN, STANDING_CLUB, .club = true},
    [ACT_REVOKE] = {"revoke", NULL, STANDING_ADMIN, STANDING_CLUB, .club = true},
    [ACT_FREEZE] = {"freeze", "unfreeze", STANDING_ADMIN, STANDING_CLUB, .club = true, .above = true},
    [ACT_RAID] = {"raid", "calm", STANDING_ADMIN, STANDING_CLUB, .club = true},
    [ACT_SEE] = {"see", NULL, STANDING_ROOM, STANDING_CLUB, .room = true, .club = true},
    [ACT_OPERATE] = {"operate", NULL, STANDING_ADMIN, STANDING_ADMIN, .room = false},
};

const struct right *right_of(enum act act) {
  return &rights[(unsigned int)act < ACT_COUNT ? act : ACT_OPERATE];
}

enum act right_needed(enum act act, bool on) {
  return act == ACT_ADMIT && !on ? ACT_EXCLUDE : act;
}

/* Rooms of their own kind ("dm.…", "ev.…", "r.…") have a dot, too: see club_room_kind(). */
static bool is_apart(struct slice country) {
  static const char *const words[] = {"dm", "ev", "r"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (slice_is(country, words[i])) return true;
  return false;
}

bool right_parts(struct slice room, struct slice *country, struct slice *sector) {
  const char *dot = room.data ? memchr(room.data, '.', room.size) : NULL;
  if (!dot) return false;
  *country = (struct slice){room.data, (size_t)(dot - room.data)};
  *sector = (struct slice){dot + 1, room.size - country->size - 1};
  return !is_apart(*country) && country->size > 0 && sector->size > 0;
}
