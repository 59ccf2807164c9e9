#ifndef TEST_STORE_SUITE_MEMBERS_H
#define TEST_STORE_SUITE_MEMBERS_H
/* Members, sessions, invites, and what of them reaches the club log. */
#include "suite.h"

/* ---- members ---- */

static inline void a_member_comes_back_as_added(void **state) {
  struct suite *suite = *state;
  struct slice sectors[] = {SLICE_LITERAL("fintech"), SLICE_LITERAL("e-commerce")};
  struct slice languages[] = {SLICE_LITERAL("ru"), SLICE_LITERAL("zh")};
  struct store_job *job = suite_job(suite, STORE_MEMBER_ADD);
  job->member.member = (struct member_record){.login = slice_of("olga.s"),
                                              .name = slice_of("Ольга"),
                                              .company = slice_of("上海贸易"),
                                              .country = slice_of("uz"),
                                              .sectors = {sectors, 2},
                                              .languages = {languages, 2},
                                              .role = ROLE_MODERATOR};
  assert_done(suite_run(suite, job));
  struct store_job *get = suite_job(suite, STORE_MEMBER_GET);
  get->member.member.login = slice_of("olga.s");
  assert_done(suite_run(suite, get));
  const struct member_record *found = &get->member.member;
  assert_int_equal(found->key, job->member.member.key);
  assert_slice(found->company, "上海贸易");
  assert_int_equal(found->sectors.count, 2);
  assert_slice(found->sectors.items[1], "e-commerce");
  assert_slice(found->languages.items[0], "ru");
  assert_int_equal(found->role, ROLE_MODERATOR);
  assert_null(found->title.data);
  assert_refused(suite_add(suite, "olga.s", "Another", ROLE_MEMBER), REASON_CONFLICT);
  struct store_job *list = suite_run(suite, suite_job(suite, STORE_MEMBER_LIST));
  assert_int_equal(list->member.count, 4);
  assert_slice(list->member.members[0].login, "ada");
}

static inline struct store_job *set_role(struct suite *suite, const char *login, enum role role) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_ROLE);
  job->member.member.login = slice_of(login);
  job->member.member.role = role;
  return suite_run(suite, job);
}

static inline struct store_job *set_disabled(struct suite *suite, const char *login, bool disable) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_DISABLE);
  job->member.member.login = slice_of(login);
  job->member.disable = disable;
  return suite_run(suite, job);
}

static inline void the_last_admin_stays(void **state) {
  struct suite *suite = *state;
  assert_refused(set_role(suite, "ada", ROLE_MEMBER), REASON_CONFLICT);
  assert_refused(set_disabled(suite, "ada", true), REASON_CONFLICT);
  assert_done(set_role(suite, "ivan", ROLE_ADMIN));
  assert_done(set_disabled(suite, "ada", true));
  assert_refused(set_role(suite, "ivan", ROLE_MODERATOR), REASON_CONFLICT);
  assert_done(set_disabled(suite, "ada", false));
  assert_done(set_role(suite, "ivan", ROLE_MODERATOR));
  assert_refused(set_role(suite, "nobody", ROLE_ADMIN), REASON_NOT_FOUND);
}

static inline void a_change_of_a_member_is_in_the_club_log(void **state) {
  struct suite *suite = *state;
  int64_t before = suite_pulse(suite, "kz", 0)->pulse.club_head;
  struct store_job *job = set_role(suite, "ivan", ROLE_MODERATOR);
  assert_int_equal(job->club_head, before + 1);
  assert_int_equal(set_role(suite, "ivan", ROLE_MODERATOR)->club_head, 0);
  struct store_job *pulse = suite_pulse(suite, "kz", before);
  assert_int_equal(pulse->pulse.event_count, 1);
  assert_int_equal(pulse->pulse.events[0].kind, CLUB_MEMBER_CHANGED);
  assert_int_equal(pulse->pulse.events[0].member, suite->ivan);
  assert_int_equal(strlen(pulse->pulse.epoch), TOKEN_SIZE);
}

static inline struct store_job *suite_update(struct suite *suite, struct member_record given) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_UPDATE);
  job->member.member = given;
  job->member.member.key = suite->ivan;
  return suite_run(suite, job);
}

