#ifndef TEST_HOUSE_H
#define TEST_HOUSE_H
/* An instance without network, store and threads: real rooms, members and club, a made-up clock, jobs that the test
 * answers. Whoever closes it shows that nothing was left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "club/limits.h"
#include "club/log.h"
#include "club/services.h"

#define HOUSE_JOBS 128

/* What people really write. */
#define TEXT_RU "Добрый день! Ищем перевозчика из Алматы в Екатеринбург, две фуры в неделю."
#define TEXT_ZH "您好！我们在西安有冷库，想找哈萨克斯坦的水果出口商合作。"
#define TEXT_EN "Good morning, our bank opens letters of credit in tenge and rupees."

struct house {
  int64_t now_ms; /* of both clocks */
  struct services services;
  struct metrics metrics;
  struct listings_read listings_read;
  struct completions completions;
  struct store_job *jobs[HOUSE_JOBS];
  size_t job_count;
  bool store_full;
  struct hash_job *hashes[HOUSE_JOBS];
  size_t hash_count;
  bool hasher_full;
  unsigned char next_random;
  int member_changes;
  bool soon;
  int64_t club_head;
  int told_listed, told_marks; /* to other instances */
  int wants, notices;
};

static inline int64_t house_now(void *self) {
  return ((struct house *)self)->now_ms;
}

static inline void house_random(void *self, void *bytes, size_t size) {
  memset(bytes, ++((struct house *)self)->next_random, size);
}

static inline bool house_submit(void *self, struct store_job *job) {
  struct house *house = self;
  if (house->store_full) return false;
  assert_in_range(house->job_count, 0, HOUSE_JOBS - 1);
  assert_false(arena_failed(job->arena));
  house->jobs[house->job_count++] = job;
  return true;
}

static inline bool house_hash(void *self, struct hash_job *job) {
  struct house *house = self;
  if (house->hasher_full) return false;
  assert_in_range(house->hash_count, 0, HOUSE_JOBS - 1);
  house->hashes[house->hash_count++] = job;
  return true;
}

static inline void house_publish(void *self, struct slice topic, struct slice message) {
  (void)self, (void)topic, (void)message;
}
static inline void house_topic(void *self, struct slice topic) {
  (void)self, (void)topic;
}
static inline bool house_alone(void *self) {
  (void)self;
  return true;
}

static inline uint64_t house_generation(void *self) {
  (void)self;
  return 1;
}

static inline void house_wants(void *owner, struct subscription *subscription) {
  (void)subscription;
  ((struct house *)owner)->wants++;
}
static inline void house_noticed(void *owner, struct watcher *watcher, bool soon) {
  (void)watcher, (void)soon;
  ((struct house *)owner)->notices++;
}
static inline struct watcher *house_watcher(void *owner, int64_t member, struct slice room) {
  struct present *present = presents_find(((struct house *)owner)->services.presents, member);
  struct listing *listing = present ? present_listing(present, room) : NULL;
  return listing ? &listing->watcher : NULL;
}

/* The server is the house itself. */
static inline void house_club_log_grew(struct server *server, int64_t head) {
  ((struct house *)(void *)server)->club_head = head;
}
static inline void house_tell_elsewhere(struct server *server, int64_t member, struct slice room,
                                        const struct watch_counts *mark) {
  struct house *house = (struct house *)(void *)server;
  (void)member, (void)room;
  if (mark)
    house->told_marks++;
  else
    house->told_listed++;
}
static inline void house_member_changed(struct server *server, struct present *present, bool soon) {
  struct house *house = (struct house *)(void *)server;
  (void)present;
  house->member_changes++;
  house->soon = soon;
}

static inline void house_rooms(struct house *house) {
  struct services *services = &house->services;
  struct rooms_setup setup = {.clock = &services->clock,
                              .randomness = &services->randomness,
                              .instance = services->instance,
                              .wheel = services->wheel,
                              .store = &services->store,
                              .bus = &services->bus,
                              .metrics = &house->metrics,
                              .epoch = services->epoch,
                              .secret = services->secret,
                              .owner = house,
                              .wants = house_wants,
                              .noticed = house_noticed,
                              .watcher_of = house_watcher};
  services->rooms = rooms_create(&setup);
  assert_non_null(services->rooms);
}

static inline struct house *house_open(void) {
  char error[256];
  log_set_level(LOG_ERROR);
  struct house *house = calloc(1, sizeof *house);
  assert_non_null(house);
  house->now_ms = 1767225600000; /* 2026-01-01T00:00:00.000Z */
  struct services *services = &house->services;
  services->clock = (struct clock){house, house_now, house_now};
  services->randomness = (struct randomness){house, house_random};
  services->store = (struct store){.self = house, .submit = house_submit};
  services->hasher = (struct hasher){house, house_hash};
  services->bus = (struct bus){.self = house,
                               .publish = house_publish,
                               .subscribe = house_topic,
                               .unsubscribe = house_topic,
                               .alone = house_alone,
                               .generation = house_generation};
  services->wheel = wheel_create(house->now_ms);
  services->club = club_load(NULL, error, sizeof error);
  services->tries = tries_create(&services->clock);
  services->chorus = chorus_create(&services->randomness);
  services->metrics = &house->metrics;
  services->listings_read = &house->listings_read;
  services->url = SLICE_LITERAL("https://club.example.org");
  services->tls = services->limits = true;
  services->post_rate = (struct rate){10, 10000};
  services->first_day = true;
  services->instance = SLICE_LITERAL("test");
  services->version = SLICE_LITERAL("0.0.1");
  memset(services->secret, 7, DIGEST_SIZE);
  snprintf(services->epoch, sizeof services->epoch, "epoch");
  services->server = (struct server *)(void *)house;
  services->club_log_grew = house_club_log_grew;
  services->tell_elsewhere = house_tell_elsewhere;
  services->member_changed = house_member_changed;
  assert_non_null(services->wheel);
  assert_non_null(services->club);
  assert_non_null(services->tries);
  assert_non_null(services->chorus);
  house_rooms(house);
  services->presents = presents_create(&services->bus, services->rooms);
  assert_non_null(services->presents);
  house->completions = (struct completions){.services = services, .rooms = services->rooms, .server = services->server};
  return house;
}

