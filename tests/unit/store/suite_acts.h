#ifndef TEST_STORE_SUITE_ACTS_H
#define TEST_STORE_SUITE_ACTS_H
/* What each act does, what it leaves behind, and that it does so once. */
#include "suite_moderate.h"

/* ---- what every act leaves behind ---- */

static inline void acts_noted(struct suite *suite, const struct store_job *job, const char *action, int64_t by,
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

static inline void acts_nothing(struct suite *suite, const struct store_job *job, int64_t newest) {
  assert_done(job);
  assert_false(job->act.changed);
  assert_int_equal(job->act.audit, 0);
  assert_int_equal(job->act.count, 0);
  assert_int_equal(job->club_head, 0);
  assert_int_equal(moderate_newest(suite)->key, newest);
}

static inline void acts_same_entry(struct suite *suite, const struct store_job *job, const char *room) {
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

/* ---- mutes and bans ---- */

static inline void a_mute_is_told_and_ends(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *mute = moderate_job(suite, ACT_MUTE, suite->ada, "kz", suite->ivan);
  mute->act.seconds = 600;
  mute->act.reason = slice_of("Реклама \"казино\"");
  acts_noted(suite, suite_run(suite, mute), "mute", suite->ada, "kz", suite->ivan);
  assert_int_equal(mute->act.until, suite->now + 600000);
  acts_same_entry(suite, mute, "kz");
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
  acts_noted(suite, moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 0), "unmute", suite->ada, "kz",
             suite->ivan);
  assert_int_equal(moderate_record(suite, suite->ivan)->sanction_count, 0);
  acts_nothing(suite, moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 0),
               moderate_newest(suite)->key);
}

static inline void a_later_sanction_takes_the_place_of_an_earlier_one(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, 60));
  struct store_job *longer = moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -1);
  acts_noted(suite, longer, "ban", suite->ada, "kz", suite->ivan);
  assert_int_equal(longer->act.until, 0);
  struct store_job *same = moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, -1);
  acts_nothing(suite, same, longer->act.audit);
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
  acts_noted(suite, ban, "ban", suite->ada, NULL, suite->ivan);
  assert_int_equal(ban->act.count, 0);
  struct store_job *find = suite_job(suite, STORE_INVITE_FIND);
  digest_sha256(slice_of("his"), find->invite.digest);
  assert_refused(suite_run(suite, find), REASON_NOT_FOUND);
  suite->now += 3600 * 1000;
  assert_done(suite_session(suite, STORE_SESSION_ADD, "after", suite->ivan));
}

/* ---- rooms ---- */

static inline void settings_are_told_as_far_as_they_changed(void **state) {
  struct suite *suite = *state;
  struct store_job *job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.title = slice_of("Казахстан «Шёлковый путь»");
  job->act.topic = slice_of("\"Правила\"\n\\ и 通知");
  job->act.slow = 30;
  job->act.locked = 0;
  acts_noted(suite, suite_run(suite, job), "update", suite->ada, "kz", 0);
  acts_same_entry(suite, job, "kz");
  const struct entry *entry = moderate_entry(suite, "kz", 1);
  assert_int_equal(entry->type, ENTRY_ROOM);
  assert_slice(entry->detail, "\"title\":\"Казахстан «Шёлковый путь»\",\"topic\":\"\\\"Правила\\\"\\n\\\\ и 通知\","
                              "\"slow\":30");
  assert_true(slice_equal(moderate_newest(suite)->detail, entry->detail));
  const struct room_settings *settings = &suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.settings;
  assert_slice(settings->title, "Казахстан «Шёлковый путь»");
  assert_slice(settings->topic, "\"Правила\"\n\\ и 通知");
  assert_int_equal(settings->slow, 30);
  assert_false(settings->locked);
  int64_t newest = moderate_newest(suite)->key;
  job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.slow = 30;
  acts_nothing(suite, suite_run(suite, job), newest);
  job = moderate_job(suite, ACT_UPDATE, suite->ada, "kz", 0);
  job->act.title = slice_of("");
  job->act.locked = 1;
  assert_done(suite_run(suite, job));
  assert_slice(moderate_entry(suite, "kz", 2)->detail, "\"title\":\"\",\"locked\":true");
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  settings = &suite_room(suite, STORE_ROOM_LIST, "", suite->wang)->room.records[0].settings;
  assert_int_equal(settings->title.size, 0);
  assert_slice(settings->topic, "\"Правила\"\n\\ и 通知");
  assert_true(settings->locked);
}

