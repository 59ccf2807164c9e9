#include "yard.h"

#include "club/method.h"

/* What is heard of the club log, of members' lists, and after messages may have been missed. */

static int yard_open_among_others(void **state) {
  yard_open(state);
  struct yard *yard = *state;
  yard->alone = false;
  return 0;
}
#define HEAR_TEST(name) cmocka_unit_test_setup_teardown(name, yard_open_among_others, yard_close)

static uint64_t dropped(const struct yard *yard) {
  return server_services(yard->server)->metrics->hints_dropped;
}

/* ---- the club log ---- */

static void the_club_log_is_read_at_once_when_others_added_to_it(void **state) {
  struct yard *yard = *state;
  yard_turn(yard);
  yard_pulse(yard, "first", 10);
  yard_freeze(yard, 100);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
  yard_hear(yard, "L1", "@club", "first", "10 "); /* known */
  yard_turn(yard);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
  yard_hear(yard, "L1", "@club", "first", "11 ");
  yard_turn(yard);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
}

static void many_additions_are_read_together(void **state) {
  struct yard *yard = *state;
  int pulses = 0;
  yard_turn(yard);
  yard_pulse(yard, "first", 10);
  for (int i = 0; i < 100; i++) {
    yard_hear(yard, "L1", "@club", "first", "99 ");
    yard_freeze(yard, 4);
    if (yard_jobs(yard, STORE_PULSE) == 0) continue;
    pulses++;
    yard_pulse(yard, "first", 10);
  }
  assert_in_range(pulses, 4, 9);
}

static void others_are_told_when_this_one_adds_to_the_club_log(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  services->club_log_grew(services->server, 11);
  assert_int_equal(yard_said(yard, "L1", "@club"), 1);
  yard->alone = true;
  services->club_log_grew(services->server, 12);
  assert_int_equal(yard_said(yard, "L1", "@club"), 1);
}

static void its_own_words_are_passed_over(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  yard_turn(yard);
  yard_pulse(yard, "first", 10);
  services->club_log_grew(services->server, 11);
  yard_pulse(yard, "first", 10);
  const struct said_there *said = &yard->published[yard->published_count - 1];
  server_hear(yard->server, SLICE_LITERAL("@club"), (struct slice){said->text, said->size});
  yard_freeze(yard, 100);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
  assert_int_equal(dropped(yard), 0);
}

static void what_does_not_check_is_dropped(void **state) {
  struct yard *yard = *state;
  yard_turn(yard);
  yard_pulse(yard, "first", 10);
  yard_hear(yard, "L1", "@club", "older", "11 ");
  yard_hear(yard, "L1", "@club", "first", "eleven ");
  yard_hear(yard, "L9", "@club", "first", "11 ");
  server_hear(yard->server, SLICE_LITERAL("@club"), SLICE_LITERAL("L1"));
  server_hear(yard->server, SLICE_LITERAL("@club"), SLICE_NONE);
  assert_int_equal(dropped(yard), 5);
  server_hear(yard->server, SLICE_LITERAL("@nothing"), SLICE_LITERAL("L1")); /* of a newer release */
  server_hear(yard->server, SLICE_NONE, SLICE_LITERAL("L1"));
  yard_freeze(yard, 100);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
}

/* ---- lists ---- */

static struct room_record record(int64_t head, int64_t read) {
  return (struct room_record){.room = SLICE_LITERAL("kz.fintech"),
                              .kind = ROOM_PAIR,
                              .head = head,
                              .read = read,
                              .unread = head - read,
                              .listed = true};
}

/* The room stands on the guest's list at head 12, read up to 4. */
static void list(struct yard *yard, struct guest *guest) {
  yard_hear(yard, "M1", "@m7", "first", "L kz.fintech ");
  struct store_job *job = yard_job(yard, STORE_ROOM_GET);
  job->room.record = record(12, 4);
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"method\":\"room\""));
}

static void a_room_that_was_opened_elsewhere_appears(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  list(yard, guest);
  yard_hear(yard, "M1", "@m7", "first", "L kz.fintech ");  /* doubled */
  yard_hear(yard, "M1", "@m99", "first", "L kz.fintech "); /* not here */
  assert_int_equal(yard_jobs(yard, STORE_ROOM_GET), 0);
}

