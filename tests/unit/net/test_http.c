/* HTTP: whole, half, wrong and late requests. */
#include <lws_config.h>

#include "client.h"

static void bodies_are_handed_on_and_answered(bool tls) {
  static struct fixture fixture;
  struct response response;
  char request[1024];
  fixture_start(&fixture, tls);
  struct client client = client_connect(&fixture);
  for (int i = 0; i < 3; i++) { /* one connection, kept */
    snprintf(request, sizeof request, "POST /api/echo HTTP/1.1\r\nHost: club.test\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(russian), russian);
    client_request(&client, &response, request);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.body, russian);
    assert_string_equal(response_header(&response, "Cache-Control"), "no-store");
    assert_string_equal(response_header(&response, "Content-Type"), "application/json");
    assert_string_equal(response_header(&response, "X-Content-Type-Options"), "nosniff");
    assert_non_null(strstr(response_header(&response, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_non_null(strstr(response_header(&response, "Set-Cookie"), "HttpOnly"));
  }
  client_request(&client, &response, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  assert_int_equal(response.status, 200);
  client_request(&client, &response, "DELETE /api/nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 204);
  client_request(&client, &response, "PUT /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  assert_string_equal(response.body, "abc");
  client_request(&client, &response, "GET /api/unknown HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 404);
  assert_string_equal(response_header(&response, "Retry-After"), "2");
  client_request(&client, &response, "HEAD /api/address HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_string_equal(response_header(&response, "Content-Length"), "9"); /* 127.0.0.1 */
  client_close(&client);
  fixture_stop(&fixture);
}

static void large_body(bool tls) {
  static struct fixture fixture;
  struct response response;
  fixture_start(&fixture, tls);
  struct client client = client_connect(&fixture);
  char *body = malloc(65537);
  memset(body, 'z', 65536);
  client_say(&client, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n");
  for (size_t at = 0; at < 65536; at += 8192) client_send(&client, body + at, 8192);
  client_response(&client, &response, false);
  assert_int_equal(response.status, 200);
  assert_int_equal(response.body_size, 65536);
  client_say(&client, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n");
  client_send(&client, body, 65537);
  client_response(&client, &response, false);
  assert_int_equal(response.status, 413);
  assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
  client_close(&client);
  free(body);
  fixture_stop(&fixture);
}

static void requests_are_answered(void **state) {
  (void)state;
  bodies_are_handed_on_and_answered(false);
  bodies_are_handed_on_and_answered(true);
}

static void a_body_may_have_64_kilobytes_and_no_more(void **state) {
  (void)state;
  large_body(false);
  large_body(true);
}

/* From 4.3 on libwebsockets cuts a connection without an answer where bytes come behind the head of a request without a
 * length, a pipelined request included, and for a zero byte in a path. Browsers and proxies send none of these. */
static bool is_cut(const struct response *response) {
  return (LWS_LIBRARY_VERSION_NUMBER) >= 4003000 && response->status == 0;
}

static bool may_be_cut(const char *request) {
  return strncmp(request, "GET ", 4) == 0 && (strstr(request, "chunked") || strstr(request, "/%00"));
}

static void wrong_requests_get_their_status(void **state) {
  static const struct {
    int status;
    const char *request;
  } wrong[] = {
      {411, "POST /api/echo HTTP/1.1\r\nHost: h\r\n\r\n"},
      {411, "PUT /api/echo HTTP/1.1\r\nHost: h\r\n\r\n"},
      {411, "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"},
      {411, "GET /api/address HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {411, "POST /api/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab"},
      {413, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\nab"},
      {400, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nab"},
      {400, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2x\r\n\r\nab"},
      {400, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"},
      {400, "GET /api/address HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"},
      {400, "GET /api/address HTTP/1.1\r\n\r\n"},
      {405, "OPTIONS /api/echo HTTP/1.1\r\nHost: h\r\n\r\n"},
      {405, "PATCH /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"},
      {405, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"},
      {404, "GET /api HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {404, "GET /%00x HTTP/1.1\r\nHost: h\r\n\r\n"},
      {426, "GET /ws HTTP/1.1\r\nHost: h\r\n\r\n"},
  };
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct response response;
    fixture_request(&fixture, &response, wrong[i].request);
    if (is_cut(&response) && may_be_cut(wrong[i].request)) continue;
    if (response.status != wrong[i].status) fail_msg("%d for %s", response.status, wrong[i].request);
    assert_non_null(strstr(response.body, "{\"error\":{\"reason\":\""));
    assert_string_equal(response_header(&response, "Cache-Control"), "no-store");
  }
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

/* Of a page, of what is not there, and of the API alike. */
static void a_foreign_origin_is_refused_before_the_method(void **state) {
  static const char *const starts[] = {"PUT / ",           "DELETE /index.html ", "POST /api ",
                                       "DELETE /ws ",      "PATCH /nothing ",     "OPTIONS / ",
                                       "PATCH /api/echo ", "OPTIONS /api/echo "};
  static const char *const ends[] = {"Content-Length: 0\r\n\r\n", "Content-Length: 4\r\n\r\nbody"};
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  for (size_t i = 0; i < 2 * sizeof starts / sizeof *starts; i++) {
    const char *start = starts[i / 2], *end = ends[i % 2];
    bool api = strstr(start, "/api/echo") != NULL;
    char request[256];
    struct response response;
    snprintf(request, sizeof request, "%sHTTP/1.1\r\nHost: h\r\nOrigin: https://evil.test\r\n%s", start, end);
    fixture_request(&fixture, &response, request);
    if (response.status != 403) fail_msg("%d for %s", response.status, request);
    assert_non_null(strstr(response.body, "\"forbidden\""));
    snprintf(request, sizeof request, "%sHTTP/1.1\r\nHost: h\r\nOrigin: https://club.test\r\n%s", start, end);
    fixture_request(&fixture, &response, request);
    if (response.status != 405) fail_msg("%d for %s", response.status, request);
    assert_non_null(strstr(response.body, "\"method_not_allowed\""));
    assert_string_equal(response_header(&response, "Allow"), api ? "POST, PUT" : "GET, HEAD");
  }
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void hostile_requests_harm_nobody(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, false);
  char *large = malloc(20001);
  memset(large, 'h', 20000);
  large[20000] = '\0';
  const char *hostile[] = {
      "CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n",
      "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n",
      "\x16\x03\x01\x02",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nGET / HTTP/1.1\r\n\r\n",
      "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n"};
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
    struct client client = client_connect(&fixture);
    client_say(&client, hostile[i]);
    if (i != 2) assert_true(client_is_cut(&client, CLIENT_WAIT_MS) || client.size > 0);
    client_close(&client);
  }
  struct client client = client_connect(&fixture);
  client_say(&client, "GET / HTTP/1.1\r\nHost: h\r\nX-Large: ");
  client_say(&client, large);
  assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
  client_close(&client);
  free(large);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void late(bool tls) {
  static struct fixture fixture;
  struct response response;
  fixture_start(&fixture, tls);
  struct client client = client_connect(&fixture);
  client_request(&client, &response, "GET /api/late HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_string_equal(response.body, "{\"late\":true}");
  int turns = fixture_turns(&fixture);
  client_say(&client, "GET /api/late HTTP/1.1\r\nHost: h\r\n\r\n");
  usleep(50000); /* the next ones come while the first is awaited */
  client_say(&client, "GET /api/late HTTP/1.1\r\nHost: h\r\n\r\n"
                      "GET /api/target?a=b&last=%C3%A4%26+1 HTTP/1.1\r\nHost: h\r\n\r\n");
  static const char *const bodies[] = {"{\"late\":true}", "{\"late\":true}", "a=b&last=%C3%A4%26%201"};
  for (size_t i = 0; i < 3; i++) {
    client_response(&client, &response, false);
    if (is_cut(&response)) break;
    assert_string_equal(response.body, bodies[i]);
  }
  fixture_spun_not(&fixture, turns);
  client_close(&client);
  fixture_stop(&fixture);
}

static void late_answers_come_in_order_while_the_client_pipelines(void **state) {
  (void)state;
  late(false);
  late(true);
}

static void late_after_body(bool tls) {
  static struct fixture fixture;
  struct response response;
  fixture_start(&fixture, tls);
  struct client client = client_connect(&fixture);
  client_say(&client, "POST /api/late HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                      "GET /api/address HTTP/1.1\r\nHost: h\r\n\r\n");
  client_response(&client, &response, false);
  if (!is_cut(&response)) {
    assert_string_equal(response.body, "{\"late\":true}");
    client_response(&client, &response, false);
    assert_string_equal(response.body, "127.0.0.1");
  }
  client_close(&client);
  fixture_stop(&fixture);
}

static void what_came_with_a_late_request_is_answered_after_it(void **state) {
  (void)state;
  late_after_body(false);
  late_after_body(true);
}

/* RFC 9112 lets a server close then; what must not be is a wrong body. */
static void pipelined_body(bool tls) {
  static const char first[] = "GET /api/address HTTP/1.1\r\nHost: h\r\n\r\n";
  static const char *const second[] = {"POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nlast",
                                       "PUT /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nlast"};
  static struct fixture fixture;
  struct response response;
  fixture_start(&fixture, tls);
  for (size_t i = 0; i < 2; i++) {
    struct client client = client_connect(&fixture);
    char both[512];
    snprintf(both, sizeof both, "%s%s", first, second[i]);
    client_say(&client, both);
    client_response(&client, &response, false);
    if (!is_cut(&response)) assert_string_equal(response.body, "127.0.0.1");
    client_response(&client, &response, false);
    if (response.status) assert_string_equal(response.body, "last");
    client_close(&client);
  }
  fixture_stop(&fixture);
}

static void a_body_sent_ahead_is_right_or_refused(void **state) {
  (void)state;
  pipelined_body(false);
  pipelined_body(true);
}

static void late_and_gone(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  for (int i = 0; i < 10; i++) {
    struct client client = client_connect(&fixture);
    client_say(&client, "GET /api/late HTTP/1.1\r\nHost: h\r\n\r\n");
    usleep(10000);
    client_close(&client);
  }
  int turns = fixture_turns(&fixture);
  usleep(500000);
  fixture_spun_not(&fixture, turns);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void late_answers_to_nobody_are_dropped(void **state) {
  (void)state;
  late_and_gone(false);
  late_and_gone(true);
}

static void half_requests_are_cut_after_ten_seconds(void **state) {
  static const char *const halves[] = {"", "GET / HT", "GET / HTTP/1.1\r\nHost: h\r\n",
                                       "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc"};
  enum { HALVES = sizeof halves / sizeof *halves };
  static struct fixture plain, secure;
  struct client clients[2 * HALVES + 4];
  size_t count = 0;
  (void)state;
  fixture_start(&plain, false);
  fixture_start(&secure, true);
  int64_t start = now_ms();
  for (size_t i = 0; i < HALVES; i++) {
    clients[count] = client_connect(&plain);
    client_say(&clients[count++], halves[i]);
    clients[count] = client_connect(&secure);
    if (halves[i][0]) client_say(&clients[count], halves[i]);
    count++;
  }
  clients[count++] = client_connect_from(secure.port, false, 0, NULL);               /* no TLS greeting */
  clients[count++] = client_connect_from(secure.port, false, 0, "\x16\x03\x01\x02"); /* half of one */
  struct client body = clients[count++] = client_connect(&plain);                    /* these dribble */
  struct client head = clients[count++] = client_connect(&plain);
  client_say(&body, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  client_say(&head, "GET / HTTP/1.1\r\nX: ");
  while (now_ms() - start < 8500) {
    client_say(&body, "d");
    client_say(&head, "d");
    usleep(100000);
  }
  for (size_t i = 0; i < count; i++) {
    int64_t left = 13000 - (now_ms() - start); /* ten seconds, and what the machine does beside it */
    if (!client_is_cut(&clients[i], left > 1 ? (int)left : 1)) fail_msg("connection %zu is still open", i);
  }
  for (size_t i = 0; i < count; i++) client_close(&clients[i]);
  fixture_serves(&plain);
  fixture_serves(&secure);
  fixture_stop(&plain);
  fixture_stop(&secure);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(requests_are_answered),
      fixture_unit_test(a_body_may_have_64_kilobytes_and_no_more),
      fixture_unit_test(wrong_requests_get_their_status),
      fixture_unit_test(a_foreign_origin_is_refused_before_the_method),
      fixture_unit_test(hostile_requests_harm_nobody),
      fixture_unit_test(late_answers_come_in_order_while_the_client_pipelines),
      fixture_unit_test(what_came_with_a_late_request_is_answered_after_it),
      fixture_unit_test(a_body_sent_ahead_is_right_or_refused),
      fixture_unit_test(late_answers_to_nobody_are_dropped),
      fixture_unit_test(half_requests_are_cut_after_ten_seconds),
  };
  return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
