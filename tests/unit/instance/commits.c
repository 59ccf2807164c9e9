/* COMMITs whose answers are lost and that come later all the same: the line broke, and the store's server had everything.
 * The writer whose commit it was waits for it, as for a lock; all others go on. */
#include "world_inside.h"

#define LATE_MS 10000

/* Not before what the same writer put off already. */
static int64_t commits_due(const struct site *site) {
  const struct world *world = site->world;
  int64_t due = world->now + world_random(site->world, LATE_MS);
  for (int i = 0; i < world->commit_count; i++) {
    const struct commit *commit = &world->commits[i];
    if (!commit->over && commit->writer == site->index && commit->due > due) due = commit->due;
  }
  return due;
}

/* What was asked lies in the arena of the job that is kept, until the end of the world. */
struct store_job *commits_put_off(struct site *site, struct store_job *job) {
  struct world *world = site->world;
  if (world->commit_count == COMMITS) return job;
  struct store_job *answer = store_job_create(job->kind);
  struct arena *arena = answer->arena;
  *answer = *job;
  answer->arena = arena;
  world->commits[world->commit_count++] = (struct commit){.job = job, .due = commits_due(site), .writer = site->index};
  return answer;
}

bool commits_hold(const struct site *site) {
  const struct world *world = site->world;
  for (int i = 0; i < world->commit_count; i++)
    if (!world->commits[i].over && world->commits[i].writer == site->index) return true;
  return false;
}

bool commits_are_over(const struct world *world) {
  for (int i = 0; i < world->commit_count; i++)
    if (!world->commits[i].over) return false;
  return true;
}

void commits_carry_out(struct world *world) {
  for (int i = 0; i < world->commit_count; i++) {
    struct commit *commit = &world->commits[i];
    if (commit->over || world->now < commit->due) continue;
    world_carry_out(world, commit->job);
    commit->over = true;
  }
}

void commits_leave(struct site *site) {
  struct world *world = site->world;
  for (int i = 0; i < world->commit_count; i++)
    if (world->commits[i].writer == site->index) world->commits[i].writer = -1;
}

void commits_give_up(struct world *world) {
  for (int i = 0; i < world->commit_count; i++) world->commits[i].over = true;
}

void commits_end(struct world *world) {
  while (world->commit_count > 0) store_job_destroy(world->commits[--world->commit_count].job);
}
