/* Which servers and databases are trusted, and what is said of the others in one clear line; several hosts, and what
 * another history means. */
#include "postgres_server.h"

/* What runs the migrations is shown here, so each test begins without them. */
static const struct suite_setup schema_setup = {postgres_schema_make, postgres_schema_remove, store_driver_open};

static void expect_refusal(const char *address, enum store_role role, const char *part) {
  struct store_driver driver;
  char error[256] = "";
  assert_false(store_driver_open(&driver, address, role, error, sizeof error));
  if (!strstr(error, part)) fail_msg("\"%s\" does not say \"%s\"", error, part);
  assert_null(strchr(error, '\n'));
  assert_null(strstr(error, "geheim"));
}

static void with_option(const struct suite *suite, const char *option, char address[320]) {
  snprintf(address, 320, "%s%%20-c%s", suite->address, option);
}

static void change(const struct suite *suite, const char *sql) {
  PGconn *line = postgres_server_connect(suite->address);
  (void)postgres_server_ask(line, sql);
  PQfinish(line);
}

static void set_in_server(const char *name, const char *value) {
  char sql[96];
  snprintf(sql, sizeof sql, "ALTER SYSTEM SET %s = %s", name, value);
  postgres_server_run(sql);
  postgres_server_run("SELECT pg_reload_conf()");
  snprintf(sql, sizeof sql, "SHOW %s", name);
  postgres_server_until(sql, value);
}

static void a_server_that_may_lose_what_it_confirms_is_refused(void **state) {
  const struct suite *suite = *state;
  char address[320];
  with_option(suite, "synchronous_commit%3Doff", address);
  expect_refusal(address, STORE_WRITER, "synchronous_commit is off");
  with_option(suite, "default_transaction_read_only%3Don", address);
  expect_refusal(address, STORE_READER, "takes no writes");
  set_in_server("fsync", "off");
  expect_refusal(suite->address, STORE_WRITER, "fsync is off");
  set_in_server("fsync", "on");
  set_in_server("full_page_writes", "off");
  expect_refusal(suite->address, STORE_READER, "full_page_writes is off");
  set_in_server("full_page_writes", "on");
}

/* A server that turns careless later is not written to any more, once its lines were made anew. */
static void it_is_looked_at_whenever_a_line_is_made(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "text"));
  set_in_server("fsync", "off");
  postgres_server_run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'clubd'");
  postgres_server_until("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'clubd'", "0");
  assert_int_equal(suite_post(suite, "kz", suite->ivan, "b", "text")->outcome, STORE_UNAVAILABLE);
  set_in_server("fsync", "on");
  while (suite_post(suite, "kz", suite->ivan, "b", "text")->outcome != STORE_DONE) usleep(100000);
}

