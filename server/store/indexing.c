#include "indexing.h"

#include <stdio.h>
#include <stdlib.h>

#include "search.h"

#define STEP_FIRST 64
#define STEP_LEAST 16
#define STEP_LAST 2048 /* with nothing else to do: a whole block at once is the cheapest */
#define STEP_BUSY 256  /* while writes go on */
#define LONG_MS 12     /* a piece beside writes */
#define GATHER_MS 200  /* without work, so that what comes together is indexed together */
#define SHARE 9        /* of the writer's time one part in so many more is for the index while writes go on */
#define FAILED_MS 1000
#define SWEEP_MS 300000
#define PIECE_MARKS 200000

/* ---- when ---- */

bool indexing_begin(struct indexing *indexing) {
  *indexing = (struct indexing){.sweep = true, .step = STEP_FIRST, .terms = terms_create()};
  return indexing->terms;
}

void indexing_end(struct indexing *indexing) {
  terms_destroy(indexing->terms);
  indexing->terms = NULL;
}

void indexing_note(struct indexing *indexing, struct slice room) {
  if (room.size == 0 || room.size >= sizeof indexing->rooms[0]) return;
  /* Who wrote last writes next: the newest are at the end. */
  for (size_t i = indexing->count; i-- > 0;) {
    if (indexing->rooms[i][room.size] == '\0' && memcmp(indexing->rooms[i], room.data, room.size) == 0) return;
  }
  if (indexing->count == INDEXING_ROOMS) {
    indexing->sweep = true;
    return;
  }
  char *id = indexing->rooms[indexing->count++];
  memcpy(id, room.data, room.size);
  id[room.size] = '\0';
}

void indexing_drop(struct indexing *indexing, size_t index) {
  indexing->count--;
  memmove(indexing->rooms[index], indexing->rooms[index + 1], (indexing->count - index) * sizeof indexing->rooms[0]);
}

int64_t indexing_due(const struct indexing *indexing, int64_t now_ms, bool busy) {
  bool sweep = indexing->sweep && !busy;
  if (!indexing->count && !sweep) return -1;
  int64_t rest = indexing->rest_ms;
  if (busy && rest < SHARE * (indexing->took_ms + 1)) rest = SHARE * (indexing->took_ms + 1);
  int64_t due = indexing->ended_ms + rest - now_ms;
  return due > 0 ? due : 0;
}

void indexing_took(struct indexing *indexing, int64_t began_ms, int64_t now_ms, bool whole, bool busy) {
  indexing->took_ms = now_ms - began_ms;
  indexing->ended_ms = now_ms;
  indexing->rest_ms = whole ? 0 : GATHER_MS;
  if (busy && indexing->took_ms > LONG_MS)
    indexing->step /= 2;
  else if (whole)
    indexing->step *= 2;
  int64_t last = busy ? STEP_BUSY : STEP_LAST;
  if (indexing->step > last) indexing->step = last;
  if (indexing->step < STEP_LEAST) indexing->step = STEP_LEAST;
}

void indexing_missed(struct indexing *indexing, int64_t now_ms) {
  indexing->ended_ms = now_ms;
  indexing->rest_ms = GATHER_MS;
}

void indexing_failed(struct indexing *indexing, int64_t now_ms) {
  indexing->ended_ms = now_ms;
  indexing->rest_ms = FAILED_MS;
  indexing->step = STEP_LEAST;
}

/* ---- what ---- */

void index_piece_begin(struct index_piece *piece, struct terms *terms) {
  *piece = (struct index_piece){.terms = terms};
}

void index_piece_end(struct index_piece *piece) {
  free(piece->bytes);
  free(piece->marks);
  *piece = (struct index_piece){0};
}

bool index_piece_is_full(const struct index_piece *piece) {
  return piece->count >= PIECE_MARKS;
}

