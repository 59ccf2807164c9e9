/* Posting, and changing what was posted. */
#include "call.h"
#include "club/broken.h"

#define RETRY_LIMITED_MS 100 /* at least, once a post was refused for the rate */

static struct entry entry_of(const struct call *call, struct slice room, int64_t seq, int64_t at,
                             enum entry_type type) {
  return (struct entry){.room = room, .seq = seq, .at = at, .type = type, .from = call->author};
}

/* ---- message.post ---- */

static void post_fill(const struct call *call, struct store_job *job, const struct message_post_params *params) {
  job->post = (struct store_post){.room = arena_copy(job->arena, params->room),
                                  .author = call->author.key,
                                  .member = call->member->key,
                                  .client_id = arena_copy(job->arena, params->client_id),
                                  .text = arena_copy(job->arena, params->text),
                                  .reply_to = params->has_reply_to ? params->reply_to : 0,
                                  .known_only = call->limited};
}

static void post_fill_held(const struct call *call, struct store_job *job, const struct message_post_params *params) {
  job->report = (struct store_report){.member = call->member->key,
                                      .author = call->author.key,
                                      .client_id = arena_copy(job->arena, params->client_id),
                                      .room = arena_copy(job->arena, params->room),
                                      .text = arena_copy(job->arena, params->text),
                                      .reply_to = params->has_reply_to ? params->reply_to : 0};
}

static void post_begin(struct call *call, const struct request *request, store_done done) {
  const struct services *services = call->services;
  const struct message_post_params *params = &request->params.message_post;
  if (!call_may_enter(call, params->room)) return;
  /* A repeated post is recognised before the rate: over it, the store is asked for nothing else. */
  call->limited = bucket_take(&call->member->posts, rate_posts(call), clock_monotonic_ms(&services->clock)) > 0;
  call->token_taken = !call->limited;
  bool held = !call->limited && rate_joins_chorus(call, params->room, params->text);
  struct store_job *job = call_job(call, held ? STORE_HOLD : STORE_POST);
  if (!job) {
    if (call->token_taken) bucket_return(&call->member->posts, rate_posts(call));
    return;
  }
  call_keep_author(call, job);
  if (held)
    post_fill_held(call, job, params);
  else
    post_fill(call, job, params);
  call_submit(call, job, done);
  /* It was not even submitted. */
  if (call->failed && call->token_taken) bucket_return(&call->member->posts, rate_posts(call));
}

static void post_append(struct call *call, const struct store_post *post) {
  struct entry entry = entry_of(call, post->room, post->seq, post->at, ENTRY_MESSAGE);
  entry.text = post->text;
  entry.client_id = post->client_id;
  entry.reply_to = post->reply_to;
  entry.mentions = post->mentions;
  entry.mention_count = post->mention_count;
  rooms_append(call->services->rooms, &entry, true);
}

/* Whoever posts into a room has it on the list from then on. */
static void post_list(struct call *call, struct slice room) {
  const struct services *services = call->services;
  if (present_listing(call->member, room)) return;
  services->tell_elsewhere(services->server, call->member->key, room, NULL);
  if (!listing_refresh(services, call->member->key, room)) return; /* the next post tries again */
}

static void post_refused(struct call *call, const struct store_job *job) {
  const struct services *services = call->services;
  if (job->outcome == STORE_REFUSED && (job->reason == REASON_SLOW_MODE || job->reason == REASON_MUTED)) {
    call_reason(call, job->reason, job->post.retry_after_ms);
    return;
  }
  if (job->outcome != STORE_REFUSED || job->reason != REASON_RATE_LIMITED) {
    if (call_stored(call, job)) call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
    return;
  }
  int64_t wait = bucket_wait(&call->member->posts, rate_posts(call), clock_monotonic_ms(&services->clock));
  call_reason(call, REASON_RATE_LIMITED, wait > RETRY_LIMITED_MS ? wait : RETRY_LIMITED_MS);
}

static void post_answer(struct call *call, int64_t seq, int64_t at, bool duplicate) {
  if (!call_answer_begin(call)) return;
  encode_posted(call->out, seq, at, duplicate);
  call_answer_finish(call);
}

