/* Rooms and the members' lists of them. */
#include <stdlib.h>

#include "sqlite.h"

static enum room_kind kind_of(struct slice id) {
  if (memchr(id.data, '.', id.size)) return ROOM_PAIR;
  return id.size == 2 ? ROOM_COUNTRY : ROOM_SECTOR;
}

static void add_room(struct sqlite *self, struct slice id, enum room_kind kind, int64_t low, int64_t high) {
  struct query query = query_begin(self, SQL_ROOM_ADD);
  query_text(&query, id);
  query_int(&query, kind);
  query_int_or_none(&query, low);
  query_int_or_none(&query, high);
  query_run(&query);
}

/* ---- listing ---- */

/* Its read mark and level; false: it is not on the list. */
static bool listing_find(struct sqlite *self, int64_t member, int64_t room, int64_t *read, enum notify_level *notify) {
  struct query query = query_begin(self, SQL_LISTING_GET);
  query_int(&query, member);
  query_int(&query, room);
  bool found = query_row(&query);
  if (found) *read = query_get_int(&query, 0);
  if (found) *notify = (enum notify_level)query_get_int(&query, 1);
  query_end(&query);
  return found;
}

static bool listing_is(struct sqlite *self, int64_t member, int64_t room) {
  int64_t read;
  enum notify_level notify;
  return listing_find(self, member, room, &read, &notify);
}

bool room_list_is_full(struct sqlite *self, int64_t member) {
  struct query query = query_begin(self, SQL_LISTING_COUNT);
  query_int(&query, member);
  return query_number(&query, 0) >= LIMIT_LISTED;
}

enum listed room_list_for(struct sqlite *self, const struct room_row *room, int64_t member, int64_t read) {
  if (listed_cache_has(self->listed, member, room->key)) return LISTED_BEFORE;
  bool before = listing_is(self, member, room->key);
  if (!before) {
    if (room_list_is_full(self, member)) return LISTED_NOT;
    struct query query = query_begin(self, SQL_LISTING_ADD);
    query_int(&query, member);
    query_int(&query, room->key);
    query_int(&query, read);
    query_run(&query);
  }
  if (self->error != SQLITE_OK) return LISTED_NOT;
  listed_cache_add(self->listed, member, room->key);
  return before ? LISTED_BEFORE : LISTED_NOW;
}

void room_unlist_for(struct sqlite *self, const struct room_row *room, int64_t member) {
  struct query query = query_begin(self, SQL_LISTING_DROP);
  query_int(&query, member);
  query_int(&query, room->key);
  query_run(&query);
  listed_cache_drop(self->listed, member, room->key);
}

/* ---- settings ---- */

void room_titles(struct sqlite *self, const struct room_row *room, struct arena *arena,
                 struct room_settings *settings) {
  struct query query = query_begin(self, SQL_ROOM_SETTINGS);
  query_int(&query, room->key);
  if (query_row(&query)) {
    settings->title = query_get_text(&query, 0, arena);
    settings->topic = query_get_text(&query, 1, arena);
  }
  query_end(&query);
}

size_t room_pins(struct sqlite *self, const struct room_row *room, int64_t seqs[LIMIT_PINS], int64_t *newest_at) {
  size_t count = 0;
  struct query query = query_begin(self, SQL_PINS);
  query_int(&query, room->key);
  while (count < LIMIT_PINS && query_row(&query)) {
    if (count == 0 && newest_at) *newest_at = query_get_int(&query, 1);
    seqs[count++] = query_get_int(&query, 0);
  }
  query_end(&query);
  return count;
}

/* ---- describing ---- */

static struct member_record *describe_other(struct sqlite *self, const struct room_row *room, int64_t member,
                                            bool in_full, struct arena *arena) {
  struct member_record *other = arena_alloc(arena, sizeof *other);
  struct member_record all = {0};
  if (!other || !member_by_key(self, room->low == member ? room->high : room->low, arena, &all, NULL)) return other;
  if (in_full) {
    *other = all;
  } else {
    *other = (struct member_record){.key = all.key, .author = all.author, .login = all.login, .name = all.name};
  }
  return other;
}

