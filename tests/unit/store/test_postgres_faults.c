/* Lines that are cut, servers that stop, instances that freeze: what was answered holds, and nobody waits for long. */
#include <time.h>

#include "postgres.h"
#include "postgres_proxy.h"

static int64_t now_ms(void) {
  struct clock clock = clock_system();
  return clock_monotonic_ms(&clock);
}

/* The suite's writer goes by way of the proxy from here on. */
static struct proxy *put_proxy_between(struct suite *suite) {
  struct proxy *proxy = proxy_begin();
  char straight[256];
  snprintf(straight, sizeof straight, "%s", suite->address);
  proxy_address(proxy, straight, suite->address, sizeof suite->address);
  suite->writer.close(suite->writer.self);
  suite_open(suite, &suite->writer, STORE_WRITER);
  snprintf(suite->address, sizeof suite->address, "%s", straight);
  return proxy;
}

static void remove_proxy(struct suite *suite, struct proxy *proxy) {
  suite->writer.close(suite->writer.self);
  suite_open(suite, &suite->writer, STORE_WRITER);
  proxy_end(proxy);
}

static void check_log(struct suite *suite, const char *room, int64_t head) {
  struct store_job *log = suite_entries(suite, room, 1, head + 10);
  assert_done(log);
  assert_int_equal(log->entries.count, head);
  for (int64_t i = 0; i < head; i++) assert_int_equal(log->entries.entries[i].seq, i + 1);
}

/* ---- the unknown commit ---- */

enum { BATCH = 6 };

static void fill_batch(struct suite *suite, struct store_job **batch) {
  static const char *const rooms[] = {"kz", "cn"};
  static int number;
  for (int i = 0; i < BATCH; i++) {
    char id[24];
    snprintf(id, sizeof id, "n%d", number++);
    batch[i] = suite_post_job(suite, rooms[i % 2], suite->ivan, id, "текст");
  }
}

static void a_cut_before_the_commit_is_done_once_more(void **state) {
  struct suite *suite = *state;
  struct proxy *proxy = put_proxy_between(suite);
  struct store_job *batch[BATCH];
  int64_t head = 0;
  for (int cut = PROXY_BEFORE; cut <= PROXY_STUCK; cut++) {
    fill_batch(suite, batch);
    atomic_store(&proxy->cut, cut);
    suite->writer.write(suite->writer.self, batch, BATCH);
    for (int i = 0; i < BATCH; i++) {
      assert_done(batch[i]);
      assert_false(batch[i]->post.duplicate);
      assert_int_equal(batch[i]->post.seq, head + 1 + i / 2);
    }
    head += BATCH / 2;
    check_log(suite, "kz", head);
    check_log(suite, "cn", head);
  }
  assert_int_equal(atomic_load(&proxy->cuts), 3);
  remove_proxy(suite, proxy);
}

static void a_commit_whose_answer_was_lost_is_found_to_be_one(void **state) {
  struct suite *suite = *state;
  struct proxy *proxy = put_proxy_between(suite);
  struct store_job *batch[BATCH + 1];
  fill_batch(suite, batch);
  batch[BATCH] = suite_change_job(suite, STORE_REACT, "kz", suite->wang, 1);
  batch[BATCH]->change.emoji = slice_of("👍");
  batch[BATCH]->change.on = true;
  atomic_store(&proxy->cut, PROXY_ANSWER);
  suite->writer.write(suite->writer.self, batch, BATCH + 1);
  assert_int_equal(atomic_load(&proxy->cuts), 1);
  for (int i = 0; i < BATCH; i++) {
    assert_done(batch[i]);
    assert_false(batch[i]->post.duplicate);
    assert_int_equal(batch[i]->post.seq, 1 + i / 2);
  }
  assert_done(batch[BATCH]);
  assert_true(batch[BATCH]->change.changed);
  assert_int_equal(batch[BATCH]->change.seq, BATCH / 2 + 1);
  check_log(suite, "kz", BATCH / 2 + 1);
  check_log(suite, "cn", BATCH / 2);
  assert_false(suite->writer.broken(suite->writer.self));
  remove_proxy(suite, proxy);
}

