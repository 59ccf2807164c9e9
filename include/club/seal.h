#ifndef CLUB_SEAL_H
#define CLUB_SEAL_H
/* The seal of every message on the bus, so that a stranger's, a garbled one or one of another history says nothing:
 *
 *   KK TOKEN EPOCH REST
 *
 * KK is the kind and its version. TOKEN is HMAC-SHA-256 over all that follows it, with a key made of the club's secret,
 * the kind and the topic: a message says nothing under another topic or as another kind. Replaying one is possible, so
 * nothing that a message says may do harm twice. Any thread. */
#include <stdint.h>

#include "club/buffer.h"
#include "club/digest.h"

#define SEAL_KIND 2 /* characters */

/* Begins a message in an empty buffer; REST is appended by the caller. */
void seal_begin(struct buffer *message, const char kind[SEAL_KIND + 1], const char *epoch);
/* Signs it. False: it did not fit, and nothing may be sent. */
bool seal_end(struct buffer *message, const unsigned char secret[DIGEST_SIZE], struct slice topic) CLUB_MUST_CHECK;

/* What the message would say if it were genuine: for telling cheaply that it is not wanted. False: another kind, or
 * broken. */
bool seal_peek(struct slice message, const char kind[SEAL_KIND + 1], struct slice *rest) CLUB_MUST_CHECK;
/* What it says. `epoch` NULL: of whatever history. */
bool seal_open(struct slice message, const char kind[SEAL_KIND + 1], const unsigned char secret[DIGEST_SIZE],
               struct slice topic, const char *epoch, struct slice *rest) CLUB_MUST_CHECK;

/* The parts of REST, each taken off its front. A word or number ends with one space or newline, which is taken too.
 * False: it is not there. */
bool seal_word(struct slice *rest, struct slice *word) CLUB_MUST_CHECK;
bool seal_number(struct slice *rest, int64_t *number) CLUB_MUST_CHECK; /* 0 or more */
bool seal_bytes(struct slice *rest, int64_t size, struct slice *bytes) CLUB_MUST_CHECK;
#endif
