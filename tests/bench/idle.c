/* Members who are there and do nothing: what each costs the server's memory. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crowd.h"
#include "result.h"
#include "scenario.h"

struct idle {
  struct crowd crowd;
  struct result_place place;
  long first, hold;
};

/* How much the servers hold when `count` members are in and all has come to rest; 0: something went wrong. */
static uint64_t idle_measure(struct idle *idle, size_t from, size_t to) {
  double began = measure_now();
  if (!crowd_gather(&idle->crowd, from, to, 180)) return 0;
  double gathered = measure_now() - began;
  if (!crowd_run(&idle->crowd, measure_now() + idle->place.seconds)) return 0;
  uint64_t resident = measure_resident(&idle->place.servers);
  if (resident == 0) fprintf(stderr, "servers: nothing can be read of them\n");
  fprintf(stderr, "%zu members in after %.2f s: %llu KB\n", to, gathered, (unsigned long long)resident / 1024);
  return resident;
}

/* Stays until standard input ends. */
static bool idle_hold(struct idle *idle) {
  char byte;
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    if (!crowd_turn(&idle->crowd, 50)) return false;
    if (poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0) return true;
  }
}

static bool idle_run(struct idle *idle) {
  size_t first = (size_t)idle->first, all = idle->crowd.count;
  if (first >= all) {
    fprintf(stderr, "first=%zu: fewer than members=%zu are wanted\n", first, all);
    return false;
  }
  uint64_t few = idle_measure(idle, 0, first), many = few ? idle_measure(idle, first, all) : 0;
  if (!many) return false;
  printf("scenario=idle first=%zu members=%zu tls=%d resident_first=%llu resident_all=%llu bytes_a_member=%.0f\n",
         first, all, idle->crowd.herd.setup.tls, (unsigned long long)few, (unsigned long long)many,
         ((double)many - (double)few) / (double)(all - first));
  return !idle->hold || idle_hold(idle);
}

bool scenario_idle(struct options *options) {
  struct idle *idle = calloc(1, sizeof *idle);
  if (!idle) return false;
  idle->first = options_number(options, "first", 1000, 1, 18999);
  idle->hold = options_number(options, "hold", 0, 0, 1);
  bool done = result_place_read(&idle->place, options) &&
              crowd_begin(&idle->crowd, options, (struct crowd_events){0}) && idle_run(idle);
  crowd_end(&idle->crowd);
  free(idle);
  return done;
}
