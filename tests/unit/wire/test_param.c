/* Params and bodies against what the description asks of them. */
#include "check.h"

struct expectation {
  const char *method, *params;
  enum problem problem;
  const char *field;
};

static void assert_expectation(const struct expectation *expected) {
  struct request request;
  struct frame *frame = check_call(expected->method, expected->params, &request);
  bool same_field = expected->field ? request.field && strcmp(request.field, expected->field) == 0 : !request.field;
  if (request.problem != expected->problem || !same_field) {
    fail_msg("%s %.200s: problem %d, field %s", expected->method, expected->params, request.problem,
             request.field ? request.field : "none");
  }
  assert_int_equal(request.reason, request.problem == PROBLEM_REASON ? REASON_TOO_LONG : REASON_NONE);
  assert_true(request.id.present);
  frame_destroy(frame);
}

static void assert_all(const struct expectation *expected, size_t count) {
  for (size_t i = 0; i < count; i++) assert_expectation(&expected[i]);
}

static void what_is_missing_is_named(void **state) {
  (void)state;
  static const struct expectation cases[] = {
      {"direct.open", "{}", PROBLEM_PARAMS, "member"},
      {"room.join", "{}", PROBLEM_PARAMS, "room"},
      {"room.leave", "{}", PROBLEM_PARAMS, "room"},
      {"room.history", "{}", PROBLEM_PARAMS, "room"},
      {"room.members", "{}", PROBLEM_PARAMS, "room"},
      {"room.read", "{\"room\":\"kz\"}", PROBLEM_PARAMS, "seq"},
      {"room.typing", "{}", PROBLEM_PARAMS, "room"},
      {"message.post", "{\"client_id\":\"a\",\"text\":\"t\"}", PROBLEM_PARAMS, "room"},
      {"message.post", "{\"room\":\"kz\",\"text\":\"t\"}", PROBLEM_PARAMS, "client_id"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"a\"}", PROBLEM_PARAMS, "text"},
      {"message.edit", "{\"room\":\"kz\",\"text\":\"t\"}", PROBLEM_PARAMS, "seq"},
      {"message.remove", "{\"seq\":1}", PROBLEM_PARAMS, "room"},
      {"message.react", "{\"room\":\"kz\",\"seq\":1,\"on\":true}", PROBLEM_PARAMS, "emoji"},
      {"message.react", "{\"room\":\"kz\",\"seq\":1,\"emoji\":\"👍\"}", PROBLEM_PARAMS, "on"},
      {"invite.create", "{}", PROBLEM_PARAMS, "client_id"},
      {"invite.revoke", "{}", PROBLEM_PARAMS, "invite"},
      {"ping", "{}", PROBLEM_NONE, NULL},
      {"room.list", "{}", PROBLEM_NONE, NULL},
      {"room.open", "{}", PROBLEM_NONE, NULL},
      {"invite.list", "{}", PROBLEM_NONE, NULL},
  };
  assert_all(cases, COUNT_OF(cases));
}

static void a_wrong_type_is_refused_null_too(void **state) {
  (void)state;
  static const char *const not_strings[] = {"null", "1", "1.5", "true", "[]", "[\"kz\"]", "{}"};
  static const char *const not_integers[] = {
      "null", "\"1\"", "1.0", "1e0", "1.5", "true", "[]", "{}", "100000000000000000000", "1e20"};
  static const char *const not_booleans[] = {"null", "0", "1", "\"true\"", "[]", "{}"};
  char params[300];
  for (size_t i = 0; i < COUNT_OF(not_strings); i++) {
    snprintf(params, sizeof params, "{\"room\":%s}", not_strings[i]);
    assert_expectation(&(struct expectation){"room.typing", params, PROBLEM_PARAMS, "room"});
    snprintf(params, sizeof params, "{\"country\":%s}", not_strings[i]);
    assert_expectation(&(struct expectation){"room.open", params, PROBLEM_PARAMS, "country"});
  }
  for (size_t i = 0; i < COUNT_OF(not_integers); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":%s}", not_integers[i]);
    assert_expectation(&(struct expectation){"room.read", params, PROBLEM_PARAMS, "seq"});
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"limit\":%s}", not_integers[i]);
    assert_expectation(&(struct expectation){"room.join", params, PROBLEM_PARAMS, "limit"});
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"after\":%s}", not_integers[i]);
    assert_expectation(&(struct expectation){"room.join", params, PROBLEM_PARAMS, "after"});
  }
  for (size_t i = 0; i < COUNT_OF(not_booleans); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":1,\"emoji\":\"👍\",\"on\":%s}", not_booleans[i]);
    assert_expectation(&(struct expectation){"message.react", params, PROBLEM_PARAMS, "on"});
  }
}

