/* The threads behind the store: one writer that takes everything waiting into one transaction, and readers. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "club/limits.h"
#include "club/log.h"
#include "club/store_driver.h"

#define READERS_LIMIT 16
#define GATHER_FROM 8 /* jobs in the last batch */
#define GATHER_MICROSECONDS 2000

struct queue {
  struct store_job *first, *last;
  size_t count;
};

struct writer {
  struct store_driver driver;
  pthread_t thread;
  pthread_mutex_t lock; /* guards what stands up to `commit_microseconds` */
  pthread_cond_t something;
  struct queue waiting, finished;
  bool sleeping, stopping;
  uint64_t commits, commit_microseconds;
  atomic_bool broken;
};

struct store_threads {
  struct store_threads_setup setup;
  struct writer writer;
  struct store_driver readers[READERS_LIMIT];
  size_t reader_count;
  struct workers *workers;
  size_t writes_pending;      /* loop thread */
  bool submitted;             /* loop thread: writes since the writer was last told */
  struct store_counts counts; /* loop thread: of jobs that came back */
};

/* ---- queues ---- */

static struct store_job *next_of(const struct store_job *job) {
  return (struct store_job *)(void *)job->link.next;
}

static void queue_append(struct queue *queue, struct store_job *first, struct store_job *last, size_t count) {
  last->link.next = NULL;
  if (queue->last) {
    queue->last->link.next = &first->link;
  } else {
    queue->first = first;
  }
  queue->last = last;
  queue->count += count;
}

static struct queue queue_take_all(struct queue *queue) {
  struct queue all = *queue;
  *queue = (struct queue){NULL, NULL, 0};
  return all;
}

static size_t queue_take(struct queue *queue, struct store_job **jobs, size_t limit) {
  size_t count = 0;
  while (queue->first && count < limit) {
    jobs[count++] = queue->first;
    queue->first = next_of(queue->first);
  }
  if (!queue->first) queue->last = NULL;
  queue->count -= count;
  return count;
}

static void queue_destroy(struct queue *queue) {
  for (struct store_job *job = queue->first, *next; job; job = next) {
    next = next_of(job);
    store_job_destroy(job);
  }
}

/* ---- the writer's thread ---- */

static int64_t idle_due(const struct store_driver *driver) {
  return driver->idle && driver->idle_due ? driver->idle_due(driver->self) : -1;
}

static struct timespec in_microseconds(int64_t microseconds) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_sec += microseconds / 1000000;
  at.tv_nsec += microseconds % 1000000 * 1000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

/* False: the time is over. */
static bool wait_until(struct writer *writer, const struct timespec *until) {
  return pthread_cond_clockwait(&writer->something, &writer->lock, CLOCK_MONOTONIC, until) == 0;
}

/* With the lock held. False: nothing came within the time (-1: however long). */
static bool wait_for_work(struct writer *writer, int64_t milliseconds) {
  struct timespec until = in_microseconds(milliseconds < 0 ? 0 : milliseconds * 1000);
  bool in_time = true;
  while (!writer->waiting.first && !writer->stopping && in_time) {
    writer->sleeping = true; /* whoever wakes it clears this, work or not */
    if (milliseconds < 0) {
      pthread_cond_wait(&writer->something, &writer->lock);
    } else {
      in_time = wait_until(writer, &until);
    }
  }
  writer->sleeping = false;
  return writer->waiting.first || writer->stopping;
}

/* After a batch of many, those who were just answered will soon ask again: waits for about as many, for no longer than
 * a part of what the last commit took. With the lock held. */
static void gather(struct writer *writer, size_t last_count, uint64_t last_microseconds) {
  if (last_count < GATHER_FROM) return;
  uint64_t wait = last_microseconds / 2 < GATHER_MICROSECONDS ? last_microseconds / 2 : GATHER_MICROSECONDS;
  struct timespec until = in_microseconds((int64_t)wait);
  bool in_time = true;
  while (writer->waiting.count < last_count && !writer->stopping && in_time) {
    writer->sleeping = true;
    in_time = wait_until(writer, &until);
  }
  writer->sleeping = false;
}

