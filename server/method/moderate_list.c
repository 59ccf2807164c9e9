/* What those see who moderate: who is muted or banned (sanction.list), who moderates a room (room.staff), whom a private
 * one lets in (room.admitted). Who may see what is for the store to say. */
#include "call.h"

/* ---- sanction.list ---- */

static void sanctions_begin(struct call *call, const struct request *request, store_done done) {
  const struct sanction_list_params *params = &request->params.sanction_list;
  struct sanction_place after = {0};
  int64_t member = 0;
  if (params->after.data && !sanction_id_read(params->after, &after)) {
    call_params(call, "after");
    return;
  }
  if (params->member.data && !call_member(call, params->member, &member)) return;
  if (params->room.data && !call_may_enter(call, params->room)) return;
  struct store_job *job = call_job(call, STORE_SANCTION_LIST);
  if (!job) return;
  job->sanctions = (struct store_sanctions){.asker = call->member->key,
                                            .room = arena_copy(job->arena, params->room),
                                            .member = member,
                                            .after = after,
                                            .limit = cut_limit(params->has_limit, params->limit)};
  call_submit(call, job, done);
}

static void sanctions_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "sanctions");
  for (size_t i = 0; i < job->sanctions.count; i++) {
    answer_list_next(&list);
    encode_sanction_seen(call->out, &job->sanctions.records[i]);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->sanctions.more || list.count < job->sanctions.count);
}

/* ---- room.staff, room.admitted ---- */

static void ask(struct call *call, enum store_kind kind, struct slice room, struct slice after_id, int64_t limit,
                store_done done) {
  int64_t after = 0;
  if (after_id.data && !member_id_read(after_id, &after)) {
    call_params(call, "after");
    return;
  }
  if (!call_may_enter(call, room)) return;
  struct store_job *job = call_job(call, kind);
  if (!job) return;
  job->staff = (struct store_staff){
      .asker = call->member->key, .room = arena_copy(job->arena, room), .after = after, .limit = limit};
  call_submit(call, job, done);
}

static void staff_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_staff_params *params = &request->params.room_staff;
  ask(call, STORE_STAFF_LIST, params->room, params->after, cut_limit(params->has_limit, params->limit), done);
}

static void admitted_begin(struct call *call, const struct request *request, store_done done) {
  const struct room_admitted_params *params = &request->params.room_admitted;
  ask(call, STORE_ADMITTED_LIST, params->room, params->after, cut_limit(params->has_limit, params->limit), done);
}

static void members_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  bool staff = job->kind == STORE_STAFF_LIST;
  struct answer_list list = answer_list_begin(call, staff ? "staff" : "members");
  for (size_t i = 0; i < job->staff.count; i++) {
    const struct staff_record *record = &job->staff.records[i];
    answer_list_next(&list);
    if (staff)
      encode_staff(call->out, record);
    else
      encode_author(call->out, record->member, record->name, record->country, record->company);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->staff.more || list.count < job->staff.count);
}

const struct steps sanction_list_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = sanctions_begin, .finish = sanctions_finish};
const struct steps room_staff_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = staff_begin, .finish = members_finish};
const struct steps room_admitted_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = admitted_begin, .finish = members_finish};
