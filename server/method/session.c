/* One's own sessions: where one is logged in, and ending that. */
#include "call.h"

#define SESSION_ID_SIZE KEY_ID_SIZE /* "s17" */

static void session_id_write(char id[SESSION_ID_SIZE], int64_t key) {
  key_id_write(id, 's', key);
}

static bool session_id_read(struct slice id, int64_t *key) {
  return key_id_read(id, 's', key);
}

/* ---- session.list ---- */

static void list_begin(struct call *call, const struct request *request, store_done done) {
  (void)request;
  struct store_job *job = call_job(call, STORE_SESSION_LIST);
  if (!job) return;
  job->session.member = call->member->key;
  call_submit(call, job, done);
}

static void list_item(struct buffer *out, const struct session_record *record, bool own) {
  char id[SESSION_ID_SIZE];
  session_id_write(id, record->key);
  buffer_append_text(out, "{\"session\":");
  encode_string(out, slice_of(id));
  buffer_append_text(out, ",\"made_at\":");
  encode_instant(out, record->made_at);
  buffer_append_text(out, ",\"used_at\":");
  encode_instant(out, record->used_at);
  buffer_append_text(out, ",\"address\":");
  encode_string(out, record->address);
  buffer_append_text(out, ",\"client\":");
  encode_string(out, record->client);
  buffer_append_text(out, ",\"own\":");
  encode_bool(out, own);
  buffer_append_char(out, '}');
}

/* LIMIT_SESSIONS of them always fit. */
static void list_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  buffer_append_text(call->out, "{\"sessions\":[");
  for (size_t i = 0; i < job->session.count; i++) {
    const struct session_record *record = &job->session.sessions[i];
    if (i > 0) buffer_append_char(call->out, ',');
    list_item(call->out, record, record->key == call->session);
  }
  buffer_append_text(call->out, "]}");
  call_answer_finish(call);
}

/* ---- session.end ---- */

/* Its connections end when the club log tells of it, here as everywhere. */
static void end_begin(struct call *call, const struct request *request, store_done done) {
  int64_t key;
  if (!session_id_read(request->params.session_end.session, &key)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return;
  }
  struct store_job *job = call_job(call, STORE_SESSION_END);
  if (!job) return;
  job->session.session = key;
  job->session.member = call->member->key;
  call_submit(call, job, done);
}

static void end_finish(struct call *call, struct store_job *job) {
  if (call_stored(call, job)) call_empty(call);
}

const struct steps session_list_steps = {.row = {.order = ORDER_READ}, .begin = list_begin, .finish = list_finish};
const struct steps session_end_steps = {.row = {.order = ORDER_WRITE}, .begin = end_begin, .finish = end_finish};
