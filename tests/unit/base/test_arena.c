#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "club/arena.h"

static void gives_zeroed_and_aligned_memory(void **state) {
  (void)state;
  static const char zeros[3000];
  struct arena *arena = arena_create(1 << 20);
  for (size_t size = 1; size < 3000; size += 37) {
    char *memory = arena_alloc(arena, size);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
    assert_memory_equal(memory, zeros, size);
    memset(memory, 0xff, size);
  }
  arena_destroy(arena);
}

static void copies_texts_with_a_zero_byte_behind(void **state) {
  (void)state;
  struct arena *arena = arena_create(1000);
  struct slice copy = arena_copy(arena, SLICE_LITERAL("Ташкент"));
  assert_string_equal(copy.data, "Ташкент");
  assert_int_equal(copy.size, strlen("Ташкент"));
  assert_non_null(arena_copy(arena, SLICE_LITERAL("")).data);
  arena_destroy(arena);
}

static void absent_stays_absent_and_is_no_failure(void **state) {
  (void)state;
  struct arena *arena = arena_create(1000);
  assert_null(arena_copy(arena, SLICE_NONE).data);
  assert_false(arena_failed(arena));
  arena_destroy(arena);
}

static void gives_no_more_than_its_limit(void **state) {
  (void)state;
  struct arena *arena = arena_create(100);
  assert_non_null(arena_alloc(arena, 64));
  assert_non_null(arena_alloc(arena, 36));
  assert_false(arena_failed(arena));
  assert_null(arena_alloc(arena, 1));
  assert_true(arena_failed(arena));
  arena_destroy(arena);
}

static void remembers_a_failed_copy(void **state) {
  (void)state;
  struct arena *arena = arena_create(8);
  assert_null(arena_copy(arena, SLICE_LITERAL("12345678")).data);
  assert_non_null(arena_copy(arena, SLICE_LITERAL("1234567")).data);
  assert_true(arena_failed(arena));
  arena_destroy(arena);
  arena_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gives_zeroed_and_aligned_memory),
      cmocka_unit_test(copies_texts_with_a_zero_byte_behind),
      cmocka_unit_test(absent_stays_absent_and_is_no_failure),
      cmocka_unit_test(gives_no_more_than_its_limit),
      cmocka_unit_test(remembers_a_failed_copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
