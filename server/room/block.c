/* Pieces of a room's log that followers need again and the ring has no more: read once for all who stand there. Pieces
 * begin at round places, so that followers at places that differ a little need the same ones. */
#include <stdlib.h>

#include "club/log.h"
#include "club/wire.h"
#include "inside.h"

#define BLOCK_ENTRIES 64 /* of a piece, as far as they fit into one read */
#define BLOCK_KEEP_MS 5000
#define BLOCK_RETRY_MS 1000 /* when the store could not be asked */

static void block_empty(struct block *block) {
  if (block->state == BLOCK_READY)
    for (int64_t seq = block->from; seq <= block->to; seq++) free(block->items[seq - block->from].bytes);
  free(block->items);
  *block = (struct block){0};
}

struct slice block_get(struct room *room, int64_t seq) {
  for (size_t i = 0; i < BLOCKS; i++) {
    const struct block *block = &room->blocks[i];
    if (block->state != BLOCK_READY || seq < block->from || seq > block->to) continue;
    const struct ring_item *item = &block->items[seq - block->from];
    return (struct slice){item->bytes, item->size};
  }
  return SLICE_NONE;
}

/* Encodes what was read; false: no memory for it. */
static bool block_fill(struct block *block, struct room *room, struct store_entries *read) {
  struct buffer *scratch = &room->rooms->scratch;
  block->items = calloc(read->count, sizeof *block->items);
  if (!block->items) return false;
  block->state = BLOCK_READY;
  block->to = block->from - 1;
  for (size_t i = 0; i < read->count; i++) {
    read->entries[i].room = room_slice(room);
    buffer_clear(scratch);
    encode_entry_notification(scratch, &read->entries[i]);
    char *bytes = scratch->failed ? NULL : malloc(scratch->size);
    if (!bytes) return i > 0;
    memcpy(bytes, scratch->data, scratch->size);
    block->items[i] = (struct ring_item){.bytes = bytes, .size = (uint32_t)scratch->size};
    block->to++;
  }
  return true;
}

/* The last entry of the piece that `seq` lies in. */
static int64_t block_end(int64_t seq) {
  return (seq + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES * BLOCK_ENTRIES;
}

/* Where a read must begin that brings `seq`: where its piece begins, or behind what is there of it, when the piece was
 * more than one read could give. */
static int64_t block_begins(const struct room *room, int64_t seq) {
  int64_t from = block_end(seq) - BLOCK_ENTRIES + 1;
  for (size_t i = 0; i < BLOCKS; i++) {
    const struct block *block = &room->blocks[i];
    if (block->state == BLOCK_READY && block->to >= from && block->to < seq) from = block->to + 1;
  }
  return from;
}

static bool block_is_read(const struct room *room, int64_t seq) {
  for (size_t i = 0; i < BLOCKS; i++) {
    const struct block *block = &room->blocks[i];
    if (block->state == BLOCK_READING && block->from <= seq && seq <= block_end(block->from)) return true;
  }
  return false;
}

static void block_arm(struct room *room, int64_t due_ms) {
  if (!wheel_armed(&room->block_timer)) wheel_arm(room->rooms->setup.wheel, &room->block_timer, due_ms);
}

static void block_came(struct block *block, struct room *room, struct store_job *job) {
  int64_t now = clock_monotonic_ms(room->rooms->setup.clock);
  if (job->outcome == STORE_DONE && job->entries.count > 0 && block_fill(block, room, &job->entries)) {
    block->ready_ms = now;
    room_mark(room);
    return;
  }
  block_empty(block);
  room->block_after_ms = now + BLOCK_RETRY_MS;
  block_arm(room, room->block_after_ms); /* whoever waits asks again */
  log_line(LOG_WARN, "catch-up read failed", LOG_NUMBER("outcome", job->outcome));
}

static void block_done(void *context, struct store_job *job) {
  struct rooms *rooms = ((struct completions *)context)->rooms;
  struct room *room = rooms_find(rooms, job->entries.room);
  for (size_t i = 0; room && i < BLOCKS; i++) {
    struct block *block = &room->blocks[i];
    if (block->state != BLOCK_READING || block->ticket != job->ticket) continue;
    block_came(block, room, job);
    break;
  }
  store_job_destroy(job);
}

/* An unused one, else the oldest that was read before this turn. NULL: all are in use. */
static struct block *block_choose(struct room *room) {
  struct block *oldest = NULL;
  int64_t now = clock_monotonic_ms(room->rooms->setup.clock);
  for (size_t i = 0; i < BLOCKS; i++) {
    struct block *block = &room->blocks[i];
    if (block->state == BLOCK_EMPTY) return block;
    if (block->state == BLOCK_READY && now - block->ready_ms >= WHEEL_TICK_MS &&
        (!oldest || block->ready_ms < oldest->ready_ms))
      oldest = block;
  }
  return oldest;
}

static void block_read(struct room *room, struct block *block, int64_t from) {
  struct rooms *rooms = room->rooms;
  struct store_job *job = store_job_create(STORE_ENTRIES);
  if (!job) return;
  job->done = block_done;
  job->ticket = rooms->last_ticket + 1;
  job->entries.room = arena_copy(job->arena, room_slice(room));
  job->entries.from = from;
  job->entries.to = block_end(from) < room->head ? block_end(from) : room->head;
  if (!job->entries.room.data || !rooms->setup.store->submit(rooms->setup.store->self, job)) {
    store_job_destroy(job);
    return;
  }
  block_empty(block);
  block->state = BLOCK_READING;
  block->from = from;
  block->ticket = ++rooms->last_ticket;
  rooms->setup.metrics->catch_ups++;
}

void block_want(struct room *room, int64_t seq) {
  int64_t now = clock_monotonic_ms(room->rooms->setup.clock);
  if (block_is_read(room, seq)) return;
  struct block *block = now < room->block_after_ms ? NULL : block_choose(room);
  if (block) block_read(room, block, block_begins(room, seq));
  /* With none free, or no place in the store's queue, the followers are asked again in a moment. */
  if (!block_is_read(room, seq)) block_arm(room, now + WHEEL_TICK_MS);
}

static void block_fire(struct wheel_timer *timer) {
  room_mark((struct room *)(void *)((char *)timer - offsetof(struct room, block_timer)));
}

void block_begin(struct room *room) {
  room->block_timer.fire = block_fire;
}

void block_sweep(struct room *room, int64_t now_ms) {
  for (size_t i = 0; i < BLOCKS; i++)
    if (room->blocks[i].state == BLOCK_READY && now_ms - room->blocks[i].ready_ms > BLOCK_KEEP_MS)
      block_empty(&room->blocks[i]);
}

void block_forget(struct room *room) {
  for (size_t i = 0; i < BLOCKS; i++) block_empty(&room->blocks[i]);
}

void block_clear(struct room *room) {
  wheel_disarm(room->rooms->setup.wheel, &room->block_timer);
  block_forget(room);
}
