/* What the commands share. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "club/limits.h"
#include "club/password.h"

static void write_line(const char *before, const char *format, va_list arguments, const char *after) {
  char text[1000];
  vsnprintf(text, sizeof text, format, arguments);
  for (char *at = text; *at; at++) {
    if ((unsigned char)*at < ' ' || *at == 0x7f) *at = ' ';
  }
  fprintf(stderr, "clubd%s%s: %s%s\n", *before ? " " : "", before, text, after);
}

int command_failed(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  write_line("", format, arguments, "");
  va_end(arguments);
  return COMMAND_FAILED;
}

int command_usage(const struct command *command, const char *format, ...) {
  va_list arguments;
  char usage[600];
  snprintf(usage, sizeof usage, "; usage: clubd %s %s", command->name, command->usage);
  va_start(arguments, format);
  write_line(command->name, format, arguments, usage);
  va_end(arguments);
  return COMMAND_USAGE;
}

/* "--flag=value" or "--flag" */
static const struct command_option *find_option(const struct command_option *options, size_t count,
                                                const char *argument, const char **value) {
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen(options[i].flag);
    if (strncmp(argument, options[i].flag, size) != 0) continue;
    if (argument[size] != '\0' && argument[size] != '=') continue;
    *value = argument[size] == '=' ? argument + size + 1 : NULL;
    return &options[i];
  }
  return NULL;
}

bool command_options(const struct command *command, const struct command_option *options, size_t option_count,
                     int *count, char **arguments, int least, int most) {
  int kept = 0;
  for (int i = 0; i < *count; i++) {
    if (arguments[i][0] != '-') {
      arguments[kept++] = arguments[i];
      continue;
    }
    const char *value;
    const struct command_option *option = find_option(options, option_count, arguments[i], &value);
    if (!option) {
      command_usage(command, "unknown flag %.100s", arguments[i]);
      return false;
    }
    if (!value && i + 1 < *count) value = arguments[++i];
    if (!value) {
      command_usage(command, "%s needs a value", option->flag);
      return false;
    }
    *option->value = value;
  }
  *count = kept;
  if (kept >= least && kept <= most) return true;
  if (kept > most) {
    command_usage(command, "too many arguments, the first one too many is \"%.100s\"", arguments[most]);
  } else {
    command_usage(command, "an argument is missing");
  }
  return false;
}

bool command_number(const char *text, int64_t most, int64_t *number) {
  *number = 0;
  if (!*text) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    *number = *number * 10 + (*text - '0');
    if (*number > most) return false;
  }
  return *number >= 1;
}

bool command_open(const struct config *config, struct store_driver *driver) {
  char error[CONFIG_ERROR_SIZE];
  if (config_make_data(config, error) && store_driver_open(driver, config->store, STORE_WRITER, error, sizeof error)) {
    return true;
  }
  command_failed("%s", error);
  return false;
}

struct store_job *command_job(enum store_kind kind) {
  struct store_job *job = store_job_create(kind);
  if (!job) command_failed("no memory");
  return job;
}

int command_outcome(const struct store_job *job, const char *(*refused)(enum reason reason), const char *subject) {
  const char *text = NULL;
  switch (job->outcome) {
    case STORE_DONE: return COMMAND_DONE;
    case STORE_REFUSED:
      if (refused) text = refused(job->reason);
      if (!text) text = reason_message(job->reason);
      break;
    case STORE_UNAVAILABLE: text = "the store could not do it now, nothing was changed"; break;
    case STORE_UNKNOWN: text = "the store failed in the middle: look whether it was done"; break;
  }
  return command_failed("%s: %s", subject, text);
}

int command_run(const struct config *config, struct store_job *job, const char *(*refused)(enum reason reason),
                const char *subject) {
  struct store_driver driver;
  if (arena_failed(job->arena)) return command_failed("no memory");
  if (!command_open(config, &driver)) return COMMAND_FAILED;
  if (job->kind < STORE_WRITES_END) {
    driver.write(driver.self, &job, 1);
  } else {
    driver.read(driver.self, job);
  }
  driver.close(driver.self);
  return command_outcome(job, refused, subject);
}

/* False: end of input, or longer than `size`. */
static bool read_line(char *line, size_t size) {
  size_t at = 0;
  int c = getchar();
  for (; c != EOF && c != '\n'; c = getchar()) {
    if (at + 1 == size) return false;
    line[at++] = (char)c;
  }
  if (at > 0 && line[at - 1] == '\r') at--;
  line[at] = '\0';
  return at > 0 || c == '\n';
}

bool command_read_password(char *password, size_t size) {
  struct termios before, silent;
  bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    fputs("Password: ", stderr);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  bool read = read_line(password, size);
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
  }
  if (!read) {
    command_failed("no password on standard input, or one that is too long");
    return false;
  }
  if (password_is_acceptable(slice_of(password))) return true;
  command_failed("a password has %d to %d characters and is none of the commonest", LIMIT_PASSWORD_MIN,
                 LIMIT_PASSWORD_MAX);
  return false;
}
