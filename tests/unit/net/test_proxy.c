/* PROXY headers and X-Forwarded-For, byte by byte. */
#include "client.h"
#include "internal.h"

static struct address address_of(const char *text) {
  struct address address;
  assert_true(address_read(slice_of(text), &address));
  return address;
}

static void assert_address(const struct address *address, const char *text) {
  struct address wanted = address_of(text);
  assert_memory_equal(address, &wanted, sizeof wanted);
}

static void lines_of_version_1_are_read(void **state) {
  static const struct {
    enum proxy_header result;
    const char *line, *address;
  } lines[] = {
      {PROXY_ADDRESS, "PROXY TCP4 203.0.113.7 198.51.100.1 40000 8443\r\nGET /", "203.0.113.7"},
      {PROXY_ADDRESS, "PROXY TCP6 2001:db8::7 2001:db8::1 40000 8443\r\n", "2001:db8::7"},
      {PROXY_LOCAL, "PROXY UNKNOWN\r\n", NULL},
      {PROXY_LOCAL, "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", NULL},
      {PROXY_BROKEN, "PROXY TCP4 nonsense 198.51.100.1 1 2\r\n", NULL},
      {PROXY_BROKEN, "PROXY UDP4 203.0.113.7 198.51.100.1 1 2\r\n", NULL},
      {PROXY_BROKEN, "PROXY \r\n", NULL},
      {PROXY_INCOMPLETE, "PROXY TCP4 203.0.113.7 198.51.100.1 40000 8443\r", NULL},
      {PROXY_INCOMPLETE, "PRO", NULL},
      {PROXY_INCOMPLETE, "P", NULL},
      {PROXY_ABSENT, "POST / HTTP/1.1\r\n", NULL},
      {PROXY_ABSENT, "GET / HTTP/1.1\r\n", NULL},
      {PROXY_ABSENT, "\x16\x03\x01", NULL},
  };
  (void)state;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct address address = {{0}};
    size_t size;
    enum proxy_header result = proxy_read((const unsigned char *)lines[i].line, strlen(lines[i].line), &size, &address);
    if (result != lines[i].result) fail_msg("%d for %s", (int)result, lines[i].line);
    if (lines[i].address) assert_address(&address, lines[i].address);
    if (result == PROXY_ADDRESS) assert_memory_equal(lines[i].line + size - 2, "\r\n", 2);
  }
  unsigned char endless[200] = "PROXY TCP4 ";
  size_t size;
  struct address address;
  memset(endless + 11, '1', sizeof endless - 11);
  assert_int_equal(proxy_read(endless, sizeof endless, &size, &address), PROXY_BROKEN);
}

static void headers_of_version_2_are_read(void **state) {
  unsigned char header[16 + 36] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07";
  struct address address;
  size_t size;
  (void)state;
  assert_int_equal(proxy_read(header, 28, &size, &address), PROXY_ADDRESS);
  assert_int_equal(size, 28);
  assert_address(&address, "203.0.113.7");
  for (size_t part = 0; part < 28; part++)
    assert_int_equal(proxy_read(header, part, &size, &address), PROXY_INCOMPLETE);
  header[15] = 13; /* one byte of what load balancers add */
  assert_int_equal(proxy_read(header, 29, &size, &address), PROXY_ADDRESS);
  assert_int_equal(size, 29);
  header[12] = 0x20; /* the proxy's own check */
  assert_int_equal(proxy_read(header, 29, &size, &address), PROXY_LOCAL);
  header[12] = 0x31;
  assert_int_equal(proxy_read(header, 29, &size, &address), PROXY_BROKEN);
  memcpy(header + 12, "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 20);
  assert_int_equal(proxy_read(header, sizeof header, &size, &address), PROXY_ADDRESS);
  assert_address(&address, "2001:db8::7");
  header[15] = 12; /* too short for two IPv6 addresses */
  assert_int_equal(proxy_read(header, sizeof header, &size, &address), PROXY_BROKEN);
}

static void a_forwarded_chain_is_believed_up_to_the_first_stranger(void **state) {
  static const struct {
    const char *socket, *forwarded, *result;
  } chains[] = {
      {"10.0.0.1", "203.0.113.7", "203.0.113.7"},
      {"10.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"},
      {"10.0.0.1", "198.51.100.4, 203.0.113.7 , 10.0.0.2", "203.0.113.7"},
      {"10.0.0.1", "203.0.113.7:4711", "203.0.113.7"},
      {"10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"},
      {"10.0.0.1", "2001:db8::7", "2001:db8::7"},
      {"10.0.0.1", "unknown", "10.0.0.1"},
      {"10.0.0.1", "203.0.113.7, nonsense", "10.0.0.1"},
      {"10.0.0.1", "", "10.0.0.1"},
      {"203.0.113.1", "1.2.3.4", "203.0.113.1"},
  };
  struct network network;
  (void)state;
  assert_true(network_read(slice_of("10.0.0.0/8"), &network));
  for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
    struct address address = proxy_forwarded(&network, 1, address_of(chains[i].socket), slice_of(chains[i].forwarded));
    assert_address(&address, chains[i].result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_of_version_1_are_read),
      cmocka_unit_test(headers_of_version_2_are_read),
      cmocka_unit_test(a_forwarded_chain_is_believed_up_to_the_first_stranger),
  };
  return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
