#ifndef TEST_WORLD_H
#define TEST_WORLD_H
/* Servers, members and what is between them in one process, on a made-up clock: lines that stall and break, a bus that
 * drops, doubles, delays and reorders, a store that is late, refuses and does not know, servers that die. Everything
 * follows from one seed. */
#include <stdint.h>

#define WORLD_SERVERS 3

struct world_plan {
  uint64_t seed;
  int servers; /* 1 to WORLD_SERVERS */
  int steps;
};

/* Runs it, heals everything, looks whether all agree. 0: yes; else what did not hold is on standard error. */
int world_run(const struct world_plan *plan);
#endif
