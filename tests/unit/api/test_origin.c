#include "desk.h"

static bool allowed(struct desk *desk, const char *origin, const char *host) {
  return origin_is_allowed(&desk->house->services, slice_of(origin), slice_of(host));
}

static void the_clubs_own_page_is_allowed_whatever_the_host(void **state) {
  struct desk *desk = *state;
  assert_true(allowed(desk, "https://club.example.org", "10.0.0.3:8443"));
  assert_true(allowed(desk, "https://club.example.org", ""));
  desk->house->services.url = SLICE_LITERAL("https://club.example.org:443/talks");
  assert_true(allowed(desk, "https://club.example.org", "10.0.0.3:8443"));
  desk->house->services.url = SLICE_LITERAL("https://Club.Example.org:8443");
  assert_true(allowed(desk, "https://club.example.org:8443", ""));
  assert_false(allowed(desk, "https://club.example.org", "10.0.0.3"));
}

static void a_page_of_the_same_host_is_allowed_over_tls(void **state) {
  struct desk *desk = *state;
  assert_true(allowed(desk, "https://192.0.2.9:8443", "192.0.2.9:8443"));
  assert_true(allowed(desk, "https://шанхай.рф", "шанхай.рф") == false);
  assert_true(allowed(desk, "https://other.example", "other.example:443"));
  assert_true(allowed(desk, "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"));
  assert_false(allowed(desk, "http://192.0.2.9:8443", "192.0.2.9:8443"));
  assert_false(allowed(desk, "https://192.0.2.9:8444", "192.0.2.9:8443"));
}

static void plain_http_is_the_own_one_on_loopback_without_tls_only(void **state) {
  struct desk *desk = *state;
  assert_false(allowed(desk, "http://localhost:8443", "localhost:8443"));
  desk->house->services.tls = false;
  assert_true(allowed(desk, "http://localhost:8443", "localhost:8443"));
  assert_true(allowed(desk, "http://127.0.0.1:8443", "127.0.0.1:8443"));
  assert_true(allowed(desk, "http://[::1]:8443", "[::1]:8443"));
  assert_false(allowed(desk, "http://localhost:9000", "localhost:8443"));
  assert_false(allowed(desk, "http://localhost.evil.example", "localhost.evil.example"));
  assert_false(allowed(desk, "http://127.0.0.1.evil.example", "127.0.0.1.evil.example"));
  assert_false(allowed(desk, "http://192.0.2.9", "192.0.2.9"));
  /* Behind a proxy that ends TLS. */
  assert_true(allowed(desk, "https://front.example", "front.example"));
}

static void foreign_and_made_up_origins_are_not(void **state) {
  struct desk *desk = *state;
  const char *wrong[] = {"",
                         "null",
                         "https://evil.example",
                         "https://club.example.org.evil.example",
                         "https://club.example.org/",
                         "https://club.example.org/x",
                         "https://evil.example/https://club.example.org",
                         "https://club.example.org@evil.example",
                         "https://evil.example#club.example.org",
                         "http://club.example.org",
                         "club.example.org",
                         "https://",
                         "https://club.example.org https://evil.example",
                         "javascript://club.example.org"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(allowed(desk, wrong[i], "club.example.org"));
  assert_false(allowed(desk, "https://evil.example", "evil.example/club.example.org"));
  assert_false(allowed(desk, "https://evil.example", "evil.example#"));
  assert_false(allowed(desk, "https://evil.example", "evil.example\\club.example.org"));
}

static void what_the_operator_allows_is_allowed(void **state) {
  struct desk *desk = *state;
  const struct slice origins[] = {SLICE_LITERAL("https://partner.example"), SLICE_LITERAL("https://app.example:444")};
  desk->house->services.origins = origins;
  desk->house->services.origin_count = 2;
  assert_true(allowed(desk, "https://partner.example", ""));
  assert_true(allowed(desk, "https://app.example:444", "club.example.org"));
  assert_false(allowed(desk, "https://app.example", "club.example.org"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(the_clubs_own_page_is_allowed_whatever_the_host),
      DESK_TEST(a_page_of_the_same_host_is_allowed_over_tls),
      DESK_TEST(plain_http_is_the_own_one_on_loopback_without_tls_only),
      DESK_TEST(foreign_and_made_up_origins_are_not),
      DESK_TEST(what_the_operator_allows_is_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
