#include <stdlib.h>

#include "club/store.h"

/* What a job may hold: inputs that the wire has bounded already, and results. */
static size_t arena_limit(enum store_kind kind) {
  const size_t megabyte = 1 << 20;
  switch (kind) {
    case STORE_MEMBER_LIST: return 1024 * megabyte; /* all members: for the command line */
    case STORE_SESSION_FIND:
    case STORE_ROOM_LIST:
    case STORE_PULSE:
    case STORE_ACTED: /* of each member all sanctions with reasons */
    case STORE_ROOMS_ENSURE: return 32 * megabyte;
    case STORE_SEARCH: return 8 * megabyte;
    default: return 2 * megabyte;
  }
}

struct store_job *store_job_create(enum store_kind kind) {
  struct store_job *job = calloc(1, sizeof *job);
  if (!job) return NULL;
  job->kind = kind;
  job->arena = arena_create(arena_limit(kind));
  if (job->arena) return job;
  free(job);
  return NULL;
}

void store_job_destroy(struct store_job *job) {
  if (!job) return;
  arena_destroy(job->arena);
  free(job);
}
