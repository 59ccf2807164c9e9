/* No statement walks through a table that grows, but those that are there to list one; and what those ask for who
 * moderate costs the same after years of it. */
#include "files.h"
#include "sqlite.h"
#include "suite_reports.h"
#include "suite_staff.h"

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
  static const char *const bounded[] = {"SCAN found",   "SCAN newest", "SCAN those", "SCAN up",          "SCAN branch",
                                        "SCAN waiting", "SCAN mine",   "SCAN b",     "SCAN CONSTANT ROW"};
  for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++) {
    if (strcmp(detail, bounded[i]) == 0) return true;
  }
  return false;
}

/* Searches for one place and goes on from there: who asks stops after a page, or there are few. */
static bool may_go_on(enum sql sql) {
  static const enum sql from_a_place[] = {
      SQL_CLUB_HEAD,          SQL_CLUB_AFTER,      SQL_MEMBER_AFTER,  SQL_CARDS_UNCUT, SQL_AUDIT_LIST,
      SQL_REPORTS_MARK,       SQL_REPORTS_SETTLED, SQL_SANCTION_LIST, SQL_STAFF, /* those who moderate the club */
      SQL_SANCTION_MODERATED,                                                    /* the crossings of a country */
  };
  for (size_t i = 0; i < sizeof from_a_place / sizeof *from_a_place; i++) {
    if (from_a_place[i] == sql) return true;
  }
  return false;
}

/* Few rows: of a member's list, under a message, of a room's pins; at most LIMIT_TREE_ABOVE; those who moderate a room; what is
 * forbidden in rooms of one who moderates them. */
static bool may_sort(enum sql sql) {
  return sql == SQL_ROOM_LIST || sql == SQL_REACTIONS || sql == SQL_SESSIONS_OF_MEMBER || sql == SQL_PINS ||
         sql == SQL_TREE_ABOVE || sql == SQL_STAFF || sql == SQL_SANCTION_MODERATED;
}

static void each_statement_searches(void **state) {
  struct suite *suite = *state;
  struct sqlite *self = suite->writer.self;
  for (enum sql sql = SQL_BEGIN; sql < SQL_COUNT; sql++) {
    char text[2048];
    sqlite3_stmt *plan = NULL;
    assert_non_null(sql_text(sql));
    if (!is_statement(sql)) continue;
    assert_in_range(snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql_text(sql)), 1, sizeof text - 1);
    assert_int_equal(sqlite3_prepare_v2(self->db, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const char *detail = (const char *)sqlite3_column_text(plan, 3);
      if (getenv("SHOW_PLANS")) printf("%s\n    %s\n", sql_text(sql), detail);
      bool scans = strstr(detail, "SCAN") && !may_scan(sql, detail);
      bool goes_on = strstr(detail, "SEARCH") && !strstr(detail, "=?") && !may_go_on(sql);
      bool sorts = strstr(detail, "TEMP B-TREE") && !may_sort(sql);
      if (scans || goes_on || sorts) fail_msg("%s: %s", sql_text(sql), detail);
    }
    sqlite3_finalize(plan);
  }
}

/* Which index, and by what: a search by less would be one, too. */
static void lists_of_moderators_use_their_indexes(void **state) {
  static const struct {
    enum sql sql;
    const char *detail;
  } plans[] = {
      {SQL_STAFF, "SEARCH member USING COVERING INDEX member_staff (role>?)"},
      {SQL_STAFF, "SEARCH standing USING COVERING INDEX standing_room (room=? AND member>?)"},
      {SQL_STAFF, "SEARCH standing USING PRIMARY KEY (member=? AND room=?)"},
      {SQL_TREE_ABOVE, "SEARCH member USING INTEGER PRIMARY KEY (rowid=?)"},
      {SQL_TREE_ABOVE, "SEARCH came USING COVERING INDEX member_invited (invited_by=?)"},
      {SQL_TREE_ABOVE, "SEARCH s USING PRIMARY KEY (member=? AND room=? AND kind=?)"},
      {SQL_ADMITTED, "SEARCH admission USING PRIMARY KEY (room=? AND member>?)"},
      {SQL_SANCTION_OF_ROOM, "SEARCH sanction USING INDEX sanction_room (room=? AND (member,kind)>(?,?))"},
      {SQL_SANCTION_MODERATED, "SEARCH sanction USING INDEX sanction_room (room=? AND member>?)"},
      {SQL_SANCTION_MODERATED, "SEARCH crossing USING INDEX room_sector (<expr>=?)"},
      {SQL_AUDIT_OF_MEMBER, "SEARCH audit USING INDEX audit_member (member=? AND key<?)"},
      {SQL_AUDIT_OF_MEMBER, "SEARCH audit USING INDEX audit_by (by=? AND key<?)"},
      {SQL_REPORTS_OWN, "SEARCH report USING INDEX report_sender (member=? AND key<?)"},
      {SQL_REPORTS_MARK, "SEARCH report USING COVERING INDEX report_settled (settled_at>?)"},
      {SQL_REPORTS_MARK, "SEARCH report USING COVERING INDEX report_open (outcome=?)"},
  };
  struct suite *suite = *state;
  struct sqlite *self = suite->writer.self;
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
    char text[2048];
    sqlite3_stmt *plan = NULL;
    bool found = false;
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql_text(plans[i].sql));
    assert_int_equal(sqlite3_prepare_v2(self->db, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      found = found || strcmp((const char *)sqlite3_column_text(plan, 3), plans[i].detail) == 0;
    }
    sqlite3_finalize(plan);
    if (!found) fail_msg("%s: not by %s", sql_text(plans[i].sql), plans[i].detail);
  }
}

