/* A connection from its address to a session that was looked at: the right host, a server that keeps what it confirms,
 * a schema that this program knows. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "club/broken.h"
#include "club/log.h"
#include "club/terms.h"
#include "indexing.h"
#include "postgres_hosts.h"
#include "postgres_line.h"

#define CONNECT_MS 3000 /* all hosts together, beside what one may take at least */
#define HOST_MS 1000    /* one of several hosts at least */
#define PAUSE_FIRST_MS 100
#define PAUSE_LAST_MS 500 /* a reader that pauses fails what it is given, also when the others are back */

/* What a server is asked before it is trusted, in this order. */
enum check {
  CHECK_VERSION,
  CHECK_STANDBY,
  CHECK_READ_ONLY,
  CHECK_COMMIT,
  CHECK_FSYNC,
  CHECK_PAGES,
  CHECK_ENCODING,
  CHECK_HISTORY
};
static const char check_sql[] =
    "SELECT current_setting('server_version_num')::int >= 150000, pg_is_in_recovery(), "
    "current_setting('default_transaction_read_only'), current_setting('synchronous_commit'), "
    "current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), "
    "CASE WHEN NOT pg_is_in_recovery() THEN (SELECT system_identifier::text FROM pg_control_system()) || '/' || "
    "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END";

/* Plans are made while tables are empty and must be right when they are full. A frozen client's transaction is ended by
 * the server; a lock that is not had soon is looked into. */
static const char settings_sql[] =
    "SET statement_timeout = '3500ms'; SET lock_timeout = '1s'; SET idle_in_transaction_session_timeout = '5s'; "
    "SET idle_session_timeout = 0; SET TimeZone = 'UTC'; SET bytea_output = 'hex'; "
    "SET plan_cache_mode = 'force_generic_plan'; SET jit = off; SET enable_seqscan = off; "
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off";
static const char writer_sql[] =
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
static const char reader_sql[] =
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/* ---- is it a server to rely on? ---- */

static bool is(const PGresult *row, enum check check, const char *value) {
  return strcmp(PQgetvalue(row, 0, (int)check), value) == 0;
}

/* NULL: it is. */
static const char *find_fault(const PGresult *row) {
  if (!is(row, CHECK_VERSION, "t")) return "the server is older than PostgreSQL 15";
  if (!is(row, CHECK_STANDBY, "f")) return "the server is a standby";
  if (!is(row, CHECK_READ_ONLY, "off")) return "the server takes no writes (default_transaction_read_only)";
  if (is(row, CHECK_COMMIT, "off")) return "synchronous_commit is off: what the server confirms may be lost";
  if (!is(row, CHECK_FSYNC, "on")) return "fsync is off: what the server confirms may be lost";
  if (!is(row, CHECK_PAGES, "on")) return "full_page_writes is off: what the server confirms may be lost";
  if (!is(row, CHECK_ENCODING, "UTF8")) return "the database's encoding is not UTF8";
  return NULL;
}

static bool check_server(struct postgres *self, char *error, size_t error_size) {
  PGresult *row = line_simple(self, check_sql);
  if (!row || PQntuples(row) != 1) {
    PQclear(row);
    line_words(self, NULL, error, error_size);
    return false;
  }
  const char *fault = find_fault(row);
  if (fault) snprintf(error, error_size, "%s", fault);
  snprintf(self->history, sizeof self->history, "%s", PQgetvalue(row, 0, CHECK_HISTORY));
  PQclear(row);
  return !fault;
}

/* ---- one line ---- */

static bool run(struct postgres *self, const char *sql, char *error, size_t error_size) {
  PGresult *result = line_simple(self, sql);
  if (!result) line_words(self, NULL, error, error_size);
  PQclear(result);
  return self->error == POSTGRES_FINE;
}

/* `error` gets the words alone, without the address. */
static bool open_host(struct postgres *self, size_t host, int64_t deadline, char *error, size_t error_size) {
  self->deadline_ms = deadline;
  return line_open(self, host, deadline, error, error_size) && check_server(self, error, error_size);
}

/* The hosts one after the other, the one that was reached last first. */
static bool open_any(struct postgres *self, char *error, size_t error_size) {
  size_t count = hosts_count(self->hosts), first = hosts_first(self->hosts);
  int64_t share = CONNECT_MS / (int64_t)count;
  for (size_t i = 0; i < count; i++) {
    size_t host = (first + i) % count;
    int64_t deadline = line_now() + (share > HOST_MS ? share : HOST_MS);
    if (open_host(self, host, deadline, error, error_size)) {
      hosts_reached(self->hosts, host);
      return true;
    }
    line_close(self);
  }
  return false;
}

/* What a server wrote down before it crashed it shows at once when it is back, also what waited for its standbys, and what
 * those never got is gone after a failover. A commit of this session's own waits for them to have everything before it:
 * until then nothing is read. (A writer's batches are such commits themselves.) The lock keeps those who gave up, whose
 * sessions go on waiting, from growing in number. https://www.postgresql.org/docs/15/warm-standby.html, 27.2.8 */
