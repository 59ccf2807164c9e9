#ifndef TEST_STORE_SUITE_SHUT_H
#define TEST_STORE_SUITE_SHUT_H
/* Who is shut out of a room or the club does nothing there; what a mute, a lock, slow mode and a raid forbid; and that it
 * holds for every writer, whoever of them did it. */
#include "suite_moderate.h"

/* ---- who may not be there ---- */

static inline void shut_everywhere(struct suite *suite, const char *room, int64_t member, int64_t own, int64_t others,
                                   enum reason why) {
  assert_refused(suite_post(suite, room, member, "shut", "text"), why);
  assert_refused(suite_edit(suite, room, member, own, "text"), why);
  assert_refused(suite_remove(suite, room, member, own), why);
  assert_refused(suite_react(suite, room, member, others, "👍", true), why);
  assert_refused(suite_mark(suite, room, member, 1), why);
  assert_refused(suite_page(suite, room, member, 0, -1, 50), why);
  assert_refused(suite_room(suite, STORE_ROOM_GET, room, member), why);
  assert_refused(suite_room(suite, STORE_ROOM_OPEN, room, member), why);
  assert_refused(moderate_report(suite, room, member, others, "shut"), why);
  struct store_job *join = suite_job(suite, STORE_ROOM_JOIN);
  join->page = (struct store_page){.room = slice_of(room), .member = member, .after = -1, .before = -1, .limit = 50};
  assert_refused(suite_run(suite, join), why);
  struct store_job *hold = suite_job(suite, STORE_HOLD);
  hold->report = (struct store_report){.room = slice_of(room),
                                       .member = member,
                                       .author = member,
                                       .client_id = slice_of("held"),
                                       .text = slice_of("text")};
  assert_refused(suite_run(suite, hold), why);
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", member);
  for (size_t i = 0; i < list->room.count; i++) assert_false(slice_is(list->room.records[i].room, room));
}

static inline void a_ban_shuts_the_room_until_it_is_over(void **state) {
  struct suite *suite = *state;
  int64_t own = suite_post(suite, "kz", suite->ivan, "own", "моё")->post.seq;
  int64_t others = suite_post(suite, "kz", suite->wang, "others", "他的")->post.seq;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz.fintech", suite->ivan));
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, "kz", suite->ivan, 3600));
  shut_everywhere(suite, "kz", suite->ivan, own, others, REASON_BANNED);
  assert_done(suite_post(suite, "kz.fintech", suite->ivan, "crossing", "здесь можно"));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 1);
  assert_int_equal(suite_post(suite, "kz", suite->wang, "mention", "@ivan")->post.mention_count, 0);
  suite->now += 3600 * 1000;
  assert_done(suite_post(suite, "kz", suite->ivan, "back", "снова здесь"));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 2);
  assert_int_equal(moderate_record(suite, suite->ivan)->sanction_count, 0);
}

static inline void a_private_room_is_not_there_for_whom_it_does_not_admit(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_role(suite, suite->ada, suite->wang, ROLE_MODERATOR));
  const char *room = moderate_create(suite, suite->wang, "private", true);
  int64_t seq = suite_post(suite, room, suite->wang, "a", "秘密 @ivan")->post.seq;
  assert_int_equal(suite_post(suite, room, suite->wang, "b", "@ada")->post.mention_count, 0);
  shut_everywhere(suite, room, suite->ada, seq, seq, REASON_NOT_FOUND); /* an admin, too */
  shut_everywhere(suite, room, suite->ivan, seq, seq, REASON_NOT_FOUND);
  assert_refused(moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->ada, true), REASON_NOT_FOUND);
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->wang, room, suite->ivan, true));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 1);
  assert_done(suite_post(suite, room, suite->ivan, "c", "спасибо"));
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->wang, room, suite->ivan, false));
  shut_everywhere(suite, room, suite->ivan, 3, seq, REASON_NOT_FOUND);
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->wang, room, suite->ivan, true));
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", suite->ivan)->room.count, 1);
}

static inline struct store_job *shut_disable(struct suite *suite, const char *login) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_DISABLE);
  job->member.member.login = slice_of(login);
  job->member.disable = true;
  return suite_run(suite, job);
}

