/* The envelope: JSON-RPC 2.0, its own examples put into our methods, and what the protocol adds. */
#include "check.h"
#include "rule.h"

static void assert_slice(struct slice slice, const char *text) {
  assert_non_null(slice.data);
  assert_int_equal(slice.size, strlen(text));
  assert_memory_equal(slice.data, text, slice.size);
}

static void a_request_is_read_with_its_id_and_params(void **state) {
  (void)state;
  struct request request;
  struct frame *frame = check_one(
      "{\"jsonrpc\":\"2.0\",\"method\":\"message.post\",\"params\":{\"room\":\"kz.fintech\","
      "\"client_id\":\"c-1\",\"text\":\"Ищем партнёра в Алматы 🤝\",\"reply_to\":42},\"id\":3}",
      &request);
  assert_int_equal(request.problem, PROBLEM_NONE);
  assert_int_equal(request.method, METHOD_MESSAGE_POST);
  assert_true(request.id.present && !request.id.is_text);
  assert_int_equal(request.id.number, 3);
  assert_slice(request.params.message_post.room, "kz.fintech");
  assert_slice(request.params.message_post.client_id, "c-1");
  assert_slice(request.params.message_post.text, "Ищем партнёра в Алматы 🤝");
  assert_true(request.params.message_post.has_reply_to);
  assert_int_equal(request.params.message_post.reply_to, 42);
  frame_destroy(frame);
}

static void named_params_come_in_any_order(void **state) {
  (void)state;
  struct request request;
  struct frame *frame =
      check_one("{\"jsonrpc\":\"2.0\",\"method\":\"room.read\",\"params\":{\"seq\":23,\"room\":\"kz\"},"
                "\"id\":\"4\"}",
                &request);
  assert_int_equal(request.problem, PROBLEM_NONE);
  assert_true(request.id.is_text);
  assert_int_equal(request.id.size, 1);
  assert_int_equal(request.params.room_read.seq, 23);
  frame_destroy(frame);
}

static void a_notification_has_no_id_whatever_becomes_of_it(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum problem problem;
  } cases[] = {
      {"{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", PROBLEM_NONE},
      {"{\"jsonrpc\":\"2.0\",\"method\":\"foobar\"}", PROBLEM_METHOD},
      {"{\"jsonrpc\":\"2.0\",\"method\":\"room.typing\",\"params\":{}}", PROBLEM_PARAMS},
      {"{\"jsonrpc\":\"2.0\",\"method\":\"room.typing\",\"params\":[1,2,3,4,5]}", PROBLEM_PARAMS},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    struct request request;
    struct frame *frame = check_one(cases[i].text, &request);
    assert_int_equal(request.problem, cases[i].problem);
    assert_false(request.id.present);
    frame_destroy(frame);
  }
}

static void an_unknown_method_is_told_with_its_id(void **state) {
  (void)state;
  static const char *const names[] = {"foobar", "", "message.Post", "message.post ", "rpc.discover", "message.shout"};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    struct request request;
    struct frame *frame = check_call(names[i], "{}", &request);
    assert_int_equal(request.problem, PROBLEM_METHOD);
    assert_int_equal(request.id.number, 7);
    frame_destroy(frame);
  }
}

static void what_is_no_json_is_a_parse_error(void **state) {
  (void)state;
  static const char *const texts[] = {
      "", " ", "{\"jsonrpc\": \"2.0\", \"method\": \"foobar, \"params\": \"bar\", \"baz]",
      "[{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":\"1\"},{\"jsonrpc\":\"2.0\",\"method\"]"};
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    assert_int_equal(check_whole(slice_of(texts[i])), PROBLEM_PARSE);
  }
}

