#include "desk.h"

#define INVITE "0000000000000000000000000000000000000000009"

static bool make(struct desk *desk, const char *login, const char *password, const char *more) {
  char body[2048];
  snprintf(body, sizeof body, "{\"invite\":\"" INVITE "\",\"login\":\"%s\",\"password\":\"%s\",\"name\":\"王小龙\"%s}",
           login, password, more);
  return desk_ask(desk, HTTP_POST, "/api/members", body);
}

static void finish_invite(struct desk *desk) {
  unsigned char digest[DIGEST_SIZE];
  struct store_job *job = house_job(desk->house, STORE_INVITE_FIND);
  digest_sha256(SLICE_LITERAL(INVITE), digest);
  assert_memory_equal(job->invite.digest, digest, DIGEST_SIZE);
  house_finish(desk->house, STORE_DONE);
}

static void whoever_has_an_invite_gets_an_account_and_a_session(void **state) {
  struct desk *desk = *state;
  unsigned char digest[DIGEST_SIZE], stored[DIGEST_SIZE];
  assert_false(make(desk, "XiaoLong", "长城长城长城长城",
                    ",\"company\":\"丝路贸易\",\"country\":\"cn\",\"sectors\":[\"fintech\",\"trade\",\"fintech\"],"
                    "\"languages\":[\"zh\",\"ru\"]"));
  finish_invite(desk);
  house_finish_hash(desk->house);
  struct store_job *job = house_job(desk->house, STORE_MEMBER_ADD);
  struct member_record *member = &job->member.member;
  assert_true(job->member.invited);
  assert_true(job->member.with_session);
  assert_true(slice_is(member->login, "xiaolong"));
  assert_true(slice_is(member->name, "王小龙"));
  assert_true(slice_is(member->company, "丝路贸易"));
  assert_true(slice_is(member->country, "cn"));
  assert_int_equal(member->sectors.count, 2);
  assert_true(slice_is(member->sectors.items[1], "trade"));
  assert_int_equal(member->languages.count, 2);
  assert_true(slice_is(job->member.password, "hash of 长城长城长城长城"));
  assert_true(slice_is(job->member.address, "192.0.2.7"));
  memcpy(stored, job->member.session_digest, DIGEST_SIZE);
  member->key = 23;
  member->role = ROLE_MODERATOR;
  house_finish(desk->house, STORE_DONE);
  desk_shows(desk, 201, NULL);
  desk_shows_text(desk, "member.id", "m23");
  desk_shows_text(desk, "member.login", "xiaolong");
  desk_shows_text(desk, "member.role", "moderator");
  digest_sha256((struct slice){desk->reply.cookie + strlen("__Host-club="), TOKEN_SIZE}, digest);
  assert_memory_equal(digest, stored, DIGEST_SIZE);
  assert_int_equal(strncmp(desk->reply.second_cookie, "__Host-device=", 14), 0);
}

static void what_is_left_out_is_empty(void **state) {
  struct desk *desk = *state;
  assert_false(make(desk, "xiaolong", "长城长城长城长城", ",\"company\":\"\",\"country\":\"\""));
  finish_invite(desk);
  house_finish_hash(desk->house);
  const struct member_record *member = &house_job(desk->house, STORE_MEMBER_ADD)->member.member;
  const struct slice texts[] = {member->title, member->company, member->country,
                                member->about, member->offers,  member->seeks};
  for (size_t i = 0; i < 6; i++) {
    assert_non_null(texts[i].data);
    assert_int_equal(texts[i].size, 0);
  }
  house_finish(desk->house, STORE_UNAVAILABLE);
  desk_shows(desk, 503, "unavailable");
}

static void fields_are_the_clubs_own(void **state) {
  struct desk *desk = *state;
  const char *good = "长城长城长城长城";
  assert_true(make(desk, "-x", good, ""));
  desk_shows_field(desk, 422, "invalid_params", "login");
  assert_true(make(desk, "иван", good, ""));
  desk_shows_field(desk, 422, "invalid_params", "login");
  assert_true(make(desk, "ivan", good, ",\"country\":\"us\""));
  desk_shows_field(desk, 422, "invalid_params", "country");
  assert_true(make(desk, "ivan", good, ",\"sectors\":[\"fintech\",\"gambling\"]"));
  desk_shows_field(desk, 422, "invalid_params", "sectors");
  assert_true(make(desk, "ivan", good, ",\"languages\":[\"tlh\"]"));
  desk_shows_field(desk, 422, "invalid_params", "languages");
  assert_int_equal(desk->house->job_count, 0);
}

