#ifndef TEST_STORE_TORTURE_CHECK_H
#define TEST_STORE_TORTURE_CHECK_H
/* What must be true after the script, whatever failed: what was said to be done is there, and was flushed, what was
 * said not to be done is not, what nobody knows is there once at most, and no number is left out. */
#include "torture_script.h"

static inline const struct store_entries *check_room(struct suite *suite, const char *room) {
  struct store_job *head = suite_room(suite, STORE_ROOM_GET, room, suite->ada);
  assert_done(head);
  struct store_job *job = suite_entries(suite, room, 1, head->room.record.head);
  assert_done(job);
  assert_int_equal(job->entries.count, head->room.record.head);
  for (size_t i = 0; i < job->entries.count; i++) assert_int_equal(job->entries.entries[i].seq, (int64_t)i + 1);
  return &job->entries;
}

static inline bool check_is_change(const struct store_change *change, enum entry_type type, const struct entry *entry) {
  if (entry->type != type || entry->from.member != change->member || entry->target != change->target) return false;
  return type != ENTRY_REACT || (entry->on == change->on && slice_equal(entry->emoji, change->emoji));
}

static inline bool check_is_of(const struct store_job *job, const struct entry *entry) {
  switch (job->kind) {
    case STORE_POST:
      return entry->type == ENTRY_MESSAGE && entry->from.member == job->post.member &&
             slice_equal(entry->client_id, job->post.client_id);
    case STORE_EDIT: return check_is_change(&job->change, ENTRY_EDIT, entry);
    case STORE_REACT: return check_is_change(&job->change, ENTRY_REACT, entry);
    case STORE_REMOVE: return check_is_change(&job->change, ENTRY_REMOVE, entry);
    default:
      return entry->type == ENTRY_MODERATION && slice_is(entry->action, "mute") &&
             entry->target_member == job->act.member && slice_equal(entry->reason, job->act.reason);
  }
}

static inline struct slice check_room_of(const struct store_job *job) {
  return job->kind == STORE_POST ? job->post.room : job->kind == STORE_ACT ? job->act.room : job->change.room;
}

static inline int64_t check_seq_of(const struct store_job *job) {
  return job->kind == STORE_POST ? job->post.seq : job->kind == STORE_ACT ? 0 : job->change.seq;
}

/* What is there says what it was asked to say, whole, also where it was edited since: the log keeps the first text. */
static inline void check_text(const struct store_job *job, const struct entry *entry) {
  if (entry->removed) return;
  struct slice text = job->kind == STORE_POST ? job->post.text : job->change.text;
  if (!slice_equal(entry->text, text))
    fail_msg("entry %lld has another text of %zu bytes, not of %zu", (long long)entry->seq, entry->text.size,
             text.size);
}

/* The same thing asked for once more counts as one. */
static inline void check_job(const struct script *script, const struct store_job *job,
                             const struct store_entries *log) {
  size_t done = 0, unknown = 0, there = 0;
  int64_t at = 0;
  for (size_t i = 0; i < log->count; i++) {
    if (!check_is_of(job, &log->entries[i])) continue;
    there++;
    at = log->entries[i].seq;
    if (job->kind == STORE_POST || job->kind == STORE_EDIT) check_text(job, &log->entries[i]);
  }
  for (size_t i = 0; i < script->count; i++) {
    const struct store_job *same = script->jobs[i];
    bool alike = same == job || (job->kind == STORE_POST && same->kind == STORE_POST &&
                                 slice_equal(same->post.client_id, job->post.client_id));
    if (!alike) continue;
    done += same->outcome == STORE_DONE;
    unknown += same->outcome == STORE_UNKNOWN;
  }
  if (there > 1 || (done > 0 && there == 0) || (done + unknown == 0 && there > 0))
    fail_msg("kind %d: done %zu, unknown %zu, there %zu", (int)job->kind, done, unknown, there);
  if (job->outcome == STORE_DONE && check_seq_of(job) > 0) assert_int_equal(at, check_seq_of(job));
}

static inline void check_jobs(const struct script *script, const char *room, const struct store_entries *log) {
  for (size_t i = 0; i < script->count; i++)
    if (slice_is(check_room_of(script->jobs[i]), room)) check_job(script, script->jobs[i], log);
}

/* Here the file keeps what could not be flushed, so that it is found there afterwards; without power it would be lost,
 * and what was written behind it with it. So from that flush on nothing is done until the store is opened again. */
static inline void check_flushed(const struct script *script) {
  for (size_t i = 0; i < script->count; i++)
    if (script->unsure[i] && script->jobs[i]->outcome == STORE_DONE)
      fail_msg("kind %d: done, though a flush of the log had failed", (int)script->jobs[i]->kind);
}

/* An act stands in the room's log, in the audit log and with the member, or nowhere; a removal with the message, too. */
static inline void check_alike(struct suite *suite, const struct store_entries *log, const char *room) {
  int64_t acts = 0, removals = 0, removed = 0;
  for (size_t i = 0; i < log->count; i++) {
    const struct entry *entry = &log->entries[i];
    acts += entry->type == ENTRY_MODERATION;
    removals += entry->type == ENTRY_REMOVE;
    removed += entry->type == ENTRY_MESSAGE && entry->removed;
    if (entry->type == ENTRY_REMOVE) assert_true(log->entries[entry->target - 1].removed);
  }
  assert_int_equal(removed, removals);
  assert_int_equal(moderate_audit(suite, suite->ada, room, 0)->audit.count, acts);
  if (strcmp(room, "cn") == 0) assert_int_equal(moderate_record(suite, suite->wang)->sanction_count, acts);
}

static inline void check_rooms(struct script *script) {
  static const char *const rooms[] = {"kz", "cn"};
  check_flushed(script);
  for (size_t i = 0; i < 2; i++) {
    const struct store_entries *log = check_room(&script->suite, rooms[i]);
    check_jobs(script, rooms[i], log);
    check_alike(&script->suite, log, rooms[i]);
  }
}

/* All is asked for once more, and now everything is there once, and found. */
static inline void check_again(struct script *script) {
  struct suite *suite = &script->suite;
  script->count = 0;
  script->unread = 0;
  script_all(script);
  assert_int_equal(script->unread, 0);
  for (size_t i = 0; i < script->count; i++) assert_done(script->jobs[i]);
  check_rooms(script);
  suite_index(suite);
  assert_int_equal(suite_search(suite, suite->ada, "договор")->search.count,
                   6); /* 2 kz, a, b, d; c, e: of 7 one left */
  assert_int_equal(suite_search(suite, suite->ada, "合作")->search.count, 2);
  assert_int_equal(suite_search(suite, suite->ada, "слово")->search.count, 1);
}
#endif
