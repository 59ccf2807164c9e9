#include "desk.h"

static const struct audit_record muted = {.key = 5,
                                          .by = 3,
                                          .by_name = SLICE_LITERAL("Мария Орлова"),
                                          .action = SLICE_LITERAL("mute"),
                                          .room = SLICE_LITERAL("kz"),
                                          .member = 7,
                                          .until = 1767229200000,
                                          .reason = SLICE_LITERAL("Реклама")};

static struct present *present(struct desk *desk, int64_t member) {
  return presents_find(desk->house->services.presents, member);
}

static struct peer *enter_with(struct desk *desk, int64_t member, const char *room) {
  struct room_record record = house_room(room, ROOM_COUNTRY, 10, 10);
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_welcome(desk, member, &record, 1);
  desk_settle(desk);
  peer_said(peer);
  return peer;
}

static void all_of_a_members_connections_are_told(void **state) {
  struct desk *desk = *state;
  struct peer *one = peer_enter(desk, 7), *two = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  connections_acted(desk->connections, present(desk, 7), &muted);
  desk_settle(desk);
  assert_string_equal(peer_said(one), "acted:mute");
  assert_string_equal(peer_said(two), "acted:mute");
  assert_string_equal(peer_said(other), "");
}

static void who_may_not_enter_any_more_leaves_the_room(void **state) {
  struct desk *desk = *state;
  struct peer *peer = enter_with(desk, 7, "kz"), *second = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(peer, "kz", 10);
  peer_join(other, "kz", 10);
  desk_settle(desk);
  peer_said(peer);
  peer_said(second);
  peer_said(other);
  desk_post(desk, "kz", 11);
  connections_leave_room(desk->connections, present(desk, 7), slice_of("kz"), REASON_BANNED);
  desk_post(desk, "kz", 12);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "kz-banned");
  assert_string_equal(peer_said(second), "kz-banned"); /* off its list, too */
  const char *said = peer_said(other);
  assert_non_null(strstr(said, "11 12"));
  assert_non_null(strstr(said, "p1")); /* nobody else is there */
  assert_null(present_listing(present(desk, 7), slice_of("kz")));
  connections_leave_room(desk->connections, present(desk, 7), slice_of("kz"), REASON_BANNED);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), ""); /* it is said once */
}

static void a_room_in_nobodys_memory_is_left_by_nobody(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  connections_leave_room(desk->connections, present(desk, 7), slice_of("r.abc"), REASON_NOT_FOUND);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

/* Of two reads that are under way at once, the one that was asked for first may be the last to come. */
static void a_list_that_was_read_before_does_not_bring_the_room_back(void **state) {
  struct desk *desk = *state;
  const struct services *services = &desk->house->services;
  struct peer *peer = peer_enter(desk, 7);
  struct room_record record = house_room("kz", ROOM_COUNTRY, 10, 8);
  assert_true(listing_refresh(services, 7, slice_of("kz")));
  assert_true(listing_refresh_all(services, 7));
  struct store_job *one = desk_job(desk, STORE_ROOM_GET), *all = desk_job(desk, STORE_ROOM_LIST);
  present(desk, 7)->rights++; /* they were read again: there is a ban */
  connections_leave_room(desk->connections, present(desk, 7), slice_of("kz"), REASON_BANNED);
  one->room.record = record;
  desk_finish(desk, one, STORE_DONE);
  all->room.records = &record;
  all->room.count = 1;
  desk_finish(desk, all, STORE_DONE);
  assert_null(present_listing(present(desk, 7), slice_of("kz")));
  desk_refuse(desk, desk_job(desk, STORE_ROOM_GET), REASON_BANNED); /* both are read again */
  desk_finish(desk, desk_job(desk, STORE_ROOM_LIST), STORE_DONE);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "");
  assert_null(present_listing(present(desk, 7), slice_of("kz")));
}

/* A frame full of news ends at one listing and goes on there later. */
static void what_is_told_of_a_list_goes_on_where_a_room_left_it(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[200];
  char ids[200][16];
  for (int i = 0; i < 200; i++) {
    snprintf(ids[i], sizeof ids[i], "r.%d", i);
    rooms[i] = house_room(ids[i], ROOM_CUSTOM, 10, 10);
  }
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_welcome(desk, 7, rooms, 200);
  desk_settle(desk);
  peer_said(peer);
  for (int i = 0; i < 200; i++) desk_post(desk, ids[i], 11);
  desk->house->now_ms += 1100;
  peer->link.stalled = true; /* one frame is taken, the rest waits */
  desk_settle(desk);
  for (int i = 0; i < 200; i++)
    connections_leave_room(desk->connections, present(desk, 7), slice_of(ids[i]), REASON_BANNED);
  peer->link.stalled = false;
  peer_wake(peer);
  desk_pass(desk, 1100);
  assert_int_equal(present(desk, 7)->listing_count, 0);
}

