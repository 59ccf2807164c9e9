/* Who is let in: counts, descriptors, proxies. */
#include <sys/resource.h>

#include "client.h"
#include "internal.h"

static const char ask[] = "GET /api/address HTTP/1.1\r\nHost: h\r\n\r\n";

static void an_address_has_no_more_connections_than_its_limit(void **state) {
  static struct fixture fixture;
  struct client clients[5];
  (void)state;
  fixture_prepare(&fixture, false);
  fixture.setup.limits.connections_of_address = 5;
  fixture_run(&fixture);
  for (size_t i = 0; i < 5; i++) clients[i] = client_open(&fixture);
  struct client surplus = client_connect(&fixture);
  assert_true(client_is_cut(&surplus, CLIENT_WAIT_MS));
  client_close(&surplus);
  client_close(&clients[0]);
  fixture_await(&fixture.closed, 1);
  usleep(50000);
  clients[0] = client_open(&fixture); /* there is room again */
  for (size_t i = 0; i < 5; i++) client_close(&clients[i]);
  fixture_stop(&fixture);
}

static void there_are_no_more_connections_than_the_limit(void **state) {
  static struct fixture fixture;
  struct client clients[5];
  (void)state;
  fixture_prepare(&fixture, true);
  fixture.setup.limits.connections = 5;
  fixture_run(&fixture);
  for (size_t i = 0; i < 5; i++) clients[i] = client_open(&fixture);
  struct client surplus = client_connect_from(fixture.port, false, 0, NULL);
  assert_true(client_is_cut(&surplus, CLIENT_WAIT_MS));
  client_close(&surplus);
  client_text(&clients[4], russian);
  client_expect(&clients[4], russian);
  for (size_t i = 0; i < 5; i++) client_close(&clients[i]);
  fixture_await(&fixture.closed, 5);
  usleep(50000);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static int silent_one(const struct fixture *fixture) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)fixture->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(descriptor, (struct sockaddr *)&to, sizeof to), 0);
  return descriptor;
}

/* Who says nothing keeps the others waiting for a moment, not for as long as a request may take. */
static void a_crowd_that_arrives_is_taken_in_bit_by_bit(void **state) {
  static struct fixture fixture;
  int silent[NET_ARRIVING + 40];
  const size_t count = sizeof silent / sizeof *silent;
  (void)state;
  fixture_prepare(&fixture, true);
  fixture_run(&fixture);
  struct client inside = client_open(&fixture);
  struct transport transport = net_transport(fixture.net);
  size_t outside = 0;
  int64_t begun = now_ms();
  for (size_t i = 0; i < count; i++) {
    silent[i] = silent_one(&fixture);
    size_t now = transport.outside(transport.self);
    if (now > outside) outside = now;
  }
  client_text(&inside, chinese);
  client_expect(&inside, chinese);
  assert_in_range(outside, 1, count);
  struct client late = client_open(&fixture);
  assert_in_range(now_ms() - begun, NET_ARRIVING_MS / 2, NET_REQUEST_MS - 1000);
  client_close(&late);
  client_close(&inside);
  for (size_t i = 0; i < count; i++) close(silent[i]);
  fixture_await(&fixture.closed, 2);
  for (int i = 0; i < 500 && __atomic_load_n(&fixture.net->arriving, __ATOMIC_RELAXED) > 0; i++) usleep(10000);
  assert_int_equal(__atomic_load_n(&fixture.net->arriving, __ATOMIC_RELAXED), 0);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void whoever_gave_up_before_being_taken_in_costs_no_handshake(void **state) {
  static struct fixture fixture;
  int silent[NET_ARRIVING];
  (void)state;
  fixture_prepare(&fixture, true);
  fixture_run(&fixture);
  for (size_t i = 0; i < NET_ARRIVING; i++) silent[i] = silent_one(&fixture);
  for (int i = 0; i < 500 && __atomic_load_n(&fixture.net->arriving, __ATOMIC_RELAXED) < NET_ARRIVING; i++)
    usleep(1000);
  for (int i = 0; i < 40; i++) close(silent_one(&fixture));
  struct client late = client_open(&fixture);
  assert_int_equal(__atomic_load_n(&fixture.net->accepted, __ATOMIC_RELAXED), NET_ARRIVING + 1);
  client_close(&late);
  for (size_t i = 0; i < NET_ARRIVING; i++) close(silent[i]);
  fixture_await(&fixture.closed, 1);
  fixture_stop(&fixture);
}

static void without_descriptors_the_others_are_served(void **state) {
  static struct fixture fixture;
  struct client clients[60];
  int taken[4096];
  size_t count = 0;
  (void)state;
  fixture_prepare(&fixture, false);
  fixture.setup.limits.connections = 100000;
  fixture_run(&fixture);
  struct client first = client_open(&fixture);
  for (size_t i = 0; i < 60; i++) clients[i].descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct rlimit limit, low;
  getrlimit(RLIMIT_NOFILE, &limit);
  low = limit;
  low.rlim_cur = 256;
  setrlimit(RLIMIT_NOFILE, &low);
  while (count < 4096 && (taken[count] = dup(0)) >= 0) count++;
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)fixture.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (size_t i = 0; i < 60; i++)
    assert_int_equal(connect(clients[i].descriptor, (struct sockaddr *)&to, sizeof to), 0);
  int turns = fixture_turns(&fixture);
  for (int i = 0; i < 10; i++) {
    client_text(&first, chinese);
    client_expect(&first, chinese);
    usleep(50000);
  }
  fixture_spun_not(&fixture, turns);
  for (size_t i = 0; i < count; i++) close(taken[i]);
  setrlimit(RLIMIT_NOFILE, &limit);
  for (size_t i = 0; i < 60; i++) close(clients[i].descriptor);
  usleep(300000);
  fixture_serves(&fixture);
  client_close(&first);
  fixture_stop(&fixture);
}