static inline void shut_out(struct suite *suite, int64_t member, const char *login, const char *token, bool banned) {
  shut_everywhere(suite, "kz", member, 1, 2, REASON_FORBIDDEN);
  assert_int_equal(suite_room(suite, STORE_ROOM_LIST, "", member)->room.count, 0);
  assert_refused(suite_direct(suite, member, suite->ada, "talk"), REASON_FORBIDDEN);
  assert_refused(suite_direct(suite, suite->ada, member, "talk"), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, token, 0), banned ? REASON_BANNED : REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "nobody's", 0), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_TOUCH, token, 0), banned ? REASON_BANNED : REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_ADD, "another", member), REASON_NOT_FOUND);
  struct store_job *login_find = suite_job(suite, STORE_LOGIN_FIND);
  login_find->session.login = slice_of(login);
  assert_done(suite_run(suite, login_find));
  assert_true(login_find->session.record.disabled);
  assert_int_equal(login_find->session.banned, banned);
  assert_int_equal(login_find->session.record.sanction_count, banned);
  struct store_job *update = suite_job(suite, STORE_MEMBER_UPDATE);
  update->member.member.key = member;
  update->member.member.about = slice_of("x");
  assert_refused(suite_run(suite, update), REASON_FORBIDDEN);
  assert_refused(moderate_sanction(suite, ACT_MUTE, member, "kz", suite->wang, 60), REASON_FORBIDDEN);
  assert_refused(moderate_audit(suite, member, NULL, 0), REASON_FORBIDDEN);
}

static inline void who_is_shut_out_of_the_club_does_nothing_there(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "own", "моё"));
  assert_done(suite_post(suite, "kz", suite->wang, "others", "他的"));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "token", suite->ivan));
  int64_t before = moderate_club_head(suite);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->ivan, -1));
  moderate_told_first(suite, before, suite->ivan);
  shut_out(suite, suite->ivan, "ivan", "token", true);
  assert_done(moderate_sanction(suite, ACT_BAN, suite->ada, NULL, suite->ivan, 0));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND); /* it stays over */
  assert_done(suite_session(suite, STORE_SESSION_ADD, "second", suite->ivan));
  assert_done(suite_post(suite, "kz", suite->ivan, "back", "снова"));
  assert_done(moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, suite->ivan, true));
  shut_out(suite, suite->ivan, "ivan", "second", true);
  assert_done(moderate_switch(suite, ACT_FREEZE, suite->ada, NULL, suite->ivan, false));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "third", suite->ivan));
  assert_done(shut_disable(suite, "ivan"));
  shut_out(suite, suite->ivan, "ivan", "third", false);
}

/* ---- muted, locked, slow ---- */

static inline void who_is_muted_writes_nothing_new(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "before", "раньше"));
  assert_done(suite_react(suite, "kz", suite->ivan, 1, "👍", true));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->ivan, true));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, "kz", suite->ivan, 600));
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "now", "сейчас"); /* a moderator, too */
  assert_refused(post, REASON_MUTED);
  assert_int_equal(post->post.retry_after_ms, 600 * 1000);
  assert_true(suite_post(suite, "kz", suite->ivan, "before", "раньше")->post.duplicate);
  assert_refused(suite_edit(suite, "kz", suite->ivan, 1, "иначе"), REASON_MUTED);
  assert_done(suite_edit(suite, "kz", suite->ivan, 1, "раньше"));
  assert_refused(suite_react(suite, "kz", suite->ivan, 1, "🎉", true), REASON_MUTED);
  assert_done(suite_post(suite, "cn", suite->ivan, "elsewhere", "там можно"));
  assert_done(suite_page(suite, "kz", suite->ivan, 0, -1, 50));
  assert_done(suite_remove(suite, "kz", suite->ivan, 1));
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, NULL, suite->ivan, -1));
  post = suite_post(suite, "cn", suite->ivan, "club", "нигде");
  assert_refused(post, REASON_MUTED);
  assert_int_equal(post->post.retry_after_ms, 0);
  assert_done(moderate_sanction(suite, ACT_MUTE, suite->ada, NULL, suite->ivan, 0));
  assert_done(suite_post(suite, "cn", suite->ivan, "club", "снова"));
  suite->now += 600 * 1000;
  assert_done(suite_post(suite, "kz", suite->ivan, "now", "время вышло"));
}

static inline void a_locked_room_is_for_its_moderators(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz.fintech", suite->ivan, "before", "раньше"));
  assert_done(moderate_room(suite, suite->ada, "kz.fintech", 1, -1));
  assert_refused(suite_post(suite, "kz.fintech", suite->ivan, "now", "сейчас"), REASON_LOCKED);
  assert_true(suite_post(suite, "kz.fintech", suite->ivan, "before", "раньше")->post.duplicate);
  assert_refused(suite_edit(suite, "kz.fintech", suite->ivan, 1, "иначе"), REASON_LOCKED);
  assert_refused(suite_react(suite, "kz.fintech", suite->wang, 1, "👍", true), REASON_LOCKED);
  assert_done(suite_post(suite, "kz.fintech", suite->ada, "admin", "admins may"));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->wang, true));
  assert_done(suite_post(suite, "kz.fintech", suite->wang, "country", "可以"));
  assert_done(moderate_switch(suite, ACT_APPOINT, suite->ada, "kz", suite->wang, false));
  assert_refused(suite_post(suite, "kz.fintech", suite->wang, "country2", "不行了"), REASON_LOCKED);
  assert_done(suite_remove(suite, "kz.fintech", suite->ivan, 1));
  assert_done(moderate_room(suite, suite->ada, "kz.fintech", 0, -1));
  assert_done(suite_post(suite, "kz.fintech", suite->ivan, "now", "теперь"));
}

