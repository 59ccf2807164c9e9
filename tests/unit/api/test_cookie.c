#include "desk.h"

#include "cookie.h"

static void a_session_cookie_has_its_form(void **state) {
  (void)state;
  char header[128];
  snprintf(header, sizeof header, "__Host-club=%043d", 1);
  assert_int_equal(cookie_session(slice_of(header)).size, TOKEN_SIZE);
  snprintf(header, sizeof header, "__Host-club=%042d", 1);
  assert_null(cookie_session(slice_of(header)).data);
  snprintf(header, sizeof header, "__Host-club=%042d=", 1);
  assert_null(cookie_session(slice_of(header)).data);
  snprintf(header, sizeof header, "__Host-club=\"%043d\"", 1);
  assert_null(cookie_session(slice_of(header)).data);
}

static void a_device_is_known_for_the_login_that_it_was_signed_for(void **state) {
  struct desk *desk = *state;
  const struct services *services = &desk->house->services;
  char cookie[256], device[TOKEN_SIZE + 1] = "", read[TOKEN_SIZE + 1];
  cookie_write_device(services, cookie, SLICE_LITERAL("aigul"), device);
  assert_int_equal(strlen(device), TOKEN_SIZE);
  cookie[strcspn(cookie, ";")] = '\0';
  assert_true(cookie_read_device(services, slice_of(cookie), SLICE_LITERAL("aigul"), read));
  assert_string_equal(read, device);
  assert_false(cookie_read_device(services, slice_of(cookie), SLICE_LITERAL("ivan"), read));
  assert_string_equal(read, "");
  assert_false(cookie_read_device(services, slice_of(cookie), SLICE_LITERAL(""), read));
  cookie[20] = cookie[20] == 'A' ? 'B' : 'A';
  assert_false(cookie_read_device(services, slice_of(cookie), SLICE_LITERAL("aigul"), read));
}

static void another_clubs_signature_does_not_count(void **state) {
  struct desk *desk = *state;
  char cookie[256], device[TOKEN_SIZE + 1] = "", read[TOKEN_SIZE + 1];
  cookie_write_device(&desk->house->services, cookie, SLICE_LITERAL("aigul"), device);
  cookie[strcspn(cookie, ";")] = '\0';
  desk->house->services.secret[0]++;
  assert_false(cookie_read_device(&desk->house->services, slice_of(cookie), SLICE_LITERAL("aigul"), read));
}

static void cookies_carry_their_attributes(void **state) {
  (void)state;
  char cookie[256];
  cookie_write_session(cookie, "TOKEN");
  assert_string_equal(cookie, "__Host-club=TOKEN; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000");
  cookie_write_ended(cookie);
  assert_string_equal(cookie, "__Host-club=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(a_session_cookie_has_its_form),
      DESK_TEST(a_device_is_known_for_the_login_that_it_was_signed_for),
      DESK_TEST(another_clubs_signature_does_not_count),
      DESK_TEST(cookies_carry_their_attributes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