static inline void forged_settings_change_nothing(void **state) {
  struct suite *suite = *state;
  assert_refused(moderate_room(suite, suite->ada, "kz", 2, -1), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "kz", 1, LIMIT_SLOW_SECONDS + 1), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "kz", 1, -2), REASON_INVALID_PARAMS);
  assert_refused(moderate_room(suite, suite->ada, "nowhere", 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, suite->ada, "", 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, suite->ada, NULL, 1, -1), REASON_NOT_FOUND);
  assert_refused(moderate_room(suite, 4711, "kz", 1, -1), REASON_FORBIDDEN);
  assert_false(suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record.settings.locked);
  assert_int_equal(suite_page(suite, "kz", suite->wang, 0, -1, 10)->page.as_of, 0);
}

static inline void pins_are_told_together_and_go_with_their_message(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", 4);
  assert_done(moderate_pin(suite, suite->ada, "kz", 1, true)); /* 5 */
  struct store_job *job = moderate_pin(suite, suite->ada, "kz", 3, true);
  acts_noted(suite, job, "pin", suite->ada, "kz", 0);
  assert_int_equal(moderate_newest(suite)->seq, 3);
  acts_same_entry(suite, job, "kz");
  assert_slice(moderate_entry(suite, "kz", 6)->detail, "\"pinned\":[3,1]");
  acts_nothing(suite, moderate_pin(suite, suite->ada, "kz", 3, true), job->act.audit);
  acts_nothing(suite, moderate_pin(suite, suite->ada, "kz", 2, false), job->act.audit);
  assert_refused(moderate_pin(suite, suite->ada, "kz", 5, true), REASON_NOT_FOUND);
  assert_refused(moderate_pin(suite, suite->ada, "kz", 99, true), REASON_NOT_FOUND);
  assert_refused(moderate_pin(suite, suite->ada, "kz", -1, true), REASON_NOT_FOUND);
  assert_done(suite_remove(suite, "kz", suite->ivan, 1)); /* 7 */
  assert_refused(moderate_pin(suite, suite->ada, "kz", 1, true), REASON_NOT_FOUND);
  const struct room_record *room = &suite_room(suite, STORE_ROOM_GET, "kz", suite->wang)->room.record;
  assert_int_equal(room->head, 7);
  assert_int_equal(room->settings.pinned_count, 1);
  assert_int_equal(room->settings.pinned[0], 3);
  acts_noted(suite, moderate_pin(suite, suite->ada, "kz", 3, false), "unpin", suite->ada, "kz", 0);
  assert_slice(moderate_entry(suite, "kz", 8)->detail, "\"pinned\":[]");
}

static inline void pins_are_limited(void **state) {
  struct suite *suite = *state;
  suite_post_many(suite, "kz", suite->ivan, "p", LIMIT_PINS + 1);
  for (int i = 1; i <= LIMIT_PINS; i++) assert_done(moderate_pin(suite, suite->ada, "kz", i, true));
  assert_refused(moderate_pin(suite, suite->ada, "kz", LIMIT_PINS + 1, true), REASON_CONFLICT);
  assert_done(moderate_pin(suite, suite->ada, "kz", 1, false));
  assert_done(moderate_pin(suite, suite->ada, "kz", LIMIT_PINS + 1, true));
}

static inline void a_room_is_made_once(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_create_job(suite, suite->ada, "mine", "Переговоры 谈判", true);
  job->act.topic = slice_of("до пятницы");
  assert_done(suite_run(suite, job));
  acts_noted(suite, job, "create", suite->ada, job->act.record.room.data, 0);
  const struct room_record *record = &job->act.record;
  assert_int_equal(record->kind, ROOM_CUSTOM);
  assert_int_equal(record->room.size, 24);
  assert_int_equal(memcmp(record->room.data, "r.", 2), 0);
  assert_slice(record->settings.title, "Переговоры 谈判");
  assert_slice(record->settings.topic, "до пятницы");
  assert_true(record->settings.is_private);
  assert_true(record->listed);
  assert_true(moderate_heard(suite, before, CLUB_MEMBER_CHANGED, suite->ada, 0));
  assert_slice(moderate_newest(suite)->detail, "\"title\":\"Переговоры 谈判\",\"private\":true");
  struct store_job *again = moderate_create_job(suite, suite->ada, "mine", "Другое", false);
  acts_nothing(suite, suite_run(suite, again), job->act.audit);
  assert_true(slice_equal(again->act.record.room, record->room));
  assert_slice(again->act.record.settings.title, "Переговоры 谈判");
  const struct member_record *ada = moderate_record(suite, suite->ada);
  assert_int_equal(ada->standings.count, 1);
  assert_true(slice_equal(ada->standings.items[0], record->room));
  assert_done(suite_post(suite, record->room.data, suite->ada, "first", "начнём"));
  assert_refused(suite_run(suite, moderate_create_job(suite, suite->ada, "", "Без имени", false)),
                 REASON_INVALID_PARAMS);
}

