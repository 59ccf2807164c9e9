#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "club/wheel.h"

#define HOUR_MS 3600000
#define CROWD 50000

struct probe {
  struct wheel_timer timer; /* first: the callback gets its address */
  struct wheel *wheel;
  int64_t *now;
  int fired;
  int64_t fired_at, again_after;
  struct probe *other;
};

static void note(struct wheel_timer *timer) {
  struct probe *probe = (struct probe *)timer;
  assert_false(wheel_armed(timer));
  assert_true(timer->due_ms <= *probe->now);
  probe->fired++;
  probe->fired_at = *probe->now;
  if (probe->again_after) wheel_arm(probe->wheel, timer, *probe->now + probe->again_after);
  if (probe->other) wheel_disarm(probe->wheel, &probe->other->timer);
}

static struct probe probe_of(struct wheel *wheel, int64_t *now) {
  return (struct probe){.timer = {.fire = note}, .wheel = wheel, .now = now};
}

static void advance(struct wheel *wheel, int64_t *now, int64_t to) {
  *now = to;
  wheel_advance(wheel, to);
}

static void fires_never_early_and_at_most_a_tick_late(void **state) {
  (void)state;
  for (int64_t wait = 0; wait < 3 * HOUR_MS; wait = wait * 2 + 1) {
    int64_t now = 1000003;
    struct wheel *wheel = wheel_create(now);
    struct probe probe = probe_of(wheel, &now);
    int64_t due = now + wait;
    wheel_arm(wheel, &probe.timer, due);
    while (!probe.fired) advance(wheel, &now, now + 16);
    assert_true(probe.fired_at >= due);
    assert_true(probe.fired_at <= due + WHEEL_TICK_MS + 16);
    wheel_destroy(wheel);
  }
}

static void what_is_overdue_fires_at_once(void **state) {
  (void)state;
  int64_t now = 500;
  struct wheel *wheel = wheel_create(now);
  struct probe past = probe_of(wheel, &now), present = probe_of(wheel, &now);
  wheel_arm(wheel, &past.timer, -100000);
  wheel_arm(wheel, &present.timer, now);
  wheel_advance(wheel, now);
  assert_int_equal(past.fired, 1);
  assert_int_equal(present.fired, 1);
  wheel_destroy(wheel);
}

static void a_jump_of_hours_fires_everything_due_once(void **state) {
  (void)state;
  int64_t now = 0;
  struct wheel *wheel = wheel_create(now);
  struct probe *probes = calloc(CROWD, sizeof *probes);
  for (int i = 0; i < CROWD; i++) {
    probes[i] = probe_of(wheel, &now);
    wheel_arm(wheel, &probes[i].timer, (int64_t)i * 1000);
  }
  advance(wheel, &now, 10 * HOUR_MS);
  for (int i = 0; i < CROWD; i++) assert_int_equal(probes[i].fired, i * 1000LL <= 10 * HOUR_MS ? 1 : 0);
  advance(wheel, &now, (int64_t)CROWD * 1000);
  for (int i = 0; i < CROWD; i++) assert_int_equal(probes[i].fired, 1);
  wheel_destroy(wheel);
  free(probes);
}

static void timers_of_years_wait_their_time(void **state) {
  (void)state;
  int64_t now = 77, year = 365LL * 24 * HOUR_MS;
  struct wheel *wheel = wheel_create(now);
  struct probe far = probe_of(wheel, &now), never = probe_of(wheel, &now);
  wheel_arm(wheel, &far.timer, now + year / 10);
  wheel_arm(wheel, &never.timer, INT64_MAX);
  advance(wheel, &now, 77 + year / 10 - 1);
  assert_int_equal(far.fired, 0);
  advance(wheel, &now, 77 + year / 10 + WHEEL_TICK_MS);
  assert_int_equal(far.fired, 1);
  assert_int_equal(never.fired, 0);
  assert_true(wheel_armed(&never.timer));
  wheel_destroy(wheel);
}

