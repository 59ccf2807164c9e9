#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H
/* One request over HTTP being carried out, in steps: each either answers or hands a job on and names the next step. It
 * outlives its client, because what was begun is finished. */
#include <uthash.h>

#include "club/api.h"
#include "club/limits.h"
#include "club/wire.h"
#include "cookie.h"

#define LOGIN_SIZE 33

struct exchange {
  UT_hash_handle hh; /* by ticket, once a job is under way */
  struct api *api;
  const struct services *services;
  uint64_t ticket; /* carried by its jobs */
  uint64_t client; /* the network's number of it */
  struct http_reply reply;
  bool answered;
  bool waiting; /* a job is under way */
  /* The next step. It looks at the job, which is destroyed after it. */
  void (*stored)(struct exchange *exchange, struct store_job *job);
  void (*hashed)(struct exchange *exchange, struct hash_job *job);
  /* What the steps hand on; jobs that were prepared and are not submitted are destroyed with the exchange. */
  struct hash_job *check, *make;
  struct store_job *add;
  struct address address;
  struct attempt attempt; /* what was counted, while `counted` */
  bool counted;
  bool refused; /* the reply holds an error that counts only once the session is known to be there */
  bool weak;
  bool banned;            /* the reply holds what one who is banned hears, once the password is known to be right */
  char login[LOGIN_SIZE]; /* empty: of no login's form */
  char device[TOKEN_SIZE + 1];
  char token[TOKEN_SIZE + 1];   /* of the new session */
  char agent[LIMIT_CLIENT + 1]; /* the browser and system that it begins with, in words */
  int64_t member, session;
};

/* One row of the table of paths; NULL: the method is not allowed. */
typedef void (*exchange_begin)(struct exchange *exchange, const struct http_request *request);

struct api {
  const struct services *services;
  struct exchange *waiting; /* by ticket */
  uint64_t next_ticket;
  struct buffer club; /* the answer of GET /api/club */
};

/* ---- jobs ---- */

/* NULL: answered `unavailable`. */
struct store_job *exchange_job(struct exchange *exchange, enum store_kind kind) CLUB_MUST_CHECK;
void exchange_store(struct exchange *exchange, struct store_job *job,
                    void (*next)(struct exchange *exchange, struct store_job *job));
/* A job for the hasher with a copy of the password (cut to what fits: that is more than any password has). */
struct hash_job *exchange_hash_job(enum hash_kind kind, struct slice password) CLUB_MUST_CHECK;
/* Submits `*job` and clears the pointer. */
void exchange_hash(struct exchange *exchange, struct hash_job **job,
                   void (*next)(struct exchange *exchange, struct hash_job *job));
/* After the step that a job led to. */
void exchange_destroy(struct exchange *exchange);

/* ---- answers ---- */

int exchange_status(enum reason reason);
void exchange_error(struct exchange *exchange, int status, enum reason reason, const char *field);
/* With the status that the reason usually has. `unavailable` gives back a counted try: nothing was guessed. */
void exchange_refuse(struct exchange *exchange, enum reason reason);
void exchange_done(struct exchange *exchange, int status);
/* Puts {member} into the reply; the answer is still to be given. */
void exchange_put_member(struct exchange *exchange, const struct member_record *member);
/* The outcome of a job: true when done, or refused (then `refused` is set); else answered `unavailable`. */
bool exchange_asked(struct exchange *exchange, const struct store_job *job, bool *refused) CLUB_MUST_CHECK;

/* ---- what requests bring ---- */

/* The body as described; NULL: answered. */
struct frame *exchange_body(struct exchange *exchange, const struct http_request *request, enum body_id body,
                            struct request *parsed) CLUB_MUST_CHECK;
/* The digest of the session's token; false: answered `no_session`. */
bool exchange_cookie(struct exchange *exchange, const struct http_request *request, unsigned char digest[DIGEST_SIZE])
    CLUB_MUST_CHECK;
/* A password in memory that is about to be given back. */
void exchange_wipe(struct slice password);

/* ---- tries ---- */

/* Counts a try; login and device live as long as the exchange. False: answered `rate_limited`. */
bool exchange_try(struct exchange *exchange, struct slice login, struct slice device) CLUB_MUST_CHECK;
/* It was no wrong guess: gives it back. */
void exchange_try_return(struct exchange *exchange);

/* ---- the families ---- */

void session_login(struct exchange *exchange, const struct http_request *request);
void session_show(struct exchange *exchange, const struct http_request *request);
void session_end(struct exchange *exchange, const struct http_request *request);
/* Makes a session's token and its digest. */
void session_new(struct exchange *exchange, unsigned char digest[DIGEST_SIZE]);
/* The cookies of the session that began, for the login of the exchange. */
void session_cookies(struct exchange *exchange);
void password_change(struct exchange *exchange, const struct http_request *request);
void account_make(struct exchange *exchange, const struct http_request *request);
void invite_show(struct exchange *exchange, const struct http_request *request);
/* The digest of an invite's token; false: no token's form, answered `not_found`. */
bool invite_digest(struct exchange *exchange, struct slice token, unsigned char digest[DIGEST_SIZE]) CLUB_MUST_CHECK;
/* Browser and system in words, from a User-Agent that says whatever it likes. Empty: it says nothing. */
void client_name(char name[LIMIT_CLIENT + 1], struct slice agent);
void club_show(struct exchange *exchange, const struct http_request *request);
bool club_prepare(struct api *api) CLUB_MUST_CHECK;
#endif
