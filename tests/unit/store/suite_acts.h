#ifndef TEST_STORE_SUITE_ACTS_H
#define TEST_STORE_SUITE_ACTS_H
/* What each act does, what it leaves behind, and that it does so once. */
#include "suite_moderate.h"

/* ---- mutes and bans ---- */

static inline void a_mute_is_told_and_ends(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *mute = moderate_job(suite, ACT_MUTE, suite->ada, "kz", suite->ivan);
  mute->act.seconds = 600;
  mute->act.reason = slice_of("Реклама \"казино\"");
  moderate_noted(suite, suite_run(suite, mute), "mute", suite->ada, "kz", suite->ivan);
  assert_int_equal(mute->act.until, suite->now + 600000);
  moderate_same_entry(suite, mute, "kz");
  const struct entry *entry = moderate_entry(suite, "kz", 1);
  assert_int_equal(entry->type, ENTRY_MODERATION);
  assert_slice(entry->action, "mute");
  assert_slice(entry->reason, "Реклама \"казино\"");
  assert_int_equal(entry->target_member, suite->ivan);
  assert_int_equal(entry->until, mute->act.until);
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, mute->act.audit));
  const struct member_record *record = moderate_record(suite, suite->ivan);
  assert_int_equal(record->sanction_count, 1);
  assert_int_equal(record->sanctions[0].kind, SANCTION_MUTE);
  assert_slice(record->sanctions[0].room, "kz");
  assert_int_equal(record->sanctions[0].until, mute->act.until);
  assert_slice(record->sanctions[0].reason, "Реклама \"казино\"");
  struct store_job *page = suite_page(suite, "kz", suite->wang, 0, -1, 10);
  assert_slice(page->page.entries[0].action, "mute");
  moderate_noted(suite, moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 0), "unmute", suite->ada,
                 "kz", suite->ivan);
  assert_int_equal(moderate_record(suite, suite->ivan)->sanction_count, 0);
  moderate_done_nothing(suite, moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 0),
                        moderate_newest(suite)->key);
}

static inline void a_later_sanction_takes_the_place_of_an_earlier_one(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, 60));
  struct store_job *longer = moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -1);
  moderate_noted(suite, longer, "ban", suite->ada, "kz", suite->ivan);
  assert_int_equal(longer->act.until, 0);
  struct store_job *same = moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -1);
  moderate_done_nothing(suite, same, longer->act.audit);
  assert_int_equal(same->act.seq, 2);
  assert_int_equal(moderate_record(suite, suite->ivan)->sanction_count, 1);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, LIMIT_SANCTION_SECONDS + 1));
  assert_int_equal(moderate_record(suite, suite->ivan)->sanctions[0].until, 0);
  assert_refused(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -2), REASON_INVALID_PARAMS);
}

static inline void a_ban_of_the_club_voids_what_was_begun(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->ivan, ROLE_MODERATOR));
  struct store_job *invite = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("his"), invite->invite.digest);
  invite->invite.member = suite->ivan;
  invite->invite.record.uses = 1;
  assert_done(suite_run(suite, invite));
  struct store_job *ban = moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->ivan, 3600);
  moderate_noted(suite, ban, "ban", suite->ada, NULL, suite->ivan);
  assert_int_equal(ban->act.count, 0);
  struct store_job *find = suite_job(suite, STORE_INVITE_FIND);
  digest_sha256(slice_of("his"), find->invite.digest);
  assert_refused(suite_run(suite, find), REASON_NOT_FOUND);
  suite->now += 3600 * 1000;
  assert_done(suite_session(suite, STORE_SESSION_ADD, "after", suite->ivan));
}

/* ---- who moderates ---- */

static inline void a_moderator_of_a_room_is_made_and_dismissed(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true);
  moderate_noted(suite, job, "appoint", suite->ada, "kz", suite->ivan);
  moderate_same_entry(suite, job, "kz");
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, job->act.audit));
  assert_slice(moderate_record(suite, suite->ivan)->standings.items[0], "kz");
  moderate_done_nothing(suite, moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true),
                        job->act.audit);
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz.fintech", suite->wang, 60));
  job = moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, false);
  moderate_noted(suite, job, "dismiss", suite->ada, "kz", suite->ivan);
  assert_refused(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz", suite->wang, 60), REASON_FORBIDDEN);
}

