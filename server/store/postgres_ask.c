#include <endian.h>
#include <stdio.h>

#include "postgres_line.h"

#define TYPE_BOOL 16
#define TYPE_BYTES 17
#define TYPE_INT 20
#define TYPE_TEXT 25
#define TYPE_BOOLS 1000
#define TYPE_TEXTS 1009
#define TYPE_INTS 1016

/* ---- binding ---- */

struct ask ask_begin(struct postgres *connection, const char *sql) {
  struct ask ask = {.connection = connection, .row = -1};
  if (connection->error == POSTGRES_FINE) ask.sql = sql;
  return ask;
}

static void bind(struct ask *ask, unsigned int type, const char *data, size_t size) {
  if (!ask->sql) return;
  if (ask->count == ASK_PARAMS || size > INT32_MAX) {
    ask->connection->error = POSTGRES_MEMORY;
    ask->sql = NULL;
    return;
  }
  ask->params[ask->count].type = type;
  ask->params[ask->count].data = data;
  ask->params[ask->count++].size = (int)size;
}

void ask_int(struct ask *ask, int64_t value) {
  if (!ask->sql || ask->count == ASK_PARAMS) return;
  uint64_t big = htobe64((uint64_t)value);
  memcpy(ask->params[ask->count].number, &big, sizeof big);
  /* The number lies in the struct itself, which may still be moved: found when it is sent. */
  bind(ask, TYPE_INT, "", sizeof big);
}

void ask_int_or_none(struct ask *ask, int64_t value) {
  if (value != 0) {
    ask_int(ask, value);
  } else {
    bind(ask, TYPE_INT, NULL, 0);
  }
}

void ask_bool(struct ask *ask, bool value) {
  bind(ask, TYPE_BOOL, value ? "\1" : "\0", 1);
}

void ask_text(struct ask *ask, struct slice value) {
  bind(ask, TYPE_TEXT, value.data, value.size);
}

void ask_bytes(struct ask *ask, const void *bytes, size_t size) {
  bind(ask, TYPE_BYTES, bytes, size);
}

static char *put(char *at, uint32_t value) {
  value = htobe32(value);
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

/* An array of one dimension without absent items: its head, then each item's size and bytes. Gives the place behind the
 * head. NULL: no memory. */
static char *begin_array(struct ask *ask, unsigned int array_type, unsigned int type, size_t count, size_t bytes,
                         struct arena *arena) {
  size_t size = (count ? 20 : 12) + 4 * count + bytes;
  char *array = arena_alloc(arena, size);
  if (!array) {
    if (ask->connection->error == POSTGRES_FINE) ask->connection->error = POSTGRES_MEMORY;
    ask->sql = NULL;
    return NULL;
  }
  bind(ask, array_type, array, size);
  char *at = put(put(put(array, count ? 1 : 0), 0), type);
  return count ? put(put(at, (uint32_t)count), 1) : at;
}

static char *put_item(char *at, const void *bytes, size_t size) {
  at = put(at, (uint32_t)size);
  if (size) memcpy(at, bytes, size);
  return at + size;
}

void ask_texts(struct ask *ask, const struct slice *items, size_t count, struct arena *arena) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += items[i].size;
  char *at = begin_array(ask, TYPE_TEXTS, TYPE_TEXT, count, bytes, arena);
  for (size_t i = 0; at && i < count; i++) at = put_item(at, items[i].data, items[i].size);
}

void ask_ints(struct ask *ask, const int64_t *items, size_t count, struct arena *arena) {
  char *at = begin_array(ask, TYPE_INTS, TYPE_INT, count, count * sizeof *items, arena);
  for (size_t i = 0; at && i < count; i++) {
    uint64_t big = htobe64((uint64_t)items[i]);
    at = put_item(at, &big, sizeof big);
  }
}

void ask_bools(struct ask *ask, const bool *items, size_t count, struct arena *arena) {
  char *at = begin_array(ask, TYPE_BOOLS, TYPE_BOOL, count, count, arena);
  for (size_t i = 0; at && i < count; i++) at = put_item(at, items[i] ? "\1" : "\0", 1);
}

