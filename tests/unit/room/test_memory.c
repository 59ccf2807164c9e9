/* Without memory a room or a member in it is not there, and is when there is some again. */
#include "hall.h"
#include "inside.h"
#include "torture_fault.h"

#define MANY 600 /* so many that a hash grows more than once */

struct trying {
  struct hall *hall;
  struct room *room;
  char id[32];
  int64_t member;
  bool entered;
};

static void hold(void *context) {
  struct trying *trying = context;
  trying->room = rooms_hold(trying->hall->rooms, slice_of(trying->id));
}

static void release(void *context) {
  struct trying *trying = context;
  rooms_release(trying->hall->rooms, trying->room);
}

static void enter(void *context) {
  struct trying *trying = context;
  trying->entered = attendance_enter(trying->room, trying->member, SLICE_LITERAL("Айгуль"), SLICE_LITERAL("kz"),
                                     SLICE_LITERAL("Арал"));
}

static void rename_all(void *context) {
  struct trying *trying = context;
  rooms_member_renamed(trying->hall->rooms, trying->member, SLICE_LITERAL("Мария"), SLICE_LITERAL("ru"), SLICE_NONE);
}

static void a_room_without_memory_is_not_there(void **state) {
  struct hall *hall = *state;
  struct trying trying = {.hall = hall};
  for (int i = 0; i < MANY; i++) {
    snprintf(trying.id, sizeof trying.id, "room%d", i);
    for (long failing = 0; fault_memory(failing, hold, &trying); failing++) {
      assert_null(trying.room);
      assert_int_equal(rooms_count(hall->rooms), i);
      assert_int_equal(hall->subscribed, i);
    }
    assert_non_null(trying.room);
  }
  for (int i = 0; i < MANY; i++) {
    snprintf(trying.id, sizeof trying.id, "room%d", i);
    struct room *room = rooms_find(hall->rooms, slice_of(trying.id));
    assert_true(room && slice_equal(room_id(room), slice_of(trying.id)));
    rooms_release(hall->rooms, room);
  }
  assert_int_equal(rooms_count(hall->rooms), 0);
}

/* Begins with an entry, goes with the fault. */
static bool go_without(struct trying *trying, long failing) {
  hold(trying);
  hall_post(trying->hall, trying->id, 3, 2);
  bool failed = fault_memory(failing, release, trying);
  assert_null(rooms_find(trying->hall->rooms, slice_of(trying->id)));
  return failed;
}

static void a_room_goes_without_being_remembered(void **state) {
  struct trying trying = {.hall = *state, .id = "kz"};
  for (long failing = 0; go_without(&trying, failing); failing++) assert_null(trying.hall->rooms->departed);
  assert_non_null(trying.hall->rooms->departed);
}

static void a_room_that_could_not_return_is_remembered(void **state) {
  struct trying trying = {.hall = *state, .id = "kz"};
  assert_false(go_without(&trying, 1000));
  for (long failing = 0; fault_memory(failing, hold, &trying); failing++) assert_non_null(trying.hall->rooms->departed);
  assert_int_equal(room_head(trying.room), 3);
  release(&trying);
}

static void one_without_memory_is_not_in_the_room(void **state) {
  struct trying trying = {.hall = *state, .id = "kz"};
  hold(&trying);
  for (trying.member = 1; trying.member <= MANY; trying.member++) {
    for (long failing = 0; fault_memory(failing, enter, &trying); failing++) {
      assert_int_equal(room_attends(trying.room, trying.member), trying.entered);
      if (trying.entered) attendance_leave(trying.room, trying.member); /* only not announced */
      assert_int_equal(room_online(trying.room), trying.member - 1);
    }
    assert_true(trying.entered);
  }
  for (trying.member = 1; trying.member <= MANY; trying.member++) {
    assert_int_equal(room_subscriptions(trying.room, trying.member), 1);
    attendance_leave(trying.room, trying.member);
  }
  release(&trying);
}

/* With the old face, and then with the new one; also where it is the only one, with which the hash would go. */
static void whoever_is_renamed_stays(void **state) {
  struct trying trying = {.hall = *state, .id = "kz"};
  hold(&trying);
  for (trying.member = 1; trying.member <= MANY; trying.member++) {
    enter(&trying);
    for (long failing = 0; fault_memory(failing, rename_all, &trying); failing++)
      assert_int_equal(room_subscriptions(trying.room, trying.member), 1);
    assert_int_equal(room_online(trying.room), trying.member);
    assert_true(slice_is(attendance_face(attendance_find(trying.room, trying.member)).name, "Мария"));
  }
  for (trying.member = 1; trying.member <= MANY; trying.member++) attendance_leave(trying.room, trying.member);
  assert_int_equal(room_online(trying.room), 0);
  release(&trying);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(a_room_without_memory_is_not_there),
      HALL_TEST(a_room_goes_without_being_remembered),
      HALL_TEST(a_room_that_could_not_return_is_remembered),
      HALL_TEST(one_without_memory_is_not_in_the_room),
      HALL_TEST(whoever_is_renamed_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
