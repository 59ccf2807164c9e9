#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

#define CROWD_TEXT_SIZE 200

struct crowd_hearing {
  struct crowd *crowd;
  size_t index;
};

void crowd_wrong(struct crowd *crowd, const char *what, const char *text, size_t size) {
  if (crowd->wrong++ == 0)
    snprintf(crowd->why, sizeof crowd->why, "%s: %.*s", what, (int)(size < 100 ? size : 100), text);
}

static void crowd_room(char room[CROWD_ROOM_SIZE], size_t number) {
  static const char *const countries[] = {"by", "cn", "in", "ir", "kz", "kg", "pk", "ru", "tj", "uz"};
  static const char *const sectors[] = {"fintech",
                                        "e-commerce",
                                        "artificial-intelligence",
                                        "telecommunications",
                                        "smart-cities",
                                        "robotics",
                                        "trade",
                                        "investment",
                                        "finance",
                                        "logistics",
                                        "agriculture",
                                        "energy",
                                        "travel",
                                        "education"};
  number %= CROWD_ROOMS;
  snprintf(room, CROWD_ROOM_SIZE, "%s.%s", countries[(number + 4) % 10], sectors[number / 10]);
}

#define CROWD_LIST_ID 2

/* As the browser's client asks: for all of it in one frame. */
static bool crowd_ask_list_and_join(struct crowd *crowd, size_t index, const char *join, size_t join_size) {
  char text[384];
  int size =
      snprintf(text, sizeof text, "[%.*s,{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"room.list\",\"params\":{}}]",
               (int)join_size, join, CROWD_LIST_ID);
  return line_send(&crowd->herd.lines[index], text, (size_t)size);
}

static bool crowd_ask_join(struct crowd *crowd, size_t index, bool with_list) {
  const struct crowd_member *member = &crowd->members[index];
  char text[256];
  int size = member->last < 0
                 ? snprintf(text, sizeof text,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"room.join\",\"params\":{\"room\":\"%s\","
                            "\"limit\":1}}",
                            member->room)
                 : snprintf(text, sizeof text,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"room.join\",\"params\":{\"room\":\"%s\","
                            "\"after\":%lld,\"limit\":100}}",
                            member->room, (long long)member->last);
  if (with_list) return crowd_ask_list_and_join(crowd, index, text, (size_t)size);
  return line_send(&crowd->herd.lines[index], text, (size_t)size);
}

static void crowd_is_joined(struct crowd *crowd, size_t index) {
  if (crowd->members[index].stage == CROWD_JOINED) return;
  crowd->members[index].stage = CROWD_JOINED;
  crowd->joined++;
  if (crowd->events.joined) crowd->events.joined(crowd->events.context, index);
}

/* One thing less is missing. */
static void crowd_has(struct crowd *crowd, size_t index, enum crowd_missing what) {
  crowd->members[index].missing &= ~(int)what;
  if (crowd->members[index].missing == 0) crowd_is_joined(crowd, index);
}

static void crowd_arrived(struct crowd *crowd, size_t index) {
  crowd->members[index].stage = CROWD_ARRIVED;
  crowd->members[index].missing = CROWD_PAGE | (crowd->list ? CROWD_LIST : 0);
  if (!crowd->join)
    crowd_is_joined(crowd, index);
  else if (!crowd_ask_join(crowd, index, crowd->list))
    crowd_wrong(crowd, "a join could not be sent", "", 0);
}

static void crowd_entry(void *context, int64_t seq, const char *element, size_t size) {
  struct crowd_hearing *hearing = context;
  struct crowd *crowd = hearing->crowd;
  struct crowd_member *member = &crowd->members[hearing->index];
  crowd->entries++;
  if (seq != member->last + 1) crowd_wrong(crowd, "not the next entry", element, size);
  member->last = seq;
  if (crowd->sample) {
    FILE *file = fopen(crowd->sample, "we");
    if (file && fwrite(element, 1, size, file) != size) crowd_wrong(crowd, "the sample was not written", "", 0);
    if (file) fclose(file);
    crowd->sample = NULL;
  }
  if (crowd->events.entry) crowd->events.entry(crowd->events.context, hearing->index, seq);
}

