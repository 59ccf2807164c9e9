/* Members, by moderators: what somebody wrote lately, who may not write or enter, who moderates. */
#include "call.h"

/* ---- message.purge ---- */

static void purge_begin(struct call *call, const struct request *request, store_done done) {
  const struct message_purge_params *params = &request->params.message_purge;
  struct store_job *job = moderate_job_on(call, ACT_PURGE, params->room, params->member);
  if (!job) return;
  job->act.seconds = params->for_seconds;
  moderate_submit(call, job, done);
}

static void purge_finish(struct call *call, struct store_job *job) {
  moderate_finish_count(call, job, "removed");
}

/* ---- member.mute, member.ban ---- */

static int64_t sanction_seconds(bool given, int64_t seconds) {
  return given && seconds <= LIMIT_SANCTION_SECONDS ? seconds : -1;
}

static void mute_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_mute_params *params = &request->params.member_mute;
  struct store_job *job = moderate_job_on(call, ACT_MUTE, params->room, params->member);
  if (!job) return;
  job->act.seconds = sanction_seconds(params->has_for_seconds, params->for_seconds);
  job->act.reason = arena_copy(job->arena, params->reason);
  moderate_submit(call, job, done);
}

static void ban_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_ban_params *params = &request->params.member_ban;
  struct store_job *job = moderate_job_on(call, ACT_BAN, params->room, params->member);
  if (!job) return;
  job->act.seconds = sanction_seconds(params->has_for_seconds, params->for_seconds);
  job->act.reason = arena_copy(job->arena, params->reason);
  moderate_submit(call, job, done);
}

static void sanction_finish(struct call *call, struct store_job *job) {
  if (!moderate_done(call, job) || !call_answer_begin(call)) return;
  buffer_append_char(call->out, '{');
  encode_key(call->out, "until");
  if (job->act.until > 0)
    encode_instant(call->out, job->act.until);
  else
    buffer_append_text(call->out, "null");
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

/* ---- member.appoint ---- */

static void appoint_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_appoint_params *params = &request->params.member_appoint;
  enum role role;
  if (!role_read(params->role, &role) || (params->room.data && role == ROLE_ADMIN)) {
    call_params(call, "role");
    return;
  }
  struct store_job *job = moderate_job_on(call, ACT_APPOINT, params->room, params->member);
  if (!job) return;
  job->act.role = role;
  job->act.on = role != ROLE_MEMBER;
  moderate_submit(call, job, done);
}

const struct steps message_purge_steps = {.row = {.order = ORDER_WRITE}, .begin = purge_begin, .finish = purge_finish};
const struct steps member_mute_steps = {.row = {.order = ORDER_WRITE}, .begin = mute_begin, .finish = sanction_finish};
const struct steps member_ban_steps = {.row = {.order = ORDER_WRITE}, .begin = ban_begin, .finish = sanction_finish};
const struct steps member_appoint_steps = {
    .row = {.order = ORDER_WRITE}, .begin = appoint_begin, .finish = moderate_finish_empty};
