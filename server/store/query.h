#ifndef STORE_QUERY_H
#define STORE_QUERY_H
/* One run of one prepared statement: bind in order, step through the rows, end. Bound slices must live until the end.
 * Once the connection has an error, everything here does nothing and finds nothing. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "club/arena.h"
#include "sql.h"

struct sqlite;

struct query {
  struct sqlite *connection;
  sqlite3_stmt *statement; /* NULL: the connection has an error */
  int bound;
};

struct query query_begin(struct sqlite *connection, enum sql sql);
void query_int(struct query *query, int64_t value);
/* 0 is stored as absent. */
void query_int_or_none(struct query *query, int64_t value);
/* An absent slice is stored as absent. */
void query_text(struct query *query, struct slice value);
void query_bytes(struct query *query, const void *bytes, size_t size);
/* Steps. True: there is a row. */
bool query_row(struct query *query);
/* Must follow query_begin before the same statement begins again. */
void query_end(struct query *query);
/* Steps once and ends: for statements without rows. */
void query_run(struct query *query);
/* Steps once and ends: the first column of the first row, or `none`. */
int64_t query_number(struct query *query, int64_t none);

/* Of the present row. Absent reads as 0. */
int64_t query_get_int(const struct query *query, int column);
/* A copy in the arena; absent stays absent. */
struct slice query_get_text(const struct query *query, int column, struct arena *arena);
/* Not copied: lives until the next step or end. */
struct slice query_peek_text(const struct query *query, int column);
#endif