static void a_join_that_was_under_way_finds_its_old_place_gone(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 10);
  desk->house->now_ms += 3000; /* memory is old: the store is asked */
  peer_ask(peer, 5, "room.join", "{\"room\":\"kz\",\"after\":4}");
  desk_settle(desk);
  connections_leave_room(desk->connections, present(desk, 7), slice_of("kz"), REASON_BANNED);
  desk_settle(desk);
  assert_non_null(strstr(peer_said(peer), "kz-banned"));
  while (desk_jobs(desk, STORE_ROOM_JOIN) > 0) desk_refuse(desk, desk_job(desk, STORE_ROOM_JOIN), REASON_BANNED);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "!5:banned");
  desk_post(desk, "kz", 11);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
}

static void who_is_banned_is_told_why_and_nothing_that_waited(void **state) {
  struct desk *desk = *state;
  struct peer *peer = enter_with(desk, 7, "kz"), *other = peer_enter(desk, 8);
  struct audit_record ban = muted;
  ban.action = SLICE_LITERAL("ban");
  ban.room = SLICE_NONE;
  peer_join(peer, "kz", 10);
  desk_post(desk, "kz", 11);
  peer_ask(peer, 9, "ping", "{}");
  connections_run(desk->connections); /* its answer waits */
  connections_banned(desk->connections, present(desk, 7), &ban);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "acted:ban");
  assert_int_equal(peer->link.code, 4003);
  assert_int_equal(other->link.code, 0);
}

static void a_session_of_one_who_is_banned_is_closed_as_such(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_refuse(desk, desk_job(desk, STORE_SESSION_FIND), REASON_BANNED);
  desk_settle(desk);
  assert_int_equal(peer->link.code, 4003);
}

static void sessions_that_may_be_over_are_looked_up(void **state) {
  struct desk *desk = *state;
  struct peer *one = peer_enter(desk, 7), *two = peer_enter(desk, 7);
  connections_check_sessions(desk->connections, present(desk, 7));
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 2);
  desk_refuse(desk, desk_job(desk, STORE_SESSION_TOUCH), REASON_NOT_FOUND);
  desk_finish(desk, desk_job(desk, STORE_SESSION_TOUCH), STORE_DONE);
  desk_settle(desk);
  assert_int_equal(one->link.code + two->link.code, 4001); /* one of them */
}

static void nothing_is_given_to_whom_the_session_is_being_looked_up(void **state) {
  struct desk *desk = *state;
  struct peer *one = enter_with(desk, 7, "kz"), *two = peer_enter(desk, 7);
  peer_join(one, "kz", 10);
  peer_join(two, "kz", 10);
  desk_settle(desk);
  peer_said(one);
  peer_said(two);
  for (int i = 0; i < 2; i++) connections_check_sessions(desk->connections, present(desk, 7));
  desk_post(desk, "kz", 11);
  uint64_t over = desk_job(desk, STORE_SESSION_TOUCH)->ticket;
  while (desk_jobs(desk, STORE_SESSION_TOUCH) > 0) {
    desk_settle(desk);
    assert_string_equal(peer_said(one), "");
    assert_string_equal(peer_said(two), "");
    struct store_job *job = desk_job(desk, STORE_SESSION_TOUCH);
    if (job->ticket == over)
      desk_refuse(desk, job, REASON_NOT_FOUND);
    else
      desk_finish(desk, job, STORE_DONE);
  }
  desk_settle(desk);
  struct peer *stays = one->link.code ? two : one, *ended = one->link.code ? one : two;
  assert_int_equal(ended->link.code, 4001);
  assert_string_equal(peer_said(ended), "");
  assert_non_null(strstr(peer_said(stays), "11"));
}

