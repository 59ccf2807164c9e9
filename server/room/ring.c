#include <stdlib.h>

#include "inside.h"

#define RING_FIRST_CAPACITY 16

static struct ring_item *ring_at(const struct ring *ring, uint32_t index) {
  return &ring->items[(ring->start + index) & (ring->capacity - 1)];
}

static bool ring_grow(struct ring *ring) {
  uint32_t capacity = ring->capacity ? ring->capacity * 2 : RING_FIRST_CAPACITY;
  struct ring_item *items = calloc(capacity, sizeof *items);
  if (!items) return false;
  for (uint32_t i = 0; i < ring->count; i++) items[i] = *ring_at(ring, i);
  free(ring->items);
  ring->items = items;
  ring->capacity = capacity;
  ring->start = 0;
  return true;
}

void ring_drop_first(struct ring *ring) {
  if (ring->count == 0) return;
  struct ring_item *item = ring_at(ring, 0);
  ring->bytes -= item->size;
  free(item->bytes);
  item->bytes = NULL;
  ring->start = (ring->start + 1) & (ring->capacity - 1);
  ring->count--;
  ring->first++;
}

static uint32_t ring_limit(const struct ring *ring) {
  return ring->limit ? ring->limit : LIMIT_RING_ENTRIES;
}

bool ring_append(struct ring *ring, int64_t seq, struct slice encoded) {
  if (ring->count == ring->capacity && ring->count < ring_limit(ring) && !ring_grow(ring)) return false;
  char *bytes = malloc(encoded.size);
  if (!bytes) return false;
  memcpy(bytes, encoded.data, encoded.size);
  if (ring->count == ring_limit(ring)) ring_drop_first(ring);
  while (ring->count > 0 && ring->bytes + encoded.size > LIMIT_RING_BYTES) ring_drop_first(ring);
  if (ring->count == 0) ring->first = seq;
  *ring_at(ring, ring->count) = (struct ring_item){.bytes = bytes, .size = (uint32_t)encoded.size};
  ring->count++;
  ring->bytes += encoded.size;
  return true;
}

void ring_clear(struct ring *ring) {
  while (ring->count > 0) ring_drop_first(ring);
  free(ring->items);
  *ring = (struct ring){.limit = ring->limit};
}

static struct ring_item *ring_find(const struct ring *ring, int64_t seq) {
  if (ring->count == 0 || seq < ring->first || seq >= ring->first + ring->count) return NULL;
  return ring_at(ring, (uint32_t)(seq - ring->first));
}

void ring_mark_changed(struct ring *ring, int64_t seq) {
  struct ring_item *item = ring_find(ring, seq);
  if (item) item->changed = true;
}

bool ring_is_changed(const struct ring *ring, int64_t seq) {
  const struct ring_item *item = ring_find(ring, seq);
  return item && item->changed;
}

struct slice ring_get(const struct ring *ring, int64_t seq) {
  const struct ring_item *item = ring_find(ring, seq);
  return item ? (struct slice){item->bytes, item->size} : SLICE_NONE;
}
