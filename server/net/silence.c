/* While an answer is owed, libwebsockets does not read its socket and takes out of the poll neither what arrives nor,
 * with lws_rx_flow_control and bytes of a next request already read, the readiness to write: the loop would spin. So the
 * socket is made mute in epoll itself. It is heard again as soon as libwebsockets asks for anything, which every answer
 * makes it do; a broken line is reported all the while. */
#include <sys/epoll.h>

#include "internal.h"

void silence_begin(struct link *link) {
  if (link->silence_wanted) return;
  link->silence_wanted = true;
  TAILQ_INSERT_TAIL(&link->net->silence, link, silence);
}

void silence_end(struct link *link) {
  if (!link->silence_wanted) return;
  link->silence_wanted = false;
  TAILQ_REMOVE(&link->net->silence, link, silence);
}

/* What libuv was asked for in this turn reaches epoll with the next poll only: until then the socket is not there, and
 * is tried again. */
void silence_settle(struct net *net) {
  struct epoll_event nothing = {0};
  struct link *link, *next;
  for (link = TAILQ_FIRST(&net->silence); link; link = next) {
    next = TAILQ_NEXT(link, silence);
    int descriptor = lws_get_socket_fd(link->wsi);
    if (epoll_ctl(uv_backend_fd(&net->loop), EPOLL_CTL_MOD, descriptor, &nothing) == 0) silence_end(link);
  }
}