/* In how many milliseconds there is something to do without a write; -1: nothing. */
static int64_t quiet_due(const struct store_driver *driver) {
  int64_t idle = idle_due(driver), tidy = driver->tidy_due ? driver->tidy_due(driver->self, false) : -1;
  return tidy < 0 || (idle >= 0 && idle < tidy) ? idle : tidy;
}

/* Without writes, when quiet_due() is over; what was due may have been put off since. */
static void work_quietly(struct writer *writer) {
  struct store_driver *driver = &writer->driver;
  if (driver->tidy_due && driver->tidy_due(driver->self, false) == 0) {
    driver->tidy(driver->self, false);
    if (driver->broken(driver->self)) atomic_store(&writer->broken, true);
  } else if (driver->idle) {
    driver->idle(driver->self);
  }
}

/* Between batches, for its share of the time. */
static void work_between(struct writer *writer) {
  struct store_driver *driver = &writer->driver;
  if (!driver->tidy_due || driver->tidy_due(driver->self, true) != 0) return;
  driver->tidy(driver->self, true);
  if (driver->broken(driver->self)) atomic_store(&writer->broken, true);
}

/* The next batch; 0: it is time to end. */
static size_t next_batch(struct writer *writer, struct store_job **jobs, size_t last_count,
                         uint64_t last_microseconds) {
  pthread_mutex_lock(&writer->lock);
  gather(writer, last_count, last_microseconds);
  while (!writer->waiting.first && !writer->stopping) {
    if (wait_for_work(writer, quiet_due(&writer->driver))) continue;
    pthread_mutex_unlock(&writer->lock);
    work_quietly(writer);
    pthread_mutex_lock(&writer->lock);
  }
  size_t count = queue_take(&writer->waiting, jobs, LIMIT_WRITE_BATCH);
  pthread_mutex_unlock(&writer->lock);
  return count;
}

static uint64_t microseconds_since(const struct timespec *then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)((now.tv_sec - then->tv_sec) * 1000000 + (now.tv_nsec - then->tv_nsec) / 1000);
}

/* True: the loop must be woken. */
static bool give_back(struct writer *writer, struct store_job **jobs, size_t count, uint64_t microseconds) {
  for (size_t i = 0; i + 1 < count; i++) jobs[i]->link.next = &jobs[i + 1]->link;
  pthread_mutex_lock(&writer->lock);
  bool first = !writer->finished.first;
  queue_append(&writer->finished, jobs[0], jobs[count - 1], count);
  writer->commits++;
  writer->commit_microseconds += microseconds;
  pthread_mutex_unlock(&writer->lock);
  return first;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What waited too long, because the process or the disk was stopped, is not begun: its client has asked elsewhere since,
 * and what was answered there must not be undone. Those are the first ones; how many. */
static size_t refuse_stale(const struct store_threads *threads, struct store_job **jobs, size_t count) {
  int64_t wait_ms = threads->setup.write_wait_ms > 0 ? threads->setup.write_wait_ms : LIMIT_WRITE_WAIT_MS;
  int64_t oldest = now_ms() - wait_ms;
  size_t stale = 0;
  while (stale < count && jobs[stale]->submitted_ms < oldest) jobs[stale++]->outcome = STORE_UNAVAILABLE;
  if (stale > 0) log_line(LOG_WARN, "writes waited too long, not begun", LOG_NUMBER("jobs", stale));
  return stale;
}

static void *writer_main(void *argument) {
  struct store_threads *threads = argument;
  struct writer *writer = &threads->writer;
  struct store_driver *driver = &writer->driver;
  struct store_job *jobs[LIMIT_WRITE_BATCH];
  uint64_t took = 0;
  for (size_t count = next_batch(writer, jobs, 0, 0); count; count = next_batch(writer, jobs, count, took)) {
    struct timespec begun;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    size_t stale = refuse_stale(threads, jobs, count);
    if (stale < count) driver->write(driver->self, jobs + stale, count - stale);
    if (driver->broken(driver->self)) atomic_store(&writer->broken, true);
    took = microseconds_since(&begun);
    if (give_back(writer, jobs, count, took)) threads->setup.wake(threads->setup.context);
    work_between(writer);
  }
  if (driver->idle) driver->idle(driver->self);
  return NULL;
}

static bool start_writer(struct store_threads *threads) {
  struct writer *writer = &threads->writer;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&writer->thread, NULL, writer_main, threads) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started) pthread_setname_np(writer->thread, "store writer");
  return started;
}

