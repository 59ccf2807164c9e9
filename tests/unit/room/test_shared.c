#include "hall.h"
#include "inside.h"

static struct follower follower;

static struct room *enter(struct hall *hall, int64_t cursor) {
  follower_enter(&follower, hall, "kz", 9, cursor);
  return follower.subscription.room;
}

/* A page from `from` to `to` was read, with the log's end at `as_of` then. */
static void came(struct room *room, uint64_t ticket, int64_t from, int64_t to, int64_t as_of) {
  struct store_job *job = store_job_create(STORE_ROOM_JOIN);
  job->ticket = ticket;
  job->page.entries = arena_alloc(job->arena, (size_t)(to - from + 2) * sizeof(struct entry));
  for (int64_t seq = from; seq <= to; seq++) job->page.entries[job->page.count++] = hall_entry("kz", seq, 2);
  job->page.as_of = as_of;
  room_page_came(room, job);
  store_job_destroy(job);
}

static enum room_page_state look(struct room *room, int64_t after, int64_t limit) {
  struct room_page page;
  return room_page_look(room, after, limit, &page);
}

static void read_from(struct room *room, int64_t after, int64_t head) {
  static uint64_t ticket = 100;
  assert_int_equal(look(room, after, 50), ROOM_PAGE_MISSING);
  room_page_reading(room, after + 1, 50, ++ticket);
  assert_int_equal(look(room, after, 50), ROOM_PAGE_COMING);
  came(room, ticket, after + 1, head, head);
}

static void before_the_store_was_asked_nothing_is_known(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5); /* by a cursor, which may be old */
  assert_int_equal(room_head(room), 5);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_MISSING);
  read_from(room, 5, 5);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_HERE);
  follower_leave(&follower);
  room = enter(hall, 5); /* where the log of a room ended that left memory is no answer */
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_MISSING);
  follower_leave(&follower);
}

static void what_is_alone_in_the_store_is_right_for_good(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 5, 5);
  hall_pass(hall, 3000);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_HERE);
  follower_leave(&follower);
}

static void what_others_may_write_is_right_for_two_seconds(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  hall->rooms->setup.store_shared = true;
  int64_t asked_ms = hall->now_ms;
  room_page_reading(room, 6, 50, 1);
  hall_pass(hall, 1500); /* the read took long */
  came(room, 1, 6, 5, 5);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_HERE);
  hall_pass(hall, 600);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_MISSING);
  rooms_head(hall->rooms, slice_of("kz"), 5, asked_ms + 1900);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_HERE);
  hall_pass(hall, 1900);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_MISSING);
  follower_leave(&follower);
}

/* The mark of a member may be moved on another instance. */
static void counts_are_known_as_long_as_nobody_can_have_changed_them(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  struct watch_counts counts;
  assert_true(hall_watch(hall, &watcher, "kz", 1, 5, 3, 2, 1));
  hall_post(hall, "kz", 6, 2);
  assert_true(room_watch_known(&watcher, &counts));
  assert_int_equal(counts.head, 6);
  assert_int_equal(counts.unread, 3);
  assert_int_equal(counts.mentions, 1);
  hall_pass(hall, 2100);
  assert_true(room_watch_known(&watcher, &counts));
  hall->rooms->setup.store_shared = true;
  assert_false(room_watch_known(&watcher, &counts));
  struct watch_counts mark = {.head = 6, .read = 6, .unread = 0, .mentions = 0};
  room_watch_read(hall->rooms, &watcher, &mark);
  assert_true(room_watch_known(&watcher, &counts));
  hall_post(hall, "kz", 8, 2); /* 7 is missing */
  assert_false(room_watch_known(&watcher, &counts));
  hall_post(hall, "kz", 7, 2);
  assert_true(room_watch_known(&watcher, &counts));
  assert_int_equal(counts.unread, 2);
  hall_unwatch(hall, &watcher);
}