static void a_room_that_is_another_one_shows_to_each_connection_whether_it_is_joined(void **state) {
  struct desk *desk = *state;
  struct peer *joined = enter_with(desk, 7, "kz"), *other = peer_enter(desk, 7);
  peer_join(joined, "kz", 10);
  desk_pass(desk, 1100);
  peer_said(joined);
  peer_said(other);
  assert_true(listing_renew(&desk->house->services, present(desk, 7), slice_of("kz")));
  struct store_job *job = desk_job(desk, STORE_ROOM_GET);
  job->room.record = house_room("kz", ROOM_COUNTRY, 10, 10);
  job->room.record.settings.title = SLICE_LITERAL("Хитрое имя \",\"joined\":false,");
  desk_finish(desk, job, STORE_DONE);
  size_t before = joined->link.bytes, apart = other->link.bytes;
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(joined), "kz+");
  assert_string_equal(peer_said(other), "kz+");
  assert_int_equal(joined->link.bytes - before, other->link.bytes - apart - 1); /* true is shorter than false */
}

static void renew(struct desk *desk, int64_t member, const char *room) {
  assert_true(listing_renew(&desk->house->services, present(desk, member), slice_of(room)));
  struct store_job *job = desk_job(desk, STORE_ROOM_GET);
  job->room.record = house_room(room, ROOM_COUNTRY, 10, 10);
  desk_finish(desk, job, STORE_DONE);
}

static void a_room_is_told_with_those_who_are_there_when_it_is_told(void **state) {
  struct desk *desk = *state;
  struct peer *joined = enter_with(desk, 7, "kz"), *other = enter_with(desk, 8, "kz");
  peer_join(joined, "kz", 10);
  peer_join(other, "kz", 10);
  renew(desk, 7, "kz");
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(joined), "p2|kz+");
  assert_int_equal(joined->online, 2);
  renew(desk, 7, "kz"); /* it waits for a second, since something was just told */
  peer_cut(other);
  desk_settle(desk);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(joined), "kz+ p1");
  assert_int_equal(joined->online, 1);
}

/* Whether the other one of a talk is there at all looks like the count of those who are in it. */
static void a_talk_is_told_with_the_other_one_in_it(void **state) {
  struct desk *desk = *state;
  struct peer *joined = enter_with(desk, 7, "kz");
  struct member_record with = {.key = 8, .login = SLICE_LITERAL("bo"), .name = SLICE_LITERAL("王博")};
  assert_true(listing_refresh(&desk->house->services, 7, slice_of("dm.8")));
  struct store_job *job = desk_job(desk, STORE_ROOM_GET);
  job->room.record = house_room("dm.8", ROOM_DIRECT, 3, 2);
  job->room.record.with = &with;
  desk_finish(desk, job, STORE_DONE);
  desk_pass(desk, 1100);
  assert_non_null(strstr(peer_said(joined), "dm.8+"));
  assert_int_equal(joined->online, 0);
}

static void everybody_is_told_what_concerns_everybody(void **state) {
  struct desk *desk = *state;
  struct peer *one = peer_enter(desk, 7), *two = peer_enter(desk, 8), *outside = peer_open(desk);
  connections_notice(desk->connections, "warning", "raid", "Every room is slow for now.");
  desk_settle(desk);
  assert_string_equal(peer_said(one), "notice:raid");
  assert_string_equal(peer_said(two), "notice:raid");
  assert_string_equal(peer_said(outside), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(all_of_a_members_connections_are_told),
      DESK_TEST(who_may_not_enter_any_more_leaves_the_room),
      DESK_TEST(a_room_in_nobodys_memory_is_left_by_nobody),
      DESK_TEST(a_list_that_was_read_before_does_not_bring_the_room_back),
      DESK_TEST(what_is_told_of_a_list_goes_on_where_a_room_left_it),
      DESK_TEST(a_join_that_was_under_way_finds_its_old_place_gone),
      DESK_TEST(who_is_banned_is_told_why_and_nothing_that_waited),
      DESK_TEST(a_session_of_one_who_is_banned_is_closed_as_such),
      DESK_TEST(sessions_that_may_be_over_are_looked_up),
      DESK_TEST(nothing_is_given_to_whom_the_session_is_being_looked_up),
      DESK_TEST(a_room_that_is_another_one_shows_to_each_connection_whether_it_is_joined),
      DESK_TEST(a_room_is_told_with_those_who_are_there_when_it_is_told),
      DESK_TEST(a_talk_is_told_with_the_other_one_in_it),
      DESK_TEST(everybody_is_told_what_concerns_everybody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
