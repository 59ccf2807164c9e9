/* A PostgreSQL database as one side of a copy: a session of the store's own, looked at as always, from which then
 * everything is asked in turn. */
#include <stdio.h>
#include <stdlib.h>

#include "club/buffer.h"
#include "copy.h"
#include "postgres_hosts.h"
#include "postgres_line.h"

#define SQL_SIZE 1024
#define FETCH "FETCH 500 FROM copied" /* 500 of the longest texts are 8 MB */
#define PIECE 65536                   /* bytes that are sent at once */
#define PIECE_LIMIT (1 << 20)         /* … with the row that went beyond */
#define HEX_SIZE (2 + 2 * DIGEST_SIZE)

struct side {
  struct postgres *opened;
  PGconn *line;
  PGresult *rows; /* the present piece */
  int row;
  const struct copy_table *table;
  char digest[DIGEST_SIZE]; /* of the present row */
  struct buffer piece;
};

/* A copy takes as long as it takes. Rows are read by their index whatever there is to know of the tables. */
static const char patient[] =
    "SET application_name = 'clubd copy'; SET statement_timeout = 0; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = 0; "
    "SET enable_hashjoin = on; SET enable_mergejoin = on; SET enable_sort = off; SET client_min_messages = warning";

static bool fail(struct copy_side *side) {
  struct side *self = side->self;
  char words[COPY_ERROR_SIZE / 2];
  snprintf(words, sizeof words, "%s", PQerrorMessage(self->line));
  size_t size = strcspn(words, "\n");
  words[size] = '\0';
  return copy_fail(side, "%s", words[0] ? words : "the server said nothing");
}

static PGresult *ask(struct copy_side *side, const char *sql, ExecStatusType expected) {
  struct side *self = side->self;
  PGresult *result = PQexec(self->line, sql);
  if (PQresultStatus(result) == expected) return result;
  (void)fail(side);
  PQclear(result);
  return NULL;
}

static bool run(struct copy_side *side, const char *sql) {
  PGresult *result = ask(side, sql, PGRES_COMMAND_OK);
  PQclear(result);
  return result != NULL;
}

/* ---- rows out ---- */

static bool rows_begin(struct copy_side *side, const struct copy_table *table) {
  struct side *self = side->self;
  char sql[SQL_SIZE] = "DECLARE copied NO SCROLL CURSOR FOR ";
  size_t at = strlen(sql);
  self->table = table;
  return copy_select(side, table, sql + at, sizeof sql - at) && run(side, sql);
}

/* The next piece. False: an error. */
static bool fetch(struct copy_side *side) {
  struct side *self = side->self;
  PQclear(self->rows);
  self->rows = ask(side, FETCH, PGRES_TUPLES_OK);
  self->row = 0;
  return self->rows != NULL;
}