static bool grow(void **memory, size_t *room, size_t needed, size_t size) {
  if (needed <= *room) return true;
  size_t more = *room ? 2 * *room : 4096;
  while (more < needed) more *= 2;
  void *grown = realloc(*memory, more * size);
  if (!grown) return false;
  *memory = grown;
  *room = more;
  return true;
}

static void add_mark(struct index_piece *piece, int64_t seq, struct slice term, bool dropped) {
  void *bytes = piece->bytes, *marks = piece->marks;
  bool done = grow(&bytes, &piece->byte_room, piece->byte_count + term.size, 1);
  piece->bytes = bytes;
  done = done && grow(&marks, &piece->room, piece->count + 1, sizeof *piece->marks);
  piece->marks = marks;
  if (!done) {
    piece->failed = true;
    return;
  }
  memcpy(piece->bytes + piece->byte_count, term.data, term.size);
  piece->marks[piece->count++] = (struct index_mark){.at = (uint32_t)piece->byte_count,
                                                     .block = (uint32_t)(seq / SEARCH_BLOCK),
                                                     .place = (uint16_t)(seq % SEARCH_BLOCK),
                                                     .size = (uint8_t)term.size,
                                                     .dropped = dropped};
  piece->byte_count += term.size;
}

static void add_text(struct index_piece *piece, int64_t seq, struct slice text, bool dropped) {
  if (!text.data) return;
  terms_cut(piece->terms, text, TERMS_STORED);
  if (terms_failed(piece->terms)) piece->failed = true;
  size_t count = terms_unique(piece->terms);
  const struct term *list = terms_list(piece->terms);
  for (size_t i = 0; i < count; i++) add_mark(piece, seq, list[i].text, dropped);
}

void index_piece_add(struct index_piece *piece, int64_t seq, int64_t member, struct slice text) {
  char author[24];
  snprintf(author, sizeof author, ":%lld", (long long)member);
  add_mark(piece, seq, slice_of(author), false);
  add_text(piece, seq, text, false);
}

void index_piece_change(struct index_piece *piece, int64_t seq, struct slice before, struct slice now) {
  add_text(piece, seq, before, true);
  add_text(piece, seq, now, false);
}

static int by_place(const void *a, const void *b, void *context) {
  const struct index_mark *one = a, *other = b;
  const char *bytes = context;
  if (one->dropped != other->dropped) return one->dropped ? -1 : 1;
  if (one->block != other->block) return one->block < other->block ? -1 : 1;
  size_t size = one->size < other->size ? one->size : other->size;
  int order = memcmp(bytes + one->at, bytes + other->at, size);
  if (order) return order;
  if (one->size != other->size) return one->size < other->size ? -1 : 1;
  return (one->place > other->place) - (one->place < other->place);
}

void index_piece_sort(struct index_piece *piece) {
  if (piece->count) qsort_r(piece->marks, piece->count, sizeof *piece->marks, by_place, piece->bytes);
}

static struct slice term_of(const struct index_piece *piece, const struct index_mark *mark) {
  return (struct slice){piece->bytes + mark->at, mark->size};
}

bool index_piece_row(const struct index_piece *piece, size_t *at, char *marks, struct index_row *row, bool *dropped) {
  if (*at >= piece->count) return false;
  const struct index_mark *first = &piece->marks[*at];
  size_t size = 0;
  *dropped = first->dropped;
  *row = (struct index_row){.block = first->block, .term = term_of(piece, first)};
  for (; *at < piece->count && size < 2 * SEARCH_BLOCK; ++*at) {
    const struct index_mark *mark = &piece->marks[*at];
    if (mark->dropped != first->dropped || mark->block != first->block ||
        !slice_equal(term_of(piece, mark), row->term) || (first->dropped && size)) {
      break;
    }
    marks[size++] = (char)(96 + mark->place / 64);
    marks[size++] = (char)(32 + mark->place % 64);
  }
  row->marks = (struct slice){marks, size};
  return true;
}
