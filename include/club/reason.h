#ifndef CLUB_REASON_H
#define CLUB_REASON_H
/* Why something was refused: the words of the protocol. */

enum reason {
  REASON_NONE, /* not refused */
  REASON_FORBIDDEN,
  REASON_NOT_FOUND,
  REASON_MUTED,
  REASON_BANNED,
  REASON_LOCKED,
  REASON_SLOW_MODE,
  REASON_RATE_LIMITED,
  REASON_TOO_LONG,
  REASON_CONFLICT,
  REASON_UNAVAILABLE,
  REASON_HELD, /* kept for a moderator's look; asked again it stays so */
  /* Over HTTP only. */
  REASON_BAD_CREDENTIALS,
  REASON_NO_SESSION,
  REASON_WEAK_PASSWORD,
  REASON_BAD_REQUEST,
  REASON_METHOD_NOT_ALLOWED,
  REASON_LENGTH_REQUIRED,
  REASON_TOO_LARGE,
  REASON_INVALID_PARAMS, /* -32602 over the WebSocket, 422 over HTTP */
  REASON_COUNT
};

/* "not_found" and so on; never NULL. */
const char *reason_text(enum reason reason);
/* A short English sentence for people who read the wire; never NULL. */
const char *reason_message(enum reason reason);
#endif
