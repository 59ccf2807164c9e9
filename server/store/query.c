#include "query.h"

#include <stdio.h>
#include <string.h>

#include "sqlite.h"

/* Parameters must first appear in the order of their numbers, or binding by position would mix them up. */
static bool parameters_in_order(sqlite3_stmt *statement) {
  int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; i++) {
    char name[16];
    snprintf(name, sizeof name, "$%d", i);
    const char *found = sqlite3_bind_parameter_name(statement, i);
    if (!found || strcmp(found, name) != 0) return false;
  }
  return true;
}

static sqlite3_stmt *prepare(struct sqlite *connection, enum sql sql) {
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v3(connection->db, sql_text(sql), -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (result == SQLITE_OK && !parameters_in_order(statement)) result = SQLITE_MISUSE;
  if (result == SQLITE_OK) {
    connection->statements[sql] = statement;
    return statement;
  }
  sqlite3_finalize(statement);
  connection->error = result;
  return NULL;
}

struct query query_begin(struct sqlite *connection, enum sql sql) {
  struct query query = {connection, NULL, 0};
  if (connection->error != SQLITE_OK) return query;
  query.statement = connection->statements[sql];
  if (!query.statement) query.statement = prepare(connection, sql);
  return query;
}

static void note(struct query *query, int result) {
  if (result != SQLITE_OK && query->connection->error == SQLITE_OK) query->connection->error = result;
}

void query_int(struct query *query, int64_t value) {
  if (query->statement) note(query, sqlite3_bind_int64(query->statement, ++query->bound, value));
}

void query_int_or_none(struct query *query, int64_t value) {
  if (value != 0) {
    query_int(query, value);
  } else if (query->statement) {
    note(query, sqlite3_bind_null(query->statement, ++query->bound));
  }
}

void query_text(struct query *query, struct slice value) {
  if (!query->statement) return;
  int at = ++query->bound;
  if (!value.data) {
    note(query, sqlite3_bind_null(query->statement, at));
  } else {
    note(query, sqlite3_bind_text(query->statement, at, value.data, (int)value.size, SQLITE_STATIC));
  }
}

void query_bytes(struct query *query, const void *bytes, size_t size) {
  if (!query->statement) return;
  note(query, sqlite3_bind_blob(query->statement, ++query->bound, bytes, (int)size, SQLITE_STATIC));
}

bool query_row(struct query *query) {
  if (!query->statement || query->connection->error != SQLITE_OK) return false;
  int result = sqlite3_step(query->statement);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) note(query, result);
  return false;
}

void query_end(struct query *query) {
  if (query->statement) sqlite3_reset(query->statement);
  query->statement = NULL;
}

void query_run(struct query *query) {
  (void)query_row(query);
  query_end(query);
}

int64_t query_number(struct query *query, int64_t none) {
  int64_t number = query_row(query) ? query_get_int(query, 0) : none;
  query_end(query);
  return number;
}

int64_t query_get_int(const struct query *query, int column) {
  return sqlite3_column_int64(query->statement, column);
}

struct slice query_peek_text(const struct query *query, int column) {
  if (sqlite3_column_type(query->statement, column) == SQLITE_NULL) return SLICE_NONE;
  const char *text = (const char *)sqlite3_column_text(query->statement, column);
  if (!text) {
    query->connection->error = SQLITE_NOMEM;
    return SLICE_NONE;
  }
  return (struct slice){text, (size_t)sqlite3_column_bytes(query->statement, column)};
}

struct slice query_get_text(const struct query *query, int column, struct arena *arena) {
  return arena_copy(arena, query_peek_text(query, column));
}