static void the_invite_comes_before_the_password(void **state) {
  struct desk *desk = *state;
  assert_false(make(desk, "ivan", "short", ""));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 404, "not_found");
  assert_false(make(desk, "ivan", "short", ""));
  finish_invite(desk);
  desk_shows_field(desk, 422, "weak_password", "password");
  assert_int_equal(desk->house->hash_count, 0);
  assert_true(desk_ask(desk, HTTP_POST, "/api/members",
                       "{\"invite\":\"x\",\"login\":\"ivan\",\"password\":\"short\",\"name\":\"Иван\"}"));
  desk_shows(desk, 404, "not_found");
}

static void a_login_that_is_taken_is_a_conflict(void **state) {
  struct desk *desk = *state;
  assert_false(make(desk, "ivan", "长城长城长城长城", ""));
  finish_invite(desk);
  house_finish_hash(desk->house);
  house_refuse(desk->house, REASON_CONFLICT);
  desk_shows_field(desk, 409, "conflict", "login");
  assert_string_equal(desk->reply.cookie, "");
  assert_false(make(desk, "ivan", "长城长城长城长城", ""));
  finish_invite(desk);
  house_finish_hash(desk->house);
  house_refuse(desk->house, REASON_NOT_FOUND); /* used up meanwhile */
  desk_shows(desk, 404, "not_found");
}

static void whoever_tries_too_many_invites_waits(void **state) {
  struct desk *desk = *state;
  for (int i = 0; i < 60; i++) {
    assert_false(make(desk, "ivan", "长城长城长城长城", ""));
    house_refuse(desk->house, REASON_NOT_FOUND);
  }
  assert_true(make(desk, "ivan", "长城长城长城长城", ""));
  desk_shows(desk, 429, "rate_limited");
}

/* ---- POST /api/invite ---- */

static void an_invite_shows_what_it_gives(void **state) {
  struct desk *desk = *state;
  assert_false(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":\"" INVITE "\"}"));
  struct store_job *job = house_job(desk->house, STORE_INVITE_FIND);
  job->invite.record =
      (struct invite_record){.role = ROLE_ADMIN, .room = SLICE_LITERAL("kz.fintech"), .expires_at = 1767225600000};
  finish_invite(desk);
  desk_shows(desk, 200, NULL);
  desk_shows_text(desk, "room", "kz.fintech");
  desk_shows_text(desk, "role", "admin");
  desk_shows_text(desk, "expires_at", "2026-01-01T00:00:00.000Z");
  assert_false(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":\"" INVITE "\"}"));
  finish_invite(desk);
  json_t *body = house_json(buffer_slice(&desk->reply.body));
  assert_null(house_at(body, "room"));
  json_decref(body);
}

static void an_invite_that_cannot_be_used_is_not_found(void **state) {
  struct desk *desk = *state;
  assert_false(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":\"" INVITE "\"}"));
  house_refuse(desk->house, REASON_NOT_FOUND);
  desk_shows(desk, 404, "not_found");
  assert_true(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":\"приглашение\"}"));
  desk_shows(desk, 404, "not_found");
  assert_false(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":\"" INVITE "\"}"));
  house_finish(desk->house, STORE_UNAVAILABLE);
  desk_shows(desk, 503, "unavailable");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(whoever_has_an_invite_gets_an_account_and_a_session),
      DESK_TEST(what_is_left_out_is_empty),
      DESK_TEST(fields_are_the_clubs_own),
      DESK_TEST(the_invite_comes_before_the_password),
      DESK_TEST(a_login_that_is_taken_is_a_conflict),
      DESK_TEST(whoever_tries_too_many_invites_waits),
      DESK_TEST(an_invite_shows_what_it_gives),
      DESK_TEST(an_invite_that_cannot_be_used_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