static void json_that_is_no_request_is_an_invalid_request(void **state) {
  (void)state;
  static const char *const wholes[] = {"[]", " [ ] ", "1", "\"ping\"", "null", "true", "1e3"};
  for (size_t i = 0; i < COUNT_OF(wholes); i++) {
    assert_int_equal(check_whole(slice_of(wholes[i])), PROBLEM_REQUEST);
  }
  static const char *const requests[] = {
      "{}",
      "{\"foo\":\"boo\"}",
      "{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":1e2,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":9007199254740993,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":-9007199254740993,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":100000000000000000000,\"method\":\"ping\"}",
      ("{\"jsonrpc\":\"2.0\",\"id\":\"12345678901234567890123456789012345678901234567890123456789012345\","
       "\"method\":\"ping\"}"),
  };
  for (size_t i = 0; i < COUNT_OF(requests); i++) {
    struct request request;
    struct frame *frame = check_one(requests[i], &request);
    if (request.problem != PROBLEM_REQUEST || request.id.present) fail_msg("%s", requests[i]);
    frame_destroy(frame);
  }
}

static void what_is_no_request_has_no_id_to_be_answered_with(void **state) {
  (void)state;
  static const char *const requests[] = {
      "{\"id\":5,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"1.0\",\"id\":5,\"method\":\"ping\"}",
      "{\"jsonrpc\":2.0,\"id\":5,\"method\":\"ping\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":5}",
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":null}",
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":null}",
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":\"bar\"}",
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}",
  };
  for (size_t i = 0; i < COUNT_OF(requests); i++) {
    struct request request;
    struct frame *frame = check_one(requests[i], &request);
    assert_int_equal(request.problem, PROBLEM_REQUEST);
    assert_false(request.id.present);
    frame_destroy(frame);
  }
}

static void ids_are_kept_as_they_were_sent(void **state) {
  (void)state;
  static const char *const ids[] = {"0",
                                    "-1",
                                    "9007199254740992",
                                    "-9007199254740992",
                                    "\"\"",
                                    "\"a\\\"b\"",
                                    "\"1234567890123456789012345678901234567890123456789012345678901234\"",
                                    "\"запрос-17\""};
  for (size_t i = 0; i < COUNT_OF(ids); i++) {
    char text[300], answer[300];
    snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]);
    struct request request;
    struct frame *frame = check_one(text, &request);
    assert_int_equal(request.problem, PROBLEM_NONE);
    struct buffer out;
    buffer_init(&out, 1000);
    encode_result_begin(&out, &request.id);
    encode_empty(&out);
    encode_result_end(&out);
    int size = snprintf(answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", ids[i]);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, answer, out.size);
    buffer_free(&out);
    frame_destroy(frame);
  }
}

static void a_batch_is_read_in_order_each_for_itself(void **state) {
  (void)state;
  static const char text[] =
      "[{\"jsonrpc\":\"2.0\",\"method\":\"room.list\",\"id\":\"1\"},"
      "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"},"
      "{\"jsonrpc\":\"2.0\",\"method\":\"room.leave\",\"params\":{\"room\":\"kz\"},\"id\":\"2\"},"
      "{\"foo\":\"boo\"},"
      "{\"jsonrpc\":\"2.0\",\"method\":\"foo.get\",\"params\":{\"name\":\"myself\"},\"id\":\"5\"},"
      "1,"
      "[{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":6}],"
      "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":\"9\"}]";
  static const struct {
    enum problem problem;
    const char *id;
  } expected[] = {{PROBLEM_NONE, "1"},   {PROBLEM_NONE, NULL},    {PROBLEM_NONE, "2"},     {PROBLEM_REQUEST, NULL},
                  {PROBLEM_METHOD, "5"}, {PROBLEM_REQUEST, NULL}, {PROBLEM_REQUEST, NULL}, {PROBLEM_NONE, "9"}};
  struct frame *frame = frame_parse(SLICE_LITERAL(text));
  assert_non_null(frame);
  assert_int_equal(frame_problem(frame), PROBLEM_NONE);
  struct request request;
  for (size_t i = 0; i < COUNT_OF(expected); i++) {
    assert_int_equal(frame_remaining(frame), COUNT_OF(expected) - i);
    assert_true(frame_next(frame, &request));
    assert_int_equal(request.problem, expected[i].problem);
    assert_int_equal(request.id.present, expected[i].id != NULL);
    if (expected[i].id) assert_memory_equal(request.id.text, expected[i].id, request.id.size);
  }
  assert_false(frame_next(frame, &request));
  frame_destroy(frame);
}

