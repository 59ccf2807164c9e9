/* Nothing walks through a table that grows, whatever was known of the tables when its plan was made. */
#include "postgres_server.h"
#include "suite_reports.h"
#include "suite_search.h"
#include "suite_staff.h"

static const char *const rooms[] = {"kz", "fintech", "kz.fintech", "cn"};

static void fill(struct suite *suite) {
  suite_post_many(suite, "kz", suite->ivan, "kz", 600);
  suite_post_many(suite, "cn", suite->wang, "cn", 60);
  assert_done(suite_post(suite, "kz", suite->wang, "mention", "@ivan 你好"));
  assert_done(suite_edit(suite, "kz", suite->wang, 601, "@ivan 你好！"));
  assert_done(suite_react(suite, "kz", suite->ivan, 601, "👍", true));
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "cn", suite->ivan));
  assert_done(suite_direct(suite, suite->ivan, suite->wang, "talk"));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "session", suite->ivan));
}

/* Statistics are told when a session ends. */
static void end_session(struct suite *suite, struct store_driver *driver, enum store_role role) {
  char sql[128];
  PGconn *line = postgres_server_connect(suite->address);
  const char *sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'clubd'";
  int before = atoi(postgres_server_ask(line, sessions));
  PQfinish(line);
  driver->close(driver->self);
  snprintf(sql, sizeof sql, "SELECT count(*) < %d FROM pg_stat_activity WHERE application_name = 'clubd'", before);
  postgres_server_until(sql, "t");
  suite_open(suite, driver, role);
}

static void find_people(struct suite *suite) {
  struct store_job *session = suite_job(suite, STORE_SESSION_FIND);
  digest_sha256(slice_of("session"), session->session.digest);
  session->session.with_rooms = true;
  assert_done(suite_run(suite, session));
  struct store_job *login = suite_job(suite, STORE_LOGIN_FIND);
  login->session.login = slice_of("ivan");
  assert_done(suite_run(suite, login));
  struct store_job *invite = suite_job(suite, STORE_INVITE_FIND);
  assert_refused(suite_run(suite, invite), REASON_NOT_FOUND);
  const int64_t askers[] = {suite_member(suite, "host", "Хозяйка", ROLE_MODERATOR), suite->ada};
  for (int i = 0; i < 2; i++) {
    struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
    list->invite.member = askers[i];
    assert_done(suite_run(suite, list));
  }
  (void)suite_author(suite, suite->ivan);
}

static void read_rooms(struct suite *suite) {
  struct store_job *join = suite_job(suite, STORE_ROOM_JOIN);
  join->page.room = slice_of("kz");
  join->page.member = suite->ivan;
  join->page.after = join->page.before = -1;
  join->page.limit = 100;
  assert_done(suite_run(suite, join));
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
    assert_done(suite_page(suite, rooms[i], suite->ivan, 0, -1, 100));
    assert_done(suite_page(suite, rooms[i], suite->ivan, -1, 50, 100));
    assert_done(suite_entries(suite, rooms[i], 1, 1000));
    assert_done(suite_room(suite, STORE_ROOM_GET, rooms[i], suite->ivan));
    assert_done(suite_pulse(suite, rooms[i], 0));
  }
  assert_done(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan));
}

/* What this session did itself would be counted up to a second later. */
static void count_from_now_on(PGconn *line) {
  (void)postgres_server_ask(line, "SELECT pg_stat_force_next_flush()");
  (void)postgres_server_ask(line, "SELECT pg_stat_reset()");
}

static void search(struct suite *suite, PGconn *line) {
  while (suite->writer.tidy_due(suite->writer.self, false) >= 0) suite->writer.tidy(suite->writer.self, false);
  count_from_now_on(line);
  for (int narrow = 0; narrow < 4; narrow++) {
    struct store_job *job = suite_job(suite, STORE_SEARCH);
    job->search.member = suite->ivan;
    job->search.text = slice_of("kz 你好");
    job->search.limit = 50;
    if (narrow & 1) job->search.room = slice_of("kz");
    if (narrow & 2) job->search.before = (struct search_place){suite->now + 1, 1, 1};
    assert_done(suite_run(suite, job));
  }
}

/* 20,000 terms in each of three blocks, and the planner knows: of a question's two terms nothing else is read. */
static const char terms_sql[] =
    "INSERT INTO index_term SELECT room.key, block, 'term' || i, 'a!' FROM room, generate_series(0, 2) block, "
    "generate_series(1, 20000) i WHERE room.id IN ('kz', 'cn'); "
    "INSERT INTO index_room SELECT key, 6000 FROM room WHERE id IN ('kz', 'cn') "
    "ON CONFLICT (room) DO UPDATE SET indexed = 6000; "
    "UPDATE room SET head = 6000 WHERE id IN ('kz', 'cn'); ANALYZE";

