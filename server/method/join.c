/* room.join: the room as it stands for the member, and a page of its log. What memory knows of both is answered without
 * the store; a page that somebody else is reading is waited for; and a page that is read is there for others. */
#include "call.h"

#define WAITS 5 /* for others' reads; after that the member reads alone */

/* ---- answering ---- */

static void join_begin_answer(struct call *call, const struct room_record *record, bool joined) {
  struct room_view view;
  method_room_view(call->services, call->member, record, joined, &view);
  /* With this answer one is there. */
  if (joined && !room_attends(call->room, call->member->key)) view.face.online++;
  buffer_append_char(call->out, '{');
  encode_key(call->out, "room");
  encode_room(call->out, &view.face);
  buffer_append_char(call->out, ',');
}

static bool join_end_answer(struct call *call) {
  buffer_append_char(call->out, '}');
  return call_answer_end(call);
}

static void join_effect(struct call *call, bool more, int64_t as_of) {
  if (more) return;
  call->effect = EFFECT_SUBSCRIBE;
  call->cursor = as_of;
}

static bool join_answer_read(struct call *call, const struct store_page *read, const struct cut *cut) {
  if (!call_answer_begin(call)) return true;
  join_begin_answer(call, &read->record, !cut->more);
  encode_page(call->out, cut->entries, cut->count, cut->more, read->as_of);
  return join_end_answer(call);
}

static void join_give_read(struct call *call, const struct store_page *read) {
  for (size_t count = read->count;; count /= 2) {
    struct cut cut = cut_page(read, count);
    if (join_answer_read(call, read, &cut)) {
      call_is_page(call, read->as_of, false);
      join_effect(call, cut.more, read->as_of);
      return;
    }
    if (count <= 1) break;
  }
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

/* False: it does not fit into a frame. */
static bool join_give_shared(struct call *call, const struct room_record *record, const struct room_page *page) {
  if (call_answer_begin(call)) {
    join_begin_answer(call, record, !page->more);
    room_page_append(call->room, page, call->member->key, call->out);
    call->answered = join_end_answer(call);
  }
  if (!call->answered) return false;
  call_is_page(call, page->as_of, true);
  join_effect(call, page->more, page->as_of);
  call->services->metrics->pages_shared++;
  return true;
}

/* ---- asking ---- */

static void join_read(struct call *call, int64_t after, bool for_many) {
  struct store_job *job = call_job(call, STORE_ROOM_JOIN);
  if (!job) return;
  job->urgent = for_many;
  job->page = (struct store_page){.room = arena_copy(job->arena, room_id(call->room)),
                                  .member = call->member->key,
                                  .after = after,
                                  .before = -1,
                                  .limit = call->limit,
                                  .for_many = for_many};
  call->services->metrics->pages_read++;
  call_submit(call, job, call->done);
}

static void join_read_for_many(struct call *call, int64_t missing) {
  join_read(call, missing - 1, true);
  if (!call->answered) room_page_reading(call->room, missing, call->limit, call->ticket);
}

/* How the room stands for the member, where its list in memory does not say it. */
static void join_ask_record(struct call *call) {
  struct store_job *job = call_job(call, STORE_ROOM_GET);
  if (!job) return;
  job->room.room = arena_copy(job->arena, room_id(call->room));
  job->room.member = call->member->key;
  call_submit(call, job, call->done);
}

static void join_wait(struct call *call) {
  struct store_job *job = call_job(call, STORE_ROOM_JOIN);
  if (!job) return;
  job->done = call->done;
  job->ticket = call->ticket;
  call->waited++;
  call->waits = room_page_wait(call->room, job);
  if (call->waits) return;
  store_job_destroy(job);
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

/* ---- which of them ---- */

/* As the store said it for this join, else from the member's list in memory. */
static bool join_record(const struct call *call, const struct room_record *read, struct room_record *record) {
  struct watch_counts counts;
  if (read) *record = *read;
  if (read) return true;
  struct slice room = room_id(call->room);
  const struct listing *listing = present_listing(call->member, room);
  if (!listing || !room_watch_known(&listing->watcher, &counts)) return false;
  *record = (struct room_record){.room = room,
                                 .head = counts.head,
                                 .read = counts.read,
                                 .unread = counts.unread,
                                 .mentions = counts.mentions,
                                 .listed = true,
                                 .notify = listing->notify};
  return club_room_kind(call->services->club, room, &record->kind) &&
         room_settings_known(call->room, &record->settings);
}

/* `read`: what the store said of the room; NULL: it was not asked. Counts and page must be of one state of the log. */
static void join_go_on(struct call *call, const struct room_record *read) {
  struct room_record record;
  struct room_page page;
  if (call_is_shut_out(call, room_id(call->room))) {
    join_read(call, call->after, false); /* it may be over, or lifted: the store knows */
    return;
  }
  enum room_page_state state = room_page_look(call->room, call->after, call->limit, &page);
  bool known = join_record(call, read, &record), patient = call->waited < WAITS;
  if (state == ROOM_PAGE_MISSING && patient) {
    call->waited++;
    join_read_for_many(call, page.missing);
  } else if (state == ROOM_PAGE_COMING && patient) {
    join_wait(call);
  } else if (state == ROOM_PAGE_HERE && !known) {
    join_ask_record(call);
  } else if (state != ROOM_PAGE_HERE || record.head != page.as_of || !join_give_shared(call, &record, &page)) {
    join_read(call, call->after, false);
  }
}

static void join_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_join_params *params = &request->params.room_join;
  (void)done; /* the call knows it */
  if (!call_may_enter(call, params->room)) return;
  call->after = params->has_after ? params->after : -1;
  call->limit = cut_limit(params->has_limit, params->limit);
  join_go_on(call, NULL);
  if (call->answered && !call->failed) call->services->metrics->joins_from_memory++;
}

static void join_finish(struct call *call, struct store_job *job) {
  bool waited = call->waits;
  call->waits = false;
  if (!waited && job->kind == STORE_ROOM_JOIN) room_page_came(call->room, job);
  if (!call_stored(call, job)) return;
  if (job->kind == STORE_ROOM_GET) room_settings_keep(call->room, &job->room.record);
  if (job->kind == STORE_ROOM_JOIN && !waited) room_settings_keep(call->room, &job->page.record);
  if (!waited && call->rights != call->member->rights)
    join_read(call, call->after, false); /* the right to enter may be another one since it was read */
  else if (job->kind == STORE_ROOM_GET)
    join_go_on(call, &job->room.record);
  else if (waited)
    join_go_on(call, NULL);
  else if (job->page.after == call->after)
    join_give_read(call, &job->page);
  else /* it read on where memory ended */
    join_go_on(call, &job->page.record);
}

const struct steps room_join_steps = {
    .row = {.order = ORDER_READ, .page = true, .subscribes = true}, .begin = join_begin, .finish = join_finish};
