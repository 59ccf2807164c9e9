/* The administrator's listener, and that nobody reaches it through the other one. */
#include "client.h"

static void admin_request(const struct fixture *fixture, struct response *response, const char *text) {
  struct client client = client_connect_from(fixture->admin_port, false, 0, NULL);
  client_request(&client, response, text);
  client_close(&client);
}

static void health_readiness_and_metrics_are_told(void **state) {
  static struct fixture fixture;
  struct response response;
  (void)state;
  fixture_prepare(&fixture, true);
  fixture.setup.admin_listen = "127.0.0.1:0";
  fixture_run(&fixture);
  assert_true(fixture.admin_port > 0 && fixture.admin_port != fixture.port);
  admin_request(&fixture, &response, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  admin_request(&fixture, &response, "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  fixture.not_ready = true;
  struct client client = client_connect_from(fixture.admin_port, false, 0, NULL);
  for (int i = 0; i < 3; i++) { /* kept */
    client_request(&client, &response, "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(response.status, 503);
    assert_string_equal(response.body, "the store is away\n");
  }
  client_request(&client, &response, "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_string_equal(response.body, "club_test 1\n");
  client_request(&client, &response, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 404);
  client_close(&client);
  admin_request(&fixture, &response, "POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na");
  assert_int_equal(response.status, 0);
  admin_request(&fixture, &response, CLIENT_UPGRADE);
  assert_int_not_equal(response.status, 101);
  fixture_stop(&fixture);
}

static void a_host_header_leads_to_no_other_listener(void **state) {
  static const char *const hosts[] = {"admin", "adm", "a", "club", "", ":1", "x.admin"};
  static struct fixture fixture;
  struct response response;
  (void)state;
  fixture_prepare(&fixture, false);
  fixture.setup.admin_listen = "127.0.0.1:0";
  fixture_run(&fixture);
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
    char request[256];
    snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
    fixture_request(&fixture, &response, request);
    assert_int_not_equal(response.status, 200);
    admin_request(&fixture, &response, request);
    assert_int_equal(response.status, 200);
    snprintf(request, sizeof request, "GET /api/address HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
    admin_request(&fixture, &response, request);
    assert_int_equal(response.status, 404);
  }
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void it_is_reachable_when_the_club_is_full(void **state) {
  static struct fixture fixture;
  struct response response;
  struct client clients[3];
  (void)state;
  fixture_prepare(&fixture, false);
  fixture.setup.admin_listen = "127.0.0.1:0";
  fixture.setup.limits.connections = 3;
  fixture_run(&fixture);
  for (size_t i = 0; i < 3; i++) clients[i] = client_open(&fixture);
  admin_request(&fixture, &response, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  for (size_t i = 0; i < 3; i++) client_close(&clients[i]);
  fixture_stop(&fixture);
}

static void signals_reach_the_handler(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, false);
  kill(getpid(), SIGTERM);
  fixture_await(&fixture.terminated, 1);
  kill(getpid(), SIGINT);
  fixture_await(&fixture.terminated, 2);
  kill(getpid(), SIGHUP); /* without TLS: nothing to renew */
  usleep(50000);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(health_readiness_and_metrics_are_told),
      fixture_unit_test(a_host_header_leads_to_no_other_listener),
      fixture_unit_test(it_is_reachable_when_the_club_is_full),
      fixture_unit_test(signals_reach_the_handler),
  };
  return cmocka_run_group_tests_name("admin", tests, NULL, NULL);
}