static void a_batch_of_invalid_elements_has_a_problem_for_each(void **state) {
  (void)state;
  struct frame *frame = frame_parse(SLICE_LITERAL("[1,2,3]"));
  assert_non_null(frame);
  struct request request;
  size_t count = 0;
  for (; frame_next(frame, &request); count++) {
    assert_int_equal(request.problem, PROBLEM_REQUEST);
    assert_false(request.id.present);
  }
  assert_int_equal(count, 3);
  frame_destroy(frame);
}

static char *batch_of(size_t count) {
  static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},";
  char *text = check_repeat(ping, count + 1);
  memmove(text + 1, text, count * strlen(ping));
  text[0] = '[';
  text[count * strlen(ping)] = ']';
  text[count * strlen(ping) + 1] = '\0';
  return text;
}

static void a_batch_over_its_limit_is_refused_as_a_whole(void **state) {
  (void)state;
  char *full = batch_of(LIMIT_BATCH), *over = batch_of(LIMIT_BATCH + 1);
  struct frame *frame = frame_parse(slice_of(full));
  assert_non_null(frame);
  assert_int_equal(frame_problem(frame), PROBLEM_NONE);
  assert_int_equal(frame_remaining(frame), LIMIT_BATCH);
  frame_destroy(frame);
  assert_int_equal(check_whole(slice_of(over)), PROBLEM_REQUEST);
  free(full);
  free(over);
}

static void nothing_is_no_frame_to_destroy(void **state) {
  (void)state;
  frame_destroy(NULL);
}

static void params_may_be_absent_where_none_are_needed(void **state) {
  (void)state;
  struct request request;
  struct frame *frame = check_one("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"room.list\"}", &request);
  assert_int_equal(request.problem, PROBLEM_NONE);
  frame_destroy(frame);
  frame = check_one("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"room.join\"}", &request);
  assert_int_equal(request.problem, PROBLEM_PARAMS);
  assert_string_equal(request.field, "room");
  frame_destroy(frame);
}

static void params_as_an_array_do_not_fit(void **state) {
  (void)state;
  static const char *const methods[] = {"ping", "room.join", "message.post"};
  for (size_t i = 0; i < COUNT_OF(methods); i++) {
    struct request request;
    struct frame *frame = check_call(methods[i], "[\"kz\",5]", &request);
    assert_int_equal(request.problem, PROBLEM_PARAMS);
    assert_null(request.field);
    frame_destroy(frame);
    frame = check_call(methods[i], "[]", &request);
    assert_int_equal(request.problem, PROBLEM_PARAMS);
    frame_destroy(frame);
  }
}

static void every_method_is_found_by_its_name(void **state) {
  (void)state;
  for (enum method_id method = 0; method < METHOD_COUNT; method++) {
    struct request request;
    struct frame *frame = check_call(methods_rules(method)->name, "{}", &request);
    assert_int_not_equal(request.problem, PROBLEM_METHOD);
    assert_int_equal(request.method, method);
    frame_destroy(frame);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_request_is_read_with_its_id_and_params),
      cmocka_unit_test(named_params_come_in_any_order),
      cmocka_unit_test(a_notification_has_no_id_whatever_becomes_of_it),
      cmocka_unit_test(an_unknown_method_is_told_with_its_id),
      cmocka_unit_test(what_is_no_json_is_a_parse_error),
      cmocka_unit_test(json_that_is_no_request_is_an_invalid_request),
      cmocka_unit_test(what_is_no_request_has_no_id_to_be_answered_with),
      cmocka_unit_test(ids_are_kept_as_they_were_sent),
      cmocka_unit_test(a_batch_is_read_in_order_each_for_itself),
      cmocka_unit_test(a_batch_of_invalid_elements_has_a_problem_for_each),
      cmocka_unit_test(a_batch_over_its_limit_is_refused_as_a_whole),
      cmocka_unit_test(nothing_is_no_frame_to_destroy),
      cmocka_unit_test(params_may_be_absent_where_none_are_needed),
      cmocka_unit_test(params_as_an_array_do_not_fit),
      cmocka_unit_test(every_method_is_found_by_its_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
