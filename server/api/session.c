/* Logging in and out. */
#include "exchange.h"

#include <stdio.h>

#include "club/log.h"
#include "club/text.h"

/* ---- POST /api/session ---- */

static struct slice login_slice(const struct exchange *exchange) {
  return slice_of(exchange->login);
}

void session_new(struct exchange *exchange, unsigned char digest[DIGEST_SIZE]) {
  token_random(exchange->token, &exchange->services->randomness);
  digest_sha256((struct slice){exchange->token, TOKEN_SIZE}, digest);
}

void session_cookies(struct exchange *exchange) {
  cookie_write_session(exchange->reply.cookie, exchange->token);
  cookie_write_device(exchange->services, exchange->reply.second_cookie, login_slice(exchange), exchange->device);
}

/* Of a ban and a freeze the one that lasts longer counts. */
static const struct sanction *longest_ban(const struct member_record *member) {
  const struct sanction *longest = NULL;
  for (size_t i = 0; i < member->sanction_count; i++) {
    const struct sanction *one = &member->sanctions[i];
    if (one->kind == SANCTION_MUTE || one->room.size > 0) continue;
    if (!longest || (longest->until > 0 && (one->until == 0 || one->until > longest->until))) longest = one;
  }
  return longest;
}

/* Only who knows the password is told it. */
static void login_put_ban(struct exchange *exchange, const struct member_record *member) {
  const struct sanction none = {.kind = SANCTION_BAN}, *ban = longest_ban(member);
  buffer_clear(&exchange->reply.body);
  encode_http_banned(&exchange->reply.body, ban ? ban : &none);
  exchange->banned = true;
}

static void login_banned(struct exchange *exchange) {
  exchange->services->metrics->logins_refused++;
  log_line(LOG_INFO, "login of a banned member", LOG_NUMBER("member", exchange->member));
  exchange_done(exchange, exchange_status(REASON_BANNED));
}

static void login_barred(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused || !job->session.banned || job->session.record.key != exchange->member) {
    exchange_refuse(exchange, REASON_BAD_CREDENTIALS);
    return;
  }
  login_put_ban(exchange, &job->session.record);
  login_banned(exchange);
}

static void login_look(struct exchange *exchange, void (*next)(struct exchange *exchange, struct store_job *job)) {
  struct store_job *job = exchange_job(exchange, STORE_LOGIN_FIND);
  if (!job) return;
  job->session.login = arena_copy(job->arena, login_slice(exchange));
  exchange_store(exchange, job, next);
}

static void login_began(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused) { /* disabled or banned meanwhile */
    login_look(exchange, login_barred);
    return;
  }
  session_cookies(exchange);
  exchange_done(exchange, 200);
}

static void login_begin_session(struct exchange *exchange) {
  char address[ADDRESS_TEXT_SIZE];
  struct store_job *job = exchange_job(exchange, STORE_SESSION_ADD);
  if (!job) return;
  address_write(address, &exchange->address);
  session_new(exchange, job->session.digest);
  job->session.member = exchange->member;
  job->session.address = arena_copy(job->arena, slice_of(address));
  job->session.client = arena_copy(job->arena, slice_of(exchange->agent));
  exchange_store(exchange, job, login_began);
}

static void login_wrong(struct exchange *exchange) {
  char address[ADDRESS_TEXT_SIZE];
  address_write(address, &exchange->address);
  exchange->services->metrics->logins_refused++;
  log_line(LOG_INFO, "login refused", LOG_TEXT("address", address));
  exchange_refuse(exchange, REASON_BAD_CREDENTIALS);
}

static void login_checked(struct exchange *exchange, struct hash_job *job) {
  if (job->failed) {
    exchange_refuse(exchange, REASON_UNAVAILABLE);
  } else if (!job->right) {
    login_wrong(exchange);
  } else {
    exchange_try_return(exchange);
    if (exchange->banned)
      login_banned(exchange);
    else
      login_begin_session(exchange);
  }
}

/* Nobody, somebody disabled, somebody else: the hasher works as long for each of them. */
static void login_found(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  const struct store_session *found = &job->session;
  char *encoded = exchange->check->encoded;
  bool tells = !found->record.disabled || found->banned;
  if (!refused && tells && found->password.size < sizeof exchange->check->encoded) {
    memcpy(encoded, found->password.data, found->password.size);
    encoded[found->password.size] = '\0';
    exchange->member = found->record.key;
    if (found->banned)
      login_put_ban(exchange, &found->record);
    else
      exchange_put_member(exchange, &found->record);
  }
  exchange_hash(exchange, &exchange->check, login_checked);
}

static void login_find(struct exchange *exchange) {
  if (!exchange->login[0]) { /* nobody can have it */
    exchange_hash(exchange, &exchange->check, login_checked);
    return;
  }
  login_look(exchange, login_found);
}

/* No password is longer: one that was cut is nobody's. */
static bool login_is_possible(struct slice password) {
  return password.size < sizeof((struct hash_job *)NULL)->password;
}

void session_login(struct exchange *exchange, const struct http_request *request) {
  struct request parsed;
  struct frame *frame = exchange_body(exchange, request, BODY_SESSION, &parsed);
  if (!frame) return;
  client_name(exchange->agent, request->user_agent);
  struct slice login = parsed.params.session_body.login, password = parsed.params.session_body.password;
  if (!text_fold_login(login, exchange->login) || !login_is_possible(password)) exchange->login[0] = '\0';
  cookie_read_device(exchange->services, request->cookie, login_slice(exchange), exchange->device);
  exchange->check = exchange_hash_job(HASH_CHECK, password);
  exchange_wipe(password);
  frame_destroy(frame);
  if (!exchange->check)
    exchange_refuse(exchange, REASON_UNAVAILABLE);
  else if (exchange_try(exchange, login_slice(exchange), slice_of(exchange->device)))
    login_find(exchange);
}

/* ---- GET /api/session ---- */

static void session_touched(void *context, struct store_job *job) {
  (void)context;
  store_job_destroy(job);
}

/* What fails is made up for by the next use. */
static void session_use(const struct services *services, const struct store_session *found) {
  if (clock_wall_ms(&services->clock) >= session_touch_due(found->used_at))
    (void)!session_touch(&services->store, found->digest, 0, session_touched);
}

static void session_shown(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused) {
    exchange_refuse(exchange, REASON_NO_SESSION);
    return;
  }
  exchange_put_member(exchange, &job->session.record);
  exchange_done(exchange, 200);
  session_use(exchange->services, &job->session);
}

void session_show(struct exchange *exchange, const struct http_request *request) {
  unsigned char digest[DIGEST_SIZE];
  if (!exchange_cookie(exchange, request, digest)) return;
  struct store_job *job = exchange_job(exchange, STORE_SESSION_FIND);
  if (!job) return;
  memcpy(job->session.digest, digest, DIGEST_SIZE);
  exchange_store(exchange, job, session_shown);
}

/* ---- DELETE /api/session ---- */

static void session_ended(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused)
    exchange_refuse(exchange, REASON_NO_SESSION);
  else
    exchange_done(exchange, 204);
  cookie_write_ended(exchange->reply.cookie);
}

void session_end(struct exchange *exchange, const struct http_request *request) {
  unsigned char digest[DIGEST_SIZE];
  if (!exchange_cookie(exchange, request, digest)) return;
  struct store_job *job = exchange_job(exchange, STORE_SESSION_END);
  if (!job) return;
  memcpy(job->session.digest, digest, DIGEST_SIZE);
  exchange_store(exchange, job, session_ended);
}
