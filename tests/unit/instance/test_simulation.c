/* The contract of delivery on lines, bus and store that fail as a seed says. SEED=n plays one again, or is the first
 * of the SEEDS=n that are played; SERVERS=n says how many instances share the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world.h"

/* Under the sanitizers each takes five times as long. */
#ifdef __SANITIZE_ADDRESS__
#define USUAL_SEEDS 80
#else
#define USUAL_SEEDS 1500
#endif

static uint64_t number(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

static void run_seeds(int servers, uint64_t seeds) {
  uint64_t first = number("SEED", 1);
  if (getenv("SEED") && !getenv("SEEDS")) seeds = 1;
  for (uint64_t seed = first; seed < first + seeds; seed++) {
    struct world_plan plan = {.seed = seed, .servers = servers, .steps = 1200};
    if (world_run(&plan) == 0) continue;
    fprintf(stderr, "failing seed: SEED=%llu SERVERS=%d\n", (unsigned long long)seed, servers);
    fail();
  }
}

static void nothing_is_lost_doubled_or_disordered_on_one_instance(void **state) {
  (void)state;
  if (number("SERVERS", 1) == 1) run_seeds(1, number("SEEDS", USUAL_SEEDS));
}

static void nothing_is_lost_doubled_or_disordered_on_three_instances(void **state) {
  (void)state;
  if (number("SERVERS", 3) == 3) run_seeds(3, number("SEEDS", USUAL_SEEDS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_lost_doubled_or_disordered_on_one_instance),
      cmocka_unit_test(nothing_is_lost_doubled_or_disordered_on_three_instances),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