static inline void who_is_put_out_keeps_nothing_there(void **state) {
  struct suite *suite = *state;
  const char *room = moderate_create(suite, suite->ada, "private", true);
  int64_t before = moderate_club_head(suite);
  struct store_job *in = moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true);
  acts_noted(suite, in, "admit", suite->ada, room, suite->ivan);
  assert_true(moderate_heard(suite, before, CLUB_LISTED, suite->ivan, 0));
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, in->act.audit));
  acts_nothing(suite, moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, true), in->act.audit);
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, room, suite->ivan, true));
  struct store_job *out = moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ivan, false);
  acts_noted(suite, out, "exclude", suite->ada, room, suite->ivan);
  assert_int_equal(moderate_record(suite, suite->ivan)->standings.count, 0);
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 0);
  assert_refused(moderate_switch(suite, ACT_APPOINT, suite->ada, room, suite->ivan, true), REASON_CONFLICT);
  assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ada, "kz", suite->ivan, true), REASON_CONFLICT);
  assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ada, room, 4711, true), REASON_NOT_FOUND);
}

/* ---- who moderates ---- */

static inline void a_moderator_of_a_room_is_made_and_dismissed(void **state) {
  struct suite *suite = *state;
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true);
  acts_noted(suite, job, "appoint", suite->ada, "kz", suite->ivan);
  acts_same_entry(suite, job, "kz");
  assert_true(moderate_heard(suite, before, CLUB_ACTED, suite->ivan, job->act.audit));
  assert_slice(moderate_record(suite, suite->ivan)->standings.items[0], "kz");
  acts_nothing(suite, moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true), job->act.audit);
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz.fintech", suite->wang, 60));
  job = moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, false);
  acts_noted(suite, job, "dismiss", suite->ada, "kz", suite->ivan);
  assert_refused(moderate_sanction(suite, ACT_MUTE, suite->ivan, "kz", suite->wang, 60), REASON_FORBIDDEN);
}

