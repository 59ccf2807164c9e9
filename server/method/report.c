/* Reports of messages: sending one, the queue of those who moderate, and what came of each. Who may see and settle which
 * is for the store to say. */
#include "call.h"

/* ---- report.send ---- */

static void send_begin(struct call *call, const struct request *request, store_done done) {
  const struct report_send_params *params = &request->params.report_send;
  if (!call_may_enter(call, params->room) || !rate_take_change(call)) return;
  struct store_job *job = call_job(call, STORE_REPORT_SEND);
  if (job) {
    job->report = (struct store_report){.member = call->member->key,
                                        .author = call->member->author.key,
                                        .client_id = arena_copy(job->arena, params->client_id),
                                        .room = arena_copy(job->arena, params->room),
                                        .reason = arena_copy(job->arena, params->reason),
                                        .seq = params->seq};
    call_submit(call, job, done);
  }
  if (call->failed) rate_return_change(call); /* it was not even submitted */
}

static void send_finish(struct call *call, struct store_job *job) {
  char id[REPORT_ID_SIZE];
  if (job->outcome != STORE_UNKNOWN && job->outcome != STORE_DONE) rate_return_change(call);
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  report_id_write(id, job->report.key);
  buffer_append_char(call->out, '{');
  encode_key(call->out, "report");
  encode_string(call->out, slice_of(id));
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

/* ---- report.list ---- */

static void list_begin(struct call *call, const struct request *request, store_done done) {
  const struct report_list_params *params = &request->params.report_list;
  int64_t before = 0;
  if (params->before.data && !report_id_read(params->before, &before)) {
    call_params(call, "before");
    return;
  }
  struct store_job *job = call_job(call, STORE_REPORT_LIST);
  if (!job) return;
  int64_t limit = params->has_limit ? params->limit : LIMIT_REPORTS_PAGE;
  job->report = (struct store_report){.member = call->member->key,
                                      .own = params->has_own && params->own,
                                      .settled = slice_is(params->state, "settled"),
                                      .before = before,
                                      .limit = limit < LIMIT_REPORTS_PAGE ? limit : LIMIT_REPORTS_PAGE};
  call_submit(call, job, done);
}

static void list_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "reports");
  for (size_t i = 0; i < job->report.count; i++) {
    answer_list_next(&list);
    encode_report(call->out, &job->report.records[i]);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, job->report.more || list.count < job->report.count);
  call_is_page(call, 0, false);
}

/* ---- report.count ---- */

static void count_begin(struct call *call, const struct request *request, store_done done) {
  (void)request;
  struct store_job *job = call_job(call, STORE_REPORT_COUNT);
  if (!job) return;
  job->report.member = call->member->key;
  call_submit(call, job, done);
}

static void count_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  buffer_append_char(call->out, '{');
  encode_key(call->out, "open");
  buffer_append_int(call->out, (int64_t)job->report.count);
  buffer_append_char(call->out, '}');
  call_answer_finish(call);
}

/* ---- report.settle ---- */

static void settle_begin(struct call *call, const struct request *request, store_done done) {
  const struct report_settle_params *params = &request->params.report_settle;
  int64_t key;
  if (!report_id_read(params->report, &key)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return;
  }
  struct store_job *job = moderate_job(call, ACT_SETTLE, SLICE_NONE);
  if (!job) return;
  job->act.report = key;
  job->act.outcome = arena_copy(job->arena, params->outcome);
  job->act.reason = arena_copy(job->arena, params->note);
  moderate_submit(call, job, done);
}

const struct steps report_send_steps = {.row = {.order = ORDER_WRITE}, .begin = send_begin, .finish = send_finish};
const struct steps report_list_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = list_begin, .finish = list_finish};
const struct steps report_count_steps = {.row = {.order = ORDER_READ}, .begin = count_begin, .finish = count_finish};
const struct steps report_settle_steps = {
    .row = {.order = ORDER_WRITE}, .begin = settle_begin, .finish = moderate_finish_empty};