static int of_hex(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* Bytes come as "\x" and hexadecimal digits. */
static bool read_digest(struct side *self, const char *text, int size, struct copy_value *value) {
  if (size != HEX_SIZE) return false;
  for (size_t i = 0; i < DIGEST_SIZE; i++) {
    self->digest[i] = (char)(of_hex(text[2 + 2 * i]) << 4 | of_hex(text[3 + 2 * i]));
  }
  value->bytes = (struct slice){self->digest, DIGEST_SIZE};
  return true;
}

static bool read_value(struct side *self, int column, struct copy_value *value) {
  *value = (struct copy_value){.absent = PQgetisnull(self->rows, self->row, column)};
  if (value->absent) return true;
  const char *text = PQgetvalue(self->rows, self->row, column);
  int size = PQgetlength(self->rows, self->row, column);
  switch (self->table->columns[column].kind) {
    case COPY_INT: value->number = strtoll(text, NULL, 10); return true;
    case COPY_DIGEST: return read_digest(self, text, size, value);
    case COPY_TEXT: break;
  }
  value->bytes = (struct slice){text, (size_t)size};
  return true;
}

static enum copy_next rows_end(struct copy_side *side) {
  struct side *self = side->self;
  PQclear(self->rows);
  self->rows = NULL;
  return run(side, "CLOSE copied") ? COPY_END : COPY_FAILED;
}

static enum copy_next rows_next(struct copy_side *side, struct copy_value *values) {
  struct side *self = side->self;
  if ((!self->rows || self->row == PQntuples(self->rows)) && !fetch(side)) return COPY_FAILED;
  if (PQntuples(self->rows) == 0) return rows_end(side);
  size_t count = copy_column_count(self->table);
  for (size_t i = 0; i < count; i++) {
    if (read_value(self, (int)i, &values[i])) continue;
    (void)copy_fail(side, "a digest in table %s is none", self->table->name);
    return COPY_FAILED;
  }
  self->row++;
  return COPY_ROW;
}

/* ---- rows in ---- */

static bool add_begin(struct copy_side *side, const struct copy_table *table) {
  struct side *self = side->self;
  char sql[SQL_SIZE];
  snprintf(sql, sizeof sql, "COPY %s (", table->name);
  copy_columns(table, sql, sizeof sql);
  size_t at = strlen(sql);
  snprintf(sql + at, sizeof sql - at, ") FROM STDIN");
  self->table = table;
  buffer_clear(&self->piece);
  PGresult *result = ask(side, sql, PGRES_COPY_IN);
  PQclear(result);
  return result != NULL;
}

/* As COPY reads text: what ends a value or a row is escaped. */
static void write_text(struct buffer *piece, struct slice text) {
  size_t from = 0;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c != '\\' && c != '\n' && c != '\t' && c != '\r') continue;
    buffer_append(piece, text.data + from, i - from);
    buffer_append_char(piece, '\\');
    buffer_append_char(piece, c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : c);
    from = i + 1;
  }
  buffer_append(piece, text.data + from, text.size - from);
}

static void write_value(struct buffer *piece, enum copy_kind kind, const struct copy_value *value) {
  if (value->absent) {
    buffer_append_text(piece, "\\N");
  } else if (kind == COPY_INT) {
    buffer_append_int(piece, value->number);
  } else if (kind == COPY_TEXT) {
    write_text(piece, value->bytes);
  } else {
    buffer_append_text(piece, "\\\\x");
    for (size_t i = 0; i < value->bytes.size; i++) {
      buffer_append_format(piece, "%02x", (unsigned char)value->bytes.data[i]);
    }
  }
}

static bool send_piece(struct copy_side *side) {
  struct side *self = side->self;
  if (self->piece.failed) return copy_fail(side, "a row of table %s is too long", self->table->name);
  if (self->piece.size && PQputCopyData(self->line, self->piece.data, (int)self->piece.size) != 1) return fail(side);
  buffer_clear(&self->piece);
  return true;
}

static bool add(struct copy_side *side, const struct copy_value *values) {
  struct side *self = side->self;
  size_t count = copy_column_count(self->table);
  for (size_t i = 0; i < count; i++) {
    if (i) buffer_append_char(&self->piece, '\t');
    write_value(&self->piece, self->table->columns[i].kind, &values[i]);
  }
  buffer_append_char(&self->piece, '\n');
  return self->piece.size < PIECE && !self->piece.failed ? true : send_piece(side);
}

static bool add_end(struct copy_side *side) {
  struct side *self = side->self;
  if (!send_piece(side)) return false;
  if (PQputCopyEnd(self->line, NULL) != 1) return fail(side);
  bool done = true;
  for (PGresult *result = PQgetResult(self->line); result; result = PQgetResult(self->line)) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK && done) done = fail(side);
    PQclear(result);
  }
  return done;
}

/* ---- what is asked beside rows ---- */

static bool number(struct copy_side *side, const char *sql, int64_t *value) {
  PGresult *result = ask(side, sql, PGRES_TUPLES_OK);
  if (!result) return false;
  bool found = PQntuples(result) > 0;
  if (found) *value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
  PQclear(result);
  return found || copy_fail(side, "a question was not answered");
}

static bool last_key(struct copy_side *side, const struct copy_table *table, int64_t *key) {
  char sql[SQL_SIZE];
  snprintf(sql, sizeof sql,
           "SELECT greatest((SELECT coalesce(max(key), 0) FROM %s), coalesce(pg_sequence_last_value("
           "pg_get_serial_sequence('%s', 'key')::regclass), 0))",
           table->name, table->name);
  return number(side, sql, key);
}

