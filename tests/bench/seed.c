/* Members with sessions, straight into the store: hashing ten thousand passwords would take minutes and measure
 * nothing. */
#include <stdio.h>

#include "batch.h"
#include "scenario.h"

static bool seed_write(struct batch *batch, size_t count, FILE *cookies) {
  char tokens[BATCH_MAX][TOKEN_SIZE + 1];
  for (size_t from = 0; from < count;) {
    size_t step = count - from < BATCH_MAX ? count - from : BATCH_MAX;
    if (!batch_members(batch, from, step, tokens)) return false;
    batch_clear(batch);
    for (size_t i = 0; i < step; i++) fprintf(cookies, "%s\n", tokens[i]);
    from += step;
  }
  return true;
}

bool scenario_seed(struct options *options) {
  const char *store = options_text(options, "store", "sqlite:club.db");
  const char *path = options_text(options, "cookies", "cookies");
  size_t count = (size_t)options_number(options, "members", 10000, 1, 100000);
  if (!options_fine(options)) return false;
  struct batch batch;
  FILE *cookies = fopen(path, "we");
  if (!cookies) {
    perror(path);
    return false;
  }
  bool done = batch_begin(&batch, store) && seed_write(&batch, count, cookies);
  batch_end(&batch);
  if (fclose(cookies) != 0) done = false;
  if (done) printf("scenario=seed members=%zu seconds=%.3f\n", count, batch.seconds);
  return done;
}
