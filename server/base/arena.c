#include "club/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define ALIGNMENT alignof(max_align_t)
#define FIRST_BLOCK 960
#define GREATEST_BLOCK 65536

struct block {
  struct block *next;
  size_t used, size;
  alignas(max_align_t) char data[];
};

struct arena {
  struct block *blocks; /* the newest first; only that one is filled further */
  size_t limit, taken;
  size_t next_size;
  bool failed;
};

struct arena *arena_create(size_t limit) {
  struct arena *arena = malloc(sizeof *arena);
  if (arena) *arena = (struct arena){.limit = limit, .next_size = FIRST_BLOCK};
  return arena;
}

void arena_destroy(struct arena *arena) {
  if (!arena) return;
  while (arena->blocks) {
    struct block *block = arena->blocks;
    arena->blocks = block->next;
    free(block);
  }
  free(arena);
}

static struct block *add_block(struct arena *arena, size_t needed) {
  size_t size = needed > arena->next_size ? needed : arena->next_size;
  struct block *block = malloc(sizeof *block + size);
  if (!block) return NULL;
  *block = (struct block){.next = arena->blocks, .size = size};
  arena->blocks = block;
  if (arena->next_size < GREATEST_BLOCK) arena->next_size *= 2;
  return block;
}

/* Uncleared memory, or NULL with `failed` set. */
static void *take(struct arena *arena, size_t size) {
  size_t left = arena->limit - arena->taken;
  if (size > left) {
    arena->failed = true;
    return NULL;
  }
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (rounded == 0) rounded = ALIGNMENT;
  struct block *block = arena->blocks;
  if (!block || block->size - block->used < rounded) block = add_block(arena, rounded);
  if (!block) {
    arena->failed = true;
    return NULL;
  }
  void *memory = block->data + block->used;
  block->used += rounded;
  arena->taken += rounded < left ? rounded : left;
  return memory;
}

void *arena_alloc(struct arena *arena, size_t size) {
  void *memory = take(arena, size);
  if (memory) memset(memory, 0, size);
  return memory;
}

struct slice arena_copy(struct arena *arena, struct slice slice) {
  if (!slice.data) return SLICE_NONE;
  char *copy = slice.size < SIZE_MAX ? take(arena, slice.size + 1) : NULL;
  if (!copy) return SLICE_NONE;
  memcpy(copy, slice.data, slice.size);
  copy[slice.size] = '\0';
  return (struct slice){copy, slice.size};
}

bool arena_failed(const struct arena *arena) {
  return arena->failed;
}

void arena_fail(struct arena *arena) {
  arena->failed = true;
}
