#ifndef CLUB_WHEEL_H
#define CLUB_WHEEL_H
/* Timers by the ten thousand: arming, disarming and firing cost the same however many there are. The owner embeds
 * `struct wheel_timer`; the wheel never frees it. Loop thread only. Accuracy: one tick of 64 ms, never early. */
#include <stdbool.h>
#include <stdint.h>

#define WHEEL_TICK_MS 64

struct wheel_timer {
  struct wheel_timer *next, *previous; /* NULL: not armed */
  int64_t due_ms;
  void (*fire)(struct wheel_timer *timer); /* may arm or disarm any timer, itself too */
};

struct wheel;

struct wheel *wheel_create(int64_t now_ms);
/* Takes NULL. Armed timers are forgotten, not fired. */
void wheel_destroy(struct wheel *wheel);
/* Arms, or moves one that is armed. `timer->fire` must be set. */
void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, int64_t due_ms);
/* Harmless when not armed. */
void wheel_disarm(struct wheel *wheel, struct wheel_timer *timer);
bool wheel_armed(const struct wheel_timer *timer);
/* Fires what is due. */
void wheel_advance(struct wheel *wheel, int64_t now_ms);
#endif
