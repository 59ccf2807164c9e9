#ifndef BENCH_BATCH_H
#define BENCH_BATCH_H
/* Write jobs in batches straight into the store's driver, without threads and without a server. */
#include "club/store_driver.h"

#define BATCH_MAX 256

struct batch {
  struct store_driver driver;
  bool open;
  struct store_job *jobs[BATCH_MAX];
  size_t count;
  double seconds; /* spent inside the driver */
};

/* `address` as in CLUB_STORE. False: said on standard error. */
bool batch_begin(struct batch *batch, const char *address);
void batch_end(struct batch *batch);
/* A new job of that kind at the end of the batch; NULL: no memory, or the batch is full. */
struct store_job *batch_add(struct batch *batch, enum store_kind kind);
/* Carries the jobs out; they stay to be looked at until batch_clear. False: one was not done, said on standard error. */
bool batch_write(struct batch *batch);
void batch_clear(struct batch *batch);
/* Adds up to BATCH_MAX members "m00001" … from number `from`, each with a session of that token; their keys are in the
 * jobs afterwards. */
bool batch_members(struct batch *batch, size_t from, size_t count, char (*tokens)[TOKEN_SIZE + 1]);
#endif
