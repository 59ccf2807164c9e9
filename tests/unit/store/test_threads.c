/* The writer and the readers behind the store: order, batches, waking, ending. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "files.h"

/* ---- a driver that only notes what it is asked ---- */

struct notes {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool held; /* writes wait */
  size_t batches[64], batch_count;
  uint64_t order[32768];
  size_t written;
  atomic_int reads, idles, closed, wakes;
  atomic_int pieces, put_off, tidied, tidied_busy;
  atomic_bool unknown;
  atomic_llong idle_in;
};

static struct notes notes;

static void note_write(void *self, struct store_job **jobs, size_t count) {
  (void)self;
  pthread_mutex_lock(&notes.lock);
  if (notes.batch_count < 64) notes.batches[notes.batch_count] = count;
  notes.batch_count++;
  pthread_cond_broadcast(&notes.changed);
  while (notes.held) pthread_cond_wait(&notes.changed, &notes.lock);
  for (size_t i = 0; i < count; i++) {
    notes.order[notes.written++] = jobs[i]->ticket;
    jobs[i]->outcome = notes.unknown ? STORE_UNKNOWN : STORE_DONE;
  }
  pthread_mutex_unlock(&notes.lock);
}

static void note_read(void *self, struct store_job *job) {
  (void)self;
  atomic_fetch_add(&notes.reads, 1);
  job->outcome = STORE_DONE;
}

static bool note_broken(void *self) {
  (void)self;
  return notes.unknown;
}

static void note_idle(void *self) {
  (void)self;
  atomic_fetch_add(&notes.idles, 1);
}

static int64_t note_idle_due(void *self) {
  (void)self;
  return atomic_load(&notes.idles) < 2 ? notes.idle_in : -1;
}

static void note_tidy(void *self, bool busy) {
  (void)self;
  atomic_fetch_add(busy ? &notes.tidied_busy : &notes.tidied, 1);
}

/* As long as there are pieces left; `put_off` times it is due in a millisecond instead. */
static int64_t note_tidy_due(void *self, bool busy) {
  (void)self;
  (void)busy;
  if (notes.put_off > 0 && notes.put_off--) return 1;
  return notes.tidied + notes.tidied_busy < notes.pieces ? 0 : -1;
}

static void note_close(void *self) {
  (void)self;
  atomic_fetch_add(&notes.closed, 1);
}

static bool open_notes(struct store_driver *driver, const char *address, enum store_role role, char *error,
                       size_t size) {
  (void)role;
  if (strcmp(address, "no") == 0) {
    snprintf(error, size, "no");
    return false;
  }
  *driver = (struct store_driver){.write = note_write,
                                  .read = note_read,
                                  .broken = note_broken,
                                  .idle = strcmp(address, "tireless") == 0 ? NULL : note_idle,
                                  .idle_due = strcmp(address, "tireless") == 0 ? NULL : note_idle_due,
                                  .tidy = note_tidy,
                                  .tidy_due = note_tidy_due,
                                  .close = note_close};
  return true;
}

static void wake(void *context) {
  (void)context;
  atomic_fetch_add(&notes.wakes, 1);
}

static struct store_threads *begin_patient(const char *address, int64_t wait_ms) {
  memset(&notes, 0, sizeof notes);
  pthread_mutex_init(&notes.lock, NULL);
  pthread_cond_init(&notes.changed, NULL);
  notes.idle_in = -1;
  notes.pieces = notes.put_off = notes.tidied = notes.tidied_busy = 0;
  const struct store_threads_setup setup = {
      .address = address, .readers = 2, .wake = wake, .open = open_notes, .write_wait_ms = wait_ms};
  char error[128] = "";
  return store_threads_create(&setup, error, sizeof error);
}

static struct store_threads *begin(const char *address) {
  return begin_patient(address, 0);
}

static void hold(bool held) {
  pthread_mutex_lock(&notes.lock);
  notes.held = held;
  pthread_cond_broadcast(&notes.changed);
  pthread_mutex_unlock(&notes.lock);
}

static void wait_for_batches(size_t count) {
  pthread_mutex_lock(&notes.lock);
  while (notes.batch_count < count) pthread_cond_wait(&notes.changed, &notes.lock);
  pthread_mutex_unlock(&notes.lock);
}

/* ---- the loop's side ---- */