static void read_pins(struct sqlite *self, const struct room_row *room, struct arena *arena,
                      struct room_settings *settings) {
  int64_t seqs[LIMIT_PINS];
  size_t count = room_pins(self, room, seqs, NULL);
  if (count == 0) return;
  settings->pinned = arena_alloc(arena, count * sizeof *settings->pinned);
  if (!settings->pinned) return;
  memcpy(settings->pinned, seqs, count * sizeof *seqs);
  settings->pinned_count = count;
}

/* `more`: there may be a title, a topic or pins. */
static void read_settings(struct sqlite *self, const struct room_row *room, bool more, struct arena *arena,
                          struct room_settings *settings) {
  *settings = (struct room_settings){.locked = room->locked, .is_private = room->is_private, .slow = room->slow};
  if (!more) return;
  room_titles(self, room, arena, settings);
  read_pins(self, room, arena, settings);
}

static void fill(struct sqlite *self, const struct room_row *room, int64_t member, bool other_in_full,
                 struct arena *arena, struct room_record *record) {
  record->kind = room->kind;
  record->head = room->head;
  record->room = arena_copy(arena, (struct slice){room->id, room->id_size});
  record->unread = count_unread(self, room, member, record->read);
  record->mentions = count_mentions(self, room, member, record->read);
  if (room->kind != ROOM_DIRECT) return;
  record->with = describe_other(self, room, member, other_in_full, arena);
  record->blocked = block_is(self, member, room->low == member ? room->high : room->low);
  record->closed = block_closes(self, room);
}

void room_describe(struct sqlite *self, const struct room_row *room, int64_t member, bool other_in_full,
                   struct arena *arena, struct room_record *record) {
  *record = (struct room_record){0};
  record->read = room->kind == ROOM_DIRECT ? 0 : room->head;
  record->listed = listing_find(self, member, room->key, &record->read, &record->notify);
  read_settings(self, room, true, arena, &record->settings);
  fill(self, room, member, other_in_full, arena, record);
}

/* A room on a list. */
struct listed_room {
  struct room_row room;
  int64_t read;
  enum notify_level notify;
  bool more; /* settings to be read */
};

static size_t read_list(struct sqlite *self, int64_t member, struct listed_room *rooms) {
  size_t count = 0;
  struct query query = query_begin(self, SQL_ROOM_LIST);
  query_int(&query, member);
  query_int(&query, self->now);
  while (count < LIMIT_LISTED && query_row(&query)) {
    struct slice id = query_peek_text(&query, 1);
    struct room_row *room = &rooms[count].room;
    if (id.size > LIMIT_IDENTIFIER || !id.data) continue;
    *room = (struct room_row){
        .key = query_get_int(&query, 0),
        .kind = (enum room_kind)query_get_int(&query, 2),
        .head = query_get_int(&query, 3),
        .low = query_get_int(&query, 5),
        .high = query_get_int(&query, 6),
        .locked = query_get_int(&query, 7) != 0,
        .slow = query_get_int(&query, 8),
        .is_private = query_get_int(&query, 9) != 0,
        .id_size = id.size,
    };
    memcpy(room->id, id.data, id.size);
    rooms[count].read = query_get_int(&query, 4);
    rooms[count].notify = (enum notify_level)query_get_int(&query, 11);
    rooms[count++].more = query_get_int(&query, 10) != 0;
  }
  query_end(&query);
  return count;
}

void room_list(struct sqlite *self, int64_t member, bool other_in_full, struct arena *arena,
               struct room_record **records, size_t *count) {
  *count = 0;
  struct listed_room *rooms = malloc(LIMIT_LISTED * sizeof *rooms);
  if (!rooms) {
    self->error = SQLITE_NOMEM;
    return;
  }
  size_t found = read_list(self, member, rooms);
  *records = arena_alloc(arena, found * sizeof **records);
  for (size_t i = 0; *records && i < found; i++) {
    struct room_record *record = &(*records)[i];
    record->read = rooms[i].read;
    record->listed = true;
    record->notify = rooms[i].notify;
    read_settings(self, &rooms[i].room, rooms[i].more, arena, &record->settings);
    fill(self, &rooms[i].room, member, other_in_full, arena, record);
  }
  if (*records) *count = found;
  free(rooms);
}

/* ---- operations ---- */

enum reason sqlite_room_open(struct sqlite *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct room_row *room;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  int64_t read = room->kind == ROOM_DIRECT ? 0 : room->head;
  if (room_list_for(self, room, wish->member, read) == LISTED_NOT) return REASON_RATE_LIMITED;
  room_describe(self, room, wish->member, true, job->arena, &wish->record);
  return REASON_NONE;
}

