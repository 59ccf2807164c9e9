#ifndef CLUB_POLLER_H
#define CLUB_POLLER_H
/* Watches descriptors of others on the loop, so that whoever has a socket of a library's need not know the loop. Loop
 * thread only. */
#include <stdbool.h>

struct poll_watch; /* the poller's own */

struct poller {
  void *self;
  /* Watches `descriptor`, for nothing yet. `ready` is called from within the loop, before the end of the turn, with what
   * may be done now; an error or a hang-up counts as both. NULL: no memory. */
  struct poll_watch *(*add)(void *self, int descriptor, void (*ready)(void *context, bool readable, bool writable),
                            void *context);
  void (*set)(void *self, struct poll_watch *watch, bool read, bool write);
  /* Before the descriptor is closed; also within `ready`. `watch` is not named again. */
  void (*remove)(void *self, struct poll_watch *watch);
};
#endif