static void whether_a_removed_message_had_mentioned_is_asked(void **state) {
  struct hall *hall = *state;
  struct watcher watcher = {0};
  struct watch_counts counts;
  assert_true(hall_watch(hall, &watcher, "kz", 1, 5, 3, 2, 1));
  hall_remove(hall, "kz", 6, 4);
  assert_false(room_watch_known(&watcher, &counts)); /* tallied only so far */
  hall_unwatch(hall, &watcher);
}

/* The log in memory may begin after what a page shows: what happened in between was seen by nobody. */
static void a_page_older_than_the_log_in_memory_is_not_kept(void **state) {
  struct hall *hall = *state;
  struct room *room = rooms_hold(hall->rooms, slice_of("kz"));
  room_page_reading(room, 1, 50, 1);
  hall_post(hall, "kz", 10, 2); /* 9 removed something of the page, and was committed elsewhere */
  came(room, 1, 1, 8, 8);
  assert_int_equal(room->sharing->pieces[0].state, SHARED_EMPTY);
  assert_int_equal(look(room, 0, 50), ROOM_PAGE_MISSING);
  assert_int_equal(look(room, 9, 50), ROOM_PAGE_HERE);
  rooms_release(hall->rooms, room);
}

static void a_page_newer_than_the_log_in_memory_waits_for_that(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 5, 5);
  room_page_reading(room, 3, 50, 1);
  came(room, 1, 3, 7, 7);
  assert_int_equal(look(room, 2, 50), ROOM_PAGE_COMING);
  struct entry edit = hall_entry("kz", 6, 2);
  edit.type = ENTRY_EDIT;
  edit.target = 4; /* the page shows it so already */
  rooms_append(hall->rooms, &edit, false);
  hall_post(hall, "kz", 7, 2);
  assert_int_equal(look(room, 2, 50), ROOM_PAGE_HERE);
  follower_leave(&follower);
}

static void a_removal_that_comes_early_counts_at_once(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 1, 5);
  hall_remove(hall, "kz", 7, 3);
  for (int i = 0; i < SHARED; i++) assert_int_equal(room->sharing->pieces[i].state, SHARED_EMPTY);
  room_page_reading(room, 2, 50, 1);
  hall_remove(hall, "kz", 8, 4);
  came(room, 1, 2, 6, 6);
  for (int i = 0; i < SHARED; i++) assert_int_equal(room->sharing->pieces[i].state, SHARED_EMPTY);
  assert_int_equal(hall->rooms->shared_bytes, 0);
  follower_leave(&follower);
}

/* The store had no text any more when it filled a gap; the removal itself is not here yet. */
static void a_text_that_was_gone_when_the_gap_was_filled_is_in_no_page(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 5, 5);
  struct entry gone = hall_entry("kz", 6, 2);
  gone.text = SLICE_NONE;
  gone.removed = true;
  rooms_append(hall->rooms, &gone, false);
  assert_int_equal(look(room, 5, 50), ROOM_PAGE_MISSING);
  follower_leave(&follower);
}

static void memory_is_given_back_after_some_seconds(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 1, 5);
  assert_true(hall->rooms->shared_bytes > 0);
  hall_pass(hall, 5000);
  assert_int_equal(look(room, 1, 50), ROOM_PAGE_HERE); /* used */
  hall_pass(hall, 6000);
  assert_int_equal(look(room, 1, 50), ROOM_PAGE_HERE);
  hall_pass(hall, 16000);
  assert_int_equal(hall->rooms->shared_bytes, 0);
  assert_int_equal(look(room, 1, 50), ROOM_PAGE_MISSING);
  follower_leave(&follower);
}

