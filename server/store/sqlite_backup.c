/* Backups beside a running server, putting one back in place, and who this store is. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqlite.h"

static bool say(char *error, size_t error_size, const char *path, const char *what) {
  snprintf(error, error_size, "%s: %s", path, what);
  return false;
}

static bool flush_path(const char *path, int flags) {
  int file = open(path, flags | O_CLOEXEC);
  bool done = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return done;
}

static bool flush_folder_of(const char *path) {
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  return flush_path(dirname(copy), O_RDONLY | O_DIRECTORY);
}

/* A new file for its owner alone. */
static bool make_empty(const char *path, char *error, size_t error_size) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return say(error, error_size, path, strerror(errno));
  close(file);
  return true;
}

sqlite3 *sqlite_open_plain(const char *path, int flags, char *error, size_t error_size) {
  sqlite3 *db = NULL;
  if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(db, 5000);
    return db;
  }
  (void)say(error, error_size, path, db ? sqlite3_errmsg(db) : "no memory");
  sqlite3_close(db);
  return NULL;
}

/* One whole copy of what `db` shows now, without what was deleted. */
static bool copy_into(sqlite3 *db, const char *path, char *error, size_t error_size) {
  sqlite3_stmt *statement = NULL;
  bool done = sqlite3_prepare_v2(db, "VACUUM INTO $1", -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_DONE;
  if (!done) (void)say(error, error_size, path, sqlite3_errmsg(db));
  sqlite3_finalize(statement);
  return done;
}

static bool is_sound(sqlite3 *db, const char *path, char *error, size_t error_size) {
  sqlite3_stmt *statement = NULL;
  bool sound = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_ROW &&
               strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
  sqlite3_finalize(statement);
  return sound || say(error, error_size, path, "damaged (the integrity check failed)");
}

bool sqlite_check_file(const char *path, char *error, size_t error_size) {
  sqlite3 *db = sqlite_open_plain(path, SQLITE_OPEN_READONLY, error, error_size);
  if (!db) return false;
  bool sound = sqlite_check_schema(db, path, error, error_size) && is_sound(db, path, error, error_size);
  sqlite3_close(db);
  return sound;
}

/* ---- backup ---- */

bool sqlite_backup(const char *path, const char *file, char *error, size_t error_size) {
  char part[PATH_MAX];
  struct sqlite *self = NULL;
  if (access(file, F_OK) == 0) return say(error, error_size, file, "exists already");
  if (snprintf(part, sizeof part, "%s.part", file) >= (int)sizeof part) return say(error, error_size, file, "too long");
  if (!sqlite_open(&self, path, STORE_READER, error, error_size)) return false;
  (void)unlink(part);
  bool done = make_empty(part, error, error_size) &&
              sqlite3_exec(self->db, "PRAGMA query_only = OFF", NULL, NULL, NULL) == SQLITE_OK &&
              copy_into(self->db, part, error, error_size);
  sqlite_close(self);
  done = done && sqlite_check_file(part, error, error_size);
  if (done && (!flush_path(part, O_RDONLY) || rename(part, file) != 0 || !flush_folder_of(file))) {
    done = say(error, error_size, file, strerror(errno));
  }
  if (!done) (void)unlink(part);
  return done;
}

/* ---- restore ---- */

/* Sessions that ended after the backup was made must not come back, and nobody knows which: all are gone. */
static bool end_sessions(sqlite3 *db) {
  return sqlite3_exec(db, "DELETE FROM session", NULL, NULL, NULL) == SQLITE_OK;
}

static bool begin_history(const char *path, char *error, size_t error_size) {
  struct randomness randomness = randomness_system();
  char epoch[TOKEN_SIZE + 1];
  token_random(epoch, &randomness);
  sqlite3 *db = sqlite_open_plain(path, SQLITE_OPEN_READWRITE, error, error_size);
  if (!db) return false;
  sqlite3_stmt *statement = NULL;
  bool done = sqlite3_prepare_v2(db, "UPDATE meta SET epoch = $1", -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_bind_text(statement, 1, epoch, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_DONE && end_sessions(db);
  if (!done) (void)say(error, error_size, path, sqlite3_errmsg(db));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return done;
}

/* A checked copy of the backup beside the database, under another epoch and without sessions. The backup itself is only read. */
static bool prepare_copy(const char *file, const char *part, char *error, size_t error_size) {
  if (access(file, R_OK) != 0) return say(error, error_size, file, strerror(errno));
  if (!sqlite_check_file(file, error, error_size)) return false;
  sqlite3 *db = sqlite_open_plain(file, SQLITE_OPEN_READONLY, error, error_size);
  if (!db) return false;
  (void)unlink(part);
  bool done = make_empty(part, error, error_size) && copy_into(db, part, error, error_size);
  sqlite3_close(db);
  return done && begin_history(part, error, error_size) && sqlite_check_file(part, error, error_size) &&
         (flush_path(part, O_RDONLY) || say(error, error_size, part, strerror(errno)));
}

/* The old WAL must be gone before the new file is there, and must not be missing from the old one: it is written back
 * first. A database that is too damaged for that is given up. */
static bool put_in_place(const char *path, const char *part, char *error, size_t error_size) {
  char name[PATH_MAX];
  static const char *const beside[] = {"-wal", "-shm", "-journal"};
  if (access(path, F_OK) == 0) {
    sqlite3 *db = sqlite_open_plain(path, SQLITE_OPEN_READWRITE, error, error_size);
    if (db) (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_close(db);
  }
  for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
    snprintf(name, sizeof name, "%s%s", path, beside[i]);
    if (unlink(name) != 0 && errno != ENOENT) return say(error, error_size, name, strerror(errno));
  }
  if (!flush_folder_of(path) || rename(part, path) != 0 || !flush_folder_of(path)) {
    return say(error, error_size, path, strerror(errno));
  }
  return true;
}

static bool restore_alone(const char *path, const char *file, int lock, char *error, size_t error_size) {
  char part[PATH_MAX];
  if (!lock_alone(lock)) return say(error, error_size, path, "in use; stop the server first");
  if (snprintf(part, sizeof part, "%s.restore", path) >= (int)sizeof part) {
    return say(error, error_size, path, "too long");
  }
  bool done = prepare_copy(file, part, error, error_size) && put_in_place(path, part, error, error_size);
  if (!done) (void)unlink(part);
  return done;
}

bool sqlite_restore(const char *path, const char *file, char *error, size_t error_size) {
  int lock = sqlite_lock_server(path, error, error_size);
  if (lock < 0) return false;
  bool done = restore_alone(path, file, lock, error, error_size);
  close(lock);
  return done;
}

/* ---- identity ---- */

bool sqlite_identity(const char *path, struct store_identity *identity, char *error, size_t error_size) {
  struct sqlite *self = NULL;
  if (!sqlite_open(&self, path, STORE_READER, error, error_size)) return false;
  *identity = (struct store_identity){0};
  struct query query = query_begin(self, SQL_META);
  bool found = query_row(&query);
  if (found) {
    struct slice epoch = query_peek_text(&query, 0), secret = query_peek_text(&query, 1);
    found = epoch.size == TOKEN_SIZE && secret.size == DIGEST_SIZE;
    if (found) memcpy(identity->epoch, epoch.data, epoch.size);
    if (found) memcpy(identity->secret, secret.data, secret.size);
    identity->schema = (int)query_get_int(&query, 2);
  }
  query_end(&query);
  self->club_head = -1;
  identity->club_head = club_head(self);
  bool done = found && self->error == SQLITE_OK;
  sqlite_close(self);
  return done || say(error, error_size, path, "its identity cannot be read");
}
