/* Kills all servers at once and comes back as browsers do: how long until half of the members, and all, are in again,
 * have their lists and every entry; and how many were told to come later. Whoever runs this starts the servers again as
 * soon as they are gone. A line that broke is tried again after a time that doubles and is spread by chance, one that
 * was told when to come again not before that (client-web/src/protocol/backoff.ts, line.ts). Some members post up to
 * the end, and go on, one message a second in all, as soon as they are back. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "result.h"
#include "scenario.h"

#define STAMPEDE_LIMIT 150         /* seconds until all must be back */
#define STAMPEDE_SETTLE 20         /* … and what was posted last be everywhere */
#define STAMPEDE_LOOK 0.002        /* seconds between two looks at who is due */
#define STAMPEDE_FIRST 0.5         /* seconds: the first pause after a break, at most */
#define STAMPEDE_LONGEST 30        /* … and the longest */
#define STAMPEDE_PATIENCE 20       /* … for a welcome */
#define STAMPEDE_SPREAD 0.25       /* of a time that was told: so much later at most, by chance … */
#define STAMPEDE_SPREAD_LEAST 0.25 /* … and seconds on top of that */

enum stampede_stage { STAMPEDE_IN, STAMPEDE_PAUSES, STAMPEDE_OPENS };

struct stampede_member {
  enum stampede_stage stage;
  unsigned tries, told;
  double retry_after;       /* told on this line; negative: nothing was */
  double not_before;        /* as it was told last; 0: never */
  double comes_at, came_at; /* of this try */
  double back_at;           /* for the first time; 0: not yet */
};

struct stampede_writer {
  int64_t number; /* the message under way, or the last one */
  bool under_way;
  double sent_at, next_at;
};

struct stampede {
  struct crowd crowd;
  struct result_place place;
  struct stampede_member *members;
  struct stampede_writer *writers;
  size_t writer_count;
  bool killed, ending;
  double killed_at, look_at, half_at, all_at;
  size_t back, lost_again, out_of_patience;
  uint64_t refusals, broken, told, told_members, early;
  struct measure_samples told_times, back_times, posts_meanwhile;
  int64_t head, posted;
  unsigned short chance[3];
};

/* ---- those who post ---- */

static void stampede_post(struct stampede *stampede, size_t index, bool again) {
  struct stampede_writer *writer = &stampede->writers[index];
  if (!again) {
    writer->number += (int64_t)stampede->writer_count;
    writer->sent_at = measure_now();
    stampede->posted++;
  }
  writer->under_way = true;
  if (!crowd_post(&stampede->crowd, index, writer->number))
    crowd_wrong(&stampede->crowd, "a post could not be sent", "", 0);
}

static void stampede_answered(void *context, size_t index, int64_t id, int64_t seq) {
  struct stampede *stampede = context;
  struct stampede_writer *writer = &stampede->writers[index];
  if (id != writer->number + CROWD_POST_ID) return;
  if (seq > stampede->head) stampede->head = seq;
  writer->under_way = false;
  if (!stampede->killed) {
    stampede_post(stampede, index, false);
    return;
  }
  if (writer->sent_at > stampede->killed_at)
    measure_samples_add(&stampede->posts_meanwhile, measure_now() - writer->sent_at);
  writer->next_at = measure_now() + (double)stampede->writer_count;
}

static void stampede_write(struct stampede *stampede) {
  for (size_t i = 0; i < stampede->writer_count && !stampede->ending; i++) {
    const struct stampede_writer *writer = &stampede->writers[i];
    bool in = stampede->crowd.members[i].stage == CROWD_JOINED;
    if (in && !writer->under_way && measure_now() >= writer->next_at) stampede_post(stampede, i, false);
  }
}

/* ---- coming and going ---- */

static void stampede_joined(void *context, size_t index) {
  struct stampede *stampede = context;
  struct stampede_member *member = &stampede->members[index];
  if (!stampede->killed) return;
  member->stage = STAMPEDE_IN;
  if (stampede->crowd.members[index].last > stampede->head) stampede->head = stampede->crowd.members[index].last;
  if (member->back_at == 0) {
    member->back_at = measure_now();
    measure_samples_add(&stampede->back_times, member->back_at - stampede->killed_at);
    stampede->back++;
  }
  if (index < stampede->writer_count && stampede->writers[index].under_way) stampede_post(stampede, index, true);
}

static void stampede_entry(void *context, size_t index, int64_t seq) {
  struct stampede *stampede = context;
  (void)index;
  if (seq > stampede->head) stampede->head = seq;
}

