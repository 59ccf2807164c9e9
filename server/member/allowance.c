#include "allowance.h"

#include <stdlib.h>
#include <uthash.h>

#define RETRY_MS 1000 /* when there is no memory to count with */

struct allowed {
  UT_hash_handle hh;
  struct bucket bucket;
  size_t place; /* in the heap */
  unsigned char key[DIGEST_SIZE];
};

struct allowance {
  struct allowed *by_key;
  struct allowed **heap; /* the one that is full again first on top */
  size_t count, limit;
  struct rate rate;
  unsigned char secret[DIGEST_SIZE]; /* nobody outside may choose names that fall into one place of the table */
};

struct allowance *allowance_create(size_t limit, struct rate rate) {
  struct allowance *allowance = calloc(1, sizeof *allowance);
  if (!allowance) return NULL;
  allowance->limit = limit;
  allowance->rate = rate;
  allowance->heap = calloc(limit, sizeof(struct allowed *));
  if (!allowance->heap) {
    free(allowance);
    return NULL;
  }
  struct randomness randomness = randomness_system();
  randomness.fill(randomness.self, allowance->secret, sizeof allowance->secret);
  return allowance;
}

void allowance_destroy(struct allowance *allowance) {
  if (!allowance) return;
  HASH_CLEAR(hh, allowance->by_key);
  for (size_t i = 0; i < allowance->count; i++) free(allowance->heap[i]);
  free(allowance->heap);
  free(allowance);
}

size_t allowance_count(const struct allowance *allowance) {
  return allowance->count;
}

/* ---- the heap ---- */

static int64_t full_at_us(const struct allowed *allowed) {
  return allowed->bucket.seen_ms * 1000 + allowed->bucket.level_us;
}

static void heap_put(struct allowance *allowance, struct allowed *allowed, size_t place) {
  allowance->heap[place] = allowed;
  allowed->place = place;
}

static void heap_rise(struct allowance *allowance, struct allowed *allowed) {
  size_t place = allowed->place;
  while (place > 0) {
    struct allowed *above = allowance->heap[(place - 1) / 2];
    if (full_at_us(above) <= full_at_us(allowed)) break;
    heap_put(allowance, above, place);
    place = (place - 1) / 2;
  }
  heap_put(allowance, allowed, place);
}

static void heap_sink(struct allowance *allowance, struct allowed *allowed) {
  size_t place = allowed->place;
  for (;;) {
    size_t below = 2 * place + 1;
    if (below >= allowance->count) break;
    if (below + 1 < allowance->count && full_at_us(allowance->heap[below + 1]) < full_at_us(allowance->heap[below]))
      below++;
    if (full_at_us(allowed) <= full_at_us(allowance->heap[below])) break;
    heap_put(allowance, allowance->heap[below], place);
    place = below;
  }
  heap_put(allowance, allowed, place);
}

static void forget_first(struct allowance *allowance) {
  struct allowed *first = allowance->heap[0], *last = allowance->heap[--allowance->count];
  HASH_DEL(allowance->by_key, first);
  if (last != first) {
    last->place = 0;
    heap_sink(allowance, last);
  }
  free(first);
}

/* ---- by name ---- */

static struct allowed *find(struct allowance *allowance, const unsigned char key[DIGEST_SIZE]) {
  struct allowed *allowed = NULL;
  HASH_FIND(hh, allowance->by_key, key, DIGEST_SIZE, allowed);
  return allowed;
}

static struct allowed *add(struct allowance *allowance, const unsigned char key[DIGEST_SIZE], int64_t now_ms) {
  while (allowance->count > 0 && full_at_us(allowance->heap[0]) <= now_ms * 1000) forget_first(allowance);
  struct allowed *allowed = calloc(1, sizeof *allowed);
  if (!allowed) return NULL;
  memcpy(allowed->key, key, DIGEST_SIZE);
  allowed->bucket.seen_ms = now_ms;
  HASH_ADD(hh, allowance->by_key, key, DIGEST_SIZE, allowed);
  if (!allowed->hh.tbl) {
    free(allowed);
    return NULL;
  }
  if (allowance->count == allowance->limit) forget_first(allowance);
  allowed->place = allowance->count;
  allowance->count++;
  heap_rise(allowance, allowed);
  return allowed;
}

int64_t allowance_take(struct allowance *allowance, struct slice name, int64_t now_ms) {
  unsigned char key[DIGEST_SIZE];
  digest_hmac_sha256((struct slice){(const char *)allowance->secret, DIGEST_SIZE}, name, key);
  struct allowed *allowed = find(allowance, key);
  if (!allowed) allowed = add(allowance, key, now_ms);
  if (!allowed) return RETRY_MS;
  int64_t wait = bucket_take(&allowed->bucket, allowance->rate, now_ms);
  if (wait == 0) heap_sink(allowance, allowed);
  return wait;
}

void allowance_return(struct allowance *allowance, struct slice name) {
  unsigned char key[DIGEST_SIZE];
  digest_hmac_sha256((struct slice){(const char *)allowance->secret, DIGEST_SIZE}, name, key);
  struct allowed *allowed = find(allowance, key);
  if (!allowed) return;
  bucket_return(&allowed->bucket, allowance->rate);
  heap_rise(allowance, allowed);
}