/* Entries of the terms' index that were read so far, by sessions that have ended. */
static int terms_read(PGconn *line) {
  return atoi(postgres_server_ask(line, "SELECT idx_tup_read FROM pg_stat_user_indexes "
                                        "WHERE schemaname = current_schema AND indexrelname = 'index_term_pkey'"));
}

static void a_search_reads_no_other_terms(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "kz", 1);
  suite_post_many(suite, "cn", suite->ivan, "cn", 1);
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, terms_sql);
  count_from_now_on(line);
  end_session(suite, &suite->reader, STORE_READER);
  struct store_job *job = suite_job(suite, STORE_SEARCH);
  job->search.member = suite->ivan;
  job->search.text = slice_of("term5 term6");
  job->search.limit = 50;
  assert_done(suite_run(suite, job));
  end_session(suite, &suite->reader, STORE_READER);
  assert_in_range(terms_read(line), 1, 100);
  PQfinish(line);
}

/* Each of the two blocks is read once, not once for each of 420 messages; what the two terms and the author had is gone. */
static void a_purge_reads_a_block_of_the_index_once(void **state) {
  struct suite *suite = *state;
  search_purge(suite);
  PGconn *line = postgres_server_connect(suite->address);
  assert_string_equal(postgres_server_ask(line, "SELECT count(*) || ' ' || sum(length(marks)) / 2 FROM index_term "
                                                "WHERE term IN ('спам', ':1') OR term = '合作'"),
                      "2 1680");
  end_session(suite, &suite->writer, STORE_WRITER);
  assert_in_range(terms_read(line), 1, 400);
  PQfinish(line);
}

static void no_read_walks_through_a_table(void **state) {
  struct suite *suite = *state;
  fill(suite);
  end_session(suite, &suite->writer, STORE_WRITER);
  end_session(suite, &suite->reader, STORE_READER);
  PGconn *line = postgres_server_connect(suite->address);
  search(suite, line);
  find_people(suite);
  read_rooms(suite);
  end_session(suite, &suite->reader, STORE_READER);
  const char *walked =
      postgres_server_ask(line, "SELECT string_agg(relname || ' ' || seq_scan, ', ') FROM pg_stat_user_tables "
                                "WHERE seq_scan > 0 AND relname NOT IN ('meta', 'club')");
  assert_string_equal(walked, "");
  assert_string_not_equal(postgres_server_ask(line, "SELECT sum(idx_scan) FROM pg_stat_user_tables"), "0");
  PQfinish(line);
}

/* ---- moderating, after years of it ---- */

/* 20,000 of what grows, by others: in a crossing of a room that is moderated, and of reports that were settled in that room
 * itself. */
static const char years_sql[] =
    "INSERT INTO member (login, name, sectors, languages, role, author, made_at, invited_by) "
    "  SELECT 'old' || i, 'Old', '', '', 0, 1, 1, 1 FROM generate_series(1, 20000) i; "
    "INSERT INTO room (id, kind) SELECT 'r.old' || i, 4 FROM generate_series(1, 500) i; "
    "INSERT INTO room (id, kind) SELECT 'x' || i || '.y' || i, 2 FROM generate_series(1, 20000) i; "
    "INSERT INTO standing SELECT m.key, r.key, 1 FROM member m JOIN room r ON r.id = 'r.old' || (1 + m.key % 500) "
    "  WHERE m.login LIKE 'old%'; "
    "INSERT INTO admission SELECT 4, key, 1 FROM member WHERE login LIKE 'old%'; "
    "INSERT INTO sanction SELECT key, 4, 1, 0, 1, NULL FROM member WHERE login LIKE 'old%'; "
    "INSERT INTO posted SELECT 4, key, 1 FROM member WHERE login LIKE 'old%'; "
    "INSERT INTO pin SELECT 4, i, i FROM generate_series(1, 20000) i; "
    "INSERT INTO audit (at, by, action, room, member) SELECT i, 4, 'mute', 4, 5 + i % 1000 FROM generate_series(1, 20000) i; "
    "INSERT INTO report (at, member, client_id, room, seq, accused, outcome) "
    "  SELECT i, 5, i::text, 4, i, 4 + i % 1000, CASE WHEN i % 10 > 0 THEN 'warned' END FROM generate_series(1, 20000) i; "
    "INSERT INTO report (at, member, client_id, room, seq, accused, outcome, settled_at) "
    "  SELECT i, 5, 'kz' || i, r.key, i, 2000 + i % 1000, 'warned', i FROM room r, generate_series(1, 20000) i "
    "  WHERE r.id = 'kz'; "
    "ANALYZE";

