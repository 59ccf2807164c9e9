/* Rooms as the writer knows them, so that a post reads no room and a batch writes each room's head once. What is here
 * holds as long as no other connection has written, which SQLite's data version tells. */
#include <stdlib.h>

#include "indexing.h"
#include "sqlite.h"

#define SLOTS 8192 /* of rooms, a power of two */
#define FULL 4096  /* emptied beyond it, between transactions */
#define DIRTY_LIMIT LIMIT_WRITE_BATCH
#define LISTED_SLOTS 32768 /* a power of two */

struct room_cache {
  int64_t version;
  int raid; /* -1: not known */
  size_t count, dirty_count;
  struct room_row *dirty[DIRTY_LIMIT];
  struct room_row *slots[SLOTS];
};

/* What was seen once stays true until somebody is put out of a private room; a later pair takes the place of an
 * earlier. */
struct listed_cache {
  struct {
    int64_t member, room;
  } pairs[LISTED_SLOTS];
};

struct room_cache *room_cache_create(void) {
  struct room_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  cache->version = -1;
  cache->raid = -1;
  return cache;
}

static void empty(struct room_cache *cache) {
  for (size_t i = 0; i < SLOTS; i++) {
    free(cache->slots[i]);
    cache->slots[i] = NULL;
  }
  cache->count = 0;
  cache->dirty_count = 0;
  cache->raid = -1;
}

void room_cache_destroy(struct room_cache *cache) {
  if (!cache) return;
  empty(cache);
  free(cache);
}

struct listed_cache *listed_cache_create(void) {
  return calloc(1, sizeof(struct listed_cache));
}

static size_t listed_slot(int64_t member, int64_t room) {
  uint64_t mixed = (uint64_t)member * 0x9e3779b97f4a7c15u ^ (uint64_t)room * 0xc2b2ae3d27d4eb4fu;
  return (size_t)(mixed >> 40) % LISTED_SLOTS;
}

bool listed_cache_has(const struct listed_cache *cache, int64_t member, int64_t room) {
  size_t slot = listed_slot(member, room);
  return cache->pairs[slot].member == member && cache->pairs[slot].room == room;
}

void listed_cache_add(struct listed_cache *cache, int64_t member, int64_t room) {
  size_t slot = listed_slot(member, room);
  cache->pairs[slot].member = member;
  cache->pairs[slot].room = room;
}

void listed_cache_drop(struct listed_cache *cache, int64_t member, int64_t room) {
  size_t slot = listed_slot(member, room);
  if (listed_cache_has(cache, member, room)) cache->pairs[slot].member = 0;
}

void room_cache_begin(struct sqlite *self) {
  struct room_cache *cache = self->rooms;
  struct query query = query_begin(self, SQL_DATA_VERSION);
  int64_t version = query_number(&query, -1);
  if (version != cache->version || cache->count > FULL) empty(cache);
  if (version != cache->version) {
    rights_cache_empty(self->rights);
    memset(self->listed, 0, sizeof *self->listed);
  }
  cache->version = version;
}

void room_cache_forget(struct sqlite *self) {
  empty(self->rooms);
  memset(self->listed, 0, sizeof *self->listed);
  rights_cache_empty(self->rights);
}

void room_cache_flush(struct sqlite *self) {
  struct room_cache *cache = self->rooms;
  for (size_t i = 0; i < cache->dirty_count; i++) {
    struct room_row *room = cache->dirty[i];
    struct query query = query_begin(self, SQL_ROOM_ADVANCE);
    query_int(&query, room->head);
    query_int(&query, room->at);
    query_int(&query, room->key);
    query_run(&query);
    indexing_note(self->indexing, (struct slice){room->id, room->id_size});
    room->dirty = false;
  }
  cache->dirty_count = 0;
}

void room_advance(struct sqlite *self, struct room_row *room) {
  struct room_cache *cache = self->rooms;
  room->head++;
  if (room->at < self->now) room->at = self->now;
  if (room->dirty) return;
  if (cache->dirty_count == DIRTY_LIMIT) room_cache_flush(self);
  room->dirty = true;
  cache->dirty[cache->dirty_count++] = room;
}

static bool read_room(struct sqlite *self, struct slice id, struct room_row *room) {
  if (id.size > LIMIT_IDENTIFIER || !id.data) return false;
  struct query query = query_begin(self, SQL_ROOM_BY_ID);
  query_text(&query, id);
  bool found = query_row(&query);
  if (found) {
    *room = (struct room_row){
        .key = query_get_int(&query, 0),
        .kind = (enum room_kind)query_get_int(&query, 1),
        .head = query_get_int(&query, 2),
        .at = query_get_int(&query, 3),
        .low = query_get_int(&query, 4),
        .high = query_get_int(&query, 5),
        .locked = query_get_int(&query, 6) != 0,
        .slow = query_get_int(&query, 7),
        .is_private = query_get_int(&query, 8) != 0,
        .id_size = id.size,
    };
    memcpy(room->id, id.data, id.size);
  }
  query_end(&query);
  return found;
}

static size_t room_slot(struct slice id) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < id.size; i++) hash = (hash ^ (unsigned char)id.data[i]) * 0x100000001b3u;
  return (size_t)(hash ^ hash >> 29) % SLOTS;
}

/* A transaction adds fewer rooms than are left free, so the search ends. */
static struct room_row *find_cached(struct sqlite *self, struct slice id) {
  struct room_cache *cache = self->rooms;
  size_t slot = room_slot(id);
  for (; cache->slots[slot]; slot = (slot + 1) % SLOTS) {
    struct room_row *room = cache->slots[slot];
    if (slice_equal((struct slice){room->id, room->id_size}, id)) return room;
  }
  struct room_row found;
  if (!read_room(self, id, &found)) return NULL;
  struct room_row *room = malloc(sizeof *room);
  if (!room) {
    self->error = SQLITE_NOMEM;
    return NULL;
  }
  *room = found;
  cache->slots[slot] = room;
  cache->count++;
  return room;
}

struct room_row *room_find(struct sqlite *self, struct slice id) {
  if (self->error != SQLITE_OK) return NULL;
  if (self->role == STORE_WRITER) return find_cached(self, id);
  return read_room(self, id, &self->scratch) ? &self->scratch : NULL;
}

/* ---- the switch ---- */

static bool read_raid(struct sqlite *self) {
  struct query query = query_begin(self, SQL_RAID);
  return query_number(&query, 0) != 0;
}

bool room_cache_raid(struct sqlite *self) {
  struct room_cache *cache = self->rooms;
  if (!cache) return read_raid(self);
  if (cache->raid < 0) cache->raid = read_raid(self);
  return cache->raid > 0;
}

void room_cache_set_raid(struct sqlite *self, bool raid) {
  self->rooms->raid = raid;
}
