#ifndef NET_TCP_H
#define NET_TCP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What Linux knows of a TCP socket (tcp(7), TCP_INFO). Where it does not say: 0, false. */

/* Bytes that the other end's system has acknowledged since the connection began. */
int64_t tcp_acknowledged(int descriptor);
/* Connections that wait in a listening socket's queue. */
size_t tcp_waiting(int descriptor);
/* Is it established no more: has the other end closed it, or said all that it has to say? */
bool tcp_is_over(int descriptor);
#endif