static void moderate(struct suite *suite) {
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz", suite->wang, 60));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz.fintech", suite->wang, 60));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz", suite->wang, 0));
  assert_done(moderate_room(suite, suite->ivan, "kz", 0, 10));
  assert_done(suite_post(suite, "kz", suite->wang, "slow", "慢"));
  assert_refused(suite_post(suite, "kz", suite->wang, "slower", "慢"), REASON_SLOW_MODE);
  assert_done(moderate_pin(suite, suite->ivan, "kz", 1, true));
  struct store_job *report = moderate_report(suite, "kz", suite->wang, 1, "report");
  assert_done(report);
  assert_done(moderate_settle(suite, suite->ada, report->report.key, "warned"));
  (void)moderate_create(suite, suite->ada, "new", true);
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ivan, "kz", suite->wang);
  purge->act.seconds = 60;
  assert_done(suite_run(suite, purge));
  assert_done(suite_remove(suite, "kz", suite->ada, 2));
  assert_done(moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, suite->wang, true));
  (void)moderate_invite(suite, suite->ada, "guest");
  struct store_job *freeze = moderate_job(suite, ACT_FREEZE, suite->ada, NULL, 0);
  freeze->act.invite = 1;
  freeze->act.on = true;
  assert_done(suite_run(suite, freeze));
  assert_done(moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, true));
}

static void look_at_the_tree(struct suite *suite) {
  struct store_job *job = suite_job(suite, STORE_INVITE_TREE);
  job->tree = (struct store_tree){.asker = suite->ada, .member = suite->wang, .limit = 50};
  assert_done(suite_run(suite, job));
  struct store_job *top = suite_job(suite, STORE_INVITE_TREE);
  top->tree = (struct store_tree){.asker = suite->ada, .limit = 50};
  assert_done(suite_run(suite, top));
  struct store_job *invite = suite_job(suite, STORE_INVITE_TREE);
  invite->tree = (struct store_tree){.asker = suite->ada, .invite = 1, .limit = 50};
  assert_done(suite_run(suite, invite));
}

static void list_people(struct suite *suite) {
  assert_done(staff_all(suite, suite->ada, NULL, 0));
  assert_done(staff_all(suite, suite->ada, "kz", 0));
  assert_done(staff_all(suite, suite->ivan, NULL, 0));
  assert_done(staff_all(suite, suite->ivan, NULL, suite->ivan));
  assert_done(staff_list(suite, STORE_STAFF_LIST, suite->ivan, "kz.fintech", 0, 50));
  assert_done(staff_list(suite, STORE_STAFF_LIST, suite->ivan, "cn", 0, 50));
}

static void count_reports(struct suite *suite) {
  for (int asked = 0; asked < 2; asked++) {
    struct store_job *job = suite_job(suite, STORE_REPORT_COUNT);
    job->report.member = asked ? suite->ivan : suite->ada;
    assert_done(suite_run(suite, job));
    assert_int_equal(job->report.count, LIMIT_REPORTS_COUNTED);
    assert_done(suite_pulse(suite, "kz", 0));
  }
}

static void read_moderating(struct suite *suite) {
  list_people(suite);
  count_reports(suite);
  for (int settled = 0; settled < 2; settled++) {
    assert_done(reports_list(suite, suite->ada, false, settled));
    assert_done(reports_list(suite, suite->ivan, false, settled));
    assert_done(reports_list(suite, suite->ivan, true, settled));
  }
  assert_done(moderate_audit(suite, suite->ada, NULL, 0));
  assert_done(moderate_audit(suite, suite->ada, NULL, suite->wang));
  assert_done(moderate_audit(suite, suite->ada, "kz", suite->wang));
  assert_done(moderate_audit(suite, suite->ivan, NULL, 0));
  (void)moderate_record(suite, suite->wang);
  look_at_the_tree(suite);
}

static void moderating_costs_the_same_after_years(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "kz", 60);
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, years_sql);
  count_from_now_on(line);
  moderate(suite);
  read_moderating(suite);
  end_session(suite, &suite->writer, STORE_WRITER);
  end_session(suite, &suite->reader, STORE_READER);
  assert_string_equal(
      postgres_server_ask(line, "SELECT coalesce(string_agg(relname || ' ' || seq_tup_read, ', '), '') FROM "
                                "pg_stat_user_tables WHERE seq_tup_read > 0 AND relname NOT IN ('meta', 'club')"),
      "");
  /* Of rooms that moderators made all are counted: there are not many. */
  assert_string_equal(
      postgres_server_ask(line, "SELECT coalesce(string_agg(indexrelname || ' ' || idx_tup_read, ', '), '') FROM "
                                "pg_stat_user_indexes WHERE idx_tup_read > 5000"),
      "");
  PQfinish(line);
}

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_TEST(no_read_walks_through_a_table, &postgres_setup),
                                     SUITE_TEST(a_search_reads_no_other_terms, &postgres_setup),
                                     SUITE_TEST(a_purge_reads_a_block_of_the_index_once, &postgres_setup),
                                     SUITE_TEST(moderating_costs_the_same_after_years, &postgres_setup)};
  return cmocka_run_group_tests_name("plans on PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