static void a_mark_that_was_set_elsewhere_is_told_and_never_goes_back(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  list(yard, guest);
  const struct present *present = presents_find(server_services(yard->server)->presents, 7);
  yard_hear(yard, "M1", "@m7", "first", "R kz.fintech 12 9 3 1 ");
  yard_turn(yard);
  assert_true(guest_was_told(
      guest,
      "\"method\":\"read\",\"params\":{\"room\":\"kz.fintech\",\"seq\":9,\"head\":12,\"unread\":3,\"mentions\":1}"));
  yard_hear(yard, "M1", "@m7", "first", "R kz.fintech 12 6 6 2 "); /* late */
  yard_hear(yard, "M1", "@m7", "first", "R kz.fintech 12 9 3 1 "); /* doubled */
  yard_hear(yard, "M1", "@m7", "first", "R kz.fintech 11 9 2 1 "); /* the same mark, as things stood before */
  yard_freeze(yard, 1100);
  struct watch_counts counts = room_watch_counts(&present_listing(present, SLICE_LITERAL("kz.fintech"))->watcher);
  assert_int_equal(counts.read, 9);
  assert_int_equal(counts.unread, 3);
  assert_int_equal(counts.mentions, 1);
  assert_false(guest_was_told(guest, "\"method\":\"read\""));
}

static void a_mark_in_a_room_that_is_not_on_the_list_yet_brings_it(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_hear(yard, "M1", "@m7", "first", "R kz.fintech 12 9 3 1 ");
  struct store_job *job = yard_job(yard, STORE_ROOM_GET);
  job->room.record = record(12, 9);
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"read\":9"));
}

static void what_is_said_of_lists_and_makes_no_sense_is_dropped(void **state) {
  struct yard *yard = *state;
  static const char *const senseless[] = {"", "L", "L ", "X kz ", "R kz 12 9 3 ", "R kz 12 9 3 one "};
  guest_enter(yard, 7);
  for (size_t i = 0; i < sizeof senseless / sizeof *senseless; i++) {
    yard_hear(yard, "M1", "@m7", "first", senseless[i]);
    assert_int_equal(dropped(yard), i + 1);
  }
  yard_hear(yard, "M1", "@m7", "older", "L kz ");
  assert_int_equal(dropped(yard), sizeof senseless / sizeof *senseless + 1);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_GET), 0);
}

static void what_a_member_does_here_is_said_twice(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  const struct watch_counts first = {12, 5, 7, 0}, second = {12, 9, 3, 0};
  services->tell_elsewhere(services->server, 7, SLICE_LITERAL("kz"), NULL);
  services->tell_elsewhere(services->server, 7, SLICE_LITERAL("kz"), &first);
  services->tell_elsewhere(services->server, 7, SLICE_LITERAL("kz"), &second);
  assert_int_equal(yard_said(yard, "M1", "@m7"), 3);
  yard_pass(yard, 1000);
  assert_int_equal(yard_said(yard, "M1", "@m7"), 3);
  yard_pass(yard, 1200);
  assert_int_equal(yard_said(yard, "M1", "@m7"), 5); /* of the marks the last one */
  int last = 0;
  for (size_t i = 3; i < yard->published_count; i++) last += strstr(yard->published[i].text, "R kz 12 9 3 0") != NULL;
  assert_int_equal(last, 1);
  yard_pass(yard, 5000);
  assert_int_equal(yard_said(yard, "M1", "@m7"), 5);
}

static void what_would_be_said_again_has_a_limit(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  for (int64_t member = 1; member <= 10000; member++)
    services->tell_elsewhere(services->server, member, SLICE_LITERAL("kz"), NULL);
  size_t before = yard->published_count;
  yard_pass(yard, 3000);
  assert_in_range(yard->published_count - before, 8192, 8192 + 10);
}

/* ---- what may have been missed ---- */

static void all_lists_are_read_again_at_a_pace_after_messages_may_have_been_missed(void **state) {
  struct yard *yard = *state;
  for (int i = 0; i < 70; i++) guest_enter(yard, 100 + i);
  yard_pass(yard, 1000);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_LIST), 0);
  yard->generation = 2;
  yard_freeze(yard, 128);
  yard_freeze(yard, 64);
  yard_pass(yard, 2000);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_LIST), 8); /* no more than so many under way */
  struct store_job *job = yard_job(yard, STORE_ROOM_LIST);
  struct guest *guest = &yard->guests[job->room.member - 100];
  struct room_record records[] = {record(12, 4)};
  job->room.records = records;
  job->room.count = 1;
  guest->said[0] = 0;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"method\":\"room\""));
  int read = 1;
  for (int i = 0; i < 20; i++) {
    yard_pass(yard, 200);
    assert_in_range(yard_jobs(yard, STORE_ROOM_LIST), 0, 8);
    for (; yard_jobs(yard, STORE_ROOM_LIST) > 0; read++) {
      job = yard_job(yard, STORE_ROOM_LIST);
      assert_true(job->patient);
      yard_finish(yard, job, STORE_DONE);
    }
  }
  assert_int_equal(read, 70); /* each once */
}

