/* message.search: which messages the asker may find is for the store to say. */
#include <stdio.h>

#include "call.h"

#define CURSOR_SIZE 64
#define ENDING (CURSOR_SIZE + 40) /* bytes kept for what follows the last hit */

/* ---- where a page ended: "TIME.ROOM.SEQ" ---- */

static void cursor_write(char cursor[CURSOR_SIZE], const struct search_place *place) {
  snprintf(cursor, CURSOR_SIZE, "%lld.%lld.%lld", (long long)place->at, (long long)place->room, (long long)place->seq);
}

/* Decimal digits up to the end or a dot. False: none, or more than a seq has. */
static bool cursor_number(struct slice *rest, int64_t *number) {
  size_t at = 0;
  *number = 0;
  for (; at < rest->size && rest->data[at] >= '0' && rest->data[at] <= '9'; at++) {
    if (at == 16) return false;
    *number = *number * 10 + (rest->data[at] - '0');
  }
  if (at == 0 || *number == 0) return false;
  bool dot = at < rest->size && rest->data[at] == '.';
  *rest = (struct slice){rest->data + at + dot, rest->size - at - dot};
  return dot || rest->size == 0;
}

static bool cursor_read(struct slice cursor, struct search_place *place) {
  *place = (struct search_place){0, 0, 0};
  if (!cursor.data) return true;
  return cursor_number(&cursor, &place->at) && cursor_number(&cursor, &place->room) &&
         cursor_number(&cursor, &place->seq) && cursor.size == 0;
}

/* ---- asking ---- */

static void search_begin(struct call *call, const struct request *request, store_done done) {
  const struct message_search_params *params = &request->params.message_search;
  struct search_place before;
  int64_t from = 0;
  if (!cursor_read(params->before, &before)) {
    call_params(call, "before");
    return;
  }
  if (params->from.data && !member_id_read(params->from, &from)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return;
  }
  if (!rate_take_search(call)) return;
  struct store_job *job = call_job(call, STORE_SEARCH);
  if (!job) return;
  int64_t limit = params->has_limit ? params->limit : LIMIT_SEARCH_DEFAULT;
  job->search = (struct store_search){.member = call->member->key,
                                      .text = arena_copy(job->arena, params->text),
                                      .room = arena_copy(job->arena, params->room),
                                      .from = from,
                                      .before = before,
                                      .limit = limit < LIMIT_SEARCH ? limit : LIMIT_SEARCH};
  job->patient = true;
  call_submit(call, job, done);
}

/* ---- answering ---- */

static void encode_hit(struct buffer *out, const struct search_hit *hit) {
  buffer_append_char(out, '{');
  encode_key(out, "room");
  encode_string(out, hit->entry.room);
  buffer_append_char(out, ',');
  encode_key(out, "entry");
  encode_entry(out, &hit->entry);
  buffer_append_char(out, ',');
  encode_key(out, "found");
  buffer_append_char(out, '[');
  for (size_t i = 0; i < hit->found_count; i++) {
    buffer_append_format(out, "%s[%zu,%zu]", i ? "," : "", hit->found[i].from, hit->found[i].count);
  }
  buffer_append_text(out, "]}");
}

/* As many as fit into a frame. */
static size_t encode_hits(struct call *call, const struct store_search *found) {
  struct buffer *out = call->out;
  for (size_t i = 0; i < found->count; i++) {
    size_t before = out->size;
    if (i > 0) buffer_append_char(out, ',');
    encode_hit(out, &found->hits[i]);
    if (!out->failed && out->size - call->start + ENDING <= ANSWER_LIMIT) continue;
    buffer_cut(out, before);
    out->failed = false;
    return i;
  }
  return found->count;
}

static void search_answer(struct call *call, const struct store_search *found) {
  struct buffer *out = call->out;
  char cursor[CURSOR_SIZE];
  if (!call_answer_begin(call)) return;
  buffer_append_char(out, '{');
  encode_key(out, "hits");
  buffer_append_char(out, '[');
  size_t count = encode_hits(call, found);
  bool cut = count > 0 && count < found->count, more = found->more || cut;
  buffer_append_text(out, "],");
  encode_key(out, "more");
  encode_bool(out, more);
  if (more) {
    cursor_write(cursor, cut ? &found->hits[count - 1].place : &found->next);
    buffer_append_char(out, ',');
    encode_key(out, "before");
    encode_string(out, slice_of(cursor));
  }
  buffer_append_char(out, '}');
  call_answer_finish(call);
  call_is_page(call, 0, false);
}

static void search_finish(struct call *call, struct store_job *job) {
  if (job->outcome == STORE_REFUSED && job->reason == REASON_INVALID_PARAMS) {
    call_params(call, "text");
    return;
  }
  if (call_stored(call, job)) search_answer(call, &job->search);
}

const struct steps message_search_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = search_begin, .finish = search_finish};
