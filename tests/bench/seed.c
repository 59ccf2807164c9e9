/* Members with sessions, straight into the store: hashing ten thousand passwords would take minutes and measure
 * nothing. With `listed=ROOM` they have that room on their lists. */
#include <stdio.h>

#include "batch.h"
#include "scenario.h"

static bool seed_room(struct batch *batch, const char *room) {
  struct store_job *job = batch_add(batch, STORE_ROOMS_ENSURE);
  struct room_head *heads = job ? arena_alloc(job->arena, sizeof *heads) : NULL;
  if (!heads) return false;
  heads->room = slice_of(room);
  job->pulse.heads = heads;
  job->pulse.head_count = 1;
  bool made = batch_write(batch);
  batch_clear(batch);
  return made;
}

/* The members whose keys these are. */
static bool seed_list(struct batch *batch, const int64_t *members, size_t count, const char *room) {
  for (size_t i = 0; i < count; i++) {
    struct store_job *job = batch_add(batch, STORE_ROOM_OPEN);
    if (!job) return false;
    job->room.room = slice_of(room);
    job->room.member = members[i];
  }
  bool listed = batch_write(batch);
  batch_clear(batch);
  return listed;
}

static bool seed_write(struct batch *batch, size_t count, FILE *cookies, const char *room) {
  char tokens[BATCH_MAX][TOKEN_SIZE + 1];
  int64_t members[BATCH_MAX];
  if (*room && !seed_room(batch, room)) return false;
  for (size_t from = 0; from < count;) {
    size_t step = count - from < BATCH_MAX ? count - from : BATCH_MAX;
    if (!batch_members(batch, from, step, tokens)) return false;
    for (size_t i = 0; i < step; i++) members[i] = batch->jobs[i]->member.member.key;
    batch_clear(batch);
    if (*room && !seed_list(batch, members, step, room)) return false;
    for (size_t i = 0; i < step; i++) fprintf(cookies, "%s\n", tokens[i]);
    from += step;
  }
  return true;
}

bool scenario_seed(struct options *options) {
  const char *store = options_text(options, "store", "sqlite:club.db");
  const char *room = options_text(options, "listed", "");
  const char *path = options_text(options, "cookies", "cookies");
  size_t count = (size_t)options_number(options, "members", 10000, 1, 100000);
  if (!options_fine(options)) return false;
  struct batch batch;
  FILE *cookies = fopen(path, "we");
  if (!cookies) {
    perror(path);
    return false;
  }
  bool done = batch_begin(&batch, store) && seed_write(&batch, count, cookies, room);
  batch_end(&batch);
  if (fclose(cookies) != 0) done = false;
  if (done) printf("scenario=seed members=%zu seconds=%.3f\n", count, batch.seconds);
  return done;
}
