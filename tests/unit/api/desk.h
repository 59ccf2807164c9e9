#ifndef TEST_API_DESK_H
#define TEST_API_DESK_H
/* A browser before the HTTP API: requests go in as the network reads them, answers come back at once or later. */
#include "club/api.h"
#include "house.h"

#define DESK_ORIGIN "https://club.example.org"
#define DESK_CLIENTS 2000

struct desk {
  struct house *house;
  struct api *api;
  struct address address;
  const char *origin, *host;
  char cookie[600];
  uint64_t next_client;
  /* The answer that came last. */
  int answers;
  uint64_t client;
  struct http_reply reply;
};

static inline void desk_keep(struct desk *desk, uint64_t client, const struct http_reply *reply) {
  buffer_free(&desk->reply.body);
  struct buffer body;
  buffer_init(&body, 4 << 20);
  buffer_append_slice(&body, buffer_slice(&reply->body));
  desk->reply = *reply;
  desk->reply.body = body;
  desk->client = client;
  desk->answers++;
}

static inline void desk_answer(void *self, uint64_t client, const struct http_reply *reply) {
  desk_keep(self, client, reply);
}

static inline int desk_begin(void **state) {
  struct desk *desk = calloc(1, sizeof *desk);
  desk->house = house_open();
  desk->house->services.answerer = (struct http_answerer){desk, desk_answer};
  desk->api = api_create(&desk->house->services);
  assert_non_null(desk->api);
  desk->house->completions.api = desk->api;
  desk->origin = DESK_ORIGIN;
  desk->host = "club.example.org";
  assert_true(address_read(SLICE_LITERAL("192.0.2.7"), &desk->address));
  buffer_init(&desk->reply.body, 4 << 20);
  *state = desk;
  return 0;
}

static inline int desk_end(void **state) {
  struct desk *desk = *state;
  if (desk->api) assert_int_equal(api_pending(desk->api), 0);
  api_destroy(desk->api);
  buffer_free(&desk->reply.body);
  house_close(desk->house);
  free(desk);
  return 0;
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_begin, desk_end)

/* True: it was answered at once. */
static inline bool desk_ask(struct desk *desk, enum http_method method, const char *path, const char *body) {
  char copy[LIMIT_HTTP_BODY + 1]; /* gone after the call, as the network's is */
  snprintf(copy, sizeof copy, "%s", body);
  struct http_request request = {.method = method,
                                 .path = slice_of(path),
                                 .host = slice_of(desk->host),
                                 .origin = slice_of(desk->origin),
                                 .cookie = slice_of(desk->cookie),
                                 .body = slice_of(copy),
                                 .address = desk->address};
  struct http_reply reply = {0};
  buffer_init(&reply.body, LIMIT_HTTP_BODY);
  bool now = api_handle(desk->api, ++desk->next_client, &request, &reply);
  if (now) desk_keep(desk, desk->next_client, &reply);
  buffer_free(&reply.body);
  memset(copy, '?', sizeof copy);
  return now;
}

/* Shows the status of the last answer, and its reason where it is an error. */
static inline void desk_shows(const struct desk *desk, int status, const char *reason) {
  assert_int_equal(desk->reply.status, status);
  if (!reason) return;
  json_t *body = house_json(buffer_slice(&desk->reply.body));
  assert_string_equal(house_text(body, "error.reason"), reason);
  json_decref(body);
}

static inline void desk_shows_field(const struct desk *desk, int status, const char *reason, const char *field) {
  desk_shows(desk, status, reason);
  json_t *body = house_json(buffer_slice(&desk->reply.body));
  assert_string_equal(house_text(body, "error.field"), field);
  json_decref(body);
}

static inline void desk_shows_text(const struct desk *desk, const char *path, const char *text) {
  json_t *body = house_json(buffer_slice(&desk->reply.body));
  assert_string_equal(house_text(body, path), text);
  json_decref(body);
}

/* Keeps a cookie as a browser does: what stands before the attributes. */
static inline void desk_take_cookie(struct desk *desk, const char *cookie) {
  size_t size = strlen(desk->cookie);
  snprintf(desk->cookie + size, sizeof desk->cookie - size, "%s%.*s", size ? "; " : "", (int)strcspn(cookie, ";"),
           cookie);
}

static inline void desk_use_session(struct desk *desk) {
  snprintf(desk->cookie, sizeof desk->cookie, "__Host-club=%043d", 7);
}
#endif
