/* What is written: exact bytes for the small things, and every JSON parser reads back what was put in. */
#include <jansson.h>

#include "check.h"
#include "texts.h"

static struct buffer out;

static int begin(void **state) {
  (void)state;
  buffer_init(&out, 1 << 20);
  return 0;
}

static int end(void **state) {
  (void)state;
  buffer_free(&out);
  return 0;
}

static void assert_written(const char *expected) {
  assert_false(out.failed);
  if (out.size != strlen(expected) || memcmp(out.data, expected, out.size) != 0) {
    fail_msg("wrote %.*s\nnot   %s", (int)out.size, out.data, expected);
  }
  json_t *value = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
  assert_non_null(value);
  json_decref(value);
  buffer_clear(&out);
}

static void assert_reads_back(struct slice text) {
  encode_string(&out, text);
  json_error_t error;
  json_t *value = json_loadb(out.data, out.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
  if (!value) fail_msg("%s: %.*s", error.text, (int)out.size, out.data);
  assert_int_equal(json_string_length(value), text.size);
  if (text.size > 0) assert_memory_equal(json_string_value(value), text.data, text.size);
  json_decref(value);
  buffer_clear(&out);
}

static void strings_are_escaped_as_json_asks(void **state) {
  (void)state;
  encode_string(&out, SLICE_LITERAL("say \"да\" \\ 好\b\f\n\r\t\x01\x1f\x7f/ \xe2\x80\xa8 🤝"));
  assert_written("\"say \\\"да\\\" \\\\ 好\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/ \xe2\x80\xa8 🤝\"");
  encode_string(&out, SLICE_NONE);
  assert_written("\"\"");
  encode_key(&out, "a");
  encode_bool(&out, false);
  assert_int_equal(out.size, 9);
  assert_memory_equal(out.data, "\"a\":false", 9);
}

static void every_byte_at_every_place_reads_back(void **state) {
  (void)state;
  char text[40];
  for (int c = 0; c < 128; c++) {
    for (size_t place = 0; place < sizeof text; place++) {
      memset(text, 'x', sizeof text);
      text[place] = (char)c;
      assert_reads_back((struct slice){text, sizeof text});
      assert_reads_back((struct slice){text, place + 1});
    }
  }
}

static void what_people_write_reads_back(void **state) {
  (void)state;
  struct texts texts;
  texts_load(&texts);
  for (size_t i = 0; i < texts.count; i++) assert_reads_back(texts.items[i]);
  texts_free(&texts);
}

static void what_people_write_goes_through_a_post_and_comes_out_as_an_entry(void **state) {
  (void)state;
  struct texts texts;
  texts_load(&texts);
  struct request_id id = {.present = true, .number = 1};
  for (size_t i = 0; i < texts.count; i++) {
    if (!text_is_writable(texts.items[i]) || text_characters(texts.items[i]) > LIMIT_TEXT) continue;
    buffer_append_text(&out, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message.post\",\"params\":{\"room\":\"kz\","
                             "\"client_id\":\"c\",\"text\":");
    encode_string(&out, texts.items[i]);
    buffer_append_text(&out, "}}");
    struct frame *frame = frame_parse(buffer_slice(&out));
    struct request request;
    assert_true(frame && frame_next(frame, &request));
    assert_int_equal(request.problem, PROBLEM_NONE);
    buffer_clear(&out);
    struct entry entry = {.room = request.params.message_post.room,
                          .seq = 1,
                          .type = ENTRY_MESSAGE,
                          .text = request.params.message_post.text,
                          .client_id = request.params.message_post.client_id};
    encode_result_begin(&out, &id);
    encode_entry(&out, &entry);
    encode_result_end(&out);
    json_t *value = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(value);
    json_t *text = json_object_get(json_object_get(value, "result"), "text");
    assert_true(slice_equal((struct slice){json_string_value(text), json_string_length(text)}, texts.items[i]));
    json_decref(value);
    frame_destroy(frame);
    buffer_clear(&out);
  }
  texts_free(&texts);
}

static const struct request_id number = {.present = true, .number = -12};
static const struct request_id nobody = {.present = false};

static void answers_have_the_shape_of_json_rpc(void **state) {
  (void)state;
  encode_result_begin(&out, &number);
  encode_posted(&out, 17, 1769846703120, false);
  encode_result_end(&out);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":-12,\"result\":{\"seq\":17,\"at\":\"2026-01-31T08:05:03.120Z\","
                 "\"duplicate\":false}}");
  encode_changed(&out, 3, 0);
  assert_written("{\"seq\":3,\"at\":\"1970-01-01T00:00:00.000Z\"}");
  encode_empty(&out);
  assert_written("{}");
  struct request_id text = {.present = true, .is_text = true, .size = 3, .text = "a\"b"};
  encode_result_begin(&out, &text);
  encode_empty(&out);
  encode_result_end(&out);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"result\":{}}");
}

