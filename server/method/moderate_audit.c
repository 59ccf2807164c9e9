/* audit.list: what moderators did. Whose acts the asker may see is for the store to say. */
#include "call.h"

/* False: not of its form, and answered. Absent: 0. */
static bool audit_member(struct call *call, struct slice id, int64_t *key) {
  *key = 0;
  return !id.data || call_member(call, id, key);
}

static bool audit_before(struct call *call, struct slice id, int64_t *key) {
  *key = 0;
  if (!id.data || action_id_read(id, key)) return true;
  call_params(call, "before");
  return false;
}

static int64_t audit_limit(const struct audit_list_params *params) {
  int64_t limit = params->has_limit ? params->limit : LIMIT_HISTORY_DEFAULT;
  return limit < LIMIT_AUDIT_PAGE ? limit : LIMIT_AUDIT_PAGE;
}

static void audit_begin(struct call *call, const struct request *request, store_done done) {
  const struct audit_list_params *params = &request->params.audit_list;
  int64_t member, before;
  if (!audit_member(call, params->member, &member) || !audit_before(call, params->before, &before)) return;
  struct store_job *job = call_job(call, STORE_AUDIT_LIST);
  if (!job) return;
  job->audit = (struct store_audit){.asker = call->member->key,
                                    .room = arena_copy(job->arena, params->room),
                                    .member = member,
                                    .before = before,
                                    .limit = audit_limit(params)};
  call_submit(call, job, done);
}

static void audit_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "actions");
  for (size_t i = 0; i < job->audit.count; i++) {
    answer_list_next(&list);
    encode_action(call->out, &job->audit.records[i]);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->audit.more || list.count < job->audit.count);
}

const struct steps audit_list_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = audit_begin, .finish = audit_finish};
