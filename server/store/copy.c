/* A whole store into an empty one: table by table, each digested on its way out and again as it then stands in the
 * other, all in one transaction of the other. */
#include "copy.h"

#include <stdarg.h>
#include <stdio.h>

#define TELL_EACH 100000 /* rows */

bool copy_fail(struct copy_side *side, const char *format, ...) {
  char text[COPY_ERROR_SIZE / 2];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(side->error, sizeof side->error, "%.200s: %s", side->name ? side->name : "store", text);
  return false;
}

struct copying {
  struct copy_side *from, *to;
  const struct copy_wish *wish;
  const struct copy_table *table;
  struct copy_sums *sent, *arrived;
};

static void tell(const struct copying *copying, enum store_copy_step step, int64_t rows) {
  const struct store_copy *watching = copying->wish->watching;
  if (watching && watching->told) watching->told(watching->context, step, copying->table->name, rows);
}

/* ---- one table ---- */

static bool digest_row(struct copying *copying, struct copy_side *side, struct copy_sums *sums,
                       const struct copy_value *values) {
  return copy_sums_add(sums, copying->table, values) || copy_fail(side, "no memory");
}

static bool send_row(struct copying *copying, const struct copy_value *values) {
  if (!digest_row(copying, copying->from, copying->sent, values)) return false;
  if (!copying->to->driver->add(copying->to, values)) return false;
  int64_t rows = copy_sums_rows(copying->sent);
  if (rows % TELL_EACH == 0) tell(copying, STORE_COPY_ROWS, rows);
  return true;
}

static bool send_rows(struct copying *copying) {
  struct copy_side *from = copying->from, *to = copying->to;
  struct copy_value values[COPY_COLUMNS];
  if (!from->driver->rows_begin(from, copying->table) || !to->driver->add_begin(to, copying->table)) return false;
  enum copy_next next;
  while ((next = from->driver->rows_next(from, values)) == COPY_ROW) {
    if (!send_row(copying, values)) return false;
  }
  return next == COPY_END && to->driver->add_end(to);
}

static bool read_back(struct copying *copying) {
  struct copy_side *to = copying->to;
  struct copy_value values[COPY_COLUMNS];
  if (!to->driver->rows_begin(to, copying->table)) return false;
  enum copy_next next;
  while ((next = to->driver->rows_next(to, values)) == COPY_ROW) {
    if (!digest_row(copying, to, copying->arrived, values)) return false;
  }
  return next == COPY_END;
}

static bool compare(struct copying *copying) {
  int64_t room = 0;
  if (copy_sums_equal(copying->sent, copying->arrived, &room)) return true;
  return copy_fail(copying->to, "table %s is not what was sent (%lld rows of %lld; room key %lld)",
                   copying->table->name, (long long)copy_sums_rows(copying->arrived),
                   (long long)copy_sums_rows(copying->sent), (long long)room);
}

static bool copy_keys(struct copying *copying) {
  int64_t key = 0;
  if (copying->table->keys == COPY_NO_KEYS) return true;
  return copying->from->driver->last_key(copying->from, copying->table, &key) &&
         copying->to->driver->set_last_key(copying->to, copying->table, key);
}

static bool copy_table(struct copying *copying) {
  bool rows = !copying->table->sessions || copying->wish->sessions;
  copying->sent = copy_sums_create();
  copying->arrived = copy_sums_create();
  bool done = copying->sent && copying->arrived ? true : copy_fail(copying->to, "no memory");
  done = done && (!rows || send_rows(copying)) && copy_keys(copying) && read_back(copying) && compare(copying);
  if (done) tell(copying, STORE_COPY_TABLE, copy_sums_rows(copying->arrived));
  copy_sums_destroy(copying->sent);
  copy_sums_destroy(copying->arrived);
  return done;
}

/* ---- the whole ---- */

static bool is_empty(struct copy_side *to) {
  for (const struct copy_table *table = copy_tables; table->name; table++) {
    char sql[128];
    int64_t rows = 0;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1) AS found", table->name);
    if (!to->driver->number(to, sql, &rows)) return false;
    if (rows)
      return copy_fail(to, "not empty (there are rows in table %s); only an empty store takes a copy", table->name);
  }
  return true;
}

/* A room's log is numbered 1, 2, 3 … up to its head. */
static bool logs_are_whole(struct copy_side *to) {
  int64_t rooms = 0;
  static const char broken[] =
      "SELECT count(*) FROM room LEFT JOIN (SELECT room, count(*) AS entries, max(seq) AS last FROM entry "
      "GROUP BY room) AS log ON log.room = room.key "
      "WHERE room.head <> coalesce(log.entries, 0) OR room.head <> coalesce(log.last, 0)";
  if (!to->driver->number(to, broken, &rooms)) return false;
  return rooms == 0 ||
         copy_fail(to, "%lld rooms have a hole in their log; so they are in what is copied", (long long)rooms);
}

static bool begin_history(struct copy_side *from, struct copy_side *to) {
  struct randomness randomness = randomness_system();
  unsigned char secret[DIGEST_SIZE];
  char epoch[TOKEN_SIZE + 1];
  token_random(epoch, &randomness);
  return from->driver->secret(from, secret) && to->driver->begin_history(to, epoch, secret);
}

static bool copy_tables_all(struct copying *copying) {
  for (const struct copy_table *table = copy_tables; table->name; table++) {
    copying->table = table;
    if (!copy_table(copying)) return false;
  }
  return true;
}

bool copy_all(struct copy_side *from, struct copy_side *to, const struct copy_wish *wish, char *error,
              size_t error_size) {
  struct copying copying = {.from = from, .to = to, .wish = wish};
  if (is_empty(to) && copy_tables_all(&copying) && logs_are_whole(to) && begin_history(from, to) &&
      to->driver->commit(to)) {
    return true;
  }
  snprintf(error, error_size, "%s", from->error[0] ? from->error : to->error);
  return false;
}
