#ifndef TEST_STORE_TORTURE_POSTGRES_H
#define TEST_STORE_TORTURE_POSTGRES_H
/* What the tortures of the store in PostgreSQL share: a database of its own for each run, copied from the beginning, the
 * server's own check of it, and a driver that must find its way back. */
#include "postgres.h"
#include "postgres_server.h"
#include "torture.h"

#define TORTURE_BACK_SECONDS 30

#define TORTURE_OWN "16384" /* the first number of what is not PostgreSQL's own */

/* Every index has what its table has, and nothing else; every table and what it keeps elsewhere can be read. */
static const char torture_indexes_sql[] =
    "SELECT bt_index_check(pg_class.oid, pg_index.indisvalid) FROM pg_index "
    "JOIN pg_class ON pg_class.oid = pg_index.indexrelid JOIN pg_am ON pg_am.oid = pg_class.relam "
    "WHERE pg_am.amname = 'btree' AND pg_class.oid >= " TORTURE_OWN " AND pg_index.indisready";
static const char torture_tables_sql[] =
    "SELECT string_agg(pg_class.relname || ': ' || fault.msg, '; ') FROM pg_class, "
    "LATERAL verify_heapam(pg_class.oid, on_error_stop => true, check_toast => true) AS fault "
    "WHERE pg_class.relkind = 'r' AND pg_class.oid >= " TORTURE_OWN;

static inline void torture_postgres_check(struct suite *suite) {
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, torture_indexes_sql);
  assert_string_equal(postgres_server_ask(line, torture_tables_sql), "");
  PQfinish(line);
}

static inline void torture_postgres_make(struct suite *suite, const struct suite *beginning) {
  char from[32] = "", name[32], sql[128];
  assert_int_equal(sscanf(beginning->address, "postgresql://postgres@/%31[a-z0-9]", from), 1);
  postgres_schema_name(++postgres_server.made, name, sizeof name);
  snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, from);
  postgres_server_run(sql);
  postgres_server_address(&postgres_server, name, suite->address, sizeof suite->address);
}

static inline void torture_postgres_remove(struct suite *suite) {
  postgres_copy_remove(suite->address);
}

/* The driver that lived through the fault goes on; one that could not be opened is opened now. */
static inline void torture_postgres_recover(struct script *script) {
  struct suite *suite = &script->suite;
  time_t until = time(NULL) + TORTURE_BACK_SECONDS;
  while (!script->open && !script_open(script)) {
    assert_true(time(NULL) < until);
    usleep(20000);
  }
  while (!postgres_ready(suite->writer.self)) {
    assert_true(time(NULL) < until);
    usleep(20000);
  }
  while (suite_room(suite, STORE_ROOM_GET, "kz", suite->ada)->outcome != STORE_DONE) assert_true(time(NULL) < until);
}

static inline void torture_postgres_checkpoint(struct suite *suite) {
  PGconn *line = PQconnectdb(suite->address);
  PQclear(PQexec(line, "CHECKPOINT"));
  PQfinish(line);
}

/* For cmocka's group setup, with the server running. */
static inline void torture_postgres_begin(struct torture *torture) {
  static const struct suite_setup *setup = &postgres_setup;
  void *made = (void *)(uintptr_t)setup;
  suite_begin(&made);
  struct suite *suite = made;
  script_prepare(suite);
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, "CREATE EXTENSION amcheck");
  PQfinish(line);
  torture->beginning = suite;
}
#endif
