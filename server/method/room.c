/* Being in a room: leaving it, who is there, typing, one's own mark. */
#include "call.h"

/* ---- room.leave ---- */

static void leave_begin(struct call *call, const struct request *request, store_done done) {
  (void)done;
  struct slice room = request->params.room_leave.room;
  if (!call_may_enter(call, room)) return;
  if (call->joined(call, room)) call->effect = EFFECT_LEAVE;
  call_empty(call);
}

/* ---- room.members ---- */

static void members_answer(struct call *call) {
  struct attendant attendants[LIMIT_MEMBERS_PAGE];
  bool more = false;
  size_t count = room_attendants(call->room, call->after, (size_t)call->limit, attendants, &more);
  if (!call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "members");
  for (size_t i = 0; i < count; i++) {
    const struct attendant *attendant = &attendants[i];
    answer_list_next(&list);
    encode_author(call->out, attendant->member, attendant->name, attendant->country, attendant->company);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, more || list.count < count);
}

static void members_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_members_params *params = &request->params.room_members;
  if (params->after.data && !member_id_read(params->after, &call->after)) {
    call_params(call, "after");
    return;
  }
  if (!call_may_enter(call, params->room)) return;
  call->limit = params->has_limit ? params->limit : LIMIT_HISTORY_DEFAULT;
  if (call->limit > LIMIT_MEMBERS_PAGE) call->limit = LIMIT_MEMBERS_PAGE;
  if (call_is_open(call, params->room) && !call_is_shut_out(call, params->room)) {
    members_answer(call);
    return;
  }
  struct store_job *job = call_job(call, STORE_ROOM_GET);
  if (!job) return;
  job->room.room = arena_copy(job->arena, params->room);
  job->room.member = call->member->key;
  call_submit(call, job, done);
}

static void members_finish(struct call *call, struct store_job *job) {
  if (call_stored(call, job)) members_answer(call);
}

/* ---- room.typing ---- */

/* By what memory knows of the member's rights, since nothing of it is kept. */
static bool typing_may(struct call *call, struct slice room) {
  int64_t wall = clock_wall_ms(&call->services->clock);
  const struct sanction *muted = standing_sanction(call->member, SANCTION_MUTE, room, wall);
  if (call_is_shut_out(call, room))
    call_reason(call, REASON_BANNED, 0);
  else if (muted)
    call_reason(call, REASON_MUTED, muted->until > 0 ? muted->until - wall : 0);
  else
    return true;
  return false;
}

/* In a direct talk of two of whom one blocks the other nobody is told, and nobody is told why. */
static bool typing_reaches(const struct call *call, struct slice room) {
  if (!room_id_is_direct(room)) return true;
  const struct listing *listing = present_listing(call->member, room);
  return listing && !listing->closed;
}

static void typing_begin(struct call *call, const struct request *request, store_done done) {
  (void)done;
  const struct services *services = call->services;
  struct present *member = call->member;
  struct slice room = request->params.room_typing.room;
  if (!call_may_enter(call, room)) return;
  if (!call->joined(call, room)) {
    call_reason(call, REASON_FORBIDDEN, 0);
    return;
  }
  if (!typing_may(call, room)) return;
  if (!typing_reaches(call, room)) {
    call_empty(call);
    return;
  }
  if (present_types(member, call->room, clock_monotonic_ms(&services->clock)))
    room_type(services->rooms, call->room, member->key, member->author.name, member->author.country,
              member->author.company);
  call_empty(call);
}

/* ---- room.read ---- */

static void read_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_read_params *params = &request->params.room_read;
  if (!call_may_enter(call, params->room)) return;
  struct store_job *job = call_job(call, STORE_MARK_READ);
  if (!job) return;
  job->mark_read.room = arena_copy(job->arena, params->room);
  job->mark_read.member = call->member->key;
  job->mark_read.seq = params->seq;
  call_submit(call, job, done);
}

static void read_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job)) return;
  const struct store_mark_read *mark = &job->mark_read;
  const struct services *services = call->services;
  const struct watch_counts counts = {
      .head = mark->head, .read = mark->read, .unread = mark->unread, .mentions = mark->mentions};
  /* Not by what is known of the list here: that may have been read between the marking and now. */
  if (mark->seq == mark->read) services->tell_elsewhere(services->server, call->member->key, mark->room, &counts);
  listing_marked(services, call->member, mark->room, &counts);
  call_empty(call);
}

/* ---- room.notify ---- */

static void notify_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_notify_params *params = &request->params.room_notify;
  enum notify_level level;
  if (!call_may_enter(call, params->room)) return;
  if (!notify_read(params->level, &level)) {
    call_params(call, "level");
    return;
  }
  if (!rate_take_change(call)) return;
  struct store_job *job = call_job(call, STORE_NOTIFY);
  if (job) {
    job->notify.room = arena_copy(job->arena, params->room);
    job->notify.member = call->member->key;
    job->notify.level = level;
    call_submit(call, job, done);
  }
  if (call->failed) rate_return_change(call); /* it was not even submitted */
}

/* Answers from memory are right from here on. The store is read once more: the same level would be no news to whoever reads
 * it for the club log, which tells the member's connections elsewhere. */
static void notify_remember(struct call *call, const struct store_job *job) {
  struct listing *listing = present_listing(call->member, job->notify.room);
  if (!listing) return;
  listing->notify = job->notify.level;
  if (!listing_renew(call->services, call->member, job->notify.room)) return; /* told when the club log is read */
}

static void notify_finish(struct call *call, struct store_job *job) {
  bool changed = job->outcome == STORE_DONE && job->club_head > 0;
  if (!changed && job->outcome != STORE_UNKNOWN) rate_return_change(call);
  if (changed) notify_remember(call, job);
  if (call_stored(call, job)) call_empty(call);
}

const struct steps room_leave_steps = {.row = {.order = ORDER_LOCAL}, .begin = leave_begin};
const struct steps room_members_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = members_begin, .finish = members_finish};
const struct steps room_typing_steps = {.row = {.order = ORDER_LOCAL}, .begin = typing_begin};
const struct steps room_read_steps = {.row = {.order = ORDER_WRITE}, .begin = read_begin, .finish = read_finish};
const struct steps room_notify_steps = {.row = {.order = ORDER_WRITE}, .begin = notify_begin, .finish = notify_finish};