struct collected {
  uint64_t last_ticket;
  size_t count, unknown, unavailable;
  bool in_order;
};

static void take(void *context, struct store_job *job) {
  struct collected *collected = context;
  if (job->kind < STORE_WRITES_END) {
    if (job->ticket != collected->last_ticket + 1) collected->in_order = false;
    collected->last_ticket = job->ticket;
  }
  if (job->outcome == STORE_UNKNOWN) collected->unknown++;
  if (job->outcome == STORE_UNAVAILABLE) collected->unavailable++;
  collected->count++;
  store_job_destroy(job);
}

static bool submit(struct store_threads *threads, enum store_kind kind, uint64_t ticket) {
  struct store store = store_threads_store(threads);
  struct store_job *job = store_job_create(kind);
  assert_non_null(job);
  job->ticket = ticket;
  job->done = take;
  bool taken = store.submit(store.self, job);
  store_threads_begin(threads);
  if (!taken) store_job_destroy(job);
  return taken;
}

static struct collected collect_all(struct store_threads *threads) {
  struct collected collected = {.in_order = true};
  for (int i = 0; i < 20000 && store_threads_pending(threads) > 0; i++) {
    store_threads_collect(threads, &collected);
    usleep(100);
  }
  return collected;
}

/* ---- tests ---- */

static void writes_come_back_in_order_and_in_batches(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  hold(true);
  assert_true(submit(threads, STORE_POST, 1));
  wait_for_batches(1);
  for (uint64_t ticket = 2; ticket <= 601; ticket++) assert_true(submit(threads, STORE_POST, ticket));
  assert_int_equal(store_threads_pending(threads), 601);
  hold(false);
  struct collected collected = collect_all(threads);
  assert_int_equal(collected.count, 601);
  assert_true(collected.in_order);
  assert_int_equal(notes.batch_count, 4);
  assert_int_equal(notes.batches[0], 1);
  assert_int_equal(notes.batches[1], LIMIT_WRITE_BATCH);
  assert_int_equal(notes.batches[3], 600 - 2 * LIMIT_WRITE_BATCH);
  assert_true(notes.wakes <= 4);
  struct store_counts counts = store_threads_counts(threads);
  assert_int_equal(counts.writes, 601);
  assert_int_equal(counts.commits, 4);
  store_threads_destroy(threads);
  assert_int_equal(notes.closed, 3);
}

static void a_full_queue_takes_no_more_writes(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  hold(true);
  assert_true(submit(threads, STORE_POST, 1));
  wait_for_batches(1);
  uint64_t ticket = 2;
  while (submit(threads, STORE_POST, ticket)) ticket++;
  assert_int_equal(ticket - 2, LIMIT_WRITE_QUEUE);
  assert_true(submit(threads, STORE_HISTORY, 0));
  hold(false);
  struct collected collected = collect_all(threads);
  assert_int_equal(collected.count, LIMIT_WRITE_QUEUE + 2);
  assert_true(collected.in_order);
  assert_true(submit(threads, STORE_POST, 1));
  store_threads_destroy(threads);
}

static void a_write_that_waited_too_long_is_not_begun(void **state) {
  (void)state;
  struct store_threads *threads = begin_patient("yes", 3000);
  hold(true);
  assert_true(submit(threads, STORE_POST, 1)); /* begun in time, however long it takes */
  wait_for_batches(1);
  for (uint64_t ticket = 2; ticket <= 4; ticket++) assert_true(submit(threads, STORE_POST, ticket));
  usleep(3500000);
  assert_true(submit(threads, STORE_POST, 5));
  hold(false);
  struct collected collected = collect_all(threads);
  assert_int_equal(collected.count, 5);
  assert_true(collected.in_order);
  assert_int_equal(collected.unavailable, 3);
  assert_int_equal(notes.written, 2);
  assert_int_equal(notes.order[1], 5);
  store_threads_destroy(threads);
}

static void an_unknown_outcome_marks_the_store_broken(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  assert_false(store_threads_broken(threads));
  notes.unknown = true;
  assert_true(submit(threads, STORE_POST, 1));
  struct collected collected = collect_all(threads);
  assert_int_equal(collected.unknown, 1);
  assert_true(store_threads_broken(threads));
  store_threads_destroy(threads);
}

