#include "hall.h"

static void hall_publish(void *self, struct slice topic, struct slice message) {
  struct hall *hall = self;
  assert_in_range(hall->published_count, 0, HALL_PUBLISHED - 1);
  char *copy = malloc(message.size + 1);
  memcpy(copy, message.data, message.size);
  copy[message.size] = 0;
  struct published *published = &hall->published[hall->published_count++];
  *published = (struct published){.bytes = copy, .size = message.size};
  snprintf(published->topic, sizeof published->topic, "%.*s", (int)topic.size, topic.data);
}

void hall_hear(struct hall *hall, const struct published *message) {
  struct slice bytes = {message->bytes, message->size};
  if (strcmp(message->topic, ROOMS_TOPIC) == 0)
    rooms_announced(hall->rooms, bytes);
  else
    rooms_hint(hall->rooms, slice_of(message->topic), bytes);
}

void hall_drop(struct hall *hall) {
  while (hall->published_count > 0) free(hall->published[--hall->published_count].bytes);
}

static void hall_subscribe(void *self, struct slice topic) {
  (void)topic;
  ((struct hall *)self)->subscribed++;
}

static void hall_unsubscribe(void *self, struct slice topic) {
  (void)topic;
  ((struct hall *)self)->subscribed--;
}

static bool hall_alone(void *self) {
  return ((struct hall *)self)->alone;
}

static uint64_t hall_generation(void *self) {
  (void)self;
  return 1;
}

static void hall_wants(void *owner, struct subscription *subscription) {
  (void)owner;
  ((struct follower *)(void *)subscription)->wants++;
}

static void hall_noticed(void *owner, struct watcher *watcher, bool soon) {
  struct hall *hall = owner;
  hall->noticed++;
  if (soon) hall->noticed_soon++;
  if (watcher->stale) hall->noticed_stale++;
}

static void hall_changed(void *owner, struct room *room) {
  (void)room;
  ((struct hall *)owner)->changed++;
}

static struct watcher *hall_watcher_of(void *owner, int64_t member, struct slice room) {
  struct hall *hall = owner;
  for (size_t i = 0; i < hall->watcher_count; i++) {
    struct watcher *watcher = hall->watchers[i];
    if (watcher->room && watcher->member == member && slice_equal(room_id(watcher->room), room)) return watcher;
  }
  return NULL;
}

static bool hall_writing(void *owner, int64_t member, struct slice room) {
  (void)room;
  return ((struct hall *)owner)->writer == member;
}

static int64_t hall_now(void *self) {
  return ((struct hall *)self)->now_ms;
}

static void hall_random(void *self, void *bytes, size_t size) {
  (void)self;
  memset(bytes, 0, size);
}

static bool hall_submit(void *self, struct store_job *job) {
  struct hall *hall = self;
  if (hall->store_full) return false;
  assert_in_range(hall->job_count, 0, HALL_JOBS - 1);
  hall->jobs[hall->job_count++] = job;
  return true;
}

int hall_open(void **state) {
  struct hall *hall = calloc(1, sizeof *hall);
  hall->now_ms = 1767225600000; /* 2026-01-01T00:00:00.000Z */
  hall->alone = true;
  hall->clock = (struct clock){hall, hall_now, hall_now};
  hall->randomness = (struct randomness){hall, hall_random};
  snprintf(hall->name, sizeof hall->name, "hall");
  hall->wheel = wheel_create(hall->now_ms);
  hall->store = (struct store){.self = hall, .submit = hall_submit};
  hall->bus = (struct bus){hall, hall_publish, hall_subscribe, hall_unsubscribe, hall_alone, hall_generation};
  snprintf(hall->epoch, sizeof hall->epoch, "epoch");
  memset(hall->secret, 7, sizeof hall->secret);
  struct rooms_setup setup = {.clock = &hall->clock,
                              .randomness = &hall->randomness,
                              .instance = slice_of(hall->name),
                              .wheel = hall->wheel,
                              .store = &hall->store,
                              .bus = &hall->bus,
                              .metrics = &hall->metrics,
                              .epoch = hall->epoch,
                              .secret = hall->secret,
                              .owner = hall,
                              .wants = hall_wants,
                              .noticed = hall_noticed,
                              .changed = hall_changed,
                              .writing = hall_writing,
                              .watcher_of = hall_watcher_of};
  hall->rooms = rooms_create(&setup);
  assert_non_null(hall->rooms);
  *state = hall;
  return 0;
}

int hall_close(void **state) {
  struct hall *hall = *state;
  assert_int_equal(hall->job_count, 0);
  assert_int_equal(rooms_count(hall->rooms), 0);
  rooms_destroy(hall->rooms);
  hall_drop(hall);
  assert_int_equal(hall->subscribed, 0);
  wheel_destroy(hall->wheel);
  free(hall);
  return 0;
}

void hall_pass(struct hall *hall, int64_t ms) {
  hall->now_ms += ms;
  wheel_advance(hall->wheel, hall->now_ms);
}

void hall_finish(struct hall *hall, enum store_outcome outcome) {
  struct completions completions = {.rooms = hall->rooms};
  assert_in_range(hall->job_count, 1, HALL_JOBS);
  struct store_job *job = hall->jobs[0];
  memmove(hall->jobs, hall->jobs + 1, --hall->job_count * sizeof(struct store_job *));
  job->outcome = outcome;
  job->done(&completions, job);
}