static inline void the_last_admin_cannot_step_down(void **state) {
  struct suite *suite = *state;
  assert_refused(moderate_role(suite, suite->ada, suite->ada, ROLE_MEMBER), REASON_CONFLICT);
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_role(suite, suite->ada, suite->ivan, ROLE_ADMIN);
  moderate_noted(suite, job, "appoint", suite->ada, NULL, suite->ivan);
  assert_slice(moderate_newest(suite)->detail, "\"role\":\"admin\"");
  assert_true(moderate_heard(suite, before, CLUB_MEMBER_CHANGED, suite->ivan, 0));
  assert_refused(moderate_role(suite, suite->ada, suite->ivan, ROLE_MEMBER), REASON_FORBIDDEN);
  /* Two who step down at once: one stays. */
  struct store_job *batch[2] = {moderate_job(suite, ACT_APPOINT, suite->ada, NULL, suite->ada),
                                moderate_job(suite, ACT_APPOINT, suite->ivan, NULL, suite->ivan)};
  batch[0]->act.role = batch[1]->act.role = ROLE_MEMBER;
  suite->writer.write(suite->writer.self, batch, 2);
  moderate_noted(suite, batch[0], "dismiss", suite->ada, NULL, suite->ada);
  assert_refused(batch[1], REASON_CONFLICT);
  assert_refused(moderate_role(suite, suite->ada, suite->ada, ROLE_ADMIN), REASON_FORBIDDEN);
  job = moderate_job(suite, ACT_APPOINT, suite->ivan, NULL, suite->wang);
  job->act.role = (enum role)7;
  assert_refused(suite_run(suite, job), REASON_INVALID_PARAMS);
}

static inline void nobody_rises_who_is_shut_out(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->ivan, -1));
  assert_refused(moderate_role(suite, suite->ada, suite->ivan, ROLE_MODERATOR), REASON_CONFLICT);
  assert_refused(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true), REASON_CONFLICT);
  struct store_job *disable = suite_job(suite, STORE_MEMBER_DISABLE);
  disable->member.member.login = slice_of("wang");
  disable->member.disable = true;
  assert_done(suite_run(suite, disable));
  assert_refused(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR), REASON_CONFLICT);
  /* What is done to somebody who is gone is done all the same. */
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->wang, 60));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->wang, -1));
}

/* ---- removing ---- */

static inline void a_moderators_removal_is_noted_and_told(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "спам @wang"));
  int64_t before = moderate_club_head(suite);
  struct store_job *job = suite_change_job(suite, STORE_REMOVE, "kz", suite->ada, 1);
  job->change.reason = slice_of("广告");
  assert_done(suite_run(suite, job));
  const struct audit_record *record = moderate_newest(suite);
  assert_slice(record->action, "remove");
  assert_int_equal(record->by, suite->ada);
  assert_slice(record->by_name, "Ada Lovelace");
  assert_int_equal(record->member, suite->ivan);
  assert_slice(record->member_name, "Иван Петров");
  assert_int_equal(record->seq, 1);
  assert_slice(record->reason, "广告");
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, record->key));
  /* Again, by another one: what was done first stands. */
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  int64_t newest = moderate_newest(suite)->key;
  struct store_job *again = suite_remove(suite, "kz", suite->wang, 1);
  assert_done(again);
  assert_false(again->change.changed);
  assert_int_equal(again->change.seq, job->change.seq);
  assert_int_equal(moderate_newest(suite)->key, newest);
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "своё"));
  assert_done(suite_remove(suite, "kz", suite->ivan, 3)); /* one's own is nobody's business */
  assert_int_equal(moderate_newest(suite)->key, newest);
}

static inline void two_moderators_on_one_message_remove_it_once(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "спам"));
  int64_t newest = moderate_newest(suite)->key;
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  purge->act.seconds = 60;
  struct store_job *batch[3] = {suite_change_job(suite, STORE_REMOVE, "kz", suite->wang, 1),
                                suite_change_job(suite, STORE_REMOVE, "kz", suite->ada, 1), purge};
  suite->writer.write(suite->writer.self, batch, 3);
  assert_done(batch[0]);
  assert_true(batch[0]->change.changed);
  assert_done(batch[1]);
  assert_false(batch[1]->change.changed);
  assert_int_equal(batch[1]->change.seq, batch[0]->change.seq);
  moderate_done_nothing(suite, purge, newest + 1);
  assert_int_equal(purge->act.seq, 2);
}

