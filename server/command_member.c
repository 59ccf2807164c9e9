/* clubd member add, list, role, disable, enable, password */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "club/limits.h"
#include "club/password.h"
#include "club/text.h"
#include "command.h"

#define PASSWORD_BYTES (4 * LIMIT_PASSWORD_MAX + 2)

/* Reads a password and puts its hash into the job. */
static bool take_password(struct store_job *job) {
  char password[PASSWORD_BYTES], encoded[PASSWORD_ENCODED_SIZE];
  bool hashed = false;
  if (command_read_password(password, sizeof password)) {
    hashed = password_hash(slice_of(password), encoded);
    if (!hashed) command_failed("no memory");
  }
  explicit_bzero(password, sizeof password);
  if (hashed) job->member.password = arena_copy(job->arena, slice_of(encoded));
  return hashed;
}

static const char *add_refused(enum reason reason) {
  return reason == REASON_CONFLICT ? "this login is taken" : NULL;
}

static int add(const struct config *config, const struct command_fields *fields) {
  char error[CONFIG_ERROR_SIZE];
  struct club *club = club_load(config->club_file, error, sizeof error);
  if (!club) return command_failed("%s", error);
  int status = COMMAND_FAILED;
  struct store_job *job = command_job(STORE_MEMBER_ADD);
  if (job && !command_fill_member(job, club, fields, error)) {
    command_failed("%s", error);
  } else if (job && take_password(job)) {
    status = command_run(config, job, add_refused, fields->login.data);
  }
  store_job_destroy(job);
  club_destroy(club);
  return status;
}

int command_member_add(const struct command *command, const struct config *config, int count, char **arguments) {
  const char *name = NULL, *role = NULL, *country = NULL, *company = NULL, *title = NULL, *sectors = NULL,
             *languages = NULL;
  const struct command_option options[] = {{"--name", &name},          {"--role", &role},   {"--country", &country},
                                           {"--company", &company},    {"--title", &title}, {"--sectors", &sectors},
                                           {"--languages", &languages}};
  if (!command_options(command, options, sizeof options / sizeof options[0], &count, arguments, 1, 1)) {
    return COMMAND_USAGE;
  }
  if (!name) return command_usage(command, "--name is missing");
  struct command_fields fields = {
      .login = slice_of(arguments[0]),
      .name = slice_of(name),
      .title = slice_of(title),
      .company = slice_of(company),
      .country = slice_of(country),
      .role = slice_of(role),
      .sectors = slice_of(sectors),
      .languages = slice_of(languages),
  };
  return add(config, &fields);
}

static void print_slice(struct slice text) {
  /* A tab within a field would be taken for the next one. */
  for (size_t i = 0; i < text.size; i++) putchar((unsigned char)text.data[i] < ' ' ? ' ' : text.data[i]);
}

static void print_member(const struct member_record *member) {
  char id[MEMBER_ID_SIZE];
  member_id_write(id, member->key);
  printf("%s\t", id);
  print_slice(member->login);
  printf("\t%s\t%s\t", role_text(member->role), member->disabled ? "disabled" : "active");
  print_slice(member->country);
  putchar('\t');
  print_slice(member->name);
  putchar('\t');
  print_slice(member->company);
  putchar('\n');
}

int command_member_list(const struct command *command, const struct config *config, int count, char **arguments) {
  if (!command_options(command, NULL, 0, &count, arguments, 0, 0)) return COMMAND_USAGE;
  struct store_job *job = command_job(STORE_MEMBER_LIST);
  if (!job) return COMMAND_FAILED;
  int status = command_run(config, job, NULL, "member list");
  for (size_t i = 0; status == COMMAND_DONE && i < job->member.count; i++) print_member(&job->member.members[i]);
  store_job_destroy(job);
  return status;
}

static const char *change_refused(enum reason reason) {
  if (reason == REASON_NOT_FOUND) return "nobody has this login";
  return reason == REASON_CONFLICT ? "is the last admin" : NULL;
}

/* A job of that kind about the member with that login. */
static struct store_job *job_about(enum store_kind kind, const char *text) {
  char login[33];
  if (!text_fold_login(slice_of(text), login)) {
    command_failed("\"%.100s\" is no login", text);
    return NULL;
  }
  struct store_job *job = command_job(kind);
  if (job) job->member.member.login = arena_copy(job->arena, slice_of(login));
  return job;
}

int command_member_role(const struct command *command, const struct config *config, int count, char **arguments) {
  if (!command_options(command, NULL, 0, &count, arguments, 2, 2)) return COMMAND_USAGE;
  enum role role;
  if (!role_read(slice_of(arguments[1]), &role)) return command_usage(command, "there is no role %.40s", arguments[1]);
  struct store_job *job = job_about(STORE_MEMBER_ROLE, arguments[0]);
  if (!job) return COMMAND_FAILED;
  job->member.member.role = role;
  int status = command_run(config, job, change_refused, arguments[0]);
  store_job_destroy(job);
  return status;
}

static int set_disabled(const struct command *command, const struct config *config, int count, char **arguments,
                        bool disable) {
  if (!command_options(command, NULL, 0, &count, arguments, 1, 1)) return COMMAND_USAGE;
  struct store_job *job = job_about(STORE_MEMBER_DISABLE, arguments[0]);
  if (!job) return COMMAND_FAILED;
  job->member.disable = disable;
  int status = command_run(config, job, change_refused, arguments[0]);
  store_job_destroy(job);
  return status;
}

int command_member_disable(const struct command *command, const struct config *config, int count, char **arguments) {
  return set_disabled(command, config, count, arguments, true);
}

int command_member_enable(const struct command *command, const struct config *config, int count, char **arguments) {
  return set_disabled(command, config, count, arguments, false);
}

/* The store names a member by key when it sets a password. */
static int find_key(const struct config *config, const char *login, int64_t *key) {
  struct store_job *job = command_job(STORE_LOGIN_FIND);
  if (!job) return COMMAND_FAILED;
  job->session.login = arena_copy(job->arena, slice_of(login));
  int status = command_run(config, job, change_refused, login);
  if (status == COMMAND_DONE) *key = job->session.record.key;
  store_job_destroy(job);
  return status;
}

int command_member_password(const struct command *command, const struct config *config, int count, char **arguments) {
  if (!command_options(command, NULL, 0, &count, arguments, 1, 1)) return COMMAND_USAGE;
  struct store_job *job = job_about(STORE_PASSWORD_SET, arguments[0]);
  if (!job) return COMMAND_FAILED;
  int status = find_key(config, job->member.member.login.data, &job->member.member.key);
  if (status == COMMAND_DONE) {
    status = take_password(job) ? command_run(config, job, change_refused, arguments[0]) : COMMAND_FAILED;
  }
  store_job_destroy(job);
  return status;
}