static void stop_writer(struct writer *writer) {
  pthread_mutex_lock(&writer->lock);
  writer->stopping = true;
  pthread_cond_signal(&writer->something);
  pthread_mutex_unlock(&writer->lock);
  pthread_join(writer->thread, NULL);
}

/* ---- the readers' threads ---- */

static void *reader_begin(void *context, size_t index) {
  return &((struct store_threads *)context)->readers[index];
}

static void reader_run(void *state, struct worker_job *link) {
  struct store_driver *driver = state;
  driver->read(driver->self, (struct store_job *)(void *)link);
}

static void wake_loop(void *context) {
  const struct store_threads *threads = context;
  threads->setup.wake(threads->setup.context);
}

static struct workers *start_readers(struct store_threads *threads) {
  const struct workers_setup setup = {
      .name = "store reader",
      .threads = threads->reader_count,
      .queue_limit = LIMIT_READ_QUEUE,
      .thread_begin = reader_begin,
      .run = reader_run,
      .wake = wake_loop,
      .context = threads,
  };
  return workers_create(&setup);
}

static void drop_read(struct worker_job *link) {
  store_job_destroy((struct store_job *)(void *)link);
}

/* ---- beginning and end ---- */

static void close_driver(struct store_driver *driver) {
  if (driver->close) driver->close(driver->self);
}

static bool open_drivers(struct store_threads *threads, char *error, size_t error_size) {
  const struct store_threads_setup *setup = &threads->setup;
  size_t readers = setup->readers < 1 ? 1 : setup->readers > READERS_LIMIT ? READERS_LIMIT : setup->readers;
  bool (*open)(struct store_driver *, const char *, enum store_role, char *, size_t) =
      setup->open ? setup->open : store_driver_open;
  if (!open(&threads->writer.driver, setup->address, STORE_WRITER, error, error_size)) return false;
  for (; threads->reader_count < readers; threads->reader_count++) {
    struct store_driver *reader = &threads->readers[threads->reader_count];
    if (!open(reader, setup->address, STORE_READER, error, error_size)) return false;
  }
  return true;
}

static void close_drivers(struct store_threads *threads) {
  for (size_t i = 0; i < threads->reader_count; i++) close_driver(&threads->readers[i]);
  close_driver(&threads->writer.driver);
}

static void free_threads(struct store_threads *threads) {
  close_drivers(threads);
  pthread_cond_destroy(&threads->writer.something);
  pthread_mutex_destroy(&threads->writer.lock);
  free(threads);
}

static bool start(struct store_threads *threads, char *error, size_t error_size) {
  if (!open_drivers(threads, error, error_size)) return false;
  threads->workers = start_readers(threads);
  if (threads->workers && start_writer(threads)) return true;
  workers_destroy(threads->workers, drop_read);
  snprintf(error, error_size, "%s: no threads to be had", threads->setup.address);
  return false;
}

struct store_threads *store_threads_create(const struct store_threads_setup *setup, char *error, size_t error_size) {
  struct store_threads *threads = calloc(1, sizeof *threads);
  if (!threads) {
    snprintf(error, error_size, "no memory");
    return NULL;
  }
  threads->setup = *setup;
  pthread_cond_init(&threads->writer.something, NULL);
  pthread_mutex_init(&threads->writer.lock, NULL);
  if (start(threads, error, error_size)) return threads;
  free_threads(threads);
  return NULL;
}

