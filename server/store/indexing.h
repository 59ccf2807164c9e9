#ifndef STORE_INDEXING_H
#define STORE_INDEXING_H
/* Making the index of terms, the same for every driver: which rooms are behind it, when there is time for a piece, and the
 * rows that a piece of a room's log becomes. One thread. */
#include <stdint.h>

#include "club/slice.h"
#include "club/terms.h"

#define INDEXING_ROOMS 256 /* that are behind, as far as they are known */
#define INDEXING_SWEEP 64  /* rooms that are looked for at once */

/* ---- when ---- */

struct indexing {
  char rooms[INDEXING_ROOMS][72]; /* ids, ended by zero bytes */
  size_t count;
  bool sweep;                         /* others may be behind, too: look at all */
  int64_t step;                       /* entries of the next piece */
  int64_t ended_ms, took_ms, rest_ms; /* the last piece; rest_ms: before the next one, whatever there is to do */
  int64_t swept_ms;
  struct terms *terms;
};

/* All rooms may be behind. False: no memory. */
bool indexing_begin(struct indexing *indexing) CLUB_MUST_CHECK;
void indexing_end(struct indexing *indexing);
/* Something was written into that room. */
void indexing_note(struct indexing *indexing, struct slice room);
/* The room is done with, or all that were found. */
void indexing_drop(struct indexing *indexing, size_t index);
/* In how many milliseconds there is time for a piece; -1: nothing is behind. `busy`: writes go on. */
int64_t indexing_due(const struct indexing *indexing, int64_t now_ms, bool busy);
/* A piece of so many entries began and ended; `whole`: it was as long as it might be. Sets the next one's length. */
void indexing_took(struct indexing *indexing, int64_t began_ms, int64_t now_ms, bool whole, bool busy);
/* Somebody else was at it. */
void indexing_missed(struct indexing *indexing, int64_t now_ms);
/* It could not be done: the next try is after a pause. */
void indexing_failed(struct indexing *indexing, int64_t now_ms);

/* ---- what ---- */

struct index_mark {
  uint32_t at; /* of the term, in the piece's bytes */
  uint32_t block;
  uint16_t place; /* of the message in its block */
  uint8_t size;   /* of the term */
  bool dropped;
};

struct index_piece {
  struct terms *terms;
  char *bytes;
  size_t byte_count, byte_room;
  struct index_mark *marks;
  size_t count, room;
  bool failed; /* no memory */
};

struct index_row {
  int64_t block;
  struct slice term, marks; /* live until the next row */
};

void index_piece_begin(struct index_piece *piece, struct terms *terms);
void index_piece_end(struct index_piece *piece);
/* Has it as much as a piece should have? */
bool index_piece_is_full(const struct index_piece *piece);
/* A message that is new to the index. */
void index_piece_add(struct index_piece *piece, int64_t seq, int64_t member, struct slice text);
/* One that the index knows with another text. */
void index_piece_change(struct index_piece *piece, int64_t seq, struct slice before, struct slice now);
/* Puts the rows in order: dropped marks first, each a row of its own; then what is added. */
void index_piece_sort(struct index_piece *piece);
/* The row that begins with mark `*at`, moving behind it; `marks` is room for 2 * SEARCH_BLOCK bytes. False: no more. */
bool index_piece_row(const struct index_piece *piece, size_t *at, char *marks, struct index_row *row, bool *dropped);
#endif
