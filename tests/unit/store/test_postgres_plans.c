/* No read walks through a table that grows, whatever was known of the tables when its plan was made. */
#include "postgres_server.h"

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
  driver->close(driver->self);
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
  for (int any = 0; any < 2; any++) {
    struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
    list->invite.member = suite->ivan;
    list->invite.any = any;
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

static void search(struct suite *suite, PGconn *line) {
  while (suite->writer.tidy_due(suite->writer.self, false) >= 0) suite->writer.tidy(suite->writer.self, false);
  (void)postgres_server_ask(line, "SELECT pg_stat_reset()");
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
  usleep(200000);
  const char *walked =
      postgres_server_ask(line, "SELECT string_agg(relname || ' ' || seq_scan, ', ') FROM pg_stat_user_tables "
                                "WHERE seq_scan > 0 AND relname NOT IN ('meta', 'club')");
  assert_string_equal(walked, "");
  assert_string_not_equal(postgres_server_ask(line, "SELECT sum(idx_scan) FROM pg_stat_user_tables"), "0");
  PQfinish(line);
}

int main(void) {
  const struct CMUnitTest tests[] = {SUITE_TEST(no_read_walks_through_a_table, &postgres_setup)};
  return cmocka_run_group_tests_name("plans on PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