/* ---- after years ---- */

#define COUNT_TO(number) "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " number ") "

/* 100,000 members, 10,000 of them muted, 2,000 moderators of rooms, 5,000 in the private room that was made last; 20,000
 * acts and reports, of which 2,000 are open. */
static const char years_sql[] = "BEGIN IMMEDIATE; " COUNT_TO(
    "100000") "INSERT INTO member (login, name, sectors, languages, role, author, made_at, "
              "invited_by) SELECT 'old' || i, 'Old', '', '', i % 2000 = 0, 1, 1, max(1, i / 10) FROM n; " COUNT_TO("5000") "INSERT INTO admission SELECT (SELECT max(key) FROM room), 3 + i, 1 FROM n; " COUNT_TO("500") "INSERT INTO room (id, kind) SELECT 'r.old' || i, 4 FROM n; " COUNT_TO("10000") "INSERT INTO sanction SELECT 3 + i, 1 + i % 500, 1, 0, 1, NULL FROM n; " COUNT_TO(
                  "2000") "INSERT INTO standing SELECT 3 + i, 3 + i % 500, 1 FROM n; " COUNT_TO("20000") "INSERT INTO audit (at, by, action, room, member) SELECT i, 4, 'mute', 4, 5 + i % 1000 FROM n; " COUNT_TO("20000") "INSERT INTO report (at, member, client_id, room, seq, accused, outcome, settled_at) "
                                                                                                                                                                                                                            "SELECT i, 5, i, 4, i, 4 + i % 1000, CASE WHEN i % 10 > 0 THEN 'warned' END, CASE WHEN i % 10 > 0 THEN i END FROM n; "
                                                                                                                                                                                                                            "COMMIT";

/* What the reader's machine did since it was asked last. */
static int steps(struct suite *suite) {
  struct sqlite *self = suite->reader.self;
  int sum = 0;
  for (enum sql sql = SQL_BEGIN; sql < SQL_COUNT; sql++) {
    if (self->statements[sql]) sum += sqlite3_stmt_status(self->statements[sql], SQLITE_STMTSTATUS_VM_STEP, true);
  }
  return sum;
}

#define assert_costs(suite, job, most) \
  do { \
    (void)steps(suite); \
    assert_done(job); \
    int took = steps(suite); \
    if (getenv("SHOW_PLANS")) printf("%6d steps: %s\n", took, #job); \
    assert_in_range(took, 1, most); \
  } while (0)

static struct store_job *report_count(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_REPORT_COUNT);
  job->report.member = member;
  return suite_run(suite, job);
}

static struct store_job *tree(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_INVITE_TREE);
  job->tree = (struct store_tree){.asker = suite->ada, .member = member, .limit = 50};
  return suite_run(suite, job);
}

static void moderating_costs_the_same_after_years(void **state) {
  struct suite *suite = *state;
  int64_t ada = suite->ada, ivan = suite->ivan, wang = suite->wang;
  suite_post_many(suite, "kz", ivan, "kz", 5);
  assert_done(moderate_switch(suite, ACT_APPOINT, ada, "kz", ivan, true));
  assert_done(moderate_sanction(suite, ACT_MUTE, ivan, "kz", wang, 60));
  int64_t own = moderate_report(suite, "kz", wang, 1, "own")->report.key;
  const char *private_room = moderate_create(suite, ada, "private", true);
  assert_int_equal(sqlite3_exec(((struct sqlite *)suite->writer.self)->db, years_sql, NULL, NULL, NULL), SQLITE_OK);
  assert_costs(suite, staff_list(suite, STORE_STAFF_LIST, wang, "kz.fintech", 0, 50), 10000);
  assert_costs(suite, staff_list(suite, STORE_ADMITTED_LIST, ada, private_room, 0, 50), 10000);
  assert_costs(suite, staff_all(suite, ada, NULL, 0), 20000);
  assert_costs(suite, staff_all(suite, ada, "kz", 0), 10000);
  assert_costs(suite, staff_all(suite, ivan, NULL, 0), 10000);
  assert_costs(suite, staff_all(suite, wang, NULL, wang), 10000);
  assert_costs(suite, tree(suite, 90000), 10000);
  assert_costs(suite, moderate_audit(suite, ada, NULL, wang), 10000);
  assert_costs(suite, reports_list(suite, wang, true, true), 10000);
  assert_costs(suite, report_count(suite, ada), 10000);
  assert_costs(suite, report_count(suite, ivan), 60000); /* all that are open */
  assert_costs(suite, suite_pulse(suite, "kz", 0), 10000);
  int64_t before = suite_pulse(suite, "kz", 0)->pulse.reports;
  assert_done(moderate_settle(suite, ada, own, "warned"));
  assert_int_not_equal(suite_pulse(suite, "kz", 0)->pulse.reports, before);
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
      SUITE_TEST(lists_of_moderators_use_their_indexes, &files_setup),
      SUITE_TEST(moderating_costs_the_same_after_years, &files_setup),
      SUITE_TEST(parameters_first_appear_in_their_order, &files_setup),
  };
  return cmocka_run_group_tests_name("plans of the statements", tests, NULL, NULL);
}
