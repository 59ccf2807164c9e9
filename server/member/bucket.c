/* Rates: so many in so long, refilled steadily. A bucket keeps how long it takes until it is full again: zeroed, it is
 * full. */
#include "club/member.h"

static int64_t bucket_cost_us(struct rate rate) {
  return rate.milliseconds * 1000 / rate.count;
}

static int64_t bucket_level_us(const struct bucket *bucket, int64_t now_ms) {
  int64_t level = bucket->level_us - (now_ms - bucket->seen_ms) * 1000;
  return level > 0 ? level : 0;
}

int64_t bucket_wait(const struct bucket *bucket, struct rate rate, int64_t now_ms) {
  if (rate.count <= 0) return 0;
  /* A division that leaves a rest must not cost the last one. */
  int64_t capacity = bucket_cost_us(rate) * rate.count;
  int64_t over = bucket_level_us(bucket, now_ms) + bucket_cost_us(rate) - capacity;
  return over > 0 ? (over + 999) / 1000 : 0;
}

int64_t bucket_take(struct bucket *bucket, struct rate rate, int64_t now_ms) {
  if (rate.count <= 0) return 0;
  int64_t wait = bucket_wait(bucket, rate, now_ms);
  if (wait > 0) return wait;
  bucket->level_us = bucket_level_us(bucket, now_ms) + bucket_cost_us(rate);
  bucket->seen_ms = now_ms;
  return 0;
}

void bucket_return(struct bucket *bucket, struct rate rate) {
  if (rate.count <= 0) return;
  bucket->level_us -= bucket_cost_us(rate);
  if (bucket->level_us < 0) bucket->level_us = 0;
}