void ask_texts_or_none(struct ask *ask, const struct slice *items, size_t count, struct arena *arena) {
  if (count) {
    ask_texts(ask, items, count, arena);
  } else {
    bind(ask, TYPE_TEXTS, NULL, 0);
  }
}

void ask_now(struct ask *ask) {
  const struct clock *clock = ask->connection->clock;
  if (clock) {
    ask_int(ask, clock_wall_ms(clock));
  } else {
    bind(ask, TYPE_INT, NULL, 0);
  }
}

/* ---- sending ---- */

static void expect(struct postgres *self, struct ask *ask) {
  self->sent[(self->sent_first + self->sent_count++) % POSTGRES_SENT] = ask;
}

/* The statement's name on this line, preparing it if need be; empty: it has no place, and goes without a name. */
static bool name_statement(struct ask *ask, const Oid *types, char name[16]) {
  struct postgres *self = ask->connection;
  name[0] = '\0';
  for (size_t i = 0; i < self->prepared_count; i++) {
    if (self->prepared[i] != ask->sql) continue;
    snprintf(name, 16, "s%zu", i);
    return true;
  }
  if (self->prepared_count == POSTGRES_PREPARED) return true;
  snprintf(name, 16, "s%zu", self->prepared_count);
  if (PQsendPrepare(self->line, name, ask->sql, ask->count, types) == 0) return false;
  self->prepared[self->prepared_count++] = ask->sql;
  ask->preparing = true;
  return true;
}

static bool send_statement(struct ask *ask) {
  struct postgres *self = ask->connection;
  const char *values[ASK_PARAMS];
  int sizes[ASK_PARAMS], formats[ASK_PARAMS];
  Oid types[ASK_PARAMS];
  char name[16];
  for (int i = 0; i < ask->count; i++) {
    bool number = ask->params[i].type == TYPE_INT && ask->params[i].data;
    values[i] = number ? (const char *)ask->params[i].number : ask->params[i].data;
    sizes[i] = ask->params[i].size;
    types[i] = ask->params[i].type;
    formats[i] = 1;
  }
  if (!name_statement(ask, types, name)) return false;
  if (name[0]) return PQsendQueryPrepared(self->line, name, ask->count, values, sizes, formats, 1) == 1;
  return PQsendQueryParams(self->line, ask->sql, ask->count, types, values, sizes, formats, 1) == 1;
}

void ask_send(struct ask *ask) {
  struct postgres *self = ask->connection;
  if (!ask->sql || ask->sent || self->error != POSTGRES_FINE) return;
  if (self->sent_count == POSTGRES_SENT) {
    self->error = POSTGRES_MEMORY;
  } else if (!self->line || !send_statement(ask)) {
    line_lose(self);
  } else {
    ask->sent = self->unsynced = true;
    expect(self, ask);
  }
}

void ask_send_sync(struct postgres *self) {
  if (!self->line) return;
  if (self->sent_count == POSTGRES_SENT || PQpipelineSync(self->line) == 0) {
    line_lose(self);
    return;
  }
  expect(self, NULL);
  self->unsynced = false;
}

void ask_send_flush(struct postgres *self) {
  if (!self->line) return;
  if (PQsendFlushRequest(self->line) == 0) line_lose(self);
  line_flush(self);
}

/* ---- receiving ---- */

static void forget_prepared(struct postgres *self, const char *sql) {
  for (size_t i = 0; i < self->prepared_count; i++) {
    if (self->prepared[i] == sql) self->prepared[i] = NULL;
  }
}

/* All results of one message to the server; the last one that says something. */
static PGresult *take_results(struct postgres *self) {
  PGresult *kept = NULL;
  for (PGresult *result = line_next(self); result; result = line_next(self)) {
    PQclear(kept);
    kept = result;
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) break;
  }
  return kept;
}

static void note_result(struct postgres *self, struct ask *ask, const PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC) return;
  if (status == PGRES_PIPELINE_ABORTED) return;
  ask->refused = true;
  line_note(self, result);
}

