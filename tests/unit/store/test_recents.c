/* The newest messages in memory against counting them all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "recents.h"

enum { MESSAGES = 6000 };

/* By message number: who wrote it; 0: removed. */
static int64_t count_slowly(const int64_t *authors, int64_t head, int64_t after, int64_t member, int64_t limit) {
  int64_t count = 0;
  for (int64_t seq = after + 1; seq <= head && count < limit; seq++) {
    if (authors[seq] != 0 && authors[seq] != member) count++;
  }
  return count;
}

static void counts_are_those_of_all_messages_kept(void **state) {
  (void)state;
  struct recents *recents = recents_create();
  struct recent *recent = recents_get(recents, 17);
  static int64_t authors[MESSAGES + 1];
  srand(5);
  for (int64_t seq = 1; seq <= MESSAGES; seq++) {
    authors[seq] = 1 + rand() % 3;
    recent_append(recent, seq, authors[seq]);
    if (rand() % 4 == 0) {
      int64_t gone = 1 + rand() % seq;
      recent_remove(recent, gone);
      authors[gone] = 0;
    }
    if (seq % 50) continue;
    assert_true(recent->count <= RECENT_CAPACITY);
    int64_t after = recent->from + rand() % (seq - recent->from + 1);
    for (int64_t member = 1; member <= 4; member++) {
      assert_int_equal(recent_count(recent, after, member, 1000), count_slowly(authors, seq, after, member, 1000));
    }
  }
  assert_true(recent->from > 0);
  recents_destroy(recents);
}

static void with_more_rooms_than_places_most_are_still_known_when_asked_for_in_turn(void **state) {
  (void)state;
  struct recents *recents = recents_create();
  size_t known = 0;
  for (int turn = 0; turn < 2; turn++) {
    for (int64_t room = 1; room <= 300; room++) {
      struct recent *recent = recents_get(recents, room);
      assert_int_equal(recent->room, room);
      if (turn > 0 && recent->head == room) known++;
      recent->head = room;
    }
  }
  assert_int_equal(known, 300 - 2 * (300 - 256));
  recents_forget(recents);
  assert_int_equal(recents_get(recents, 300)->head, -1);
  recents_destroy(recents);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_are_those_of_all_messages_kept),
      cmocka_unit_test(with_more_rooms_than_places_most_are_still_known_when_asked_for_in_turn),
  };
  return cmocka_run_group_tests_name("newest messages", tests, NULL, NULL);
}
