#include "club/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct queue {
  struct worker_job *first, **last;
};

struct workers {
  struct workers_setup setup;
  pthread_mutex_t lock; /* guards what stands up to `stopping` */
  pthread_cond_t something;
  struct queue waiting[4]; /* by their order */
  struct queue finished;
  size_t waiting_count;
  size_t let_first; /* jobs that a patient one let go before it */
  size_t begun;     /* threads, for their index */
  bool stopping;
  size_t pending; /* loop thread only */
  size_t thread_count;
  pthread_t threads[];
};

static void queue_init(struct queue *queue) {
  queue->first = NULL;
  queue->last = &queue->first;
}

static void queue_add(struct queue *queue, struct worker_job *job) {
  job->next = NULL;
  *queue->last = job;
  queue->last = &job->next;
}

static struct worker_job *queue_take(struct queue *queue) {
  struct worker_job *job = queue->first;
  if (!job) return NULL;
  queue->first = job->next;
  if (!queue->first) queue->last = &queue->first;
  job->next = NULL;
  return job;
}

static struct worker_job *queue_take_all(struct queue *queue) {
  struct worker_job *jobs = queue->first;
  queue_init(queue);
  return jobs;
}

/* With the lock held. NULL: none waits. */
static struct worker_job *take_job(struct workers *workers) {
  struct queue *waiting = workers->waiting;
  bool patient = waiting[WORKER_PATIENT].first != NULL;
  struct worker_job *job = queue_take(&waiting[WORKER_FIRST]);
  if (job) return job;
  if (!patient || workers->let_first < WORKER_PATIENCE) {
    job = queue_take(&waiting[WORKER_URGENT]);
    if (!job) job = queue_take(&waiting[WORKER_USUAL]);
  }
  workers->let_first = job && patient ? workers->let_first + 1 : 0;
  return job ? job : queue_take(&waiting[WORKER_PATIENT]);
}

/* With the lock held. NULL: it is time to end. */
static struct worker_job *next_job(struct workers *workers) {
  while (!workers->stopping || !workers->setup.drops) {
    struct worker_job *job = take_job(workers);
    if (job) {
      workers->waiting_count--;
      return job;
    }
    if (workers->stopping) return NULL;
    pthread_cond_wait(&workers->something, &workers->lock);
  }
  return NULL;
}

static void drop_all(struct queue *queue, void (*drop)(struct worker_job *job)) {
  for (struct worker_job *job = queue_take(queue); job; job = queue_take(queue)) {
    if (drop) drop(job);
  }
}

static void *thread_main(void *argument) {
  struct workers *workers = argument;
  const struct workers_setup *setup = &workers->setup;
  pthread_mutex_lock(&workers->lock);
  size_t index = workers->begun++;
  pthread_mutex_unlock(&workers->lock);
  void *state = setup->thread_begin ? setup->thread_begin(setup->context, index) : NULL;
  pthread_mutex_lock(&workers->lock);
  for (struct worker_job *job = next_job(workers); job; job = next_job(workers)) {
    pthread_mutex_unlock(&workers->lock);
    setup->run(state, job);
    pthread_mutex_lock(&workers->lock);
    bool first = !workers->finished.first;
    queue_add(&workers->finished, job);
    if (first) {
      pthread_mutex_unlock(&workers->lock);
      setup->wake(setup->context);
      pthread_mutex_lock(&workers->lock);
    }
  }
  pthread_mutex_unlock(&workers->lock);
  if (setup->thread_end) setup->thread_end(state);
  return NULL;
}

/* Signals are the loop's: the threads take none. */
static bool start_threads(struct workers *workers) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (workers->thread_count < workers->setup.threads) {
    pthread_t *thread = &workers->threads[workers->thread_count];
    if (pthread_create(thread, NULL, thread_main, workers) != 0) break;
    pthread_setname_np(*thread, workers->setup.name);
    workers->thread_count++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return workers->thread_count == workers->setup.threads;
}

struct workers *workers_create(const struct workers_setup *setup) {
  if (setup->threads < 1 || setup->threads > 64) return NULL;
  struct workers *workers = calloc(1, sizeof *workers + setup->threads * sizeof(pthread_t));
  if (!workers) return NULL;
  workers->setup = *setup;
  pthread_mutex_init(&workers->lock, NULL);
  pthread_cond_init(&workers->something, NULL);
  for (size_t i = 0; i < sizeof workers->waiting / sizeof *workers->waiting; i++) queue_init(&workers->waiting[i]);
  queue_init(&workers->finished);
  if (start_threads(workers)) return workers;
  workers_destroy(workers, NULL);
  return NULL;
}

void workers_destroy(struct workers *workers, void (*drop)(struct worker_job *job)) {
  if (!workers) return;
  pthread_mutex_lock(&workers->lock);
  workers->stopping = true;
  pthread_cond_broadcast(&workers->something);
  pthread_mutex_unlock(&workers->lock);
  for (size_t i = 0; i < workers->thread_count; i++) pthread_join(workers->threads[i], NULL);
  drop_all(&workers->finished, drop);
  for (size_t i = 0; i < sizeof workers->waiting / sizeof *workers->waiting; i++) drop_all(&workers->waiting[i], drop);
  pthread_cond_destroy(&workers->something);
  pthread_mutex_destroy(&workers->lock);
  free(workers);
}

bool workers_submit(struct workers *workers, struct worker_job *job, enum worker_order order) {
  pthread_mutex_lock(&workers->lock);
  bool room = order == WORKER_FIRST || workers->waiting_count < workers->setup.queue_limit;
  if (room) {
    queue_add(&workers->waiting[order], job);
    workers->waiting_count++;
    pthread_cond_signal(&workers->something);
  }
  pthread_mutex_unlock(&workers->lock);
  if (room) workers->pending++;
  return room;
}

struct worker_job *workers_collect(struct workers *workers) {
  pthread_mutex_lock(&workers->lock);
  struct worker_job *jobs = queue_take_all(&workers->finished);
  pthread_mutex_unlock(&workers->lock);
  for (struct worker_job *job = jobs; job; job = job->next) workers->pending--;
  return jobs;
}

size_t workers_pending(const struct workers *workers) {
  return workers->pending;
}
