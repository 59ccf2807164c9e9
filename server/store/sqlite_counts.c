/* What a member has not read. */
#include <stdlib.h>

#include "recents.h"
#include "sqlite.h"

#define FEW 64           /* entries that are quicker counted in the table */
#define SCAN_LIMIT 20000 /* entries looked at beyond what is in memory: an answer never takes longer */

/* ---- the newest messages of a room ---- */

static void take_row(struct recent *recent, const struct query *query) {
  int64_t type = query_get_int(query, 1);
  if (type == ENTRY_REMOVE) recent_remove(recent, query_get_int(query, 3));
  if (type == ENTRY_MESSAGE && query_get_int(query, 4) == 0) {
    recent_append(recent, query_get_int(query, 0), query_get_int(query, 2));
  }
}

static void take_later(struct sqlite *self, const struct room_row *room, struct recent *recent) {
  struct query query = query_begin(self, SQL_MARKS_AFTER);
  query_int(&query, room->key);
  query_int(&query, recent->head);
  query_int(&query, room->head);
  while (query_row(&query)) take_row(recent, &query);
  query_end(&query);
}

/* Backwards from the head, then turned round. */
static void take_newest(struct sqlite *self, const struct room_row *room, struct recent *recent) {
  size_t at = RECENT_KEEP;
  recent->from = 0;
  struct query query = query_begin(self, SQL_MARKS_BEFORE);
  query_int(&query, room->key);
  query_int(&query, room->head);
  while (at > 0 && query_row(&query)) {
    if (query_get_int(&query, 1) != ENTRY_MESSAGE || query_get_int(&query, 4) != 0) continue;
    recent->messages[--at] = (struct recent_message){query_get_int(&query, 0), query_get_int(&query, 2)};
    recent->from = at == 0 ? recent->messages[0].seq - 1 : 0;
  }
  query_end(&query);
  recent->count = RECENT_KEEP - at;
  memmove(recent->messages, recent->messages + at, recent->count * sizeof *recent->messages);
}

/* As of the room's head in this snapshot. NULL: an error. */
static const struct recent *know_recent(struct sqlite *self, const struct room_row *room) {
  struct recent *recent = recents_get(self->recents, room->key);
  if (!recent) {
    self->error = SQLITE_NOMEM;
    return NULL;
  }
  /* Far behind, or ahead of a snapshot that was rolled back: afresh. */
  if (recent->head < 0 || recent->head > room->head || room->head - recent->head > RECENT_KEEP) {
    take_newest(self, room, recent);
  } else if (recent->head < room->head) {
    take_later(self, room, recent);
  }
  recent->head = self->error == SQLITE_OK ? room->head : -1;
  return recent;
}

/* ---- counting ---- */

static int64_t count_between(struct sqlite *self, const struct room_row *room, int64_t member, int64_t after,
                             int64_t until, int64_t limit) {
  struct query query = query_begin(self, SQL_UNREAD_BETWEEN);
  query_int(&query, room->key);
  query_int(&query, after);
  query_int(&query, until);
  query_int(&query, SCAN_LIMIT);
  query_int(&query, member);
  query_int(&query, limit);
  return query_number(&query, 0);
}

int64_t count_unread(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read) {
  if (read >= room->head) return 0;
  if (room->head - read <= FEW) return count_between(self, room, member, read, room->head, LIMIT_UNREAD);
  const struct recent *recent = know_recent(self, room);
  if (!recent) return 0;
  int64_t count = recent_count(recent, read, member, LIMIT_UNREAD);
  if (count >= LIMIT_UNREAD || read >= recent->from) return count;
  return count + count_between(self, room, member, read, recent->from, LIMIT_UNREAD - count);
}

int64_t count_mentions(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read) {
  if (read >= room->head) return 0;
  struct query query = query_begin(self, SQL_MENTION_COUNT);
  query_int(&query, member);
  query_int(&query, room->key);
  query_int(&query, read);
  query_int(&query, LIMIT_UNREAD);
  return query_number(&query, 0);
}

static bool read_mark(struct sqlite *self, int64_t member, int64_t room, int64_t *read) {
  struct query query = query_begin(self, SQL_LISTING_GET);
  query_int(&query, member);
  query_int(&query, room);
  bool listed = query_row(&query);
  if (listed) *read = query_get_int(&query, 0);
  query_end(&query);
  return listed;
}

static void move_mark(struct sqlite *self, int64_t member, int64_t room, int64_t read) {
  struct query query = query_begin(self, SQL_LISTING_READ);
  query_int(&query, read);
  query_int(&query, member);
  query_int(&query, room);
  query_run(&query);
}

enum reason sqlite_mark_read(struct sqlite *self, struct store_job *job) {
  struct store_mark_read *mark = &job->mark_read;
  struct room_row *room;
  enum reason reason = room_enter(self, mark->room, mark->member, &room);
  if (reason) return reason;
  if (mark->seq > room->head) return REASON_CONFLICT;
  mark->head = room->head;
  mark->read = room->kind == ROOM_DIRECT ? 0 : room->head;
  if (read_mark(self, mark->member, room->key, &mark->read) && mark->seq > mark->read) {
    move_mark(self, mark->member, room->key, mark->seq);
    mark->read = mark->seq;
  }
  mark->unread = count_unread(self, room, mark->member, mark->read);
  mark->mentions = count_mentions(self, room, mark->member, mark->read);
  return REASON_NONE;
}