static void set_level(struct sqlite *self, int64_t member, int64_t room, enum notify_level level) {
  struct query query = query_begin(self, SQL_LISTING_NOTIFY);
  query_int(&query, level);
  query_int(&query, member);
  query_int(&query, room);
  query_run(&query);
}

enum reason sqlite_notify(struct sqlite *self, struct store_job *job) {
  const struct store_notify *wish = &job->notify;
  struct room_row *room;
  int64_t read;
  enum notify_level before;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  if (!listing_find(self, wish->member, room->key, &read, &before)) return REASON_NOT_FOUND;
  if (before == wish->level) return REASON_NONE;
  set_level(self, wish->member, room->key, wish->level);
  club_add(self, job, CLUB_LISTED, wish->member, 0, wish->room);
  return REASON_NONE;
}

struct slice room_find_pair(struct sqlite *self, int64_t one, int64_t other, struct arena *arena) {
  struct query query = query_begin(self, SQL_ROOM_BY_PAIR);
  query_int(&query, one < other ? one : other);
  query_int(&query, one < other ? other : one);
  struct slice id = query_row(&query) ? query_get_text(&query, 0, arena) : SLICE_NONE;
  query_end(&query);
  return id;
}

/* "dm." and 132 random bits. */
static struct slice fresh_id(const struct store_room *wish, struct arena *arena) {
  char id[3 + 22];
  memcpy(id, "dm.", 3);
  memcpy(id + 3, wish->fresh, 22);
  return arena_copy(arena, (struct slice){id, sizeof id});
}

enum reason sqlite_direct_open(struct sqlite *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct member_record other = {0};
  if (wish->member == wish->other) return REASON_INVALID_PARAMS;
  if (rights_barred(self, wish->member)) return REASON_FORBIDDEN;
  if (!member_by_key(self, wish->other, job->arena, &other, NULL)) return REASON_NOT_FOUND;
  if (rights_barred(self, wish->other)) return REASON_NOT_FOUND;
  if (block_is(self, wish->other, wish->member)) return REASON_FORBIDDEN;
  int64_t low = wish->member < wish->other ? wish->member : wish->other;
  int64_t high = wish->member < wish->other ? wish->other : wish->member;
  struct slice id = room_find_pair(self, low, high, job->arena);
  if (!id.data) {
    if (room_list_is_full(self, wish->member)) return REASON_RATE_LIMITED;
    id = fresh_id(wish, job->arena);
    if (id.data) add_room(self, id, ROOM_DIRECT, low, high);
  }
  wish->room = id;
  return sqlite_room_open(self, job);
}

enum reason sqlite_rooms_ensure(struct sqlite *self, struct store_job *job) {
  struct store_pulse *pulse = &job->pulse;
  for (size_t i = 0; i < pulse->head_count; i++) {
    struct slice id = pulse->heads[i].room;
    if (id.size < 2 || id.size > LIMIT_IDENTIFIER || !id.data) return REASON_INVALID_PARAMS;
    if (id.size > 3 && memcmp(id.data, "dm.", 3) == 0) return REASON_INVALID_PARAMS;
  }
  for (size_t i = 0; i < pulse->head_count; i++) {
    struct slice id = pulse->heads[i].room;
    struct query query = query_begin(self, SQL_ROOM_BY_ID);
    query_text(&query, id);
    bool there = query_row(&query);
    pulse->heads[i].head = there ? query_get_int(&query, 2) : 0;
    query_end(&query);
    if (!there) add_room(self, id, kind_of(id), 0, 0);
  }
  return REASON_NONE;
}

enum reason sqlite_room_get(struct sqlite *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  struct room_row *room;
  enum reason reason = room_enter(self, wish->room, wish->member, &room);
  if (reason) return reason;
  room_describe(self, room, wish->member, true, job->arena, &wish->record);
  return REASON_NONE;
}

enum reason sqlite_room_list(struct sqlite *self, struct store_job *job) {
  struct store_room *wish = &job->room;
  wish->count = 0;
  if (rights_barred(self, wish->member)) return REASON_NONE;
  room_list(self, wish->member, true, job->arena, &wish->records, &wish->count);
  return REASON_NONE;
}
