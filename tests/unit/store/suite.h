#ifndef TEST_STORE_SUITE_H
#define TEST_STORE_SUITE_H
/* What the tests of every driver share: a fresh store, a made-up clock, short ways to run jobs. A driver's test program
 * says how a fresh store is made and runs the tables of suite_*.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "club/limits.h"
#include "club/store_driver.h"

struct suite;

/* How a driver under test is reached. */
struct suite_setup {
  /* Makes an empty store and writes its address. */
  void (*make)(char *address, size_t size);
  void (*remove)(const char *address);
  bool (*open)(struct store_driver *driver, const char *address, enum store_role role, char *error, size_t size);
};

struct suite {
  const struct suite_setup *setup;
  char address[256];
  struct store_driver writer, reader;
  struct clock clock;
  int64_t now, monotonic;
  struct store_job *jobs[4096]; /* all that were made, freed at the end */
  size_t job_count;
  int64_t ada, ivan, wang; /* three members */
};

#define SUITE_START 1769846703120 /* 2026-01-31T08:05:03.120Z */

static int64_t suite_wall(void *self) {
  return ((struct suite *)self)->now;
}

static int64_t suite_monotonic(void *self) {
  return ((struct suite *)self)->monotonic;
}

static inline void suite_open(struct suite *suite, struct store_driver *driver, enum store_role role) {
  char error[256] = "";
  bool opened = suite->setup->open(driver, suite->address, role, error, sizeof error);
  assert_string_equal(error, "");
  assert_true(opened);
  driver->set_clock(driver->self, &suite->clock);
}

static inline void suite_forget_jobs(struct suite *suite) {
  for (size_t i = 0; i < suite->job_count; i++) store_job_destroy(suite->jobs[i]);
  suite->job_count = 0;
}

static inline struct store_job *suite_job(struct suite *suite, enum store_kind kind) {
  struct store_job *job = store_job_create(kind);
  assert_non_null(job);
  assert_true(suite->job_count < sizeof suite->jobs / sizeof *suite->jobs);
  suite->jobs[suite->job_count++] = job;
  return job;
}

static inline struct store_job *suite_run(struct suite *suite, struct store_job *job) {
  if (job->kind < STORE_WRITES_END) {
    suite->writer.write(suite->writer.self, &job, 1);
  } else {
    suite->reader.read(suite->reader.self, job);
  }
  return job;
}

#define assert_done(job) assert_int_equal((job)->outcome, STORE_DONE)
#define assert_refused(job, why) \
  do { \
    assert_int_equal((job)->outcome, STORE_REFUSED); \
    assert_int_equal((job)->reason, (why)); \
  } while (0)
#define assert_slice(slice, text) assert_true(slice_is((slice), (text)))

/* ---- members and rooms ---- */

static inline struct store_job *suite_add(struct suite *suite, const char *login, const char *name, enum role role) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_ADD);
  job->member.member.login = slice_of(login);
  job->member.member.name = slice_of(name);
  job->member.member.country = slice_of("kz");
  job->member.member.role = role;
  job->member.password = slice_of("$argon2id$v=19$made-up");
  return suite_run(suite, job);
}

static inline int64_t suite_member(struct suite *suite, const char *login, const char *name, enum role role) {
  struct store_job *job = suite_add(suite, login, name, role);
  assert_done(job);
  return job->member.member.key;
}

static inline int64_t suite_author(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_GET);
  job->member.member.key = member;
  assert_done(suite_run(suite, job));
  return job->member.member.author;
}

static inline struct store_job *suite_ensure(struct suite *suite, const char *const *rooms, size_t count) {
  struct store_job *job = suite_job(suite, STORE_ROOMS_ENSURE);
  job->pulse.heads = arena_alloc(job->arena, count * sizeof *job->pulse.heads);
  job->pulse.head_count = count;
  for (size_t i = 0; i < count; i++) job->pulse.heads[i].room = slice_of(rooms[i]);
  return suite_run(suite, job);
}

/* ---- posts and changes: made but not run ---- */

static inline struct store_job *suite_post_job(struct suite *suite, const char *room, int64_t member,
                                               const char *client_id, const char *text) {
  struct store_job *job = suite_job(suite, STORE_POST);
  job->post.room = slice_of(room);
  job->post.member = member;
  job->post.author = member; /* the suite adds members and their first authors in step */
  job->post.client_id = arena_copy(job->arena, slice_of(client_id));
  job->post.text = arena_copy(job->arena, slice_of(text));
  return job;
}

static inline struct store_job *suite_post(struct suite *suite, const char *room, int64_t member, const char *client_id,
                                           const char *text) {
  return suite_run(suite, suite_post_job(suite, room, member, client_id, text));
}

/* Posts `count` messages; gives the last one's seq. */
static inline int64_t suite_post_many(struct suite *suite, const char *room, int64_t member, const char *prefix,
                                      int count) {
  struct store_job *batch[LIMIT_WRITE_BATCH];
  int64_t seq = 0;
  for (int done = 0; done < count;) {
    size_t size = 0;
    suite_forget_jobs(suite);
    for (; done < count && size < LIMIT_WRITE_BATCH; done++) {
      char client_id[64];
      snprintf(client_id, sizeof client_id, "%s-%d", prefix, done);
      batch[size++] = suite_post_job(suite, room, member, client_id, client_id);
    }
    suite->writer.write(suite->writer.self, batch, size);
    for (size_t i = 0; i < size; i++) assert_done(batch[i]);
    seq = batch[size - 1]->post.seq;
  }
  return seq;
}

