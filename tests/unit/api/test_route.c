#include "desk.h"

static void unknown_paths_are_not_found(void **state) {
  struct desk *desk = *state;
  const char *paths[] = {"/api/", "/api/sessions", "/api/session/", "/api/%73ession", "/api/files/x", "/api/Club"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    assert_true(desk_ask(desk, HTTP_GET, paths[i], ""));
    desk_shows(desk, 404, "not_found");
  }
}

static void a_method_that_a_path_does_not_take_names_those_that_it_does(void **state) {
  struct desk *desk = *state;
  assert_true(desk_ask(desk, HTTP_POST, "/api/club", "{}"));
  desk_shows(desk, 405, "method_not_allowed");
  assert_string_equal(desk->reply.allow, "GET, HEAD");
  assert_true(desk_ask(desk, HTTP_GET, "/api/password", ""));
  assert_string_equal(desk->reply.allow, "PUT");
  assert_true(desk_ask(desk, HTTP_OTHER, "/api/session", ""));
  desk_shows(desk, 405, "method_not_allowed");
}

static void whatever_changes_something_needs_an_origin(void **state) {
  struct desk *desk = *state;
  const char *origins[] = {"", "null", "https://evil.example"};
  const enum http_method methods[] = {HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER};
  desk_use_session(desk);
  for (size_t i = 0; i < 3; i++) {
    desk->origin = origins[i];
    for (size_t m = 0; m < 4; m++) {
      assert_true(desk_ask(desk, methods[m], "/api/session", "{\"login\":\"a\",\"password\":\"b\"}"));
      desk_shows(desk, 403, "forbidden");
    }
    assert_true(desk_ask(desk, HTTP_GET, "/api/club", ""));
    desk_shows(desk, 200, NULL);
  }
  assert_int_equal(desk->house->job_count, 0);
}

static void the_club_is_shown_to_everybody(void **state) {
  struct desk *desk = *state;
  const enum http_method methods[] = {HTTP_GET, HTTP_HEAD};
  for (size_t i = 0; i < 2; i++) {
    assert_true(desk_ask(desk, methods[i], "/api/club", ""));
    desk_shows(desk, 200, NULL);
    json_t *body = house_json(buffer_slice(&desk->reply.body));
    assert_int_equal(json_array_size(house_at(body, "countries")), 10);
    assert_int_equal(json_array_size(house_at(body, "sectors")), 14);
    assert_true(json_array_size(house_at(body, "languages")) > 0);
    assert_string_equal(house_text(body, "countries.0.code"), "by");
    assert_string_equal(house_text(body, "countries.0.names.ru"), "Беларусь");
    assert_string_equal(house_text(body, "version"), "0.0.1");
    json_decref(body);
  }
}

static void bodies_that_do_not_check_name_the_field(void **state) {
  struct desk *desk = *state;
  assert_true(desk_ask(desk, HTTP_POST, "/api/session", "{"));
  desk_shows(desk, 400, "bad_request");
  assert_true(desk_ask(desk, HTTP_POST, "/api/session", ""));
  desk_shows(desk, 400, "bad_request");
  assert_true(desk_ask(desk, HTTP_POST, "/api/session", "{\"login\":\"a\"}"));
  desk_shows_field(desk, 422, "invalid_params", "password");
  assert_true(desk_ask(desk, HTTP_POST, "/api/session", "{\"login\":7,\"password\":\"b\"}"));
  desk_shows_field(desk, 422, "invalid_params", "login");
  assert_true(desk_ask(desk, HTTP_POST, "/api/invite", "{\"invite\":null}"));
  desk_shows_field(desk, 422, "invalid_params", "invite");
}

static void too_many_at_once_are_sent_away(void **state) {
  struct desk *desk = *state;
  struct house *house = desk->house;
  desk_use_session(desk);
  house->store_full = true;
  assert_true(desk_ask(desk, HTTP_GET, "/api/session", ""));
  desk_shows(desk, 503, "unavailable");
  assert_int_equal(desk->reply.retry_after_ms, 1000);
  house->store_full = false;
}

static void what_is_awaited_when_the_api_goes_is_forgotten(void **state) {
  struct desk *desk = *state;
  desk_use_session(desk);
  assert_false(desk_ask(desk, HTTP_GET, "/api/session", ""));
  assert_int_equal(api_pending(desk->api), 1);
  api_destroy(desk->api);
  desk->api = desk->house->completions.api = NULL;
  desk->house->jobs[0]->club_head = 8;
  house_finish(desk->house, STORE_DONE);
  assert_int_equal(desk->answers, 0);
  assert_int_equal(desk->house->club_head, 8);
}

/* ---- the gate of the WebSocket ---- */

static int upgrade(struct desk *desk, struct slice *token) {
  struct http_request request = {.host = slice_of(desk->host),
                                 .origin = slice_of(desk->origin),
                                 .cookie = slice_of(desk->cookie),
                                 .path = SLICE_LITERAL("/ws")};
  struct http_reply reply = {0};
  int status = api_upgrade(&desk->house->services, &request, &reply, token);
  if (status) desk_keep(desk, 0, &reply);
  buffer_free(&reply.body);
  return status;
}

static void the_websocket_needs_an_origin_and_a_cookie_of_the_right_form(void **state) {
  struct desk *desk = *state;
  struct slice token;
  desk_use_session(desk);
  assert_int_equal(upgrade(desk, &token), 0);
  assert_int_equal(token.size, TOKEN_SIZE);
  desk->origin = "https://evil.example";
  assert_int_equal(upgrade(desk, &token), 403);
  desk_shows(desk, 403, "forbidden");
  desk->origin = "";
  assert_int_equal(upgrade(desk, &token), 403);
  desk->origin = DESK_ORIGIN;
  snprintf(desk->cookie, sizeof desk->cookie, "__Host-club=short");
  assert_int_equal(upgrade(desk, &token), 401);
  desk_shows(desk, 401, "no_session");
  desk->cookie[0] = '\0';
  assert_int_equal(upgrade(desk, &token), 401);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(unknown_paths_are_not_found),
      DESK_TEST(a_method_that_a_path_does_not_take_names_those_that_it_does),
      DESK_TEST(whatever_changes_something_needs_an_origin),
      DESK_TEST(the_club_is_shown_to_everybody),
      DESK_TEST(bodies_that_do_not_check_name_the_field),
      DESK_TEST(too_many_at_once_are_sent_away),
      DESK_TEST(what_is_awaited_when_the_api_goes_is_forgotten),
      DESK_TEST(the_websocket_needs_an_origin_and_a_cookie_of_the_right_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
