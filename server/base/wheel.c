#include "club/wheel.h"

#include <stddef.h>
#include <stdlib.h>

/* Hands of a clock: level 0 has a slot for each of the next 256 ticks (16 s), level 1 one for each 256 ticks (70
 * minutes in all), and so on to eight years. When a level has gone round, the next slot of the level above is spread
 * over it. What lies beyond waits in the last slot and is spread again. */
#define LEVELS 4
#define LEVEL_BITS 8
#define SLOTS (1u << LEVEL_BITS)
#define REACH ((uint64_t)1 << (LEVELS * LEVEL_BITS))

struct wheel {
  int64_t start_ms;
  uint64_t tick; /* fired up to here, counted from start_ms */
  size_t armed;
  struct wheel_timer overdue; /* heads of rings; armed at or before `tick`, fired by the next wheel_advance */
  struct wheel_timer slots[LEVELS][SLOTS];
};

static void ring_empty(struct wheel_timer *head) {
  head->next = head->previous = head;
}

static void ring_add(struct wheel_timer *head, struct wheel_timer *timer) {
  timer->next = head;
  timer->previous = head->previous;
  head->previous->next = timer;
  head->previous = timer;
}

static void ring_remove(struct wheel_timer *timer) {
  timer->previous->next = timer->next;
  timer->next->previous = timer->previous;
  timer->next = timer->previous = NULL;
}

/* Moves all of `from` to the empty ring `to`. */
static void ring_move(struct wheel_timer *from, struct wheel_timer *to) {
  ring_empty(to);
  if (from->next == from) return;
  *to = *from;
  to->next->previous = to->previous->next = to;
  ring_empty(from);
}

static uint64_t tick_of(const struct wheel *wheel, int64_t ms, bool round_up) {
  if (ms <= wheel->start_ms) return 0;
  uint64_t passed = (uint64_t)ms - (uint64_t)wheel->start_ms;
  return passed / WHEEL_TICK_MS + (round_up && passed % WHEEL_TICK_MS != 0);
}

static void place(struct wheel *wheel, struct wheel_timer *timer, uint64_t earliest) {
  uint64_t due = tick_of(wheel, timer->due_ms, true);
  if (due < earliest) {
    ring_add(&wheel->overdue, timer);
    return;
  }
  if (due - wheel->tick >= REACH) due = wheel->tick + REACH - 1;
  int level = 0;
  while (level < LEVELS - 1 && (due - wheel->tick) >> ((level + 1) * LEVEL_BITS)) level++;
  ring_add(&wheel->slots[level][(due >> (level * LEVEL_BITS)) & (SLOTS - 1)], timer);
}

struct wheel *wheel_create(int64_t now_ms) {
  struct wheel *wheel = malloc(sizeof *wheel);
  if (!wheel) return NULL;
  wheel->start_ms = now_ms;
  wheel->tick = 0;
  wheel->armed = 0;
  ring_empty(&wheel->overdue);
  for (size_t level = 0; level < LEVELS; level++) {
    for (size_t slot = 0; slot < SLOTS; slot++) ring_empty(&wheel->slots[level][slot]);
  }
  return wheel;
}

static void forget(struct wheel_timer *head) {
  for (struct wheel_timer *timer = head->next; timer != head;) {
    struct wheel_timer *next = timer->next;
    timer->next = timer->previous = NULL;
    timer = next;
  }
}

void wheel_destroy(struct wheel *wheel) {
  if (!wheel) return;
  forget(&wheel->overdue);
  for (size_t level = 0; level < LEVELS; level++) {
    for (size_t slot = 0; slot < SLOTS; slot++) forget(&wheel->slots[level][slot]);
  }
  free(wheel);
}

bool wheel_armed(const struct wheel_timer *timer) {
  return timer->next != NULL;
}

void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, int64_t due_ms) {
  wheel_disarm(wheel, timer);
  timer->due_ms = due_ms;
  place(wheel, timer, wheel->tick + 1);
  wheel->armed++;
}

void wheel_disarm(struct wheel *wheel, struct wheel_timer *timer) {
  if (!wheel_armed(timer)) return;
  ring_remove(timer);
  wheel->armed--;
}

/* The ring is taken off its slot first: what a timer arms anew during this waits for a later tick, and what it disarms
 * leaves the ring. */
static void fire_ring(struct wheel *wheel, struct wheel_timer *head) {
  struct wheel_timer firing;
  ring_move(head, &firing);
  while (firing.next != &firing) {
    struct wheel_timer *timer = firing.next;
    wheel_disarm(wheel, timer);
    timer->fire(timer);
  }
}

static void spread(struct wheel *wheel, size_t level) {
  struct wheel_timer waiting;
  ring_move(&wheel->slots[level][(wheel->tick >> (level * LEVEL_BITS)) & (SLOTS - 1)], &waiting);
  while (waiting.next != &waiting) {
    struct wheel_timer *timer = waiting.next;
    ring_remove(timer);
    place(wheel, timer, wheel->tick);
  }
}

static void next_tick(struct wheel *wheel) {
  wheel->tick++;
  size_t highest = 0;
  while (highest < LEVELS - 1 && (wheel->tick & (((uint64_t)1 << ((highest + 1) * LEVEL_BITS)) - 1)) == 0) highest++;
  for (size_t level = highest; level > 0; level--) spread(wheel, level);
  fire_ring(wheel, &wheel->slots[0][wheel->tick & (SLOTS - 1)]);
}

void wheel_advance(struct wheel *wheel, int64_t now_ms) {
  fire_ring(wheel, &wheel->overdue);
  uint64_t target = tick_of(wheel, now_ms, false);
  while (wheel->tick < target) {
    if (wheel->armed == 0) {
      wheel->tick = target;
    } else {
      next_tick(wheel);
    }
  }
}
