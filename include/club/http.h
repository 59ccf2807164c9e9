#ifndef CLUB_HTTP_H
#define CLUB_HTTP_H
/* An HTTP request and its answer as plain data: net reads and writes them, api decides. */
#include <stdint.h>

#include "club/address.h"
#include "club/buffer.h"
#include "club/slice.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER };

struct http_request {
  enum http_method method;
  struct slice path;  /* without the query, percent-encoded, without `.` and `..`; starts with '/' */
  struct slice query; /* without '?', percent-encoded; empty: none */
  struct slice host, origin, cookie, user_agent; /* headers, empty: absent */
  struct slice body;
  struct address address; /* the member's, behind a trusted proxy too */
};

struct http_reply {
  int status;
  struct buffer body;      /* JSON; empty: none */
  char cookie[256];        /* value of Set-Cookie; empty: none */
  char second_cookie[256]; /* another one */
  int64_t retry_after_ms;  /* 0: none */
  const char *allow;       /* 405: the methods that are allowed, for the header Allow; NULL: none */
};

/* How api gives an answer that comes later: net looks the exchange up, which may be gone. End of a turn only. */
struct http_answerer {
  void *self;
  void (*answer)(void *self, uint64_t exchange, const struct http_reply *reply);
};
#endif