static void errors_have_code_message_and_data(void **state) {
  (void)state;
  encode_error(&out, &nobody, PROBLEM_PARSE, REASON_NONE, NULL, 0);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error\"}}");
  encode_error(&out, &nobody, PROBLEM_REQUEST, REASON_NONE, NULL, 0);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"Invalid Request\"}}");
  encode_error(&out, &number, PROBLEM_METHOD, REASON_NONE, NULL, 0);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":-12,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
  encode_error(&out, &number, PROBLEM_PARAMS, REASON_NONE, "text", 0);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":-12,\"error\":{\"code\":-32602,\"message\":\"Invalid params\","
                 "\"data\":{\"field\":\"text\"}}}");
  encode_error(&out, &number, PROBLEM_PARAMS, REASON_NONE, NULL, 0);
  assert_written("{\"jsonrpc\":\"2.0\",\"id\":-12,\"error\":{\"code\":-32602,\"message\":\"Invalid params\"}}");
}

static void a_refusal_says_why_and_when_to_try_again(void **state) {
  (void)state;
  static const struct {
    int64_t ms;
    const char *data;
  } cases[] = {
      {0, "\"data\":{\"reason\":\"rate_limited\"}}}"},
      {1, "\"data\":{\"reason\":\"rate_limited\",\"retry_after\":1}}}"},
      {1000, "\"data\":{\"reason\":\"rate_limited\",\"retry_after\":1}}}"},
      {1001, "\"data\":{\"reason\":\"rate_limited\",\"retry_after\":2}}}"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    encode_error(&out, &number, PROBLEM_REASON, REASON_RATE_LIMITED, NULL, cases[i].ms);
    size_t size = strlen(cases[i].data);
    assert_true(out.size > size);
    assert_memory_equal(out.data + out.size - size, cases[i].data, size);
    buffer_clear(&out);
  }
  encode_error(&out, &number, PROBLEM_REASON, REASON_TOO_LONG, "text", 0);
  json_t *value = json_loadb(out.data, out.size, 0, NULL);
  json_t *error = json_object_get(value, "error"), *data = json_object_get(error, "data");
  assert_int_equal(json_integer_value(json_object_get(error, "code")), 1000);
  assert_string_equal(json_string_value(json_object_get(data, "reason")), "too_long");
  assert_string_equal(json_string_value(json_object_get(data, "field")), "text");
  json_decref(value);
  buffer_clear(&out);
}

static void http_errors_name_reason_and_field(void **state) {
  (void)state;
  encode_http_error(&out, REASON_INVALID_PARAMS, "login");
  char expected[300];
  snprintf(expected, sizeof expected,
           "{\"error\":{\"reason\":\"invalid_params\",\"message\":\"%s\",\"field\":\"login\"}}",
           reason_message(REASON_INVALID_PARAMS));
  assert_written(expected);
  encode_http_banned(&out, &(struct sanction){.kind = SANCTION_BAN});
  snprintf(expected, sizeof expected, "{\"error\":{\"reason\":\"banned\",\"message\":\"%s\",\"ban\":{}}}",
           reason_message(REASON_BANNED));
  assert_written(expected);
  encode_http_error(&out, REASON_NO_SESSION, NULL);
  snprintf(expected, sizeof expected, "{\"error\":{\"reason\":\"no_session\",\"message\":\"%s\"}}",
           reason_message(REASON_NO_SESSION));
  assert_written(expected);
}

static struct entry example(enum entry_type type) {
  return (struct entry){
      .room = SLICE_LITERAL("kz.fintech"),
      .seq = 9007199254740991,
      .at = 1769846703120,
      .type = type,
      .from = {.member = 17,
               .name = SLICE_LITERAL("王芳"),
               .country = SLICE_LITERAL("cn"),
               .company = SLICE_LITERAL("")},
  };
}

#define FROM "\"from\":{\"id\":\"m17\",\"name\":\"王芳\",\"country\":\"cn\",\"company\":\"\"}"
#define HEAD(type) \
  "{\"room\":\"kz.fintech\",\"seq\":9007199254740991,\"at\":\"2026-01-31T08:05:03.120Z\",\"type\":\"" type "\"," FROM

static void a_message_is_written_as_sent(void **state) {
  (void)state;
  struct entry entry = example(ENTRY_MESSAGE);
  entry.text = SLICE_LITERAL("谁认识 @aigul?");
  entry.client_id = SLICE_LITERAL("c-1");
  encode_entry(&out, &entry);
  assert_written(HEAD("message") ",\"text\":\"谁认识 @aigul?\",\"client_id\":\"c-1\"}");
  int64_t mentions[] = {5, 6};
  entry.mentions = mentions;
  entry.mention_count = 2;
  entry.reply_to = 4;
  encode_entry_notification(&out, &entry);
  assert_written("{\"jsonrpc\":\"2.0\",\"method\":\"entry\",\"params\":" HEAD(
      "message") ",\"text\":\"谁认识 @aigul?\",\"client_id\":\"c-1\",\"reply_to\":4,\"mentions\":[\"m5\",\"m6\"]}}");
}

static void a_message_in_an_answer_shows_edits_and_reactions(void **state) {
  (void)state;
  struct entry entry = example(ENTRY_MESSAGE);
  struct reaction reactions[] = {{SLICE_LITERAL("👍"), 3, true, NULL}, {SLICE_LITERAL("❤️"), 1, false, NULL}};
  entry.text = SLICE_LITERAL("t");
  entry.client_id = SLICE_LITERAL("c");
  entry.edited_at = 1769846703121;
  entry.reactions = reactions;
  entry.reaction_count = 2;
  encode_entry(&out, &entry);
  assert_written(HEAD("message") ",\"text\":\"t\",\"client_id\":\"c\",\"edited_at\":\"2026-01-31T08:05:03.121Z\","
                                 "\"reactions\":[{\"emoji\":\"👍\",\"count\":3,\"mine\":true},"
                                 "{\"emoji\":\"❤️\",\"count\":1,\"mine\":false}]}");
}

static void a_removed_text_is_never_written(void **state) {
  (void)state;
  int64_t mention = 5;
  struct entry entry = example(ENTRY_MESSAGE);
  entry.text = SLICE_LITERAL("secret");
  entry.client_id = SLICE_LITERAL("c");
  entry.mentions = &mention;
  entry.mention_count = 1;
  entry.removed = true;
  encode_entry(&out, &entry);
  assert_written(HEAD("message") ",\"client_id\":\"c\",\"removed\":true}");
  entry = example(ENTRY_EDIT);
  entry.target = 2;
  entry.text = SLICE_LITERAL("secret");
  entry.removed = true;
  encode_entry(&out, &entry);
  assert_written(HEAD("edit") ",\"target\":2,\"removed\":true}");
}

static void changes_name_their_target(void **state) {
  (void)state;
  struct entry entry = example(ENTRY_EDIT);
  entry.target = 2;
  entry.text = SLICE_LITERAL("новый текст");
  encode_entry(&out, &entry);
  assert_written(HEAD("edit") ",\"target\":2,\"text\":\"новый текст\"}");
  entry = example(ENTRY_REMOVE);
  entry.target = 2;
  encode_entry(&out, &entry);
  assert_written(HEAD("remove") ",\"target\":2}");
  entry.reason = SLICE_LITERAL("реклама");
  encode_entry(&out, &entry);
  assert_written(HEAD("remove") ",\"target\":2,\"reason\":\"реклама\"}");
  entry = example(ENTRY_REACT);
  entry.target = 2;
  entry.emoji = SLICE_LITERAL("🇰🇿");
  entry.on = true;
  encode_entry(&out, &entry);
  assert_written(HEAD("react") ",\"target\":2,\"emoji\":\"🇰🇿\",\"on\":true}");
}

static void a_page_has_its_entries_oldest_first(void **state) {
  (void)state;
  struct entry entries[] = {example(ENTRY_REMOVE), example(ENTRY_REMOVE)};
  buffer_append_char(&out, '{');
  encode_page(&out, entries, 0, false, 0);
  buffer_append_char(&out, '}');
  assert_written("{\"entries\":[],\"more\":false,\"as_of\":0}");
  buffer_append_char(&out, '{');
  encode_page(&out, entries, 2, true, 12);
  buffer_append_char(&out, '}');
  assert_written(
      "{\"entries\":[" HEAD("remove") ",\"target\":0}," HEAD("remove") ",\"target\":0}],\"more\":true,\"as_of\":12}");
}

#define AIGUL \
  "{\"id\":\"m4\",\"login\":\"aigul\",\"name\":\"Айгуль\",\"title\":\"\",\"company\":\"\",\"country\":\"kz\"," \
  "\"sectors\":[\"trade\",\"fintech\"],\"languages\":[],\"about\":\"\",\"offers\":\"\",\"seeks\":\"\"," \
  "\"role\":\"moderator\",\"online\":"

static struct slice aigul_sectors[] = {SLICE_LITERAL("trade"), SLICE_LITERAL("fintech")};
static const struct member_record aigul = {.key = 4,
                                           .login = SLICE_LITERAL("aigul"),
                                           .name = SLICE_LITERAL("Айгуль"),
                                           .country = SLICE_LITERAL("kz"),
                                           .sectors = {aigul_sectors, 2},
                                           .role = ROLE_MODERATOR};

static void a_member_has_all_fields(void **state) {
  (void)state;
  encode_member(&out, &aigul, false);
  assert_written(AIGUL "false}");
}

static void a_room_has_all_fields(void **state) {
  (void)state;
  struct room_record record = {
      .room = SLICE_LITERAL("kz.fintech"), .kind = ROOM_PAIR, .head = 9, .read = 5, .unread = 3, .mentions = 1};
  struct room_face face = {.record = &record,
                           .country = SLICE_LITERAL("kz"),
                           .sector = SLICE_LITERAL("fintech"),
                           .title = SLICE_LITERAL("Kazakhstan · Fintech"),
                           .online = 2,
                           .joined = true,
                           .role = "member"};
  encode_room(&out, &face);
  assert_written("{\"room\":\"kz.fintech\",\"kind\":\"pair\",\"country\":\"kz\",\"sector\":\"fintech\","
                 "\"title\":\"Kazakhstan · Fintech\",\"topic\":\"\",\"head\":9,\"read\":5,\"unread\":3,\"mentions\":1,"
                 "\"online\":2,\"joined\":true,\"locked\":false,\"slow\":0,\"role\":\"member\"}");
}

static void a_direct_talk_shows_the_other_one(void **state) {
  (void)state;
  struct member_record other = aigul;
  struct room_record record = {.room = SLICE_LITERAL("dm.x"), .kind = ROOM_DIRECT, .with = &other};
  struct room_face face = {.record = &record, .title = SLICE_LITERAL("Айгуль"), .with_online = true, .role = "member"};
  encode_room_notification(&out, &face);
  assert_written(
      "{\"jsonrpc\":\"2.0\",\"method\":\"room\",\"params\":{\"room\":\"dm.x\",\"kind\":\"direct\",\"with\":" AIGUL
      "true,\"blocked\":false},\"title\":\"Айгуль\",\"topic\":\"\",\"head\":0,\"read\":0,\"unread\":0,\"mentions\":0,\"online\":0,"
      "\"joined\":false,\"locked\":false,\"slow\":0,\"role\":\"member\"}}");
}

static void welcome_tells_the_limits(void **state) {
  (void)state;
  struct welcome welcome = {
      .member = &aigul, .instance = SLICE_LITERAL("i-1"), .epoch = SLICE_LITERAL("e"), .now_ms = 1769846703120};
  encode_welcome(&out, &welcome);
  assert_written(
      "{\"jsonrpc\":\"2.0\",\"method\":\"welcome\",\"params\":{\"protocol\":\"club.v1\",\"member\":" AIGUL
      "true},\"instance\":\"i-1\",\"epoch\":\"e\",\"time\":\"2026-01-31T08:05:03.120Z\",\"limits\":{\"text\":4000,"
      "\"frame\":65536,\"history\":100,\"in_flight\":32,\"batch\":32,\"ping\":25}}}");
}

#define NOTIFICATION(name, params) "{\"jsonrpc\":\"2.0\",\"method\":\"" name "\",\"params\":" params "}"

static void notifications_have_their_fields(void **state) {
  (void)state;
  struct slice room = SLICE_LITERAL("kz");
  encode_closing(&out, 1500);
  assert_written(NOTIFICATION("closing", "{\"retry_after\":1.500}"));
  encode_closing(&out, 7);
  assert_written(NOTIFICATION("closing", "{\"retry_after\":0.007}"));
  encode_closing(&out, 2000);
  assert_written(NOTIFICATION("closing", "{\"retry_after\":2}"));
  encode_closing(&out, 0);
  assert_written(NOTIFICATION("closing", "{\"retry_after\":0}"));
  encode_typing(&out, room, 17, SLICE_LITERAL("王芳"), SLICE_LITERAL("cn"), SLICE_NONE);
  assert_written(NOTIFICATION("typing", "{\"room\":\"kz\"," FROM "}"));
  encode_presence(&out, room, 10000);
  assert_written(NOTIFICATION("presence", "{\"room\":\"kz\",\"online\":10000}"));
  encode_read(&out, room, 5, 9, 4, 1);
  assert_written(NOTIFICATION("read", "{\"room\":\"kz\",\"seq\":5,\"head\":9,\"unread\":4,\"mentions\":1}"));
  encode_heads_begin(&out);
  encode_heads_end(&out);
  assert_written(NOTIFICATION("heads", "{\"rooms\":{}}"));
  encode_heads_begin(&out);
  encode_heads_item(&out, true, room, 7, 2, 1);
  encode_heads_item(&out, false, SLICE_LITERAL("dm.x"), 1, 1, 0);
  encode_heads_end(&out);
  assert_written(NOTIFICATION("heads", "{\"rooms\":{\"kz\":{\"head\":7,\"unread\":2,\"mentions\":1},"
                                       "\"dm.x\":{\"head\":1,\"unread\":1,\"mentions\":0}}}"));
}

static void what_does_not_fit_marks_the_buffer(void **state) {
  (void)state;
  struct buffer small;
  buffer_init(&small, 100);
  struct entry entry = example(ENTRY_MESSAGE);
  encode_entry(&small, &entry);
  assert_true(small.failed);
  buffer_free(&small);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(strings_are_escaped_as_json_asks),
      TEST(every_byte_at_every_place_reads_back),
      TEST(what_people_write_reads_back),
      TEST(what_people_write_goes_through_a_post_and_comes_out_as_an_entry),
      TEST(answers_have_the_shape_of_json_rpc),
      TEST(errors_have_code_message_and_data),
      TEST(a_refusal_says_why_and_when_to_try_again),
      TEST(http_errors_name_reason_and_field),
      TEST(a_message_is_written_as_sent),
      TEST(a_message_in_an_answer_shows_edits_and_reactions),
      TEST(a_removed_text_is_never_written),
      TEST(changes_name_their_target),
      TEST(a_page_has_its_entries_oldest_first),
      TEST(a_member_has_all_fields),
      TEST(a_room_has_all_fields),
      TEST(a_direct_talk_shows_the_other_one),
      TEST(welcome_tells_the_limits),
      TEST(notifications_have_their_fields),
      TEST(what_does_not_fit_marks_the_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