static inline void a_card_is_changed_in_what_is_given(void **state) {
  struct suite *suite = *state;
  struct slice words[] = {SLICE_LITERAL("fintech"), SLICE_LITERAL("trade")};
  int64_t before = suite_pulse(suite, "kz", 0)->pulse.club_head;
  struct store_job *job = suite_update(suite, (struct member_record){.offers = slice_of("склад в Алматы"),
                                                                     .seeks = slice_of("寻找物流合作伙伴"),
                                                                     .sectors = {words, 2}});
  assert_done(job);
  assert_int_equal(job->club_head, before + 1);
  assert_slice(job->member.member.name, "Иван Петров");
  job = suite_update(suite, (struct member_record){.about = slice_of(""), .sectors = {words, 0}});
  assert_done(job);
  assert_int_equal(job->club_head, before + 2);
  assert_int_equal(suite_update(suite, (struct member_record){.about = slice_of("")})->club_head, 0); /* as it was */
  struct store_job *get = suite_job(suite, STORE_MEMBER_GET);
  get->member.member.key = suite->ivan;
  assert_done(suite_run(suite, get));
  assert_slice(get->member.member.offers, "склад в Алматы");
  assert_slice(get->member.member.seeks, "寻找物流合作伙伴");
  assert_int_equal(get->member.member.sectors.count, 0);
  struct store_job *pulse = suite_pulse(suite, "kz", before);
  assert_int_equal(pulse->pulse.event_count, 2);
  assert_int_equal(pulse->pulse.events[0].kind, CLUB_MEMBER_CHANGED);
  assert_int_equal(pulse->pulse.events[0].member, suite->ivan);
}

static inline void entries_keep_the_name_of_their_time(void **state) {
  struct suite *suite = *state;
  assert_done(suite_post(suite, "kz", suite->ivan, "before", "до"));
  struct store_job *job =
      suite_update(suite, (struct member_record){.name = slice_of("Иван Сидоров"), .company = slice_of("新丝路")});
  assert_done(job);
  struct store_job *post = suite_post_job(suite, "kz", suite->ivan, "after", "после");
  post->post.author = job->member.member.author;
  assert_done(suite_run(suite, post));
  struct store_job *read = suite_job(suite, STORE_HISTORY);
  read->page =
      (struct store_page){.room = slice_of("kz"), .member = suite->wang, .after = 0, .before = -1, .limit = 10};
  assert_done(suite_run(suite, read));
  assert_int_equal(read->page.count, 2);
  assert_slice(read->page.entries[0].from.name, "Иван Петров");
  assert_slice(read->page.entries[1].from.name, "Иван Сидоров");
  assert_slice(read->page.entries[1].from.company, "新丝路");
}

static inline void who_is_disabled_changes_no_card(void **state) {
  struct suite *suite = *state;
  assert_done(set_disabled(suite, "ivan", true));
  assert_refused(suite_update(suite, (struct member_record){.about = slice_of("x")}), REASON_FORBIDDEN);
  struct store_job *job = suite_job(suite, STORE_MEMBER_UPDATE);
  job->member.member.key = 4711;
  assert_refused(suite_run(suite, job), REASON_NOT_FOUND);
}

static inline void a_login_finds_the_password_of_disabled_ones_too(void **state) {
  struct suite *suite = *state;
  assert_done(set_disabled(suite, "wang", true));
  struct store_job *job = suite_job(suite, STORE_LOGIN_FIND);
  job->session.login = slice_of("wang");
  assert_done(suite_run(suite, job));
  assert_slice(job->session.password, "$argon2id$v=19$made-up");
  assert_true(job->session.record.disabled);
  job = suite_job(suite, STORE_LOGIN_FIND);
  job->session.login = slice_of("nobody");
  assert_refused(suite_run(suite, job), REASON_NOT_FOUND);
}

/* ---- sessions ---- */

static inline void a_session_is_found_until_it_is_ended(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->ivan));
  struct store_job *add = suite_session(suite, STORE_SESSION_ADD, "token", suite->ivan);
  assert_done(add);
  struct store_job *find = suite_job(suite, STORE_SESSION_FIND);
  digest_sha256(slice_of("token"), find->session.digest);
  find->session.with_rooms = true;
  assert_done(suite_run(suite, find));
  assert_int_equal(find->session.session, add->session.session);
  assert_slice(find->session.record.name, "Иван Петров");
  assert_int_equal(find->session.room_count, 1);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "another", 0), REASON_NOT_FOUND);
  struct store_job *end = suite_session(suite, STORE_SESSION_END, "token", 0);
  assert_done(end);
  struct store_job *pulse = suite_pulse(suite, "kz", end->club_head - 1);
  assert_int_equal(pulse->pulse.events[0].kind, CLUB_SESSION_ENDED);
  assert_int_equal(pulse->pulse.events[0].session, add->session.session);
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_TOUCH, "token", 0), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_END, "token", 0), REASON_NOT_FOUND);
}