static void what_waits_is_carried_out_at_the_end(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  for (uint64_t ticket = 1; ticket <= 1000; ticket++) {
    assert_true(submit(threads, ticket % 3 ? STORE_POST : STORE_HISTORY, ticket));
  }
  store_threads_destroy(threads);
  assert_int_equal(notes.written, 667);
  assert_int_equal(notes.reads, 333);
  assert_int_equal(notes.closed, 3);
}

static void the_writer_tidies_up_when_it_has_nothing_to_do(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  notes.idle_in = 1;
  assert_true(submit(threads, STORE_POST, 1));
  for (int i = 0; i < 5000 && notes.idles < 2; i++) usleep(1000);
  assert_int_equal(notes.idles, 2);
  assert_true(submit(threads, STORE_POST, 2));
  (void)collect_all(threads);
  store_threads_destroy(threads);
}

static void work_behind_the_writes_is_done_without_and_between_them(void **state) {
  (void)state;
  struct store_threads *threads = begin("yes");
  notes.pieces = 3;
  assert_true(submit(threads, STORE_POST, 1));
  for (int i = 0; i < 5000 && notes.tidied + notes.tidied_busy < 3; i++) usleep(1000);
  assert_int_equal(notes.tidied_busy, 1);
  assert_int_equal(notes.tidied, 2);
  assert_int_equal(collect_all(threads).count, 1);
  store_threads_destroy(threads);
}

/* As PostgreSQL's: it has nothing to do when it is idle, and its clock may say that it is not time yet. */
static void work_that_is_put_off_is_done_later(void **state) {
  (void)state;
  struct store_threads *threads = begin("tireless");
  notes.put_off = 5;
  notes.pieces = 3;
  assert_true(submit(threads, STORE_POST, 1));
  for (int i = 0; i < 5000 && notes.tidied + notes.tidied_busy < 3; i++) usleep(1000);
  assert_int_equal(notes.tidied + notes.tidied_busy, 3);
  assert_int_equal(collect_all(threads).count, 1);
  store_threads_destroy(threads);
}

static void a_store_that_cannot_be_opened_says_why(void **state) {
  (void)state;
  assert_null(begin("no"));
  const struct store_threads_setup setup = {.address = "sqlite:/no/such/folder/club.db", .readers = 1, .wake = wake};
  char error[256] = "";
  assert_null(store_threads_create(&setup, error, sizeof error));
  assert_non_null(strstr(error, "/no/such/folder"));
  store_threads_destroy(NULL);
  store_job_destroy(NULL);
}

/* With the real driver: what came back can be read. */
static void reads_see_every_write_that_came_back(void **state) {
  struct suite *suite = *state;
  const struct store_threads_setup setup = {.address = suite->address, .readers = 3, .wake = wake};
  char error[256] = "";
  struct store_threads *threads = store_threads_create(&setup, error, sizeof error);
  assert_non_null(threads);
  struct store store = store_threads_store(threads);
  for (int round = 1; round <= 40; round++) {
    char id[16];
    snprintf(id, sizeof id, "id%d", round);
    struct store_job *post = suite_post_job(suite, "kz", suite->ivan, id, "текст");
    suite->job_count--; /* the collector frees it */
    post->ticket = (uint64_t)round;
    post->done = take;
    assert_true(store.submit(store.self, post));
    (void)collect_all(threads);
    assert_int_equal(suite_page(suite, "kz", suite->ivan, -1, -1, 1)->page.as_of, round);
  }
  store_threads_destroy(threads);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_come_back_in_order_and_in_batches),
      cmocka_unit_test(a_full_queue_takes_no_more_writes),
      cmocka_unit_test(a_write_that_waited_too_long_is_not_begun),
      cmocka_unit_test(an_unknown_outcome_marks_the_store_broken),
      cmocka_unit_test(what_waits_is_carried_out_at_the_end),
      cmocka_unit_test(the_writer_tidies_up_when_it_has_nothing_to_do),
      cmocka_unit_test(work_behind_the_writes_is_done_without_and_between_them),
      cmocka_unit_test(work_that_is_put_off_is_done_later),
      cmocka_unit_test(a_store_that_cannot_be_opened_says_why),
      SUITE_TEST(reads_see_every_write_that_came_back, &files_setup),
  };
  return cmocka_run_group_tests_name("threads of the store", tests, NULL, NULL);
}