static void take_answer(struct postgres *self, struct ask *ask) {
  if (ask->preparing) {
    PGresult *result = take_results(self);
    if (self->line) {
      if (PQresultStatus(result) != PGRES_COMMAND_OK) forget_prepared(self, ask->sql);
      note_result(self, ask, result);
    }
    PQclear(result);
    if (!self->line) return;
  }
  ask->rows = take_results(self);
  if (!self->line) return;
  ExecStatusType status = PQresultStatus(ask->rows);
  ask->answered = true;
  ask->fine = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
  if (!ask->fine) note_result(self, ask, ask->rows);
}

/* Whatever error there is already: the answers that are under way must be taken, or the line lost. */
static void take_oldest(struct postgres *self) {
  struct ask *ask = self->sent[self->sent_first];
  self->sent_first = (self->sent_first + 1) % POSTGRES_SENT;
  self->sent_count--;
  if (ask) {
    take_answer(self, ask);
    return;
  }
  PGresult *result = take_results(self);
  if (self->line && PQresultStatus(result) != PGRES_PIPELINE_SYNC) line_lose(self);
  PQclear(result);
}

void ask_take_all(struct postgres *self) {
  while (self->line && self->sent_count) take_oldest(self);
}

static bool is_under_way(const struct ask *ask) {
  return ask->sent && !ask->answered && ask->connection->line && ask->connection->sent_count;
}

static void wait_for_answer(struct ask *ask) {
  struct postgres *self = ask->connection;
  if (ask->answered) return;
  ask_send(ask);
  if (is_under_way(ask) && self->unsynced) ask_send_flush(self);
  while (is_under_way(ask)) take_oldest(self);
}

bool ask_row(struct ask *ask) {
  wait_for_answer(ask);
  if (!ask->fine || ask->connection->error != POSTGRES_FINE || ask->row + 1 >= PQntuples(ask->rows)) return false;
  ask->row++;
  return true;
}

size_t ask_count(struct ask *ask) {
  wait_for_answer(ask);
  return ask->fine && ask->connection->error == POSTGRES_FINE ? (size_t)PQntuples(ask->rows) : 0;
}

void ask_end(struct ask *ask) {
  if (is_under_way(ask)) wait_for_answer(ask);
  PQclear(ask->rows);
  ask->rows = NULL;
  ask->sql = NULL;
  ask->fine = false;
}

int64_t ask_number(struct ask *ask, int64_t none) {
  int64_t number = ask_row(ask) ? ask_get_int(ask, 0) : none;
  ask_end(ask);
  return number;
}

/* ---- the present row ---- */

bool ask_is_absent(const struct ask *ask, int column) {
  return PQgetisnull(ask->rows, ask->row, column);
}

int64_t ask_get_int(const struct ask *ask, int column) {
  const unsigned char *bytes = (const unsigned char *)PQgetvalue(ask->rows, ask->row, column);
  int size = PQgetlength(ask->rows, ask->row, column);
  if (size < 1 || size > 8) return 0;
  uint64_t number = bytes[0] & 0x80 && size > 1 ? UINT64_MAX : 0;
  for (int i = 0; i < size; i++) number = number << 8 | bytes[i];
  return (int64_t)number;
}

struct slice ask_peek_text(const struct ask *ask, int column) {
  if (ask_is_absent(ask, column)) return SLICE_NONE;
  return (struct slice){PQgetvalue(ask->rows, ask->row, column), (size_t)PQgetlength(ask->rows, ask->row, column)};
}

enum reason ask_get_reason(const struct ask *ask, int column) {
  struct slice word = ask_peek_text(ask, column);
  if (!word.data) return REASON_NONE;
  for (int reason = 0; reason < REASON_COUNT; reason++) {
    if (slice_is(word, reason_text((enum reason)reason))) return (enum reason)reason;
  }
  return REASON_UNAVAILABLE;
}

struct slice ask_get_text(const struct ask *ask, int column, struct arena *arena) {
  return arena_copy(arena, ask_peek_text(ask, column));
}

const char *ask_command(struct ask *ask) {
  return ask->fine ? PQcmdStatus(ask->rows) : "";
}
