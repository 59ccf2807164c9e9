/* Without memory nobody is half there, nothing is counted, and nothing is held back. */
#include "allowance.h"
#include "club/chorus.h"
#include "house.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */

struct trying {
  struct house *house;
  struct present *present;
  struct allowance *allowance;
  int64_t number, wait;
};

static void hold(void *context) {
  struct trying *trying = context;
  struct member_record record = house_record(trying->number, "aigul", "Айгуль Сериккызы", ROLE_MEMBER);
  trying->present = presents_hold(trying->house->services.presents, &record);
}

static void a_member_without_memory_is_not_present(void **state) {
  (void)state;
  struct trying trying = {.house = house_open()};
  struct presents *presents = trying.house->services.presents;
  for (trying.number = 1; trying.number <= MANY; trying.number++) {
    for (long failing = 0; fault_memory(failing, hold, &trying); failing++) {
      if (trying.present) house_leave(trying.house, trying.present); /* only not counted among those in the club */
      assert_int_equal(presents_count(presents), trying.number - 1);
    }
    assert_non_null(trying.present);
  }
  for (trying.number = 1; trying.number <= MANY; trying.number++)
    house_leave(trying.house, presents_find(presents, trying.number));
  house_close(trying.house);
}

static void doubt(void *context) {
  struct trying *trying = context;
  trying->present = presents_doubtful(trying->house->services.presents);
}

static void a_doubtful_list_is_found_without_memory(void **state) {
  (void)state;
  struct trying trying = {.house = house_open(), .number = 17};
  hold(&trying);
  struct present *held = trying.present;
  presents_doubt(trying.house->services.presents);
  assert_false(fault_memory(0, doubt, &trying));
  assert_ptr_equal(trying.present, held);
  doubt(&trying);
  assert_null(trying.present);
  house_leave(trying.house, held);
  house_close(trying.house);
}

static void take(void *context) {
  struct trying *trying = context;
  char name[32];
  snprintf(name, sizeof name, "member-%lld", (long long)trying->number);
  trying->wait = allowance_take(trying->allowance, slice_of(name), trying->house->now_ms);
}

static void what_cannot_be_counted_waits(void **state) {
  (void)state;
  struct trying trying = {.house = house_open(), .allowance = allowance_create(MANY, (struct rate){1, 60000})};
  for (trying.number = 1; trying.number <= 2 * MANY; trying.number++) {
    size_t before = allowance_count(trying.allowance);
    for (long failing = 0; fault_memory(failing, take, &trying); failing++) {
      assert_true(trying.wait > 0);
      assert_int_equal(allowance_count(trying.allowance), before); /* nobody is forgotten for one who cannot be added */
    }
    assert_int_equal(trying.wait, 0);
    take(&trying);
    assert_true(trying.wait > 0);
  }
  allowance_destroy(trying.allowance);
  house_close(trying.house);
}

static void hear(void *context) {
  struct trying *trying = context;
  char text[80];
  snprintf(text, sizeof text, "Дёшево продаём слонов, пишите в личку %lld", (long long)trying->number);
  assert_false(chorus_hear(trying->house->services.chorus, 1, slice_of(text), trying->house->now_ms));
}

static void a_text_without_memory_is_not_heard(void **state) {
  (void)state;
  struct trying trying = {.house = house_open()};
  for (trying.number = 1; trying.number <= MANY; trying.number++) {
    for (long failing = 0; fault_memory(failing, hear, &trying); failing++)
      assert_int_equal(chorus_count(trying.house->services.chorus), trying.number - 1);
    assert_int_equal(chorus_count(trying.house->services.chorus), trying.number);
  }
  house_close(trying.house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_member_without_memory_is_not_present),
      cmocka_unit_test(a_doubtful_list_is_found_without_memory),
      cmocka_unit_test(what_cannot_be_counted_waits),
      cmocka_unit_test(a_text_without_memory_is_not_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
