/* Apart from the rest: the kernel's <linux/tcp.h> knows this field, the C library's header of that name does not, and
 * the two cannot be included together. */
#include "acknowledged.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

int64_t acknowledged_bytes(int descriptor) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size)) return 0;
  return (int64_t)info.tcpi_bytes_acked;
}
