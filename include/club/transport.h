#ifndef CLUB_TRANSPORT_H
#define CLUB_TRANSPORT_H
/* What a connection asks of the network. All of it may be called at the end of a turn only, on the loop thread, never
 * inside what the network calls; a link is dead after the network said that it closed. */
#include <stdbool.h>
#include <stddef.h>

/* Bytes before a frame that the transport may overwrite (for the WebSocket header). */
#define TRANSPORT_HEADROOM 32

enum transport_sent {
  TRANSPORT_SENT, /* the socket took it */
  TRANSPORT_KEPT, /* the transport keeps the rest: write nothing more until it reports the line writable */
  TRANSPORT_DEAD  /* nothing can be written; the close will be reported */
};

struct link; /* the network's own */

struct transport {
  void *self;
  /* One text frame, whole. `frame` has TRANSPORT_HEADROOM bytes before it that are overwritten. */
  enum transport_sent (*write)(void *self, struct link *link, char *frame, size_t size);
  enum transport_sent (*ping)(void *self, struct link *link);
  /* Bytes that the peer has not taken yet, in the transport and the socket: falls while it takes some. */
  int64_t (*waiting)(void *self, struct link *link);
  void (*read)(void *self, struct link *link, bool on); /* go on or pause taking frames */
  /* The closing handshake, once what is kept is out; `text` is copied. */
  void (*close)(void *self, struct link *link, int code, const char *text);
  void (*kill)(void *self, struct link *link); /* at once, without one */
  /* How many have connected and were not taken in yet. */
  size_t (*outside)(void *self);
};
#endif
