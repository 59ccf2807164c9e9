#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "club/address.h"

static struct address read_address(const char *text) {
  struct address address;
  if (!address_read(slice_of(text), &address)) fail_msg("%s was not read", text);
  return address;
}

static void assert_reads_as(const char *text, const char *expected) {
  struct address address = read_address(text);
  char written[ADDRESS_TEXT_SIZE];
  address_write(written, &address);
  assert_string_equal(written, expected);
}

static void addresses_are_written_as_people_write_them(void **state) {
  (void)state;
  assert_reads_as("192.0.2.7", "192.0.2.7");
  assert_reads_as("0.0.0.0", "0.0.0.0");
  assert_reads_as("2001:DB8:0:0:0:0:0:1", "2001:db8::1");
  assert_reads_as("::1", "::1");
  assert_reads_as("::", "::");
  assert_reads_as("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void a_mapped_address_is_the_ipv4_address(void **state) {
  (void)state;
  assert_reads_as("::ffff:192.0.2.7", "192.0.2.7");
  struct address mapped = read_address("::ffff:c000:207"), plain = read_address("192.0.2.7");
  assert_memory_equal(mapped.bytes, plain.bytes, sizeof plain.bytes);
}

static void what_is_no_address_is_refused_and_changes_nothing(void **state) {
  (void)state;
  static const char *const wrong[] = {"",
                                      " ",
                                      "localhost",
                                      "192.0.2",
                                      "192.0.2.256",
                                      "192.0.2.7 ",
                                      " 192.0.2.7",
                                      "192.0.2.7:80",
                                      "[::1]",
                                      "fe80::1%eth0",
                                      ":::",
                                      "1:2:3:4:5:6:7:8:9",
                                      "12345::",
                                      "192.0.2.0/24",
                                      "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555"};
  struct address before = read_address("192.0.2.7"), address = before;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (address_read(slice_of(wrong[i]), &address)) fail_msg("%s was read", wrong[i]);
  }
  assert_false(address_read(SLICE_LITERAL("192.0.2.7\0"), &address));
  assert_false(address_read(SLICE_NONE, &address));
  assert_memory_equal(address.bytes, before.bytes, sizeof before.bytes);
}

static void a_slice_ends_where_it_ends(void **state) {
  (void)state;
  struct address address;
  assert_true(address_read((struct slice){"192.0.2.77", 9}, &address));
  char written[ADDRESS_TEXT_SIZE];
  address_write(written, &address);
  assert_string_equal(written, "192.0.2.7");
}

static void limits_count_the_address_or_its_ipv6_network(void **state) {
  (void)state;
  struct address plain = read_address("192.0.2.7"), same = address_network(&plain);
  assert_memory_equal(same.bytes, plain.bytes, sizeof plain.bytes);
  struct address one = read_address("2001:db8:1:2:3:4:5:6"), other = read_address("2001:db8:1:2::9");
  struct address first = address_network(&one), second = address_network(&other);
  assert_memory_equal(first.bytes, second.bytes, sizeof first.bytes);
  char written[ADDRESS_TEXT_SIZE];
  address_write(written, &first);
  assert_string_equal(written, "2001:db8:1:2::");
  struct address neighbour = read_address("2001:db8:1:3::9"), third = address_network(&neighbour);
  assert_memory_not_equal(first.bytes, third.bytes, sizeof first.bytes);
}

static bool has(const char *text, const char *address_text) {
  struct network network;
  struct address address = read_address(address_text);
  if (!network_read(slice_of(text), &network)) fail_msg("%s was not read", text);
  return network_has(&network, &address);
}

static void networks_hold_their_addresses_and_no_others(void **state) {
  (void)state;
  assert_true(has("10.1.2.3/8", "10.255.0.1"));
  assert_true(has("10.0.0.0/8", "::ffff:10.255.0.1"));
  assert_false(has("10.0.0.0/8", "11.0.0.1"));
  assert_true(has("192.0.2.128/25", "192.0.2.200"));
  assert_false(has("192.0.2.128/25", "192.0.2.100"));
  assert_true(has("127.0.0.1", "127.0.0.1"));
  assert_false(has("127.0.0.1", "127.0.0.2"));
  assert_true(has("2001:db8::/32", "2001:db8:1::5"));
  assert_false(has("2001:db8::/32", "2001:db9::5"));
  assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
  assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
  assert_true(has("0.0.0.0/0", "203.0.113.9"));
  assert_false(has("0.0.0.0/0", "2001:db8::1"));
  assert_true(has("::/0", "203.0.113.9"));
}

static void what_is_no_network_is_refused_and_changes_nothing(void **state) {
  (void)state;
  static const char *const wrong[] = {"",     "10.0.0.0/33", "10.0.0.0/",   "10.0.0/8", "2001:db8::/129",
                                      "host", "10.0.0.0/8x", "10.0.0.0/-1", "/8",       "10.0.0.0/8/8"};
  struct network network = {.prefix = 7};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (network_read(slice_of(wrong[i]), &network)) fail_msg("%s was read", wrong[i]);
  assert_false(network_read(SLICE_NONE, &network));
  assert_int_equal(network.prefix, 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_written_as_people_write_them),
      cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
      cmocka_unit_test(what_is_no_address_is_refused_and_changes_nothing),
      cmocka_unit_test(a_slice_ends_where_it_ends),
      cmocka_unit_test(limits_count_the_address_or_its_ipv6_network),
      cmocka_unit_test(networks_hold_their_addresses_and_no_others),
      cmocka_unit_test(what_is_no_network_is_refused_and_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
