/* Pages of a room's log: room.join and room.history. */
#include "call.h"

/* What of the store's page goes into the answer: where not all fits into a frame, the entries nearest to where the
 * client stands. */
struct cut {
  const struct entry *entries;
  size_t count;
  bool more;
};

static struct cut page_cut(const struct store_page *page, size_t count) {
  bool forward = page->after >= 0;
  size_t skipped = forward ? 0 : page->count - count;
  return (struct cut){.entries = skipped > 0 ? page->entries + skipped : page->entries,
                      .count = count,
                      .more = page->more || (count < page->count && (forward || page->before > 0))};
}

static int64_t page_limit(bool given, int64_t limit) {
  if (!given) return LIMIT_HISTORY_DEFAULT;
  return limit < LIMIT_HISTORY ? limit : LIMIT_HISTORY;
}

static void page_submit(struct call *call, struct store_job *job, struct slice room, int64_t limit, store_done done) {
  job->page.room = arena_copy(job->arena, room);
  job->page.member = call->member->key;
  job->page.limit = limit;
  call_submit(call, job, done);
}

/* ---- room.join ---- */

static void join_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_join_params *params = &request->params.room_join;
  if (!call_may_enter(call, params->room)) return;
  struct store_job *job = call_job(call, STORE_ROOM_JOIN);
  if (!job) return;
  job->page.after = params->has_after ? params->after : -1;
  job->page.before = -1;
  page_submit(call, job, params->room, page_limit(params->has_limit, params->limit), done);
}

static bool join_answer(struct call *call, const struct store_job *job, const struct cut *cut) {
  struct room_view view;
  struct buffer *out = call->out;
  if (!call_answer_begin(call)) return true;
  method_room_view(call->services, call->member, &job->page.record, !cut->more, &view);
  if (!cut->more && !room_attends(call->room, call->member->key))
    view.face.online++; /* with this answer one is there */
  buffer_append_char(out, '{');
  encode_key(out, "room");
  encode_room(out, &view.face);
  buffer_append_char(out, ',');
  encode_page(out, cut->entries, cut->count, cut->more, job->page.as_of);
  buffer_append_char(out, '}');
  return call_answer_end(call);
}

static void join_effect(struct call *call, const struct cut *cut, int64_t as_of) {
  if (cut->more) return;
  call->effect = EFFECT_SUBSCRIBE;
  call->cursor = as_of;
}

static void join_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job)) return;
  for (size_t count = job->page.count;; count /= 2) {
    struct cut cut = page_cut(&job->page, count);
    if (join_answer(call, job, &cut)) {
      join_effect(call, &cut, job->page.as_of);
      return;
    }
    if (count <= 1) break;
  }
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

/* ---- room.history ---- */

static void history_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_history_params *params = &request->params.room_history;
  if (params->has_after && params->has_before) {
    call_params(call, "before");
    return;
  }
  if (!call_may_enter(call, params->room)) return;
  struct store_job *job = call_job(call, STORE_HISTORY);
  if (!job) return;
  job->page.after = params->has_after ? params->after : -1;
  job->page.before = params->has_before ? params->before : -1;
  page_submit(call, job, params->room, page_limit(params->has_limit, params->limit), done);
}

static bool history_answer(struct call *call, const struct store_job *job, struct cut cut) {
  /* The newest page goes back in time; entries are numbered from 1. */
  if (job->page.after < 0 && cut.count > 0) cut.more = cut.entries[0].seq > 1;
  if (!call_answer_begin(call)) return true;
  buffer_append_char(call->out, '{');
  encode_page(call->out, cut.entries, cut.count, cut.more, job->page.as_of);
  buffer_append_char(call->out, '}');
  return call_answer_end(call);
}

static void history_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job)) return;
  for (size_t count = job->page.count;; count /= 2) {
    if (history_answer(call, job, page_cut(&job->page, count))) return;
    if (count <= 1) break;
  }
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

const struct steps room_join_steps = {
    .row = {.order = ORDER_READ, .page = true, .subscribes = true}, .begin = join_begin, .finish = join_finish};
const struct steps room_history_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = history_begin, .finish = history_finish};
