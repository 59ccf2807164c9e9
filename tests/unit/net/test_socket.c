/* WebSocket links, plain and over TLS: everything arrives, whole and in order, and closes as it should. */
#include "client.h"

static void echo(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  client_text(&client, russian);
  client_expect(&client, russian);
  client_frame(&client, OP_TEXT, chinese, 4); /* fragments that cut a character */
  client_frame(&client, 0x80 | OP_CONTINUE, chinese + 4, strlen(chinese) - 4);
  client_expect(&client, chinese);
  char *large = malloc(65537);
  memset(large, 'a', 65536);
  large[65536] = '\0';
  client_text(&client, large);
  client_expect(&client, large);
  client_text(&client, "");
  client_expect(&client, "");
  free(large);
  client_close(&client);
  fixture_await(&fixture.closed, 1);
  fixture_stop(&fixture);
}

static void frames_are_echoed(void **state) {
  (void)state;
  echo(false);
  echo(true);
}

static void close_with(bool tls) {
  static const int codes[] = {1000, 1001, 1003, 1007, 1009, 4001, 4003, 4008};
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    struct client client = client_open(&fixture);
    char command[32];
    snprintf(command, sizeof command, "close %d", codes[i]);
    client_text(&client, command);
    assert_int_equal(client_close_code(&client), codes[i]);
    unsigned char code[2] = {(unsigned char)(codes[i] >> 8), (unsigned char)codes[i]};
    client_frame(&client, 0x80 | OP_CLOSE, code, 2);
    assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
    client_close(&client);
  }
  fixture_await(&fixture.closed, 8);
  assert_int_equal(fixture.endings, 0);
  fixture_stop(&fixture);
}

static void close_codes_arrive_exactly(void **state) {
  (void)state;
  close_with(false);
  close_with(true);
}

static void breach(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  client_frame(&client, 0x80 | OP_TEXT, "\xff\xfe", 2);
  assert_int_equal(client_close_code(&client), 1007);
  client_close(&client);
  client = client_open(&fixture);
  client_frame(&client, 0x80 | OP_BINARY, "\1\2", 2);
  assert_int_equal(client_close_code(&client), 1003);
  client_close(&client);
  client = client_open(&fixture);
  client_send(&client, "\x81\xff\0\0\x01\0\0\0\0\0maskxxxx", 18); /* claims 2^40 bytes */
  assert_int_equal(client_close_code(&client), 1009);
  client_close(&client);
  client = client_open(&fixture);
  client_frame(&client, 0x80 | 3, "x", 1);
  assert_int_equal(client_close_code(&client), 1002);
  client_close(&client);
  fixture_await(&fixture.closed, 4);
  fixture_stop(&fixture);
}

static void breaches_of_the_protocol_close_with_their_code(void **state) {
  (void)state;
  breach(false);
  breach(true);
}

static void peer_closes(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  client_frame(&client, 0x80 | OP_CLOSE, "\x03\xe8", 2);
  client_text(&client, "after my own close");
  assert_int_equal(client_close_code(&client), 1000);
  assert_true(client_is_cut(&client, CLIENT_WAIT_MS));
  client_close(&client);
  fixture_await(&fixture.closed, 1);
  assert_int_equal(fixture.endings, 1);
  fixture_stop(&fixture);
}

static void a_close_is_echoed_and_what_follows_ignored(void **state) {
  (void)state;
  peer_closes(false);
  peer_closes(true);
}

/* Frames of a flood, from `from` on, slowly at first. */
static void read_flood(struct client *client, long from, long count, size_t frame, bool slowly) {
  for (long i = from; i < from + count; i++) {
    size_t header, size;
    char number[32];
    assert_int_equal(client_next(client, &header, &size), OP_TEXT);
    assert_int_equal(size, frame);
    snprintf(number, sizeof number, "%08ld ", i);
    assert_memory_equal(client->bytes + header, number, 9);
    client_use(client, header + size);
    if (slowly && i < from + 30) usleep(10000);
  }
}

static void slow_reader(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open_with(&fixture, 4096);
  client_text(&client, "flood 400 20000");
  usleep(300000); /* the socket fills */
  fixture_serves(&fixture);
  read_flood(&client, 0, 400, 20000, true);
  client_text(&client, russian);
  client_expect(&client, russian);
  client_close(&client);
  fixture_await(&fixture.closed, 2);
  fixture_stop(&fixture);
}

static void a_slow_reader_gets_everything_in_order(void **state) {
  (void)state;
  slow_reader(false);
  slow_reader(true);
}