/* Nobody can say any more what the others were answered: they are not done a second time. */
static void posts_whose_answers_were_lost_are_found_by_their_client_id(void **state) {
  struct suite *suite = *state;
  struct proxy *proxy = put_proxy_between(suite);
  for (int cut = PROXY_DEAF; cut <= PROXY_SILENT; cut++) {
    struct store_job *batch[BATCH + 1];
    fill_batch(suite, batch);
    struct store_job *add = suite_job(suite, STORE_MEMBER_ADD);
    add->member.member.login = slice_of(cut == PROXY_DEAF ? "olga" : "anna");
    add->member.member.name = slice_of("Новая");
    batch[BATCH] = add;
    atomic_store(&proxy->cut, cut);
    int64_t begun = now_ms();
    suite->writer.write(suite->writer.self, batch, BATCH + 1);
    assert_in_range(now_ms() - begun, 0, 20000);
    int64_t head = (cut - PROXY_DEAF + 1) * BATCH / 2;
    for (int i = 0; i < BATCH; i++) {
      assert_done(batch[i]);
      assert_int_equal(batch[i]->post.seq, head - BATCH / 2 + 1 + i / 2);
    }
    assert_int_equal(add->outcome, STORE_UNKNOWN);
    check_log(suite, "kz", head);
    assert_refused(suite_add(suite, cut == PROXY_DEAF ? "olga" : "anna", "Другая", ROLE_MEMBER), REASON_CONFLICT);
  }
  remove_proxy(suite, proxy);
}

/* Many instances may have lost it at the same time. */
static void a_server_that_lets_nobody_in_is_asked_ever_more_seldom(void **state) {
  struct suite *suite = *state;
  struct proxy *proxy = put_proxy_between(suite);
  struct store_job *post = suite_post_job(suite, "kz", suite->ivan, "a", "text");
  atomic_store(&proxy->refusing, true);
  atomic_store(&proxy->cut, PROXY_DEAF);
  suite->writer.write(suite->writer.self, &post, 1);
  assert_int_equal(post->outcome, STORE_UNKNOWN);
  assert_in_range(atomic_load(&proxy->refused), 3, 20);
  atomic_store(&proxy->refusing, false);
  usleep(800000); /* the longest pause */
  struct store_job *again = suite_post(suite, "kz", suite->ivan, "a", "text");
  assert_done(again);
  assert_true(again->post.duplicate);
  remove_proxy(suite, proxy);
}

/* From now on the server waits for those: `change` says so, `names` is how it shows that. */
static void wait_for_standbys(const char *change, const char *names) {
  postgres_server_run(change);
  postgres_server_run("SELECT pg_reload_conf()");
  postgres_server_until("SHOW synchronous_standby_names", names);
}

/* One that there is not. */
static void lose_standby(void) {
  wait_for_standbys("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "nobody");
}

static void need_no_standby(void) {
  wait_for_standbys("ALTER SYSTEM RESET synchronous_standby_names", "");
}

/* Posts until one waits for the standby, since a session hears of it a moment later: how many there were, with that one.
 * `id` is its client_id. */
static int post_until_unknown(struct suite *suite, char *id, size_t size) {
  struct store_job *post;
  int posts = 0;
  do {
    snprintf(id, size, "a%d", ++posts);
    post = suite_post(suite, "kz", suite->ivan, id, "text");
  } while (post->outcome == STORE_DONE && posts < 1000);
  assert_int_equal(post->outcome, STORE_UNKNOWN);
  return posts;
}

/* What the server confirmed to itself alone may be gone after a failover. */
static void a_commit_that_its_standbys_did_not_get_is_unknown(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "before", "text"));
  lose_standby();
  char id[16];
  int done = post_until_unknown(suite, id, sizeof id);
  need_no_standby();
  struct store_job *again = suite_post(suite, "kz", suite->ivan, id, "text");
  for (int i = 0; i < 10 && again->outcome == STORE_UNKNOWN; i++)
    again = suite_post(suite, "kz", suite->ivan, id, "text");
  assert_done(again);
  assert_int_equal(again->post.seq, 1 + done);
}