static inline void a_session_ends_when_old_or_unused(void **state) {
  struct suite *suite = *state;
  const int64_t day = 86400000;
  assert_done(suite_session(suite, STORE_SESSION_ADD, "unused", suite->ivan));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "used", suite->wang));
  suite->now += 6 * day;
  assert_done(suite_session(suite, STORE_SESSION_FIND, "unused", 0));
  assert_done(suite_session(suite, STORE_SESSION_TOUCH, "used", 0));
  suite->now += 2 * day;
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "unused", 0), REASON_NOT_FOUND);
  for (int i = 0; i < 4; i++) {
    assert_done(suite_session(suite, STORE_SESSION_TOUCH, "used", 0));
    suite->now += 5 * day;
  }
  assert_done(suite_session(suite, STORE_SESSION_TOUCH, "used", 0));
  suite->now += 3 * day;
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "used", 0), REASON_NOT_FOUND);
}

static inline void the_longest_unused_of_too_many_sessions_ends(void **state) {
  struct suite *suite = *state;
  char token[16];
  for (int i = 0; i < LIMIT_SESSIONS; i++) {
    snprintf(token, sizeof token, "token%d", i);
    suite->now += 1000;
    assert_done(suite_session(suite, STORE_SESSION_ADD, token, suite->ivan));
  }
  suite->now += 1000;
  assert_done(suite_session(suite, STORE_SESSION_TOUCH, "token0", 0));
  struct store_job *more = suite_session(suite, STORE_SESSION_ADD, "more", suite->ivan);
  assert_done(more);
  assert_true(more->club_head > 0);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "token0", 0));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token1", 0), REASON_NOT_FOUND);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "more", 0));
}

static inline void a_new_password_ends_the_other_sessions(void **state) {
  struct suite *suite = *state;
  struct store_job *keep = suite_session(suite, STORE_SESSION_ADD, "keep", suite->ivan);
  assert_done(suite_session(suite, STORE_SESSION_ADD, "other", suite->ivan));
  assert_done(suite_session(suite, STORE_SESSION_ADD, "stranger", suite->wang));
  struct store_job *job = suite_job(suite, STORE_PASSWORD_SET);
  job->member.member.key = suite->ivan;
  job->member.password = slice_of("new hash");
  job->member.session = keep->session.session;
  assert_done(suite_run(suite, job));
  assert_done(suite_session(suite, STORE_SESSION_FIND, "keep", 0));
  assert_done(suite_session(suite, STORE_SESSION_FIND, "stranger", 0));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "other", 0), REASON_NOT_FOUND);
  struct store_job *login = suite_job(suite, STORE_LOGIN_FIND);
  login->session.login = slice_of("ivan");
  assert_slice(suite_run(suite, login)->session.password, "new hash");
}

static inline void disabling_ends_all_sessions(void **state) {
  struct suite *suite = *state;
  assert_done(suite_session(suite, STORE_SESSION_ADD, "token", suite->ivan));
  assert_done(set_disabled(suite, "ivan", true));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND);
  assert_refused(suite_session(suite, STORE_SESSION_ADD, "again", suite->ivan), REASON_NOT_FOUND);
  assert_done(set_disabled(suite, "ivan", false));
  assert_refused(suite_session(suite, STORE_SESSION_FIND, "token", 0), REASON_NOT_FOUND);
}

/* ---- invites ---- */

static inline struct store_job *invite(struct suite *suite, enum store_kind kind, const char *token, int64_t member) {
  struct store_job *job = suite_job(suite, kind);
  digest_sha256(slice_of(token), job->invite.digest);
  job->invite.member = member;
  job->invite.record.uses = 2;
  job->invite.record.expires_at = suite->now + 1000000;
  return job;
}

static inline struct store_job *join_by(struct suite *suite, const char *token, const char *login) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_ADD);
  job->member.invited = true;
  digest_sha256(slice_of(token), job->member.digest);
  job->member.with_session = true;
  digest_sha256(slice_of(login), job->member.session_digest);
  job->member.member.login = arena_copy(job->arena, slice_of(login));
  job->member.member.name = slice_of("Гость");
  job->member.member.role = ROLE_ADMIN; /* the invite's counts */
  return job;
}