static void stampede_told(void *context, size_t index, double seconds) {
  struct stampede *stampede = context;
  struct stampede_member *member = &stampede->members[index];
  if (!stampede->killed) crowd_wrong(&stampede->crowd, "sent away before the servers were killed", "", 0);
  member->retry_after = seconds;
  member->not_before = measure_now() + seconds;
  stampede->told++;
  stampede->told_members += member->told++ == 0;
  measure_samples_add(&stampede->told_times, seconds);
}

static double stampede_pause(struct stampede *stampede, struct stampede_member *member) {
  double chance = erand48(stampede->chance), told = member->retry_after;
  if (told >= 0) return told + (told * STAMPEDE_SPREAD + STAMPEDE_SPREAD_LEAST) * chance;
  double full = member->tries < 6 ? STAMPEDE_FIRST * (double)(1U << member->tries) : STAMPEDE_LONGEST;
  return full / 2 + full / 2 * chance;
}

static void stampede_wait(struct stampede *stampede, size_t index) {
  struct stampede_member *member = &stampede->members[index];
  member->comes_at = measure_now() + stampede_pause(stampede, member);
  member->tries++;
  member->stage = STAMPEDE_PAUSES;
}

static void stampede_lost(void *context, size_t index, bool refused) {
  struct stampede *stampede = context;
  struct stampede_member *member = &stampede->members[index];
  if (!stampede->killed) crowd_wrong(&stampede->crowd, "a line went down before the servers were killed", "", 0);
  if (member->back_at > 0) stampede->lost_again++;
  if (refused)
    stampede->refusals++;
  else if (member->stage == STAMPEDE_OPENS && member->retry_after < 0)
    stampede->broken++;
  stampede_wait(stampede, index);
}

static void stampede_come(struct stampede *stampede, size_t index) {
  struct stampede_member *member = &stampede->members[index];
  member->came_at = measure_now();
  member->stage = STAMPEDE_OPENS;
  member->retry_after = -1;
  stampede->early += member->came_at < member->not_before;
  herd_open(&stampede->crowd.herd, index);
}

static void stampede_look_at(struct stampede *stampede, size_t index, double now) {
  struct stampede_member *member = &stampede->members[index];
  if (member->stage == STAMPEDE_PAUSES && now >= member->comes_at) {
    stampede_come(stampede, index);
  } else if (member->stage == STAMPEDE_OPENS && now >= member->came_at + STAMPEDE_PATIENCE &&
             stampede->crowd.members[index].stage == CROWD_AWAY) {
    herd_hang_up(&stampede->crowd.herd, index);
    stampede->out_of_patience++;
    stampede_wait(stampede, index);
  }
}

static void stampede_look(struct stampede *stampede) {
  double now = measure_now();
  if (now < stampede->look_at) return;
  for (size_t i = 0; i < stampede->crowd.count; i++) stampede_look_at(stampede, i, now);
  stampede_write(stampede);
  stampede->look_at = measure_now() + STAMPEDE_LOOK;
}

/* ---- the run ---- */

static bool stampede_kill(struct stampede *stampede) {
  struct measure_processes *servers = &stampede->place.servers;
  stampede->killed_at = measure_now();
  for (size_t i = 0; i < servers->count; i++) {
    if (kill(servers->pids[i], SIGKILL) == 0) continue;
    fprintf(stderr, "a server cannot be killed: %s\n", strerror(errno));
    return false;
  }
  stampede->killed = servers->count > 0;
  servers->count = 0; /* those that come after them are others */
  stampede->crowd.herd.setup.opening = stampede->crowd.count;
  return stampede->killed;
}

static bool stampede_turn(struct stampede *stampede, double until) {
  stampede_look(stampede);
  if (!crowd_turn(&stampede->crowd, 1)) return false;
  if (measure_now() < until) return true;
  fprintf(stderr, "after %.0f seconds %zu of %zu are in, %zu were\n", until - stampede->killed_at,
          stampede->crowd.joined, stampede->crowd.count, stampede->back);
  return false;
}

static bool stampede_return(struct stampede *stampede) {
  size_t count = stampede->crowd.count;
  while (stampede->back < count || stampede->crowd.joined < count) {
    if (!stampede_turn(stampede, stampede->killed_at + STAMPEDE_LIMIT)) return false;
    if (stampede->half_at == 0 && stampede->back >= count / 2) stampede->half_at = measure_now();
  }
  stampede->all_at = measure_now();
  return true;
}

static bool stampede_all_have_all(const struct stampede *stampede) {
  for (size_t i = 0; i < stampede->writer_count; i++)
    if (stampede->writers[i].under_way) return false;
  for (size_t i = 0; i < stampede->crowd.count; i++)
    if (stampede->crowd.members[i].last != stampede->head) return false;
  return true;
}

