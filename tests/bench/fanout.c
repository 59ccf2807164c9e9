/* One room, one who posts, all count. With W outstanding the next message is posted when the oldest of W was delivered
 * to everybody; with a rate, posts go out by the clock, and how long each delivery took is what counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "result.h"
#include "scenario.h"

#define FANOUT_RING 1024 /* messages on their way, at most */

struct fanout {
  struct crowd crowd;
  struct result_place place;
  int64_t outstanding, rate;
  int64_t base;              /* the room's head before the first message */
  int64_t posted, completed; /* messages; completed: delivered to everybody */
  size_t left[FANOUT_RING];  /* members who have not had it yet */
  double sent_at[FANOUT_RING];
  bool heard; /* of the message posted last: an answer or a first delivery */
  double heard_at;
  double measure_from, measure_until;
  bool measuring, finished;
  struct measure_use from, use;
  uint64_t entries_from, frames_from, bytes_from;
  int64_t messages;
  double waited; /* seconds in which nothing could be delivered, since the commit was waited for */
  struct measure_samples waits, rounds, delays;
};

static void fanout_post(struct fanout *fanout) {
  size_t slot = (size_t)(fanout->posted % FANOUT_RING);
  fanout->left[slot] = fanout->crowd.count;
  fanout->sent_at[slot] = measure_now();
  fanout->heard = false;
  fanout->posted++;
  if (!crowd_post(&fanout->crowd, 0, fanout->posted)) crowd_wrong(&fanout->crowd, "a post could not be sent", "", 0);
}

static void fanout_begin_window(struct fanout *fanout) {
  fanout->measuring = true;
  fanout->from = result_use(&fanout->place);
  fanout->entries_from = fanout->crowd.entries;
  fanout->frames_from = fanout->crowd.frames;
  fanout->bytes_from = fanout->crowd.bytes;
}

static void fanout_end_window(struct fanout *fanout) {
  fanout->use = measure_use_between(fanout->from, result_use(&fanout->place));
  fanout->entries_from = fanout->crowd.entries - fanout->entries_from;
  fanout->frames_from = fanout->crowd.frames - fanout->frames_from;
  fanout->bytes_from = fanout->crowd.bytes - fanout->bytes_from;
  fanout->finished = true;
}

static void fanout_completed(struct fanout *fanout) {
  double now = measure_now();
  double sent_at = fanout->sent_at[fanout->completed % FANOUT_RING];
  fanout->completed++;
  if (fanout->measuring && !fanout->finished) {
    fanout->messages++;
    measure_samples_add(&fanout->rounds, now - sent_at);
    if (fanout->outstanding == 1) {
      fanout->waited += fanout->heard_at - sent_at;
      measure_samples_add(&fanout->waits, fanout->heard_at - sent_at);
    }
    if (now >= fanout->measure_until) fanout_end_window(fanout);
  } else if (!fanout->measuring && now >= fanout->measure_from) {
    fanout_begin_window(fanout);
  }
  if (!fanout->finished && fanout->rate == 0) fanout_post(fanout);
}

static void fanout_heard(struct fanout *fanout) {
  if (fanout->heard) return;
  fanout->heard = true;
  fanout->heard_at = measure_now();
}

static void fanout_answered(void *context, size_t index, int64_t id, int64_t seq) {
  (void)index;
  (void)id;
  (void)seq;
  fanout_heard(context);
}

static void fanout_entry(void *context, size_t index, int64_t seq) {
  struct fanout *fanout = context;
  int64_t number = seq - fanout->base - 1;
  if (number < fanout->completed || number >= fanout->posted) {
    crowd_wrong(&fanout->crowd, "an entry that nobody posted", "", 0);
    return;
  }
  size_t slot = (size_t)(number % FANOUT_RING);
  fanout_heard(fanout);
  if (fanout->rate && fanout->measuring && index) {
    measure_samples_add(&fanout->delays, measure_now() - fanout->sent_at[slot]);
  }
  if (--fanout->left[slot] == 0) fanout_completed(fanout);
}