static inline struct store_job *suite_change_job(struct suite *suite, enum store_kind kind, const char *room,
                                                 int64_t member, int64_t target) {
  struct store_job *job = suite_job(suite, kind);
  job->change.room = slice_of(room);
  job->change.member = member;
  job->change.author = member;
  job->change.target = target;
  return job;
}

static inline struct store_job *suite_edit(struct suite *suite, const char *room, int64_t member, int64_t target,
                                           const char *text) {
  struct store_job *job = suite_change_job(suite, STORE_EDIT, room, member, target);
  job->change.text = arena_copy(job->arena, slice_of(text));
  return suite_run(suite, job);
}

static inline struct store_job *suite_remove(struct suite *suite, const char *room, int64_t member, int64_t target) {
  return suite_run(suite, suite_change_job(suite, STORE_REMOVE, room, member, target));
}

static inline struct store_job *suite_react(struct suite *suite, const char *room, int64_t member, int64_t target,
                                            const char *emoji, bool on) {
  struct store_job *job = suite_change_job(suite, STORE_REACT, room, member, target);
  job->change.emoji = arena_copy(job->arena, slice_of(emoji));
  job->change.on = on;
  return suite_run(suite, job);
}

/* ---- reads ---- */

static inline struct store_job *suite_page_job(struct suite *suite, const char *room, int64_t member, int64_t after,
                                               int64_t before, int64_t limit) {
  struct store_job *job = suite_job(suite, STORE_HISTORY);
  job->page.room = slice_of(room);
  job->page.member = member;
  job->page.after = after;
  job->page.before = before;
  job->page.limit = limit;
  return job;
}

static inline struct store_job *suite_page(struct suite *suite, const char *room, int64_t member, int64_t after,
                                           int64_t before, int64_t limit) {
  return suite_run(suite, suite_page_job(suite, room, member, after, before, limit));
}

static inline struct store_job *suite_entries(struct suite *suite, const char *room, int64_t from, int64_t to) {
  struct store_job *job = suite_job(suite, STORE_ENTRIES);
  job->entries.room = slice_of(room);
  job->entries.from = from;
  job->entries.to = to;
  return suite_run(suite, job);
}

static inline struct store_job *suite_room(struct suite *suite, enum store_kind kind, const char *room,
                                           int64_t member) {
  struct store_job *job = suite_job(suite, kind);
  job->room.room = slice_of(room);
  job->room.member = member;
  return suite_run(suite, job);
}

static inline struct store_job *suite_direct(struct suite *suite, int64_t member, int64_t other, const char *fresh) {
  struct store_job *job = suite_job(suite, STORE_DIRECT_OPEN);
  job->room.member = member;
  job->room.other = other;
  snprintf(job->room.fresh, sizeof job->room.fresh, "%-43s", fresh);
  for (char *at = job->room.fresh; *at; at++) {
    if (*at == ' ') *at = '_';
  }
  return suite_run(suite, job);
}

static inline struct store_job *suite_mark(struct suite *suite, const char *room, int64_t member, int64_t seq) {
  struct store_job *job = suite_job(suite, STORE_MARK_READ);
  job->mark_read.room = slice_of(room);
  job->mark_read.member = member;
  job->mark_read.seq = seq;
  return suite_run(suite, job);
}

static inline struct store_job *suite_pulse(struct suite *suite, const char *room, int64_t club_after) {
  struct store_job *job = suite_job(suite, STORE_PULSE);
  job->pulse.heads = arena_alloc(job->arena, sizeof *job->pulse.heads);
  job->pulse.heads->room = slice_of(room);
  job->pulse.head_count = 1;
  job->pulse.club_after = club_after;
  return suite_run(suite, job);
}

static inline struct store_job *suite_session(struct suite *suite, enum store_kind kind, const char *token,
                                              int64_t member) {
  struct store_job *job = suite_job(suite, kind);
  digest_sha256(slice_of(token), job->session.digest);
  job->session.member = member;
  return suite_run(suite, job);
}

/* ---- beginning and end ---- */

static inline int suite_begin(void **state) {
  const struct suite_setup *setup = *state;
  struct suite *suite = calloc(1, sizeof *suite);
  assert_non_null(suite);
  suite->setup = setup;
  suite->now = SUITE_START;
  suite->monotonic = 1000000;
  suite->clock = (struct clock){suite, suite_monotonic, suite_wall};
  setup->make(suite->address, sizeof suite->address);
  suite_open(suite, &suite->writer, STORE_WRITER);
  suite_open(suite, &suite->reader, STORE_READER);
  suite->ada = suite_member(suite, "ada", "Ada Lovelace", ROLE_ADMIN);
  suite->ivan = suite_member(suite, "ivan", "Иван Петров", ROLE_MEMBER);
  suite->wang = suite_member(suite, "wang", "王小明", ROLE_MEMBER);
  static const char *const rooms[] = {"kz", "fintech", "kz.fintech", "cn"};
  assert_done(suite_ensure(suite, rooms, 4));
  *state = suite;
  return 0;
}

static inline int suite_end(void **state) {
  struct suite *suite = *state;
  suite_forget_jobs(suite);
  suite->reader.close(suite->reader.self);
  suite->writer.close(suite->writer.self);
  suite->setup->remove(suite->address);
  free(suite);
  return 0;
}

#define SUITE_TEST(test, setup) \
  { #test, test, suite_begin, suite_end, (void *)(uintptr_t)(setup) }
#endif