/* The entries of a join's answer count like those that come later. */
static void crowd_take_page(struct crowd *crowd, size_t index, const char *text, size_t size, int64_t as_of) {
  struct crowd_member *member = &crowd->members[index];
  const char *entries = memmem(text, size, "\"entries\":[", 11), *end = text + size;
  if (!entries || member->last < 0) {
    member->last = as_of;
    return;
  }
  int64_t seq = 0;
  while (scan_number(entries, (size_t)(end - entries), "\"seq\":", &seq)) {
    if (seq != member->last + 1) crowd_wrong(crowd, "not the next entry of a page", text, size);
    member->last = seq;
    if (crowd->events.entry) crowd->events.entry(crowd->events.context, index, seq);
    entries = (const char *)memmem(entries, (size_t)(end - entries), "\"seq\":", 6) + 6;
  }
}

static void crowd_join_answered(struct crowd *crowd, size_t index, const char *text, size_t size) {
  int64_t as_of = 0;
  if (!scan_number(text, size, "\"as_of\":", &as_of)) {
    crowd_wrong(crowd, "a join was refused", text, size);
    return;
  }
  crowd_take_page(crowd, index, text, size, as_of);
  if (!scan_has(text, size, "\"more\":true")) {
    if (crowd->members[index].last != as_of) crowd_wrong(crowd, "a join that misses entries", text, size);
    crowd_has(crowd, index, CROWD_PAGE);
  } else if (!crowd_ask_join(crowd, index, crowd->list)) {
    crowd_wrong(crowd, "a join could not be sent", "", 0);
  }
}

static void crowd_list_answered(struct crowd *crowd, size_t index, const char *text, size_t size) {
  if (!scan_has(text, size, "\"rooms\":[{") || !scan_has(text, size, "\"more\":false"))
    crowd_wrong(crowd, "no list, or more than a page of it", text, size);
  crowd_has(crowd, index, CROWD_LIST);
}

static void crowd_closing(struct crowd *crowd, size_t index, const char *text, size_t size) {
  double seconds = 0;
  if (!crowd->events.lost) crowd_wrong(crowd, "no room", text, size);
  if (!crowd->events.told) return;
  if (!scan_decimal(text, size, "\"retry_after\":", &seconds)) crowd_wrong(crowd, "no time to come again", text, size);
  crowd->events.told(crowd->events.context, index, seconds);
}

static void crowd_other(void *context, const char *element, size_t size) {
  struct crowd_hearing *hearing = context;
  struct crowd *crowd = hearing->crowd;
  int64_t id = 0, seq = 0;
  if (scan_has(element, size, "\"method\":")) {
    if (scan_has(element, size, "\"method\":\"welcome\""))
      crowd_arrived(crowd, hearing->index);
    else if (scan_has(element, size, "\"method\":\"closing\""))
      crowd_closing(crowd, hearing->index, element, size);
    return;
  }
  if (!scan_number(element, size, "\"id\":", &id)) {
    crowd_wrong(crowd, "not understood", element, size);
  } else if (id == CROWD_LIST_ID) {
    crowd_list_answered(crowd, hearing->index, element, size);
  } else if (id < CROWD_POST_ID) {
    crowd_join_answered(crowd, hearing->index, element, size);
  } else {
    if (!scan_number(element, size, "\"seq\":", &seq)) crowd_wrong(crowd, "a post was refused", element, size);
    if (crowd->events.answered) crowd->events.answered(crowd->events.context, hearing->index, id, seq);
  }
}

static void crowd_opened(void *context, struct line *line) {
  struct crowd *crowd = context;
  if (!crowd->bare) return;
  crowd->members[line->index].last = 0;
  crowd_is_joined(crowd, line->index);
}

static void crowd_frame(void *context, struct line *line, const char *text, size_t size) {
  struct crowd *crowd = context;
  struct crowd_hearing hearing = {crowd, line->index};
  struct scan_events events = {&hearing, crowd_entry, crowd_other};
  crowd->frames++;
  crowd->bytes += size;
  if (!scan_frame(&crowd->scan, text, size, &events)) crowd_wrong(crowd, "could not be read", text, size);
}

