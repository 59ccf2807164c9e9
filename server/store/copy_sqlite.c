/* An SQLite file as one side of a copy. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "copy.h"
#include "sqlite.h"

#define SQL_SIZE 1024

struct side {
  struct sqlite *opened; /* a target: as the store's writer; it owns `db` */
  sqlite3 *db;
  int lock; /* of the server: nobody serves the file meanwhile */
  sqlite3_stmt *rows, *add;
  const struct copy_table *table;
  char path[PATH_MAX];
};

static bool fail(struct copy_side *side) {
  struct side *self = side->self;
  return copy_fail(side, "%s", self->db ? sqlite3_errmsg(self->db) : "no memory");
}

static bool run(struct copy_side *side, const char *sql) {
  struct side *self = side->self;
  return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(side);
}

static bool prepare(struct copy_side *side, const char *sql, sqlite3_stmt **statement) {
  struct side *self = side->self;
  sqlite3_finalize(*statement);
  *statement = NULL;
  return sqlite3_prepare_v2(self->db, sql, -1, statement, NULL) == SQLITE_OK || fail(side);
}

/* ---- rows out ---- */

static bool rows_begin(struct copy_side *side, const struct copy_table *table) {
  struct side *self = side->self;
  char sql[SQL_SIZE];
  self->table = table;
  return copy_select(side, table, sql, sizeof sql) && prepare(side, sql, &self->rows);
}

static void read_value(sqlite3_stmt *rows, int column, enum copy_kind kind, struct copy_value *value) {
  *value = (struct copy_value){.absent = sqlite3_column_type(rows, column) == SQLITE_NULL};
  if (value->absent) return;
  if (kind == COPY_INT) {
    value->number = sqlite3_column_int64(rows, column);
    return;
  }
  const char *bytes = kind == COPY_TEXT ? (const char *)sqlite3_column_text(rows, column)
                                        : (const char *)sqlite3_column_blob(rows, column);
  value->bytes = (struct slice){bytes ? bytes : "", (size_t)sqlite3_column_bytes(rows, column)};
}

static enum copy_next rows_next(struct copy_side *side, struct copy_value *values) {
  struct side *self = side->self;
  int result = sqlite3_step(self->rows);
  if (result == SQLITE_ROW) {
    size_t count = copy_column_count(self->table);
    for (size_t i = 0; i < count; i++) read_value(self->rows, (int)i, self->table->columns[i].kind, &values[i]);
    return COPY_ROW;
  }
  if (result != SQLITE_DONE) (void)fail(side);
  sqlite3_finalize(self->rows);
  self->rows = NULL;
  return result == SQLITE_DONE ? COPY_END : COPY_FAILED;
}

/* ---- rows in ---- */

static bool add_begin(struct copy_side *side, const struct copy_table *table) {
  struct side *self = side->self;
  char sql[SQL_SIZE];
  snprintf(sql, sizeof sql, "INSERT INTO %s (", table->name);
  copy_columns(table, sql, sizeof sql);
  size_t at = strlen(sql), count = copy_column_count(table);
  at += (size_t)snprintf(sql + at, sizeof sql - at, ") VALUES (?");
  for (size_t i = 1; i < count && at < sizeof sql; i++) at += (size_t)snprintf(sql + at, sizeof sql - at, ", ?");
  if (at + 1 >= sizeof sql) return copy_fail(side, "the statement for table %s is too long", table->name);
  snprintf(sql + at, sizeof sql - at, ")");
  self->table = table;
  return prepare(side, sql, &self->add);
}

static int bind_value(sqlite3_stmt *add, int at, enum copy_kind kind, const struct copy_value *value) {
  if (value->absent) return sqlite3_bind_null(add, at);
  if (kind == COPY_INT) return sqlite3_bind_int64(add, at, value->number);
  int size = (int)value->bytes.size;
  if (kind == COPY_TEXT) return sqlite3_bind_text(add, at, value->bytes.data, size, SQLITE_STATIC);
  return sqlite3_bind_blob(add, at, value->bytes.data, size, SQLITE_STATIC);
}

static bool add(struct copy_side *side, const struct copy_value *values) {
  struct side *self = side->self;
  size_t count = copy_column_count(self->table);
  for (size_t i = 0; i < count; i++) {
    if (bind_value(self->add, (int)i + 1, self->table->columns[i].kind, &values[i]) != SQLITE_OK) return fail(side);
  }
  if (sqlite3_step(self->add) != SQLITE_DONE) return fail(side);
  return sqlite3_reset(self->add) == SQLITE_OK || fail(side);
}

static bool add_end(struct copy_side *side) {
  struct side *self = side->self;
  sqlite3_finalize(self->add);
  self->add = NULL;
  return true;
}

/* ---- what is asked beside rows ---- */

static bool number(struct copy_side *side, const char *sql, int64_t *value) {
  sqlite3_stmt *statement = NULL;
  if (!prepare(side, sql, &statement)) return false;
  bool found = sqlite3_step(statement) == SQLITE_ROW;
  if (found) *value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return found || fail(side);
}