static inline void a_purge_removes_what_was_written_lately(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "old", "давно"));
  suite->now += 120000;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "раз @wang"));
  assert_done(suite_post(suite, "kz", suite->wang, "b", "别人的"));
  assert_done(suite_post(suite, "kz", suite->ivan, "c", "два"));
  assert_done(suite_edit(suite, "kz", suite->ivan, 4, "два!")); /* 5 */
  assert_done(suite_post(suite, "cn", suite->ivan, "d", "в другой комнате"));
  assert_done(moderate_pin(suite, suite->ada, "kz", 4, true)); /* 6 */
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  purge->act.seconds = 60;
  purge->act.reason = slice_of("спам");
  moderate_noted(suite, suite_run(suite, purge), "purge", suite->ada, "kz", suite->ivan);
  assert_slice(moderate_newest(suite)->detail, "\"seconds\":60,\"removed\":2");
  assert_int_equal(purge->act.count, 2);
  assert_int_equal(purge->act.entries[0].seq, 7);
  assert_int_equal(purge->act.entries[0].target, 4);
  assert_int_equal(purge->act.entries[1].seq, 8);
  assert_int_equal(purge->act.entries[1].target, 2);
  assert_int_equal(purge->act.entries[1].target_member, suite->ivan);
  assert_slice(purge->act.entries[1].reason, "спам");
  assert_slice(purge->act.entries[1].from.name, "Ada Lovelace");
  struct store_job *page = suite_page(suite, "kz", suite->wang, 0, -1, 50);
  assert_int_equal(page->page.count, 8);
  assert_false(page->page.entries[0].removed);
  assert_true(page->page.entries[1].removed);
  assert_false(page->page.entries[2].removed);
  assert_true(page->page.entries[3].removed);
  assert_null(page->page.entries[4].text.data); /* the edit */
  assert_int_equal(page->page.entries[6].type, ENTRY_REMOVE);
  const struct room_record *room = &suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record;
  assert_int_equal(room->mentions, 0);
  assert_int_equal(room->settings.pinned_count, 0);
  assert_false(suite_page(suite, "cn", suite->wang, 0, -1, 50)->page.entries[0].removed);
  purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  assert_refused(suite_run(suite, purge), REASON_INVALID_PARAMS);
}

static inline void a_purge_takes_the_newest_up_to_its_limit(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", LIMIT_PURGE + 20);
  struct store_job *purge = moderate_job(suite, ACT_PURGE, suite->ada, "kz", suite->ivan);
  purge->act.seconds = LIMIT_PURGE_SECONDS;
  assert_done(suite_run(suite, purge));
  assert_int_equal(purge->act.count, LIMIT_PURGE);
  assert_int_equal(purge->act.entries[0].target, LIMIT_PURGE + 20);
  assert_int_equal(purge->act.entries[LIMIT_PURGE - 1].target, 21);
  assert_int_equal(purge->act.entries[LIMIT_PURGE - 1].seq, 2 * LIMIT_PURGE + 20);
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.head, 2 * LIMIT_PURGE + 20);
}

/* ---- branches ---- */

static inline void one_act_freezes_a_branch_of_the_tree(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  int64_t root = moderate_invite(suite, suite->wang, "root");
  assert_done(moderate_role(suite, suite->ada, root, ROLE_MODERATOR));
  int64_t leaf = moderate_invite(suite, root, "leaf"), high = moderate_invite(suite, root, "high");
  assert_done(moderate_role(suite, suite->ada, high, ROLE_MODERATOR));
  int64_t under = moderate_invite(suite, high, "under");
  assert_refused(moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true), REASON_FORBIDDEN);
  assert_done(moderate_role(suite, suite->ada, root, ROLE_MEMBER));
  int64_t before = moderate_club_head(suite);
  struct store_job *freeze = moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true);
  moderate_noted(suite, freeze, "freeze", suite->wang, NULL, root);
  assert_int_equal(freeze->act.count, 2); /* the other one is a moderator, too, and stays with who came through it */
  assert_slice(moderate_newest(suite)->detail, "\"members\":2");
  moderate_told_first(suite, before, root);
  moderate_told_first(suite, before, leaf);
  assert_true(moderate_heard(suite, before, CLUB_ACTED, leaf, freeze->act.audit));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "leaf", 0), REASON_BANNED);
  assert_refused(suite_post(suite, "kz", leaf, "a", "text"), REASON_FORBIDDEN);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "under", 0));
  assert_done(suite_post(suite, "kz", under, "a", "text"));
  moderate_done_nothing(suite, moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true), freeze->act.audit);
  struct store_job *thaw = moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, root, false);
  moderate_noted(suite, thaw, "unfreeze", suite->ada, NULL, root);
  assert_int_equal(thaw->act.count, 2);
  assert_done(suite_post(suite, "kz", leaf, "b", "text"));
}

