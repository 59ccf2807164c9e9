/* clubd backup, restore, migrate */
#include <stdio.h>

#include "command.h"

int command_backup(const struct command *command, const struct config *config, int count, char **arguments) {
  char error[CONFIG_ERROR_SIZE];
  if (!command_options(command, NULL, 0, &count, arguments, 1, 1)) return COMMAND_USAGE;
  if (!store_backup(config->store, arguments[0], error, sizeof error)) return command_failed("%s", error);
  return COMMAND_DONE;
}

int command_restore(const struct command *command, const struct config *config, int count, char **arguments) {
  char error[CONFIG_ERROR_SIZE];
  if (!command_options(command, NULL, 0, &count, arguments, 1, 1)) return COMMAND_USAGE;
  if (!config_make_data(config, error) || !store_restore(config->store, arguments[0], error, sizeof error)) {
    return command_failed("%s", error);
  }
  return COMMAND_DONE;
}

int command_migrate(const struct command *command, const struct config *config, int count, char **arguments) {
  char error[CONFIG_ERROR_SIZE];
  struct store_driver driver;
  struct store_identity identity;
  if (!command_options(command, NULL, 0, &count, arguments, 0, 0)) return COMMAND_USAGE;
  if (!command_open(config, &driver)) return COMMAND_FAILED; /* opening migrates */
  driver.close(driver.self);
  if (!store_identity_read(config->store, &identity, error, sizeof error)) return command_failed("%s", error);
  printf("the store's schema is %d\n", identity.schema);
  return COMMAND_DONE;
}