static bool last_key(struct copy_side *side, const struct copy_table *table, int64_t *key) {
  char sql[SQL_SIZE];
  snprintf(sql, sizeof sql,
           "SELECT max((SELECT coalesce(max(key), 0) FROM %s), "
           "coalesce((SELECT seq FROM sqlite_sequence WHERE name = '%s'), 0))",
           table->name, table->name);
  return number(side, sql, key);
}

/* Where keys are used once, SQLite remembers the last one; elsewhere it looks at the rows, which are never deleted. */
static bool set_last_key(struct copy_side *side, const struct copy_table *table, int64_t key) {
  char sql[SQL_SIZE];
  if (table->keys != COPY_KEYS_ONCE) return true;
  snprintf(sql, sizeof sql,
           "DELETE FROM sqlite_sequence WHERE name = '%s'; INSERT INTO sqlite_sequence (name, seq) VALUES ('%s', %lld)",
           table->name, table->name, (long long)key);
  return run(side, sql);
}

static bool read_secret(struct copy_side *side, unsigned char secret[DIGEST_SIZE]) {
  sqlite3_stmt *statement = NULL;
  if (!prepare(side, "SELECT secret FROM meta", &statement)) return false;
  bool found = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_bytes(statement, 0) == DIGEST_SIZE;
  if (found) memcpy(secret, sqlite3_column_blob(statement, 0), DIGEST_SIZE);
  sqlite3_finalize(statement);
  return found || copy_fail(side, "its secret cannot be read");
}

static bool begin_history(struct copy_side *side, const char *epoch, const unsigned char secret[DIGEST_SIZE]) {
  sqlite3_stmt *statement = NULL;
  if (!prepare(side, "UPDATE meta SET epoch = $1, secret = $2", &statement)) return false;
  bool done = sqlite3_bind_text(statement, 1, epoch, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_bind_blob(statement, 2, secret, DIGEST_SIZE, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_DONE;
  if (!done) (void)fail(side);
  sqlite3_finalize(statement);
  return done;
}

/* ---- beginning and end ---- */

static bool commit(struct copy_side *side) {
  struct side *self = side->self;
  if (!run(side, "COMMIT")) return false;
  if (lock_checkpoint(self->opened->lock)) {
    (void)sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    lock_checkpoint_end(self->opened->lock);
  }
  return true;
}

static void close_side(struct copy_side *side) {
  struct side *self = side->self;
  if (!self) return;
  sqlite3_finalize(self->rows);
  sqlite3_finalize(self->add);
  if (self->opened) {
    sqlite_close(self->opened);
  } else {
    sqlite3_close(self->db);
  }
  if (self->lock >= 0) close(self->lock);
  free(self);
  side->self = NULL;
  side->name = NULL;
}

static const struct copy_driver driver = {
    rows_begin, rows_next,    add_begin,   add,           add_end, number,
    last_key,   set_last_key, read_secret, begin_history, commit,  close_side,
};

static struct side *begin(struct copy_side *side, const char *path) {
  struct side *self = calloc(1, sizeof *self);
  *side = (struct copy_side){.driver = &driver, .self = self};
  if (!self) {
    (void)copy_fail(side, "no memory");
    return NULL;
  }
  snprintf(self->path, sizeof self->path, "%s", path);
  self->lock = -1;
  side->name = self->path;
  return self;
}

/* The error is the other's line as it is, which names the file. */
static bool keep(struct copy_side *side, bool done, const char *error) {
  if (!done) snprintf(side->error, sizeof side->error, "%s", error);
  return done;
}

static bool lock_server(struct copy_side *side) {
  struct side *self = side->self;
  char error[COPY_ERROR_SIZE] = "";
  self->lock = sqlite_lock_server(self->path, error, sizeof error);
  return keep(side, self->lock >= 0, error);
}

bool copy_sqlite_source(struct copy_side *side, const char *path, bool backup) {
  char error[COPY_ERROR_SIZE] = "";
  struct side *self = begin(side, path);
  if (!self) return false;
  if (access(path, F_OK) != 0) return copy_fail(side, "there is no database");
  if (backup && !keep(side, sqlite_check_file(path, error, sizeof error), error)) return false;
  if (!backup && !lock_server(side)) return false;
  self->db = sqlite_open_plain(path, SQLITE_OPEN_READWRITE, error, sizeof error);
  return keep(side, self->db && sqlite_check_schema(self->db, path, error, sizeof error), error) &&
         run(side, "PRAGMA query_only = ON; BEGIN; SELECT 1 FROM meta");
}

bool copy_sqlite_target(struct copy_side *side, const char *path) {
  char error[COPY_ERROR_SIZE] = "";
  struct side *self = begin(side, path);
  if (!self || !lock_server(side)) return false;
  if (!keep(side, sqlite_open(&self->opened, path, STORE_WRITER, error, sizeof error), error)) return false;
  self->db = self->opened->db;
  return run(side, "BEGIN IMMEDIATE");
}
