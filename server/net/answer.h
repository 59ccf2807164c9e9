#ifndef NET_ANSWER_H
#define NET_ANSWER_H
/* The bytes of an HTTP answer. */
#include "internal.h"

enum answer_kind { ANSWER_API, ANSWER_PAGE, ANSWER_PLAIN };

struct answer {
  int status;
  enum answer_kind kind;
  const char *type;               /* Content-Type; NULL: there is no body */
  uint64_t length;                /* of the body, which follows elsewhere */
  const char *extra;              /* further header lines, each with its line end; NULL: none */
  const struct http_reply *reply; /* cookies, Retry-After; NULL: none */
  bool strict_transport;
  bool last; /* the connection is closed afterwards */
};

/* Head and body in one write. False: the line is broken, or no memory. */
bool answer_send(struct lws *wsi, const struct answer *answer, struct slice body) CLUB_MUST_CHECK;
/* The body of an error. */
void answer_error_body(struct buffer *body, enum reason reason);
enum reason answer_reason(int status);
#endif
