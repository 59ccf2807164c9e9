#include "club/reason.h"

struct reason_words {
  const char *text, *message;
};

static const struct reason_words reasons[REASON_COUNT] = {
    [REASON_NONE] = {"none", "Nothing was refused."},
    [REASON_FORBIDDEN] = {"forbidden", "You may not do this."},
    [REASON_NOT_FOUND] = {"not_found", "There is no such thing, or it is not for you."},
    [REASON_MUTED] = {"muted", "You may not write for now."},
    [REASON_BANNED] = {"banned", "You may not enter."},
    [REASON_LOCKED] = {"locked", "The room is locked."},
    [REASON_SLOW_MODE] = {"slow_mode", "The room is in slow mode: wait before you post again."},
    [REASON_RATE_LIMITED] = {"rate_limited", "Too much in a short time."},
    [REASON_TOO_LONG] = {"too_long", "Longer than is allowed."},
    [REASON_CONFLICT] = {"conflict", "This contradicts what is stored."},
    [REASON_UNAVAILABLE] = {"unavailable", "The server cannot do this now: try again later."},
    [REASON_HELD] = {"held", "Not posted yet: a moderator looks at it first."},
    [REASON_BAD_CREDENTIALS] = {"bad_credentials", "Login or password is wrong."},
    [REASON_NO_SESSION] = {"no_session", "There is no session: log in."},
    [REASON_WEAK_PASSWORD] = {"weak_password", "A password has 8 to 256 characters and is not a common one."},
    [REASON_BAD_REQUEST] = {"bad_request", "The request cannot be read."},
    [REASON_METHOD_NOT_ALLOWED] = {"method_not_allowed", "This method is not allowed here."},
    [REASON_LENGTH_REQUIRED] = {"length_required", "A body needs a Content-Length."},
    [REASON_TOO_LARGE] = {"too_large", "The body is too large."},
    [REASON_INVALID_PARAMS] = {"invalid_params", "A field is missing or wrong."},
};

static const struct reason_words *find(enum reason reason) {
  return &reasons[(unsigned int)reason < REASON_COUNT ? reason : REASON_NONE];
}

const char *reason_text(enum reason reason) {
  return find(reason)->text;
}

const char *reason_message(enum reason reason) {
  return find(reason)->message;
}
