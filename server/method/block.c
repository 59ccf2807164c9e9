/* With whom one wants no direct talks. */
#include "call.h"

/* ---- member.block ---- */

static void block_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_block_params *params = &request->params.member_block;
  int64_t other;
  if (!call_other(call, params->member, &other)) return;
  if (!rate_take_change(call)) return;
  struct store_job *job = call_job(call, STORE_BLOCK);
  if (job) {
    job->block.member = call->member->key;
    job->block.other = other;
    job->block.on = params->on;
    call_submit(call, job, done);
  }
  if (call->failed) rate_return_change(call); /* it was not even submitted */
}

/* The club log tells both of them, where they have a talk. */
static void block_finish(struct call *call, struct store_job *job) {
  if (job->outcome != STORE_DONE && job->outcome != STORE_UNKNOWN) rate_return_change(call);
  if (call_stored(call, job)) call_empty(call);
}

/* ---- member.blocked ---- */

static void blocked_begin(struct call *call, const struct request *request, store_done done) {
  const struct member_blocked_params *params = &request->params.member_blocked;
  int64_t after = 0;
  if (params->after.data && !member_id_read(params->after, &after)) {
    call_params(call, "after");
    return;
  }
  struct store_job *job = call_job(call, STORE_BLOCKED_LIST);
  if (!job) return;
  job->block.member = call->member->key;
  job->block.other = after;
  job->block.limit = cut_limit(params->has_limit, params->limit);
  call_submit(call, job, done);
}

static void blocked_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  static const bool blocked = true;
  struct answer_list list = answer_list_begin(call, "members");
  for (size_t i = 0; i < job->block.count; i++) {
    const struct member_record *member = &job->block.members[i];
    answer_list_next(&list);
    encode_member_seen(call->out, member, presents_online(call->services->presents, member->key), &blocked);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->block.more || list.count < job->block.count);
}

const struct steps member_block_steps = {.row = {.order = ORDER_WRITE}, .begin = block_begin, .finish = block_finish};
const struct steps member_blocked_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = blocked_begin, .finish = blocked_finish};