static const char *hall_member(json_t *value, const char *a, const char *b, const char *c) {
  json_t *found = json_object_get(value, a);
  if (b) found = json_object_get(found, b);
  if (c) found = json_object_get(found, c);
  const char *text = json_string_value(found);
  return text ? text : "(no text)";
}

static const char *hall_text(int64_t seq) {
  static const char *const texts[] = {TEXT_RU, TEXT_ZH, TEXT_EN};
  return texts[seq % 3];
}

struct entry hall_entry(const char *room, int64_t seq, int64_t member) {
  return (struct entry){.room = slice_of(room),
                        .seq = seq,
                        .at = 1767225600000 + seq,
                        .type = ENTRY_MESSAGE,
                        .from = {member, member, SLICE_LITERAL("李娜"), SLICE_LITERAL("cn"), SLICE_LITERAL("")},
                        .text = slice_of(hall_text(seq)),
                        .client_id = SLICE_LITERAL("c")};
}

void hall_post(struct hall *hall, const char *room, int64_t seq, int64_t member) {
  struct entry entry = hall_entry(room, seq, member);
  rooms_append(hall->rooms, &entry, true);
  rooms_publish(hall->rooms);
}

void hall_remove(struct hall *hall, const char *room, int64_t seq, int64_t target) {
  struct entry entry = hall_entry(room, seq, 1);
  entry.type = ENTRY_REMOVE;
  entry.text = entry.client_id = SLICE_NONE;
  entry.target = target;
  entry.target_member = 2;
  rooms_append(hall->rooms, &entry, true);
  rooms_publish(hall->rooms);
}

void hall_answer(struct hall *hall, int64_t from, int64_t to, int64_t have) {
  assert_in_range(hall->job_count, 1, HALL_JOBS);
  struct store_job *job = hall->jobs[0];
  assert_int_equal(job->kind, STORE_ENTRIES);
  struct store_entries *entries = &job->entries;
  assert_int_equal(entries->from, from);
  assert_int_equal(entries->to, to);
  if (have > to) have = to;
  entries->entries = arena_alloc(job->arena, (size_t)(to - from + 2) * sizeof *entries->entries);
  for (int64_t seq = from; seq <= have; seq++) entries->entries[entries->count++] = hall_entry("", seq, 2);
  hall_finish(hall, STORE_DONE);
}

void hall_quiet(const struct hall *hall) {
  assert_int_equal(hall->job_count, 0);
}

/* ---- followers ---- */

void follower_enter(struct follower *follower, struct hall *hall, const char *room, int64_t member, int64_t cursor) {
  struct room *held = rooms_hold(hall->rooms, slice_of(room));
  *follower = (struct follower){.hall = hall};
  assert_true(room_subscribe(hall->rooms, held, &follower->subscription, member, SLICE_LITERAL("Айгуль"),
                             SLICE_LITERAL("kz"), SLICE_LITERAL("Шёлковый путь"), cursor));
  rooms_release(hall->rooms, held);
}

void follower_leave(struct follower *follower) {
  room_unsubscribe(follower->hall->rooms, &follower->subscription);
}

static void follower_say(char *text, size_t size, json_t *item) {
  const char *method = hall_member(item, "method", NULL, NULL);
  json_t *params = json_object_get(item, "params");
  size_t used = strlen(text);
  const char *space = used ? " " : "";
  if (strcmp(method, "entry") == 0)
    snprintf(text + used, size - used, "%s%lld", space, (long long)json_integer_value(json_object_get(params, "seq")));
  else if (strcmp(method, "presence") == 0)
    snprintf(text + used, size - used, "%sp%lld", space,
             (long long)json_integer_value(json_object_get(params, "online")));
  else
    snprintf(text + used, size - used, "%st%s", space, hall_member(item, "params", "from", "id") + 1);
}

const char *follower_take(struct follower *follower) {
  static char text[8192];
  struct buffer frame;
  size_t items = 0;
  buffer_init(&frame, LIMIT_FRAME);
  rooms_fan_out(follower->hall->rooms);
  buffer_append_char(&frame, '[');
  follower->taken = room_take(follower->hall->rooms, &follower->subscription, &frame, LIMIT_FRAME, &items);
  buffer_append_char(&frame, ']');
  json_t *taken = json_loadb(frame.data, frame.size, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(taken);
  buffer_free(&frame);
  assert_int_equal(json_array_size(taken), items);
  text[0] = 0;
  for (size_t i = 0; i < items; i++) follower_say(text, sizeof text, json_array_get(taken, i));
  json_decref(taken);
  return text;
}

/* ---- watchers ---- */

bool hall_watch(struct hall *hall, struct watcher *watcher, const char *room, int64_t member, int64_t head,
                int64_t read, int64_t unread, int64_t mentions) {
  struct room *held = rooms_hold(hall->rooms, slice_of(room));
  struct room_record record = {.room = slice_of(room),
                               .kind = ROOM_COUNTRY,
                               .head = head,
                               .read = read,
                               .unread = unread,
                               .mentions = mentions,
                               .listed = true};
  bool known = watcher->room != NULL;
  bool watched = room_watch(hall->rooms, held, watcher, member, &record);
  rooms_release(hall->rooms, held);
  if (watched && !known) hall->watchers[hall->watcher_count++] = watcher;
  return watched;
}

void hall_unwatch(struct hall *hall, struct watcher *watcher) {
  room_unwatch(hall->rooms, watcher);
}
