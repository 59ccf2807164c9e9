#include "hall.h"
#include "inside.h"

static void keeps_entries_by_number(void **state) {
  (void)state;
  struct ring ring = {0};
  for (int64_t seq = 5; seq < 45; seq++) assert_true(ring_append(&ring, seq, slice_of(seq % 2 ? TEXT_RU : TEXT_ZH)));
  assert_true(slice_is(ring_get(&ring, 5), TEXT_RU));
  assert_true(slice_is(ring_get(&ring, 44), TEXT_ZH));
  assert_null(ring_get(&ring, 4).data);
  assert_null(ring_get(&ring, 45).data);
  ring_clear(&ring);
  assert_null(ring_get(&ring, 5).data);
  assert_int_equal(ring.bytes, 0);
}

static void drops_the_oldest_over_its_number(void **state) {
  (void)state;
  struct ring ring = {0};
  for (int64_t seq = 1; seq <= 2 * LIMIT_RING_ENTRIES + 7; seq++)
    assert_true(ring_append(&ring, seq, slice_of(seq % 2 ? "да" : "好")));
  assert_int_equal(ring.count, LIMIT_RING_ENTRIES);
  assert_int_equal(ring.first, LIMIT_RING_ENTRIES + 8);
  assert_null(ring_get(&ring, LIMIT_RING_ENTRIES + 7).data);
  for (int64_t seq = ring.first; seq < ring.first + ring.count; seq++)
    assert_true(slice_is(ring_get(&ring, seq), seq % 2 ? "да" : "好"));
  ring_clear(&ring);
}

static void drops_the_oldest_over_its_bytes(void **state) {
  (void)state;
  static char large[LIMIT_RING_BYTES / 4];
  struct ring ring = {0};
  for (int64_t seq = 1; seq <= 6; seq++) assert_true(ring_append(&ring, seq, (struct slice){large, sizeof large}));
  assert_int_equal(ring.count, 4);
  assert_int_equal(ring.bytes, LIMIT_RING_BYTES);
  assert_int_equal(ring.first, 3);
  ring_drop_first(&ring);
  assert_int_equal(ring.bytes, 3 * sizeof large);
  ring_clear(&ring);
  ring_drop_first(&ring);
  assert_int_equal(ring.count, 0);
}

static void begins_anew_after_being_cleared(void **state) {
  (void)state;
  struct ring ring = {0};
  assert_true(ring_append(&ring, 7, slice_of(TEXT_EN)));
  ring_clear(&ring);
  assert_true(ring_append(&ring, 90, slice_of(TEXT_RU)));
  assert_null(ring_get(&ring, 7).data);
  assert_true(slice_is(ring_get(&ring, 90), TEXT_RU));
  ring_clear(&ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_entries_by_number),
      cmocka_unit_test(drops_the_oldest_over_its_number),
      cmocka_unit_test(drops_the_oldest_over_its_bytes),
      cmocka_unit_test(begins_anew_after_being_cleared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
