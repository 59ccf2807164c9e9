/* The index of terms: pieces of some rooms' logs, each one statement, so that it holds locks only inside the server. */
#include "indexing.h"
#include "postgres_line.h"
#include "search.h"
#include "sql.h"

#define PIECE_MS 3000
#define PIECE_LONG_MS 20
#define ARENA_BYTES (64 << 20)

static const char add_sql[] = "SELECT club_index_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

struct behind {
  int64_t key, head, indexed;
};

/* Rows of a piece as the lists of a statement. */
struct lists {
  int64_t *blocks;
  struct slice *terms, *marks;
  size_t count;
};

static void sweep(struct postgres *self) {
  struct indexing *indexing = self->indexing;
  struct ask ask = ask_begin(self, sql_text(SQL_INDEX_BEHIND));
  ask_int(&ask, INDEXING_SWEEP);
  size_t count = 0;
  for (; ask_row(&ask); count++) indexing_note(indexing, ask_peek_text(&ask, 0));
  ask_end(&ask);
  if (self->error == POSTGRES_FINE) indexing->sweep = count == INDEXING_SWEEP;
}

static bool find_behind(struct postgres *self, const char *id, struct behind *behind) {
  struct ask ask = ask_begin(self, sql_text(SQL_INDEX_ROOM));
  ask_text(&ask, slice_of(id));
  bool found = ask_row(&ask);
  if (found) *behind = (struct behind){ask_get_int(&ask, 0), ask_get_int(&ask, 1), ask_get_int(&ask, 2)};
  ask_end(&ask);
  return found;
}

/* Messages up to `until`, or fewer where they are long; the last one's number. */
static int64_t read_piece(struct postgres *self, const struct behind *behind, int64_t until,
                          struct index_piece *piece) {
  struct ask texts = ask_begin(self, sql_text(SQL_INDEX_TEXTS));
  ask_int(&texts, behind->key);
  ask_int(&texts, until);
  ask_int(&texts, behind->indexed);
  while (ask_row(&texts)) {
    int64_t seq = ask_get_int(&texts, 0);
    index_piece_add(piece, seq, ask_get_int(&texts, 1), ask_peek_text(&texts, 2));
    if (!index_piece_is_full(piece)) continue;
    until = seq;
    break;
  }
  ask_end(&texts);
  struct ask edits = ask_begin(self, sql_text(SQL_INDEX_EDITS));
  ask_int(&edits, behind->key);
  ask_int(&edits, behind->indexed);
  ask_int(&edits, until);
  while (ask_row(&edits))
    index_piece_change(piece, ask_get_int(&edits, 0), ask_peek_text(&edits, 1), ask_peek_text(&edits, 2));
  ask_end(&edits);
  return until;
}

static bool lists_begin(struct lists *lists, size_t most, struct arena *arena) {
  lists->count = 0;
  lists->blocks = arena_alloc(arena, (most + 1) * sizeof *lists->blocks);
  lists->terms = arena_alloc(arena, (most + 1) * sizeof *lists->terms);
  lists->marks = arena_alloc(arena, (most + 1) * sizeof *lists->marks);
  return lists->blocks && lists->terms && lists->marks;
}

/* False: no memory. */
static bool split(struct index_piece *piece, struct lists *dropped, struct lists *added, struct arena *arena) {
  char marks[2 * SEARCH_BLOCK];
  struct index_row row;
  size_t at = 0;
  bool drop;
  index_piece_sort(piece);
  if (!lists_begin(dropped, piece->count, arena) || !lists_begin(added, piece->count, arena)) return false;
  while (index_piece_row(piece, &at, marks, &row, &drop)) {
    struct lists *lists = drop ? dropped : added;
    lists->blocks[lists->count] = row.block;
    lists->terms[lists->count] = row.term;
    lists->marks[lists->count++] = arena_copy(arena, row.marks);
  }
  return !arena_failed(arena);
}

