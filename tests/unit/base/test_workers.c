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
  atomic_int wakes, begun, ended, ran, arrived;
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
  atomic_fetch_add(&thread->room->arrived, 1);
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

/* A job waits at the gate, so that what is submitted now waits behind it. */
static void hold_a_thread(struct room *room, struct workers *workers, struct job *job) {
  pthread_mutex_lock(&room->gate);
  assert_true(workers_submit(workers, &job->link, WORKER_USUAL));
  for (int i = 0; i < 5000 && atomic_load(&room->arrived) == 0; i++) usleep(1000);
  assert_int_equal(atomic_load(&room->arrived), 1);
}

static void every_job_is_carried_out_once_and_comes_back(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 4, 1000);
  struct job jobs[1000] = {0};
  for (int i = 0; i < 1000; i++) {
    jobs[i].number = i;
    assert_true(workers_submit(workers, &jobs[i].link, WORKER_USUAL));
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
  hold_a_thread(&room, workers, &jobs[0]);
  assert_true(workers_submit(workers, &jobs[1].link, WORKER_USUAL));
  assert_true(workers_submit(workers, &jobs[2].link, WORKER_USUAL));
  assert_true(workers_submit(workers, &jobs[3].link, WORKER_URGENT));
  assert_true(workers_submit(workers, &jobs[4].link, WORKER_URGENT));
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 5), 5);
  int expected[] = {0, 3, 4, 1, 2};
  assert_memory_equal(room.order, expected, sizeof expected);
  workers_destroy(workers, NULL);
}

static void patient_ones_let_the_others_go_first_but_not_for_ever(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 1, 100);
  struct job jobs[40];
  for (int i = 0; i < 40; i++) jobs[i] = (struct job){.number = i};
  hold_a_thread(&room, workers, &jobs[0]);
  assert_true(workers_submit(workers, &jobs[1].link, WORKER_PATIENT));
  assert_true(workers_submit(workers, &jobs[2].link, WORKER_PATIENT));
  for (int i = 3; i < 23; i++) assert_true(workers_submit(workers, &jobs[i].link, WORKER_USUAL));
  assert_true(workers_submit(workers, &jobs[23].link, WORKER_URGENT));
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 24), 24);
  int expected[24] = {0, 23};
  for (int i = 0; i < 15; i++) expected[2 + i] = 3 + i; /* the sixteenth that goes first */
  expected[17] = 1;
  for (int i = 0; i < 5; i++) expected[18 + i] = 18 + i;
  expected[23] = 2;
  assert_memory_equal(room.order, expected, sizeof expected);
  workers_destroy(workers, NULL);
}

static void a_full_queue_refuses_and_leaves_the_job_to_the_caller(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 1, 2);
  struct job jobs[4] = {0};
  hold_a_thread(&room, workers, &jobs[0]);
  assert_true(workers_submit(workers, &jobs[1].link, WORKER_USUAL));
  assert_true(workers_submit(workers, &jobs[2].link, WORKER_USUAL));
  assert_false(workers_submit(workers, &jobs[3].link, WORKER_USUAL));
  assert_false(workers_submit(workers, &jobs[3].link, WORKER_URGENT));
  assert_int_equal(workers_pending(workers), 3);
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 3), 3);
  workers_destroy(workers, NULL);
}

static void what_goes_first_passes_all_and_is_taken_by_a_full_queue(void **state) {
  (void)state;
  struct room room = {0};
  struct workers *workers = create(&room, 1, 3);
  struct job jobs[6];
  for (int i = 0; i < 6; i++) jobs[i] = (struct job){.number = i};
  hold_a_thread(&room, workers, &jobs[0]);
  assert_true(workers_submit(workers, &jobs[1].link, WORKER_PATIENT));
  assert_true(workers_submit(workers, &jobs[2].link, WORKER_USUAL));
  assert_true(workers_submit(workers, &jobs[3].link, WORKER_URGENT));
  assert_false(workers_submit(workers, &jobs[4].link, WORKER_URGENT));
  assert_true(workers_submit(workers, &jobs[4].link, WORKER_FIRST));
  pthread_mutex_unlock(&room.gate);
  assert_int_equal(collect(workers, 5), 5);
  int expected[] = {0, 4, 3, 2, 1};
  assert_memory_equal(room.order, expected, sizeof expected);
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
  for (int i = 0; i < 50; i++) assert_true(workers_submit(workers, &jobs[i].link, WORKER_USUAL));
  dropped = 0;
  workers_destroy(workers, drop);
  assert_int_equal(atomic_load(&room.ran), 50);
  assert_int_equal(dropped, 50);
  workers_destroy(NULL, drop);
}

static void run_slowly(void *state, struct worker_job *link) {
  (void)link;
  usleep(20000);
  atomic_fetch_add(&((struct thread_state *)state)->room->ran, 1);
}

static void what_waits_is_dropped_by_those_who_were_told_so(void **state) {
  (void)state;
  struct room room = {0};
  const struct workers_setup setup = {.name = "test",
                                      .threads = 1,
                                      .queue_limit = 100,
                                      .drops = true,
                                      .thread_begin = begin,
                                      .thread_end = end,
                                      .run = run_slowly,
                                      .wake = wake,
                                      .context = &room};
  struct workers *workers = workers_create(&setup);
  struct job jobs[100] = {0};
  for (int i = 0; i < 100; i++) assert_true(workers_submit(workers, &jobs[i].link, WORKER_USUAL));
  dropped = 0;
  workers_destroy(workers, drop);
  assert_in_range(atomic_load(&room.ran), 0, 99);
  assert_int_equal(dropped, 100);
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
      cmocka_unit_test(patient_ones_let_the_others_go_first_but_not_for_ever),
      cmocka_unit_test(what_goes_first_passes_all_and_is_taken_by_a_full_queue),
      cmocka_unit_test(a_full_queue_refuses_and_leaves_the_job_to_the_caller),
      cmocka_unit_test(destroying_carries_out_what_waits_and_drops_what_nobody_collected),
      cmocka_unit_test(what_waits_is_dropped_by_those_who_were_told_so),
      cmocka_unit_test(absurd_numbers_of_threads_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
