/* PUT /api/password: the old one shows that it is the member; the member's other sessions end. */
#include "club/password.h"

#include "exchange.h"

/* Its own tries, of the member: whoever sits at a session that was left open may not guess on. */
#define PASSWORD_DEVICE SLICE_LITERAL("password")

static struct slice password_login(const struct exchange *exchange) {
  return slice_of(exchange->login);
}

static void password_set(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused)
    exchange_refuse(exchange, REASON_NO_SESSION); /* the member is gone meanwhile */
  else
    exchange_done(exchange, 204);
}

static void password_made(struct exchange *exchange, struct hash_job *made) {
  if (made->failed) {
    exchange_refuse(exchange, REASON_UNAVAILABLE);
    return;
  }
  struct store_job *job = exchange_job(exchange, STORE_PASSWORD_SET);
  if (!job) return;
  job->member.member.key = exchange->member;
  job->member.member.login = arena_copy(job->arena, password_login(exchange));
  job->member.password = arena_copy(job->arena, slice_of(made->encoded));
  job->member.session = exchange->session;
  exchange_store(exchange, job, password_set);
}

static void password_checked(struct exchange *exchange, struct hash_job *job) {
  if (job->failed) {
    exchange_refuse(exchange, REASON_UNAVAILABLE);
  } else if (!job->right) {
    exchange->services->metrics->logins_refused++;
    exchange_error(exchange, 403, REASON_BAD_CREDENTIALS, NULL);
  } else {
    exchange_try_return(exchange);
    exchange_hash(exchange, &exchange->make, password_made);
  }
}

static void password_found(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  const struct slice stored = job->session.password;
  if (refused || stored.size >= sizeof exchange->check->encoded) {
    exchange_refuse(exchange, REASON_NO_SESSION);
    return;
  }
  memcpy(exchange->check->encoded, stored.data, stored.size);
  exchange->check->encoded[stored.size] = '\0';
  exchange_hash(exchange, &exchange->check, password_checked);
}

static void password_find(struct exchange *exchange) {
  if (!exchange_try(exchange, password_login(exchange), PASSWORD_DEVICE)) return;
  struct store_job *job = exchange_job(exchange, STORE_LOGIN_FIND);
  if (!job) return;
  job->session.login = arena_copy(job->arena, password_login(exchange));
  exchange_store(exchange, job, password_found);
}

static void password_session(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  const struct store_session *found = &job->session;
  if (refused || found->record.login.size >= sizeof exchange->login) {
    exchange_refuse(exchange, REASON_NO_SESSION);
    return;
  }
  if (exchange->refused) { /* what was wrong with the body stands in the reply */
    exchange->answered = true;
    return;
  }
  memcpy(exchange->login, found->record.login.data, found->record.login.size);
  exchange->member = found->record.key;
  exchange->session = found->session;
  password_find(exchange);
}

/* The session is looked at first, but the body is only there now. */
static void password_body(struct exchange *exchange, const struct http_request *request) {
  struct request parsed;
  struct frame *frame = exchange_body(exchange, request, BODY_PASSWORD, &parsed);
  if (!frame) return;
  struct slice old = parsed.params.password_body.old, new = parsed.params.password_body.new;
  if (!password_is_acceptable(new)) exchange_error(exchange, 422, REASON_WEAK_PASSWORD, "new");
  exchange->check = exchange_hash_job(HASH_CHECK, old);
  exchange->make = exchange_hash_job(HASH_MAKE, new);
  if (!exchange->check || !exchange->make) exchange_refuse(exchange, REASON_UNAVAILABLE);
  exchange_wipe(old);
  exchange_wipe(new);
  frame_destroy(frame);
}

void password_change(struct exchange *exchange, const struct http_request *request) {
  unsigned char digest[DIGEST_SIZE];
  if (!exchange_cookie(exchange, request, digest)) return;
  password_body(exchange, request);
  exchange->refused = exchange->answered;
  exchange->answered = false;
  struct store_job *job = exchange_job(exchange, STORE_SESSION_FIND);
  if (!job) return;
  memcpy(job->session.digest, digest, DIGEST_SIZE);
  exchange_store(exchange, job, password_session);
}
