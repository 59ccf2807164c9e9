#include "result.h"

#include <stdio.h>

bool result_place_read(struct result_place *place, struct options *options) {
  place->server_core = (int)options_number(options, "server_core", 0, 0, 1023);
  place->load_core = (int)options_number(options, "load_core", 1, 0, 1023);
  place->warm = (double)options_number(options, "warm_ms", 500, 0, 60000) / 1e3;
  place->seconds = (double)options_number(options, "ms", 3000, 10, 600000) / 1e3;
  if (measure_processes_read(&place->servers, options_text(options, "servers", ""))) return true;
  fprintf(stderr, "servers: process ids with commas are wanted\n");
  return false;
}

struct measure_use result_use(const struct result_place *place) {
  return measure_use(&place->servers, place->server_core, place->load_core);
}

void result_print_use(struct measure_use use) {
  printf(" seconds=%.3f server_seconds=%.3f load_seconds=%.3f server_core=%.2f load_core=%.2f stolen=%.2f", use.at,
         use.server, use.load, use.server_core_busy / use.at, use.load_core_busy / use.at, use.stolen / use.at);
}
