#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

#define PENDING_HEADER 1024 /* a PROXY header of version 2 with what load balancers add to it */

struct pending {
  struct listener *listener;
  int descriptor;
  struct address address;
  uv_poll_t poll;
  struct wheel_timer timer;
  LIST_ENTRY(pending) all;
};

static void pending_free(uv_handle_t *handle) {
  free(handle->data);
}

/* Lets go of the descriptor, which goes on elsewhere or is closed. */
static void pending_end(struct pending *pending) {
  struct net *net = pending->listener->net;
  wheel_disarm(net->wheel, &pending->timer);
  LIST_REMOVE(pending, all);
  net->open--;
  uv_poll_stop(&pending->poll);
  uv_close((uv_handle_t *)&pending->poll, pending_free);
}

static void pending_refuse(struct pending *pending) {
  pending->listener->net->refused++;
  pending_end(pending);
  close(pending->descriptor);
}

static void pending_overdue(struct wheel_timer *timer) {
  pending_refuse((struct pending *)((char *)timer - offsetof(struct pending, timer)));
}

/* `size` bytes are there and do not suffice: the socket is reported again when there are more. */
static void pending_wait(struct pending *pending, int size) {
  setsockopt(pending->descriptor, SOL_SOCKET, SO_RCVLOWAT, &size, sizeof size);
}

static void pending_adopt(struct pending *pending, size_t header_size, const struct address *address) {
  unsigned char bytes[PENDING_HEADER];
  int one = 1;
  if (header_size && recv(pending->descriptor, bytes, header_size, 0) != (ssize_t)header_size) {
    pending_refuse(pending);
    return;
  }
  setsockopt(pending->descriptor, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
  pending_end(pending);
  listen_adopt(pending->listener, pending->descriptor, address, true);
}

static void pending_look(uv_poll_t *poll, int status, int events) {
  struct pending *pending = poll->data;
  unsigned char bytes[PENDING_HEADER];
  struct address announced = pending->address;
  size_t header_size;
  (void)events;
  if (!listen_has_time(pending->listener->net)) return; /* it is reported again */
  ssize_t size = recv(pending->descriptor, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (status < 0 || size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
    pending_refuse(pending);
    return;
  }
  if (size < 0) return;
  enum proxy_header header = proxy_read(bytes, (size_t)size, &header_size, &announced);
  if (header == PROXY_BROKEN || (header == PROXY_INCOMPLETE && header_size > sizeof bytes))
    pending_refuse(pending);
  else if (header == PROXY_INCOMPLETE)
    pending_wait(pending, (int)size + 1);
  else
    pending_adopt(pending, header_size, header == PROXY_ADDRESS ? &announced : &pending->address);
}

void pending_add(struct listener *listener, int descriptor, const struct address *address) {
  struct net *net = listener->net;
  struct pending *pending = calloc(1, sizeof *pending);
  if (!pending || uv_poll_init(&net->loop, &pending->poll, descriptor)) {
    free(pending);
    close(descriptor);
    return;
  }
  pending->listener = listener;
  pending->descriptor = descriptor;
  pending->address = *address;
  pending->poll.data = pending;
  pending->timer.fire = pending_overdue;
  LIST_INSERT_HEAD(&net->pending, pending, all);
  net->open++;
  wheel_arm(net->wheel, &pending->timer, loop_now(net) + NET_REQUEST_MS);
  uv_poll_start(&pending->poll, UV_READABLE, pending_look);
}

void pending_close_all(struct net *net) {
  while (!LIST_EMPTY(&net->pending)) pending_refuse(LIST_FIRST(&net->pending));
}
