/* Rooms as members see them: one, and the list. */
#include <stdlib.h>

#include "postgres.h"

static const char describe[] = "SELECT " ROOMS_SEEN_BY("$2") " FROM club_describe_2($1, $2, $3) AS seen";
static const char list[] = "SELECT " ROOMS_SEEN_BY("$1") " FROM club_rooms_2($1, $2) AS seen";

#define SEEN_COLUMN 3 /* where what the function gives begins */
#define SETTINGS_COLUMN 8
#define OTHER_COLUMN 14 /* where the columns of the other one of a direct talk begin */

enum reason rooms_take_reason(const struct ask *ask, int first) {
  return ask_get_reason(ask, first + SEEN_COLUMN);
}

/* "5 3". */
static void take_pinned(struct slice seqs, struct arena *arena, struct room_settings *settings) {
  const char *at = seqs.data;
  if (!at) return;
  settings->pinned = arena_alloc(arena, LIMIT_PINS * sizeof *settings->pinned);
  while (settings->pinned && *at && settings->pinned_count < LIMIT_PINS) {
    char *end;
    settings->pinned[settings->pinned_count++] = strtoll(at, &end, 10);
    at = end;
  }
}

static void take_settings(const struct ask *ask, int first, struct arena *arena, struct room_settings *settings) {
  settings->title = ask_get_text(ask, first, arena);
  settings->topic = ask_get_text(ask, first + 1, arena);
  settings->locked = ask_get_int(ask, first + 2) != 0;
  settings->slow = ask_get_int(ask, first + 3);
  settings->is_private = ask_get_int(ask, first + 4) != 0;
  take_pinned(ask_peek_text(ask, first + 5), arena, settings);
}

void rooms_take(const struct ask *ask, int first, struct arena *arena, struct room_record *record) {
  bool blocked = ask_get_int(ask, first) != 0, is_blocked = ask_get_int(ask, first + 1) != 0;
  enum notify_level notify = (enum notify_level)ask_get_int(ask, first + 2);
  first += SEEN_COLUMN;
  *record = (struct room_record){
      .room = ask_get_text(ask, first + 1, arena),
      .kind = (enum room_kind)ask_get_int(ask, first + 2),
      .head = ask_get_int(ask, first + 3),
      .read = ask_get_int(ask, first + 4),
      .unread = ask_get_int(ask, first + 5),
      .mentions = ask_get_int(ask, first + 6),
      .listed = ask_get_int(ask, first + 7) != 0,
      .notify = notify,
      .blocked = blocked,
      .closed = blocked || is_blocked,
  };
  take_settings(ask, first + SETTINGS_COLUMN, arena, &record->settings);
  if (record->kind != ROOM_DIRECT) return;
  record->with = arena_alloc(arena, sizeof *record->with);
  if (!record->with || ask_is_absent(ask, first + OTHER_COLUMN)) return;
  members_take(ask, first + OTHER_COLUMN, arena, record->with, NULL);
}

struct ask rooms_ask(struct postgres *self, struct slice room, int64_t member) {
  struct ask ask = ask_begin(self, describe);
  ask_text(&ask, room);
  ask_int(&ask, member);
  ask_now(&ask);
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
  enum reason reason = ask_row(&ask) ? rooms_take_reason(&ask, 0) : REASON_NOT_FOUND;
  if (reason == REASON_NONE) rooms_take(&ask, 0, job->arena, &wish->record);
  ask_end(&ask);
  return reason;
}

enum reason postgres_room_list(struct postgres *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct ask ask = ask_begin(self, list);
  ask_int(&ask, wish->member);
  ask_now(&ask);
  rooms_take_list(&ask, job->arena, &wish->records, &wish->count);
  return REASON_NONE;
}