static bool await_standbys(struct postgres *self, char *error, size_t error_size) {
  static const char form[] =
      "SELECT pg_advisory_xact_lock(hashtext('%s')); SELECT pg_logical_emit_message(true, 'clubd', '')";
  char sql[sizeof form + sizeof self->name];
  snprintf(sql, sizeof sql, form, self->name);
  self->warned = false;
  bool done = run(self, sql, error, error_size) && !self->warned;
  if (self->warned || line_now() >= self->deadline_ms)
    snprintf(error, error_size, "the server's standbys do not have what it has");
  return done;
}

static bool prepare(struct postgres *self, bool migrate, char *error, size_t error_size) {
  self->deadline_ms = line_now() + CONNECT_MS;
  if (migrate && !postgres_migrate(self, error, error_size)) return false;
  self->deadline_ms = line_now() + CONNECT_MS;
  if (BROKEN(async) && !run(self, "SET synchronous_commit = off", error, error_size)) return false;
  bool writes = self->role == STORE_WRITER;
  return postgres_check_schema(self, error, error_size) && run(self, settings_sql, error, error_size) &&
         (writes || await_standbys(self, error, error_size)) &&
         run(self, writes ? writer_sql : reader_sql, error, error_size) && line_begin_pipeline(self);
}

static bool connect_server(struct postgres *self, bool migrate, char *error, size_t error_size) {
  if (open_any(self, error, error_size) && prepare(self, migrate, error, error_size)) return true;
  line_close(self);
  return false;
}

/* ---- beginning and end ---- */

static bool begin_indexing(struct postgres *self) {
  self->indexing = calloc(1, sizeof *self->indexing);
  return self->indexing && indexing_begin(self->indexing);
}

bool postgres_open(struct postgres **out, const char *address, enum store_role role, char *error, size_t error_size) {
  struct postgres *self = calloc(1, sizeof *self);
  if (!self) {
    snprintf(error, error_size, "no memory");
    return false;
  }
  char words[200] = "";
  struct randomness randomness = randomness_system();
  token_random(self->name, &randomness);
  self->role = role;
  self->write_wait_ms = LIMIT_WRITE_WAIT_MS;
  if (role == STORE_WRITER && !begin_indexing(self)) {
    snprintf(error, error_size, "no memory");
    postgres_close(self);
    return false;
  }
  self->hosts = hosts_read(address, error, error_size);
  if (self->hosts && connect_server(self, role == STORE_WRITER, words, sizeof words)) {
    *out = self;
    return true;
  }
  if (self->hosts) snprintf(error, error_size, "%s: %s", hosts_name(self->hosts), words);
  postgres_close(self);
  return false;
}

void postgres_close(void *context) {
  struct postgres *self = context;
  if (!self) return;
  line_close(self);
  hosts_destroy(self->hosts);
  terms_destroy(self->cutter);
  if (self->indexing) indexing_end(self->indexing);
  free(self->indexing);
  free(self);
}

void postgres_set_clock(void *context, const struct clock *clock) {
  struct postgres *self = context;
  self->clock_kept = *clock;
  self->clock = &self->clock_kept;
}

/* ---- again ---- */

static void grow_pause(struct postgres *self) {
  struct randomness randomness = randomness_system();
  uint32_t random;
  randomness.fill(randomness.self, &random, sizeof random);
  self->pause_ms = self->pause_ms ? self->pause_ms * 2 : PAUSE_FIRST_MS;
  if (self->pause_ms > PAUSE_LAST_MS) self->pause_ms = PAUSE_LAST_MS;
  self->try_after_ms = line_now() + self->pause_ms / 2 + (int64_t)(random % (uint32_t)self->pause_ms);
}

bool postgres_ready(struct postgres *self) {
  char words[200] = "";
  if (self->line) {
    self->error = POSTGRES_FINE;
    return true;
  }
  self->error = POSTGRES_LOST;
  if (line_now() < self->try_after_ms) return false;
  if (connect_server(self, false, words, sizeof words)) {
    log_line(LOG_INFO, "store reached", LOG_TEXT("store", hosts_name(self->hosts)));
    self->lost = false;
    self->pause_ms = 0;
    self->error = POSTGRES_FINE;
    return true;
  }
  if (!self->lost) {
    log_line(LOG_ERROR, "store lost", LOG_TEXT("store", hosts_name(self->hosts)), LOG_TEXT("why", words));
  }
  self->lost = true;
  self->error = POSTGRES_LOST;
  grow_pause(self);
  return false;
}

void postgres_complain(struct postgres *self, const char *event) {
  const char *code = !event                           ? ""
                     : self->error == POSTGRES_WRONG  ? self->state
                     : self->error == POSTGRES_MEMORY ? "memory"
                                                      : "line";
  bool said = event && self->error == POSTGRES_LOST && self->lost;
  if (said || strcmp(self->told, code) == 0) return;
  snprintf(self->told, sizeof self->told, "%s", code);
  const char *name = hosts_name(self->hosts);
  if (event) {
    log_line(LOG_ERROR, event, LOG_TEXT("store", name), LOG_TEXT("code", code));
  } else {
    log_line(LOG_INFO, "store works again", LOG_TEXT("store", name));
  }
}
