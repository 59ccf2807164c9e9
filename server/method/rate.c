/* The rates of what a member does: posts, changes of what is there, acts of a moderator. */
#include "call.h"

#define CHANGES_TO_POSTS 3 /* so many changes for each post of the rate */

static bool rate_is_young(const struct call *call) {
  return call->services->first_day && standing_is_young(call->member, clock_wall_ms(&call->services->clock));
}

struct rate rate_posts(const struct call *call) {
  const struct services *services = call->services;
  struct rate rate = services->limits ? services->post_rate : (struct rate){0, 0};
  if (rate.count > 0 && rate_is_young(call)) rate.count = (rate.count + YOUNG_POSTS_SHARE - 1) / YOUNG_POSTS_SHARE;
  return rate;
}

static struct rate rate_changes(const struct call *call) {
  struct rate posts = rate_posts(call);
  return (struct rate){posts.count * CHANGES_TO_POSTS, posts.milliseconds};
}

bool rate_take_change(struct call *call) {
  int64_t wait = bucket_take(&call->member->changes, rate_changes(call), clock_monotonic_ms(&call->services->clock));
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
  if (call->token_taken) bucket_return(&call->member->changes, rate_changes(call));
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

/* ---- what only the young are held to ---- */

static struct rate rate_of_young(const struct call *call, int64_t count) {
  bool limited = call->services->limits && rate_is_young(call);
  return limited ? (struct rate){count, YOUNG_WITHIN_SECONDS * INT64_C(1000)} : (struct rate){0, 0};
}

static bool rate_take_young(struct call *call, struct bucket *bucket, int64_t count) {
  int64_t wait = bucket_take(bucket, rate_of_young(call, count), clock_monotonic_ms(&call->services->clock));
  if (wait > 0) call_reason(call, REASON_RATE_LIMITED, wait);
  return wait == 0;
}

bool rate_take_open(struct call *call) {
  return rate_take_young(call, &call->member->opens, YOUNG_OPENS);
}

void rate_return_open(struct call *call) {
  bucket_return(&call->member->opens, rate_of_young(call, YOUNG_OPENS));
}

bool rate_take_admit(struct call *call) {
  return rate_take_young(call, &call->member->admits, YOUNG_INVITES);
}

bool rate_joins_chorus(const struct call *call, struct slice room, struct slice text) {
  if (!call->services->limits || !rate_is_young(call) || room_id_is_direct(room)) return false;
  if (standing_in(call->member, room) > STANDING_MEMBER) return false;
  return chorus_hear(call->services->chorus, call->member->key, text, clock_monotonic_ms(&call->services->clock));
}

/* ---- searching ---- */

bool rate_take_search(struct call *call) {
  struct rate rate = {LIMIT_SEARCHES, LIMIT_SEARCHES_SECONDS * INT64_C(1000)};
  if (!call->services->limits) rate = (struct rate){0, 0};
  int64_t wait = bucket_take(&call->member->searches, rate, clock_monotonic_ms(&call->services->clock));
  if (wait > 0) call_reason(call, REASON_RATE_LIMITED, wait);
  return wait == 0;
}