static struct store_job *read_page(struct suite *suite) {
  struct store_job *page = suite_page_job(suite, "kz", suite->ivan, 0, -1, 50);
  suite->reader.read(suite->reader.self, page);
  return page;
}

/* After a crash it shows at once what waited for them. (What is asserted before it needs no standby any more would stop
 * here for ever.) */
static void what_its_standbys_did_not_get_is_not_read_from_a_server_that_crashed(void **state) {
  struct suite *suite = *state;
  char id[16];
  enum store_outcome outcomes[3];
  lose_standby();
  int posts = post_until_unknown(suite, id, sizeof id);
  int64_t before = read_page(suite)->page.as_of;
  postgres_server_stop(&postgres_server, SIGQUIT);
  postgres_server_start(&postgres_server, "");
  for (int i = 0; i < 3; i++) outcomes[i] = read_page(suite)->outcome;
  need_no_standby();
  assert_int_equal(before, posts - 1);
  for (int i = 0; i < 3; i++) assert_int_equal(outcomes[i], STORE_UNAVAILABLE);
  struct store_job *page = read_page(suite);
  for (int i = 0; i < 10 && page->outcome != STORE_DONE; i++) page = read_page(suite);
  assert_done(page);
  assert_int_equal(page->page.as_of, posts);
}

/* ---- frozen instances ---- */

/* The same role, in the middle of a transaction that holds a room, and silent. */
static void an_instance_that_froze_with_a_lock_is_got_rid_of(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "before", "text"));
  PGconn *frozen = postgres_server_connect(suite->address);
  (void)postgres_server_ask(frozen,
                            "BEGIN; SELECT pg_current_xact_id(); SELECT 1 FROM room WHERE id = 'kz' FOR UPDATE");
  int64_t begun = now_ms();
  struct store_job *batch[2] = {suite_post_job(suite, "cn", suite->ivan, "a", "text"),
                                suite_post_job(suite, "kz", suite->ivan, "b", "text")};
  suite->writer.write(suite->writer.self, batch, 2);
  assert_done(batch[0]);
  assert_done(batch[1]);
  assert_int_equal(batch[1]->post.seq, 2);
  assert_in_range(now_ms() - begun, 0, 15000);
  PGresult *gone = PQexec(frozen, "SELECT 1");
  assert_int_equal(PQresultStatus(gone), PGRES_FATAL_ERROR);
  PQclear(gone);
  PQfinish(frozen);
}

/* Somebody else is at work in the room for a while, with a session that is alive. */
static PGconn *hold_room(struct suite *suite) {
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, "BEGIN; SELECT 1 FROM room WHERE id = 'kz' FOR UPDATE");
  assert_int_equal(PQsendQuery(line, "SELECT pg_sleep(2.5); COMMIT"), 1);
  return line;
}

static void release_room(PGconn *line) {
  for (PGresult *result = PQgetResult(line); result; result = PQgetResult(line)) PQclear(result);
  PQfinish(line);
}

/* As after the process stood still: what was to be written may have been answered elsewhere since. */
static void what_takes_too_long_is_not_begun_again(void **state) {
  struct suite *suite = *state;
  struct postgres *writer = suite->writer.self;
  PGconn *line = hold_room(suite);
  assert_done(suite_post(suite, "kz", suite->ivan, "patient", "text")); /* at its second or third try */
  release_room(line);
  writer->write_wait_ms = 100;
  line = hold_room(suite);
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "late", "text")->outcome, STORE_UNAVAILABLE);
  release_room(line);
  assert_done(suite_post(suite, "kz", suite->ivan, "later", "text"));
  check_log(suite, "kz", 2);
}

/* ---- two instances ---- */

enum { ROUNDS = 40, RACE = 20 };

struct racer {
  struct suite *suite;
  pthread_t thread;
  bool backwards;
  int fresh, repeated, refused;
};