/* When it grows without memory, libuv ends the process. */
static void the_table_of_descriptors_has_its_size_from_the_start(void **state) {
  static struct fixture fixture;
  struct rlimit limit;
  (void)state;
  fixture_prepare(&fixture, false);
  fixture_run(&fixture);
  getrlimit(RLIMIT_NOFILE, &limit);
  size_t descriptors = limit.rlim_cur < NET_DESCRIPTORS_MAX ? limit.rlim_cur : NET_DESCRIPTORS_MAX;
  assert_in_range(fixture.net->loop.nwatchers, descriptors, 2 * descriptors);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void trust(struct fixture *fixture, bool tls, const char *network) {
  struct network trusted;
  assert_true(network_read(slice_of(network), &trusted));
  fixture_prepare(fixture, tls);
  fixture->setup.trusted_proxies = &trusted;
  fixture->setup.trusted_proxy_count = 1;
  fixture->setup.limits.connections_of_address = 1;
  fixture_run(fixture);
}

static void address_behind(bool tls) {
  static struct fixture fixture;
  struct response response;
  trust(&fixture, tls, "127.0.0.0/8");
  struct client client = client_connect_from(fixture.port, tls, 0, "PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n");
  client_request(&client, &response, ask);
  assert_string_equal(response.body, "203.0.113.7");
  client_request(&client, &response, "GET /api/address HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
  assert_string_equal(response.body, "203.0.113.7"); /* the stranger's own word */
  struct client second = client_connect_from(fixture.port, false, 0, "PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n");
  assert_true(client_is_cut(&second, CLIENT_WAIT_MS)); /* counted under the announced address, before TLS */
  client_close(&second);
  client_close(&client);
  client = client_connect_from(fixture.port, tls, 0, NULL);
  client_request(&client, &response,
                 "GET /api/address HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.8\r\n\r\n");
  assert_string_equal(response.body, "203.0.113.8");
  client_request(&client, &response, ask);
  assert_string_equal(response.body, "127.0.0.1");
  client_close(&client);
  client = client_connect_from(fixture.port, false, 0, "PROXY nonsense\r\n");
  assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
  client_close(&client);
  fixture_stop(&fixture);
}

static void trusted_proxies_say_who_asks(void **state) {
  (void)state;
  address_behind(false);
  address_behind(true);
}

static void a_proxy_header_may_come_in_pieces(void **state) {
  static const char line[] = "PROXY TCP6 2001:db8::7 ::1 1 2\r\n";
  static struct fixture fixture;
  struct response response;
  (void)state;
  trust(&fixture, false, "127.0.0.1");
  struct client client = client_connect(&fixture);
  int turns = fixture_turns(&fixture);
  for (size_t i = 0; i + 1 < sizeof line; i++) {
    client_send(&client, line + i, 1);
    usleep(10000);
  }
  fixture_spun_not(&fixture, turns);
  client_request(&client, &response, ask);
  assert_string_equal(response.body, "2001:db8::7");
  client_close(&client);
  struct client silent[3];
  for (size_t i = 0; i < 3; i++) silent[i] = client_connect(&fixture); /* left at the end */
  usleep(50000);
  fixture_stop(&fixture);
  for (size_t i = 0; i < 3; i++) client_close(&silent[i]);
}

static void members_behind_one_proxy_are_counted_apart(void **state) {
  static const int wanted[] = {101, 101, 429};
  static const char *const addresses[] = {"203.0.113.7", "203.0.113.8", "203.0.113.7"};
  static struct fixture fixture;
  struct client clients[3];
  (void)state;
  trust(&fixture, false, "127.0.0.1");
  for (size_t i = 0; i < 3; i++) {
    char request[1024];
    struct response response;
    snprintf(request, sizeof request, "%.*sX-Forwarded-For: %s\r\n\r\n", (int)strlen(CLIENT_UPGRADE) - 2,
             CLIENT_UPGRADE, addresses[i]);
    clients[i] = client_connect(&fixture);
    client_request(&clients[i], &response, request);
    assert_int_equal(response.status, wanted[i]);
  }
  for (size_t i = 0; i < 3; i++) client_close(&clients[i]);
  fixture_stop(&fixture);
}

static void strangers_are_not_believed(void **state) {
  static struct fixture fixture;
  struct response response;
  (void)state;
  trust(&fixture, false, "10.0.0.0/8");
  fixture_request(&fixture, &response, "GET /api/address HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
  assert_string_equal(response.body, "127.0.0.1");
  struct client client = client_connect_from(fixture.port, false, 0, "PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n");
  client_request(&client, &response, ask);
  assert_null(strstr(response.body, "203.0.113.7"));
  client_close(&client);
  fixture_stop(&fixture);
}

static bool is_refused(const struct fixture *fixture) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)fixture->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  bool refused = connect(descriptor, (struct sockaddr *)&to, sizeof to) != 0;
  close(descriptor);
  return refused;
}

static void nobody_comes_in_after_listening_has_stopped(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, false);
  struct client client = client_open(&fixture);
  pthread_mutex_lock(&fixture.lock);
  fixture.stop_listening = true;
  pthread_mutex_unlock(&fixture.lock);
  net_wake(fixture.net);
  bool refused = false;
  for (int64_t end = now_ms() + CLIENT_WAIT_MS; !refused && now_ms() < end; usleep(10000))
    refused = is_refused(&fixture);
  assert_true(refused);
  assert_true(is_refused(&fixture));
  client_text(&client, russian);
  client_expect(&client, russian);
  client_close(&client);
  fixture_stop(&fixture);
}

