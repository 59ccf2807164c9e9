/* The load generator: load SCENARIO key=value … */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "scenario.h"

struct load_scenario {
  const char *name;
  bool (*run)(struct options *options);
  const char *what;
};

static const struct load_scenario load_scenarios[] = {
    {"fanout", scenario_fanout, "one room; one member posts, all count: deliveries a second"},
    {"posts", scenario_posts, "members who all post and wait for their answers: posts answered a second"},
    {"idle", scenario_idle, "members who only are there: the server's memory"},
    {"comeback", scenario_comeback, "kills the server; how long until all are in again and have everything"},
    {"stampede", scenario_stampede, "the same with members who wait as browsers do, and as long as they are told"},
    {"seed", scenario_seed, "puts members with sessions into a store and prints their cookies"},
    {"sql", scenario_sql, "the store's driver alone: posts a second"},
    {"corpus", scenario_corpus, "puts messages in three languages into a store, and indexes them"},
};

static void load_usage(void) {
  fprintf(stderr, "load SCENARIO key=value ...\n");
  for (size_t i = 0; i < sizeof load_scenarios / sizeof *load_scenarios; i++)
    fprintf(stderr, "  %-9s %s\n", load_scenarios[i].name, load_scenarios[i].what);
}

int main(int count, char **words) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) perror("descriptors");
  }
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct options options;
  for (size_t i = 0; count > 1 && i < sizeof load_scenarios / sizeof *load_scenarios; i++) {
    if (strcmp(words[1], load_scenarios[i].name) != 0) continue;
    return options_read(&options, count - 2, words + 2) && load_scenarios[i].run(&options) ? 0 : 1;
  }
  load_usage();
  return 2;
}
