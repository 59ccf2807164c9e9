/* Members who all post, each the next message when the last one was answered: posts answered a second. With one room
 * for each, or one room for all, where each post is also delivered to everybody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "result.h"
#include "scenario.h"

struct posts {
  struct crowd crowd;
  struct result_place place;
  int64_t *number; /* of each member's messages: the last one posted */
  int64_t *base;   /* each one's room's head before the first message */
  double *sent_at;
  size_t unanswered;
  bool measuring, stopping;
  uint64_t answered;
  struct measure_samples waits;
};

static void posts_post(struct posts *posts, size_t index) {
  posts->number[index]++;
  posts->sent_at[index] = measure_now();
  posts->unanswered++;
  /* Numbers of all members lie apart, since a client_id names one post of one member and ids are easier to read so. */
  int64_t number = posts->number[index] * (int64_t)posts->crowd.count + (int64_t)index;
  if (!crowd_post(&posts->crowd, index, number)) crowd_wrong(&posts->crowd, "a post could not be sent", "", 0);
}

static void posts_answered(void *context, size_t index, int64_t id, int64_t seq) {
  struct posts *posts = context;
  (void)seq;
  int64_t number = posts->number[index] * (int64_t)posts->crowd.count + (int64_t)index;
  if (id != number + CROWD_POST_ID) crowd_wrong(&posts->crowd, "an answer to nothing", "", 0);
  posts->unanswered--;
  if (posts->measuring) {
    posts->answered++;
    measure_samples_add(&posts->waits, measure_now() - posts->sent_at[index]);
  }
  if (!posts->stopping) posts_post(posts, index);
}

/* Whoever joined must come to have every message of the room. */
static bool posts_all_have_all(const struct posts *posts, bool one_room) {
  const struct crowd *crowd = &posts->crowd;
  int64_t all = 0;
  for (size_t i = 0; i < crowd->count; i++) all += posts->number[i];
  for (size_t i = 0; crowd->join && i < crowd->count; i++)
    if (crowd->members[i].last != posts->base[i] + (one_room ? all : posts->number[i])) return false;
  return true;
}

static bool posts_settle(struct posts *posts, bool one_room) {
  double until = measure_now() + 10;
  while (posts->unanswered || !posts_all_have_all(posts, one_room)) {
    if (!crowd_turn(&posts->crowd, 20)) return false;
    if (measure_now() < until) continue;
    fprintf(stderr, "%zu posts were never answered, or not everybody has everything\n", posts->unanswered);
    return false;
  }
  return true;
}

static bool posts_run(struct posts *posts) {
  struct crowd *crowd = &posts->crowd;
  if (!crowd_gather(crowd, 0, crowd->count, 60) || !crowd_run(crowd, measure_now() + 0.2)) return false;
  bool one_room = crowd->count > 1 && strcmp(crowd->members[0].room, crowd->members[1].room) == 0;
  for (size_t i = 0; i < crowd->count; i++) posts->base[i] = crowd->members[i].last;
  for (size_t i = 0; i < crowd->count; i++) posts_post(posts, i);
  if (!crowd_run(crowd, measure_now() + posts->place.warm)) return false;
  struct measure_use from = result_use(&posts->place);
  uint64_t entries = crowd->entries, frames = crowd->frames;
  posts->measuring = true;
  if (!crowd_run(crowd, measure_now() + posts->place.seconds)) return false;
  posts->measuring = false;
  struct measure_use use = measure_use_between(from, result_use(&posts->place));
  entries = crowd->entries - entries;
  frames = crowd->frames - frames;
  posts->stopping = true;
  if (!posts_settle(posts, one_room)) return false;
  printf("scenario=posts members=%zu one_room=%d tls=%d answered=%llu rate=%.0f deliveries=%llu entries_a_frame=%.2f",
         crowd->count, one_room, crowd->herd.setup.tls, (unsigned long long)posts->answered,
         (double)posts->answered / use.at, (unsigned long long)entries,
         (double)entries / (double)(frames ? frames : 1));
  printf(" per_server_second=%.0f wait_ms=%.3f wait_p99_ms=%.3f",
         use.server > 0 ? (double)posts->answered / use.server : 0, measure_samples_at(&posts->waits, 0.5) * 1e3,
         measure_samples_at(&posts->waits, 0.99) * 1e3);
  result_print_use(use);
  printf("\n");
  return true;
}

bool scenario_posts(struct options *options) {
  struct posts *posts = calloc(1, sizeof *posts);
  if (!posts) return false;
  struct crowd_events events = {.context = posts, .answered = posts_answered};
  bool done = result_place_read(&posts->place, options) && measure_samples_begin(&posts->waits, 1 << 20) &&
              crowd_begin(&posts->crowd, options, events);
  posts->number = done ? calloc(posts->crowd.count, sizeof *posts->number) : NULL;
  posts->base = done ? calloc(posts->crowd.count, sizeof *posts->base) : NULL;
  posts->sent_at = done ? calloc(posts->crowd.count, sizeof *posts->sent_at) : NULL;
  done = done && posts->number && posts->base && posts->sent_at && posts_run(posts);
  crowd_end(&posts->crowd);
  measure_samples_end(&posts->waits);
  free(posts->number);
  free(posts->base);
  free(posts->sent_at);
  free(posts);
  return done;
}