static bool fanout_drive(struct fanout *fanout) {
  double began = measure_now(), limit = began + fanout->place.warm + fanout->place.seconds + 30;
  fanout->measure_from = began + fanout->place.warm;
  fanout->measure_until = fanout->measure_from + fanout->place.seconds;
  for (int64_t i = 0; fanout->rate == 0 && i < fanout->outstanding; i++) fanout_post(fanout);
  while (!fanout->finished || fanout->completed < fanout->posted) {
    double now = measure_now();
    if (now > limit) {
      fprintf(stderr, "%lld of %lld messages were delivered to everybody, then no more\n", (long long)fanout->completed,
              (long long)fanout->posted);
      return false;
    }
    bool due = fanout->rate && !fanout->finished && now >= began + (double)fanout->posted / (double)fanout->rate;
    if (due && fanout->posted - fanout->completed < FANOUT_RING - 1) fanout_post(fanout);
    if (!crowd_turn(&fanout->crowd, fanout->rate ? 1 : 100)) return false;
  }
  return true;
}

static bool fanout_all_have_all(struct fanout *fanout) {
  for (size_t i = 0; i < fanout->crowd.count; i++)
    if (fanout->crowd.members[i].last != fanout->base + fanout->posted) return false;
  return true;
}

static void fanout_print(struct fanout *fanout) {
  const struct crowd *crowd = &fanout->crowd;
  double deliveries = (double)fanout->entries_from, seconds = fanout->use.at;
  printf("scenario=fanout members=%zu outstanding=%lld tls=%d cipher=%s", crowd->count, (long long)fanout->outstanding,
         crowd->herd.setup.tls, line_cipher(&crowd->herd.lines[0]));
  printf(" deliveries=%.0f messages=%lld rate=%.0f gross=%.0f", deliveries, (long long)fanout->messages,
         deliveries / (seconds - fanout->waited), deliveries / seconds);
  printf(" per_server_second=%.0f", fanout->use.server > 0 ? deliveries / fanout->use.server : 0);
  printf(" entries_a_frame=%.2f bytes_a_delivery=%.0f", deliveries / (double)fanout->frames_from,
         (double)fanout->bytes_from / deliveries);
  printf(" wait_ms=%.3f wait_p99_ms=%.3f round_ms=%.3f", measure_samples_at(&fanout->waits, 0.5) * 1e3,
         measure_samples_at(&fanout->waits, 0.99) * 1e3, measure_samples_at(&fanout->rounds, 0.5) * 1e3);
  if (fanout->rate)
    printf(" posts_a_second=%lld delay_ms=%.3f delay_p99_ms=%.3f", (long long)fanout->rate,
           measure_samples_at(&fanout->delays, 0.5) * 1e3, measure_samples_at(&fanout->delays, 0.99) * 1e3);
  result_print_use(fanout->use);
  printf("\n");
}

static bool fanout_run(struct fanout *fanout) {
  struct crowd *crowd = &fanout->crowd;
  if (!crowd_gather(crowd, 0, crowd->count, 120) || !crowd_run(crowd, measure_now() + 0.2)) return false;
  fanout->base = crowd->members[0].last;
  for (size_t i = 0; i < crowd->count; i++) {
    if (crowd->members[i].last == fanout->base) continue;
    fprintf(stderr, "the room is not quiet\n");
    return false;
  }
  if (!fanout_drive(fanout)) return false;
  if (!fanout_all_have_all(fanout)) {
    fprintf(stderr, "not everybody has everything\n");
    return false;
  }
  fanout_print(fanout);
  return true;
}

bool scenario_fanout(struct options *options) {
  struct fanout *fanout = calloc(1, sizeof *fanout);
  if (!fanout) return false;
  fanout->outstanding = options_number(options, "outstanding", 1, 1, FANOUT_RING / 2);
  fanout->rate = options_number(options, "rate", 0, 0, 10000);
  if (fanout->rate) fanout->outstanding = FANOUT_RING;
  struct crowd_events events = {.context = fanout, .entry = fanout_entry, .answered = fanout_answered};
  bool done = result_place_read(&fanout->place, options) && measure_samples_begin(&fanout->waits, 1 << 20) &&
              measure_samples_begin(&fanout->rounds, 1 << 20) && measure_samples_begin(&fanout->delays, 1 << 22) &&
              crowd_begin(&fanout->crowd, options, events) && fanout_run(fanout);
  crowd_end(&fanout->crowd);
  measure_samples_end(&fanout->waits);
  measure_samples_end(&fanout->rounds);
  measure_samples_end(&fanout->delays);
  free(fanout);
  return done;
}