static void integers_have_bounds(void **state) {
  (void)state;
  static const struct expectation cases[] = {
      {"room.read", "{\"room\":\"kz\",\"seq\":1}", PROBLEM_NONE, NULL},
      {"room.read", "{\"room\":\"kz\",\"seq\":9007199254740991}", PROBLEM_NONE, NULL},
      {"room.read", "{\"room\":\"kz\",\"seq\":9007199254740992}", PROBLEM_PARAMS, "seq"},
      {"room.read", "{\"room\":\"kz\",\"seq\":0}", PROBLEM_PARAMS, "seq"},
      {"room.read", "{\"room\":\"kz\",\"seq\":-1}", PROBLEM_PARAMS, "seq"},
      {"room.join", "{\"room\":\"kz\",\"after\":0}", PROBLEM_NONE, NULL},
      {"room.join", "{\"room\":\"kz\",\"after\":-0}", PROBLEM_NONE, NULL},
      {"room.join", "{\"room\":\"kz\",\"after\":-1}", PROBLEM_PARAMS, "after"},
      {"room.join", "{\"room\":\"kz\",\"limit\":0}", PROBLEM_PARAMS, "limit"},
      {"room.join", "{\"room\":\"kz\",\"limit\":1000000}", PROBLEM_NONE, NULL},
      {"room.history", "{\"room\":\"kz\",\"before\":0}", PROBLEM_PARAMS, "before"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"a\",\"text\":\"t\",\"reply_to\":0}", PROBLEM_PARAMS,
       "reply_to"},
      {"invite.create", "{\"client_id\":\"a\",\"uses\":1000,\"for\":2592000}", PROBLEM_NONE, NULL},
      {"invite.create", "{\"client_id\":\"a\",\"uses\":1001}", PROBLEM_PARAMS, "uses"},
      {"invite.create", "{\"client_id\":\"a\",\"for\":0}", PROBLEM_PARAMS, "for"},
      {"invite.create", "{\"client_id\":\"a\",\"for\":2592001}", PROBLEM_PARAMS, "for"},
  };
  assert_all(cases, COUNT_OF(cases));
}

static void texts_say_something(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "", " ", "\\t\\n ", "\\u00a0\\u3000\\u2003", "a\\u0007b", "a\\rb", "\\u001b[31mred", "a\\u007fb", "a\\u0085b"};
  static const char *const fine[] = {"a",       "\\tкод:\\n\\tвторая строка", "你好，阿拉木图", "a\\u2028b", "\\\"\\\\",
                                     "\\u200d", "👨‍👩‍👧"};
  char params[300];
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"client_id\":\"a\",\"text\":\"%s\"}", wrong[i]);
    assert_expectation(&(struct expectation){"message.post", params, PROBLEM_PARAMS, "text"});
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":1,\"reason\":\"%s\"}", wrong[i]);
    assert_expectation(&(struct expectation){"message.remove", params, PROBLEM_PARAMS, "reason"});
  }
  for (size_t i = 0; i < COUNT_OF(fine); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":1,\"text\":\"%s\"}", fine[i]);
    assert_expectation(&(struct expectation){"message.edit", params, PROBLEM_NONE, NULL});
  }
}

/* `format` has one place for a string of `count` times `piece`. */
static void assert_long(const char *method, const char *format, const char *piece, size_t count, const char *field) {
  char *text = check_repeat(piece, count), *params = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  assert_true(asprintf(&params, format, text) > 0);
#pragma GCC diagnostic pop
  enum problem problem = field ? PROBLEM_REASON : PROBLEM_NONE;
  assert_expectation(&(struct expectation){method, params, problem, field});
  free(text);
  free(params);
}

static void lengths_are_characters_of_texts_and_bytes_of_names(void **state) {
  (void)state;
  static const char post[] = "{\"room\":\"kz\",\"client_id\":\"a\",\"text\":\"%s\"}";
  static const char *const pieces[] = {"a", "я", "中", "🤝"};
  for (size_t i = 0; i < COUNT_OF(pieces); i++) {
    assert_long("message.post", post, pieces[i], LIMIT_TEXT, NULL);
    assert_long("message.post", post, pieces[i], LIMIT_TEXT + 1, "text");
  }
  static const char removal[] = "{\"room\":\"kz\",\"seq\":1,\"reason\":\"%s\"}";
  assert_long("message.remove", removal, "я", LIMIT_REASON, NULL);
  assert_long("message.remove", removal, "я", LIMIT_REASON + 1, "reason");
  static const char named[] = "{\"room\":\"kz\",\"client_id\":\"%s\",\"text\":\"t\"}";
  assert_long("message.post", named, "~", LIMIT_CLIENT_ID, NULL);
  assert_long("message.post", named, "!", LIMIT_CLIENT_ID + 1, "client_id");
  static const char entered[] = "{\"room\":\"%s\"}";
  assert_long("room.typing", entered, "я", LIMIT_IDENTIFIER / 2, NULL);
  assert_long("room.typing", entered, "я", LIMIT_IDENTIFIER / 2 + 1, "room");
  static const char reaction[] = "{\"room\":\"kz\",\"seq\":1,\"on\":true,\"emoji\":\"%s\"}";
  assert_long("message.react", reaction, "👍", LIMIT_EMOJI / 4 + 1, "emoji");
}

