#include "exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void shows(const char *agent, const char *words) {
  char name[LIMIT_CLIENT + 1];
  client_name(name, slice_of(agent));
  assert_string_equal(name, words);
}

static void browsers_are_told_apart(void **state) {
  (void)state;
  shows("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Windows");
  shows(
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 "
      "Edg/143.0.0.0",
      "Edge · Windows");
  shows(
      "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
      "Chrome · Android");
  shows("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
        "Mobile/15E148 Safari/604.1",
        "Safari · iPhone");
  shows("Mozilla/5.0 (Linux; Android 13; V2055A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
        "Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240501 MicroMessenger/8.0.50.2701(0x2800325B) WeChat/arm64",
        "WeChat · Android");
  shows("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 "
        "YaBrowser/25.8.0.0 Safari/537.36",
        "Yandex Browser · macOS");
}

static void programs_are_named_by_their_first_word(void **state) {
  (void)state;
  shows("", "");
  shows("curl/8.5.0", "curl");
  shows("my_bot.v2-x (Linux)", "my_bot.v2-x · Linux");
  shows("(Linux)", "Linux");
}

/* Whatever it says, only what is known of it or letters of one word are kept. */
static void forged_ones_leave_nothing_behind(void **state) {
  (void)state;
  shows("<script>alert(1)</script>", "");
  shows("\xE2\x80\xAEsdrawkcab", "");
  shows("a\x01\x02<b>", "a");
  shows("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx Windows",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx · Windows");
  char huge[4001];
  memset(huge, 'z', sizeof huge - 1);
  huge[4000] = '\0';
  char name[LIMIT_CLIENT + 1];
  client_name(name, slice_of(huge));
  assert_int_equal(strlen(name), 31);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(browsers_are_told_apart),
      cmocka_unit_test(programs_are_named_by_their_first_word),
      cmocka_unit_test(forged_ones_leave_nothing_behind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
