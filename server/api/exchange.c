#include "exchange.h"

#include <stdlib.h>

#include "club/log.h"

#define RETRY_UNAVAILABLE_MS 1000

/* ---- jobs ---- */

static bool exchange_wait(struct exchange *exchange) {
  struct api *api = exchange->api;
  if (exchange->waiting) return true;
  if (HASH_COUNT(api->waiting) >= LIMIT_EXCHANGES) return false;
  exchange->ticket = ++api->next_ticket;
  HASH_ADD(hh, api->waiting, ticket, sizeof exchange->ticket, exchange);
  exchange->waiting = exchange->hh.tbl != NULL;
  return exchange->waiting;
}

static struct exchange *exchange_find(struct api *api, uint64_t ticket) {
  struct exchange *exchange = NULL;
  if (api) HASH_FIND(hh, api->waiting, &ticket, sizeof ticket, exchange);
  return exchange;
}

void exchange_destroy(struct exchange *exchange) {
  if (exchange->waiting) HASH_DEL(exchange->api->waiting, exchange);
  hash_job_destroy(exchange->check);
  hash_job_destroy(exchange->make);
  store_job_destroy(exchange->add);
  buffer_free(&exchange->reply.body);
  explicit_bzero(exchange, sizeof *exchange); /* it held a session's token */
  free(exchange);
}

/* The step is done: answers, if that was the last one. */
static void exchange_settle(struct exchange *exchange) {
  const struct http_answerer *answerer = &exchange->services->answerer;
  if (!exchange->answered) return;
  answerer->answer(answerer->self, exchange->client, &exchange->reply);
  exchange_destroy(exchange);
}

static void exchange_stored(void *context, struct store_job *job) {
  const struct completions *completions = context;
  const struct services *services = completions->services;
  struct exchange *exchange = exchange_find(completions->api, job->ticket);
  if (exchange) {
    exchange->stored(exchange, job);
    exchange_settle(exchange);
  }
  if (job->outcome == STORE_DONE && job->club_head > 0) services->club_log_grew(services->server, job->club_head);
  store_job_destroy(job);
}

static void exchange_hashed(void *context, struct hash_job *job) {
  const struct completions *completions = context;
  struct exchange *exchange = exchange_find(completions->api, job->ticket);
  if (exchange) {
    exchange->hashed(exchange, job);
    exchange_settle(exchange);
  }
  hash_job_destroy(job);
}

struct store_job *exchange_job(struct exchange *exchange, enum store_kind kind) {
  struct store_job *job = store_job_create(kind);
  if (!job) exchange_refuse(exchange, REASON_UNAVAILABLE);
  return job;
}

void exchange_store(struct exchange *exchange, struct store_job *job,
                    void (*next)(struct exchange *exchange, struct store_job *job)) {
  const struct store *store = &exchange->services->store;
  exchange->stored = next;
  if (!arena_failed(job->arena) && exchange_wait(exchange)) {
    job->urgent = true; /* somebody looks at a login page */
    job->ticket = exchange->ticket;
    job->done = exchange_stored;
    if (store->submit(store->self, job)) return;
  }
  store_job_destroy(job);
  exchange_refuse(exchange, REASON_UNAVAILABLE);
}

struct hash_job *exchange_hash_job(enum hash_kind kind, struct slice password) {
  struct hash_job *job = calloc(1, sizeof *job);
  if (!job) return NULL;
  job->kind = kind;
  job->password_size = password.size < sizeof job->password ? password.size : sizeof job->password - 1;
  if (job->password_size) memcpy(job->password, password.data, job->password_size);
  return job;
}

void exchange_hash(struct exchange *exchange, struct hash_job **job,
                   void (*next)(struct exchange *exchange, struct hash_job *job)) {
  const struct hasher *hasher = &exchange->services->hasher;
  exchange->hashed = next;
  if (*job && exchange_wait(exchange)) {
    (*job)->ticket = exchange->ticket;
    (*job)->done = exchange_hashed;
    if (hasher->submit(hasher->self, *job)) {
      *job = NULL;
      return;
    }
  }
  exchange_refuse(exchange, REASON_UNAVAILABLE);
}

/* ---- answers ---- */

