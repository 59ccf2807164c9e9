/* The whole club, by those who moderate it: branches of the tree of invites, and a raid. */
#include "call.h"

/* ---- invite.freeze ---- */

/* All who came by that invite. */
static struct store_job *freeze_invite(struct call *call, struct slice id) {
  int64_t key;
  if (!invite_id_read(id, &key)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return NULL;
  }
  struct store_job *job = moderate_job(call, ACT_FREEZE, SLICE_NONE);
  if (job) job->act.invite = key;
  return job;
}

static void freeze_begin(struct call *call, const struct request *request, store_done done) {
  const struct invite_freeze_params *params = &request->params.invite_freeze;
  if (!params->member.data == !params->invite.data) { /* one of the two */
    call_params(call, "member");
    return;
  }
  struct store_job *job = params->invite.data ? freeze_invite(call, params->invite)
                                              : moderate_job_on(call, ACT_FREEZE, SLICE_NONE, params->member);
  if (!job) return;
  job->act.on = params->on;
  job->act.reason = arena_copy(job->arena, params->reason);
  moderate_submit(call, job, done);
}

static void freeze_finish(struct call *call, struct store_job *job) {
  moderate_finish_count(call, job, "members");
}

/* ---- club.raid ---- */

static void raid_begin(struct call *call, const struct request *request, store_done done) {
  struct store_job *job = moderate_job(call, ACT_RAID, SLICE_NONE);
  if (!job) return;
  job->act.on = request->params.club_raid.on;
  moderate_submit(call, job, done);
}

const struct steps invite_freeze_steps = {
    .row = {.order = ORDER_WRITE}, .begin = freeze_begin, .finish = freeze_finish};
const struct steps club_raid_steps = {
    .row = {.order = ORDER_WRITE}, .begin = raid_begin, .finish = moderate_finish_empty};