static void ask_lists(struct ask *ask, const struct lists *lists, struct arena *arena) {
  ask_ints(ask, lists->blocks, lists->count, arena);
  ask_texts(ask, lists->terms, lists->count, arena);
  ask_texts(ask, lists->marks, lists->count, arena);
}

/* False: another instance was at it, or somebody removes a message; or an error. */
static bool write_piece(struct postgres *self, const struct behind *behind, int64_t until, struct index_piece *piece) {
  struct arena *arena = arena_create(ARENA_BYTES);
  struct lists dropped, added;
  bool done = false;
  if (arena && !piece->failed && split(piece, &dropped, &added, arena)) {
    struct ask ask = ask_begin(self, add_sql);
    ask_int(&ask, behind->key);
    ask_int(&ask, behind->indexed);
    ask_int(&ask, behind->head);
    ask_int(&ask, until);
    ask_lists(&ask, &dropped, arena);
    ask_lists(&ask, &added, arena);
    ask_send(&ask);
    if (self->unsynced) ask_send_sync(self);
    done = ask_number(&ask, 0) != 0;
    ask_take_all(self);
  } else {
    self->error = POSTGRES_MEMORY;
  }
  arena_destroy(arena);
  return done && self->error == POSTGRES_FINE;
}

/* What was read is the end of a transaction of its own: nothing is held while the texts are cut. */
static void end_reading(struct postgres *self) {
  if (self->unsynced) ask_send_sync(self);
  ask_take_all(self);
}

/* At most `limit` entries of the room; how many, -1: not now. */
static int64_t index_room(struct postgres *self, struct behind *behind, int64_t limit) {
  struct index_piece piece;
  int64_t until = behind->head - behind->indexed > limit ? behind->indexed + limit : behind->head;
  index_piece_begin(&piece, self->indexing->terms);
  until = read_piece(self, behind, until, &piece);
  end_reading(self);
  bool done = self->error == POSTGRES_FINE && write_piece(self, behind, until, &piece);
  index_piece_end(&piece);
  int64_t count = until - behind->indexed;
  behind->indexed = until;
  return done ? count : -1;
}

/* Entries that were indexed; -1: not now. */
static int64_t index_rooms(struct postgres *self, int64_t began_ms, bool busy) {
  struct indexing *indexing = self->indexing;
  int64_t entries = 0;
  for (size_t i = 0; i < indexing->count && entries < indexing->step;) {
    struct behind behind;
    bool found = find_behind(self, indexing->rooms[i], &behind);
    if (self->error != POSTGRES_FINE) return -1;
    if (found && behind.head > behind.indexed) {
      int64_t count = index_room(self, &behind, indexing->step - entries);
      if (count < 0) return -1;
      entries += count;
    }
    if (!found || behind.head <= behind.indexed)
      indexing_drop(indexing, i);
    else
      i++;
    if (busy && line_now() - began_ms >= PIECE_LONG_MS) break;
  }
  return entries;
}

void postgres_tidy(void *context, bool busy) {
  struct postgres *self = context;
  struct indexing *indexing = self->indexing;
  int64_t began_ms = line_now(), entries = -1;
  bool swept = indexing->sweep && !busy;
  if (postgres_ready(self)) {
    self->deadline_ms = began_ms + PIECE_MS;
    if (swept) sweep(self);
    entries = index_rooms(self, began_ms, busy);
    end_reading(self);
    if (self->error != POSTGRES_FINE) postgres_complain(self, "terms not indexed");
  }
  if (self->error != POSTGRES_FINE)
    indexing_failed(indexing, line_now());
  else if (entries < 0)
    indexing_missed(indexing, line_now());
  else
    indexing_took(indexing, began_ms, line_now(), entries >= indexing->step || (swept && indexing->sweep), busy);
}

int64_t postgres_tidy_due(void *context, bool busy) {
  const struct postgres *self = context;
  return self->role == STORE_WRITER ? indexing_due(self->indexing, line_now(), busy) : -1;
}
