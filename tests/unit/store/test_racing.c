/* Several connections, and processes that are killed. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "files.h"

/* ---- two writers ---- */

enum { ROUNDS = 60, BATCH = 20 };

struct racer {
  struct suite *suite;
  pthread_t thread;
  int fresh, repeated;
};

/* Both use the same client_ids: each text is posted once, by whoever comes first. */
static void *race(void *argument) {
  struct racer *racer = argument;
  struct store_driver driver;
  char error[256];
  if (!store_driver_open(&driver, racer->suite->address, STORE_WRITER, error, sizeof error)) abort();
  for (int round = 0; round < ROUNDS; round++) {
    struct store_job *jobs[BATCH];
    for (int i = 0; i < BATCH; i++) {
      char id[32];
      snprintf(id, sizeof id, "%d-%d", round, i);
      jobs[i] = store_job_create(STORE_POST);
      jobs[i]->post.room = slice_of(i % 2 ? "kz" : "cn");
      jobs[i]->post.member = jobs[i]->post.author = racer->suite->ivan;
      jobs[i]->post.client_id = arena_copy(jobs[i]->arena, slice_of(id));
      jobs[i]->post.text = SLICE_LITERAL("текст");
    }
    driver.write(driver.self, jobs, BATCH);
    for (int i = 0; i < BATCH; i++) {
      if (jobs[i]->outcome != STORE_DONE) abort();
      if (jobs[i]->post.duplicate)
        racer->repeated++;
      else
        racer->fresh++;
      store_job_destroy(jobs[i]);
    }
    if (round % 8 == 7) driver.idle(driver.self);
  }
  driver.close(driver.self);
  return NULL;
}

static int64_t check_numbers(struct suite *suite, const char *room) {
  int64_t expected = 1;
  for (bool more = true; more;) {
    struct store_job *page = suite_page(suite, room, suite->ada, expected - 1, -1, 100);
    assert_done(page);
    for (size_t i = 0; i < page->page.count; i++) assert_int_equal(page->page.entries[i].seq, expected++);
    more = page->page.more;
  }
  return expected - 1;
}

static void two_writers_leave_no_hole_and_no_double(void **state) {
  struct suite *suite = *state;
  struct racer racers[2] = {{.suite = suite}, {.suite = suite}};
  assert_int_equal(suite_post(suite, "kz", suite->wang, "earlier", "text")->post.seq, 1);
  for (int i = 0; i < 2; i++) pthread_create(&racers[i].thread, NULL, race, &racers[i]);
  for (int i = 0; i < 2; i++) pthread_join(racers[i].thread, NULL);
  assert_int_equal(racers[0].fresh + racers[1].fresh, ROUNDS * BATCH);
  assert_int_equal(racers[0].repeated + racers[1].repeated, ROUNDS * BATCH);
  assert_int_equal(check_numbers(suite, "kz"), ROUNDS * BATCH / 2 + 1);
  assert_int_equal(check_numbers(suite, "cn"), ROUNDS * BATCH / 2);
  /* The writer that slept meanwhile does not trust what it remembers. */
  assert_int_equal(suite_post(suite, "kz", suite->wang, "later", "text")->post.seq, ROUNDS * BATCH / 2 + 2);
}

static void an_invite_is_used_up_once_by_two_connections(void **state) {
  struct suite *suite = *state;
  struct store_driver other;
  suite_open(suite, &other, STORE_WRITER);
  struct store_job *invite = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("link"), invite->invite.digest);
  invite->invite.record.uses = 3;
  assert_done(suite_run(suite, invite));
  int joined = 0;
  for (int i = 0; i < 6; i++) {
    struct store_job *job = suite_job(suite, STORE_MEMBER_ADD);
    char login[16];
    snprintf(login, sizeof login, "guest%d", i);
    job->member.invited = true;
    digest_sha256(slice_of("link"), job->member.digest);
    job->member.member.login = arena_copy(job->arena, slice_of(login));
    job->member.member.name = slice_of("客人");
    struct store_driver *driver = i % 2 ? &other : &suite->writer;
    driver->write(driver->self, &job, 1);
    if (job->outcome == STORE_DONE)
      joined++;
    else
      assert_refused(job, REASON_NOT_FOUND);
  }
  assert_int_equal(joined, 3);
  other.close(other.self);
}