static inline void an_invite_gives_role_and_room_until_used_up(void **state) {
  struct suite *suite = *state;
  struct store_job *create = invite(suite, STORE_INVITE_CREATE, "link", suite->ada);
  create->invite.record.role = ROLE_MODERATOR;
  create->invite.record.room = slice_of("kz.fintech");
  assert_done(suite_run(suite, create));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_FIND, "link", 0)));
  struct store_job *join = suite_run(suite, join_by(suite, "link", "guest1"));
  assert_done(join);
  assert_int_equal(join->member.member.role, ROLE_MODERATOR);
  assert_true(join->member.session > 0);
  assert_done(suite_session(suite, STORE_SESSION_FIND, "guest1", 0));
  struct store_job *list = suite_room(suite, STORE_ROOM_LIST, "", join->member.member.key);
  assert_int_equal(list->room.count, 1);
  assert_slice(list->room.records[0].room, "kz.fintech");
  assert_refused(suite_run(suite, join_by(suite, "link", "ivan")), REASON_CONFLICT);
  assert_done(suite_run(suite, join_by(suite, "link", "guest2")));
  assert_refused(suite_run(suite, join_by(suite, "link", "guest3")), REASON_NOT_FOUND);
  assert_refused(suite_run(suite, invite(suite, STORE_INVITE_FIND, "link", 0)), REASON_NOT_FOUND);
}

static inline void an_invite_is_over_when_revoked_or_expired(void **state) {
  struct suite *suite = *state;
  struct store_job *first = suite_run(suite, invite(suite, STORE_INVITE_CREATE, "first", suite->ada));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "second", suite->ada)));
  assert_done(set_role(suite, "ivan", ROLE_MODERATOR));
  struct store_job *revoke = suite_job(suite, STORE_INVITE_REVOKE);
  revoke->invite.member = suite->ivan;
  revoke->invite.record.key = first->invite.record.key;
  assert_refused(suite_run(suite, revoke), REASON_NOT_FOUND);
  revoke->invite.member = suite->ada;
  assert_done(suite_run(suite, revoke));
  assert_refused(suite_run(suite, join_by(suite, "first", "guest")), REASON_NOT_FOUND);
  struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
  list->invite.member = suite->ada;
  assert_int_equal(suite_run(suite, list)->invite.count, 1);
  suite->now += 2000000;
  assert_refused(suite_run(suite, join_by(suite, "second", "guest")), REASON_NOT_FOUND);
}

static inline void invites_are_seen_by_who_may_make_them(void **state) {
  struct suite *suite = *state;
  assert_done(set_role(suite, "ivan", ROLE_MODERATOR));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "hers", suite->ada)));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "his", suite->ivan)));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "operator", 0)));
  const struct {
    int64_t member;
    size_t count;
    const char *newest;
  } expected[] = {{suite->ada, 3, ""}, {suite->ivan, 1, "Иван Петров"}, {0, 3, ""}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
    list->invite.member = expected[i].member;
    assert_done(suite_run(suite, list));
    assert_int_equal(list->invite.count, expected[i].count);
    assert_true(slice_is(list->invite.records[0].made_by_name, expected[i].newest));
  }
  assert_done(set_role(suite, "ivan", ROLE_MEMBER));
  for (int i = 0; i < 2; i++) {
    struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
    list->invite.member = i ? suite->ivan : suite->wang;
    assert_refused(suite_run(suite, list), REASON_FORBIDDEN);
    assert_int_equal(list->invite.count, 0);
  }
}

static inline void a_repeated_invite_is_the_first_one(void **state) {
  struct suite *suite = *state;
  struct store_job *jobs[2];
  for (int i = 0; i < 2; i++) {
    jobs[i] = invite(suite, STORE_INVITE_CREATE, "link", suite->ada);
    jobs[i]->invite.client_id = slice_of("once");
    assert_done(suite_run(suite, jobs[i]));
  }
  assert_int_equal(jobs[0]->invite.record.key, jobs[1]->invite.record.key);
}

static inline void invites_of_a_member_are_limited(void **state) {
  struct suite *suite = *state;
  char token[16];
  for (int i = 0; i < LIMIT_INVITES; i++) {
    snprintf(token, sizeof token, "link%d", i);
    assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, token, suite->ada)));
  }
  assert_refused(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "more", suite->ada)), REASON_RATE_LIMITED);
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "operator", 0)));
  struct store_job *list = suite_job(suite, STORE_INVITE_LIST);
  assert_done(suite_run(suite, list));
  assert_int_equal(list->invite.count, LIMIT_INVITES + 1);
  assert_true(list->invite.records[0].key > list->invite.records[1].key);
}

