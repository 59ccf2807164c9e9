#include "desk.h"

#define OLD_HASH "hash of степь и горы"

static bool change(struct desk *desk, const char *old, const char *new) {
  char body[1024];
  desk_use_session(desk);
  snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"%s\"}", old, new);
  return desk_ask(desk, HTTP_PUT, "/api/password", body);
}

static void finish_session(struct desk *desk) {
  struct store_job *job = house_job(desk->house, STORE_SESSION_FIND);
  job->session.record = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  job->session.session = 5;
  house_finish(desk->house, STORE_DONE);
}

static void finish_login(struct desk *desk) {
  struct store_job *job = house_job(desk->house, STORE_LOGIN_FIND);
  assert_true(slice_is(job->session.login, "aigul"));
  job->session.password = SLICE_LITERAL(OLD_HASH);
  house_finish(desk->house, STORE_DONE);
}

/* Up to the answer of the hasher about the old one. */
static void check_old(struct desk *desk, const char *old) {
  assert_false(change(desk, old, "мост через Янцзы"));
  finish_session(desk);
  finish_login(desk);
  house_finish_hash(desk->house);
}

static void a_new_password_keeps_this_session_and_ends_the_others(void **state) {
  struct desk *desk = *state;
  check_old(desk, "степь и горы");
  house_finish_hash(desk->house);
  struct store_job *job = house_job(desk->house, STORE_PASSWORD_SET);
  assert_int_equal(job->member.member.key, 17);
  assert_int_equal(job->member.session, 5);
  assert_true(slice_is(job->member.password, "hash of мост через Янцзы"));
  job->club_head = 31;
  house_finish(desk->house, STORE_DONE);
  desk_shows(desk, 204, NULL);
  assert_int_equal(desk->reply.body.size, 0);
  assert_int_equal(desk->house->club_head, 31);
}

static void a_wrong_old_one_is_refused_and_counted(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 10; i++) {
    check_old(desk, "не тот");
    desk_shows(desk, 403, "bad_credentials");
  }
  assert_false(change(desk, "не тот", "мост через Янцзы"));
  finish_session(desk);
  desk_shows(desk, 429, "rate_limited");
  assert_true(desk->reply.retry_after_ms > 0);
}

static void a_weak_new_one_is_refused_once_the_session_is_known(void **state) {
  struct desk *desk = *state;
  const char *weak[] = {"", "short", "12345678", "Password"};
  for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
    assert_false(change(desk, "степь и горы", weak[i]));
    finish_session(desk);
    desk_shows_field(desk, 422, "weak_password", "new");
  }
  assert_false(change(desk, "степь и горы", "short"));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 401, "no_session");
}

static void a_body_is_looked_at_once_the_session_is_known(void **state) {
  struct desk *desk = *state;
  desk_use_session(desk);
  assert_false(desk_ask(desk, HTTP_PUT, "/api/password", "{\"old\":1}"));
  finish_session(desk);
  desk_shows(desk, 422, "invalid_params");
  assert_false(desk_ask(desk, HTTP_PUT, "/api/password", "not JSON"));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 401, "no_session");
}

static void what_fails_on_the_way_is_unavailable_and_not_counted(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 15; i++) {
    assert_false(change(desk, "степь и горы", "мост через Янцзы"));
    finish_session(desk);
    house_finish(desk->house, STORE_UNAVAILABLE);
    desk_shows(desk, 503, "unavailable");
    assert_false(change(desk, "степь и горы", "мост через Янцзы"));
    finish_session(desk);
    desk->house->hasher_full = true;
    finish_login(desk);
    desk_shows(desk, 503, "unavailable");
    desk->house->hasher_full = false;
    check_old(desk, "степь и горы");
    house_finish_hash(desk->house);
    house_finish(desk->house, STORE_UNKNOWN);
    desk_shows(desk, 503, "unavailable");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_new_password_keeps_this_session_and_ends_the_others),
      DESK_TEST(a_wrong_old_one_is_refused_and_counted),
      DESK_TEST(a_weak_new_one_is_refused_once_the_session_is_known),
      DESK_TEST(a_body_is_looked_at_once_the_session_is_known),
      DESK_TEST(what_fails_on_the_way_is_unavailable_and_not_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
