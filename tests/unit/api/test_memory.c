/* Without memory a request over HTTP is answered at once that it cannot be carried out, and nothing waits. */
#include "desk.h"
#include "torture_fault.h"

struct trying {
  struct desk *desk;
  struct http_reply reply;
  bool answered;
};

static void ask(void *context) {
  struct trying *trying = context;
  const struct http_request request = {.method = HTTP_GET,
                                       .path = SLICE_LITERAL("/api/session"),
                                       .host = slice_of(trying->desk->host),
                                       .origin = slice_of(trying->desk->origin),
                                       .cookie = slice_of(trying->desk->cookie),
                                       .address = trying->desk->address};
  trying->reply = (struct http_reply){0};
  buffer_init(&trying->reply.body, LIMIT_HTTP_BODY);
  trying->answered = api_handle(trying->desk->api, ++trying->desk->next_client, &request, &trying->reply);
}

static void a_request_without_memory_is_unavailable(void **state) {
  struct trying trying = {.desk = *state};
  desk_use_session(trying.desk);
  for (size_t i = 0; i < 100; i++) {
    for (long failing = 0; fault_memory(failing, ask, &trying); failing++) {
      assert_true(trying.answered);
      assert_int_equal(trying.reply.status, 503);
      assert_int_equal(api_pending(trying.desk->api), i);
      assert_int_equal(trying.desk->house->job_count, i);
      buffer_free(&trying.reply.body);
    }
    assert_false(trying.answered);
  }
  while (trying.desk->house->job_count > 0) house_refuse(trying.desk->house, REASON_NOT_FOUND);
  desk_shows(trying.desk, 401, "no_session");
}

int main(void) {
  const struct CMUnitTest tests[] = {DESK_TEST(a_request_without_memory_is_unavailable)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
