#include "param.h"

#include "club/text.h"

/* Bytes that the lists of one body take at most: two of LIMIT_MEMBER_LIST slices. */
#define LISTS_BYTES 4096

static enum reason too_long(bool longer) {
  return longer ? REASON_TOO_LONG : REASON_NONE;
}

static enum reason invalid(bool wrong) {
  return wrong ? REASON_INVALID_PARAMS : REASON_NONE;
}

static enum reason check_text(struct slice text, size_t maximum) {
  /* A character has one byte at least and four at most. */
  if (text.size > 4 * maximum) return REASON_TOO_LONG;
  if (text.size > maximum && text_characters(text) > maximum) return REASON_TOO_LONG;
  return invalid(!text_is_writable(text));
}

static enum reason check_client_id(struct slice id, size_t maximum) {
  if (id.size == 0) return REASON_INVALID_PARAMS;
  for (size_t i = 0; i < id.size; i++) {
    if (id.data[i] < '!' || id.data[i] > '~') return REASON_INVALID_PARAMS;
  }
  return too_long(id.size > maximum);
}

static enum reason check_emoji(struct slice emoji, size_t maximum) {
  return emoji.size > maximum ? REASON_TOO_LONG : invalid(!text_is_emoji(emoji));
}

static enum reason check_word(struct slice text, const char *const *words) {
  for (; *words; words++) {
    if (slice_is(text, *words)) return REASON_NONE;
  }
  return REASON_INVALID_PARAMS;
}

static enum reason check_string(const struct rule *rule, struct slice text) {
  size_t maximum = (size_t)rule->maximum;
  switch (rule->form) {
    case FORM_ANY: return REASON_NONE;
    case FORM_TEXT: return check_text(text, maximum);
    case FORM_FREE_TEXT: return text.size == 0 ? REASON_NONE : check_text(text, maximum);
    case FORM_CLIENT_ID: return check_client_id(text, maximum);
    case FORM_IDENTIFIER: return text.size == 0 ? REASON_INVALID_PARAMS : too_long(text.size > maximum);
    case FORM_FREE_IDENTIFIER: return too_long(text.size > maximum);
    case FORM_EMOJI: return check_emoji(text, maximum);
    case FORM_WORD: return check_word(text, rule->words);
  }
  return REASON_INVALID_PARAMS;
}

static enum reason read_string(const struct rule *rule, const json_t *value, struct slice *text) {
  if (!json_is_string(value)) return REASON_INVALID_PARAMS;
  *text = (struct slice){json_string_value(value), json_string_length(value)};
  return check_string(rule, *text);
}

static enum reason read_list(const struct rule *rule, const json_t *value, struct arena **arena, struct slices *list) {
  if (!json_is_array(value)) return REASON_INVALID_PARAMS;
  size_t count = json_array_size(value);
  if (count > rule->items) return REASON_TOO_LONG;
  if (count == 0) return REASON_NONE;
  if (!*arena) *arena = arena_create(LISTS_BYTES);
  struct slice *items = *arena ? arena_alloc(*arena, count * sizeof *items) : NULL;
  if (!items) return REASON_UNAVAILABLE;
  *list = (struct slices){items, count};
  for (size_t i = 0; i < count; i++) {
    enum reason reason = read_string(rule, json_array_get(value, i), &items[i]);
    if (reason != REASON_NONE) return reason;
  }
  return REASON_NONE;
}

static enum reason read_value(const struct rule *rule, const json_t *value, struct arena **arena, char *params) {
  void *place = params + rule->offset;
  switch (rule->type) {
    case RULE_STRING: return read_string(rule, value, place);
    case RULE_LIST: return read_list(rule, value, arena, place);
    case RULE_BOOLEAN: *(bool *)place = json_is_true(value); return invalid(!json_is_boolean(value));
    case RULE_INTEGER: {
      int64_t number = json_integer_value(value);
      *(int64_t *)place = number;
      return invalid(!json_is_integer(value) || number < rule->minimum || number > rule->maximum);
    }
  }
  return REASON_INVALID_PARAMS;
}

static enum reason read_param(const struct rule *rule, const json_t *object, struct arena **arena, char *params) {
  const json_t *value = json_object_getn(object, rule->name, rule->name_size);
  if (!value) return invalid(rule->required);
  if (rule->nullable && json_is_null(value)) return REASON_NONE;
  if (rule->has_offset != RULE_NO_OFFSET) *(bool *)(params + rule->has_offset) = true;
  return read_value(rule, value, arena, params);
}

void param_read_all(const struct rules *rules, const json_t *object, struct arena **arena, struct request *request) {
  for (size_t i = 0; i < rules->count; i++) {
    const struct rule *rule = &rules->items[i];
    enum reason reason = read_param(rule, object, arena, (char *)&request->params);
    if (reason == REASON_NONE) continue;
    request->problem = reason == REASON_INVALID_PARAMS ? PROBLEM_PARAMS : PROBLEM_REASON;
    request->reason = reason == REASON_INVALID_PARAMS ? REASON_NONE : reason;
    request->field = rule->name;
    return;
  }
}
