/* Bringing the schema up to date, and refusing what is not ours or is too new. */
#include <stdio.h>
#include <stdlib.h>

#include "club/broken.h"
#include "migrations.h"
#include "postgres_line.h"

#define LOCK_KEY "1668048226" /* "club" in ASCII: one at a time applies migrations to a database */
#define MIGRATE_MS 600000

/* Rows of another table by this name are none of ours. */
static const char schema_sql[] =
    "SELECT schema, oldest, place, club_place_1() FROM meta WHERE one = 1 AND length(epoch) > 0";
/* Read from the catalog in one snapshot: what to_regclass() found before may be remembered, and outdated. */
static const char exists_sql[] =
    "SELECT coalesce(bool_or(relname = 'meta'), false), coalesce(bool_or(relname <> 'meta'), false) "
    "FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE n.nspname = ANY (current_schemas(false)) AND relname IN ('meta', 'member', 'room', 'entry')";

/* Only where that is broken: a number of a room's may be given twice. */
#define UNORDERED_SQL "ALTER TABLE entry DROP CONSTRAINT entry_pkey; CREATE INDEX entry_place ON entry (room, seq)"

static bool fail(struct postgres *self, char *error, size_t error_size) {
  if (!error[0]) line_words(self, NULL, error, error_size);
  return false;
}

static bool run(struct postgres *self, const char *sql) {
  PGresult *result = line_simple(self, sql);
  PQclear(result);
  return self->error == POSTGRES_FINE;
}

static bool say(char *error, size_t error_size, const char *words) {
  snprintf(error, error_size, "%s", words);
  return false;
}

/* ---- what is there ---- */

struct present {
  int schema, oldest;
  bool moved; /* restored from a dump since somebody last looked */
};

static bool read_meta(struct postgres *self, struct present *present) {
  PGresult *row = line_simple(self, schema_sql);
  bool found = row && PQntuples(row) == 1;
  if (found) {
    present->schema = (int)strtol(PQgetvalue(row, 0, 0), NULL, 10);
    present->oldest = (int)strtol(PQgetvalue(row, 0, 1), NULL, 10);
    present->moved = strcmp(PQgetvalue(row, 0, 2), PQgetvalue(row, 0, 3)) != 0;
  }
  PQclear(row);
  return found;
}

/* Schema 0: nothing is there yet. */
static bool look(struct postgres *self, struct present *present, char *error, size_t error_size) {
  *present = (struct present){0};
  PGresult *row = line_simple(self, exists_sql);
  if (!row) return fail(self, error, error_size);
  bool meta = PQgetvalue(row, 0, 0)[0] == 't', other = PQgetvalue(row, 0, 1)[0] == 't';
  PQclear(row);
  if (!meta && !other) return true;
  if (meta && read_meta(self, present)) return true;
  if (self->error == POSTGRES_LOST) return fail(self, error, error_size);
  return say(error, error_size, "not a database of this program");
}

static bool judge(const struct present *present, char *error, size_t error_size) {
  if (present->oldest > POSTGRES_MIGRATION_COUNT) {
    snprintf(error, error_size, "made by a newer version of this program (schema %d, this one knows %d)",
             present->schema, POSTGRES_MIGRATION_COUNT);
    return false;
  }
  if (present->schema == 0) return say(error, error_size, "there is no database yet");
  if (present->schema < POSTGRES_MIGRATION_COUNT) {
    return say(error, error_size, "of an older version of this program; start the server or run migrate");
  }
  return true;
}

/* Tables that were restored from a dump are another history: who was logged out since must not come back. */
static bool move_in(struct postgres *self, char *error, size_t error_size) {
  return run(self, "BEGIN; UPDATE session SET ended = club_now_1(NULL) WHERE ended = 0; "
                   "UPDATE meta SET place = club_place_1(); COMMIT") ||
         fail(self, error, error_size);
}

bool postgres_check_schema(struct postgres *self, char *error, size_t error_size) {
  struct present present;
  if (!look(self, &present, error, error_size) || !judge(&present, error, error_size)) return false;
  return !present.moved || move_in(self, error, error_size);
}

/* ---- applying ---- */

/* Epoch and secret are made with the first migration. */
static bool begin_history(struct postgres *self) {
  struct randomness randomness = randomness_system();
  char epoch[TOKEN_SIZE + 1], hex[2 * DIGEST_SIZE + 1], sql[400];
  unsigned char secret[DIGEST_SIZE];
  token_random(epoch, &randomness);
  randomness.fill(randomness.self, secret, sizeof secret);
  for (size_t i = 0; i < DIGEST_SIZE; i++) snprintf(hex + 2 * i, 3, "%02x", secret[i]);
  snprintf(sql, sizeof sql,
           "INSERT INTO meta (one, epoch, secret, schema, oldest, place) "
           "VALUES (1, '%s', decode('%s', 'hex'), 0, 0, club_place_1())",
           epoch, hex);
  return run(self, sql);
}

static bool apply(struct postgres *self, int step) {
  const struct migration *migration = postgres_migration_get(step);
  char sql[128];
  snprintf(sql, sizeof sql, "UPDATE meta SET schema = %d, oldest = greatest(oldest, %d)", step, migration->oldest);
  return run(self, migration->sql) && (step > 1 || begin_history(self)) && run(self, sql);
}

/* Whoever comes second waits, and finds it done. */
static bool apply_missing(struct postgres *self, char *error, size_t error_size) {
  struct present present;
  if (!run(self, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(" LOCK_KEY ")")) {
    return fail(self, error, error_size);
  }
  if (!look(self, &present, error, error_size)) return false;
  for (int step = present.schema + 1; step <= POSTGRES_MIGRATION_COUNT; step++) {
    if (!apply(self, step)) return fail(self, error, error_size);
  }
  if (BROKEN(lock) && present.schema == 0 && !run(self, UNORDERED_SQL)) return fail(self, error, error_size);
  return run(self, "COMMIT") || fail(self, error, error_size);
}

bool postgres_migrate(struct postgres *self, char *error, size_t error_size) {
  struct present present;
  error[0] = '\0';
  if (!look(self, &present, error, error_size)) return false;
  if (present.schema >= POSTGRES_MIGRATION_COUNT) return true;
  self->deadline_ms = line_now() + MIGRATE_MS;
  return run(self, "SET statement_timeout = 0; SET lock_timeout = 0") ? apply_missing(self, error, error_size)
                                                                      : fail(self, error, error_size);
}
