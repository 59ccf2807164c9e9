#ifndef TEST_STORE_SUITE_MODERATE_H
#define TEST_STORE_SUITE_MODERATE_H
/* What the suites about moderating share: short ways to act, and to see what acts leave behind. */
#include "suite.h"

static inline struct store_job *moderate_job(struct suite *suite, enum act act, int64_t actor, const char *room,
                                             int64_t member) {
  struct store_job *job = suite_job(suite, STORE_ACT);
  job->act = (struct store_act){
      .act = act, .actor = actor, .author = actor, .member = member, .room = slice_of(room), .locked = -1, .slow = -1};
  return job;
}

/* `seconds` as in STORE_ACT; `room` NULL: the club. */
static inline struct store_job *moderate_sanction(struct suite *suite, enum act act, int64_t actor, const char *room,
                                                  int64_t member, int64_t seconds) {
  struct store_job *job = moderate_job(suite, act, actor, room, member);
  job->act.seconds = seconds;
  return suite_run(suite, job);
}

static inline struct store_job *moderate_switch(struct suite *suite, enum act act, int64_t actor, const char *room,
                                                int64_t member, bool on) {
  struct store_job *job = moderate_job(suite, act, actor, room, member);
  job->act.on = on;
  return suite_run(suite, job);
}

static inline struct store_job *moderate_role(struct suite *suite, int64_t actor, int64_t member, enum role role) {
  struct store_job *job = moderate_job(suite, ACT_APPOINT, actor, NULL, member);
  job->act.role = role;
  return suite_run(suite, job);
}

static inline struct store_job *moderate_room(struct suite *suite, int64_t actor, const char *room, int locked,
                                              int64_t slow) {
  struct store_job *job = moderate_job(suite, ACT_UPDATE, actor, room, 0);
  job->act.locked = locked;
  job->act.slow = slow;
  return suite_run(suite, job);
}

static inline struct store_job *moderate_pin(struct suite *suite, int64_t actor, const char *room, int64_t seq,
                                             bool on) {
  struct store_job *job = moderate_job(suite, ACT_PIN, actor, room, 0);
  job->act.target = seq;
  job->act.on = on;
  return suite_run(suite, job);
}

static inline struct store_job *moderate_create_job(struct suite *suite, int64_t actor, const char *client_id,
                                                    const char *title, bool is_private) {
  struct store_job *job = moderate_job(suite, ACT_CREATE, actor, NULL, 0);
  job->act.client_id = slice_of(client_id);
  job->act.title = slice_of(title);
  job->act.is_private = is_private;
  snprintf(job->act.fresh, sizeof job->act.fresh, "%-43s", client_id);
  for (char *at = job->act.fresh; *at; at++) {
    if (*at == ' ') *at = '_';
  }
  return job;
}

/* The new room's id, for as long as the job is kept. */
static inline const char *moderate_create(struct suite *suite, int64_t actor, const char *client_id, bool is_private) {
  struct store_job *job = suite_run(suite, moderate_create_job(suite, actor, client_id, "Закупки 采购", is_private));
  assert_done(job);
  return job->act.record.room.data;
}

/* ---- reports ---- */

static inline struct store_job *moderate_report(struct suite *suite, const char *room, int64_t member, int64_t seq,
                                                const char *client_id) {
  struct store_job *job = suite_job(suite, STORE_REPORT_SEND);
  job->report.room = slice_of(room);
  job->report.member = job->report.author = member;
  job->report.seq = seq;
  job->report.client_id = arena_copy(job->arena, slice_of(client_id));
  job->report.reason = slice_of("реклама");
  return suite_run(suite, job);
}

static inline struct store_job *moderate_settle(struct suite *suite, int64_t actor, int64_t report,
                                                const char *outcome) {
  struct store_job *job = moderate_job(suite, ACT_SETTLE, actor, NULL, 0);
  job->act.report = report;
  job->act.outcome = slice_of(outcome);
  return suite_run(suite, job);
}

/* ---- what is to be seen ---- */

static inline struct store_job *moderate_audit(struct suite *suite, int64_t asker, const char *room, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_AUDIT_LIST);
  job->audit.asker = asker;
  job->audit.room = slice_of(room);
  job->audit.member = member;
  job->audit.limit = LIMIT_AUDIT_PAGE;
  return suite_run(suite, job);
}

/* The newest record, as the operator sees it. */
static inline const struct audit_record *moderate_newest(struct suite *suite) {
  static const struct audit_record none = {0};
  struct store_job *job = moderate_audit(suite, 0, NULL, 0);
  assert_done(job);
  return job->audit.count ? &job->audit.records[0] : &none;
}

