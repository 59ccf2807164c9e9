#ifndef NET_ACKNOWLEDGED_H
#define NET_ACKNOWLEDGED_H
#include <stdint.h>

/* Bytes that the other end's system has acknowledged since the connection began. */
int64_t acknowledged_bytes(int descriptor);
#endif