static void crowd_closed(void *context, struct line *line, bool refused, const char *why) {
  struct crowd *crowd = context;
  struct crowd_member *member = &crowd->members[line->index];
  if (member->stage == CROWD_JOINED) crowd->joined--;
  member->stage = CROWD_AWAY;
  if (crowd->events.lost)
    crowd->events.lost(crowd->events.context, line->index, refused);
  else
    crowd_wrong(crowd, "a line went down", why, strlen(why));
}

static bool crowd_members(struct crowd *crowd, size_t rooms) {
  crowd->members = calloc(crowd->count, sizeof *crowd->members);
  for (size_t i = 0; crowd->members && i < crowd->count; i++) {
    crowd->members[i].last = -1;
    crowd_room(crowd->members[i].room, i % rooms);
  }
  return crowd->members != NULL;
}

bool crowd_begin(struct crowd *crowd, struct options *options, struct crowd_events events) {
  memset(crowd, 0, sizeof *crowd);
  crowd->events = events;
  crowd->count = (size_t)options_number(options, "members", 1000, 1, 19000);
  crowd->bare = options_number(options, "bare", 0, 0, 1);
  crowd->join = options_number(options, "join", 1, 0, 1);
  crowd->list = options_number(options, "list", 0, 0, 1);
  crowd->sample = options_text(options, "sample", NULL);
  snprintf(crowd->run, sizeof crowd->run, "%08x", (unsigned)(measure_now() * 1e3) ^ (unsigned)getpid() << 16);
  struct herd_setup setup = {
      .to = options_text(options, "to", "127.0.0.1:8443"),
      .first_to = options_text(options, "first_to", NULL),
      .cookies = options_text(options, "cookies", NULL),
      .count = crowd->count,
      .opening = (size_t)options_number(options, "opening", 128, 1, 10000),
      .tls = options_number(options, "tls", 0, 0, 1),
      .spin = options_number(options, "spin", 0, 0, 1),
      .events = {crowd, crowd_opened, crowd_frame, crowd_closed},
  };
  size_t rooms = (size_t)options_number(options, "rooms", 1, 1, CROWD_ROOMS);
  return options_fine(options) && crowd_members(crowd, rooms) && herd_begin(&crowd->herd, &setup);
}

void crowd_end(struct crowd *crowd) {
  herd_end(&crowd->herd);
  free(crowd->members);
}

bool crowd_turn(struct crowd *crowd, int milliseconds) {
  if (!herd_turn(&crowd->herd, milliseconds)) return false;
  if (crowd->wrong == 0) return true;
  fprintf(stderr, "%s\n", crowd->why);
  return false;
}

bool crowd_run(struct crowd *crowd, double until) {
  while (measure_now() < until)
    if (!crowd_turn(crowd, 5)) return false;
  return true;
}

bool crowd_gather(struct crowd *crowd, size_t from, size_t to, double seconds) {
  double until = measure_now() + seconds;
  for (size_t i = from; i < to; i++) herd_open(&crowd->herd, i);
  while (crowd->joined < to) {
    if (!crowd_turn(crowd, 100)) return false;
    if (measure_now() < until) continue;
    fprintf(stderr, "only %zu of %zu members are in after %.0f seconds\n", crowd->joined, to, seconds);
    return false;
  }
  return true;
}

bool crowd_post(struct crowd *crowd, size_t index, int64_t number) {
  static const char text[] =
      "We look for a partner who moves grain and cotton by rail from Aktau to Kashgar, about two hundred wagons a "
      "month, and who knows the customs on both sides. Who has done it, and what did it cost? Thanks";
  _Static_assert(sizeof text - 1 == CROWD_TEXT_SIZE, "the message that all figures are about");
  char request[512];
  int size =
      snprintf(request, sizeof request,
               "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"message.post\",\"params\":{\"room\":\"%s\","
               "\"client_id\":\"%s-%010lld\",\"text\":\"%s\"}}",
               (long long)(number + CROWD_POST_ID), crowd->members[index].room, crowd->run, (long long)number, text);
  return line_send(&crowd->herd.lines[index], request, (size_t)size);
}
