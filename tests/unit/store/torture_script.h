#ifndef TEST_STORE_TORTURE_SCRIPT_H
#define TEST_STORE_TORTURE_SCRIPT_H
/* What is done while something fails: members post, edit, remove, react, read and search, a moderator acts, the index
 * follows. */
#include "suite_moderate.h"
#include "suite_search.h"
#include "torture_fault.h"

#define SCRIPT_STEPS 32

struct script {
  struct suite suite;
  struct store_job *jobs[SCRIPT_STEPS];
  bool unsure[SCRIPT_STEPS]; /* of each job: it was answered after a flush of the log had failed */
  size_t count;
  size_t unread; /* reads that did not come about */
  bool open;
  bool reads;
  void (*checkpoint)(struct suite *suite); /* what was written is brought to where it belongs */
  bool (*unflushed)(void);                 /* as struct torture_store */
};

static inline void script_run(struct script *script, struct store_job **jobs, size_t count) {
  struct suite *suite = &script->suite;
  suite->now += 1000;
  fault.counts = true;
  suite->writer.write(suite->writer.self, jobs, count);
  fault.counts = false;
  bool unsure = script->unflushed && script->unflushed();
  for (size_t i = 0; i < count; i++) {
    script->unsure[script->count] = unsure;
    script->jobs[script->count++] = jobs[i];
  }
}

static inline void script_one(struct script *script, struct store_job *job) {
  script_run(script, &job, 1);
}

static inline struct store_job *script_read(struct script *script, struct store_job *job) {
  struct store_driver *reader = &script->suite.reader;
  fault.counts = true;
  reader->read(reader->self, job);
  fault.counts = false;
  if (job->outcome == STORE_DONE) return job;
  assert_int_equal(job->outcome, STORE_UNAVAILABLE);
  script->unread++;
  return NULL;
}

/* What is read is whole, or it is not read. */
static inline void script_reads(struct script *script) {
  struct suite *suite = &script->suite;
  const struct store_job *page = script_read(script, suite_page_job(suite, "kz", suite->wang, 0, -1, 50));
  if (page) assert_int_equal(page->page.count, page->page.as_of);
  for (size_t i = 0; page && i < page->page.count; i++) assert_int_equal(page->page.entries[i].seq, (int64_t)i + 1);
  struct store_job *rooms = suite_job(suite, STORE_ROOM_LIST);
  rooms->room.member = suite->ivan;
  if (script_read(script, rooms)) assert_in_range(rooms->room.count, 1, 2);
  (void)script_read(script, suite_search_job(suite, suite->ada, "договор", NULL, 50));
}

static inline void script_index(struct script *script) {
  struct store_driver *writer = &script->suite.writer;
  fault.counts = true;
  for (int i = 0; i < 8 && writer->tidy_due(writer->self, false) >= 0; i++) writer->tidy(writer->self, false);
  fault.counts = false;
}

static inline void script_checkpoint(struct script *script) {
  fault.counts = true;
  script->checkpoint(&script->suite);
  fault.counts = false;
}

static inline struct store_job *script_edit(struct suite *suite, int64_t target, const char *text) {
  struct store_job *job = suite_change_job(suite, STORE_EDIT, "kz", suite->ivan, target);
  job->change.text = slice_of(text);
  return job;
}

static inline struct store_job *script_react(struct suite *suite, int64_t target) {
  struct store_job *job = suite_change_job(suite, STORE_REACT, "kz", suite->wang, target);
  job->change.emoji = slice_of("🤝");
  job->change.on = true;
  return job;
}

static inline struct store_job *script_mute(struct suite *suite) {
  struct store_job *job = moderate_job(suite, ACT_MUTE, suite->ada, "cn", suite->wang);
  job->act.seconds = -1; /* once more changes nothing */
  job->act.reason = slice_of("третий раз за день");
  return job;
}

/* What the store holds before anything fails: three messages of Ivan's in "kz". */
static inline void script_prepare(struct suite *suite) {
  static const char *const texts[] = {"Первый договор", "Второй договор", "Третий договор"};
  for (size_t i = 0; i < 3; i++) assert_done(suite_post(suite, "kz", suite->ivan, texts[i], texts[i]));
  suite_forget_jobs(suite);
}

static inline void script_all(struct script *script) {
  struct suite *suite = &script->suite;
  struct store_job *posts[] = {suite_post_job(suite, "kz", suite->ivan, "a", "Договор подписан 合作"),
                               suite_post_job(suite, "kz", suite->wang, "b", "经济合作论坛 договоры"),
                               suite_post_job(suite, "cn", suite->ivan, "c", "Три договора")};
  script_run(script, posts, 3);
  script_index(script);
  if (script->reads) script_reads(script);
  script_one(script, script_edit(suite, 1, "Никакого слова"));
  script_one(script, script_react(suite, 2));
  script_one(script, suite_change_job(suite, STORE_REMOVE, "kz", suite->ivan, 3));
  struct store_job *more[] = {suite_post_job(suite, "kz", suite->ivan, "d", "Ещё договор"),
                              suite_post_job(suite, "kz", suite->ivan, "a", "Договор подписан 合作"),
                              script_mute(suite)};
  script_run(script, more, 3);
  script_index(script);
  script_checkpoint(script);
  script_one(script, suite_post_job(suite, "cn", suite->ivan, "e", "Последний договор"));
}

/* ---- the store that it is done in ---- */

static inline bool script_open(struct script *script) {
  struct suite *suite = &script->suite;
  char error[256] = "";
  fault.counts = true;
  bool writer = store_driver_open(&suite->writer, suite->address, STORE_WRITER, error, sizeof error);
  bool reader = writer && store_driver_open(&suite->reader, suite->address, STORE_READER, error, sizeof error);
  fault.counts = false;
  if (writer && !reader) suite->writer.close(suite->writer.self);
  if (!reader) assert_string_not_equal(error, "");
  if (!reader) return script->open = false;
  suite->writer.set_clock(suite->writer.self, &suite->clock);
  suite->reader.set_clock(suite->reader.self, &suite->clock);
  return script->open = true;
}

static inline void script_close(struct script *script) {
  struct suite *suite = &script->suite;
  if (script->open) suite->reader.close(suite->reader.self);
  if (script->open) suite->writer.close(suite->writer.self);
  script->open = false;
}
#endif
