#include "call.h"

/* ---- jobs ---- */

static void call_unavailable(struct call *call) {
  call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
}

struct store_job *call_job(struct call *call, enum store_kind kind) {
  struct store_job *job = store_job_create(kind);
  if (!job) call_unavailable(call);
  return job;
}

void call_submit(struct call *call, struct store_job *job, store_done done) {
  const struct store *store = &call->services->store;
  call->rights = call->member->rights;
  call->asked_ms = clock_monotonic_ms(&call->services->clock);
  job->done = done;
  job->ticket = call->ticket;
  if (!arena_failed(job->arena) && store->submit(store->self, job)) return;
  store_job_destroy(job);
  call_unavailable(call);
}

bool call_stored(struct call *call, const struct store_job *job) {
  switch (job->outcome) {
    case STORE_DONE: return true;
    case STORE_REFUSED:
      if (job->reason == REASON_INVALID_PARAMS)
        call_params(call, NULL);
      else
        call_reason(call, job->reason, 0);
      return false;
    case STORE_UNAVAILABLE:
    case STORE_UNKNOWN: break;
  }
  call_unavailable(call);
  return false;
}

void call_keep_author(struct call *call, struct store_job *job) {
  const struct author *author = &call->member->author;
  call->author = (struct author){.key = author->key,
                                 .member = author->member,
                                 .name = arena_copy(job->arena, author->name),
                                 .country = arena_copy(job->arena, author->country),
                                 .company = arena_copy(job->arena, author->company)};
}

/* ---- answers ---- */

bool call_answer_begin(struct call *call) {
  call->answered = true;
  if (!call->out) return false;
  call->start = call->out->size;
  encode_result_begin(call->out, &call->id);
  return true;
}

bool call_answer_end(struct call *call) {
  struct buffer *out = call->out;
  encode_result_end(out);
  if (!out->failed && out->size - call->start <= ANSWER_LIMIT) return true;
  buffer_cut(out, call->start);
  out->failed = false;
  return false;
}

void call_answer_finish(struct call *call) {
  if (!call_answer_end(call)) call_unavailable(call);
}

void call_empty(struct call *call) {
  if (!call_answer_begin(call)) return;
  encode_empty(call->out);
  call_answer_finish(call);
}

void call_is_page(struct call *call, int64_t as_of, bool from_memory) {
  call->page = true;
  call->as_of = as_of;
  call->read_ms = from_memory ? -1 : call->asked_ms;
}

static void call_error(struct call *call, enum problem problem, enum reason reason, const char *field,
                       int64_t retry_after_ms) {
  call->answered = true;
  call->failed = true;
  if (call->out) encode_error(call->out, &call->id, problem, reason, field, retry_after_ms);
}

void call_params(struct call *call, const char *field) {
  call_error(call, PROBLEM_PARAMS, REASON_NONE, field, 0);
}

void call_reason(struct call *call, enum reason reason, int64_t retry_after_ms) {
  call_error(call, PROBLEM_REASON, reason, NULL, retry_after_ms);
}

/* ---- members ---- */

bool call_member(struct call *call, struct slice id, int64_t *key) {
  if (member_id_read(id, key)) return true;
  call_reason(call, REASON_NOT_FOUND, 0);
  return false;
}

bool call_other(struct call *call, struct slice id, int64_t *key) {
  if (!call_member(call, id, key)) return false;
  if (*key != call->member->key) return true;
  call_params(call, "member");
  return false;
}

/* ---- rooms ---- */

bool room_id_is_direct(struct slice room) {
  return room.size > 3 && memcmp(room.data, "dm.", 3) == 0;
}

bool room_id_is_custom(struct slice room) {
  return room.size > 2 && memcmp(room.data, "r.", 2) == 0;
}

bool call_is_open(const struct call *call, struct slice room) {
  enum room_kind kind;
  return club_room_kind(call->services->club, room, &kind);
}

bool call_is_shut_out(const struct call *call, struct slice room) {
  return standing_sanction(call->member, SANCTION_BAN, room, clock_wall_ms(&call->services->clock)) ||
         standing_is_out(call->member, clock_wall_ms(&call->services->clock));
}

bool call_may_enter(struct call *call, struct slice room) {
  if (!room_id_is_direct(room) && !room_id_is_custom(room) && !call_is_open(call, room)) {
    call_reason(call, REASON_NOT_FOUND, 0);
  } else if (!call->room) {
    call_unavailable(call); /* there was no memory to hold it */
  } else {
    return true;
  }
  return false;
}