/* ---- killed ---- */

struct answer {
  int64_t seq;
  int number;
};

static void post_until_killed(struct suite *suite, int answers, int first) {
  struct store_driver driver;
  char error[256];
  if (!store_driver_open(&driver, suite->address, STORE_WRITER, error, sizeof error)) _exit(1);
  for (int number = first;;) {
    struct store_job *jobs[BATCH];
    struct answer answered[BATCH];
    for (int i = 0; i < BATCH; i++, number++) {
      char id[32];
      snprintf(id, sizeof id, "n%d", number);
      jobs[i] = store_job_create(STORE_POST);
      jobs[i]->post.room = SLICE_LITERAL("kz");
      jobs[i]->post.member = jobs[i]->post.author = suite->ivan;
      jobs[i]->post.client_id = arena_copy(jobs[i]->arena, slice_of(id));
      jobs[i]->post.text = jobs[i]->post.client_id;
      answered[i].number = number;
    }
    driver.write(driver.self, jobs, BATCH);
    for (int i = 0; i < BATCH; i++) {
      if (jobs[i]->outcome != STORE_DONE) _exit(1);
      answered[i].seq = jobs[i]->post.seq;
      store_job_destroy(jobs[i]);
    }
    if (write(answers, answered, sizeof answered) != sizeof answered) _exit(1);
    if (number % 200 == 0) driver.idle(driver.self);
  }
}

static void check_answer(struct suite *suite, const struct answer *answer) {
  char id[32];
  snprintf(id, sizeof id, "n%d", answer->number);
  struct store_job *entry = suite_entries(suite, "kz", answer->seq, answer->seq);
  assert_done(entry);
  assert_int_equal(entry->entries.count, 1);
  assert_slice(entry->entries.entries[0].client_id, id);
  assert_slice(entry->entries.entries[0].text, id);
  struct store_job *again = suite_post(suite, "kz", suite->ivan, id, "repeated");
  assert_true(again->post.duplicate);
  assert_int_equal(again->post.seq, answer->seq);
}

/* Once something was answered the child is killed so many microseconds later: the number of the last answer. */
static int check_until_killed(struct suite *suite, pid_t child, int answers, useconds_t killed_after) {
  int number = -1;
  bool killed = false;
  struct answer answer;
  while (read(answers, &answer, sizeof answer) == sizeof answer) {
    if (!killed) {
      usleep(killed_after);
      kill(child, SIGKILL);
      waitpid(child, NULL, 0);
      killed = true;
    }
    check_answer(suite, &answer);
    number = answer.number;
    suite_forget_jobs(suite);
  }
  assert_true(killed);
  return number;
}

static void what_was_answered_is_there_after_a_kill(void **state) {
  struct suite *suite = *state;
  int number = 0;
  for (int round = 0; round < 6; round++) {
    int answers[2];
    assert_int_equal(pipe(answers), 0);
    pid_t child = fork();
    if (child == 0) {
      close(answers[0]);
      post_until_killed(suite, answers[1], number);
    }
    close(answers[1]);
    number = check_until_killed(suite, child, answers[0], (useconds_t)(round * 7000)) + 1;
    close(answers[0]);
    number += 2 * BATCH;
    (void)check_numbers(suite, "kz");
    suite_forget_jobs(suite);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(two_writers_leave_no_hole_and_no_double, &files_setup),
      SUITE_TEST(an_invite_is_used_up_once_by_two_connections, &files_setup),
      SUITE_TEST(what_was_answered_is_there_after_a_kill, &files_setup),
  };
  return cmocka_run_group_tests_name("several at once", tests, NULL, NULL);
}
