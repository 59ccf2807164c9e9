/* Bringing the schema up to date, and refusing what is not ours or is too new. */
#include <stdio.h>

#include "migrations.h"
#include "sqlite.h"

#define APPLICATION_ID 1668048226 /* "club" in ASCII: tells our files from others' */

static int64_t number(sqlite3 *db, const char *sql, int *result) {
  sqlite3_stmt *statement = NULL;
  int64_t value = 0;
  *result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (*result == SQLITE_OK) {
    *result = sqlite3_step(statement);
    if (*result == SQLITE_ROW) value = sqlite3_column_int64(statement, 0);
    if (*result == SQLITE_ROW || *result == SQLITE_DONE) *result = SQLITE_OK;
  }
  sqlite3_finalize(statement);
  return value;
}

static bool say(sqlite3 *db, const char *path, char *error, size_t error_size) {
  int code = sqlite3_errcode(db);
  snprintf(error, error_size, "%s: %s", path, code == SQLITE_NOTADB ? "not a database" : sqlite3_errmsg(db));
  return false;
}

bool sqlite_check_schema(sqlite3 *db, const char *path, char *error, size_t error_size) {
  int result;
  int64_t application = number(db, "PRAGMA application_id", &result);
  if (result != SQLITE_OK) return say(db, path, error, error_size);
  if (application != APPLICATION_ID) {
    snprintf(error, error_size, "%s: not a database of this program", path);
    return false;
  }
  int64_t schema = number(db, "SELECT schema FROM meta", &result);
  if (result != SQLITE_OK) return say(db, path, error, error_size);
  int64_t oldest = number(db, "SELECT oldest FROM meta", &result);
  if (result != SQLITE_OK) return say(db, path, error, error_size);
  if (oldest > MIGRATION_COUNT) {
    snprintf(error, error_size, "%s: made by a newer version of this program (schema %d, this one knows %d)", path,
             (int)schema, MIGRATION_COUNT);
    return false;
  }
  if (schema < MIGRATION_COUNT) {
    snprintf(error, error_size, "%s: of an older version of this program; start the server or run migrate", path);
    return false;
  }
  return true;
}

/* 0: nothing is there yet. -1: an error, or another program's database. */
static int present_schema(struct sqlite *self, char *error, size_t error_size) {
  int result;
  int64_t application = number(self->db, "PRAGMA application_id", &result);
  int64_t tables = result == SQLITE_OK ? number(self->db, "SELECT count(*) FROM sqlite_schema", &result) : 0;
  if (result == SQLITE_OK && application == APPLICATION_ID) {
    int64_t schema = number(self->db, "SELECT schema FROM meta", &result);
    if (result == SQLITE_OK) return (int)schema;
  }
  if (result == SQLITE_OK && tables == 0) return 0;
  if (result == SQLITE_OK) {
    snprintf(error, error_size, "%s: not a database of this program", self->path);
  } else {
    (void)say(self->db, self->path, error, error_size);
  }
  return -1;
}

/* Epoch and secret are made with the first migration. */
static bool begin_history(struct sqlite *self) {
  struct randomness randomness = randomness_system();
  char epoch[TOKEN_SIZE + 1];
  unsigned char secret[DIGEST_SIZE];
  token_random(epoch, &randomness);
  randomness.fill(randomness.self, secret, sizeof secret);
  sqlite3_stmt *statement = NULL;
  bool done =
      sqlite3_prepare_v2(self->db, "INSERT INTO meta (one, epoch, secret, schema, oldest) VALUES (1, $1, $2, 0, 0)", -1,
                         &statement, NULL) == SQLITE_OK &&
      sqlite3_bind_text(statement, 1, epoch, -1, SQLITE_STATIC) == SQLITE_OK &&
      sqlite3_bind_blob(statement, 2, secret, sizeof secret, SQLITE_STATIC) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_finalize(statement);
  return done;
}

static bool apply(struct sqlite *self, int step) {
  const struct migration *migration = migration_get(step);
  char sql[128];
  snprintf(sql, sizeof sql, "UPDATE meta SET schema = %d, oldest = max(oldest, %d)", step, migration->oldest);
  if (sqlite3_exec(self->db, migration->sql, NULL, NULL, NULL) != SQLITE_OK) return false;
  if (step == 1) {
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", APPLICATION_ID);
    if (!begin_history(self) || sqlite3_exec(self->db, pragma, NULL, NULL, NULL) != SQLITE_OK) return false;
  }
  return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool apply_missing(struct sqlite *self, char *error, size_t error_size) {
  int schema = present_schema(self, error, error_size);
  if (schema < 0) return false;
  for (int step = schema + 1; step <= MIGRATION_COUNT; step++) {
    if (!apply(self, step)) return say(self->db, self->path, error, error_size);
  }
  if (sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK) return true;
  return say(self->db, self->path, error, error_size);
}

bool sqlite_migrate(struct sqlite *self, char *error, size_t error_size) {
  /* Another program's database must not even be turned into WAL mode. */
  if (present_schema(self, error, error_size) < 0) return false;
  if (sqlite3_exec(self->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_exec(self->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
    return say(self->db, self->path, error, error_size);
  }
  bool done = apply_missing(self, error, error_size);
  if (!done) (void)sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
  return done;
}
