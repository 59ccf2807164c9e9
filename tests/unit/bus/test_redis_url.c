#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "redis.h"

static struct redis_url read(const char *text) {
  struct redis_url url;
  char error[256] = "";
  if (!redis_url_read(&url, text, error, sizeof error)) fail_msg("%s: %s", text, error);
  return url;
}

static void a_host_is_enough(void **state) {
  (void)state;
  struct redis_url url = read("redis://cache");
  assert_string_equal(url.host, "cache");
  assert_int_equal(url.port, 6379);
  assert_int_equal(url.database, 0);
  assert_false(url.tls);
  assert_string_equal(url.user, "");
  assert_string_equal(url.password, "");
}

static void all_that_it_may_hold_is_read(void **state) {
  (void)state;
  struct redis_url url = read("rediss://club:p%40ss%3aword%2F%D0%B6@redis-1.example.org:7000/12");
  assert_true(url.tls);
  assert_string_equal(url.user, "club");
  assert_string_equal(url.password, "p@ss:word/ж");
  assert_string_equal(url.host, "redis-1.example.org");
  assert_int_equal(url.port, 7000);
  assert_int_equal(url.database, 12);
}

static void other_forms(void **state) {
  (void)state;
  assert_string_equal(read("REDIS://:wort@10.0.0.7/").password, "wort");
  assert_string_equal(read("redis://:wort@10.0.0.7/").user, "");
  assert_string_equal(read("redis://:a:b@c@host").password, "a:b@c");
  assert_string_equal(read("redis://[::1]").host, "::1");
  assert_int_equal(read("redis://[fd00::7]:6380/1").port, 6380);
}

static void what_is_wrong_is_said_without_the_secret(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"http://:secret@host", "is no address such as redis://"},
      {"redis:/host", "is no address such as redis://"},
      {"redis://", "has no host"},
      {"redis://:secret@", "has no host"},
      {"redis://:sec/ret@host", "has no host"},
      {"redis://:secret@:6379", "has no host"},
      {"redis://:secret@ho st", "has no host"},
      {"redis://:secret@::1", "has no host"},
      {"redis://:secret@[::1", "has no host"},
      {"redis://:secret@[host]", "has no host"},
      {"redis://secret@host", "names a user without a password"},
      {"redis://user:@host", "has an empty password"},
      {"redis://:secret%@host", "wrongly percent-encoded"},
      {"redis://:secret%4@host", "wrongly percent-encoded"},
      {"redis://:secret%zz@host", "wrongly percent-encoded"},
      {"redis://:secret%00@host", "wrongly percent-encoded"},
      {"redis://:secret@host:", "has no port"},
      {"redis://:secret@host:0", "has no port"},
      {"redis://:secret@host:65536", "has no port"},
      {"redis://:secret@host:6379x", "has no port"},
      {"redis://:secret@host:99999999999999999999", "has no port"},
      {"redis://:secret@host/one", "number of a database"},
      {"redis://:secret@host/1/2", "number of a database"},
      {"redis://:secret@host/-1", "number of a database"},
      {"redis://:secret@host?db=1", "number of a database"},
      {"redis://:secret@host/1#x", "number of a database"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct redis_url url;
    char error[256] = "";
    if (redis_url_read(&url, cases[i][0], error, sizeof error)) fail_msg("%s was taken", cases[i][0]);
    if (!strstr(error, cases[i][1])) fail_msg("%s: %s", cases[i][0], error);
    assert_null(strstr(error, "secret"));
    assert_null(strchr(error, '\n'));
  }
}

static void what_is_too_long_is_refused(void **state) {
  (void)state;
  struct redis_url url;
  char text[2048], error[256];
  snprintf(text, sizeof text, "redis://%0300d", 1);
  assert_false(redis_url_read(&url, text, error, sizeof error));
  snprintf(text, sizeof text, "redis://:%0600d@host", 1);
  assert_false(redis_url_read(&url, text, error, sizeof error));
}

static void tls_is_used_where_hiredis_has_it_and_else_refused(void **state) {
  (void)state;
  char error[256] = "";
  assert_true(bus_redis_check_url("redis://host", error, sizeof error));
  bool fine = bus_redis_check_url("rediss://:secret@host", error, sizeof error);
  assert_int_equal(fine, redis_tls_available());
  if (!fine) assert_non_null(strstr(error, "asks for TLS"));
  assert_null(strstr(error, "secret"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_host_is_enough),
      cmocka_unit_test(all_that_it_may_hold_is_read),
      cmocka_unit_test(other_forms),
      cmocka_unit_test(what_is_wrong_is_said_without_the_secret),
      cmocka_unit_test(what_is_too_long_is_refused),
      cmocka_unit_test(tls_is_used_where_hiredis_has_it_and_else_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