static void names_have_their_form(void **state) {
  (void)state;
  static const struct expectation cases[] = {
      {"room.typing", "{\"room\":\"\"}", PROBLEM_PARAMS, "room"},
      {"room.open", "{\"sector\":\"\"}", PROBLEM_PARAMS, "sector"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"\",\"text\":\"t\"}", PROBLEM_PARAMS, "client_id"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"a b\",\"text\":\"t\"}", PROBLEM_PARAMS, "client_id"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"я\",\"text\":\"t\"}", PROBLEM_PARAMS, "client_id"},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"a\\u007f\",\"text\":\"t\"}", PROBLEM_PARAMS, "client_id"},
      {"invite.create", "{\"client_id\":\"a\",\"role\":\"admin\"}", PROBLEM_NONE, NULL},
      {"invite.create", "{\"client_id\":\"a\",\"role\":\"owner\"}", PROBLEM_PARAMS, "role"},
      {"invite.create", "{\"client_id\":\"a\",\"role\":\"\"}", PROBLEM_PARAMS, "role"},
      {"invite.create", "{\"client_id\":\"a\",\"role\":\"Admin\"}", PROBLEM_PARAMS, "role"},
  };
  assert_all(cases, COUNT_OF(cases));
}

static void one_emoji_is_one_of_unicodes(void **state) {
  (void)state;
  static const char *const fine[] = {"👍", "❤️", "❤", "👍🏽", "👨‍👩‍👧", "🇰🇿", "1️⃣"};
  static const char *const wrong[] = {"", "a", "1", "👍👍", "👍a", " ", "中", "🇰"};
  char params[300];
  for (size_t i = 0; i < COUNT_OF(fine); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":1,\"emoji\":\"%s\",\"on\":false}", fine[i]);
    assert_expectation(&(struct expectation){"message.react", params, PROBLEM_NONE, NULL});
  }
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    snprintf(params, sizeof params, "{\"room\":\"kz\",\"seq\":1,\"emoji\":\"%s\",\"on\":false}", wrong[i]);
    assert_expectation(&(struct expectation){"message.react", params, PROBLEM_PARAMS, "emoji"});
  }
}

static void unknown_params_are_ignored_whatever_they_are(void **state) {
  (void)state;
  static const struct expectation cases[] = {
      {"ping", "{\"a\":null,\"b\":[1,{\"c\":1.5}]}", PROBLEM_NONE, NULL},
      {"room.typing", "{\"room\":\"kz\",\"later\":100000000000000000000}", PROBLEM_NONE, NULL},
      {"room.read", "{\"later\":1e20,\"seq\":5,\"more\":-99999999999999999999999,\"room\":\"kz\"}", PROBLEM_NONE, NULL},
      {"message.post", "{\"room\":\"kz\",\"client_id\":\"a\",\"text\":\"t\",\"files\":[]}", PROBLEM_NONE, NULL},
  };
  assert_all(cases, COUNT_OF(cases));
}

static void absent_params_are_told_from_present_ones(void **state) {
  (void)state;
  struct request request;
  struct frame *frame = check_call("room.history", "{\"room\":\"kz\",\"after\":0}", &request);
  assert_true(request.params.room_history.has_after && !request.params.room_history.has_before);
  assert_false(request.params.room_history.has_limit);
  frame_destroy(frame);
  frame = check_call("message.remove", "{\"room\":\"kz\",\"seq\":9}", &request);
  assert_null(request.params.message_remove.reason.data);
  frame_destroy(frame);
  frame = check_call("invite.create", "{\"client_id\":\"a\",\"for\":60}", &request);
  assert_true(request.params.invite_create.has_for_seconds && !request.params.invite_create.has_uses);
  assert_int_equal(request.params.invite_create.for_seconds, 60);
  assert_null(request.params.invite_create.role.data);
  frame_destroy(frame);
}

static void assert_body(enum body_id body, const char *text, enum problem problem, const char *field) {
  struct request request;
  struct frame *frame = body_parse(slice_of(text), body, &request);
  assert_non_null(frame);
  bool same_field = field ? request.field && strcmp(request.field, field) == 0 : !request.field;
  if (request.problem != problem || !same_field) fail_msg("%s: problem %d", text, request.problem);
  frame_destroy(frame);
}

