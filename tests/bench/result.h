#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H
/* Which processes and cores a run is about, and the part of the printed line that says what they used. */
#include "measure.h"
#include "options.h"

struct result_place {
  struct measure_processes servers;
  int server_core, load_core;
  double warm, seconds; /* before measuring, and how long */
};

/* Reads servers, server_core, load_core, warm_ms, ms. False: said on standard error. */
bool result_place_read(struct result_place *place, struct options *options);
struct measure_use result_use(const struct result_place *place);
/* Prints ` key=value …`: seconds of the window, processor seconds, shares of the cores, what the host took. */
void result_print_use(struct measure_use use);
#endif
