#include "batch.h"

#include <stdio.h>
#include <string.h>

#include "measure.h"

bool batch_begin(struct batch *batch, const char *address) {
  char error[256] = "";
  memset(batch, 0, sizeof *batch);
  batch->open = store_driver_open(&batch->driver, address, STORE_WRITER, error, sizeof error);
  if (!batch->open) fprintf(stderr, "%s: %s\n", address, error);
  return batch->open;
}

void batch_clear(struct batch *batch) {
  while (batch->count) store_job_destroy(batch->jobs[--batch->count]);
}

void batch_end(struct batch *batch) {
  batch_clear(batch);
  if (!batch->open) return;
  if (batch->driver.idle) batch->driver.idle(batch->driver.self);
  batch->driver.close(batch->driver.self);
  batch->open = false;
}

struct store_job *batch_add(struct batch *batch, enum store_kind kind) {
  if (batch->count == BATCH_MAX) return NULL;
  struct store_job *job = store_job_create(kind);
  if (job) batch->jobs[batch->count++] = job;
  return job;
}

bool batch_write(struct batch *batch) {
  double from = measure_now();
  batch->driver.write(batch->driver.self, batch->jobs, batch->count);
  batch->seconds += measure_now() - from;
  for (size_t i = 0; i < batch->count; i++) {
    const struct store_job *job = batch->jobs[i];
    if (job->outcome == STORE_DONE) continue;
    fprintf(stderr, "job %zu was not done: outcome %d, reason %d\n", i, (int)job->outcome, (int)job->reason);
    return false;
  }
  return true;
}

static struct slice batch_text(struct store_job *job, const char *format, size_t number) {
  char text[64];
  snprintf(text, sizeof text, format, number);
  return arena_copy(job->arena, slice_of(text));
}

static bool batch_member(struct batch *batch, size_t number, char token[TOKEN_SIZE + 1]) {
  struct store_job *job = batch_add(batch, STORE_MEMBER_ADD);
  if (!job) return false;
  struct randomness randomness = randomness_system();
  struct store_member *add = &job->member;
  token_random(token, &randomness);
  add->with_session = true;
  digest_sha256((struct slice){token, TOKEN_SIZE}, add->session_digest);
  add->address = SLICE_LITERAL("127.0.0.1");
  add->password = SLICE_LITERAL("!"); /* no hash: nobody logs in with a password */
  add->member.login = batch_text(job, "m%05zu", number);
  add->member.name = batch_text(job, "Member %05zu", number);
  add->member.company = batch_text(job, "Company %05zu", number);
  add->member.country = SLICE_LITERAL("kz");
  return !arena_failed(job->arena);
}

bool batch_members(struct batch *batch, size_t from, size_t count, char (*tokens)[TOKEN_SIZE + 1]) {
  for (size_t i = 0; i < count; i++)
    if (!batch_member(batch, from + i, tokens[i])) return false;
  return batch_write(batch);
}
