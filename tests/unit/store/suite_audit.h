#ifndef TEST_STORE_SUITE_AUDIT_H
#define TEST_STORE_SUITE_AUDIT_H
/* The audit log: who sees what of it, page by page, and what is noted beside acts. */
#include "suite_moderate.h"

static inline void audit_two_pages(struct suite *suite) {
  struct store_job *page = suite_job(suite, STORE_AUDIT_LIST);
  page->audit.asker = suite->ada;
  page->audit.limit = 2;
  assert_done(suite_run(suite, page));
  assert_int_equal(page->audit.count, 2);
  assert_true(page->audit.more);
  int64_t last = page->audit.records[1].key;
  assert_int_equal(page->audit.records[0].key, last + 1);
  page = suite_job(suite, STORE_AUDIT_LIST);
  page->audit.asker = suite->ada;
  page->audit.before = last;
  page->audit.limit = 100;
  assert_done(suite_run(suite, page));
  assert_int_equal(page->audit.records[0].key, last - 1);
  assert_false(page->audit.more);
}

static inline int64_t audit_by_key(struct suite *suite, int64_t asker, int64_t key) {
  struct store_job *job = suite_job(suite, STORE_AUDIT_LIST);
  job->audit.asker = asker;
  job->audit.key = key;
  (void)suite_run(suite, job);
  return job->outcome == STORE_DONE ? (int64_t)job->audit.count : -(int64_t)job->reason;
}

static inline void the_audit_log_shows_each_what_is_theirs(void **state) {
  struct suite *suite = *state;
  struct store_job *role = suite_job(suite, STORE_MEMBER_ROLE); /* the operator */
  role->member.member.login = slice_of("wang");
  role->member.member.role = ROLE_MODERATOR;
  assert_done(suite_run(suite, role));
  assert_slice(moderate_newest(suite)->action, "operate");
  assert_int_equal(moderate_newest(suite)->by, 0);
  assert_slice(moderate_newest(suite)->detail, "\"role\":\"moderator\"");
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  int64_t guest = moderate_invite(suite, suite->wang, "guest");
  assert_slice(moderate_newest(suite)->action, "invite");
  assert_int_equal(moderate_newest(suite)->by, suite->wang);
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->wang, "cn", guest, 60));
  int64_t in_cn = moderate_newest(suite)->key;
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz.fintech", guest, 60));
  int64_t in_crossing = moderate_newest(suite)->key;
  assert_int_equal(moderate_audit(suite, suite->wang, NULL, 0)->audit.count, 5);
  assert_int_equal(moderate_audit(suite, suite->wang, NULL, guest)->audit.count, 2);
  assert_int_equal(moderate_audit(suite, suite->wang, NULL, suite->wang)->audit.count, 3);
  assert_int_equal(moderate_audit(suite, suite->wang, "cn", 0)->audit.count, 1);
  assert_int_equal(moderate_audit(suite, suite->wang, "cn", suite->ivan)->audit.count, 0);
  assert_refused(moderate_audit(suite, suite->wang, "nowhere", 0), REASON_NOT_FOUND);
  assert_int_equal(moderate_audit(suite, suite->ivan, NULL, 0)->audit.count, 2);
  assert_int_equal(moderate_audit(suite, suite->ivan, "kz.fintech", 0)->audit.count, 1);
  assert_refused(moderate_audit(suite, suite->ivan, "cn", 0), REASON_FORBIDDEN);
  assert_refused(moderate_audit(suite, guest, NULL, 0), REASON_FORBIDDEN);
  assert_int_equal(audit_by_key(suite, guest, in_cn), 1);
  assert_int_equal(audit_by_key(suite, suite->ivan, in_crossing), 1);
  assert_int_equal(audit_by_key(suite, suite->ivan, in_cn), -REASON_NOT_FOUND);
  assert_int_equal(audit_by_key(suite, suite->ada, 4711), -REASON_NOT_FOUND);
  audit_two_pages(suite);
}

static inline void a_page_of_the_audit_log_ends_at_its_size(void **state) {
  struct suite *suite = *state;
  char reason[2001];
  memset(reason, 'x', 2000);
  reason[2000] = '\0';
  for (int i = 0; i < 40; i++) {
    struct store_job *job = moderate_job(suite, ACT_MUTE, suite->ada, "kz", suite->ivan);
    job->act.seconds = 60 + i;
    job->act.reason = slice_of(reason);
    assert_done(suite_run(suite, job));
  }
  struct store_job *page = moderate_audit(suite, suite->ada, NULL, 0);
  assert_true(page->audit.more);
  assert_in_range(page->audit.count, 10, 24);
}

static inline void invites_are_noted_once(void **state) {
  struct suite *suite = *state;
  struct store_job *jobs[2];
  for (int i = 0; i < 2; i++) {
    jobs[i] = suite_job(suite, STORE_INVITE_CREATE);
    digest_sha256(slice_of("link"), jobs[i]->invite.digest);
    jobs[i]->invite.member = suite->ada;
    jobs[i]->invite.client_id = slice_of("once");
    jobs[i]->invite.record.uses = 3;
    jobs[i]->invite.record.room = slice_of("kz");
    assert_done(suite_run(suite, jobs[i]));
  }
  const struct audit_record *record = moderate_newest(suite);
  char detail[80];
  snprintf(detail, sizeof detail, "\"invite\":%lld,\"role\":\"member\",\"uses\":3",
           (long long)jobs[0]->invite.record.key);
  assert_slice(record->action, "invite");
  assert_slice(record->detail, detail);
  assert_slice(record->room, "kz");
  assert_int_equal(moderate_audit(suite, 0, NULL, 0)->audit.count, 1);
  for (int i = 0; i < 2; i++) {
    struct store_job *revoke = suite_job(suite, STORE_INVITE_REVOKE);
    revoke->invite.member = suite->ada;
    revoke->invite.record.key = jobs[0]->invite.record.key;
    assert_done(suite_run(suite, revoke));
  }
  assert_slice(moderate_newest(suite)->action, "revoke");
  assert_slice(moderate_newest(suite)->detail, detail);
  assert_int_equal(moderate_audit(suite, 0, NULL, 0)->audit.count, 2);
}

#define SUITE_AUDIT(setup) \
  SUITE_TEST(the_audit_log_shows_each_what_is_theirs, setup), \
      SUITE_TEST(a_page_of_the_audit_log_ends_at_its_size, setup), SUITE_TEST(invites_are_noted_once, setup)
#endif
