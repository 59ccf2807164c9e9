#include "desk.h"

static struct peer *enter_with(struct desk *desk, int64_t member, const struct room_record *rooms, size_t count) {
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_welcome(desk, member, rooms, count);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome");
  return peer;
}

static void mark(struct desk *desk, int64_t head, int64_t read, int64_t unread) {
  struct store_job *job = desk_job(desk, STORE_MARK_READ);
  job->mark_read.head = head;
  job->mark_read.read = read;
  job->mark_read.unread = unread;
  desk_finish(desk, job, STORE_DONE);
}

static void change_listing(struct desk *desk, int64_t member, const char *room) {
  struct present *present = presents_find(desk->house->services.presents, member);
  present_listing(present, slice_of(room))->change = ++present->change;
  connections_member_changed(desk->connections, present, false);
}

static void heads_come_once_a_second(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[] = {house_room("kz", ROOM_COUNTRY, 10, 10), house_room("fintech", ROOM_SECTOR, 3, 3)};
  struct peer *peer = enter_with(desk, 7, rooms, 2);
  for (int64_t i = 0; i < 20; i++) {
    desk_post(desk, "kz", 11 + i);
    desk_post(desk, "fintech", 4 + i);
    desk_pass(desk, 100);
  }
  desk_pass(desk, 1100);
  assert_in_range(peer->link.frames, 2, 5); /* welcome is one */
  const char *said = peer_said(peer);
  assert_non_null(strstr(said, "kz^30/20/0"));
  assert_non_null(strstr(said, "fintech^23/20/0"));
}

static void a_direct_talk_comes_at_once(void **state) {
  struct desk *desk = *state;
  struct room_record room = house_room("dm.x", ROOM_DIRECT, 1, 1);
  struct peer *peer = enter_with(desk, 7, &room, 1);
  desk_post(desk, "dm.x", 2);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "dm.x^2/1/0");
  desk_post(desk, "dm.x", 3);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "dm.x^3/2/0");
}

/* What is told at once in between begins the second anew; what changed after it is told when that is over. */
static void what_follows_news_told_at_once_is_not_forgotten(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[] = {house_room("kz", ROOM_COUNTRY, 10, 10), house_room("fintech", ROOM_SECTOR, 3, 3),
                                house_room("dm.x", ROOM_DIRECT, 1, 1)};
  struct peer *peer = enter_with(desk, 7, rooms, 3);
  desk_post(desk, "dm.x", 2);
  desk_pass(desk, 100);
  change_listing(desk, 7, "kz"); /* owed at 1,000 */
  desk_pass(desk, 800);
  desk_post(desk, "dm.x", 3); /* tells everything at 900 */
  desk_pass(desk, 20);
  change_listing(desk, 7, "fintech"); /* owed at 1,900 */
  peer_said(peer);
  for (int i = 0; i < 20; i++) desk_pass(desk, 100);
  assert_string_equal(peer_said(peer), "fintech^3/0/0");
}

static void a_room_that_is_joined_needs_no_heads(void **state) {
  struct desk *desk = *state;
  struct room_record room = house_room("kz", ROOM_COUNTRY, 10, 10);
  struct peer *peer = enter_with(desk, 7, &room, 1), *other = enter_with(desk, 7, NULL, 0);
  peer_join(peer, "kz", 10);
  peer_said(other);
  desk_post(desk, "kz", 11);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "11");
  assert_string_equal(peer_said(other), "kz^11/1/0");
}

static void a_mark_goes_to_the_members_other_connections(void **state) {
  struct desk *desk = *state;
  struct room_record room = house_room("kz", ROOM_COUNTRY, 10, 4);
  struct peer *peer = enter_with(desk, 7, &room, 1), *other = enter_with(desk, 7, NULL, 0);
  struct peer *stranger = enter_with(desk, 8, &room, 1);
  peer_ask(peer, 1, "room.read", "{\"room\":\"kz\",\"seq\":9}");
  desk_settle(desk);
  mark(desk, 10, 9, 1);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "=1");
  assert_string_equal(peer_said(other), "kz<9 kz^10/1/0");
  assert_string_equal(peer_said(stranger), "");
}

/* A mark that moved nothing takes no other news away. */
static void news_that_wait_are_told_after_a_mark_that_did_not_move(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[] = {house_room("kz", ROOM_COUNTRY, 10, 10), house_room("fintech", ROOM_SECTOR, 3, 3)};
  struct peer *peer = enter_with(desk, 7, rooms, 2);
  desk_post(desk, "fintech", 4);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "fintech^4/1/0");
  desk->house->now_ms += 100;
  struct present *present = presents_find(desk->house->services.presents, 7);
  struct listing *listing = present_listing(present, SLICE_LITERAL("fintech"));
  listing->change = ++present->change; /* told within the second */
  connections_member_changed(desk->connections, present, false);
  peer_ask(peer, 1, "room.read", "{\"room\":\"kz\",\"seq\":10}");
  desk_settle(desk);
  mark(desk, 10, 10, 0);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "=1 fintech^4/1/0");
}

