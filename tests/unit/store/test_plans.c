/* No statement walks through a table that grows, but those that are there to list one. */
#include "files.h"
#include "sqlite.h"

static bool is_statement(enum sql sql) {
  return sql > SQL_DATA_VERSION;
}

/* Lists everything by its nature, for the command line and for admins; or walks an index of few rows. */
static bool may_scan(enum sql sql, const char *detail) {
  if (sql == SQL_MEMBER_LIST || sql == SQL_INVITE_LIST_ANY) return true;
  static const char *const few[] = {"INDEX member_admin", "INDEX invite_first", "INDEX room_client"};
  for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
    if (strstr(detail, few[i])) return true;
  }
  /* All rooms that are no direct talks: the club's own, and those that were made, of which there are at most a thousand. */
  if (strstr(detail, "INDEX room_shared")) return true;
  /* The rooms behind the index are looked for when the program starts. */
  if (sql == SQL_INDEX_BEHIND) return true;
  /* The bounded inner questions of the counts. */
  return strstr(detail, "SCAN found") || strstr(detail, "SCAN newest");
}

static void each_statement_searches(void **state) {
  struct suite *suite = *state;
  struct sqlite *self = suite->writer.self;
  for (enum sql sql = SQL_BEGIN; sql < SQL_COUNT; sql++) {
    char text[2048];
    sqlite3_stmt *plan = NULL;
    assert_non_null(sql_text(sql));
    if (!is_statement(sql)) continue;
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql_text(sql));
    assert_int_equal(sqlite3_prepare_v2(self->db, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const char *detail = (const char *)sqlite3_column_text(plan, 3);
      if (getenv("SHOW_PLANS")) printf("%s\n    %s\n", sql_text(sql), detail);
      if (strstr(detail, "SCAN") && !may_scan(sql, detail)) fail_msg("%s: %s", sql_text(sql), detail);
      if (strstr(detail, "TEMP B-TREE") && sql != SQL_ROOM_LIST && sql != SQL_REACTIONS &&
          sql != SQL_SESSIONS_OF_MEMBER && sql != SQL_PINS) {
        fail_msg("%s: %s", sql_text(sql), detail);
      }
    }
    sqlite3_finalize(plan);
  }
}

static void parameters_first_appear_in_their_order(void **state) {
  struct suite *suite = *state;
  struct sqlite *self = suite->writer.self;
  self->error = SQLITE_OK;
  for (enum sql sql = SQL_BEGIN; sql < SQL_COUNT; sql++) {
    struct query query = query_begin(self, sql);
    if (self->error != SQLITE_OK) fail_msg("%s", sql_text(sql));
    query_end(&query);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(each_statement_searches, &files_setup),
      SUITE_TEST(parameters_first_appear_in_their_order, &files_setup),
  };
  return cmocka_run_group_tests_name("plans of the statements", tests, NULL, NULL);
}
