#ifndef CLUB_POLLER_H
#define CLUB_POLLER_H
/* Watches descriptors of others on the loop, so that whoever has a socket of a library's need not know the loop. Loop
 * thread only. */
#include <stdbool.h>

struct poll_watch; /* the poller's own */

struct poller {
  void *self;
  /* Watches `descriptor`, for nothing yet. `ready` is called from within the loop, before the end of the turn, with what
   * may be done now, for as long as it may: what is left undone is reported again. An error or a hang-up counts as both;
   * after it `set` says anew what is watched for. NULL: no memory, or nothing that can be watched. */
  struct poll_watch *(*add)(void *self, int descriptor, void (*ready)(void *context, bool readable, bool writable),
                            void *context);
  void (*set)(void *self, struct poll_watch *watch, bool read, bool write);
  /* Before the descriptor is closed; also within `ready`. `watch` is not named again, nor is `ready` called. */
  void (*remove)(void *self, struct poll_watch *watch);
};
#endif
