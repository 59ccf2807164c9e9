#ifndef CLUB_API_H
#define CLUB_API_H
/* The HTTP API: sessions, passwords, invites, the club. A route is a row in a table. Loop thread, inside a turn. */
#include "club/http.h"
#include "club/services.h"

struct api;

struct api *api_create(const struct services *services) CLUB_MUST_CHECK;
/* Answers that are still awaited are forgotten. Takes NULL. */
void api_destroy(struct api *api);
/* True: `reply` is filled; its body is the caller's to free. False: the answer comes through services->answerer with this
 * exchange, at the end of a turn. */
bool api_handle(struct api *api, uint64_t exchange, const struct http_request *request, struct http_reply *reply);
/* Exchanges whose answer is awaited. */
size_t api_pending(const struct api *api);

/* May the request become a WebSocket: Origin (403), the cookie's form (401). 0: yes, `token` is the cookie's value. */
int api_upgrade(const struct services *services, const struct http_request *request, struct http_reply *reply,
                struct slice *token);
/* Is the Origin the server's own, or an allowed one? */
bool origin_is_allowed(const struct services *services, struct slice origin, struct slice host);
#endif