/* ---- whole or not at all ---- */

static inline void one_that_is_refused_leaves_the_others_of_its_batch_alone(void **state) {
  struct suite *suite = *state;
  struct store_job *batch[5];
  for (int i = 0; i < 5; i++) {
    batch[i] = moderate_job(suite, ACT_MUTE, suite->ada, i % 2 ? "cn" : "kz", suite->ivan);
    batch[i]->act.seconds = 60 + i;
  }
  batch[1]->act.actor = suite->wang;
  batch[2]->act.room = slice_of("nowhere");
  batch[3]->act.member = 4711;
  int64_t before = moderate_club_head(suite);
  suite->writer.write(suite->writer.self, batch, 5);
  assert_done(batch[0]);
  assert_refused(batch[1], REASON_FORBIDDEN);
  assert_refused(batch[2], REASON_NOT_FOUND);
  assert_refused(batch[3], REASON_NOT_FOUND);
  assert_done(batch[4]);
  for (int i = 1; i < 4; i++) {
    assert_int_equal(batch[i]->act.audit, 0);
    assert_int_equal(batch[i]->club_head, 0);
  }
  assert_int_equal(batch[4]->act.audit, batch[0]->act.audit + 1);
  assert_int_equal(moderate_audit(suite, 0, NULL, 0)->audit.count, 2);
  assert_int_equal(moderate_club_head(suite), before + 2);
  assert_int_equal(suite_page(suite, "cn", suite->ada, 0, -1, 10)->page.as_of, 0);
  assert_int_equal(suite_page(suite, "kz", suite->ada, 0, -1, 10)->page.as_of, 2);
  assert_int_equal(moderate_record(suite, suite->ivan)->sanction_count, 1);
}

static inline void forged_acts_do_nothing(void **state) {
  struct suite *suite = *state;
  static const int acts[] = {-1,      ACT_REMOVE,  ACT_EXCLUDE, ACT_INVITE, ACT_REVOKE,
                             ACT_SEE, ACT_OPERATE, ACT_COUNT,   4711};
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
    struct store_job *job = moderate_job(suite, (enum act)acts[i], suite->ada, "kz", suite->ivan);
    assert_refused(suite_run(suite, job), REASON_INVALID_PARAMS);
  }
  assert_refused(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", 0, 60), REASON_NOT_FOUND);
  assert_refused(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", -5, 60), REASON_NOT_FOUND);
  assert_refused(moderate_sanction(suite, ACT_MUTE, 0, "kz", suite->ivan, 60), REASON_FORBIDDEN);
  assert_refused(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ada, 60), REASON_FORBIDDEN);
  assert_refused(moderate_settle(suite, suite->ada, 4711, "warned"), REASON_NOT_FOUND);
  assert_int_equal(moderate_audit(suite, 0, NULL, 0)->audit.count, 0);
}

#define SUITE_ACTS(setup) \
  SUITE_TEST(a_mute_is_told_and_ends, setup), SUITE_TEST(a_later_sanction_takes_the_place_of_an_earlier_one, setup), \
      SUITE_TEST(a_ban_of_the_club_voids_what_was_begun, setup), \
      SUITE_TEST(a_moderator_of_a_room_is_made_and_dismissed, setup), \
      SUITE_TEST(the_last_admin_cannot_step_down, setup), SUITE_TEST(nobody_rises_who_is_shut_out, setup), \
      SUITE_TEST(a_moderators_removal_is_noted_and_told, setup), \
      SUITE_TEST(two_moderators_on_one_message_remove_it_once, setup), \
      SUITE_TEST(a_purge_removes_what_was_written_lately, setup), \
      SUITE_TEST(a_purge_takes_the_newest_up_to_its_limit, setup), \
      SUITE_TEST(one_act_freezes_a_branch_of_the_tree, setup), \
      SUITE_TEST(one_that_is_refused_leaves_the_others_of_its_batch_alone, setup), \
      SUITE_TEST(forged_acts_do_nothing, setup)
#endif
