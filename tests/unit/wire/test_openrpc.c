/* The description is an OpenRPC 1.2 document, whole in itself, and the tables say what it says. */
#include <jansson.h>

#include "check.h"
#include "rule.h"

static json_t *document;

static int load(void **state) {
  (void)state;
  json_error_t error;
  document = json_load_file("server/wire/openrpc.json", JSON_REJECT_DUPLICATES, &error);
  if (!document) print_error("server/wire/openrpc.json:%d: %s\n", error.line, error.text);
  return document ? 0 : -1;
}

static int unload(void **state) {
  (void)state;
  json_decref(document);
  return 0;
}

static const char *string_at(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

/* What a reference inside the document points to; NULL: nothing. */
static const json_t *look_up(const char *reference) {
  char copy[200];
  assert_true(strlen(reference) < sizeof copy);
  strcpy(copy, reference);
  char *rest = copy;
  const char *part = strsep(&rest, "/");
  assert_string_equal(part, "#");
  const json_t *found = document;
  while (found && (part = strsep(&rest, "/"))) found = json_object_get(found, part);
  return found;
}

static const json_t *resolved(const json_t *value) {
  const char *reference = string_at(value, "$ref");
  return reference ? resolved(look_up(reference)) : value;
}

static void the_document_says_what_it_is(void **state) {
  (void)state;
  assert_int_equal(strncmp(string_at(document, "openrpc"), "1.2.", 4), 0);
  const json_t *info = json_object_get(document, "info");
  assert_non_null(string_at(info, "title"));
  assert_non_null(string_at(info, "version"));
  assert_true(json_array_size(json_object_get(document, "methods")) == METHOD_COUNT);
  /* OpenRPC 1.2: everything else at the top is one of its own or an extension. */
  static const char *const known[] = {"openrpc", "info", "servers", "methods", "components", "externalDocs"};
  const char *key;
  json_t *value;
  json_object_foreach(document, key, value) {
    bool fine = strncmp(key, "x-", 2) == 0;
    for (size_t i = 0; i < COUNT_OF(known); i++) fine = fine || strcmp(key, known[i]) == 0;
    if (!fine) fail_msg("%s", key);
  }
}

static void assert_references(const json_t *value) {
  size_t index;
  const char *key;
  json_t *inner;
  if (json_is_array(value)) {
    json_array_foreach(value, index, inner) assert_references(inner);
  } else if (json_is_object(value)) {
    const char *reference = string_at(value, "$ref");
    if (reference && !look_up(reference)) fail_msg("nothing at %s", reference);
    json_object_foreach((json_t *)value, key, inner) assert_references(inner);
  }
}

static void every_reference_leads_somewhere(void **state) {
  (void)state;
  assert_references(document);
}

static void assert_descriptor(const json_t *descriptor, const char *where) {
  const json_t *whole = resolved(descriptor);
  if (!string_at(whole, "name") || !json_is_object(json_object_get(whole, "schema"))) fail_msg("%s", where);
}

static void every_method_is_described_as_openrpc_asks(void **state) {
  (void)state;
  size_t index, inner;
  json_t *method, *value;
  json_array_foreach(json_object_get(document, "methods"), index, method) {
    const char *name = string_at(method, "name");
    assert_non_null(name);
    assert_non_null(string_at(method, "summary"));
    assert_string_equal(string_at(method, "paramStructure"), "by-name");
    assert_true(json_is_array(json_object_get(method, "params")));
    json_array_foreach(json_object_get(method, "params"), inner, value) assert_descriptor(value, name);
    assert_descriptor(json_object_get(method, "result"), name);
    json_array_foreach(json_object_get(method, "errors"), inner, value) {
      assert_true(json_is_integer(json_object_get(resolved(value), "code")));
      assert_non_null(string_at(resolved(value), "message"));
    }
  }
}

static void names_are_unique_and_required_params_come_first(void **state) {
  (void)state;
  json_t *names = json_object();
  size_t index, inner;
  json_t *method, *param;
  json_array_foreach(json_object_get(document, "methods"), index, method) {
    const char *name = string_at(method, "name");
    if (json_object_get(names, name)) fail_msg("%s is there twice", name);
    assert_int_equal(json_object_set_new(names, name, json_object()), 0);
    json_t *params = json_object_get(names, name);
    bool optional = false;
    json_array_foreach(json_object_get(method, "params"), inner, param) {
      const json_t *whole = resolved(param);
      bool required = json_is_true(json_object_get(whole, "required"));
      if (json_object_get(params, string_at(whole, "name")) || (required && optional)) fail_msg("%s", name);
      assert_int_equal(json_object_set_new(params, string_at(whole, "name"), json_true()), 0);
      optional = optional || !required;
    }
  }
  json_decref(names);
}

static void a_method_is_refused_only_with_reasons_that_exist(void **state) {
  (void)state;
  const json_t *reasons = json_object_get(look_up("#/components/schemas/Reason"), "enum");
  assert_int_equal(json_array_size(reasons), REASON_HELD);
  for (enum reason reason = REASON_FORBIDDEN; reason <= REASON_HELD; reason++) {
    assert_string_equal(json_string_value(json_array_get(reasons, reason - 1)), reason_text(reason));
  }
  size_t index, inner, each;
  json_t *method, *value, *reason;
  json_array_foreach(json_object_get(document, "methods"), index, method) {
    json_array_foreach(json_object_get(method, "x-reasons"), inner, value) {
      bool found = false;
      json_array_foreach(reasons, each, reason) found = found || json_equal(reason, value);
      if (!found) fail_msg("%s", json_string_value(value));
    }
  }
}

static const struct rule *find_rule(const struct rules *rules, const char *name) {
  for (size_t i = 0; i < rules->count; i++) {
    if (strcmp(rules->items[i].name, name) == 0) return &rules->items[i];
  }
  return NULL;
}

static void assert_rule(const struct rule *rule, const json_t *schema, bool required) {
  static const char *const types[] = {"string", "integer", "boolean", "array"};
  const json_t *type = json_object_get(schema, "type"); /* or a list of it and "null" */
  assert_string_equal(types[rule->type], json_string_value(json_is_array(type) ? json_array_get(type, 0) : type));
  assert_int_equal(rule->nullable, json_is_array(type));
  assert_int_equal(rule->required, required);
  assert_int_equal(rule->name_size, strlen(rule->name));
  if (rule->type == RULE_INTEGER) {
    assert_true(rule->minimum == json_integer_value(json_object_get(schema, "minimum")));
    assert_true(rule->maximum == json_integer_value(json_object_get(schema, "maximum")));
  }
  const json_t *longest = json_object_get(schema, "maxLength");
  if (longest) assert_true(rule->maximum == json_integer_value(longest));
}

static void the_table_of_params_says_what_the_document_says(void **state) {
  (void)state;
  size_t index, inner;
  json_t *method, *param;
  json_array_foreach(json_object_get(document, "methods"), index, method) {
    const char *name = string_at(method, "name");
    enum method_id id;
    assert_true(methods_find(slice_of(name), &id));
    const struct rules *rules = methods_rules(id);
    assert_string_equal(rules->name, name);
    assert_int_equal(rules->count, json_array_size(json_object_get(method, "params")));
    json_array_foreach(json_object_get(method, "params"), inner, param) {
      const json_t *whole = resolved(param);
      const struct rule *rule = find_rule(rules, string_at(whole, "name"));
      assert_non_null(rule);
      assert_rule(rule, resolved(json_object_get(whole, "schema")), json_is_true(json_object_get(whole, "required")));
    }
  }
}

static void every_body_of_the_document_has_its_rules(void **state) {
  (void)state;
  size_t index, body = 0;
  json_t *request;
  json_array_foreach(json_object_get(document, "x-http"), index, request) {
    if (!json_object_get(request, "body")) continue;
    assert_true(body < BODY_COUNT);
    const struct rules *rules = methods_body_rules((enum body_id)body++);
    assert_string_equal(rules->name, string_at(request, "x-body"));
    json_t *properties = json_object_get(resolved(json_object_get(request, "body")), "properties");
    assert_int_equal(rules->count, json_object_size(properties));
    for (size_t i = 0; i < rules->count; i++) assert_non_null(json_object_get(properties, rules->items[i].name));
  }
  assert_int_equal(body, BODY_COUNT);
}

/* Are the fields of `value` those of the schema: all that are required, none unknown? */
static void assert_fits(json_t *value, const char *schema_name) {
  char reference[100];
  snprintf(reference, sizeof reference, "#/components/schemas/%s", schema_name);
  const json_t *schema = look_up(reference);
  assert_non_null(schema);
  const json_t *properties = json_object_get(schema, "properties");
  size_t index;
  json_t *name;
  json_array_foreach(json_object_get(schema, "required"), index, name) {
    if (!json_object_get(value, json_string_value(name))) fail_msg("%s lacks %s", schema_name, json_string_value(name));
  }
  const char *key;
  json_t *field;
  json_object_foreach(value, key, field) {
    if (!json_object_get(properties, key)) fail_msg("%s has an unknown %s", schema_name, key);
  }
}

static json_t *read_params(struct buffer *out, json_t **whole) {
  *whole = json_loadb(out->data, out->size, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(*whole);
  return json_object_get(*whole, "params");
}

static void what_the_server_writes_fits_the_description(void **state) {
  (void)state;
  struct buffer out;
  buffer_init(&out, 100000);
  struct member_record member = {.key = 1, .login = SLICE_LITERAL("aigul")};
  struct room_record record = {.room = SLICE_LITERAL("dm.x"), .kind = ROOM_DIRECT, .with = &member};
  struct room_face face = {
      .record = &record, .country = SLICE_LITERAL("kz"), .sector = SLICE_LITERAL("fintech"), .role = "member"};
  json_t *whole;
  encode_room_notification(&out, &face);
  json_t *params = read_params(&out, &whole);
  assert_fits(params, "Room");
  assert_fits(json_object_get(params, "with"), "Member");
  json_decref(whole);
  buffer_clear(&out);

  encode_welcome(&out, &(struct welcome){.member = &member});
  params = read_params(&out, &whole);
  assert_fits(params, "Welcome");
  assert_fits(json_object_get(params, "limits"), "Limits");
  json_decref(whole);
  buffer_clear(&out);

  encode_typing(&out, SLICE_LITERAL("kz"), 1, SLICE_NONE, SLICE_NONE, SLICE_NONE);
  params = read_params(&out, &whole);
  assert_fits(json_object_get(params, "from"), "Author");
  json_decref(whole);
  buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_document_says_what_it_is),
      cmocka_unit_test(every_reference_leads_somewhere),
      cmocka_unit_test(every_method_is_described_as_openrpc_asks),
      cmocka_unit_test(names_are_unique_and_required_params_come_first),
      cmocka_unit_test(a_method_is_refused_only_with_reasons_that_exist),
      cmocka_unit_test(the_table_of_params_says_what_the_document_says),
      cmocka_unit_test(every_body_of_the_document_has_its_rules),
      cmocka_unit_test(what_the_server_writes_fits_the_description),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
