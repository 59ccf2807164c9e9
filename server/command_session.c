/* clubd session add: sessions without a password, for support and load tests. */
#include <stdio.h>
#include <stdlib.h>

#include "club/limits.h"
#include "club/text.h"
#include "command.h"

struct sessions {
  struct store_job *jobs[LIMIT_WRITE_BATCH];
  char tokens[LIMIT_WRITE_BATCH][TOKEN_SIZE + 1];
  size_t count;
};

static const char *refused(enum reason reason) {
  return reason == REASON_NOT_FOUND ? "nobody has this login" : NULL;
}

/* Begins all sessions that are gathered and prints them. */
static int flush(struct store_driver *driver, struct sessions *sessions) {
  int status = COMMAND_DONE;
  if (sessions->count) driver->write(driver->self, sessions->jobs, sessions->count);
  for (size_t i = 0; i < sessions->count; i++) {
    if (status == COMMAND_DONE) status = command_outcome(sessions->jobs[i], refused, "session add");
    if (sessions->jobs[i]->outcome == STORE_DONE) puts(sessions->tokens[i]);
    store_job_destroy(sessions->jobs[i]);
  }
  sessions->count = 0;
  return status;
}

static bool gather(struct sessions *sessions, int64_t member) {
  struct store_job *job = command_job(STORE_SESSION_ADD);
  if (!job) return false;
  struct randomness randomness = randomness_system();
  char *token = sessions->tokens[sessions->count];
  token_random(token, &randomness);
  digest_sha256((struct slice){token, TOKEN_SIZE}, job->session.digest);
  job->session.member = member;
  job->session.address = SLICE_LITERAL("command line");
  sessions->jobs[sessions->count++] = job;
  return true;
}

static int find_member(struct store_driver *driver, const char *text, int64_t *key) {
  char login[33];
  if (!text_fold_login(slice_of(text), login)) return command_failed("\"%.100s\" is no login", text);
  struct store_job *job = command_job(STORE_LOGIN_FIND);
  if (!job) return COMMAND_FAILED;
  job->session.login = arena_copy(job->arena, slice_of(login));
  driver->read(driver->self, job);
  int status = command_outcome(job, refused, login);
  if (status == COMMAND_DONE && job->session.record.disabled) status = command_failed("%s is disabled", login);
  *key = job->session.record.key;
  store_job_destroy(job);
  return status;
}

static int add_for(struct store_driver *driver, struct sessions *sessions, const char *login, int64_t number) {
  int64_t member = 0;
  int status = find_member(driver, login, &member);
  for (int64_t i = 0; status == COMMAND_DONE && i < number; i++) {
    if (!gather(sessions, member)) return COMMAND_FAILED;
    if (sessions->count == LIMIT_WRITE_BATCH) status = flush(driver, sessions);
  }
  return status;
}

int command_session_add(const struct command *command, const struct config *config, int count, char **arguments) {
  const char *number_text = "1";
  const struct command_option options[] = {{"--count", &number_text}};
  int64_t number;
  if (!command_options(command, options, 1, &count, arguments, 1, 1000000)) return COMMAND_USAGE;
  if (!command_number(number_text, LIMIT_SESSIONS, &number)) {
    return command_usage(command, "--count is a number from 1 to %d", LIMIT_SESSIONS);
  }
  struct store_driver driver;
  struct sessions *sessions = calloc(1, sizeof *sessions);
  if (!sessions) return command_failed("no memory");
  int status = COMMAND_FAILED;
  if (command_open(config, &driver)) {
    status = COMMAND_DONE;
    for (int i = 0; status == COMMAND_DONE && i < count; i++) {
      status = add_for(&driver, sessions, arguments[i], number);
    }
    /* Those that were found get theirs even when one was not. */
    int flushed = flush(&driver, sessions);
    if (status == COMMAND_DONE) status = flushed;
    driver.close(driver.self);
  }
  free(sessions);
  return status;
}