int exchange_status(enum reason reason) {
  switch (reason) {
    case REASON_BAD_REQUEST: return 400;
    case REASON_NO_SESSION:
    case REASON_BAD_CREDENTIALS: return 401;
    case REASON_FORBIDDEN:
    case REASON_BANNED: return 403;
    case REASON_NOT_FOUND: return 404;
    case REASON_METHOD_NOT_ALLOWED: return 405;
    case REASON_CONFLICT: return 409;
    case REASON_LENGTH_REQUIRED: return 411;
    case REASON_TOO_LARGE: return 413;
    case REASON_TOO_LONG:
    case REASON_WEAK_PASSWORD:
    case REASON_INVALID_PARAMS: return 422;
    case REASON_RATE_LIMITED: return 429;
    default: return 503;
  }
}

void exchange_error(struct exchange *exchange, int status, enum reason reason, const char *field) {
  struct http_reply *reply = &exchange->reply;
  buffer_clear(&reply->body);
  reply->status = status;
  reply->cookie[0] = reply->second_cookie[0] = '\0';
  if (reason == REASON_UNAVAILABLE) {
    reply->retry_after_ms = RETRY_UNAVAILABLE_MS;
    exchange_try_return(exchange);
  }
  encode_http_error(&reply->body, reason, field);
  exchange->answered = true;
}

void exchange_refuse(struct exchange *exchange, enum reason reason) {
  exchange_error(exchange, exchange_status(reason), reason, NULL);
}

void exchange_done(struct exchange *exchange, int status) {
  exchange->reply.status = status;
  exchange->answered = true;
  if (exchange->reply.body.failed) exchange_refuse(exchange, REASON_UNAVAILABLE);
}

void exchange_put_member(struct exchange *exchange, const struct member_record *member) {
  struct buffer *body = &exchange->reply.body;
  buffer_clear(body);
  buffer_append_char(body, '{');
  encode_key(body, "member");
  encode_member(body, member, presents_online(exchange->services->presents, member->key));
  buffer_append_char(body, '}');
}

bool exchange_asked(struct exchange *exchange, const struct store_job *job, bool *refused) {
  *refused = job->outcome == STORE_REFUSED;
  if (job->outcome == STORE_DONE || *refused) return true;
  exchange_refuse(exchange, REASON_UNAVAILABLE);
  return false;
}

/* ---- what requests bring ---- */

static void exchange_body_problem(struct exchange *exchange, const struct request *parsed) {
  if (parsed->problem == PROBLEM_PARAMS)
    exchange_error(exchange, 422, REASON_INVALID_PARAMS, parsed->field);
  else if (parsed->problem == PROBLEM_REASON)
    exchange_error(exchange, exchange_status(parsed->reason), parsed->reason, parsed->field);
  else
    exchange_refuse(exchange, REASON_BAD_REQUEST);
}

struct frame *exchange_body(struct exchange *exchange, const struct http_request *request, enum body_id body,
                            struct request *parsed) {
  struct frame *frame = body_parse(request->body, body, parsed);
  if (!frame) {
    exchange_refuse(exchange, REASON_UNAVAILABLE);
    return NULL;
  }
  if (parsed->problem == PROBLEM_NONE) return frame;
  exchange_body_problem(exchange, parsed);
  frame_destroy(frame);
  return NULL;
}

bool exchange_cookie(struct exchange *exchange, const struct http_request *request, unsigned char digest[DIGEST_SIZE]) {
  struct slice token = cookie_session(request->cookie);
  if (!token.data) {
    exchange_refuse(exchange, REASON_NO_SESSION);
    return false;
  }
  digest_sha256(token, digest);
  return true;
}

void exchange_wipe(struct slice password) {
  if (password.size) explicit_bzero((char *)password.data, password.size);
}

/* ---- tries ---- */

bool exchange_try(struct exchange *exchange, struct slice login, struct slice device) {
  const struct services *services = exchange->services;
  exchange->attempt = (struct attempt){.login = login, .address = &exchange->address, .device = device};
  if (!services->limits) return true;
  int64_t wait = tries_take(services->tries, &exchange->attempt);
  exchange->counted = wait == 0;
  if (exchange->counted) return true;
  services->metrics->logins_refused++;
  exchange_refuse(exchange, REASON_RATE_LIMITED);
  exchange->reply.retry_after_ms = wait;
  return false;
}

void exchange_try_return(struct exchange *exchange) {
  if (exchange->counted) tries_return(exchange->services->tries, &exchange->attempt);
  exchange->counted = false;
}