static inline void house_close(struct house *house) {
  assert_int_equal(house->job_count, 0);
  assert_int_equal(house->hash_count, 0);
  assert_int_equal(presents_count(house->services.presents), 0);
  assert_int_equal(rooms_count(house->services.rooms), 0);
  presents_destroy(house->services.presents);
  rooms_destroy(house->services.rooms);
  tries_destroy(house->services.tries);
  chorus_destroy(house->services.chorus);
  wheel_destroy(house->services.wheel);
  club_destroy((struct club *)house->services.club);
  free(house);
}

/* ---- jobs ---- */

/* The oldest job that waits, which must be of this kind. */
static inline struct store_job *house_job(struct house *house, enum store_kind kind) {
  assert_in_range(house->job_count, 1, HOUSE_JOBS);
  assert_int_equal(house->jobs[0]->kind, kind);
  return house->jobs[0];
}

static inline void house_finish(struct house *house, enum store_outcome outcome) {
  assert_in_range(house->job_count, 1, HOUSE_JOBS);
  struct store_job *job = house->jobs[0];
  memmove(house->jobs, house->jobs + 1, --house->job_count * sizeof *house->jobs);
  job->outcome = outcome;
  job->done(&house->completions, job);
}

static inline void house_refuse(struct house *house, enum reason reason) {
  assert_in_range(house->job_count, 1, HOUSE_JOBS);
  house->jobs[0]->reason = reason;
  house_finish(house, STORE_REFUSED);
}

/* Does what the hasher would: "hash of " and the password is its encoded form. */
static inline void house_finish_hash(struct house *house) {
  assert_in_range(house->hash_count, 1, HOUSE_JOBS);
  struct hash_job *job = house->hashes[0];
  char encoded[sizeof job->encoded];
  memmove(house->hashes, house->hashes + 1, --house->hash_count * sizeof *house->hashes);
  snprintf(encoded, sizeof encoded, "hash of %.*s", (int)job->password_size, job->password);
  if (job->kind == HASH_MAKE) memcpy(job->encoded, encoded, sizeof encoded);
  job->right = job->kind == HASH_CHECK && strcmp(job->encoded, encoded) == 0;
  job->done(&house->completions, job);
}

/* ---- people ---- */

static inline struct member_record house_record(int64_t key, const char *login, const char *name, enum role role) {
  const struct slice none = {"", 0};
  return (struct member_record){.key = key,
                                .author = key + 100,
                                .login = slice_of(login),
                                .name = slice_of(name),
                                .title = none,
                                .company = SLICE_LITERAL("Шёлковый путь"),
                                .country = SLICE_LITERAL("kz"),
                                .about = none,
                                .offers = none,
                                .seeks = none,
                                .role = role};
}

/* Present until house_leave. */
static inline struct present *house_enter(struct house *house, int64_t key, const char *login, const char *name,
                                          enum role role) {
  struct member_record record = house_record(key, login, name, role);
  struct present *present = presents_hold(house->services.presents, &record);
  assert_non_null(present);
  return present;
}

static inline void house_leave(struct house *house, struct present *present) {
  presents_release(house->services.presents, house->services.rooms, present);
}

static inline struct room_record house_room(const char *room, enum room_kind kind, int64_t head, int64_t read) {
  return (struct room_record){
      .room = slice_of(room), .kind = kind, .head = head, .read = read, .unread = head - read, .listed = true};
}

/* ---- JSON ---- */

/* Memory that torture_fault.h does not refuse: what a test itself reads is no part of what it tries. */
static inline void *house_memory(size_t size) {
  const size_t alignment = _Alignof(max_align_t);
  return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static inline json_t *house_json(struct slice text) {
  json_error_t error;
  json_malloc_t take;
  json_free_t give;
  json_get_alloc_funcs(&take, &give);
  json_set_alloc_funcs(house_memory, free);
  json_t *value = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &error);
  json_set_alloc_funcs(take, give);
  if (!value) fail_msg("%s in: %.*s", error.text, (int)text.size, text.data);
  return value;
}

/* The value at a path such as "result.rooms.0.title"; NULL: nothing there. */
static inline json_t *house_at(json_t *value, const char *path) {
  char part[64];
  while (value && *path) {
    size_t size = strcspn(path, ".");
    snprintf(part, sizeof part, "%.*s", (int)size, path);
    value = json_is_array(value) ? json_array_get(value, (size_t)atoi(part)) : json_object_get(value, part);
    path += path[size] ? size + 1 : size;
  }
  return value;
}

static inline const char *house_text(json_t *value, const char *path) {
  json_t *found = house_at(value, path);
  return json_is_string(found) ? json_string_value(found) : "(no text)";
}

static inline int64_t house_number(json_t *value, const char *path) {
  json_t *found = house_at(value, path);
  if (json_is_boolean(found)) return json_is_true(found);
  return json_is_integer(found) ? json_integer_value(found) : -1;
}
#endif
