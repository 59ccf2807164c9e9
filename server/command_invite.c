/* clubd invite: makes an invite on the operator's behalf and prints its link. Only the token's digest is stored. */
#include <stdio.h>

#include "club/clock.h"
#include "club/limits.h"
#include "command.h"

struct invite_order {
  enum role role;
  const char *room; /* NULL: none */
  int64_t uses, seconds;
};

/* "90s", "30m", "12h", "7d" */
static bool read_duration(const char *text, int64_t *seconds) {
  char digits[12];
  size_t size = strlen(text);
  if (size < 2 || size > sizeof digits) return false;
  memcpy(digits, text, size - 1);
  digits[size - 1] = '\0';
  int64_t unit = 0;
  switch (text[size - 1]) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    default: return false;
  }
  if (!command_number(digits, LIMIT_INVITE_SECONDS / unit, seconds)) return false;
  *seconds *= unit;
  return true;
}

static bool read_order(const struct command *command, const char *role, const char *uses, const char *duration,
                       struct invite_order *order) {
  if (!role_read(slice_of(role), &order->role)) {
    command_usage(command, "there is no role %.40s", role);
  } else if (!command_number(uses, LIMIT_INVITE_USES, &order->uses)) {
    command_usage(command, "--uses is a number from 1 to %d", LIMIT_INVITE_USES);
  } else if (!read_duration(duration, &order->seconds)) {
    command_usage(command, "--for is a time such as 12h or 7d, at most 30d");
  } else {
    return true;
  }
  return false;
}

static bool room_exists(const struct config *config, const char *room) {
  char error[CONFIG_ERROR_SIZE];
  enum room_kind kind;
  struct club *club = club_load(config->club_file, error, sizeof error);
  if (!club) {
    command_failed("%s", error);
    return false;
  }
  bool exists = club_room_kind(club, slice_of(room), &kind);
  if (!exists) command_failed("the club has no room \"%.100s\"", room);
  club_destroy(club);
  return exists;
}

static struct store_job *create_job(const struct invite_order *order, const char *token) {
  struct store_job *job = command_job(STORE_INVITE_CREATE);
  if (!job) return NULL;
  struct clock clock = clock_system();
  struct invite_record *record = &job->invite.record;
  digest_sha256(slice_of(token), job->invite.digest);
  job->invite.client_id = SLICE_LITERAL("");
  record->role = order->role;
  record->room = order->room ? arena_copy(job->arena, slice_of(order->room)) : SLICE_LITERAL("");
  record->uses = order->uses;
  record->expires_at = clock_wall_ms(&clock) + order->seconds * 1000;
  return job;
}

/* The room may not be stored yet when no server ever started on this store. */
static struct store_job *ensure_job(const char *room) {
  struct store_job *job = command_job(STORE_ROOMS_ENSURE);
  if (!job) return NULL;
  job->pulse.heads = arena_alloc(job->arena, sizeof *job->pulse.heads);
  if (job->pulse.heads) {
    job->pulse.heads[0].room = arena_copy(job->arena, slice_of(room));
    job->pulse.head_count = 1;
  }
  return job;
}

static int make(const struct config *config, const struct invite_order *order) {
  char token[TOKEN_SIZE + 1];
  struct randomness randomness = randomness_system();
  token_random(token, &randomness);
  int status = COMMAND_DONE;
  if (order->room) {
    struct store_job *ensure = ensure_job(order->room);
    status = ensure ? command_run(config, ensure, NULL, order->room) : COMMAND_FAILED;
    store_job_destroy(ensure);
  }
  if (status != COMMAND_DONE) return status;
  struct store_job *job = create_job(order, token);
  status = job ? command_run(config, job, NULL, "invite") : COMMAND_FAILED;
  store_job_destroy(job);
  if (status == COMMAND_DONE) printf("%s/#invite=%s\n", config->url, token);
  return status;
}

int command_invite(const struct command *command, const struct config *config, int count, char **arguments) {
  const char *role = "member", *room = NULL, *uses = "1", *duration = "7d";
  const struct command_option options[] = {
      {"--role", &role}, {"--room", &room}, {"--uses", &uses}, {"--for", &duration}};
  struct invite_order order;
  if (!command_options(command, options, 4, &count, arguments, 0, 0)) return COMMAND_USAGE;
  if (!read_order(command, role, uses, duration, &order)) return COMMAND_USAGE;
  order.room = room;
  if (room && !room_exists(config, room)) return COMMAND_FAILED;
  return make(config, &order);
}
