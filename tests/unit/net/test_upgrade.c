/* The gate of the WebSocket: who may pass, and what the others are told. */
#include "client.h"

/* The usual upgrade with `from` replaced by `to`. */
static const char *upgrade_with(char request[2048], const char *from, const char *to) {
  const char *at = strstr(CLIENT_UPGRADE, from);
  assert_non_null(at);
  snprintf(request, 2048, "%.*s%s%s", (int)(at - CLIENT_UPGRADE), CLIENT_UPGRADE, to, at + strlen(from));
  return request;
}

static void wrong_upgrades_get_their_status(void **state) {
  static const struct {
    int status;
    const char *from, *to;
  } wrong[] = {{404, "GET /ws ", "GET /other "},
               {405, "GET /ws ", "DELETE /ws "},
               {403, "GET /ws HTTP/1.1\r\n", "DELETE /ws HTTP/1.1\r\nOrigin: https://elsewhere.test\r\n"},
               {403, "GET /ws HTTP/1.1\r\n", "POST /x HTTP/1.1\r\nOrigin: null\r\nContent-Length: 0\r\n"},
               {400, "HTTP/1.1", "HTTP/1.0"},
               {400, "Host: club.test\r\n", ""},
               {400, "Connection: Upgrade", "Connection: close"},
               {400, "Connection: Upgrade\r\n", ""},
               {400, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""},
               {400, "dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="},
               {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j!Q=="},
               {426, "Sec-WebSocket-Version: 13\r\n", ""},
               {426, "Version: 13", "Version: 8"},
               {400, "Sec-WebSocket-Protocol: club.v1\r\n", ""},
               {400, "club.v1", "chat"},
               {400, "club.v1", "(http)"},
               {400, "\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello"},
               {400, "\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
               {401, "Cookie: " CLIENT_COOKIE "\r\n", ""},
               {403, "Host: club.test", "Host: club.test\r\nOrigin: https://elsewhere.test"},
               {403, "Host: club.test", "Host: club.test\r\nOrigin: null"}};
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char request[2048];
    struct response response;
    struct client client = client_connect(&fixture);
    client_request(&client, &response, upgrade_with(request, wrong[i].from, wrong[i].to));
    if (response.status != wrong[i].status) fail_msg("%d for %s -> %s", response.status, wrong[i].from, wrong[i].to);
    assert_non_null(strstr(response.body, "{\"error\":{\"reason\":\""));
    assert_string_equal(response_header(&response, "Content-Type"), "application/json");
    if (response.status == 426) assert_string_equal(response_header(&response, "Sec-WebSocket-Version"), "13");
    assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
    client_close(&client);
  }
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void right_upgrades_pass(void **state) {
  static const char *const right[][2] = {
      {"Connection: Upgrade", "Connection: keep-alive, Upgrade"},
      {"Upgrade: websocket", "Upgrade: WebSocket"},
      {"club.v1", "chat, club.v1"},
      {"Host: club.test", "Host: club.test\r\nOrigin: https://club.test"},
      {"\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
      {"Cookie: ", "Cookie: theme=dark; "},
  };
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, false);
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    char request[2048];
    struct response response;
    struct client client = client_connect(&fixture);
    client_request(&client, &response, upgrade_with(request, right[i][0], right[i][1]));
    if (response.status != 101) fail_msg("%d for %s", response.status, right[i][1]);
    assert_string_equal(response_header(&response, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_string_equal(response_header(&response, "Sec-WebSocket-Protocol"), "club.v1");
    assert_string_equal(response_header(&response, "Sec-WebSocket-Extensions"), "");
    client_text(&client, russian);
    client_expect(&client, russian);
    client_close(&client);
  }
  fixture_stop(&fixture);
}

static void unknown_upgrade(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  for (int i = 0; i < 20; i++) {
    struct client client = client_connect(&fixture);
    struct response response;
    client_request(&client, &response, "GET /api/address HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(response.status, 200);
    client_say(&client, i % 2 ? "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"
                              : "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
    client_close(&client);
  }
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void an_unknown_upgrade_on_a_kept_connection_is_cut(void **state) {
  (void)state;
  unknown_upgrade(false);
  unknown_upgrade(true);
}

static void a_socket_may_be_upgraded_after_other_requests(void **state) {
  static struct fixture fixture;
  struct response response;
  (void)state;
  fixture_start(&fixture, true);
  struct client client = client_connect(&fixture);
  client_request(&client, &response, "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
  client_request(&client, &response, "GET /api/late HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  assert_true(client_upgrade(&client));
  client_text(&client, chinese);
  client_expect(&client, chinese);
  client_close(&client);
  fixture_stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(wrong_upgrades_get_their_status),
      fixture_unit_test(right_upgrades_pass),
      fixture_unit_test(an_unknown_upgrade_on_a_kept_connection_is_cut),
      fixture_unit_test(a_socket_may_be_upgraded_after_other_requests),
  };
  return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
