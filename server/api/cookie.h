#ifndef API_COOKIE_H
#define API_COOKIE_H
/* The two cookies: whose session it is, and which login was used from this browser before. */
#include "club/api.h"
#include "club/cookie.h"

#define COOKIE_DEVICE "__Host-device"

/* The value of the session cookie; absent: none, several, or of a wrong form. */
struct slice cookie_session(struct slice header);
void cookie_write_session(char cookie[256], const char *token);
void cookie_write_ended(char cookie[256]);
/* Was this login used from the browser before? `device` then gets its name, else it is emptied. */
bool cookie_read_device(const struct services *services, struct slice header, struct slice login,
                        char device[TOKEN_SIZE + 1]);
/* `device` is the name that the browser has with this login; empty: it gets one. */
void cookie_write_device(const struct services *services, char cookie[256], struct slice login,
                         char device[TOKEN_SIZE + 1]);
#endif
