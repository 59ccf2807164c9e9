/* Apart from the rest: the kernel's <linux/tcp.h> knows a field that the C library's header of that name does not, and the
 * two cannot be included together; nor has the kernel's the names of the states. */
#include "tcp.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define STATE_ESTABLISHED 1 /* TCP_ESTABLISHED of <netinet/tcp.h> */

static bool tcp_look(int descriptor, struct tcp_info *info) {
  socklen_t size = sizeof *info;
  *info = (struct tcp_info){0};
  return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &size) == 0;
}

int64_t tcp_acknowledged(int descriptor) {
  struct tcp_info info;
  return tcp_look(descriptor, &info) ? (int64_t)info.tcpi_bytes_acked : 0;
}

/* Of a listening socket Linux gives the length of its queue as `tcpi_unacked` (net/ipv4/tcp.c, tcp_get_info). */
size_t tcp_waiting(int descriptor) {
  struct tcp_info info;
  return tcp_look(descriptor, &info) ? info.tcpi_unacked : 0;
}

bool tcp_is_over(int descriptor) {
  struct tcp_info info;
  return tcp_look(descriptor, &info) && info.tcpi_state != STATE_ESTABLISHED;
}