static void news_that_wait_are_told_after_a_mark_that_was_refused(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[] = {house_room("kz", ROOM_COUNTRY, 10, 10), house_room("fintech", ROOM_SECTOR, 3, 3)};
  struct peer *peer = enter_with(desk, 7, rooms, 2);
  desk_post(desk, "fintech", 4);
  desk_pass(desk, 640);
  peer_ask(peer, 1, "room.read", "{\"room\":\"kz\",\"seq\":99}");
  desk_settle(desk);
  struct present *present = presents_find(desk->house->services.presents, 7);
  struct listing *listing = present_listing(present, SLICE_LITERAL("fintech"));
  peer->link.stalled = true; /* nothing is told meanwhile */
  desk_post(desk, "kz", 11);
  listing->change = ++present->change;
  desk_refuse(desk, desk_job(desk, STORE_MARK_READ), REASON_CONFLICT);
  peer->link.stalled = false;
  desk_pass(desk, 1100);
  assert_non_null(strstr(peer_said(peer), "fintech^4/1/0"));
}

static void a_mark_does_not_hurry_later_heads(void **state) {
  struct desk *desk = *state;
  struct room_record rooms[] = {house_room("kz", ROOM_COUNTRY, 10, 4), house_room("fintech", ROOM_SECTOR, 3, 3)};
  struct peer *peer = enter_with(desk, 7, rooms, 2);
  desk_post(desk, "fintech", 4);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "fintech^4/1/0");
  peer_ask(peer, 1, "room.read", "{\"room\":\"kz\",\"seq\":9}");
  desk_settle(desk);
  mark(desk, 10, 9, 1);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1");
  struct present *present = presents_find(desk->house->services.presents, 7);
  struct listing *listing = present_listing(present, SLICE_LITERAL("fintech"));
  listing->change = ++present->change;
  connections_member_changed(desk->connections, present, false);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "fintech^4/1/0");
}

static void a_room_that_appears_is_told_to_all_the_members_connections(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7), *other = peer_enter(desk, 7);
  peer_ask(peer, 1, "room.open", "{\"country\":\"kz\"}");
  desk_settle(desk);
  struct store_job *job = desk_job(desk, STORE_ROOM_OPEN);
  job->room.record = house_room("kz", ROOM_COUNTRY, 10, 10);
  desk_finish(desk, job, STORE_DONE);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1 kz+");
  assert_string_equal(peer_said(other), "kz+");
  struct peer *late = peer_enter(desk, 7); /* has it in room.list */
  desk_post(desk, "kz", 11);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(late), "kz^11/1/0");
}

/* More rooms with news than one frame holds: each is told, and it ends. */
static void more_rooms_than_a_frame_holds_are_told_in_several(void **state) {
  struct desk *desk = *state;
  static struct room_record rooms[LIMIT_LISTED];
  static char ids[LIMIT_LISTED][LIMIT_IDENTIFIER];
  for (int i = 0; i < LIMIT_LISTED; i++) {
    snprintf(ids[i], sizeof ids[i], "dm.%04d-abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrst", i);
    rooms[i] = house_room(ids[i], ROOM_COUNTRY, 1, 1);
  }
  struct peer *peer = enter_with(desk, 7, rooms, LIMIT_LISTED);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int i = 0; i < LIMIT_LISTED; i++) desk_post(desk, ids[i], 2);
  peer_said(peer);
  size_t before = peer->link.frames;
  peer_wake(peer);
  desk_settle(desk);
  assert_in_range(peer->link.frames - before, 2, 4);
  for (int i = 0; i < 20; i++) desk_pass(desk, 500);
  assert_in_range(peer->link.frames - before, 2, 4); /* once */
  peer_said(peer);
  desk_post(desk, ids[500], 3);
  desk_settle(desk);
  assert_non_null(strstr(peer_said(peer), "^3/2/0"));
}

static void what_changes_while_it_is_told_is_told_too(void **state) {
  struct desk *desk = *state;
  static struct room_record rooms[LIMIT_LISTED];
  static char ids[LIMIT_LISTED][LIMIT_IDENTIFIER];
  for (int i = 0; i < LIMIT_LISTED; i++) {
    snprintf(ids[i], sizeof ids[i], "dm.%04d-abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrst", i);
    rooms[i] = house_room(ids[i], ROOM_COUNTRY, 1, 1);
  }
  struct peer *peer = enter_with(desk, 7, rooms, LIMIT_LISTED);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int i = 0; i < LIMIT_LISTED; i++) desk_post(desk, ids[i], 2);
  peer_wake(peer);
  peer->link.stalled = true;
  desk_settle(desk); /* the first frame of them is out */
  for (int i = 0; i < LIMIT_LISTED; i += 37) desk_post(desk, ids[i], 3);
  peer_wake(peer);
  desk_settle(desk);
  desk_pass(desk, 1100);
  for (int i = 0; i < 20; i++) desk_pass(desk, 500);
  struct present *present = presents_find(desk->house->services.presents, 7);
  size_t frames = peer->link.frames;
  connections_member_changed(desk->connections, present, true);
  desk_settle(desk);
  assert_int_equal(peer->link.frames, frames); /* nothing was owed any more */
  assert_in_range(frames, 3, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(heads_come_once_a_second),
      DESK_TEST(a_direct_talk_comes_at_once),
      DESK_TEST(what_follows_news_told_at_once_is_not_forgotten),
      DESK_TEST(a_room_that_is_joined_needs_no_heads),
      DESK_TEST(a_mark_goes_to_the_members_other_connections),
      DESK_TEST(news_that_wait_are_told_after_a_mark_that_did_not_move),
      DESK_TEST(news_that_wait_are_told_after_a_mark_that_was_refused),
      DESK_TEST(a_mark_does_not_hurry_later_heads),
      DESK_TEST(a_room_that_appears_is_told_to_all_the_members_connections),
      DESK_TEST(more_rooms_than_a_frame_holds_are_told_in_several),
      DESK_TEST(what_changes_while_it_is_told_is_told_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
