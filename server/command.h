#ifndef COMMAND_H
#define COMMAND_H
/* The command line beside `clubd serve`: each command opens the store, does one thing, and ends. It works while a
 * server runs on the same store. */
#include "club/club.h"
#include "club/config.h"
#include "club/store_driver.h"

enum command_status { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

struct command {
  const char *name;  /* one or two words */
  const char *usage; /* what follows the name */
  const char *help;
  int (*run)(const struct command *command, const struct config *config, int count, char **arguments);
};

int command_member_add(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_list(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_role(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_disable(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_enable(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_password(const struct command *command, const struct config *config, int count, char **arguments);
int command_member_import(const struct command *command, const struct config *config, int count, char **arguments);
int command_session_add(const struct command *command, const struct config *config, int count, char **arguments);
int command_invite(const struct command *command, const struct config *config, int count, char **arguments);
int command_audit(const struct command *command, const struct config *config, int count, char **arguments);
int command_backup(const struct command *command, const struct config *config, int count, char **arguments);
int command_restore(const struct command *command, const struct config *config, int count, char **arguments);
int command_health(const struct command *command, const struct config *config, int count, char **arguments);
int command_copy(const struct command *command, const struct config *config, int count, char **arguments);
int command_migrate(const struct command *command, const struct config *config, int count, char **arguments);

/* One line on standard error; they give the status to return. */
int command_failed(const char *format, ...) CLUB_PRINTF(1, 2);
int command_usage(const struct command *command, const char *format, ...) CLUB_PRINTF(2, 3);

/* A flag of a command's own: `--name VALUE` or `--name=VALUE`. */
struct command_option {
  const char *flag;
  const char **value; /* stays as it is when the flag is not there */
};
/* Takes the options out of the arguments; then `least` to `most` words must be left. False: said what is wrong. */
bool command_options(const struct command *command, const struct command_option *options, size_t option_count,
                     int *count, char **arguments, int least, int most) CLUB_MUST_CHECK;
/* A whole number from 1 to `most`. */
bool command_number(const char *text, int64_t most, int64_t *number) CLUB_MUST_CHECK;

/* Opens the store as its writer, making the data folder where needed. False: said why not. */
bool command_open(const struct config *config, struct store_driver *driver) CLUB_MUST_CHECK;
/* A job of that kind; NULL: said that there is no memory. */
struct store_job *command_job(enum store_kind kind) CLUB_MUST_CHECK;
/* Carries out one job on a store that is opened for it. The status; a refusal is told by `refused` (a word for each
 * reason may differ by command), or by reason_message when that gives NULL. */
int command_run(const struct config *config, struct store_job *job, const char *(*refused)(enum reason reason),
                const char *subject);
/* Says what became of a job that was carried out. */
int command_outcome(const struct store_job *job, const char *(*refused)(enum reason reason), const char *subject);

/* The first line of standard input as a password that may be set; asks for it on a terminal. False: said why not. */
bool command_read_password(char *password, size_t size) CLUB_MUST_CHECK;

/* What is told of a new member, as texts; absent slices: not told. */
struct command_fields {
  struct slice login, name, title, company, country, role, sectors, languages;
};
#define COMMAND_WRONG_SIZE 400
/* Checks the fields and puts them into a STORE_MEMBER_ADD job. False: `wrong` says what is. */
bool command_fill_member(struct store_job *job, const struct club *club, const struct command_fields *fields,
                         char wrong[COMMAND_WRONG_SIZE]) CLUB_MUST_CHECK;
#endif
