#ifndef STORE_COPY_H
#define STORE_COPY_H
/* One store into another, of whatever kind: tables as lists of columns, rows as lists of values, and the two sides
 * between which they travel. */
#include <stdint.h>

#include "club/digest.h"
#include "club/slice.h"
#include "club/store_driver.h"

/* ---- tables ---- */

enum copy_kind { COPY_INT, COPY_TEXT, COPY_DIGEST };

struct copy_column {
  const char *name;
  enum copy_kind kind;
};

#define COPY_COLUMNS 24

enum copy_keys {
  COPY_NO_KEYS,  /* its rows are named by other columns */
  COPY_KEYS,     /* the store gives the next number */
  COPY_KEYS_ONCE /* … and none a second time, also of rows that are gone */
};

struct copy_table {
  const char *name;
  const char *order; /* by which columns rows are read: that in which they were added, where it is known */
  enum copy_keys keys;
  bool sessions; /* ends with a restore */
  bool log;      /* digested by room (the first column) with the last seq (the second), otherwise as a whole */
  struct copy_column columns[COPY_COLUMNS]; /* ended by one without a name */
};

/* In an order in which no row names one that comes later; ended by one without a name. */
extern const struct copy_table copy_tables[];

size_t copy_column_count(const struct copy_table *table);

/* ---- rows ---- */

struct copy_value {
  bool absent;
  int64_t number;     /* COPY_INT */
  struct slice bytes; /* the others */
};

/* ---- sides ---- */

#define COPY_ERROR_SIZE 512

struct copy_side {
  const struct copy_driver *driver;
  void *self;
  const char *name;            /* of the store, without anything secret; lives as long as `self` */
  char error[COPY_ERROR_SIZE]; /* one clear line, once something failed */
};

enum copy_next { COPY_ROW, COPY_END, COPY_FAILED };

/* What false comes back from has said why in the side's `error`. */
struct copy_driver {
  /* The rows of a table, in its order. Values live until the next call. */
  bool (*rows_begin)(struct copy_side *side, const struct copy_table *table);
  enum copy_next (*rows_next)(struct copy_side *side, struct copy_value *values);
  bool (*add_begin)(struct copy_side *side, const struct copy_table *table);
  bool (*add)(struct copy_side *side, const struct copy_value *values);
  bool (*add_end)(struct copy_side *side);
  /* The first number that a question gives. */
  bool (*number)(struct copy_side *side, const char *sql, int64_t *number);
  /* The last key that the table's sequence gave; 0: none. */
  bool (*last_key)(struct copy_side *side, const struct copy_table *table, int64_t *key);
  bool (*set_last_key)(struct copy_side *side, const struct copy_table *table, int64_t key);
  bool (*secret)(struct copy_side *side, unsigned char secret[DIGEST_SIZE]);
  bool (*begin_history)(struct copy_side *side, const char *epoch, const unsigned char secret[DIGEST_SIZE]);
  bool (*commit)(struct copy_side *side);
  /* Undoes what was not committed. Takes a side that was opened or failed to open. */
  void (*close)(struct copy_side *side);
};

/* Keeps the line, "NAME: " before it; false. */
bool copy_fail(struct copy_side *side, const char *format, ...) CLUB_PRINTF(2, 3);
/* "SELECT columns FROM table ORDER BY …" */
bool copy_select(struct copy_side *side, const struct copy_table *table, char *sql, size_t size) CLUB_MUST_CHECK;
/* Appends "key, login, …". */
void copy_columns(const struct copy_table *table, char *sql, size_t size);

struct copy_wish {
  bool sessions;                     /* members stay logged in */
  const struct store_copy *watching; /* whom to tell how far it is; NULL: nobody */
};
/* All that `from` holds into `to`, checked and committed. False: one clear line in `error`, and nothing was changed
 * unless it says that nobody knows. */
bool copy_all(struct copy_side *from, struct copy_side *to, const struct copy_wish *wish, char *error,
              size_t error_size) CLUB_MUST_CHECK;

/* A snapshot of all that a store holds, that stays as it is; and a transaction on one that is to be filled, which is
 * made first where there is none. `backup`: a file beside which no lock is made. */
bool copy_sqlite_source(struct copy_side *side, const char *path, bool backup) CLUB_MUST_CHECK;
bool copy_sqlite_target(struct copy_side *side, const char *path) CLUB_MUST_CHECK;
bool copy_postgres_source(struct copy_side *side, const char *address) CLUB_MUST_CHECK;
bool copy_postgres_target(struct copy_side *side, const char *address) CLUB_MUST_CHECK;

/* What `backup` and `restore` are for a PostgreSQL database: into an SQLite file and out of one. A restored store has no
 * sessions: those that ended after the backup was made must not come back. */
bool copy_backup(const char *address, const char *file, char *error, size_t error_size) CLUB_MUST_CHECK;
bool copy_restore(const char *address, const char *file, char *error, size_t error_size) CLUB_MUST_CHECK;

/* ---- digests ---- */

/* What was seen of a table: for each room (or for the whole) how many rows, the last seq, and a sum of the rows'
 * digests, which does not ask in which order they came. */
struct copy_sums;

struct copy_sums *copy_sums_create(void) CLUB_MUST_CHECK;
/* Takes NULL. */
void copy_sums_destroy(struct copy_sums *sums);
/* False: no memory. */
bool copy_sums_add(struct copy_sums *sums, const struct copy_table *table, const struct copy_value *values)
    CLUB_MUST_CHECK;
int64_t copy_sums_rows(const struct copy_sums *sums);
/* False: `*room` is the key of a room that is not the same (0: of the whole table). */
bool copy_sums_equal(const struct copy_sums *one, const struct copy_sums *other, int64_t *room) CLUB_MUST_CHECK;
#endif