static void what_cannot_be_listened_on_is_said(void **state) {
  static const char *const wrong[] = {
      "nonsense", "127.0.0.1", "127.0.0.1:", ":1", "203.0.113.9:0", "127.0.0.1:99999999"};
  static struct fixture fixture;
  char error[512], taken[32];
  (void)state;
  fixture_start(&fixture, false);
  struct net_setup setup = fixture.setup;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    setup.listen = wrong[i];
    assert_null(net_create(&setup, error, sizeof error));
    assert_non_null(strstr(error, "cannot listen on"));
  }
  snprintf(taken, sizeof taken, "127.0.0.1:%d", fixture.port);
  setup.listen = taken;
  assert_null(net_create(&setup, error, sizeof error));
  assert_non_null(strstr(error, "Address already in use"));
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(an_address_has_no_more_connections_than_its_limit),
      fixture_unit_test(there_are_no_more_connections_than_the_limit),
      fixture_unit_test(a_crowd_that_arrives_is_taken_in_bit_by_bit),
      fixture_unit_test(whoever_gave_up_before_being_taken_in_costs_no_handshake),
      fixture_unit_test(without_descriptors_the_others_are_served),
      fixture_unit_test(the_table_of_descriptors_has_its_size_from_the_start),
      fixture_unit_test(trusted_proxies_say_who_asks),
      fixture_unit_test(a_proxy_header_may_come_in_pieces),
      fixture_unit_test(members_behind_one_proxy_are_counted_apart),
      fixture_unit_test(strangers_are_not_believed),
      fixture_unit_test(nobody_comes_in_after_listening_has_stopped),
      fixture_unit_test(what_cannot_be_listened_on_is_said),
  };
  return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
