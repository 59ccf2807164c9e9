#ifndef BENCH_LINE_H
#define BENCH_LINE_H
/* One WebSocket as a client sees it: connect, TLS, upgrade, frames. All lines of a program share one epoll descriptor
 * (edge-triggered, so that reading costs one system call a time) and one set of buffers. One thread. */
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "frame.h"

struct line;

struct line_events {
  void *context;
  void (*opened)(void *context, struct line *line);
  void (*frame)(void *context, struct line *line, const char *text, size_t size); /* text frames only */
  /* The line is down, by whichever end and for whichever reason; it may be connected again from here on. `refused`:
   * nobody listens. Not called for line_hang_up. */
  void (*closed)(void *context, struct line *line, bool refused, const char *why);
};

#define LINE_READ_SIZE (256 * 1024)
#define LINE_REST_MAX (FRAME_PAYLOAD_MAX + FRAME_HEADER_MAX)
#define LINE_UNSENT_MAX (256 * 1024)

struct line_shared {
  int epoll;
  SSL_CTX *tls;       /* NULL: plain */
  BIO_METHOD *method; /* with TLS */
  char *bytes;        /* LINE_REST_MAX + LINE_READ_SIZE: what is being read, plain */
  char *sealed;       /* LINE_READ_SIZE: what is being read, before decrypting */
  struct line_events events;
};

enum line_state { LINE_DOWN, LINE_CONNECTING, LINE_TLS, LINE_UPGRADING, LINE_OPEN };

struct line {
  struct line_shared *shared;
  int fd;
  enum line_state state;
  SSL *ssl;
  char *rest; /* the beginning of a frame whose end has not come */
  uint32_t rest_size;
  char *unsent;
  uint32_t unsent_size;
  const char *sealed; /* while reading: what TLS has not taken yet */
  size_t sealed_size;
  bool was_open;       /* since line_connect */
  uint16_t close_code; /* of the last Close frame; 0: none */
  struct sockaddr_in to;
  struct in_addr from;
  const char *cookie; /* the session cookie's value */
  size_t index;
};

bool line_shared_begin(struct line_shared *shared, bool tls, struct line_events events);
void line_shared_end(struct line_shared *shared);

/* Begins to connect `line`, whose to, from, cookie and index are set. False: no descriptor, no port. */
bool line_connect(struct line_shared *shared, struct line *line);
/* Takes what epoll said. */
void line_handle(struct line *line, uint32_t happened);
/* False: the line is not open, or what it has not sent yet would grow over its limit. */
bool line_send(struct line *line, const char *text, size_t size);
/* Without a word; takes a line that is down. */
void line_hang_up(struct line *line);
/* What TLS agreed on; "" when plain. */
const char *line_cipher(const struct line *line);
#endif