static inline void disabling_voids_the_invites_that_the_member_made(void **state) {
  struct suite *suite = *state;
  assert_done(set_role(suite, "ivan", ROLE_MODERATOR));
  struct store_job *made = invite(suite, STORE_INVITE_CREATE, "his", suite->ivan);
  made->invite.client_id = slice_of("once");
  assert_done(suite_run(suite, made));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "hers", suite->ada)));
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "operator", 0)));
  assert_done(set_disabled(suite, "ivan", true));
  assert_refused(suite_run(suite, invite(suite, STORE_INVITE_FIND, "his", 0)), REASON_NOT_FOUND);
  assert_refused(suite_run(suite, join_by(suite, "his", "guest")), REASON_NOT_FOUND);
  assert_done(suite_run(suite, join_by(suite, "hers", "guest1")));
  assert_done(suite_run(suite, join_by(suite, "operator", "guest2")));
  assert_refused(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "late", suite->ivan)), REASON_FORBIDDEN);
  assert_done(set_disabled(suite, "ivan", false));
  assert_refused(suite_run(suite, invite(suite, STORE_INVITE_FIND, "his", 0)), REASON_NOT_FOUND);
  assert_done(suite_run(suite, invite(suite, STORE_INVITE_CREATE, "new", suite->ivan)));
  assert_done(suite_run(suite, join_by(suite, "new", "guest3")));
}

static inline void the_first_invite_is_made_anew_until_there_is_an_admin(void **state) {
  struct suite *suite = *state;
  struct store_job *job = suite_run(suite, invite(suite, STORE_FIRST_INVITE, "first", 0));
  assert_done(job);
  assert_false(job->invite.needed);
  /* A store without an admin: a second one, empty. */
  struct store_driver used = suite->writer;
  char used_address[256], address[256];
  snprintf(used_address, sizeof used_address, "%s", suite->address);
  suite->setup->make(address, sizeof address);
  snprintf(suite->address, sizeof suite->address, "%s", address);
  suite_open(suite, &suite->writer, STORE_WRITER);
  assert_true(suite_run(suite, invite(suite, STORE_FIRST_INVITE, "first", 0))->invite.needed);
  assert_true(suite_run(suite, invite(suite, STORE_FIRST_INVITE, "second", 0))->invite.needed);
  assert_refused(suite_run(suite, join_by(suite, "first", "boss")), REASON_NOT_FOUND);
  struct store_job *join = suite_run(suite, join_by(suite, "second", "boss"));
  assert_done(join);
  assert_int_equal(join->member.member.role, ROLE_ADMIN);
  assert_false(suite_run(suite, invite(suite, STORE_FIRST_INVITE, "third", 0))->invite.needed);
  suite->writer.close(suite->writer.self);
  suite->setup->remove(address);
  suite->writer = used;
  snprintf(suite->address, sizeof suite->address, "%s", used_address);
}

#define SUITE_MEMBERS(setup) \
  SUITE_TEST(a_member_comes_back_as_added, setup), SUITE_TEST(the_last_admin_stays, setup), \
      SUITE_TEST(a_change_of_a_member_is_in_the_club_log, setup), \
      SUITE_TEST(a_card_is_changed_in_what_is_given, setup), SUITE_TEST(entries_keep_the_name_of_their_time, setup), \
      SUITE_TEST(who_is_disabled_changes_no_card, setup), \
      SUITE_TEST(a_login_finds_the_password_of_disabled_ones_too, setup), \
      SUITE_TEST(a_session_is_found_until_it_is_ended, setup), SUITE_TEST(a_session_ends_when_old_or_unused, setup), \
      SUITE_TEST(the_longest_unused_of_too_many_sessions_ends, setup), \
      SUITE_TEST(a_new_password_ends_the_other_sessions, setup), SUITE_TEST(disabling_ends_all_sessions, setup), \
      SUITE_TEST(an_invite_gives_role_and_room_until_used_up, setup), \
      SUITE_TEST(an_invite_is_over_when_revoked_or_expired, setup), \
      SUITE_TEST(invites_are_seen_by_who_may_make_them, setup), SUITE_TEST(a_repeated_invite_is_the_first_one, setup), \
      SUITE_TEST(invites_of_a_member_are_limited, setup), \
      SUITE_TEST(disabling_voids_the_invites_that_the_member_made, setup), \
      SUITE_TEST(the_first_invite_is_made_anew_until_there_is_an_admin, setup)
#endif
