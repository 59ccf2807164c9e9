/* What a present member may, as memory knows it. */
#include "club/limits.h"
#include "club/member.h"

static bool standing_is_kind(struct slice room, const char *kind) {
  size_t size = strlen(kind);
  return room.size > size && memcmp(room.data, kind, size) == 0;
}

static bool standing_has(const struct present *present, struct slice room) {
  for (size_t i = 0; i < present->standing_count; i++)
    if (slice_equal(present->standings[i], room)) return true;
  return false;
}

enum standing standing_in(const struct present *present, struct slice room) {
  struct slice country, sector;
  if (standing_is_kind(room, "dm.")) return STANDING_MEMBER;
  if (present->role == ROLE_ADMIN) return STANDING_ADMIN;
  if (present->role == ROLE_MODERATOR) return STANDING_CLUB;
  if (room.size == 0) return STANDING_MEMBER;
  bool crossing = right_parts(room, &country, &sector);
  bool has =
      standing_has(present, room) || (crossing && (standing_has(present, country) || standing_has(present, sector)));
  return has ? STANDING_ROOM : STANDING_MEMBER;
}

const struct sanction *standing_sanction(const struct present *present, enum sanction_kind kind, struct slice room,
                                         int64_t wall_ms) {
  const struct sanction *found = NULL;
  for (size_t i = 0; i < present->sanction_count; i++) {
    const struct sanction *one = &present->sanctions[i];
    if (one->kind != kind || (one->until > 0 && one->until <= wall_ms)) continue;
    if (one->room.size > 0 && !slice_equal(one->room, room)) continue;
    if (!found || one->until == 0 || (found->until > 0 && one->until > found->until)) found = one; /* the longest */
  }
  return found;
}

bool standing_is_out(const struct present *present, int64_t wall_ms) {
  const struct slice club = {"", 0};
  return standing_sanction(present, SANCTION_BAN, club, wall_ms) ||
         standing_sanction(present, SANCTION_FROZEN, club, wall_ms);
}

bool standing_is_young(const struct present *present, int64_t wall_ms) {
  return present->role == ROLE_MEMBER && present->made_at > 0 &&
         wall_ms - present->made_at < YOUNG_SECONDS * INT64_C(1000);
}
