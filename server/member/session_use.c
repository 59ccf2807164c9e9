#include "club/member.h"

#define TOUCH_EVERY_MS 3600000

int64_t session_touch_due(int64_t used_at) {
  return used_at + TOUCH_EVERY_MS;
}

bool session_touch(const struct store *store, const unsigned char digest[DIGEST_SIZE], uint64_t ticket,
                   store_done done) {
  struct store_job *job = store_job_create(STORE_SESSION_TOUCH);
  if (!job) return false;
  job->ticket = ticket;
  job->done = done;
  memcpy(job->session.digest, digest, DIGEST_SIZE);
  if (store->submit(store->self, job)) return true;
  store_job_destroy(job);
  return false;
}
