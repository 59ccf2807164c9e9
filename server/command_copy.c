/* clubd copy: a whole store into an empty one, between SQLite and PostgreSQL in either direction. */
#include <stdio.h>

#include "command.h"

static void tell(void *context, enum store_copy_step step, const char *table, int64_t rows) {
  (void)context;
  if (step == STORE_COPY_ROWS) {
    fprintf(stderr, "%s: %lld rows …\n", table, (long long)rows);
    return;
  }
  printf("%-8s  %lld\n", table, (long long)rows);
  fflush(stdout);
}

int command_copy(const struct command *command, const struct config *config, int count, char **arguments) {
  char error[CONFIG_ERROR_SIZE];
  struct store_copy copy = {.told = tell};
  const struct command_option options[] = {{"--from", &copy.from}, {"--to", &copy.to}};
  (void)config;
  if (!command_options(command, options, 2, &count, arguments, 0, 0)) return COMMAND_USAGE;
  if (!copy.from || !copy.to) return command_usage(command, "%s is missing", copy.from ? "--to" : "--from");
  if (!store_copy(&copy, error, sizeof error)) return command_failed("%s", error);
  puts("the copy is whole: each table has the rows that were sent, each room's log is numbered to its head");
  return COMMAND_DONE;
}
