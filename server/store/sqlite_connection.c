/* Opening and closing a connection. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "club/log.h"
#include "club/terms.h"
#include "indexing.h"
#include "recents.h"
#include "sqlite.h"

#define WRITER_PATIENCE_MS 5000 /* for the command line, which may be writing */
#define READER_PATIENCE_MS 2000

/* The WAL belongs to the writer alone: no connection writes it back by itself, neither while it runs nor at its end
 * (several connections that race to reset it are what older versions of SQLite got wrong). */
static const char pragmas[] = "PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA secure_delete = ON;"
                              "PRAGMA wal_autocheckpoint = 0;"
                              "PRAGMA journal_size_limit = 67108864;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA temp_store = MEMORY;";

static bool fail(struct sqlite *self, char *error, size_t error_size) {
  int code = sqlite3_extended_errcode(self->db);
  if ((code & 0xff) == SQLITE_NOTADB) {
    snprintf(error, error_size, "%s: not a database", self->path);
  } else if (code == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_CANTOPEN) {
    int system = sqlite3_system_errno(self->db);
    snprintf(error, error_size, "%s: cannot be opened%s%s", self->path, system ? ": " : "",
             system ? strerror(system) : "");
  } else {
    snprintf(error, error_size, "%s: %s", self->path, sqlite3_errmsg(self->db));
  }
  return false;
}

static bool run(struct sqlite *self, const char *sql, char *error, size_t error_size) {
  return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(self, error, error_size);
}

/* New files are for their owner only, whatever the umask; SQLite gives the WAL the mode of the database. */
static bool make_file(const char *path, char *error, size_t error_size) {
  if (access(path, F_OK) == 0) return true;
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    snprintf(error, error_size, "%s: %s", path, strerror(errno));
    return false;
  }
  close(file);
  return true;
}

static bool open_lock(struct sqlite *self, char *error, size_t error_size) {
  self->lock = lock_open(self->path);
  if (self->lock < 0) {
    snprintf(error, error_size, "%s.lock: %s", self->path, strerror(errno));
    return false;
  }
  if (lock_use(self->lock)) return true;
  snprintf(error, error_size, "%s: a backup is being restored", self->path);
  return false;
}

static int after_commit(void *context, sqlite3 *db, const char *name, int pages) {
  (void)db;
  (void)name;
  ((struct sqlite *)context)->wal_pages = pages;
  return SQLITE_OK;
}

static bool open_database(struct sqlite *self, char *error, size_t error_size) {
  bool writer = self->role == STORE_WRITER;
  if (writer) {
    if (!make_file(self->path, error, error_size)) return false;
  } else if (access(self->path, F_OK) != 0) {
    snprintf(error, error_size, "%s: there is no database yet", self->path);
    return false;
  }
  if (sqlite3_open_v2(self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
    return fail(self, error, error_size);
  }
  sqlite3_extended_result_codes(self->db, 1);
  sqlite3_db_config(self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_busy_timeout(self->db, writer ? WRITER_PATIENCE_MS : READER_PATIENCE_MS);
  if (sqlite3_db_readonly(self->db, "main") == 1) {
    snprintf(error, error_size, "%s: may only be read; the store must be able to write", self->path);
    return false;
  }
  if (!run(self, pragmas, error, error_size)) return false;
  if (!sqlite_index_begin(self)) return fail(self, error, error_size);
  if (!writer) return run(self, "PRAGMA query_only = ON; PRAGMA cache_size = -4096", error, error_size);
  sqlite3_wal_hook(self->db, after_commit, self);
  return run(self, "PRAGMA cache_size = -32768", error, error_size);
}

static bool prepare(struct sqlite *self, char *error, size_t error_size) {
  if (!open_lock(self, error, error_size) || !open_database(self, error, error_size)) return false;
  if (self->role == STORE_WRITER && !sqlite_migrate(self, error, error_size)) return false;
  if (!sqlite_check_schema(self->db, self->path, error, error_size)) return false;
  self->recents = recents_create();
  bool memory = self->recents;
  if (self->role == STORE_WRITER) {
    self->rooms = room_cache_create();
    self->listed = listed_cache_create();
    self->rights = rights_cache_create();
    self->indexing = calloc(1, sizeof *self->indexing);
    memory = memory && self->rooms && self->listed && self->rights && self->indexing && indexing_begin(self->indexing);
  }
  if (!memory) snprintf(error, error_size, "%s: no memory", self->path);
  return memory;
}

bool sqlite_open(struct sqlite **out, const char *path, enum store_role role, char *error, size_t error_size) {
  /* Counting every allocation takes a lock that all connections share. Refused, harmlessly, after the first time. */
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  struct sqlite *self = calloc(1, sizeof *self);
  if (!self) {
    snprintf(error, error_size, "%s: no memory", path);
    return false;
  }
  self->role = role;
  self->clock = clock_system();
  self->lock = -1;
  /* What an earlier process left in the WAL may hold a removed text. */
  self->removed_at = role == STORE_WRITER ? clock_monotonic_ms(&self->clock) : -1;
  snprintf(self->path, sizeof self->path, "%s", path);
  if (prepare(self, error, error_size)) {
    *out = self;
    return true;
  }
  sqlite_close(self);
  return false;
}

void sqlite_close(struct sqlite *self) {
  for (int i = 0; i < SQL_COUNT; i++) sqlite3_finalize(self->statements[i]);
  sqlite3_close(self->db);
  if (self->lock >= 0) close(self->lock);
  room_cache_destroy(self->rooms);
  free(self->listed);
  free(self->rights);
  recents_destroy(self->recents);
  terms_destroy(self->cutter);
  if (self->indexing) indexing_end(self->indexing);
  free(self->indexing);
  free(self);
}

void sqlite_complain(struct sqlite *self, const char *event, int error) {
  if (self->told == error) return;
  self->told = error;
  if (error == SQLITE_OK) {
    log_line(LOG_INFO, "store works again", LOG_TEXT("path", self->path));
    return;
  }
  log_line(LOG_ERROR, event, LOG_TEXT("path", self->path), LOG_TEXT("why", sqlite3_errstr(error)),
           LOG_NUMBER("code", error));
}
