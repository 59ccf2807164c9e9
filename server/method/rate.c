/* The rates of what a member does: posts, changes of what is there, acts of a moderator. */
#include "call.h"

#define CHANGES_TO_POSTS 3 /* so many changes for each post of the rate */

struct rate rate_posts(const struct services *services) {
  return services->limits ? services->post_rate : (struct rate){0, 0};
}

static struct rate rate_changes(const struct services *services) {
  struct rate posts = rate_posts(services);
  return (struct rate){posts.count * CHANGES_TO_POSTS, posts.milliseconds};
}

bool rate_take_change(struct call *call) {
  int64_t wait =
      bucket_take(&call->member->changes, rate_changes(call->services), clock_monotonic_ms(&call->services->clock));
  call->token_taken = wait == 0;
  if (wait > 0) call_reason(call, REASON_RATE_LIMITED, wait);
  return wait == 0;
}

bool rate_take_find(struct call *call) {
  static const struct rate none = {0, 0}, finds = {LIMIT_FINDS, LIMIT_FINDS_MS};
  int64_t wait = bucket_take(&call->member->finds, call->services->limits ? finds : none,
                             clock_monotonic_ms(&call->services->clock));
  if (wait > 0) call_reason(call, REASON_RATE_LIMITED, wait);
  return wait == 0;
}

void rate_return_change(struct call *call) {
  if (call->token_taken) bucket_return(&call->member->changes, rate_changes(call->services));
}

static struct rate rate_acts(const struct services *services) {
  return services->limits ? (struct rate){LIMIT_ACTS, LIMIT_ACTS_SECONDS * INT64_C(1000)} : (struct rate){0, 0};
}

bool rate_take_act(struct call *call) {
  int64_t wait =
      bucket_take(&call->member->acts, rate_acts(call->services), clock_monotonic_ms(&call->services->clock));
  call->token_taken = wait == 0;
  if (wait > 0) call_reason(call, REASON_RATE_LIMITED, wait);
  return wait == 0;
}

void rate_return_act(struct call *call) {
  if (call->token_taken) bucket_return(&call->member->acts, rate_acts(call->services));
}
