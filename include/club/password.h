#ifndef CLUB_PASSWORD_H
#define CLUB_PASSWORD_H
/* Argon2id, 19 MiB, 2 passes, 1 lane: about 20 ms of a core, so never on the loop. Any thread. */
#include "club/slice.h"

#define PASSWORD_ENCODED_SIZE 128

/* The encoded form holds salt and costs. False: no memory. */
bool password_hash(struct slice password, char encoded[PASSWORD_ENCODED_SIZE]) CLUB_MUST_CHECK;
bool password_verify(struct slice password, const char *encoded) CLUB_MUST_CHECK;
/* Takes as long as password_verify; for a login that nobody has. */
void password_verify_nothing(struct slice password);
/* 8 to 256 characters of UTF-8, and none of the commonest in whatever case. */
bool password_is_acceptable(struct slice password) CLUB_MUST_CHECK;
#endif