static void only_so_many_pieces_are_kept_and_read(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 1000);
  for (uint64_t i = 0; i < 2 * SHARED; i++) {
    room_page_reading(room, 10 * (int64_t)i + 1, 10, i + 1);
    came(room, i + 1, 10 * (int64_t)i + 1, 10 * (int64_t)i + 10, 1000);
    hall_pass(hall, 10);
  }
  size_t bytes = hall->rooms->shared_bytes;
  assert_int_equal(look(room, 10 * SHARED - 10, 10), ROOM_PAGE_MISSING);
  for (uint64_t i = SHARED; i < 2 * SHARED; i++) assert_int_equal(look(room, 10 * (int64_t)i, 10), ROOM_PAGE_HERE);
  for (uint64_t i = 0; i < SHARED; i++) room_page_reading(room, 500 + 10 * (int64_t)i, 10, 100 + i);
  assert_true(hall->rooms->shared_bytes < bytes);
  assert_int_equal(look(room, 600, 10), ROOM_PAGE_OWN); /* no place to wait for it */
  follower_leave(&follower);
}

static void in_all_rooms_only_so_much_is_kept(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  hall->rooms->shared_bytes = LIMIT_SHARED_BYTES;
  read_from(room, 1, 5);
  assert_int_equal(hall->rooms->shared_bytes, LIMIT_SHARED_BYTES);
  assert_int_equal(look(room, 1, 50), ROOM_PAGE_MISSING);
  hall->rooms->shared_bytes = 0;
  follower_leave(&follower);
}

static void a_page_ends_before_it_is_too_large(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 0);
  char text[10000];
  memset(text, 'a', sizeof text);
  for (int64_t seq = 1; seq <= 20; seq++) {
    struct entry entry = hall_entry("kz", seq, 2);
    entry.text = (struct slice){text, sizeof text};
    rooms_append(hall->rooms, &entry, true);
  }
  rooms_head(hall->rooms, slice_of("kz"), 20, hall->now_ms);
  struct room_page page;
  assert_int_equal(room_page_look(room, 3, 50, &page), ROOM_PAGE_HERE);
  assert_int_equal(page.from, 4);
  assert_int_equal(page.to, 7);
  assert_true(page.more);
  assert_int_equal(room_page_look(room, -1, 50, &page), ROOM_PAGE_HERE);
  assert_int_equal(page.from, 17);
  assert_int_equal(page.to, 20);
  assert_false(page.more);
  follower_leave(&follower);
}

/* Those who waited are nobody's when the room goes: the connections went first. */
static void jobs_that_wait_go_with_the_room(void **state) {
  struct hall *hall = *state;
  struct room *room = enter(hall, 5);
  read_from(room, 5, 5);
  hall_post(hall, "kz", 7, 2);
  assert_true(room_page_wait(room, store_job_create(STORE_ROOM_JOIN)));
  hall_pass(hall, 400); /* they are to go on */
  assert_ptr_equal(hall->rooms->woken, room);
  follower_leave(&follower);
  assert_null(hall->rooms->woken);
  while (hall->job_count > 0) hall_finish(hall, STORE_UNAVAILABLE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      HALL_TEST(before_the_store_was_asked_nothing_is_known),
      HALL_TEST(what_is_alone_in_the_store_is_right_for_good),
      HALL_TEST(what_others_may_write_is_right_for_two_seconds),
      HALL_TEST(counts_are_known_as_long_as_nobody_can_have_changed_them),
      HALL_TEST(whether_a_removed_message_had_mentioned_is_asked),
      HALL_TEST(a_page_older_than_the_log_in_memory_is_not_kept),
      HALL_TEST(a_page_newer_than_the_log_in_memory_waits_for_that),
      HALL_TEST(a_removal_that_comes_early_counts_at_once),
      HALL_TEST(a_text_that_was_gone_when_the_gap_was_filled_is_in_no_page),
      HALL_TEST(memory_is_given_back_after_some_seconds),
      HALL_TEST(only_so_many_pieces_are_kept_and_read),
      HALL_TEST(in_all_rooms_only_so_much_is_kept),
      HALL_TEST(a_page_ends_before_it_is_too_large),
      HALL_TEST(jobs_that_wait_go_with_the_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
