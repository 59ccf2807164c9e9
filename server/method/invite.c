/* Invite links: whoever moderates makes them, sees them and revokes them. Who may, and whose, is for the store to say, which
 * knows of an appointment before this instance does. */
#include <stdio.h>

#include "call.h"

#define INVITE_DEFAULT_SECONDS (7 * 24 * 3600)

/* ---- invite.create ---- */

static bool create_role(struct call *call, struct slice text, enum role *role) {
  *role = ROLE_MEMBER;
  if (!text.data || role_read(text, role)) return true;
  call_params(call, "role");
  return false;
}

/* Of those that were made the store knows. */
static bool create_room(struct call *call, struct slice room) {
  if (!room.data || room_id_is_custom(room) || call_is_open(call, room)) return true;
  call_reason(call, REASON_NOT_FOUND, 0);
  return false;
}

static void create_digest(const struct call *call, struct slice client_id, char token[TOKEN_SIZE + 1],
                          unsigned char digest[DIGEST_SIZE]) {
  invite_token(token, call->services->secret, call->member->key, client_id);
  digest_sha256((struct slice){token, TOKEN_SIZE}, digest);
}

static void create_begin(struct call *call, const struct request *request, store_done done) {
  const struct invite_create_params *params = &request->params.invite_create;
  char token[TOKEN_SIZE + 1];
  enum role role;
  if (!create_role(call, params->role, &role) || !create_room(call, params->room)) return;
  struct store_job *job = call_job(call, STORE_INVITE_CREATE);
  if (!job) return;
  struct store_invite *invite = &job->invite;
  int64_t seconds = params->has_for_seconds ? params->for_seconds : INVITE_DEFAULT_SECONDS;
  invite->member = call->member->key;
  invite->client_id = arena_copy(job->arena, params->client_id);
  invite->record.role = role;
  invite->record.room = params->room.data ? arena_copy(job->arena, params->room) : (struct slice){"", 0};
  invite->record.uses = params->has_uses ? params->uses : 1;
  invite->record.expires_at = clock_wall_ms(&call->services->clock) + seconds * 1000;
  create_digest(call, params->client_id, token, invite->digest);
  call_submit(call, job, done);
}

static void create_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  char token[TOKEN_SIZE + 1], id[INVITE_ID_SIZE], url[2048];
  struct slice base = call->services->url;
  struct buffer *out = call->out;
  invite_token(token, call->services->secret, call->member->key, job->invite.client_id);
  invite_id_write(id, job->invite.record.key);
  snprintf(url, sizeof url, "%.*s/#invite=%s", (int)base.size, base.data, token);
  buffer_append_char(out, '{');
  encode_key(out, "invite");
  encode_string(out, slice_of(id));
  buffer_append_char(out, ',');
  encode_key(out, "url");
  encode_string(out, slice_of(url));
  buffer_append_char(out, ',');
  encode_key(out, "expires_at");
  encode_instant(out, job->invite.record.expires_at);
  buffer_append_char(out, '}');
  call_answer_finish(call);
}

/* ---- invite.list ---- */

static void list_begin(struct call *call, const struct request *request, store_done done) {
  (void)request;
  struct store_job *job = call_job(call, STORE_INVITE_LIST);
  if (!job) return;
  job->invite.member = call->member->key;
  call_submit(call, job, done);
}

static void list_finish(struct call *call, struct store_job *job) {
  if (!call_stored(call, job) || !call_answer_begin(call)) return;
  struct answer_list list = answer_list_begin(call, "invites");
  for (size_t i = 0; i < job->invite.count; i++) {
    answer_list_next(&list);
    encode_invite(call->out, &job->invite.records[i]);
    if (!answer_list_keep(&list)) break;
  }
  answer_list_end(&list, list.count < job->invite.count);
}

/* ---- invite.revoke ---- */

static void revoke_begin(struct call *call, const struct request *request, store_done done) {
  int64_t key;
  if (!invite_id_read(request->params.invite_revoke.invite, &key)) {
    call_reason(call, REASON_NOT_FOUND, 0);
    return;
  }
  struct store_job *job = call_job(call, STORE_INVITE_REVOKE);
  if (!job) return;
  job->invite.member = call->member->key;
  job->invite.record.key = key;
  call_submit(call, job, done);
}

static void revoke_finish(struct call *call, struct store_job *job) {
  if (call_stored(call, job)) call_empty(call);
}

const struct steps invite_create_steps = {
    .row = {.order = ORDER_WRITE}, .begin = create_begin, .finish = create_finish};
const struct steps invite_list_steps = {
    .row = {.order = ORDER_READ, .page = true}, .begin = list_begin, .finish = list_finish};
const struct steps invite_revoke_steps = {
    .row = {.order = ORDER_WRITE}, .begin = revoke_begin, .finish = revoke_finish};