static void a_disarmed_or_moved_timer_does_not_fire_at_its_old_time(void **state) {
  (void)state;
  int64_t now = 0;
  struct wheel *wheel = wheel_create(now);
  struct probe gone = probe_of(wheel, &now), moved = probe_of(wheel, &now);
  wheel_disarm(wheel, &gone.timer);
  wheel_arm(wheel, &gone.timer, 1000);
  wheel_arm(wheel, &moved.timer, 1000);
  wheel_disarm(wheel, &gone.timer);
  wheel_arm(wheel, &moved.timer, 5000);
  advance(wheel, &now, 4000);
  assert_int_equal(moved.fired, 0);
  advance(wheel, &now, 6000);
  assert_int_equal(moved.fired, 1);
  assert_int_equal(gone.fired, 0);
  assert_false(wheel_armed(&gone.timer));
  wheel_destroy(wheel);
}

static void a_firing_timer_may_arm_itself_and_disarm_others(void **state) {
  (void)state;
  int64_t now = 0;
  struct wheel *wheel = wheel_create(now);
  struct probe victim = probe_of(wheel, &now), killer = probe_of(wheel, &now), beat = probe_of(wheel, &now);
  killer.other = &victim;
  beat.again_after = 1000;
  wheel_arm(wheel, &killer.timer, 100);
  wheel_arm(wheel, &victim.timer, 100);
  wheel_arm(wheel, &beat.timer, 1000);
  for (int i = 0; i < 100; i++) advance(wheel, &now, now + 100);
  assert_int_equal(killer.fired, 1);
  assert_int_equal(victim.fired, 0);
  assert_in_range(beat.fired, 8, 10);
  wheel_disarm(wheel, &beat.timer);
  wheel_destroy(wheel);
}

static void arming_for_now_while_firing_waits_for_the_next_advance(void **state) {
  (void)state;
  int64_t now = 0;
  struct wheel *wheel = wheel_create(now);
  struct probe probe = probe_of(wheel, &now);
  probe.again_after = -1;
  wheel_arm(wheel, &probe.timer, 0);
  wheel_advance(wheel, 0);
  assert_int_equal(probe.fired, 1);
  wheel_advance(wheel, 0);
  assert_int_equal(probe.fired, 2);
  wheel_destroy(wheel);
  assert_false(wheel_armed(&probe.timer));
}

static void random_timers_all_fire_in_their_tick(void **state) {
  (void)state;
  int64_t now = 12345;
  struct wheel *wheel = wheel_create(now);
  struct probe probes[500];
  srandom(7);
  for (int i = 0; i < 500; i++) probes[i] = probe_of(wheel, &now);
  for (int round = 0; round < 20000; round++) {
    struct probe *probe = &probes[random() % 500];
    if (random() % 3 == 0) {
      wheel_disarm(wheel, &probe->timer);
    } else {
      wheel_arm(wheel, &probe->timer, now + random() % (1 << (random() % 24)));
    }
    advance(wheel, &now, now + random() % 200);
    for (int i = 0; i < 500; i++) {
      if (wheel_armed(&probes[i].timer)) assert_true(probes[i].timer.due_ms > now - WHEEL_TICK_MS);
    }
  }
  wheel_destroy(wheel);
  wheel_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fires_never_early_and_at_most_a_tick_late),
      cmocka_unit_test(what_is_overdue_fires_at_once),
      cmocka_unit_test(a_jump_of_hours_fires_everything_due_once),
      cmocka_unit_test(timers_of_years_wait_their_time),
      cmocka_unit_test(a_disarmed_or_moved_timer_does_not_fire_at_its_old_time),
      cmocka_unit_test(a_firing_timer_may_arm_itself_and_disarm_others),
      cmocka_unit_test(arming_for_now_while_firing_waits_for_the_next_advance),
      cmocka_unit_test(random_timers_all_fire_in_their_tick),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
