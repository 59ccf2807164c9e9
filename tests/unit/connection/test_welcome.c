#include "desk.h"
#include "inside.h"

static void whose_session_it_is_comes_first(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
  unsigned char digest[DIGEST_SIZE];
  digest_sha256(SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), digest);
  assert_memory_equal(job->session.digest, digest, DIGEST_SIZE);
  assert_true(job->session.with_rooms);
  desk_welcome(desk, 7, NULL, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome");
  assert_int_equal(presents_count(desk->house->services.presents), 1);
}

static void requests_that_came_before_are_carried_out_after(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_false(peer->link.reading);
  desk_welcome(desk, 7, NULL, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome =1");
  assert_true(peer->link.reading);
}

static void no_session_is_told_by_4001_without_a_welcome(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  desk_refuse(desk, desk_job(desk, STORE_SESSION_FIND), REASON_NOT_FOUND);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 4001);
}

static void a_store_that_does_not_know_is_no_4001(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk), *other;
  desk_settle(desk);
  desk_finish(desk, desk_job(desk, STORE_SESSION_FIND), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 1001);
  desk->house->store_full = true;
  other = peer_open(desk);
  desk_settle(desk);
  desk->house->store_full = false;
  assert_string_equal(peer_said(other), "closing");
  assert_int_equal(other->link.code, 1001);
}

static void a_session_read_before_the_club_log_is_read_again(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  desk->club_seen = 5;
  for (int i = 0; i < 3; i++) {
    struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
    job->session.club_head = 4; /* it may have ended with 5 */
    desk_finish(desk, job, STORE_DONE);
    desk_settle(desk);
    assert_string_equal(peer_said(peer), "");
  }
  struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
  job->session.club_head = 4;
  desk_finish(desk, job, STORE_DONE);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), 0);
}

static void a_members_surplus_is_told_closing(void **state) {
  struct desk *desk = *state;
  struct peer *peers[LIMIT_CONNECTIONS_OF_MEMBER];
  for (int i = 0; i < LIMIT_CONNECTIONS_OF_MEMBER; i++) peers[i] = peer_enter(desk, 7);
  struct peer *surplus = peer_open(desk);
  desk_settle(desk);
  desk_welcome(desk, 7, NULL, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(surplus), "closing");
  assert_int_equal(surplus->link.code, 1001);
  assert_int_equal(desk->house->metrics.connections_refused, 1);
  peer_cut(peers[3]);
  desk_settle(desk);
  peer_enter(desk, 7); /* there is room again */
}

static void without_limits_a_member_may_have_many(void **state) {
  struct desk *desk = *state;
  desk->house->services.limits = false;
  for (int i = 0; i < LIMIT_CONNECTIONS_OF_MEMBER + 3; i++) peer_enter(desk, 7);
}

static void a_full_house_is_told_closing(void **state) {
  struct desk *desk = *state;
  struct peer *first = peer_enter(desk, 99);
  for (int i = 0; i < DESK_PEERS - 5; i++) peer_enter(desk, 100 + i);
  desk->connections->setup.limit = DESK_PEERS - 4;
  struct peer *surplus[2] = {peer_open(desk), peer_open(desk)};
  desk_settle(desk);
  for (int i = 0; i < 2; i++) {
    assert_string_equal(peer_said(surplus[i]), "closing");
    assert_int_equal(surplus[i]->link.code, 1001);
    assert_in_range(surplus[i]->retry_ms, 5000, 15000);
  }
  peer_cut(first); /* there is room, though the two are not gone yet */
  peer_enter(desk, 98);
}

static void going_away_refuses_newcomers(void **state) {
  struct desk *desk = *state;
  connections_refuse(desk->connections, true);
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 1001);
  connections_refuse(desk->connections, false);
  peer_enter(desk, 7);
}

static void the_last_use_of_a_session_is_kept_to_the_hour(void **state) {
  struct desk *desk = *state;
  peer_open(desk);
  desk_settle(desk);
  desk->house->now_ms += 3600001;
  struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
  job->session.used_at = desk->house->now_ms - 3600001;
  job->session.session = 71;
  job->session.record = house_record(7, "m7", "Ли На", ROLE_MEMBER);
  desk_finish(desk, job, STORE_DONE);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 1);
  desk_finish(desk, desk_job(desk, STORE_SESSION_TOUCH), STORE_DONE);
  peer_enter(desk, 8);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_TOUCH), 0);
}

static void the_members_list_is_watched_from_the_first_connection_on(void **state) {
  struct desk *desk = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 10, 8);
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  desk_welcome(desk, 7, &record, 1);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome");
  desk_post(desk, "kz", 11);
  desk_pass(desk, 1100);
  assert_string_equal(peer_said(peer), "kz^11/3/0");
}

static void a_list_older_than_the_rooms_log_is_read_again(void **state) {
  struct desk *desk = *state;
  struct room_record record = house_room("kz", ROOM_COUNTRY, 10, 8);
  peer_open(desk);
  desk_settle(desk);
  desk_welcome(desk, 7, &record, 1);
  desk_post(desk, "kz", 11);
  desk_pass(desk, 1100);
  peer_open(desk);
  desk_settle(desk);
  desk_welcome(desk, 8, &record, 1); /* as of 10 */
  assert_int_equal(desk_jobs(desk, STORE_ROOM_GET), 1);
}

static void a_line_that_goes_meanwhile_is_forgotten(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_settle(desk);
  peer_cut(peer);
  desk_settle(desk);
  desk_welcome(desk, 7, NULL, 0);
  assert_int_equal(presents_count(desk->house->services.presents), 0);
  assert_int_equal(connections_count(desk->connections), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(whose_session_it_is_comes_first),
      DESK_TEST(requests_that_came_before_are_carried_out_after),
      DESK_TEST(no_session_is_told_by_4001_without_a_welcome),
      DESK_TEST(a_store_that_does_not_know_is_no_4001),
      DESK_TEST(a_session_read_before_the_club_log_is_read_again),
      DESK_TEST(a_members_surplus_is_told_closing),
      DESK_TEST(without_limits_a_member_may_have_many),
      DESK_TEST(a_full_house_is_told_closing),
      DESK_TEST(going_away_refuses_newcomers),
      DESK_TEST(the_last_use_of_a_session_is_kept_to_the_hour),
      DESK_TEST(the_members_list_is_watched_from_the_first_connection_on),
      DESK_TEST(a_list_older_than_the_rooms_log_is_read_again),
      DESK_TEST(a_line_that_goes_meanwhile_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
