/* With whom members want no direct talks. */
#include "sqlite.h"

bool block_is(struct sqlite *self, int64_t member, int64_t other) {
  struct query query = query_begin(self, SQL_BLOCK_GET);
  query_int(&query, member);
  query_int(&query, other);
  return query_number(&query, 0) > 0;
}

bool block_closes(struct sqlite *self, const struct room_row *room) {
  return room->kind == ROOM_DIRECT && (block_is(self, room->low, room->high) || block_is(self, room->high, room->low));
}

static bool is_full(struct sqlite *self, int64_t member) {
  struct query query = query_begin(self, SQL_BLOCK_COUNT);
  query_int(&query, member);
  return query_number(&query, 0) >= LIMIT_BLOCKS;
}

static void set(struct sqlite *self, const struct store_block *wish) {
  struct query query = query_begin(self, wish->on ? SQL_BLOCK_ADD : SQL_BLOCK_DROP);
  query_int(&query, wish->member);
  query_int(&query, wish->other);
  if (wish->on) query_int(&query, self->now);
  query_run(&query);
}

enum reason sqlite_block(struct sqlite *self, struct store_job *job) {
  struct store_block *wish = &job->block;
  struct member_record other;
  wish->talk = room_find_pair(self, wish->member, wish->other, job->arena);
  if (!member_by_key(self, wish->other, job->arena, &other, NULL)) return REASON_NOT_FOUND;
  if (block_is(self, wish->member, wish->other) == wish->on) return REASON_NONE;
  if (wish->on && is_full(self, wish->member)) return REASON_RATE_LIMITED;
  set(self, wish);
  if (!wish->talk.data) return REASON_NONE;
  club_add(self, job, CLUB_LISTED, wish->member, 0, wish->talk);
  club_add(self, job, CLUB_LISTED, wish->other, 0, wish->talk);
  return REASON_NONE;
}

/* One more than asked for tells whether there are more. */
enum reason sqlite_blocked_list(struct sqlite *self, struct store_job *job) {
  struct store_block *wish = &job->block;
  wish->count = 0;
  wish->more = false;
  wish->members = arena_alloc(job->arena, (size_t)wish->limit * sizeof *wish->members);
  if (!wish->members) return REASON_NONE;
  struct query query = query_begin(self, SQL_BLOCKED);
  query_int(&query, wish->member);
  query_int(&query, wish->other);
  query_int(&query, wish->limit + 1);
  while (!wish->more && query_row(&query)) {
    wish->more = wish->count == (size_t)wish->limit;
    if (!wish->more) member_read(&query, job->arena, &wish->members[wish->count++], NULL);
  }
  query_end(&query);
  return REASON_NONE;
}
