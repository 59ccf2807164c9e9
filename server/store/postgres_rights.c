/* What it takes for an act, as the table of rights has it, and what holds for a member. */
#include "postgres.h"

#include <stdlib.h>

_Static_assert(RAID_SLOW_SECONDS == 60 && LIMIT_ADMISSIONS == 5000,
               "functions of the previous release name these limits");

void ask_right(struct ask *ask, enum act act) {
  const struct right *right = right_of(act);
  ask_text(ask, slice_of(right->done));
  ask_text(ask, right->undone ? slice_of(right->undone) : SLICE_NONE);
  ask_int(ask, right->in_room);
  ask_int(ask, right->in_club);
  ask_bool(ask, right->room);
  ask_bool(ask, right->club);
  ask_bool(ask, right->above);
  ask_bool(ask, right->oneself);
}

static const char standing_get[] = "SELECT CASE WHEN club_is_shut_1($1, $2) THEN -1 ELSE club_standing_1($1, NULL) END";

int64_t rights_standing(struct postgres *self, int64_t member) {
  struct ask ask = ask_begin(self, standing_get);
  ask_int(&ask, member);
  ask_now(&ask);
  return ask_number(&ask, -1);
}

/* ---- what club_rights_1() tells ---- */

/* Up to `end`, which is skipped. */
static struct slice cut(struct slice *rest, char end) {
  const char *found = rest->size ? memchr(rest->data, end, rest->size) : NULL;
  struct slice part = {rest->data, found ? (size_t)(found - rest->data) : rest->size};
  size_t taken = part.size + (found ? 1 : 0);
  *rest = (struct slice){rest->data + taken, rest->size - taken};
  return part;
}

/* Something that is no digit follows it. */
static int64_t cut_number(struct slice *rest, char end) {
  struct slice digits = cut(rest, end);
  return digits.size ? strtoll(digits.data, NULL, 10) : 0;
}

static struct slices read_standings(struct slice ids, struct arena *arena) {
  struct slices standings = {0};
  if (ids.size == 0) return standings;
  standings.items = arena_alloc(arena, LIMIT_STANDINGS * sizeof *standings.items);
  while (standings.items && ids.size && standings.count < LIMIT_STANDINGS) {
    standings.items[standings.count++] = cut(&ids, ' ');
  }
  return standings;
}

static struct sanction read_sanction(struct slice *rest) {
  struct sanction sanction = {.kind = (enum sanction_kind)cut_number(rest, ' '), .until = cut_number(rest, ' ')};
  struct slice room = cut(rest, ' ');
  int64_t size = cut_number(rest, ' ');
  if (size < 0 || (uint64_t)size > rest->size) size = (int64_t)rest->size;
  if (!slice_is(room, "-")) sanction.room = room;
  if (size > 0) sanction.reason = (struct slice){rest->data, (size_t)size};
  *rest = (struct slice){rest->data + size, rest->size - (size_t)size};
  return sanction;
}

static void read_sanctions(struct slice rest, struct arena *arena, struct member_record *record) {
  size_t most = LIMIT_SANCTIONS + 1; /* and frozen */
  record->sanction_count = 0;
  record->sanctions = rest.size ? arena_alloc(arena, most * sizeof *record->sanctions) : NULL;
  while (record->sanctions && rest.size && record->sanction_count < most) {
    record->sanctions[record->sanction_count++] = read_sanction(&rest);
  }
}

void rights_take(const struct ask *ask, int column, struct arena *arena, struct member_record *record) {
  struct slice text = ask_get_text(ask, column, arena);
  if (!text.data) return;
  record->made_at = cut_number(&text, '\n');
  record->standings = read_standings(cut(&text, '\n'), arena);
  read_sanctions(text, arena, record);
}