static inline void the_last_admin_cannot_step_down(void **state) {
  struct suite *suite = *state;
  assert_refused(moderate_role(suite, suite->ada, suite->ada, ROLE_MEMBER), REASON_CONFLICT);
  int64_t before = moderate_club_head(suite);
  struct store_job *job = moderate_role(suite, suite->ada, suite->ivan, ROLE_ADMIN);
  acts_noted(suite, job, "appoint", suite->ada, NULL, suite->ivan);
  assert_slice(moderate_newest(suite)->detail, "\"role\":\"admin\"");
  assert_true(moderate_heard(suite, before, CLUB_MEMBER_CHANGED, suite->ivan, 0));
  assert_refused(moderate_role(suite, suite->ada, suite->ivan, ROLE_MEMBER), REASON_FORBIDDEN);
  /* Two who step down at once: one stays. */
  struct store_job *batch[2] = {moderate_job(suite, ACT_APPOINT, suite->ada, NULL, suite->ada),
                                moderate_job(suite, ACT_APPOINT, suite->ivan, NULL, suite->ivan)};
  batch[0]->act.role = batch[1]->act.role = ROLE_MEMBER;
  suite->writer.write(suite->writer.self, batch, 2);
  acts_noted(suite, batch[0], "dismiss", suite->ada, NULL, suite->ada);
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
  acts_nothing(suite, purge, newest + 1);
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
  acts_noted(suite, suite_run(suite, purge), "purge", suite->ada, "kz", suite->ivan);
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

static inline int64_t acts_invite(struct suite *suite, int64_t by, const char *login) {
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

static inline void one_act_freezes_a_branch_of_the_tree(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  int64_t root = acts_invite(suite, suite->wang, "root");
  assert_done(moderate_role(suite, suite->ada, root, ROLE_MODERATOR));
  int64_t leaf = acts_invite(suite, root, "leaf"), high = acts_invite(suite, root, "high");
  assert_done(moderate_role(suite, suite->ada, high, ROLE_MODERATOR));
  int64_t under = acts_invite(suite, high, "under");
  assert_refused(moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true), REASON_FORBIDDEN);
  assert_done(moderate_role(suite, suite->ada, root, ROLE_MEMBER));
  int64_t before = moderate_club_head(suite);
  struct store_job *freeze = moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true);
  acts_noted(suite, freeze, "freeze", suite->wang, NULL, root);
  assert_int_equal(freeze->act.count, 2); /* the other one is a moderator, too, and stays with who came through it */
  assert_slice(moderate_newest(suite)->detail, "\"members\":2");
  assert_true(moderate_heard(suite, before, CLUB_SESSION_ENDED, leaf, 0));
  assert_true(moderate_heard(suite, before, CLUB_ACTED, leaf, freeze->act.audit));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "leaf", 0), REASON_NOT_FOUND);
  assert_refused(suite_post(suite, "kz", leaf, "a", "text"), REASON_FORBIDDEN);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "under", 0));
  assert_done(suite_post(suite, "kz", under, "a", "text"));
  acts_nothing(suite, moderate_switch(suite, ACT_FREEZE, suite->wang, NULL, root, true), freeze->act.audit);
  struct store_job *thaw = moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, root, false);
  acts_noted(suite, thaw, "unfreeze", suite->ada, NULL, root);
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
  static const int acts[] = {-1, ACT_REMOVE, ACT_INVITE, ACT_REVOKE, ACT_OPERATE, ACT_COUNT, 4711};
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

/* ---- the audit log ---- */

static inline void acts_two_pages(struct suite *suite) {
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

static inline int64_t acts_by_key(struct suite *suite, int64_t asker, int64_t key) {
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
  int64_t guest = acts_invite(suite, suite->wang, "guest");
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
  assert_int_equal(acts_by_key(suite, guest, in_cn), 1);
  assert_int_equal(acts_by_key(suite, suite->ivan, in_crossing), 1);
  assert_int_equal(acts_by_key(suite, suite->ivan, in_cn), -REASON_NOT_FOUND);
  assert_int_equal(acts_by_key(suite, suite->ada, 4711), -REASON_NOT_FOUND);
  acts_two_pages(suite);
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

#define SUITE_ACTS(setup) \
  SUITE_TEST(a_mute_is_told_and_ends, setup), SUITE_TEST(a_later_sanction_takes_the_place_of_an_earlier_one, setup), \
      SUITE_TEST(a_ban_of_the_club_voids_what_was_begun, setup), \
      SUITE_TEST(settings_are_told_as_far_as_they_changed, setup), SUITE_TEST(forged_settings_change_nothing, setup), \
      SUITE_TEST(pins_are_told_together_and_go_with_their_message, setup), SUITE_TEST(pins_are_limited, setup), \
      SUITE_TEST(a_room_is_made_once, setup), SUITE_TEST(who_is_put_out_keeps_nothing_there, setup), \
      SUITE_TEST(a_moderator_of_a_room_is_made_and_dismissed, setup), \
      SUITE_TEST(the_last_admin_cannot_step_down, setup), SUITE_TEST(nobody_rises_who_is_shut_out, setup), \
      SUITE_TEST(a_moderators_removal_is_noted_and_told, setup), \
      SUITE_TEST(two_moderators_on_one_message_remove_it_once, setup), \
      SUITE_TEST(a_purge_removes_what_was_written_lately, setup), \
      SUITE_TEST(a_purge_takes_the_newest_up_to_its_limit, setup), \
      SUITE_TEST(one_act_freezes_a_branch_of_the_tree, setup), \
      SUITE_TEST(one_that_is_refused_leaves_the_others_of_its_batch_alone, setup), \
      SUITE_TEST(forged_acts_do_nothing, setup), SUITE_TEST(the_audit_log_shows_each_what_is_theirs, setup), \
      SUITE_TEST(a_page_of_the_audit_log_ends_at_its_size, setup), SUITE_TEST(invites_are_noted_once, setup)
#endif