static void bodies_are_checked_like_params(void **state) {
  (void)state;
  assert_body(BODY_SESSION, "", PROBLEM_PARSE, NULL);
  assert_body(BODY_SESSION, "{\"login\":\"a\",\"login\":\"b\"}", PROBLEM_PARSE, NULL);
  assert_body(BODY_SESSION, "[]", PROBLEM_PARAMS, NULL);
  assert_body(BODY_SESSION, "\"a\"", PROBLEM_PARAMS, NULL);
  assert_body(BODY_SESSION, "{\"login\":\"a\"}", PROBLEM_PARAMS, "password");
  assert_body(BODY_SESSION, "{\"login\":5,\"password\":\"b\"}", PROBLEM_PARAMS, "login");
  assert_body(BODY_SESSION, "{\"login\":\"\",\"password\":\"\"}", PROBLEM_NONE, NULL);
  assert_body(BODY_PASSWORD, "{\"old\":\"a\",\"new\":\"b\"}", PROBLEM_NONE, NULL);
  assert_body(BODY_PASSWORD, "{\"old\":\"a\"}", PROBLEM_PARAMS, "new");
  assert_body(BODY_INVITE, "{\"invite\":\"\"}", PROBLEM_NONE, NULL);
  assert_body(BODY_INVITE, "{}", PROBLEM_PARAMS, "invite");
}

#define MEMBER "{\"invite\":\"i\",\"login\":\"aigul\",\"password\":\"p\",\"name\":"

static void a_new_members_body_has_lists(void **state) {
  (void)state;
  static const char text[] = MEMBER "\"Айгуль Сапарова\",\"company\":\"\",\"country\":\"kz\","
                                    "\"sectors\":[\"fintech\",\"trade\"],\"languages\":[]}";
  struct request request;
  struct frame *frame = body_parse(SLICE_LITERAL(text), BODY_MEMBERS, &request);
  assert_non_null(frame);
  assert_int_equal(request.problem, PROBLEM_NONE);
  const struct members_body *body = &request.params.members_body;
  assert_true(slice_is(body->name, "Айгуль Сапарова"));
  assert_true(slice_is(body->company, "") && body->company.data);
  assert_int_equal(body->sectors.count, 2);
  assert_true(slice_is(body->sectors.items[1], "trade"));
  assert_int_equal(body->languages.count, 0);
  frame_destroy(frame);

  assert_body(BODY_MEMBERS, MEMBER "\" \"}", PROBLEM_PARAMS, "name");
  assert_body(BODY_MEMBERS, MEMBER "\"A\",\"company\":\"\\u0007\"}", PROBLEM_PARAMS, "company");
  assert_body(BODY_MEMBERS, MEMBER "\"A\",\"sectors\":\"trade\"}", PROBLEM_PARAMS, "sectors");
  assert_body(BODY_MEMBERS, MEMBER "\"A\",\"sectors\":[\"trade\",7]}", PROBLEM_PARAMS, "sectors");
  assert_body(BODY_MEMBERS, MEMBER "\"A\",\"sectors\":[\"\"]}", PROBLEM_PARAMS, "sectors");
  char *many = check_repeat(",\"x\"", LIMIT_MEMBER_LIST + 1), *full = check_repeat(",\"x\"", LIMIT_MEMBER_LIST),
       *body_text;
  assert_true(asprintf(&body_text, MEMBER "\"A\",\"languages\":[%s]}", many + 1) > 0);
  assert_body(BODY_MEMBERS, body_text, PROBLEM_REASON, "languages");
  free(body_text);
  assert_true(asprintf(&body_text, MEMBER "\"A\",\"languages\":[%s],\"sectors\":[%s]}", full + 1, full + 1) > 0);
  assert_body(BODY_MEMBERS, body_text, PROBLEM_NONE, NULL);
  free(body_text);
  free(many);
  free(full);
  char *name = check_repeat("я", LIMIT_NAME + 1);
  assert_true(asprintf(&body_text, MEMBER "\"%s\"}", name) > 0);
  assert_body(BODY_MEMBERS, body_text, PROBLEM_REASON, "name");
  free(body_text);
  free(name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_missing_is_named),
      cmocka_unit_test(a_wrong_type_is_refused_null_too),
      cmocka_unit_test(integers_have_bounds),
      cmocka_unit_test(texts_say_something),
      cmocka_unit_test(lengths_are_characters_of_texts_and_bytes_of_names),
      cmocka_unit_test(names_have_their_form),
      cmocka_unit_test(one_emoji_is_one_of_unicodes),
      cmocka_unit_test(unknown_params_are_ignored_whatever_they_are),
      cmocka_unit_test(absent_params_are_told_from_present_ones),
      cmocka_unit_test(bodies_are_checked_like_params),
      cmocka_unit_test(a_new_members_body_has_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