static inline void slow_mode_spaces_the_posts_of_each(void **state) {
  struct suite *suite = *state;
  assert_done(moderate_room(suite, suite->ada, "kz", -1, 30));
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "раз"));
  suite->now += 10000;
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "b", "два");
  assert_refused(post, REASON_SLOW_MODE);
  assert_int_equal(post->post.retry_after_ms, 20000);
  assert_true(suite_post(suite, "kz", suite->ivan, "a", "раз")->post.duplicate);
  assert_done(suite_edit(suite, "kz", suite->ivan, 2, "раз, два"));
  assert_done(suite_post(suite, "kz", suite->wang, "c", "我也"));
  assert_done(suite_post(suite, "kz", suite->ada, "d", "one"));
  assert_done(suite_post(suite, "kz", suite->ada, "e", "two"));
  suite->now += 20000;
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "два"));
  assert_done(moderate_room(suite, suite->ada, "kz", -1, 0));
  assert_done(suite_post(suite, "kz", suite->ivan, "f", "три"));
}

static inline void a_raid_makes_every_room_slow_and_lets_nobody_in(void **state) {
  struct suite *suite = *state;
  struct store_job *create = suite_job(suite, STORE_INVITE_CREATE);
  digest_sha256(slice_of("link"), create->invite.digest);
  create->invite.member = suite->ada;
  create->invite.record.uses = 5;
  assert_done(suite_run(suite, create));
  int64_t before = moderate_club_head(suite);
  assert_done(moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, true));
  assert_true(moderate_heard(suite, before, CLUB_SWITCHED, 0, 1));
  assert_true(suite_pulse(suite, "kz", 0)->pulse.raid);
  struct store_job *join = suite_job(suite, STORE_MEMBER_ADD);
  join->member.invited = true;
  digest_sha256(slice_of("link"), join->member.digest);
  join->member.member.login = slice_of("guest");
  join->member.member.name = slice_of("Гость");
  assert_refused(suite_run(suite, join), REASON_UNAVAILABLE);
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "раз"));
  suite->now += 30000;
  struct store_job *post = suite_post(suite, "kz", suite->ivan, "b", "два");
  assert_refused(post, REASON_SLOW_MODE);
  assert_int_equal(post->post.retry_after_ms, RAID_SLOW_SECONDS * 1000 - 30000);
  assert_done(suite_post(suite, "cn", suite->ivan, "c", "в другой комнате"));
  assert_int_equal(suite_room(suite, STORE_ROOM_GET, "kz", suite->ivan)->room.record.settings.slow, 0);
  assert_done(moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, false));
  assert_false(suite_pulse(suite, "kz", 0)->pulse.raid);
  assert_done(suite_post(suite, "kz", suite->ivan, "b", "два"));
  assert_done(suite_run(suite, join));
}
/* ---- another writer ---- */

/* The command line, or another instance. */
static inline void what_another_writer_did_is_seen(void **state) {
  struct suite *suite = *state;
  struct store_driver other, first = suite->writer;
  assert_done(suite_post(suite, "kz", suite->ivan, "a", "раз"));
  assert_done(suite_post(suite, "cn", suite->wang, "b", "一"));
  suite_open(suite, &other, STORE_WRITER);
  suite->writer = other;
  assert_done(shut_disable(suite, "ivan"));
  assert_done(moderate_room(suite, suite->ada, "cn", 1, -1));
  suite->writer = first;
  assert_refused(suite_post(suite, "kz", suite->ivan, "c", "два"), REASON_FORBIDDEN);
  assert_refused(suite_post(suite, "cn", suite->wang, "d", "二"), REASON_LOCKED);
  suite->writer = other;
  assert_done(moderate_switch(suite, ACT_RAID, suite->ada, NULL, 0, true));
  assert_done(suite_post(suite, "kz", suite->wang, "e", "三"));
  suite->writer = first;
  assert_refused(suite_post(suite, "kz", suite->wang, "f", "四"), REASON_SLOW_MODE);
  other.close(other.self);
}

#define SUITE_SHUT(setup) \
  SUITE_TEST(a_ban_shuts_the_room_until_it_is_over, setup), \
      SUITE_TEST(a_private_room_is_not_there_for_whom_it_does_not_admit, setup), \
      SUITE_TEST(who_is_shut_out_of_the_club_does_nothing_there, setup), \
      SUITE_TEST(who_is_muted_writes_nothing_new, setup), SUITE_TEST(a_locked_room_is_for_its_moderators, setup), \
      SUITE_TEST(slow_mode_spaces_the_posts_of_each, setup), \
      SUITE_TEST(a_raid_makes_every_room_slow_and_lets_nobody_in, setup), \
      SUITE_TEST(what_another_writer_did_is_seen, setup)
#endif
