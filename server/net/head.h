#ifndef NET_HEAD_H
#define NET_HEAD_H
/* The head of a request, copied out of libwebsockets. */
#include "internal.h"

enum head_length { HEAD_LENGTH_ABSENT, HEAD_LENGTH_GIVEN, HEAD_LENGTH_BROKEN };

struct head {
  struct http_request request;
  struct slice if_none_match, accept_encoding;
  enum head_length length_form;
  uint64_t length; /* Content-Length */
  bool chunked;    /* any Transfer-Encoding */
  bool last;       /* HTTP/1.0, or Connection: close */
  size_t used;
  char text[3 * LIMIT_HTTP_HEADERS];
};

/* False: there is no method, or the head does not fit. */
bool head_read(struct head *head, const struct link *link) CLUB_MUST_CHECK;
/* One header's value, several ones joined by commas; absent: an empty slice. */
struct slice head_header(struct head *head, struct lws *wsi, enum lws_token_indexes token);
/* Is the word, in any case, an element of a comma-separated list? Parameters after ';' are not looked at. */
bool head_lists(struct slice list, const char *word);
/* The same, but not where the element's weight is 0 (RFC 9110, 12.4.2). */
bool head_takes(struct slice list, const char *word);
#endif
