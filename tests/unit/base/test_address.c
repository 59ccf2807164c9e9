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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_written_as_people_write_them),
      cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
      cmocka_unit_test(what_is_no_address_is_refused_and_changes_nothing),
      cmocka_unit_test(a_slice_ends_where_it_ends),
      cmocka_unit_test(limits_count_the_address_or_its_ipv6_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