static void close_after_flood(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open_with(&fixture, 4096);
  client_text(&client, "fill 60000 4003");
  usleep(300000);
  read_flood(&client, 0, 3, 60000, false);
  assert_int_equal(client_close_code(&client), 4003);
  client_close(&client);
  client = client_open_with(&fixture, 4096);
  client_text(&client, "fill 60000 4003"); /* and never takes it: cut after a while */
  usleep(5700000);
  fixture_await(&fixture.closed, 2);
  client_close(&client);
  fixture_stop(&fixture);
}

static void a_close_waits_until_unsent_bytes_are_out(void **state) {
  (void)state;
  close_after_flood(false);
  close_after_flood(true);
}

static void pings(bool tls) {
  static struct fixture fixture;
  size_t header, size;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  client_text(&client, "ping");
  assert_int_equal(client_next(&client, &header, &size), OP_PING);
  client_frame(&client, 0x80 | OP_PONG, client.bytes + header, size);
  client_use(&client, header + size);
  fixture_await(&fixture.heard, 1);
  client_frame(&client, 0x80 | OP_PING, "hi", 2);
  assert_int_equal(client_next(&client, &header, &size), OP_PONG);
  client_close(&client);
  fixture_await(&fixture.closed, 1);
  fixture_stop(&fixture);
}

static void pings_go_both_ways(void **state) {
  (void)state;
  pings(false);
  pings(true);
}

static void paused(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  int64_t start = now_ms();
  client_text(&client, "pause");
  usleep(50000);
  char *large = malloc(40001);
  memset(large, 'b', 40000);
  large[40000] = '\0';
  for (int i = 0; i < 5; i++) client_text(&client, large);
  client_text(&client, "last");
  int turns = fixture_turns(&fixture);
  client_expect(&client, large);
  assert_true(now_ms() - start >= 200);
  fixture_spun_not(&fixture, turns);
  for (int i = 1; i < 5; i++) client_expect(&client, large);
  client_expect(&client, "last");
  free(large);
  client_close(&client);
  fixture_await(&fixture.closed, 1);
  fixture_stop(&fixture);
}

static void a_paused_link_is_read_later_and_loses_nothing(void **state) {
  (void)state;
  paused(false);
  paused(true);
}

/* Over TLS the rest of the record lies inside OpenSSL, where no event tells of it. */
static void pause_within_record(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  unsigned char bytes[20000];
  char large[15001];
  memset(large, 'c', 15000);
  large[15000] = '\0';
  size_t used = frame_make(bytes, 0x80 | OP_TEXT, "pause", 5);
  used += frame_make(bytes + used, 0x80 | OP_TEXT, large, 15000);
  client_send(&client, bytes, used);
  client_expect(&client, large);
  client_text(&client, chinese);
  client_expect(&client, chinese);
  client_close(&client);
  fixture_await(&fixture.closed, 1);
  fixture_stop(&fixture);
}

static void frames_that_came_with_the_pausing_one_are_not_lost(void **state) {
  (void)state;
  pause_within_record(false);
  pause_within_record(true);
}

static void killed(bool tls) {
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  struct client client = client_open(&fixture);
  client_text(&client, "kill");
  assert_int_equal(client_close_code(&client), 0);
  client_close(&client);
  client = client_open_with(&fixture, 4096);
  client_text(&client, "flood 100 60000"); /* the rest stays in the transport */
  usleep(100000);
  client_close(&client);
  fixture_await(&fixture.closed, 2);
  fixture_stop(&fixture);
}

static void killed_and_broken_lines_are_reported_closed(void **state) {
  (void)state;
  killed(false);
  killed(true);
}

static void links_left_at_the_end_are_cut(void **state) {
  static struct fixture fixture;
  struct client clients[20];
  (void)state;
  fixture_start(&fixture, true);
  for (size_t i = 0; i < 20; i++) clients[i] = client_open(&fixture);
  fixture_stop(&fixture); /* checks that each was reported closed */
  for (size_t i = 0; i < 20; i++) client_close(&clients[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(frames_are_echoed),
      fixture_unit_test(close_codes_arrive_exactly),
      fixture_unit_test(breaches_of_the_protocol_close_with_their_code),
      fixture_unit_test(a_close_is_echoed_and_what_follows_ignored),
      fixture_unit_test(a_slow_reader_gets_everything_in_order),
      fixture_unit_test(a_close_waits_until_unsent_bytes_are_out),
      fixture_unit_test(pings_go_both_ways),
      fixture_unit_test(a_paused_link_is_read_later_and_loses_nothing),
      fixture_unit_test(frames_that_came_with_the_pausing_one_are_not_lost),
      fixture_unit_test(killed_and_broken_lines_are_reported_closed),
      fixture_unit_test(links_left_at_the_end_are_cut),
  };
  return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