static void what_is_no_store_is_refused_without_its_password(void **state) {
  const struct suite *suite = *state;
  char address[320];
  expect_refusal("postgresql://club:geheim@127.0.0.1:1/club", STORE_WRITER, "127.0.0.1/club");
  expect_refusal("postgresql://club:geheim@127.0.0.1:1/club?what=1", STORE_WRITER, "not an address");
  expect_refusal("mysql://club:geheim@127.0.0.1:1/club", STORE_WRITER, "not a store");
  postgres_server_run("CREATE DATABASE latin ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
  postgres_server_address(&postgres_server, "latin", address, sizeof address);
  expect_refusal(address, STORE_WRITER, "not UTF8");
  change(suite, "CREATE SCHEMA other; CREATE TABLE other.room (a text)");
  postgres_server_address(&postgres_server, "postgres", address, sizeof address);
  strcat(address, "&options=-csearch_path%3Dother");
  expect_refusal(address, STORE_WRITER, "not a database of this program");
  change(suite, "CREATE SCHEMA empty");
  postgres_server_address(&postgres_server, "postgres", address, sizeof address);
  strcat(address, "&options=-csearch_path%3Dempty");
  expect_refusal(address, STORE_READER, "there is no database yet");
}

static void a_database_of_a_newer_program_is_refused(void **state) {
  const struct suite *suite = *state;
  change(suite, "UPDATE meta SET schema = 99, oldest = 98");
  expect_refusal(suite->address, STORE_WRITER, "newer version");
  expect_refusal(suite->address, STORE_READER, "newer version");
}

static void a_newer_schema_that_this_program_may_use_is_used(void **state) {
  struct suite *suite = *state;
  change(suite, "UPDATE meta SET schema = 99; ALTER TABLE member ADD COLUMN later text");
  struct store_driver driver;
  suite_open(suite, &driver, STORE_WRITER);
  struct store_job *job = suite_job(suite, STORE_SESSION_ADD);
  job->session.member = suite->ivan;
  driver.write(driver.self, &job, 1);
  assert_done(job);
  assert_slice(job->session.record.login, "ivan");
  driver.close(driver.self);
  /* Lines that were open before the schema changed go on. */
  assert_done(suite_session(suite, STORE_SESSION_ADD, "token", suite->wang));
  assert_done(suite_session(suite, STORE_SESSION_FIND, "token", 0));
}

/* ---- histories ---- */

static void read_identity(const char *address, struct store_identity *identity) {
  char error[256] = "";
  if (!store_identity_read(address, identity, error, sizeof error)) fail_msg("%s", error);
}

static void the_epoch_is_that_of_the_pulse_and_stays(void **state) {
  struct suite *suite = *state;
  struct store_identity first, second;
  read_identity(suite->address, &first);
  struct store_driver driver;
  suite_open(suite, &driver, STORE_WRITER);
  driver.close(driver.self);
  read_identity(suite->address, &second);
  assert_string_equal(first.epoch, second.epoch);
  assert_memory_equal(first.secret, second.secret, sizeof first.secret);
  assert_true(token_is_valid(slice_of(first.epoch)));
  assert_string_equal(suite_pulse(suite, "kz", 0)->pulse.epoch, first.epoch);
}

/* Whatever else is in it: the table is another one then. */
static void a_restored_dump_is_another_history_and_nobody_is_logged_in(void **state) {
  struct suite *suite = *state;
  struct store_identity before, after;
  read_identity(suite->address, &before);
  assert_done(suite_session(suite, STORE_SESSION_ADD, "token", suite->ivan));
  change(suite, "ALTER TABLE meta RENAME TO old; CREATE TABLE meta (LIKE old INCLUDING ALL); "
                "INSERT INTO meta SELECT * FROM old; DROP TABLE old");
  struct store_driver driver;
  suite_open(suite, &driver, STORE_WRITER);
  driver.close(driver.self);
  read_identity(suite->address, &after);
  assert_string_not_equal(before.epoch, after.epoch);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND);
}

static void an_operator_can_begin_another_history(void **state) {
  struct suite *suite = *state;
  struct store_identity before, after;
  read_identity(suite->address, &before);
  assert_done(suite_session(suite, STORE_SESSION_ADD, "token", suite->ivan));
  change(suite, "SELECT club_renew_1()");
  read_identity(suite->address, &after);
  assert_string_not_equal(before.epoch, after.epoch);
  assert_string_equal(suite_pulse(suite, "kz", 0)->pulse.epoch, after.epoch);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND);
}

/* ---- several hosts ---- */

/* "host=first,second" in place of the one host. */
static void with_hosts(const char *address, const char *first, const char *second, char *text, size_t size) {
  const char *host = strstr(address, "host=") + 5;
  snprintf(text, size, "%.*s%s,%s%s", (int)(host - address), address, first, second, host + strcspn(host, "&"));
}

static void make_standby(struct postgres_server *standby) {
  *standby = postgres_server;
  standby->process = -1;
  snprintf(standby->folder, sizeof standby->folder, "/tmp/club-standby-XXXXXX");
  assert_non_null(mkdtemp(standby->folder));
  struct stat owner;
  char command[512];
  assert_int_equal(stat(postgres_server.folder, &owner), 0);
  assert_int_equal(chown(standby->folder, owner.st_uid, owner.st_gid), 0);
  snprintf(command, sizeof command, "pg_basebackup -h %s -U postgres -D %s/data -R -c fast --no-sync",
           postgres_server.folder, standby->folder);
  int status = -1;
  waitpid(postgres_server_spawn(standby, command), &status, 0);
  assert_int_equal(status, 0);
  postgres_server_start(standby, "");
}