static inline const struct member_record *moderate_record(struct suite *suite, int64_t member) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_GET);
  job->member.member.key = member;
  assert_done(suite_run(suite, job));
  return &job->member.member;
}

static inline int64_t moderate_club_head(struct suite *suite) {
  return suite_pulse(suite, "kz", 0)->pulse.club_head;
}

/* Is there such an event in the club log after `after`? `member` and `session` 0: any. */
static inline bool moderate_heard(struct suite *suite, int64_t after, enum club_event_kind kind, int64_t member,
                                  int64_t session) {
  struct store_job *job = suite_pulse(suite, "kz", after);
  for (size_t i = 0; i < job->pulse.event_count; i++) {
    const struct club_event *event = &job->pulse.events[i];
    if (event->kind == kind && (!member || event->member == member) && (!session || event->session == session)) {
      return true;
    }
  }
  return false;
}

/* What was done is told before the sessions end: a pulse may end between the two, and whoever is not known to be shut out
 * when a session ends is told to log in again. */
static inline void moderate_told_first(struct suite *suite, int64_t after, int64_t member) {
  struct store_job *job = suite_pulse(suite, "kz", after);
  bool told = false, ended = false;
  for (size_t i = 0; i < job->pulse.event_count; i++) {
    const struct club_event *event = &job->pulse.events[i];
    if (event->member != member) continue;
    told = told || event->kind == CLUB_ACTED;
    ended = ended || event->kind == CLUB_SESSION_ENDED;
    assert_true(told);
  }
  assert_true(ended);
}

/* The newest entry of a room, as it is read back. */
static inline const struct entry *moderate_entry(struct suite *suite, const char *room, int64_t seq) {
  struct store_job *job = suite_entries(suite, room, seq, seq);
  assert_done(job);
  assert_int_equal(job->entries.count, 1);
  return &job->entries.entries[0];
}

/* ---- what every act leaves behind ---- */

static inline void moderate_noted(struct suite *suite, const struct store_job *job, const char *action, int64_t by,
                                  const char *room, int64_t member) {
  assert_done(job);
  assert_true(job->act.changed);
  const struct audit_record *record = moderate_newest(suite);
  assert_int_equal(record->key, job->act.audit);
  assert_slice(record->action, action);
  assert_int_equal(record->by, by);
  assert_int_equal(record->at, suite->now);
  assert_slice(record->room, room ? room : "");
  assert_int_equal(record->member, member);
}

static inline void moderate_done_nothing(struct suite *suite, const struct store_job *job, int64_t newest) {
  assert_done(job);
  assert_false(job->act.changed);
  assert_int_equal(job->act.audit, 0);
  assert_int_equal(job->act.count, 0);
  assert_int_equal(job->club_head, 0);
  assert_int_equal(moderate_newest(suite)->key, newest);
}

static inline void moderate_same_entry(struct suite *suite, const struct store_job *job, const char *room) {
  assert_int_equal(job->act.count, 1);
  const struct entry *sent = &job->act.entries[0], *kept = moderate_entry(suite, room, job->act.seq);
  assert_int_equal(sent->type, kept->type);
  assert_int_equal(sent->seq, kept->seq);
  assert_int_equal(sent->at, kept->at);
  assert_true(slice_equal(sent->room, kept->room));
  assert_int_equal(sent->from.member, kept->from.member);
  assert_int_equal(sent->from.key, kept->from.key);
  assert_true(slice_equal(sent->from.name, kept->from.name));
  assert_true(slice_equal(sent->action, kept->action));
  assert_true(slice_equal(sent->reason, kept->reason));
  assert_true(slice_equal(sent->detail, kept->detail));
  assert_int_equal(sent->target_member, kept->target_member);
  assert_int_equal(sent->until, kept->until);
}

static inline int64_t moderate_invite(struct suite *suite, int64_t by, const char *login) {
  struct store_job *create = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of(login), create->invite.digest);
  create->invite.member = by;
  create->invite.record.uses = 1;
  assert_done(suite_run(suite, create));
  struct store_job *join = suite_job(suite, STORE_MEMBER_ADD);
  join->member.invited = true;
  digest_sha256(slice_of(login), join->member.digest);
  join->member.with_session = true;
  digest_sha256(slice_of(login), join->member.session_digest);
  join->member.member.login = arena_copy(join->arena, slice_of(login));
  join->member.member.name = slice_of("Гость");
  assert_done(suite_run(suite, join));
  return join->member.member.key;
}
#endif
