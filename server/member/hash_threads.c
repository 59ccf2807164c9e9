/* Passwords on threads of their own: a job for each, a bounded queue. */
#include <stdlib.h>
#include <string.h>

#include "club/limits.h"
#include "club/member.h"
#include "club/password.h"

struct hash_threads {
  struct workers *workers;
};

static void hash_run(void *state, struct worker_job *link) {
  (void)state;
  struct hash_job *job = (struct hash_job *)link;
  struct slice password = {job->password, job->password_size};
  if (job->kind == HASH_MAKE) {
    char encoded[PASSWORD_ENCODED_SIZE];
    job->failed = !password_hash(password, encoded);
    if (!job->failed) memcpy(job->encoded, encoded, sizeof encoded);
  } else if (job->encoded[0]) {
    job->right = password_verify(password, job->encoded);
  } else {
    password_verify_nothing(password);
    job->right = false;
  }
  explicit_bzero(job->password, sizeof job->password);
  job->password_size = 0;
}

static void hash_drop(struct worker_job *link) {
  hash_job_destroy((struct hash_job *)link);
}

static bool hash_submit(void *self, struct hash_job *job) {
  struct hash_threads *threads = self;
  return workers_submit(threads->workers, &job->link, WORKER_USUAL);
}

struct hash_threads *hash_threads_create(size_t threads, void (*wake)(void *context), void *context) {
  struct hash_threads *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  struct workers_setup setup = {.name = "hash",
                                .threads = threads,
                                .queue_limit = LIMIT_HASH_QUEUE,
                                .drops = true, /* nobody waits for an answer any more */
                                .run = hash_run,
                                .wake = wake,
                                .context = context};
  made->workers = workers_create(&setup);
  if (made->workers) return made;
  free(made);
  return NULL;
}

struct hasher hash_threads_hasher(struct hash_threads *threads) {
  return (struct hasher){threads, hash_submit};
}

void hash_threads_collect(struct hash_threads *threads, void *context) {
  for (struct worker_job *link = workers_collect(threads->workers), *next; link; link = next) {
    struct hash_job *job = (struct hash_job *)link;
    next = link->next;
    job->done(context, job);
  }
}

size_t hash_threads_pending(const struct hash_threads *threads) {
  return workers_pending(threads->workers);
}

void hash_threads_destroy(struct hash_threads *threads) {
  if (!threads) return;
  workers_destroy(threads->workers, hash_drop);
  free(threads);
}

void hash_job_destroy(struct hash_job *job) {
  if (!job) return;
  explicit_bzero(job, sizeof *job);
  free(job);
}
