#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "club/workers.h"

struct job {
  struct worker_job link;
  int number;
  size_t thread;
};

struct room {
  pthread_mutex_t gate; /* held: the threads wait in their jobs */
  atomic_int wakes, begun, ended, ran;
  int order[1000];
};

struct thread_state {
  struct room *room;
  size_t index;
};

static void *begin(void *context, size_t index) {
  struct thread_state *state = malloc(sizeof *state);
  *state = (struct thread_state){context, index};
  atomic_fetch_add(&state->room->begun, 1);
  return state;
}

static void end(void *state) {
  struct thread_state *thread = state;
  atomic_fetch_add(&thread->room->ended, 1);
  free(thread);
}

static void run(void *state, struct worker_job *link) {
  struct thread_state *thread = state;
  struct job *job = (struct job *)link;
  pthread_mutex_lock(&thread->room->gate);
  thread->room->order[atomic_fetch_add(&thread->room->ran, 1)] = job->number;
  pthread_mutex_unlock(&thread->room->gate);
  job->thread = thread->index;
}

static void wake(void *context) {
  atomic_fetch_add(&((struct room *)context)->wakes, 1);
}

static struct workers *create(struct room *room, size_t threads, size_t limit) {
  struct workers_setup setup = {.name = "test",
                                .threads = threads,
                                .queue_limit = limit,
                                .thread_begin = begin,
                                .thread_end = end,
                                .run = run,
                                .wake = wake,
                                .context = room};
  pthread_mutex_init(&room->gate, NULL);
  struct workers *workers = workers_create(&setup);
  assert_non_null(workers);
  return workers;
}

static size_t collect(struct workers *workers, size_t count) {
  size_t got = 0;
  for (int i = 0; got < count && i < 5000; i++) {
    for (struct worker_job *job = workers_collect(workers); job; job = job->next) got++;
    if (got < count) usleep(1000);
  }
  return got;
}

static void every_job_is_carried_out_once_and_comes_back(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 4, 1000);
  struct job jobs[1000] = {0};
  for (int i = 0; i < 1000; i++) {
    jobs[i].number = i;
    assert_true(workers_submit(workers, &jobs[i].link, false));
  }
  assert_int_equal(collect(workers, 1000), 1000);
  assert_int_equal(workers_pending(workers), 0);
  assert_int_equal(atomic_load(&room.ran), 1000);
  assert_true(atomic_load(&room.wakes) >= 1);
  workers_destroy(workers, NULL);
  assert_int_equal(atomic_load(&room.begun), 4);
  assert_int_equal(atomic_load(&room.ended), 4);
}

static void one_thread_keeps_the_order_and_urgent_goes_first(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 1, 10);
  struct job jobs[5] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}, {.number = 4}};
  pthread_mutex_lock(&room.gate);
  assert_true(workers_submit(workers, &jobs[0].link, false));
  usleep(50000); /* it waits at the gate now */
  assert_true(workers_submit(workers, &jobs[1].link, false));
  assert_true(workers_submit(workers, &jobs[2].link, false));
  assert_true(workers_submit(workers, &jobs[3].link, true));
  assert_true(workers_submit(workers, &jobs[4].link, true));
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 5), 5);
  int expected[] = {0, 3, 4, 1, 2};
  assert_memory_equal(room.order, expected, sizeof expected);
  workers_destroy(workers, NULL);
}

static void a_full_queue_refuses_and_leaves_the_job_to_the_caller(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 1, 2);
  struct job jobs[4] = {0};
  pthread_mutex_lock(&room.gate);
  assert_true(workers_submit(workers, &jobs[0].link, false));
  usleep(50000);
  assert_true(workers_submit(workers, &jobs[1].link, false));
  assert_true(workers_submit(workers, &jobs[2].link, false));
  assert_false(workers_submit(workers, &jobs[3].link, false));
  assert_false(workers_submit(workers, &jobs[3].link, true));
  assert_int_equal(workers_pending(workers), 3);
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 3), 3);
  workers_destroy(workers, NULL);
}

static int dropped;
static void drop(struct worker_job *job) {
  (void)job;
  dropped++;
}

static void destroying_carries_out_what_waits_and_drops_what_nobody_collected(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 2, 100);
  struct job jobs[50] = {0};
  for (int i = 0; i < 50; i++) assert_true(workers_submit(workers, &jobs[i].link, false));
  dropped = 0;
  workers_destroy(workers, drop);
  assert_int_equal(atomic_load(&room.ran), 50);
  assert_int_equal(dropped, 50);
  workers_destroy(NULL, drop);
}

static void absurd_numbers_of_threads_are_refused(void **state) {
  (void)state;
  struct workers_setup setup = {.name = "test", .threads = 0, .run = run, .wake = wake};
  assert_null(workers_create(&setup));
  setup.threads = 65;
  assert_null(workers_create(&setup));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_job_is_carried_out_once_and_comes_back),
      cmocka_unit_test(one_thread_keeps_the_order_and_urgent_goes_first),
      cmocka_unit_test(a_full_queue_refuses_and_leaves_the_job_to_the_caller),
      cmocka_unit_test(destroying_carries_out_what_waits_and_drops_what_nobody_collected),
      cmocka_unit_test(absurd_numbers_of_threads_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
