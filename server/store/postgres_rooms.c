/* Rooms as members see them: one, and the list. */
#include "postgres.h"

static const char describe[] = "SELECT " ROOMS_SEEN_BY("$2") " FROM club_describe_1($1, $2) AS seen";
static const char list[] = "SELECT " ROOMS_SEEN_BY("$1") " FROM club_rooms_1($1) AS seen";

#define SEEN_COLUMN 2  /* where what the function gives begins */
#define OTHER_COLUMN 7 /* where the columns of the other one of a direct talk begin */

void rooms_take(const struct ask *ask, int first, struct arena *arena, struct room_record *record) {
  bool blocked = ask_get_int(ask, first) != 0, is_blocked = ask_get_int(ask, first + 1) != 0;
  first += SEEN_COLUMN;
  *record = (struct room_record){
      .room = ask_get_text(ask, first, arena),
      .kind = (enum room_kind)ask_get_int(ask, first + 1),
      .head = ask_get_int(ask, first + 2),
      .read = ask_get_int(ask, first + 3),
      .unread = ask_get_int(ask, first + 4),
      .mentions = ask_get_int(ask, first + 5),
      .listed = ask_get_int(ask, first + 6) != 0,
      .blocked = blocked,
      .closed = blocked || is_blocked,
  };
  if (record->kind != ROOM_DIRECT) return;
  record->with = arena_alloc(arena, sizeof *record->with);
  if (!record->with || ask_is_absent(ask, first + OTHER_COLUMN)) return;
  members_take(ask, first + OTHER_COLUMN, arena, record->with, NULL);
}

struct ask rooms_ask(struct postgres *self, struct slice room, int64_t member) {
  struct ask ask = ask_begin(self, describe);
  ask_text(&ask, room);
  ask_int(&ask, member);
  return ask;
}

void rooms_take_list(struct ask *ask, struct arena *arena, struct room_record **records, size_t *count) {
  size_t capacity = ask_count(ask);
  *count = 0;
  *records = arena_alloc(arena, capacity * sizeof **records);
  while (*records && *count < capacity && ask_row(ask)) rooms_take(ask, 0, arena, &(*records)[(*count)++]);
  ask_end(ask);
}

enum reason postgres_room_get(struct postgres *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct ask ask = rooms_ask(self, wish->room, wish->member);
  bool found = ask_row(&ask);
  if (found) rooms_take(&ask, 0, job->arena, &wish->record);
  ask_end(&ask);
  return found ? REASON_NONE : REASON_NOT_FOUND;
}

enum reason postgres_room_list(struct postgres *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct ask ask = ask_begin(self, list);
  ask_int(&ask, wish->member);
  rooms_take_list(&ask, job->arena, &wish->records, &wish->count);
  return REASON_NONE;
}
