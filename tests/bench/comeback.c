/* Kills the server under load and comes back at once: how long until every member is in its room again and has every
 * entry. Whoever runs this starts the server again as soon as it is gone. Some members post up to the end; what was not
 * answered then is posted again afterwards, so everybody has something to catch up with. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "result.h"
#include "scenario.h"

#define COMEBACK_PAUSE 0.002 /* seconds after nobody listened */

struct comeback {
  struct crowd crowd;
  struct result_place place;
  size_t writers;
  int64_t *number; /* the message of each writer that is not answered yet; -1: after the kill, all are */
  bool killed;
  double pause_until;
  size_t *refused; /* members who wait for the pause's end */
  size_t refused_count;
  uint64_t refusals, lost;
  size_t unanswered; /* after the kill: posts that must be answered yet */
  int64_t head;      /* the greatest number that anybody knows of */
  int64_t posted;
};

static void comeback_post(struct comeback *comeback, size_t index, bool again) {
  if (!again) {
    comeback->posted++;
    comeback->number[index] += (int64_t)comeback->writers;
  }
  if (!crowd_post(&comeback->crowd, index, comeback->number[index]))
    crowd_wrong(&comeback->crowd, "a post could not be sent", "", 0);
}

static void comeback_joined(void *context, size_t index) {
  struct comeback *comeback = context;
  if (comeback->crowd.members[index].last > comeback->head) comeback->head = comeback->crowd.members[index].last;
  if (comeback->killed && index < comeback->writers && comeback->number[index] >= 0)
    comeback_post(comeback, index, true);
}

static void comeback_entry(void *context, size_t index, int64_t seq) {
  struct comeback *comeback = context;
  (void)index;
  if (seq > comeback->head) comeback->head = seq;
}

static void comeback_answered(void *context, size_t index, int64_t id, int64_t seq) {
  struct comeback *comeback = context;
  if (id != comeback->number[index] + CROWD_POST_ID) return;
  if (seq > comeback->head) comeback->head = seq;
  if (!comeback->killed) {
    comeback_post(comeback, index, false);
    return;
  }
  comeback->number[index] = -1;
  comeback->unanswered--;
}

static void comeback_lost(void *context, size_t index, bool refused) {
  struct comeback *comeback = context;
  if (!comeback->killed) crowd_wrong(&comeback->crowd, "a line went down before the server was killed", "", 0);
  if (refused)
    comeback->refusals++;
  else
    comeback->lost++;
  comeback->refused[comeback->refused_count++] = index;
}

/* Those who were cut or refused go on together, so that waiting costs one timer and not one for each. */
static void comeback_retry(struct comeback *comeback) {
  if (comeback->refused_count == 0 || measure_now() < comeback->pause_until) return;
  for (size_t i = 0; i < comeback->refused_count; i++) herd_open(&comeback->crowd.herd, comeback->refused[i]);
  comeback->refused_count = 0;
  comeback->pause_until = measure_now() + COMEBACK_PAUSE;
}

static bool comeback_complete(const struct comeback *comeback) {
  const struct crowd *crowd = &comeback->crowd;
  if (crowd->joined < crowd->count || comeback->unanswered) return false;
  for (size_t i = 0; i < crowd->count; i++)
    if (crowd->members[i].last != comeback->head) return false;
  return true;
}

static bool comeback_kill(struct comeback *comeback) {
  for (size_t i = 0; i < comeback->place.servers.count; i++) {
    if (kill(comeback->place.servers.pids[i], SIGKILL) == 0) continue;
    fprintf(stderr, "the server cannot be killed: %s\n", strerror(errno));
    return false;
  }
  comeback->killed = true;
  comeback->unanswered = comeback->writers;
  return comeback->place.servers.count > 0;
}

static bool comeback_run(struct comeback *comeback) {
  struct crowd *crowd = &comeback->crowd;
  if (!crowd_gather(crowd, 0, crowd->count, 60)) return false;
  for (size_t i = 0; i < comeback->writers; i++) {
    comeback->number[i] = (int64_t)i;
    comeback_post(comeback, i, false);
  }
  if (!crowd_run(crowd, measure_now() + comeback->place.seconds)) return false;
  int64_t head = comeback->head;
  double killed_at = measure_now(), joined_at = 0;
  if (!comeback_kill(comeback)) return false;
  while (!comeback_complete(comeback)) {
    comeback_retry(comeback);
    if (!crowd_turn(crowd, 1)) return false;
    if (joined_at == 0 && crowd->joined == crowd->count && comeback->lost) joined_at = measure_now();
    if (measure_now() < killed_at + 60) continue;
    fprintf(stderr, "after 60 seconds %zu of %zu are in, %zu posts are not answered\n", crowd->joined, crowd->count,
            comeback->unanswered);
    return false;
  }
  printf("scenario=comeback members=%zu tls=%d seconds_back=%.3f seconds_joined=%.3f posted=%lld head_before=%lld "
         "head_after=%lld cut=%llu refused=%llu\n",
         crowd->count, crowd->herd.setup.tls, measure_now() - killed_at, joined_at - killed_at,
         (long long)comeback->posted, (long long)head, (long long)comeback->head, (unsigned long long)comeback->lost,
         (unsigned long long)comeback->refusals);
  return true;
}

bool scenario_comeback(struct options *options) {
  struct comeback *comeback = calloc(1, sizeof *comeback);
  if (!comeback) return false;
  struct crowd_events events = {.context = comeback,
                                .joined = comeback_joined,
                                .entry = comeback_entry,
                                .answered = comeback_answered,
                                .lost = comeback_lost};
  comeback->writers = (size_t)options_number(options, "writers", 4, 1, 100);
  bool done = result_place_read(&comeback->place, options) && crowd_begin(&comeback->crowd, options, events) &&
              comeback->crowd.count >= comeback->writers;
  comeback->number = done ? calloc(comeback->crowd.count, sizeof *comeback->number) : NULL;
  comeback->refused = done ? calloc(comeback->crowd.count, sizeof *comeback->refused) : NULL;
  done = done && comeback->number && comeback->refused && comeback_run(comeback);
  crowd_end(&comeback->crowd);
  free(comeback->number);
  free(comeback->refused);
  free(comeback);
  return done;
}
