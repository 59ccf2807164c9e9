#include "call.h"

#define ENDING (sizeof "],\"more\":false}}" + 8) /* bytes kept for what follows the last item */

struct answer_list answer_list_begin(struct call *call, const char *key) {
  buffer_append_char(call->out, '{');
  return answer_list_within(call, key);
}

struct answer_list answer_list_within(struct call *call, const char *key) {
  encode_key(call->out, key);
  buffer_append_char(call->out, '[');
  return (struct answer_list){.call = call};
}

void answer_list_next(struct answer_list *list) {
  list->before = list->call->out->size;
  if (list->count > 0) buffer_append_char(list->call->out, ',');
}

bool answer_list_keep(struct answer_list *list) {
  struct buffer *out = list->call->out;
  if (!out->failed && out->size - list->call->start + ENDING <= ANSWER_LIMIT) {
    list->count++;
    return true;
  }
  buffer_cut(out, list->before);
  out->failed = false;
  return false;
}

void answer_list_end(struct answer_list *list, bool more) {
  struct buffer *out = list->call->out;
  buffer_append_text(out, "],");
  encode_key(out, "more");
  encode_bool(out, more);
  buffer_append_char(out, '}');
  call_answer_finish(list->call);
}
