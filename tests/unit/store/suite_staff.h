#ifndef TEST_STORE_SUITE_STAFF_H
#define TEST_STORE_SUITE_STAFF_H
/* Lists for those who moderate: who is muted or banned, who moderates a room, whom a private one lets in. */
#include "suite_moderate.h"

static inline struct store_job *staff_sanctions(struct suite *suite, int64_t asker, const char *room, int64_t member,
                                                struct sanction_place after, int64_t limit) {
  struct store_job *job = suite_job(suite, STORE_SANCTION_LIST);
  job->sanctions.asker = asker;
  job->sanctions.room = slice_of(room);
  job->sanctions.member = member;
  job->sanctions.after = after;
  job->sanctions.limit = limit;
  return suite_run(suite, job);
}

static inline struct store_job *staff_all(struct suite *suite, int64_t asker, const char *room, int64_t member) {
  return staff_sanctions(suite, asker, room, member, (struct sanction_place){0}, 50);
}

static inline struct store_job *staff_list(struct suite *suite, enum store_kind kind, int64_t asker, const char *room,
                                           int64_t after, int64_t limit) {
  struct store_job *job = suite_job(suite, kind);
  job->staff.asker = asker;
  job->staff.room = slice_of(room);
  job->staff.after = after;
  job->staff.limit = limit;
  return suite_run(suite, job);
}

static inline void sanctions_are_seen_by_those_who_moderate_there(void **state) {
  struct suite *suite = *state;
  int64_t guest = moderate_invite(suite, suite->ada, "guest");
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  struct store_job *mute = moderate_job(suite, ACT_MUTE, suite->ivan, "kz.fintech", guest);
  mute->act.seconds = 600;
  mute->act.reason = slice_of("Реклама 广告");
  assert_done(suite_run(suite, mute));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "cn", guest, -1));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, NULL, suite->wang, -1));
  struct store_job *seen = staff_all(suite, suite->ada, NULL, 0);
  assert_done(seen);
  assert_int_equal(seen->sanctions.count, 3);
  assert_false(seen->sanctions.more);
  seen = staff_all(suite, suite->ivan, NULL, 0);
  assert_done(seen);
  assert_int_equal(seen->sanctions.count, 1);
  const struct sanction_record *record = &seen->sanctions.records[0];
  assert_int_equal(record->place.member, guest);
  assert_int_equal(record->by, suite->ivan);
  assert_int_equal(record->sanction.kind, SANCTION_MUTE);
  assert_slice(record->sanction.room, "kz.fintech");
  assert_slice(record->sanction.reason, "Реклама 广告");
  assert_int_equal(record->sanction.until, record->since + 600000);
  assert_true(record->by_name.size > 0 && record->member_name.size > 0);
  assert_int_equal(staff_all(suite, suite->ivan, "kz.fintech", 0)->sanctions.count, 1);
  assert_int_equal(staff_all(suite, suite->ivan, "kz", 0)->sanctions.count, 0);
  assert_int_equal(staff_all(suite, suite->ivan, NULL, guest)->sanctions.count, 1);
  assert_int_equal(staff_all(suite, suite->ada, NULL, guest)->sanctions.count, 2);
  assert_refused(staff_all(suite, suite->ivan, "cn", 0), REASON_FORBIDDEN);
  assert_refused(staff_all(suite, suite->ada, "nowhere", 0), REASON_NOT_FOUND);
  assert_refused(staff_all(suite, suite->wang, NULL, 0), REASON_FORBIDDEN);
  assert_refused(staff_all(suite, suite->wang, NULL, guest), REASON_FORBIDDEN);
  assert_refused(staff_all(suite, guest, "cn", 0), REASON_BANNED);
  assert_int_equal(staff_all(suite, guest, NULL, guest)->sanctions.count, 2);
  assert_int_equal(staff_all(suite, guest, "cn", guest)->sanctions.count, 1);
  assert_int_equal(staff_all(suite, guest, "kz", guest)->sanctions.count, 0);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "cn", guest, 0));
  assert_int_equal(staff_all(suite, suite->ada, NULL, 0)->sanctions.count, 2);
  suite->now += 600000; /* the mute's row is still there */
  assert_int_equal(staff_all(suite, suite->ada, NULL, 0)->sanctions.count, 1);
  assert_int_equal(staff_all(suite, suite->ivan, "kz.fintech", 0)->sanctions.count, 0);
}

