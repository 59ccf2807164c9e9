/* The index of terms: a piece of some rooms' logs, in a transaction of its own. */
#include "indexing.h"
#include "search.h"
#include "sqlite.h"

#define PIECE_LONG_MS 20

struct behind {
  int64_t key, head, indexed;
};

static void sweep(struct sqlite *self) {
  struct indexing *indexing = self->indexing;
  struct query query = query_begin(self, SQL_INDEX_BEHIND);
  query_int(&query, INDEXING_SWEEP);
  size_t count = 0;
  for (; query_row(&query); count++) indexing_note(indexing, query_peek_text(&query, 0));
  query_end(&query);
  indexing->sweep = count == INDEXING_SWEEP;
}

static bool find_behind(struct sqlite *self, const char *id, struct behind *behind) {
  struct query query = query_begin(self, SQL_INDEX_ROOM);
  query_text(&query, slice_of(id));
  bool found = query_row(&query);
  if (found) *behind = (struct behind){query_get_int(&query, 0), query_get_int(&query, 1), query_get_int(&query, 2)};
  query_end(&query);
  return found;
}

/* Messages up to `until`, or fewer where they are long; the last one's number. */
static int64_t read_texts(struct sqlite *self, const struct behind *behind, int64_t until, struct index_piece *piece) {
  struct query query = query_begin(self, SQL_INDEX_TEXTS);
  query_int(&query, behind->key);
  query_int(&query, until);
  query_int(&query, behind->indexed);
  while (query_row(&query)) {
    int64_t seq = query_get_int(&query, 0);
    index_piece_add(piece, seq, query_get_int(&query, 1), query_peek_text(&query, 2));
    if (!index_piece_is_full(piece)) continue;
    until = seq;
    break;
  }
  query_end(&query);
  return until;
}

static void read_edits(struct sqlite *self, const struct behind *behind, int64_t until, struct index_piece *piece) {
  struct query query = query_begin(self, SQL_INDEX_EDITS);
  query_int(&query, behind->key);
  query_int(&query, behind->indexed);
  query_int(&query, until);
  while (query_row(&query)) {
    int64_t seq = query_get_int(&query, 0);
    index_piece_change(piece, seq, query_peek_text(&query, 1), query_peek_text(&query, 2));
  }
  query_end(&query);
}

static void write_row(struct sqlite *self, int64_t room, const struct index_row *row, bool dropped) {
  struct query query = query_begin(self, dropped ? SQL_INDEX_DROP : SQL_INDEX_ADD);
  if (dropped) query_text(&query, row->marks);
  query_int(&query, room);
  query_int(&query, row->block);
  query_text(&query, row->term);
  if (!dropped) query_text(&query, row->marks);
  query_run(&query);
  if (!dropped) return;
  query = query_begin(self, SQL_INDEX_DROP_EMPTY);
  query_int(&query, room);
  query_int(&query, row->block);
  query_text(&query, row->term);
  query_run(&query);
}

static void write_piece(struct sqlite *self, int64_t room, int64_t until, struct index_piece *piece) {
  char marks[2 * SEARCH_BLOCK];
  struct index_row row;
  size_t at = 0;
  bool dropped;
  index_piece_sort(piece);
  while (self->error == SQLITE_OK && index_piece_row(piece, &at, marks, &row, &dropped))
    write_row(self, room, &row, dropped);
  struct query query = query_begin(self, SQL_INDEX_ADVANCE);
  query_int(&query, room);
  query_int(&query, until);
  query_run(&query);
}

/* At most `limit` entries of the room; how many. */
static int64_t index_room(struct sqlite *self, const struct behind *behind, int64_t limit) {
  struct index_piece piece;
  int64_t until = behind->head - behind->indexed > limit ? behind->indexed + limit : behind->head;
  index_piece_begin(&piece, self->indexing->terms);
  until = read_texts(self, behind, until, &piece);
  read_edits(self, behind, until, &piece);
  if (piece.failed && self->error == SQLITE_OK) self->error = SQLITE_NOMEM;
  write_piece(self, behind->key, until, &piece);
  index_piece_end(&piece);
  return until - behind->indexed;
}

/* ---- messages that go ---- */

