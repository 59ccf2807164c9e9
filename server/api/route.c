/* The table of paths, and what is asked of every request before it gets to its row. */
#include <stdlib.h>

#include "exchange.h"

struct route {
  const char *path, *allow;
  exchange_begin get, post, put, delete;
};

static const struct route routes[] = {
    {.path = "/api/session",
     .allow = "GET, HEAD, POST, DELETE",
     .get = session_show,
     .post = session_login,
     .delete = session_end},
    {.path = "/api/password", .allow = "PUT", .put = password_change},
    {.path = "/api/invite", .allow = "POST", .post = invite_show},
    {.path = "/api/members", .allow = "POST", .post = account_make},
    {.path = "/api/club", .allow = "GET, HEAD", .get = club_show},
};

static const struct route *route_find(struct slice path) {
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (slice_is(path, routes[i].path)) return &routes[i];
  return NULL;
}

static exchange_begin route_begin(const struct route *route, enum http_method method) {
  switch (method) {
    case HTTP_GET:
    case HTTP_HEAD: return route->get;
    case HTTP_POST: return route->post;
    case HTTP_PUT: return route->put;
    case HTTP_DELETE: return route->delete;
    case HTTP_OTHER: break;
  }
  return NULL;
}

static bool route_only_reads(enum http_method method) {
  return method == HTTP_GET || method == HTTP_HEAD;
}

static void route_run(struct exchange *exchange, const struct http_request *request) {
  if (!route_only_reads(request->method) && !origin_is_allowed(exchange->services, request->origin, request->host)) {
    exchange_refuse(exchange, REASON_FORBIDDEN);
    return;
  }
  const struct route *route = route_find(request->path);
  exchange_begin begin = route ? route_begin(route, request->method) : NULL;
  if (!route) {
    exchange_refuse(exchange, REASON_NOT_FOUND);
  } else if (!begin) {
    exchange_refuse(exchange, REASON_METHOD_NOT_ALLOWED);
    exchange->reply.allow = route->allow;
  } else {
    begin(exchange, request);
  }
}

/* ---- the API as its users see it ---- */

struct api *api_create(const struct services *services) {
  struct api *api = calloc(1, sizeof *api);
  if (!api) return NULL;
  api->services = services;
  if (club_prepare(api)) return api;
  api_destroy(api);
  return NULL;
}

void api_destroy(struct api *api) {
  if (!api) return;
  while (api->waiting) exchange_destroy(api->waiting);
  buffer_free(&api->club);
  free(api);
}

size_t api_pending(const struct api *api) {
  return HASH_COUNT(api->waiting);
}

bool api_handle(struct api *api, uint64_t client, const struct http_request *request, struct http_reply *reply) {
  struct exchange *exchange = calloc(1, sizeof *exchange);
  api->services->metrics->http_requests++;
  if (!exchange) {
    reply->status = 503;
    return true;
  }
  exchange->api = api;
  exchange->services = api->services;
  exchange->client = client;
  exchange->address = request->address;
  buffer_init(&exchange->reply.body, LIMIT_HTTP_BODY);
  route_run(exchange, request);
  if (!exchange->answered) return false;
  *reply = exchange->reply; /* its body moves */
  exchange->reply.body = (struct buffer){0};
  exchange_destroy(exchange);
  return true;
}

int api_upgrade(const struct services *services, const struct http_request *request, struct http_reply *reply,
                struct slice *token) {
  enum reason refused = REASON_NONE;
  *token = cookie_session(request->cookie);
  if (!origin_is_allowed(services, request->origin, request->host))
    refused = REASON_FORBIDDEN;
  else if (!token->data)
    refused = REASON_NO_SESSION;
  if (refused == REASON_NONE) return 0;
  *reply = (struct http_reply){.status = exchange_status(refused)};
  buffer_init(&reply->body, LIMIT_HTTP_BODY);
  encode_http_error(&reply->body, refused, NULL);
  return reply->status;
}
