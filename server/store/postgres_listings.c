/* Members' lists of rooms: what is put on them, how far they are read; and the rooms themselves. */
#include "postgres_write.h"

static const char mark_sql[] = "SELECT * FROM club_mark_read_2($1, $2, $3, $4)";
static const char notify_sql[] = "SELECT * FROM club_notify_1($1, $2, $3, $4)";
static const char open_sql[] =
    "SELECT opened.reason, " ROOMS_SEEN_BY("$2") " FROM club_room_open_2($1, $2, $3, $4) AS opened "
                                                 "LEFT JOIN LATERAL club_describe_2(opened.id, $2, $4) AS seen ON true";
static const char direct_sql[] =
    "SELECT opened.reason, " ROOMS_SEEN_BY("$1") " FROM club_direct_open_2($1, $2, $3, $4, $5) AS opened "
                                                 "LEFT JOIN LATERAL club_describe_2(opened.id, $1, $5) AS seen ON true";
static const char ensure_sql[] = "SELECT * FROM club_rooms_ensure_1($1)";

struct ask listings_ask_mark(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, mark_sql);
  ask_text(&ask, job->mark_read.room);
  ask_int(&ask, job->mark_read.member);
  ask_int(&ask, job->mark_read.seq);
  ask_now(&ask);
  return ask;
}

enum reason listings_take_mark(struct store_job *job, struct ask *ask) {
  struct store_mark_read *mark = &job->mark_read;
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  mark->head = ask_get_int(ask, 1);
  mark->read = ask_get_int(ask, 2);
  mark->unread = ask_get_int(ask, 3);
  mark->mentions = ask_get_int(ask, 4);
  return REASON_NONE;
}

struct ask listings_ask_notify(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, notify_sql);
  ask_text(&ask, job->notify.room);
  ask_int(&ask, job->notify.member);
  ask_int(&ask, job->notify.level);
  ask_now(&ask);
  return ask;
}

enum reason listings_take_notify(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason == REASON_NONE) job->club_head = ask_get_int(ask, 1);
  return reason;
}

struct ask listings_ask_open(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, open_sql);
  ask_text(&ask, job->room.room);
  ask_int(&ask, job->room.member);
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  return ask;
}

/* "dm." and 132 random bits. */
static struct slice fresh_id(const struct store_job *job) {
  char id[3 + 22];
  memcpy(id, "dm.", 3);
  memcpy(id + 3, job->room.fresh, 22);
  return arena_copy(job->arena, (struct slice){id, sizeof id});
}

struct ask listings_ask_direct(struct postgres *self, struct store_job *job) {
  struct ask ask = ask_begin(self, direct_sql);
  ask_int(&ask, job->room.member);
  ask_int(&ask, job->room.other);
  ask_text(&ask, fresh_id(job));
  ask_int(&ask, LIMIT_LISTED);
  ask_now(&ask);
  return ask;
}

enum reason listings_take_room(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  rooms_take(ask, 1, job->arena, &job->room.record);
  job->room.room = job->room.record.room;
  return REASON_NONE;
}

static bool are_ids(const struct store_pulse *pulse) {
  for (size_t i = 0; i < pulse->head_count; i++) {
    struct slice id = pulse->heads[i].room;
    if (id.size < 2 || id.size > LIMIT_IDENTIFIER || !id.data) return false;
    if (id.size > 3 && memcmp(id.data, "dm.", 3) == 0) return false;
  }
  return true;
}

/* Asks for none of them when one is no id. */
struct ask listings_ask_ensure(struct postgres *self, struct store_job *job) {
  const struct store_pulse *pulse = &job->pulse;
  size_t count = are_ids(pulse) ? pulse->head_count : 0;
  struct slice *ids = arena_alloc(job->arena, (count + 1) * sizeof *ids);
  for (size_t i = 0; ids && i < count; i++) ids[i] = pulse->heads[i].room;
  struct ask ask = ask_begin(self, ensure_sql);
  ask_texts(&ask, ids, ids ? count : 0, job->arena);
  return ask;
}

enum reason listings_take_ensure(struct store_job *job, struct ask *ask) {
  struct store_pulse *pulse = &job->pulse;
  if (!are_ids(pulse)) return REASON_INVALID_PARAMS;
  for (size_t i = 0; i < pulse->head_count && (i == 0 || ask_row(ask)); i++) {
    pulse->heads[i].head = ask_get_int(ask, 0);
  }
  return REASON_NONE;
}