static bool set_last_key(struct copy_side *side, const struct copy_table *table, int64_t key) {
  char sql[SQL_SIZE];
  int64_t ignored;
  snprintf(sql, sizeof sql, "SELECT setval(pg_get_serial_sequence('%s', 'key'), %lld, %s)", table->name,
           (long long)(key > 0 ? key : 1), key > 0 ? "true" : "false");
  return number(side, sql, &ignored);
}

static bool read_secret(struct copy_side *side, unsigned char secret[DIGEST_SIZE]) {
  struct side *self = side->self;
  struct copy_value value = {0};
  PGresult *result = ask(side, "SELECT secret FROM meta", PGRES_TUPLES_OK);
  if (!result) return false;
  bool found = PQntuples(result) == 1 && read_digest(self, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0), &value);
  if (found) memcpy(secret, value.bytes.data, DIGEST_SIZE);
  PQclear(result);
  return found || copy_fail(side, "its secret cannot be read");
}

static bool begin_history(struct copy_side *side, const char *epoch, const unsigned char secret[DIGEST_SIZE]) {
  struct side *self = side->self;
  const char *values[2] = {epoch, (const char *)secret};
  const int sizes[2] = {0, DIGEST_SIZE}, formats[2] = {0, 1};
  PGresult *result = PQexecParams(self->line, "UPDATE meta SET epoch = $1::text, secret = $2::bytea", 2, NULL, values,
                                  sizes, formats, 0);
  bool done = PQresultStatus(result) == PGRES_COMMAND_OK || fail(side);
  PQclear(result);
  return done && run(side, "UPDATE club SET head = coalesce((SELECT max(seq) FROM club_log), 0)");
}

/* ---- beginning and end ---- */

/* What the server must know of the tables to find its way. It would find out itself, later: an error does no harm. */
static void tidy(PGconn *line) {
  for (const struct copy_table *table = copy_tables; table->name; table++) {
    char sql[SQL_SIZE];
    snprintf(sql, sizeof sql, "VACUUM (ANALYZE) %s", table->name);
    PQclear(PQexec(line, sql));
  }
}

/* An error of COMMIT that the server told is a refusal; a line that broke meanwhile tells nothing. */
static bool commit(struct copy_side *side) {
  struct side *self = side->self;
  if (!run(side, "COMMIT")) {
    if (PQstatus(self->line) == CONNECTION_OK) return false;
    return copy_fail(side, "the line broke when all was sent: look whether the copy is there or the store is empty");
  }
  tidy(self->line);
  return true;
}

static void close_side(struct copy_side *side) {
  struct side *self = side->self;
  if (!self) return;
  PQclear(self->rows);
  buffer_free(&self->piece);
  postgres_close(self->opened);
  free(self);
  side->self = NULL;
  side->name = NULL;
}

static const struct copy_driver driver = {
    rows_begin, rows_next,    add_begin,   add,           add_end, number,
    last_key,   set_last_key, read_secret, begin_history, commit,  close_side,
};

static bool begin(struct copy_side *side, const char *address, enum store_role role) {
  char error[COPY_ERROR_SIZE] = "";
  struct side *self = calloc(1, sizeof *self);
  *side = (struct copy_side){.driver = &driver, .self = self};
  if (!self) return copy_fail(side, "no memory");
  buffer_init(&self->piece, PIECE_LIMIT);
  if (!postgres_open(&self->opened, address, role, error, sizeof error)) {
    snprintf(side->error, sizeof side->error, "%s", error);
    return false;
  }
  self->line = self->opened->line;
  side->name = hosts_name(self->opened->hosts);
  if (!PQexitPipelineMode(self->line) || PQsetnonblocking(self->line, 0) != 0) return fail(side);
  return run(side, patient);
}

bool copy_postgres_source(struct copy_side *side, const char *address) {
  return begin(side, address, STORE_READER) && run(side, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/* A server that starts meanwhile waits for it, or says that the store is busy; it finds another epoch. */
bool copy_postgres_target(struct copy_side *side, const char *address) {
  return begin(side, address, STORE_WRITER) &&
         run(side, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
                   "LOCK TABLE meta, club, member, room, entry, session, invite IN EXCLUSIVE MODE");
}
