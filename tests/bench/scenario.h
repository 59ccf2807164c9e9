#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H
/* What `load` can do. Each scenario prints one line of key=value pairs and says whether all went as it must. */
#include <stdbool.h>

#include "options.h"

bool scenario_fanout(struct options *options);
bool scenario_posts(struct options *options);
bool scenario_idle(struct options *options);
bool scenario_comeback(struct options *options);
bool scenario_stampede(struct options *options);
bool scenario_seed(struct options *options);
bool scenario_sql(struct options *options);
bool scenario_corpus(struct options *options);
#endif