/* Both use the same client_ids, and take the rooms in opposite order; every fifth id goes to another room. */
static void *race(void *argument) {
  struct racer *racer = argument;
  struct store_driver driver;
  char error[256];
  if (!store_driver_open(&driver, racer->suite->address, STORE_WRITER, error, sizeof error)) abort();
  for (int round = 0; round < ROUNDS; round++) {
    struct store_job *jobs[RACE];
    for (int i = 0; i < RACE; i++) {
      char id[32];
      int number = racer->backwards ? RACE - 1 - i : i;
      snprintf(id, sizeof id, "%d-%d", round, number);
      bool other = racer->backwards && number % 5 == 0;
      jobs[i] = store_job_create(STORE_POST);
      jobs[i]->post.room = slice_of(other ? "fintech" : number % 2 ? "kz" : "cn");
      jobs[i]->post.member = jobs[i]->post.author = racer->suite->ivan;
      jobs[i]->post.client_id = arena_copy(jobs[i]->arena, slice_of(id));
      jobs[i]->post.text = number % 7 ? SLICE_LITERAL("текст") : SLICE_LITERAL("@wang 你好");
    }
    driver.write(driver.self, jobs, RACE);
    for (int i = 0; i < RACE; i++) {
      if (jobs[i]->outcome == STORE_REFUSED && jobs[i]->reason == REASON_CONFLICT)
        racer->refused++;
      else if (jobs[i]->outcome != STORE_DONE)
        abort();
      else if (jobs[i]->post.duplicate)
        racer->repeated++;
      else
        racer->fresh++;
      store_job_destroy(jobs[i]);
    }
  }
  driver.close(driver.self);
  return NULL;
}

static void two_instances_leave_no_hole_and_no_double(void **state) {
  struct suite *suite = *state;
  struct racer racers[2] = {{.suite = suite}, {.suite = suite, .backwards = true}};
  for (int i = 0; i < 2; i++) pthread_create(&racers[i].thread, NULL, race, &racers[i]);
  for (int i = 0; i < 2; i++) pthread_join(racers[i].thread, NULL);
  assert_int_equal(racers[0].fresh + racers[1].fresh, ROUNDS * RACE);
  assert_int_equal(racers[0].repeated + racers[1].repeated + racers[0].refused + racers[1].refused, ROUNDS * RACE);
  assert_int_equal(racers[0].refused + racers[1].refused, ROUNDS * RACE / 5);
  int64_t all = 0;
  static const char *const rooms[] = {"kz", "cn", "fintech"};
  for (int i = 0; i < 3; i++) {
    struct store_job *log = suite_pulse(suite, rooms[i], 0);
    int64_t head = log->pulse.heads->head;
    for (int64_t from = 1; from <= head; from += 100) {
      int64_t to = from + 99 < head ? from + 99 : head;
      struct store_job *page = suite_entries(suite, rooms[i], from, to);
      assert_int_equal(page->entries.count, to - from + 1);
    }
    all += head;
  }
  assert_int_equal(all, ROUNDS * RACE);
}

/* ---- servers ---- */

static void a_server_that_was_restarted_is_found_again(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  assert_done(suite_page(suite, "kz", suite->ivan, -1, -1, 10));
  postgres_server_stop(&postgres_server, SIGQUIT);
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "b", "text")->outcome, STORE_UNAVAILABLE);
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 10)->outcome, STORE_UNAVAILABLE);
  postgres_server_start(&postgres_server, "");
  int64_t begun = now_ms();
  while (suite_post(suite, "kz", suite->ivan, "b", "text")->outcome != STORE_DONE) {
    assert_in_range(now_ms() - begun, 0, 20000);
    usleep(50000);
  }
  while (suite_page(suite, "kz", suite->ivan, -1, -1, 10)->outcome != STORE_DONE) usleep(50000);
  check_log(suite, "kz", 2);
}

