#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "club/limits.h"
#include "club/member.h"
#include "club/password.h"

struct collected {
  char encoded[256];
  bool right, failed, wiped;
  int count;
};

static void wake(void *context) {
  (void)context;
}

static void done(void *context, struct hash_job *job) {
  struct collected *collected = context;
  static const char nothing[sizeof job->password] = {0};
  memcpy(collected->encoded, job->encoded, sizeof collected->encoded);
  collected->right = job->right;
  collected->failed = job->failed;
  collected->wiped = memcmp(job->password, nothing, sizeof nothing) == 0;
  collected->count++;
  hash_job_destroy(job);
}

static struct hash_job *job_of(enum hash_kind kind, const char *password, const char *encoded) {
  struct hash_job *job = calloc(1, sizeof *job);
  assert_non_null(job);
  job->kind = kind;
  job->password_size = strlen(password);
  memcpy(job->password, password, job->password_size);
  snprintf(job->encoded, sizeof job->encoded, "%s", encoded);
  job->done = done;
  return job;
}

static void collect_all(struct hash_threads *threads, struct collected *collected) {
  struct timespec pause = {0, 1000000};
  while (hash_threads_pending(threads) > 0) {
    nanosleep(&pause, NULL);
    hash_threads_collect(threads, collected);
  }
}

static void run_one(struct hash_threads *threads, struct collected *collected, struct hash_job *job) {
  struct hasher hasher = hash_threads_hasher(threads);
  *collected = (struct collected){0};
  assert_true(hasher.submit(hasher.self, job));
  collect_all(threads, collected);
  assert_int_equal(collected->count, 1);
  assert_true(collected->wiped);
}

static void makes_and_checks_passwords_and_wipes_them(void **state) {
  (void)state;
  struct hash_threads *threads = hash_threads_create(1, wake, NULL);
  struct collected collected;
  char encoded[256];
  assert_non_null(threads);
  run_one(threads, &collected, job_of(HASH_MAKE, "пароль из степи 长城", ""));
  assert_false(collected.failed);
  memcpy(encoded, collected.encoded, sizeof encoded);
  assert_true(strncmp(encoded, "$argon2id$", 10) == 0);
  run_one(threads, &collected, job_of(HASH_CHECK, "пароль из степи 长城", encoded));
  assert_true(collected.right);
  run_one(threads, &collected, job_of(HASH_CHECK, "пароль из степи 长江", encoded));
  assert_false(collected.right);
  hash_threads_destroy(threads);
}

static void nobody_is_never_right(void **state) {
  (void)state;
  struct hash_threads *threads = hash_threads_create(1, wake, NULL);
  struct collected collected;
  run_one(threads, &collected, job_of(HASH_CHECK, "", ""));
  assert_false(collected.right);
  run_one(threads, &collected, job_of(HASH_CHECK, "whatever it is", ""));
  assert_false(collected.right);
  hash_threads_destroy(threads);
}

static void the_queue_has_its_end(void **state) {
  (void)state;
  struct hash_threads *threads = hash_threads_create(1, wake, NULL);
  struct hasher hasher = hash_threads_hasher(threads);
  int taken = 0; /* those that are under way, too */
  struct hash_job *job = job_of(HASH_CHECK, "long enough", "");
  for (; taken < 20 * LIMIT_HASH_QUEUE && hasher.submit(hasher.self, job); taken++)
    job = job_of(HASH_CHECK, "long enough", "");
  assert_in_range(taken, LIMIT_HASH_QUEUE, 20 * LIMIT_HASH_QUEUE - 1);
  hash_job_destroy(job);
  hash_threads_destroy(threads); /* what was not collected goes with it */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(makes_and_checks_passwords_and_wipes_them),
      cmocka_unit_test(nobody_is_never_right),
      cmocka_unit_test(the_queue_has_its_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
