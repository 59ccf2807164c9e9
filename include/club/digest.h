#ifndef CLUB_DIGEST_H
#define CLUB_DIGEST_H
/* Hashes and tokens (OpenSSL behind it). Any thread. Nothing here takes memory or fails. */
#include <stdbool.h>
#include <stdint.h>

#include "club/clock.h"
#include "club/slice.h"

#define DIGEST_SIZE 32
#define TOKEN_SIZE 43 /* characters of base64url that 256 bits take, without padding (RFC 4648, section 5) */

void digest_sha256(struct slice data, unsigned char digest[DIGEST_SIZE]);
void digest_hmac_sha256(struct slice key, struct slice data, unsigned char digest[DIGEST_SIZE]);
/* Constant time. */
bool digest_equal(const unsigned char a[DIGEST_SIZE], const unsigned char b[DIGEST_SIZE]);
/* 32 bytes as a token of TOKEN_SIZE characters and a zero byte. */
void token_write(char token[TOKEN_SIZE + 1], const unsigned char bytes[DIGEST_SIZE]);
void token_random(char token[TOKEN_SIZE + 1], const struct randomness *randomness);
/* Has it a token's form? */
bool token_is_valid(struct slice token);
#endif