static inline void sanctions_come_page_by_page(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, NULL, suite->ivan, -1));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, -1));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -1));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->wang, -1));
  static const struct {
    const char *room;
    bool ivan;
    size_t count;
  } lists[] = {{NULL, false, 4}, {"kz", false, 3}, {NULL, true, 3}, {"kz", true, 2}};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    struct sanction_place after = {0};
    size_t seen = 0;
    bool more = true;
    while (more && seen < 5) {
      int64_t member = lists[i].ivan ? suite->ivan : 0;
      struct store_job *job = staff_sanctions(suite, suite->ada, lists[i].room, member, after, 1);
      assert_done(job);
      assert_int_equal(job->sanctions.count, 1);
      after = job->sanctions.records[0].place;
      more = job->sanctions.more;
      seen++;
    }
    assert_int_equal(seen, lists[i].count);
  }
}

static inline void a_private_room_keeps_its_sanctions(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  const char *room = moderate_create(suite, suite->ada, "private", true);
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, room, suite->ivan, -1));
  assert_int_equal(staff_all(suite, suite->ada, NULL, 0)->sanctions.count, 1);
  assert_int_equal(staff_all(suite, suite->wang, NULL, 0)->sanctions.count, 0);
  assert_int_equal(staff_all(suite, suite->wang, NULL, suite->ivan)->sanctions.count, 0);
  assert_refused(staff_all(suite, suite->wang, room, 0), REASON_NOT_FOUND);
  assert_refused(staff_list(suite, STORE_ADMITTED_LIST, suite->wang, room, 0, 50), REASON_NOT_FOUND);
  assert_refused(staff_list(suite, STORE_STAFF_LIST, suite->wang, room, 0, 50), REASON_NOT_FOUND);
  assert_refused(staff_list(suite, STORE_ADMITTED_LIST, suite->ivan, room, 0, 50), REASON_FORBIDDEN);
  assert_refused(staff_list(suite, STORE_ADMITTED_LIST, suite->ada, "kz", 0, 50), REASON_CONFLICT);
  struct store_job *admitted = staff_list(suite, STORE_ADMITTED_LIST, suite->ada, room, 0, 1);
  assert_done(admitted);
  assert_int_equal(admitted->staff.count, 1);
  assert_true(admitted->staff.more);
  int64_t first = admitted->staff.records[0].member;
  admitted = staff_list(suite, STORE_ADMITTED_LIST, suite->ada, room, first, 1);
  assert_int_equal(admitted->staff.count, 1);
  assert_false(admitted->staff.more);
  assert_int_equal(first + admitted->staff.records[0].member, suite->ada + suite->ivan);
  struct store_job *staff = staff_list(suite, STORE_STAFF_LIST, suite->ivan, room, 0, 50);
  assert_int_equal(staff->staff.count, 1); /* not wang, who may not enter */
  assert_int_equal(staff->staff.records[0].member, suite->ada);
}

static inline void a_room_says_who_moderates_it(void **state) {
  struct suite *suite = *state;
  int64_t guest = moderate_invite(suite, suite->ada, "guest");
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz.fintech", suite->wang, true));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "fintech", suite->wang, true));
  struct store_job *job = staff_list(suite, STORE_STAFF_LIST, guest, "kz.fintech", 0, 50);
  assert_done(job);
  assert_int_equal(job->staff.count, 3);
  for (size_t i = 0; i < 3; i++) {
    const struct staff_record *record = &job->staff.records[i];
    bool ada = record->member == suite->ada, ivan = record->member == suite->ivan;
    assert_int_equal(record->role, ada ? ROLE_ADMIN : ROLE_MEMBER);
    if (ada)
      assert_int_equal(record->room.size, 0);
    else
      assert_slice(record->room, ivan ? "kz" : "kz.fintech");
  }
  assert_int_equal(staff_list(suite, STORE_STAFF_LIST, guest, "kz", 0, 50)->staff.count, 2);
  assert_int_equal(staff_list(suite, STORE_STAFF_LIST, guest, "cn", 0, 50)->staff.count, 1);
  job = staff_list(suite, STORE_STAFF_LIST, guest, "kz.fintech", 0, 2);
  assert_true(job->staff.more);
  job = staff_list(suite, STORE_STAFF_LIST, guest, "kz.fintech", job->staff.records[1].member, 2);
  assert_int_equal(job->staff.count, 1);
  assert_false(job->staff.more);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", guest, -1));
  assert_refused(staff_list(suite, STORE_STAFF_LIST, guest, "kz", 0, 50), REASON_BANNED);
}

#define SUITE_STAFF(setup) \
  SUITE_TEST(sanctions_are_seen_by_those_who_moderate_there, setup), SUITE_TEST(sanctions_come_page_by_page, setup), \
      SUITE_TEST(a_private_room_keeps_its_sanctions, setup), SUITE_TEST(a_room_says_who_moderates_it, setup)
#endif
