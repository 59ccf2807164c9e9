#ifndef CLUB_WORKERS_H
#define CLUB_WORKERS_H
/* Threads that carry out jobs which would block the loop. They touch nothing but their job and their own `state`. */
#include <stdbool.h>
#include <stddef.h>

#include "club/slice.h"

struct worker_job {
  struct worker_job *next; /* the workers' own; embed the struct first in the job */
};

struct workers_setup {
  const char *name;                                   /* of the threads, at most 15 characters */
  size_t threads;                                     /* 1 to 64 */
  size_t queue_limit;                                 /* jobs waiting at most */
  bool drops;                                         /* at the end what waits is not carried out any more */
  void *(*thread_begin)(void *context, size_t index); /* on the thread; its `state`; may be NULL */
  void (*thread_end)(void *state);                    /* on the thread; may be NULL */
  void (*run)(void *state, struct worker_job *job);   /* on a thread */
  void (*wake)(void *context);                        /* any thread: something is there to collect */
  void *context;
};

struct workers;

/* NULL: no threads to be had. */
struct workers *workers_create(const struct workers_setup *setup) CLUB_MUST_CHECK;
/* Carries out what was submitted, unless it `drops` that, ends the threads. What was not collected is given to `drop`.
 * Takes NULL. */
void workers_destroy(struct workers *workers, void (*drop)(struct worker_job *job));
/* Urgent ones go before all that waits; patient ones let everybody else go first, but no more than WORKER_PATIENCE jobs
 * for each of them. First ones go before everything and are taken however many wait: whoever submits them bounds them. */
enum worker_order { WORKER_USUAL, WORKER_URGENT, WORKER_PATIENT, WORKER_FIRST };
#define WORKER_PATIENCE 16
/* Loop thread. False: the queue is full, the job stays the caller's. */
bool workers_submit(struct workers *workers, struct worker_job *job, enum worker_order order) CLUB_MUST_CHECK;
/* Loop thread. The finished jobs, oldest first, linked by `next`; NULL: none. They are the caller's. */
struct worker_job *workers_collect(struct workers *workers) CLUB_MUST_CHECK;
/* Loop thread. Jobs submitted and not collected. */
size_t workers_pending(const struct workers *workers);
#endif
