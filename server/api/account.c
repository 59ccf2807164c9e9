/* POST /api/members: whoever comes through an invite makes an account. */
#include "exchange.h"

#include "club/password.h"
#include "club/text.h"

static void account_added(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused) { /* the login is taken, or the invite used up meanwhile */
    exchange_error(exchange, exchange_status(job->reason), job->reason,
                   job->reason == REASON_CONFLICT ? "login" : NULL);
    return;
  }
  exchange_try_return(exchange);
  exchange_put_member(exchange, &job->member.member);
  session_cookies(exchange);
  exchange_done(exchange, 201);
}

static void account_hashed(struct exchange *exchange, struct hash_job *made) {
  if (made->failed) {
    exchange_refuse(exchange, REASON_UNAVAILABLE);
    return;
  }
  struct store_job *job = exchange->add;
  exchange->add = NULL;
  job->member.password = arena_copy(job->arena, slice_of(made->encoded));
  job->member.with_session = true;
  session_new(exchange, job->member.session_digest);
  exchange_store(exchange, job, account_added);
}

static void account_invited(struct exchange *exchange, struct store_job *job) {
  bool refused;
  if (!exchange_asked(exchange, job, &refused)) return;
  if (refused) {
    exchange_refuse(exchange, REASON_NOT_FOUND);
  } else if (exchange->weak) {
    exchange_try_return(exchange);
    exchange_error(exchange, 422, REASON_WEAK_PASSWORD, "password");
  } else {
    exchange_hash(exchange, &exchange->make, account_hashed);
  }
}

static void account_ask(struct exchange *exchange) {
  if (!exchange_try(exchange, SLICE_NONE, SLICE_NONE)) return;
  struct store_job *job = exchange_job(exchange, STORE_INVITE_FIND);
  if (!job) return;
  memcpy(job->invite.digest, exchange->add->member.digest, DIGEST_SIZE);
  exchange_store(exchange, job, account_invited);
}

/* ---- the body ---- */

/* The field that is not as the club has it; NULL: all are. */
static const char *account_wrong(struct exchange *exchange, const struct members_body *body) {
  const struct club *club = exchange->services->club;
  if (!text_fold_login(body->login, exchange->login)) return "login";
  return card_wrong(club, body->country, &body->sectors, &body->languages);
}

static void account_fill(struct exchange *exchange, const struct members_body *body, struct store_job *job) {
  char address[ADDRESS_TEXT_SIZE];
  const struct slice none = {"", 0};
  address_write(address, &exchange->address);
  job->member.invited = true;
  job->member.address = arena_copy(job->arena, slice_of(address));
  job->member.client = arena_copy(job->arena, slice_of(exchange->agent));
  job->member.member = (struct member_record){.login = arena_copy(job->arena, slice_of(exchange->login)),
                                              .name = card_text(job->arena, body->name),
                                              .title = none,
                                              .company = card_text(job->arena, body->company),
                                              .country = card_text(job->arena, body->country),
                                              .about = none,
                                              .offers = none,
                                              .seeks = none,
                                              .sectors = card_list(job->arena, &body->sectors),
                                              .languages = card_list(job->arena, &body->languages)};
}

static void account_read(struct exchange *exchange, const struct members_body *body) {
  const char *wrong = account_wrong(exchange, body);
  if (wrong) {
    exchange_error(exchange, 422, REASON_INVALID_PARAMS, wrong);
    return;
  }
  exchange->add = exchange_job(exchange, STORE_MEMBER_ADD);
  if (!exchange->add || !invite_digest(exchange, body->invite, exchange->add->member.digest)) return;
  account_fill(exchange, body, exchange->add);
  exchange->weak = !password_is_acceptable(body->password);
  exchange->make = exchange_hash_job(HASH_MAKE, body->password);
  if (!exchange->make) exchange_refuse(exchange, REASON_UNAVAILABLE);
}

void account_make(struct exchange *exchange, const struct http_request *request) {
  struct request parsed;
  struct frame *frame = exchange_body(exchange, request, BODY_MEMBERS, &parsed);
  if (!frame) return;
  client_name(exchange->agent, request->user_agent);
  account_read(exchange, &parsed.params.members_body);
  exchange_wipe(parsed.params.members_body.password);
  frame_destroy(frame);
  if (!exchange->answered) account_ask(exchange);
}
