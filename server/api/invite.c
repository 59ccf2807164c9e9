/* POST /api/invite: what an invite link gives, before one makes an account. */
#include "exchange.h"

bool invite_digest(struct exchange *exchange, struct slice token, unsigned char digest[DIGEST_SIZE]) {
  if (!token_is_valid(token)) { /* no instance can know more */
    exchange_refuse(exchange, REASON_NOT_FOUND);
    return false;
  }
  digest_sha256(token, digest);
  return true;
}

static void invite_put(struct buffer *body, const struct invite_record *record, bool closed) {
  buffer_append_char(body, '{');
  if (record->room.size > 0) {
    encode_key(body, "room");
    encode_string(body, record->room);
    buffer_append_char(body, ',');
  }
  encode_key(body, "role");
  encode_string(body, slice_of(role_text(record->role)));
  buffer_append_char(body, ',');
  encode_key(body, "expires_at");
  encode_instant(body, record->expires_at);
  if (closed) {
    buffer_append_char(body, ',');
    encode_key(body, "closed");
    encode_bool(body, true);
  }
  buffer_append_char(body, '}');
}

static void invite_found(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused) {
    exchange_refuse(exchange, REASON_NOT_FOUND);
    return;
  }
  invite_put(&exchange->reply.body, &job->invite.record, exchange->services->raid);
  exchange_done(exchange, 200);
}

void invite_show(struct exchange *exchange, const struct http_request *request) {
  struct request parsed;
  unsigned char digest[DIGEST_SIZE];
  struct frame *frame = exchange_body(exchange, request, BODY_INVITE, &parsed);
  if (!frame) return;
  bool token = invite_digest(exchange, parsed.params.invite_body.invite, digest);
  frame_destroy(frame);
  struct store_job *job = token ? exchange_job(exchange, STORE_INVITE_FIND) : NULL;
  if (!job) return;
  memcpy(job->invite.digest, digest, DIGEST_SIZE);
  exchange_store(exchange, job, invite_found);
}
