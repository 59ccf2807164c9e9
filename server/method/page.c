/* Pages of a room's log, and room.history, which is nothing else. */
#include "call.h"

struct cut cut_page(const struct store_page *page, size_t count) {
  bool forward = page->after >= 0;
  size_t skipped = forward ? 0 : page->count - count;
  return (struct cut){.entries = skipped > 0 ? page->entries + skipped : page->entries,
                      .count = count,
                      .more = page->more || (count < page->count && (forward || page->before > 0))};
}

int64_t cut_limit(bool given, int64_t limit) {
  if (!given) return LIMIT_HISTORY_DEFAULT;
  return limit < LIMIT_HISTORY ? limit : LIMIT_HISTORY;
}

/* ---- room.history ---- */

/* False: the store must be asked. */
static bool history_from_memory(struct call *call, int64_t after, int64_t limit) {
  struct room_page page;
  if (room_page_look(call->room, after, limit, &page) != ROOM_PAGE_HERE) return false;
  if (after < 0) page.more = page.from > 1; /* the newest page goes back in time */
  if (call_answer_begin(call)) {
    buffer_append_char(call->out, '{');
    room_page_append(call->room, &page, call->member->key, call->out);
    buffer_append_char(call->out, '}');
    call->answered = call_answer_end(call);
  }
  if (!call->answered) return false;
  call_is_page(call, page.as_of, true);
  call->services->metrics->pages_shared++;
  return true;
}

static void history_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_history_params *params = &request->params.room_history;
  int64_t limit = cut_limit(params->has_limit, params->limit), after = params->has_after ? params->after : -1;
  if (params->has_after && params->has_before) {
    call_params(call, "before");
    return;
  }
  if (!call_may_enter(call, params->room)) return;
  if (!params->has_before && !call_is_shut_out(call, params->room) && history_from_memory(call, after, limit)) return;
  struct store_job *job = call_job(call, STORE_HISTORY);
  if (!job) return;
  job->page = (struct store_page){.room = arena_copy(job->arena, params->room),
                                  .member = call->member->key,
                                  .after = after,
                                  .before = params->has_before ? params->before : -1,
                                  .limit = limit};
  call->services->metrics->pages_read++;
  call_submit(call, job, done);
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
    if (history_answer(call, job, cut_page(&job->page, count))) {
      call_is_page(call, job->page.as_of, false);
      return;
    }
    if (count <= 1) break;
  }
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

const struct steps room_history_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = history_begin, .finish = history_finish};