/* A line that broke while nothing was under way costs nobody anything. */
static void a_line_that_broke_meanwhile_is_made_again_at_once(void **state) {
  struct suite *suite = *state;
  for (int i = 0; i < 2; i++) {
    char id[8];
    snprintf(id, sizeof id, "n%d", i);
    assert_done(suite_post(suite, "kz", suite->ivan, id, "text"));
    assert_done(suite_page(suite, "kz", suite->ivan, -1, -1, 10));
    postgres_server_run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'clubd'");
    usleep(100000);
  }
  assert_done(suite_page(suite, "kz", suite->ivan, -1, -1, 10));
  check_log(suite, "kz", 2);
}

/* Once the server met an error of its own in a session, it may meet it there again and again: a function that was
 * compiled while memory ran out is such a thing. A new session has not. */
static void a_session_in_which_the_server_is_broken_is_left(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(
      line, "CREATE TABLE broken AS SELECT pid FROM pg_stat_activity WHERE application_name = 'clubd'; "
            "CREATE FUNCTION break_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT FROM broken WHERE pid = pg_backend_pid()) THEN "
            "RAISE EXCEPTION 'broken' USING ERRCODE = 'XX000'; END IF; RETURN NEW; END $$; "
            "CREATE TRIGGER broken BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION break_session()");
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "b", "text");
  (void)postgres_server_ask(line, "DROP TRIGGER broken ON entry; DROP FUNCTION break_session; DROP TABLE broken");
  PQfinish(line);
  assert_done(post);
  check_log(suite, "kz", 2);
}

static void a_stopped_server_holds_nobody_for_long(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  PGconn *line = postgres_server_connect(suite->address);
  pid_t servers[8];
  int count = 0;
  PGresult *pids = PQexec(line, "SELECT pid FROM pg_stat_activity WHERE application_name = 'clubd'");
  for (int i = 0; i < PQntuples(pids) && count < 7; i++) servers[count++] = (pid_t)atoi(PQgetvalue(pids, i, 0));
  PQclear(pids);
  PQfinish(line);
  servers[count++] = postgres_server.process;
  for (int i = 0; i < count; i++) kill(servers[i], SIGSTOP);
  int64_t begun = now_ms();
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "b", "text");
  assert_int_equal(post->outcome, STORE_UNAVAILABLE);
  assert_in_range(now_ms() - begun, 0, 15000);
  begun = now_ms();
  assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 10)->outcome, STORE_UNAVAILABLE);
  assert_in_range(now_ms() - begun, 0, 15000);
  for (int i = 0; i < count; i++) kill(servers[i], SIGCONT);
  begun = now_ms();
  while (suite_post(suite, "kz", suite->ivan, "b", "text")->outcome != STORE_DONE) {
    assert_in_range(now_ms() - begun, 0, 20000);
    usleep(50000);
  }
  check_log(suite, "kz", 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(a_cut_before_the_commit_is_done_once_more, &postgres_setup),
      SUITE_TEST(a_commit_whose_answer_was_lost_is_found_to_be_one, &postgres_setup),
      SUITE_TEST(posts_whose_answers_were_lost_are_found_by_their_client_id, &postgres_setup),
      SUITE_TEST(a_server_that_lets_nobody_in_is_asked_ever_more_seldom, &postgres_setup),
      SUITE_TEST(an_instance_that_froze_with_a_lock_is_got_rid_of, &postgres_setup),
      SUITE_TEST(what_takes_too_long_is_not_begun_again, &postgres_setup),
      SUITE_TEST(two_instances_leave_no_hole_and_no_double, &postgres_setup),
      SUITE_TEST(a_line_that_broke_meanwhile_is_made_again_at_once, &postgres_setup),
      SUITE_TEST(a_session_in_which_the_server_is_broken_is_left, &postgres_setup),
      SUITE_TEST(a_server_that_was_restarted_is_found_again, &postgres_setup),
      SUITE_TEST(a_stopped_server_holds_nobody_for_long, &postgres_setup),
      SUITE_TEST(a_commit_that_its_standbys_did_not_get_is_unknown, &postgres_setup),
      SUITE_TEST(what_its_standbys_did_not_get_is_not_read_from_a_server_that_crashed, &postgres_setup),
  };
  return cmocka_run_group_tests_name("faults around PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