static void promote(struct postgres_server *standby) {
  char command[256];
  int status = -1;
  snprintf(command, sizeof command, "pg_ctl -D %s/data -w promote", standby->folder);
  waitpid(postgres_server_spawn(standby, command), &status, 0);
  assert_int_equal(status, 0);
}

static void another_server_that_was_promoted_is_found_and_has_another_epoch(void **state) {
  struct suite *suite = *state;
  struct postgres_server standby;
  struct store_identity before, after;
  char straight[256], address[256], error[256] = "";
  make_standby(&standby);
  const char *host = strstr(suite->address, "host=") + 5;
  snprintf(straight, sizeof straight, "%.*s%s%s", (int)(host - suite->address), suite->address, standby.folder,
           host + strcspn(host, "&"));
  expect_refusal(straight, STORE_READER, "standby");
  with_hosts(suite->address, standby.folder, postgres_server.folder, address, sizeof address);
  struct store_driver driver;
  assert_true(store_driver_open(&driver, address, STORE_WRITER, error, sizeof error));
  read_identity(address, &before);
  struct store_job *post = suite_post_job(suite, "kz", suite->ivan, "a", "text");
  driver.write(driver.self, &post, 1);
  assert_done(post);
  postgres_server_until("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_flush_lsn()", "1");
  postgres_server_stop(&postgres_server, SIGQUIT);
  promote(&standby);
  for (int i = 0; i < 100; i++) {
    post = suite_post_job(suite, "kz", suite->ivan, "b", "text");
    driver.write(driver.self, &post, 1);
    if (post->outcome == STORE_DONE) break;
    usleep(100000);
  }
  assert_done(post);
  assert_int_equal(post->post.seq, 2);
  read_identity(address, &after);
  assert_string_not_equal(before.epoch, after.epoch);
  driver.close(driver.self);
  postgres_server_stop(&standby, SIGQUIT);
  nftw(standby.folder, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
  postgres_server_start(&postgres_server, "");
}

static void instances_that_start_at_once_migrate_once(void **state) {
  (void)state;
  char address[256];
  int statuses = 0;
  pid_t children[4];
  postgres_schema_make(address, sizeof address);
  for (int i = 0; i < 4; i++) {
    children[i] = fork();
    if (children[i] != 0) continue;
    struct store_driver driver;
    char error[256];
    _exit(store_driver_open(&driver, address, STORE_WRITER, error, sizeof error) ? 0 : 1);
  }
  for (int i = 0; i < 4; i++) {
    int status = 1;
    waitpid(children[i], &status, 0);
    statuses |= status;
  }
  assert_int_equal(statuses, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(a_server_that_may_lose_what_it_confirms_is_refused, &schema_setup),
      SUITE_TEST(it_is_looked_at_whenever_a_line_is_made, &schema_setup),
      SUITE_TEST(what_is_no_store_is_refused_without_its_password, &schema_setup),
      SUITE_TEST(a_database_of_a_newer_program_is_refused, &schema_setup),
      SUITE_TEST(a_newer_schema_that_this_program_may_use_is_used, &schema_setup),
      SUITE_TEST(the_epoch_is_that_of_the_pulse_and_stays, &schema_setup),
      SUITE_TEST(a_restored_dump_is_another_history_and_nobody_is_logged_in, &schema_setup),
      SUITE_TEST(an_operator_can_begin_another_history, &schema_setup),
      SUITE_TEST(another_server_that_was_promoted_is_found_and_has_another_epoch, &schema_setup),
      cmocka_unit_test(instances_that_start_at_once_migrate_once),
  };
  return cmocka_run_group_tests_name("opening PostgreSQL", tests, postgres_server_begin, postgres_server_finish);
}