/* club_unmarked(blob, marks): the marks without those whose bits the blob has; NULL where it has none of them. */
static void unmarked(sqlite3_context *context, int count, sqlite3_value **values) {
  uint64_t bits[SEARCH_WORDS];
  char kept[2 * SEARCH_BLOCK];
  const char *marks = (const char *)sqlite3_value_text(values[1]);
  size_t size = marks ? (size_t)sqlite3_value_bytes(values[1]) : 0, used = 0;
  (void)count;
  if (!sqlite3_value_blob(values[0]) || sqlite3_value_bytes(values[0]) != sizeof bits || size > sizeof kept) return;
  memcpy(bits, sqlite3_value_blob(values[0]), sizeof bits);
  for (size_t i = 0; i + 1 < size; i += 2) {
    unsigned int word = (unsigned int)(marks[i] - 96), bit = (unsigned int)(marks[i + 1] - 32);
    if (word < SEARCH_WORDS && bit < 64 && bits[word] >> bit & 1) continue;
    kept[used++] = marks[i];
    kept[used++] = marks[i + 1];
  }
  if (used < size) sqlite3_result_text(context, kept, (int)used, SQLITE_TRANSIENT);
}

bool sqlite_index_begin(struct sqlite *self) {
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  return sqlite3_create_function(self->db, "club_unmarked", 2, flags, NULL, unmarked, NULL, NULL) == SQLITE_OK;
}

static void forget_block(struct sqlite *self, int64_t room, int64_t block, const uint64_t bits[SEARCH_WORDS]) {
  struct query query = query_begin(self, SQL_INDEX_FORGET);
  query_bytes(&query, bits, SEARCH_WORDS * sizeof *bits);
  query_int(&query, room);
  query_int(&query, block);
  query_run(&query);
  query = query_begin(self, SQL_INDEX_FORGET_EMPTY);
  query_int(&query, room);
  query_int(&query, block);
  query_run(&query);
}

static void turn(struct sqlite *self, int64_t room) {
  struct query query = query_begin(self, SQL_INDEX_TURN);
  query_int(&query, room);
  query_run(&query);
}

void sqlite_index_forget(struct sqlite *self, int64_t room, const struct removal *removals, size_t count) {
  for (size_t i = 0; i < count;) {
    uint64_t bits[SEARCH_WORDS] = {0};
    int64_t block = removals[i].target / SEARCH_BLOCK;
    for (; i < count && removals[i].target / SEARCH_BLOCK == block; i++) {
      int64_t place = removals[i].target % SEARCH_BLOCK;
      bits[place / 64] |= UINT64_C(1) << place % 64;
    }
    forget_block(self, room, block, bits);
  }
  turn(self, room);
}

void sqlite_index_forgot(struct sqlite *self, int64_t room) {
  turn(self, room);
}

/* ---- when there is time ---- */

struct run {
  int64_t entries, began_ms;
  bool busy;
};

/* Rooms that were done with leave the list only once that is committed. */
static void run(struct sqlite *self, void *context) {
  struct run *run = context;
  struct indexing *indexing = self->indexing;
  if (indexing->sweep && !run->busy) sweep(self);
  for (size_t i = 0; i < indexing->count && run->entries < indexing->step && self->error == SQLITE_OK; i++) {
    struct behind behind;
    if (!find_behind(self, indexing->rooms[i], &behind) || behind.head <= behind.indexed) continue;
    run->entries += index_room(self, &behind, indexing->step - run->entries);
    if (run->busy && clock_monotonic_ms(&self->clock) - run->began_ms >= PIECE_LONG_MS) break;
  }
}

/* After the commit: whoever is behind still stays. */
static void forget_done(struct sqlite *self) {
  struct indexing *indexing = self->indexing;
  struct behind behind;
  for (size_t i = 0; i < indexing->count && self->error == SQLITE_OK;) {
    if (!find_behind(self, indexing->rooms[i], &behind) || behind.head <= behind.indexed)
      indexing_drop(indexing, i);
    else
      i++;
  }
}

void sqlite_tidy(void *context, bool busy) {
  struct sqlite *self = context;
  struct indexing *indexing = self->indexing;
  struct run state = {.began_ms = clock_monotonic_ms(&self->clock), .busy = busy};
  bool swept = indexing->sweep && !busy;
  if (!sqlite_write_alone(self, run, &state)) {
    indexing_failed(indexing, clock_monotonic_ms(&self->clock));
    return;
  }
  forget_done(self);
  bool whole = state.entries >= indexing->step || (swept && indexing->sweep);
  indexing_took(indexing, state.began_ms, clock_monotonic_ms(&self->clock), whole, busy);
}

int64_t sqlite_tidy_due(void *context, bool busy) {
  const struct sqlite *self = context;
  if (self->broken || self->role != STORE_WRITER) return -1;
  return indexing_due(self->indexing, clock_monotonic_ms(&self->clock), busy);
}
