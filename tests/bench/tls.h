#ifndef BENCH_TLS_H
#define BENCH_TLS_H
/* TLS over a line's own reading and writing: OpenSSL sees memory, never the socket, so that whatever has come is read
 * in one system call. */
#include "line.h"

bool tls_begin(struct line_shared *shared);
void tls_end(struct line_shared *shared);
/* Gives the line its TLS state. */
bool tls_attach(struct line *line);
/* Goes on with the handshake. 1: done; 0: waits for more; -1: failed. */
int tls_handshake(struct line *line);
/* Decrypts into `out` until it is full or nothing is left. Bytes; -1: failed or ended. */
long tls_read(struct line *line, char *out, size_t size);
bool tls_write(struct line *line, const char *bytes, size_t size);
/* Sends bytes as they are, or keeps them for later. */
bool line_transmit(struct line *line, const char *bytes, size_t size);
#endif