/* Asked again, it is answered so again, by the store, whatever is remembered here. */
static void hold_finish(struct call *call, const struct store_job *job) {
  const struct store_report *held = &job->report;
  bool kept = job->outcome == STORE_DONE && !held->duplicate;
  if (!kept && job->outcome != STORE_UNKNOWN) bucket_return(&call->member->posts, rate_posts(call));
  if (kept) {
    call_reason(call, REASON_HELD, 0);
  } else if (job->outcome == STORE_DONE) {
    rooms_answered(call->services->rooms, held->room, held->posted_seq);
    post_answer(call, held->posted_seq, held->posted_at, true);
  } else if (job->outcome == STORE_REFUSED && job->reason != REASON_INVALID_PARAMS) {
    call_reason(call, job->reason, held->retry_after_ms);
  } else if (call_stored(call, job)) {
    call_reason(call, REASON_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
  }
}

/* Only where that is broken: as if it had been committed, with the number that comes next. */
static void post_presume(const struct call *call, struct store_job *job) {
  if (room_known(call->room) < 0) return;
  job->outcome = STORE_DONE;
  job->post.seq = room_known(call->room) + 1;
  job->post.at = clock_wall_ms(&call->services->clock);
}

static void post_finish(struct call *call, struct store_job *job) {
  const struct store_post *post = &job->post;
  if (job->kind == STORE_HOLD) {
    hold_finish(call, job);
    return;
  }
  if (BROKEN(early) && job->outcome == STORE_UNKNOWN) post_presume(call, job);
  bool posted = job->outcome == STORE_DONE && !post->duplicate;
  if (call->token_taken && !posted && job->outcome != STORE_UNKNOWN)
    bucket_return(&call->member->posts, rate_posts(call));
  if (job->outcome != STORE_DONE) {
    post_refused(call, job);
    return;
  }
  if (posted) {
    post_append(call, post);
    post_list(call, post->room);
  } else {
    rooms_answered(call->services->rooms, post->room, post->seq);
  }
  post_answer(call, post->seq, post->at, post->duplicate);
}

/* ---- message.edit, message.remove, message.react ---- */

/* NULL: answered. */
static struct store_job *change_job(struct call *call, enum store_kind kind, struct slice room, int64_t target) {
  if (!call_may_enter(call, room)) return NULL;
  struct store_job *job = call_job(call, kind);
  if (!job) return NULL;
  if (!rate_take_change(call)) {
    store_job_destroy(job);
    return NULL;
  }
  call_keep_author(call, job);
  job->change = (struct store_change){
      .room = arena_copy(job->arena, room), .author = call->author.key, .member = call->member->key, .target = target};
  return job;
}

static void change_submit(struct call *call, struct store_job *job, store_done done) {
  call_submit(call, job, done);
  if (call->failed) rate_return_change(call); /* it was not even submitted */
}

static void edit_begin(struct call *call, const struct request *request, store_done done) {
  const struct message_edit_params *params = &request->params.message_edit;
  struct store_job *job = change_job(call, STORE_EDIT, params->room, params->seq);
  if (!job) return;
  job->change.text = arena_copy(job->arena, params->text);
  change_submit(call, job, done);
}

static void remove_begin(struct call *call, const struct request *request, store_done done) {
  const struct message_remove_params *params = &request->params.message_remove;
  struct store_job *job = change_job(call, STORE_REMOVE, params->room, params->seq);
  if (!job) return;
  job->change.reason = arena_copy(job->arena, params->reason);
  change_submit(call, job, done);
}

static void react_begin(struct call *call, const struct request *request, store_done done) {
  const struct message_react_params *params = &request->params.message_react;
  struct store_job *job = change_job(call, STORE_REACT, params->room, params->seq);
  if (!job) return;
  job->change.emoji = arena_copy(job->arena, params->emoji);
  job->change.on = params->on;
  change_submit(call, job, done);
}

static enum entry_type change_type(enum store_kind kind) {
  if (kind == STORE_EDIT) return ENTRY_EDIT;
  return kind == STORE_REMOVE ? ENTRY_REMOVE : ENTRY_REACT;
}

static void change_append(struct call *call, const struct store_job *job) {
  const struct store_change *change = &job->change;
  struct entry entry = entry_of(call, change->room, change->seq, change->at, change_type(job->kind));
  entry.target = change->target;
  entry.target_member = change->target_member;
  entry.text = change->text;
  entry.reason = change->reason;
  entry.emoji = change->emoji;
  entry.on = change->on;
  rooms_append(call->services->rooms, &entry, true);
}

static void change_finish(struct call *call, struct store_job *job) {
  bool changed = job->outcome == STORE_DONE && job->change.changed;
  if (!changed && job->outcome != STORE_UNKNOWN) rate_return_change(call);
  if (!call_stored(call, job)) return;
  if (changed)
    change_append(call, job);
  else
    rooms_answered(call->services->rooms, job->change.room, job->change.seq);
  if (!call_answer_begin(call)) return;
  encode_changed(call->out, job->change.seq, job->change.at);
  call_answer_finish(call);
}

const struct steps message_post_steps = {.row = {.order = ORDER_WRITE}, .begin = post_begin, .finish = post_finish};
const struct steps message_edit_steps = {.row = {.order = ORDER_WRITE}, .begin = edit_begin, .finish = change_finish};
const struct steps message_remove_steps = {
    .row = {.order = ORDER_WRITE}, .begin = remove_begin, .finish = change_finish};
const struct steps message_react_steps = {.row = {.order = ORDER_WRITE}, .begin = react_begin, .finish = change_finish};
