/* Descriptors of others on the loop. */
#include <stdlib.h>

#include "club/poller.h"
#include "internal.h"

struct poll_watch {
  uv_poll_t handle;
  int events; /* what is watched for now */
  void (*ready)(void *context, bool readable, bool writable);
  void *context;
};

/* libuv stops a watch that it reports an error of; whoever owns the descriptor learns what is wrong when he uses it. */
static void watch_report(uv_poll_t *handle, int status, int events) {
  struct poll_watch *watch = handle->data;
  if (status < 0) {
    watch->events = 0;
    uv_poll_stop(handle);
    events = UV_READABLE | UV_WRITABLE;
  }
  watch->ready(watch->context, (events & UV_READABLE) != 0, (events & UV_WRITABLE) != 0);
}

static struct poll_watch *watch_add(void *self, int descriptor,
                                    void (*ready)(void *context, bool readable, bool writable), void *context) {
  struct net *net = self;
  struct poll_watch *watch = calloc(1, sizeof *watch);
  if (!watch) return NULL;
  if (uv_poll_init(&net->loop, &watch->handle, descriptor) != 0) {
    free(watch);
    return NULL;
  }
  watch->handle.data = watch;
  watch->ready = ready;
  watch->context = context;
  return watch;
}

static void watch_set(void *self, struct poll_watch *watch, bool read, bool write) {
  (void)self;
  int events = (read ? UV_READABLE : 0) | (write ? UV_WRITABLE : 0);
  if (events == watch->events) return;
  watch->events = events;
  if (events)
    uv_poll_start(&watch->handle, events, watch_report);
  else
    uv_poll_stop(&watch->handle);
}

static void watch_free(uv_handle_t *handle) {
  free(handle->data);
}

static void watch_remove(void *self, struct poll_watch *watch) {
  (void)self;
  uv_poll_stop(&watch->handle);
  uv_close((uv_handle_t *)&watch->handle, watch_free);
}

struct poller net_poller(struct net *net) {
  return (struct poller){.self = net, .add = watch_add, .set = watch_set, .remove = watch_remove};
}