/* All of them have read none of it, so that a removal may change what each was told. */
static void counts_that_a_removal_makes_stale_are_read_so_many_at_once(void **state) {
  struct yard *yard = *state;
  struct room_record records[20];
  char ids[20][16];
  for (int r = 0; r < 20; r++) {
    snprintf(ids[r], sizeof ids[r], "kz.r%d", r);
    records[r] = (struct room_record){
        .room = slice_of(ids[r]), .kind = ROOM_PAIR, .head = 12, .unread = 12, .mentions = 1, .listed = true};
  }
  for (int i = 0; i < 10; i++) guest_enter(yard, 100 + i);
  yard->generation = 2;
  for (int i = 0; i < 10; i++) {
    yard_pass(yard, 200);
    while (yard_jobs(yard, STORE_ROOM_LIST) > 0) {
      struct store_job *job = yard_job(yard, STORE_ROOM_LIST);
      job->room.records = records;
      job->room.count = 20;
      yard_finish(yard, job, STORE_DONE);
    }
  }
  assert_int_equal(yard_jobs(yard, STORE_ROOM_GET), 0);
  for (int r = 0; r < 20; r++) {
    struct entry removal = {.room = records[r].room, .seq = 13, .type = ENTRY_REMOVE, .target = 5, .target_member = 5};
    rooms_append(server_services(yard->server)->rooms, &removal, true);
  }
  yard_pass(yard, 1500);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_GET), 128);
  int read = 0;
  for (int i = 0; i < 10; i++) {
    for (; yard_jobs(yard, STORE_ROOM_GET) > 0; read++) {
      struct store_job *job = yard_job(yard, STORE_ROOM_GET);
      assert_false(job->urgent);
      job->room.record = records[0];
      job->room.record.room = job->room.room;
      job->room.record.head = 13;
      yard_finish(yard, job, STORE_DONE);
    }
    yard_pass(yard, 1000);
  }
  assert_int_equal(read, 200); /* the others when they were swept */
}

static void all_lists_are_read_again_now_and_then(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  guest_enter(yard, 8);
  yard_pass(yard, 290000);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_LIST), 0);
  yard_pass(yard, 15000);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_LIST), 2);
}

static void a_list_that_is_as_it_was_is_no_news(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  list(yard, guest);
  yard_pass(yard, 1500);
  guest->said[0] = 0;
  yard->generation = 2;
  yard_pass(yard, 500);
  struct store_job *job = yard_job(yard, STORE_ROOM_LIST);
  struct room_record records[] = {record(12, 4)};
  job->room.records = records;
  job->room.count = 1;
  yard_finish(yard, job, STORE_DONE);
  yard_pass(yard, 1500);
  assert_string_equal(guest->said, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HEAR_TEST(the_club_log_is_read_at_once_when_others_added_to_it),
      HEAR_TEST(many_additions_are_read_together),
      HEAR_TEST(others_are_told_when_this_one_adds_to_the_club_log),
      HEAR_TEST(its_own_words_are_passed_over),
      HEAR_TEST(what_does_not_check_is_dropped),
      HEAR_TEST(a_room_that_was_opened_elsewhere_appears),
      HEAR_TEST(a_mark_that_was_set_elsewhere_is_told_and_never_goes_back),
      HEAR_TEST(a_mark_in_a_room_that_is_not_on_the_list_yet_brings_it),
      HEAR_TEST(what_is_said_of_lists_and_makes_no_sense_is_dropped),
      HEAR_TEST(what_a_member_does_here_is_said_twice),
      HEAR_TEST(what_would_be_said_again_has_a_limit),
      HEAR_TEST(all_lists_are_read_again_at_a_pace_after_messages_may_have_been_missed),
      HEAR_TEST(counts_that_a_removal_makes_stale_are_read_so_many_at_once),
      HEAR_TEST(all_lists_are_read_again_now_and_then),
      HEAR_TEST(a_list_that_is_as_it_was_is_no_news),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
