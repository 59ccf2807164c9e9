#include "desk.h"

#define LOGIN "{\"login\":\"Aigul\",\"password\":\"степь и горы\"}"
#define RIGHT_HASH "hash of степь и горы"

static void finish_find(struct desk *desk, const char *hash, bool disabled) {
  struct store_job *job = house_job(desk->house, STORE_LOGIN_FIND);
  assert_true(job->urgent);
  job->session.record = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  job->session.record.disabled = disabled;
  job->session.password = slice_of(hash);
  house_finish(desk->house, STORE_DONE);
}

/* Asks and lets store and hasher answer; true: the session is about to begin. */
static bool ask_and_check(struct desk *desk, const char *hash) {
  if (desk_ask(desk, HTTP_POST, "/api/session", LOGIN)) return false;
  finish_find(desk, hash, false);
  house_finish_hash(desk->house);
  return desk->house->job_count > 0;
}

static void log_in(struct desk *desk) {
  assert_true(ask_and_check(desk, RIGHT_HASH));
  house_finish(desk->house, STORE_DONE);
  desk_shows(desk, 200, NULL);
}

static void a_right_password_begins_a_session(void **state) {
  struct desk *desk = *state;
  unsigned char digest[DIGEST_SIZE], stored[DIGEST_SIZE];
  assert_false(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
  assert_true(slice_is(house_job(desk->house, STORE_LOGIN_FIND)->session.login, "aigul"));
  finish_find(desk, RIGHT_HASH, false);
  assert_int_equal(desk->answers, 0);
  house_finish_hash(desk->house);
  struct store_job *job = house_job(desk->house, STORE_SESSION_ADD);
  assert_int_equal(job->session.member, 17);
  assert_true(slice_is(job->session.address, "192.0.2.7"));
  memcpy(stored, job->session.digest, DIGEST_SIZE);
  job->club_head = 12; /* an older session had to go */
  house_finish(desk->house, STORE_DONE);
  assert_int_equal(desk->answers, 1);
  assert_int_equal(desk->client, desk->next_client);
  assert_int_equal(desk->house->club_head, 12);
  desk_shows(desk, 200, NULL);
  desk_shows_text(desk, "member.id", "m17");
  desk_shows_text(desk, "member.name", "Айгуль Сериккызы");
  desk_shows_text(desk, "member.role", "member");
  struct slice token = {desk->reply.cookie + strlen("__Host-club="), TOKEN_SIZE};
  assert_true(token_is_valid(token));
  assert_string_equal(token.data + TOKEN_SIZE, "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000");
  digest_sha256(token, digest);
  assert_memory_equal(digest, stored, DIGEST_SIZE);
  assert_int_equal(strncmp(desk->reply.second_cookie, "__Host-device=", 14), 0);
}

static void a_wrong_password_an_unknown_and_a_disabled_login_look_the_same(void **state) {
  struct desk *desk = *state;
  const char *known_by_body = NULL;
  char first[512] = "";
  for (int i = 0; i < 4; i++) {
    const char *body = i == 3 ? "{\"login\":\"нет такого\",\"password\":\"степь и горы\"}" : LOGIN;
    assert_false(desk_ask(desk, HTTP_POST, "/api/session", body));
    if (i == 0) finish_find(desk, "hash of something else", false);
    if (i == 1) house_refuse(desk->house, REASON_NOT_FOUND);
    if (i == 2) finish_find(desk, RIGHT_HASH, true);
    assert_int_equal(desk->house->hash_count, 1); /* each costs the same work */
    if (i > 0) assert_string_equal(desk->house->hashes[0]->encoded, "");
    house_finish_hash(desk->house);
    desk_shows(desk, 401, "bad_credentials");
    assert_string_equal(desk->reply.cookie, "");
    assert_string_equal(desk->reply.second_cookie, "");
    if (i == 0) snprintf(first, sizeof first, "%.*s", (int)desk->reply.body.size, desk->reply.body.data);
    known_by_body = desk->reply.body.data;
    assert_int_equal(strncmp(first, known_by_body, desk->reply.body.size), 0);
  }
  assert_int_equal(desk->house->metrics.logins_refused, 4);
}

static void finish_banned(struct desk *desk) {
  struct sanction bans[] = {{SANCTION_BAN, {"kz", 2}, 0, SLICE_LITERAL("только там")},
                            {SANCTION_MUTE, {"", 0}, 0, SLICE_LITERAL("молчание")},
                            {SANCTION_BAN, {"", 0}, 1767225600000, SLICE_LITERAL("Реклама")},
                            {SANCTION_FROZEN, {"", 0}, 1798761600000, SLICE_LITERAL("Чужое приглашение")}};
  struct store_job *job = house_job(desk->house, STORE_LOGIN_FIND);
  job->session.banned = true;
  job->session.record = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  job->session.record.disabled = true;
  job->session.record.sanctions = bans;
  job->session.record.sanction_count = sizeof bans / sizeof *bans;
  job->session.password = slice_of(RIGHT_HASH);
  house_finish(desk->house, STORE_DONE);
}

static void shows_ban(struct desk *desk) {
  desk_shows(desk, 403, "banned");
  desk_shows_text(desk, "error.ban.reason", "Чужое приглашение"); /* it lasts longer */
  desk_shows_text(desk, "error.ban.until", "2027-01-01T00:00:00.000Z");
  assert_string_equal(desk->reply.cookie, "");
  assert_string_equal(desk->reply.second_cookie, "");
}

static void a_banned_member_with_the_right_password_hears_why_and_until_when(void **state) {
  struct desk *desk = *state;
  assert_false(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
  finish_banned(desk);
  assert_int_equal(desk->answers, 0); /* not before the password was looked at */
  house_finish_hash(desk->house);
  shows_ban(desk);
  assert_int_equal(desk->house->job_count, 0);
}

static void a_wrong_password_says_nothing_of_a_ban(void **state) {
  struct desk *desk = *state;
  assert_false(desk_ask(desk, HTTP_POST, "/api/session", "{\"login\":\"Aigul\",\"password\":\"горы и степь\"}"));
  finish_banned(desk);
  house_finish_hash(desk->house);
  desk_shows(desk, 401, "bad_credentials");
  assert_null(memmem(desk->reply.body.data, desk->reply.body.size, "\"ban\"", 5));
}

static void who_is_banned_while_logging_in_hears_it_too(void **state) {
  struct desk *desk = *state;
  assert_true(ask_and_check(desk, RIGHT_HASH));
  house_refuse(desk->house, REASON_NOT_FOUND);
  finish_banned(desk);
  shows_ban(desk);
}

static void a_password_longer_than_any_is_nobodys(void **state) {
  struct desk *desk = *state;
  char body[4096] = "{\"login\":\"aigul\",\"password\":\"";
  size_t size = strlen(body);
  memset(body + size, 'x', 3000);
  snprintf(body + size + 3000, sizeof body - size - 3000, "\"}");
  assert_false(desk_ask(desk, HTTP_POST, "/api/session", body));
  assert_int_equal(desk->house->job_count, 0);
  house_finish_hash(desk->house);
  desk_shows(desk, 401, "bad_credentials");
}

static void too_many_tries_wait(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 20; i++) {
    assert_false(ask_and_check(desk, "hash of something else"));
    desk_shows(desk, 401, "bad_credentials");
  }
  assert_true(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
  desk_shows(desk, 429, "rate_limited");
  assert_int_equal(desk->reply.retry_after_ms, 30000);
  desk->house->now_ms += 30000;
  log_in(desk);
}

static void the_owner_logs_in_from_a_known_device_while_others_guess(void **state) {
  struct desk *desk = *state;
  log_in(desk);
  char known[300];
  snprintf(known, sizeof known, "%s", desk->reply.second_cookie);
  for (int i = 0; i < 30; i++) (void)ask_and_check(desk, "hash of something else");
  desk_shows(desk, 429, "rate_limited");
  desk_take_cookie(desk, known);
  log_in(desk);
  assert_string_equal(desk->reply.second_cookie, known); /* the device stays the same one */
}

static void right_passwords_are_not_counted(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 100; i++) log_in(desk);
}

static void without_limits_tries_are_not_counted(void **state) {
  struct desk *desk = *state;
  desk->house->services.limits = false;
  for (int i = 0; i < 100; i++) {
    assert_false(ask_and_check(desk, "hash of something else"));
    desk_shows(desk, 401, "bad_credentials");
  }
}

static void what_could_not_be_looked_at_is_unavailable_and_not_counted(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 30; i++) {
    desk->house->store_full = true;
    assert_true(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
    desk_shows(desk, 503, "unavailable");
    desk->house->store_full = false;
    assert_false(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
    house_finish(desk->house, STORE_UNAVAILABLE);
    desk_shows(desk, 503, "unavailable");
    desk->house->hasher_full = true;
    assert_false(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
    finish_find(desk, RIGHT_HASH, false);
    desk_shows(desk, 503, "unavailable");
    desk->house->hasher_full = false;
    assert_false(desk_ask(desk, HTTP_POST, "/api/session", LOGIN));
    finish_find(desk, RIGHT_HASH, false);
    desk->house->hashes[0]->failed = true;
    house_finish_hash(desk->house);
    desk_shows(desk, 503, "unavailable");
    assert_true(ask_and_check(desk, RIGHT_HASH));
    house_finish(desk->house, STORE_UNKNOWN);
    desk_shows(desk, 503, "unavailable");
    assert_string_equal(desk->reply.cookie, "");
  }
  log_in(desk);
}

static void a_member_who_was_disabled_meanwhile_gets_no_session(void **state) {
  struct desk *desk = *state;
  assert_true(ask_and_check(desk, RIGHT_HASH));
  house_refuse(desk->house, REASON_NOT_FOUND);
  finish_find(desk, RIGHT_HASH, true);
  desk_shows(desk, 401, "bad_credentials");
  assert_string_equal(desk->reply.cookie, "");
}

/* ---- GET, DELETE ---- */

static void finish_session(struct desk *desk, int64_t unused_ms) {
  struct store_job *job = house_job(desk->house, STORE_SESSION_FIND);
  job->session.record = house_record(17, "aigul", "Айгуль Сериккызы", ROLE_ADMIN);
  job->session.session = 5;
  job->session.used_at = desk->house->now_ms - unused_ms;
  house_finish(desk->house, STORE_DONE);
}

static void a_session_shows_whose_it_is(void **state) {
  struct desk *desk = *state;
  struct present *present = house_enter(desk->house, 17, "aigul", "Айгуль Сериккызы", ROLE_ADMIN);
  desk_use_session(desk);
  desk->origin = ""; /* reading needs none */
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  finish_session(desk, 1000);
  desk_shows(desk, 200, NULL);
  desk_shows_text(desk, "member.login", "aigul");
  desk_shows_text(desk, "member.role", "admin");
  json_t *body = house_json(buffer_slice(&desk->reply.body));
  assert_int_equal(house_number(body, "member.online"), 1);
  json_decref(body);
  house_leave(desk->house, present);
}

static void a_session_in_use_is_touched_once_an_hour(void **state) {
  struct desk *desk = *state;
  desk_use_session(desk);
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  finish_session(desk, 3599999);
  assert_int_equal(desk->house->job_count, 0);
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  finish_session(desk, 3600000);
  desk_shows(desk, 200, NULL); /* without waiting */
  (void)house_job(desk->house, STORE_SESSION_TOUCH);
  house_finish(desk->house, STORE_UNAVAILABLE);
  desk_shows(desk, 200, NULL);
}

static void no_session_is_told_after_the_store_was_asked(void **state) {
  struct desk *desk = *state;
  desk_use_session(desk);
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 401, "no_session");
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  house_finish(desk->house, STORE_UNAVAILABLE);
  desk_shows(desk, 503, "unavailable");
}

static void a_forged_cookie_is_no_session_at_once(void **state) {
  struct desk *desk = *state;
  const char *cookies[] = {"", "__Host-club=", "__Host-club=../../etc/passwd",
                           "club=0000000000000000000000000000000000000000007"};
  for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
    snprintf(desk->cookie, sizeof desk->cookie, "%s", cookies[i]);
    assert_true(desk_ask(desk, HTTP_GET, "/api/session", ""));
    desk_shows(desk, 401, "no_session");
    assert_true(desk_ask(desk, HTTP_DELETE, "/api/session", ""));
    desk_shows(desk, 401, "no_session");
    assert_true(desk_ask(desk, HTTP_PUT, "/api/password", "{"));
    desk_shows(desk, 401, "no_session");
  }
}

static void logging_out_ends_the_session_everywhere(void **state) {
  struct desk *desk = *state;
  desk_use_session(desk);
  assert_false(desk_ask(desk, HTTP_DELETE, "/api/session", ""));
  house_job(desk->house, STORE_SESSION_END)->club_head = 77;
  house_finish(desk->house, STORE_DONE);
  desk_shows(desk, 204, NULL);
  assert_int_equal(desk->reply.body.size, 0);
  assert_string_equal(desk->reply.cookie, "__Host-club=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  assert_int_equal(desk->house->club_head, 77);
  assert_false(desk_ask(desk, HTTP_DELETE, "/api/session", ""));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 401, "no_session");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_right_password_begins_a_session),
      DESK_TEST(a_wrong_password_an_unknown_and_a_disabled_login_look_the_same),
      DESK_TEST(a_banned_member_with_the_right_password_hears_why_and_until_when),
      DESK_TEST(a_wrong_password_says_nothing_of_a_ban),
      DESK_TEST(who_is_banned_while_logging_in_hears_it_too),
      DESK_TEST(a_password_longer_than_any_is_nobodys),
      DESK_TEST(too_many_tries_wait),
      DESK_TEST(the_owner_logs_in_from_a_known_device_while_others_guess),
      DESK_TEST(right_passwords_are_not_counted),
      DESK_TEST(without_limits_tries_are_not_counted),
      DESK_TEST(what_could_not_be_looked_at_is_unavailable_and_not_counted),
      DESK_TEST(a_member_who_was_disabled_meanwhile_gets_no_session),
      DESK_TEST(a_session_shows_whose_it_is),
      DESK_TEST(a_session_in_use_is_touched_once_an_hour),
      DESK_TEST(no_session_is_told_after_the_store_was_asked),
      DESK_TEST(a_forged_cookie_is_no_session_at_once),
      DESK_TEST(logging_out_ends_the_session_everywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