void store_threads_destroy(struct store_threads *threads) {
  if (!threads) return;
  workers_destroy(threads->workers, drop_read);
  stop_writer(&threads->writer);
  queue_destroy(&threads->writer.finished);
  free_threads(threads);
}

/* ---- the loop's side ---- */

/* The writer is signalled once, at the end of the turn: woken by the first job it would take it alone. */
static bool submit_write(struct store_threads *threads, struct store_job *job) {
  struct writer *writer = &threads->writer;
  job->submitted_ms = now_ms();
  pthread_mutex_lock(&writer->lock);
  bool room = writer->waiting.count < LIMIT_WRITE_QUEUE;
  if (room) queue_append(&writer->waiting, job, job, 1);
  pthread_mutex_unlock(&writer->lock);
  if (!room) return false;
  threads->writes_pending++;
  threads->submitted = true;
  return true;
}

void store_threads_begin(struct store_threads *threads) {
  struct writer *writer = &threads->writer;
  if (!threads->submitted) return;
  threads->submitted = false;
  pthread_mutex_lock(&writer->lock);
  bool wake = writer->sleeping;
  writer->sleeping = false;
  pthread_mutex_unlock(&writer->lock);
  if (wake) pthread_cond_signal(&writer->something);
}

/* Without the pulse, and the members that it told of (at most a thousand), nothing may go on: they wait for nobody. */
static enum worker_order read_order(const struct store_job *job) {
  if (job->kind == STORE_PULSE || (job->kind == STORE_MEMBER_GET && job->urgent)) return WORKER_FIRST;
  if (job->urgent) return WORKER_URGENT;
  return job->patient ? WORKER_PATIENT : WORKER_USUAL;
}

static bool submit(void *self, struct store_job *job) {
  struct store_threads *threads = self;
  if (job->kind < STORE_WRITES_END) return submit_write(threads, job);
  return workers_submit(threads->workers, &job->link, read_order(job));
}

static bool writing(void *self) {
  return ((const struct store_threads *)self)->writes_pending > 0;
}

struct store store_threads_store(struct store_threads *threads) {
  return (struct store){threads, submit, writing};
}

static void count_outcome(struct store_counts *counts, const struct store_job *job) {
  if (job->kind < STORE_WRITES_END) {
    counts->writes++;
  } else {
    counts->reads++;
  }
  if (job->outcome == STORE_REFUSED) counts->refused++;
  if (job->outcome == STORE_UNAVAILABLE) counts->unavailable++;
  if (job->outcome == STORE_UNKNOWN) counts->unknown++;
}

static void hand_out(struct store_threads *threads, struct store_job *first, void *context) {
  for (struct store_job *job = first, *next; job; job = next) {
    next = next_of(job);
    count_outcome(&threads->counts, job);
    job->done(context, job);
  }
}

void store_threads_collect(struct store_threads *threads, void *context) {
  struct writer *writer = &threads->writer;
  store_threads_begin(threads);
  pthread_mutex_lock(&writer->lock);
  struct queue writes = queue_take_all(&writer->finished);
  pthread_mutex_unlock(&writer->lock);
  threads->writes_pending -= writes.count;
  hand_out(threads, writes.first, context);
  struct worker_job *reads = workers_collect(threads->workers);
  hand_out(threads, (struct store_job *)(void *)reads, context);
}

size_t store_threads_pending(const struct store_threads *threads) {
  return threads->writes_pending + workers_pending(threads->workers);
}

bool store_threads_broken(const struct store_threads *threads) {
  return atomic_load(&threads->writer.broken);
}

struct store_counts store_threads_counts(const struct store_threads *threads) {
  struct writer *writer = (struct writer *)(void *)(uintptr_t)&threads->writer; /* only its lock is touched */
  struct store_counts counts = threads->counts;
  pthread_mutex_lock(&writer->lock);
  counts.commits = writer->commits;
  counts.commit_microseconds = writer->commit_microseconds;
  pthread_mutex_unlock(&writer->lock);
  counts.writes_waiting = threads->writes_pending;
  counts.reads_waiting = workers_pending(threads->workers);
  return counts;
}