static bool stampede_settle(struct stampede *stampede) {
  double until = measure_now() + STAMPEDE_SETTLE;
  stampede->ending = true;
  while (!stampede_all_have_all(stampede))
    if (!stampede_turn(stampede, until)) return false;
  return true;
}

static unsigned stampede_told_most(const struct stampede *stampede) {
  unsigned most = 0;
  for (size_t i = 0; i < stampede->crowd.count; i++)
    if (stampede->members[i].told > most) most = stampede->members[i].told;
  return most;
}

static void stampede_print(struct stampede *stampede, int64_t head, struct measure_use use) {
  const struct crowd *crowd = &stampede->crowd;
  printf("scenario=stampede members=%zu tls=%d first_s=%.3f half_s=%.3f p99_s=%.3f all_s=%.3f", crowd->count,
         crowd->herd.setup.tls, measure_samples_at(&stampede->back_times, 0), stampede->half_at - stampede->killed_at,
         measure_samples_at(&stampede->back_times, 0.99), stampede->all_at - stampede->killed_at);
  printf(
      " told=%llu told_members=%llu told_most=%u told_least_s=%.3f told_median_s=%.3f told_longest_s=%.3f early=%llu",
      (unsigned long long)stampede->told, (unsigned long long)stampede->told_members, stampede_told_most(stampede),
      measure_samples_at(&stampede->told_times, 0), measure_samples_at(&stampede->told_times, 0.5),
      measure_samples_at(&stampede->told_times, 1), (unsigned long long)stampede->early);
  printf(" refused=%llu broken=%llu out_of_patience=%zu lost_again=%zu", (unsigned long long)stampede->refusals,
         (unsigned long long)stampede->broken, stampede->out_of_patience, stampede->lost_again);
  printf(" posted=%lld head_before=%lld head_after=%lld posts_meanwhile=%zu post_s=%.3f post_longest_s=%.3f",
         (long long)stampede->posted, (long long)head, (long long)stampede->head, stampede->posts_meanwhile.count,
         measure_samples_at(&stampede->posts_meanwhile, 0.5), measure_samples_at(&stampede->posts_meanwhile, 1));
  result_print_use(use);
  printf("\n");
}

static bool stampede_run(struct stampede *stampede) {
  struct crowd *crowd = &stampede->crowd;
  if (!crowd_gather(crowd, 0, crowd->count, 120)) return false;
  for (size_t i = 0; i < stampede->writer_count; i++) {
    stampede->writers[i].number = (int64_t)i;
    stampede_post(stampede, i, false);
  }
  if (!crowd_run(crowd, measure_now() + stampede->place.seconds)) return false;
  int64_t head = stampede->head;
  if (!stampede_kill(stampede)) return false;
  struct measure_use from = result_use(&stampede->place);
  if (!stampede_return(stampede)) return false;
  struct measure_use use = measure_use_between(from, result_use(&stampede->place));
  if (!stampede_settle(stampede)) return false;
  stampede_print(stampede, head, use);
  return true;
}

static bool stampede_begin(struct stampede *stampede, struct options *options) {
  struct crowd_events events = {.context = stampede,
                                .joined = stampede_joined,
                                .entry = stampede_entry,
                                .answered = stampede_answered,
                                .lost = stampede_lost,
                                .told = stampede_told};
  stampede->writer_count = (size_t)options_number(options, "writers", 4, 1, 100);
  if (!result_place_read(&stampede->place, options) || !crowd_begin(&stampede->crowd, options, events)) return false;
  size_t count = stampede->crowd.count;
  stampede->members = calloc(count, sizeof *stampede->members);
  stampede->writers = calloc(stampede->writer_count, sizeof *stampede->writers);
  for (size_t i = 0; stampede->members && i < count; i++) stampede->members[i].retry_after = -1;
  return count >= stampede->writer_count && stampede->members && stampede->writers &&
         measure_samples_begin(&stampede->told_times, 1 << 18) && measure_samples_begin(&stampede->back_times, count) &&
         measure_samples_begin(&stampede->posts_meanwhile, 1 << 12);
}

bool scenario_stampede(struct options *options) {
  struct stampede *stampede = calloc(1, sizeof *stampede);
  if (!stampede) return false;
  bool done = stampede_begin(stampede, options) && stampede_run(stampede);
  crowd_end(&stampede->crowd);
  measure_samples_end(&stampede->told_times);
  measure_samples_end(&stampede->back_times);
  measure_samples_end(&stampede->posts_meanwhile);
  free(stampede->members);
  free(stampede->writers);
  free(stampede);
  return done;
}
