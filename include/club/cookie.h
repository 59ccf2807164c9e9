#ifndef CLUB_COOKIE_H
#define CLUB_COOKIE_H
/* Reading a Cookie header (RFC 6265, 4.2). Any thread. */
#include "club/slice.h"

#define COOKIE_SESSION "__Host-club" /* its value is the session's token */

/* The value of the cookie of that name, a piece of the header; absent when there is none or several. */
struct slice cookie_value(struct slice header, const char *name);
#endif
