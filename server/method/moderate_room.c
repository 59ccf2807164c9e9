/* Rooms, by their moderators: making one, its settings, who is let in, what is pinned. */
#include "call.h"

/* ---- room.create ---- */

static void create_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_create_params *params = &request->params.room_create;
  struct store_job *job = moderate_job(call, ACT_CREATE, SLICE_NONE);
  if (!job) return;
  struct store_act *act = &job->act;
  act->client_id = arena_copy(job->arena, params->client_id);
  act->title = arena_copy(job->arena, params->title);
  act->topic = arena_copy(job->arena, params->topic);
  act->is_private = params->has_is_private && params->is_private;
  token_random(act->fresh, &call->services->randomness);
  moderate_submit(call, job, done);
}

static void create_finish(struct call *call, struct store_job *job) {
  if (moderate_done(call, job)) room_open_answer(call, &job->act.record);
}

/* ---- room.update ---- */

static void update_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_update_params *params = &request->params.room_update;
  if (params->title.data && params->title.size == 0 && room_id_is_custom(params->room)) {
    call_params(call, "title"); /* the club file has none for it */
    return;
  }
  struct store_job *job = moderate_job(call, ACT_UPDATE, params->room);
  if (!job) return;
  struct store_act *act = &job->act;
  act->title = arena_copy(job->arena, params->title);
  act->topic = arena_copy(job->arena, params->topic);
  if (params->has_locked) act->locked = params->locked;
  if (params->has_slow) act->slow = params->slow;
  moderate_submit(call, job, done);
}

/* ---- room.invite ---- */

static void invite_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_invite_params *params = &request->params.room_invite;
  if (params->on && !rate_take_admit(call)) return;
  struct store_job *job = moderate_job_on(call, ACT_ADMIT, params->room, params->member);
  if (!job) return;
  job->act.on = params->on;
  moderate_submit(call, job, done);
}

/* ---- room.pin ---- */

static void pin_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_pin_params *params = &request->params.room_pin;
  struct store_job *job = moderate_job(call, ACT_PIN, params->room);
  if (!job) return;
  job->act.target = params->seq;
  job->act.on = params->on;
  moderate_submit(call, job, done);
}

const struct steps room_create_steps = {.row = {.order = ORDER_WRITE}, .begin = create_begin, .finish = create_finish};
const struct steps room_update_steps = {
    .row = {.order = ORDER_WRITE}, .begin = update_begin, .finish = moderate_finish_changed};
const struct steps room_invite_steps = {
    .row = {.order = ORDER_WRITE}, .begin = invite_begin, .finish = moderate_finish_empty};
const struct steps room_pin_steps = {
    .row = {.order = ORDER_WRITE}, .begin = pin_begin, .finish = moderate_finish_changed};
