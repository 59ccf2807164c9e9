#include "desk.h"
#include "inside.h"

#define LOOK_UPS 64

/* Opens so many lines, in one turn. */
static void open_many(struct desk *desk, struct peer **peers, int count) {
  for (int i = 0; i < count; i++) peers[i] = peer_open(desk);
  desk_turn(desk);
}

static int told_of(struct peer **peers, int count) {
  int told = 0;
  for (int i = 0; i < count; i++) told += peers[i]->retry_ms >= 0;
  return told;
}

/* So many look-ups come back, one each `ms`. */
static void look_up(struct desk *desk, int count, int64_t ms) {
  for (int i = 0; i < count; i++) {
    desk->house->now_ms += ms;
    desk_welcome(desk, 1000 + i, NULL, 0);
    desk_turn(desk);
  }
}

static void look_ups_are_bounded_and_in_order_of_arrival(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100];
  open_many(desk, peers, 100);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), LOOK_UPS);
  for (int i = 0; i < 100; i++) {
    struct store_job *job = desk_job(desk, STORE_SESSION_FIND);
    assert_int_equal(job->ticket, peers[i]->connection->id);
    assert_true(job->patient);
    desk_welcome(desk, 100 + i, NULL, 0);
    desk_turn(desk);
    assert_string_equal(peer_said(peers[i]), "welcome");
    assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), 99 - i < LOOK_UPS ? 99 - i : LOOK_UPS);
  }
}

static void those_who_are_in_go_first(void **state) {
  struct desk *desk = *state;
  struct peer *inside = peer_enter(desk, 7);
  peer_open(desk);
  peer_ask(inside, 1, "room.history", "{\"room\":\"kz\"}");
  desk_turn(desk);
  assert_int_equal(desk->house->jobs[0]->kind, STORE_HISTORY);
  assert_int_equal(desk->house->jobs[1]->kind, STORE_SESSION_FIND);
}

static void one_that_goes_while_it_waits_is_not_looked_up(void **state) {
  struct desk *desk = *state;
  struct peer *peers[70];
  open_many(desk, peers, 70);
  peer_cut(peers[0]); /* looked up already */
  peer_cut(peers[65]);
  peer_cut(peers[69]);
  desk_turn(desk);
  for (int i = 0; i < 68; i++)
    desk_finish(desk, desk_job(desk, STORE_SESSION_FIND), STORE_UNAVAILABLE), desk_turn(desk);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), 0);
  assert_int_equal(desk->connections->admission.under_way, 0);
  assert_int_equal(desk->connections->admission.waiting, 0);
}

static void the_pace_is_measured_while_many_wait(void **state) {
  struct desk *desk = *state;
  struct admission *admission = &desk->connections->admission;
  struct peer *peers[130];
  int64_t first = admission->each_us;
  peer_enter(desk, 7); /* nobody waits: it says nothing */
  desk_pass(desk, 3000);
  assert_int_equal(admission->each_us, first);
  open_many(desk, peers, 130);
  look_up(desk, 60, 10);
  assert_in_range(admission->each_us, 4000, 11000); /* bad news by halves */
  for (int i = 0; i < 10; i++) {
    desk->house->now_ms += 40;
    for (int k = 0; k < 5 && desk_jobs(desk, STORE_SESSION_FIND) > 0; k++)
      desk_welcome(desk, 2000 + i * 5 + k, NULL, 0);
    desk_turn(desk);
  }
  assert_in_range(admission->each_us, 4000, 9000); /* … eight milliseconds each now */
}

/* Once it is so slow that all who may come are looked up at the same time, nobody waits any more. */
static void a_slow_pace_is_forgotten_when_few_are_let_in_and_come_back_soon(void **state) {
  struct desk *desk = *state;
  struct admission *admission = &desk->connections->admission;
  struct peer *peers[70], *later[40];
  open_many(desk, peers, 70);
  look_up(desk, 5, 250);
  assert_true(admission->each_us > 90000);
  while (desk_jobs(desk, STORE_SESSION_FIND) > 0) look_up(desk, 1, 250);
  int64_t slow = admission->each_us;
  open_many(desk, later, 10); /* 250 ms each, they would not wait too long */
  assert_int_equal(told_of(later, 10), 0);
  look_up(desk, 10, 2);
  desk_pass(desk, 250);
  assert_true(admission->each_us < slow / 4);
  open_many(desk, later, 40);
  assert_int_equal(told_of(later, 40), 0);
  look_up(desk, 40, 2);
}

static void whoever_would_wait_too_long_is_told_at_once_and_when(void **state) {
  struct desk *desk = *state;
  struct peer *peers[70], *late[10];
  open_many(desk, peers, 70);
  look_up(desk, 5, 250); /* a slow store: the others would wait for 65 times some 100 ms */
  int64_t each_ms = desk->connections->admission.each_us / 1000, wait_ms = 65 * each_ms;
  assert_in_range(each_ms, 90, 250);
  open_many(desk, late, 10);
  assert_int_equal(told_of(late, 10), 10);
  assert_int_equal(told_of(peers, 70), 0);
  for (int i = 0; i < 10; i++) { /* each has a time of its own, as far apart as look-ups are */
    int64_t from = wait_ms + i * each_ms;
    assert_in_range(late[i]->retry_ms, from, from + 3 * each_ms + 250 + from / 8);
    assert_int_equal(late[i]->link.code, 1001);
  }
}

static void nobody_is_told_to_stay_away_for_long(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100], *late[40];
  open_many(desk, peers, 100);
  look_up(desk, 6, 700); /* the others would wait for a minute */
  open_many(desk, late, 40);
  assert_int_equal(told_of(late, 40), 40);
  for (int i = 0; i < 40; i++) assert_in_range(late[i]->retry_ms, 20000, 24000);
}

static void whoever_comes_when_told_gets_in(void **state) {
  struct desk *desk = *state;
  struct peer *peers[70], *late;
  open_many(desk, peers, 70);
  look_up(desk, 5, 250);
  open_many(desk, &late, 1);
  assert_int_equal(told_of(&late, 1), 1);
  int64_t back_ms = desk->house->now_ms + late->retry_ms;
  while (desk_jobs(desk, STORE_SESSION_FIND) > 0) look_up(desk, 1, 70);
  if (desk->house->now_ms < back_ms) desk_pass(desk, back_ms - desk->house->now_ms);
  peer_enter(desk, 7);
}

static void nobody_waits_for_ever_for_a_store_that_is_silent(void **state) {
  struct desk *desk = *state;
  struct peer *peers[80];
  open_many(desk, peers, 80);
  for (int i = 0; i < 98; i++) desk_pass(desk, 50);
  assert_int_equal(told_of(peers, 80), 0);
  for (int i = 0; i < 4; i++) desk_pass(desk, 50);
  assert_int_equal(told_of(peers, 80), 80); /* those whose look-up is under way, too */
  for (int i = 0; i < 80; i++) {
    assert_string_equal(peer_said(peers[i]), "closing");
    assert_int_equal(peers[i]->link.code, 1001);
    assert_in_range(peers[i]->retry_ms, 1000, 25000);
  }
  while (desk_jobs(desk, STORE_SESSION_FIND) > 0) desk_welcome(desk, 7, NULL, 0); /* too late */
  assert_int_equal(desk->connections->admission.under_way, 0);
  peer_enter(desk, 7);
}

/* A store that was away is as quick as before when it comes back: thousands are not told to stay away for a minute. */
static void a_time_without_any_look_up_says_nothing_of_the_pace(void **state) {
  struct desk *desk = *state;
  struct admission *admission = &desk->connections->admission;
  struct peer *peers[100], *late[50];
  open_many(desk, peers, 100);
  look_up(desk, 30, 10);
  for (int i = 0; i < 5; i++) desk_pass(desk, 50); /* the window that has some */
  int64_t each_us = admission->each_us;
  for (int i = 0; i < 75; i++) desk_pass(desk, 50);
  assert_true(admission->each_us == each_us);
  for (int i = 0; i < 30; i++) desk_pass(desk, 50);
  assert_int_equal(told_of(peers, 100), 70);
  for (int i = 30; i < 100; i++) assert_in_range(peers[i]->retry_ms, 5000, 8000);
  while (desk_jobs(desk, STORE_SESSION_FIND) > 0) desk_welcome(desk, 7, NULL, 0), desk_turn(desk);
  open_many(desk, late, 50);
  look_up(desk, 50, 10);
  assert_int_equal(told_of(late, 50), 0);
  assert_in_range(admission->each_us, each_us / 2, each_us * 2);
}

/* While the store confirms nothing, nothing is asked; but they hear it. */
static void they_are_told_during_a_pause_too(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  for (int i = 0; i < 102; i++) {
    desk->house->now_ms += 50;
    wheel_advance(desk->house->services.wheel, desk->house->now_ms);
    connections_pause(desk->connections);
  }
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), 0);
  assert_string_equal(peer_said(peer), "closing");
  assert_int_equal(peer->link.code, 1001);
}

static void a_time_in_which_this_process_was_stopped_does_not_count(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_open(desk);
  desk_turn(desk);
  desk_pass(desk, 60000);
  assert_int_equal(told_of(&peer, 1), 0);
  desk_welcome(desk, 7, NULL, 0);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "welcome");
}

static void without_a_store_they_are_told_at_once(void **state) {
  struct desk *desk = *state;
  struct peer *waiting[70], *fresh;
  open_many(desk, waiting, 70);
  connections_be_quiet(desk->connections, true);
  open_many(desk, &fresh, 1);
  desk_settle(desk);
  assert_string_equal(peer_said(fresh), "closing");
  assert_in_range(fresh->retry_ms, 5000, 15000);
  assert_int_equal(told_of(waiting, LOOK_UPS), 0); /* the store may answer these yet */
  assert_int_equal(told_of(waiting + LOOK_UPS, 70 - LOOK_UPS), 70 - LOOK_UPS);
}

static void so_many_are_told_in_a_turn(void **state) {
  struct desk *desk = *state;
  struct peer *peers[150];
  connections_refuse(desk->connections, true);
  for (int i = 0; i < 150; i++) peers[i] = peer_open(desk);
  assert_true(desk_turn(desk)); /* more is to be done at once */
  assert_int_equal(told_of(peers, 150), 128);
  desk_settle(desk);
  assert_int_equal(told_of(peers, 150), 150);
  for (int i = 0; i < 150; i++) assert_in_range(peers[i]->retry_ms, 1000, 2001);
}

/* Nobody has told those yet who were not taken in: they come first, and most of them hear when to come. */
static void while_many_wait_outside_few_are_looked_up_and_the_line_is_short(void **state) {
  struct desk *desk = *state;
  struct admission *admission = &desk->connections->admission;
  struct peer *peers[70], *late[20];
  open_many(desk, peers, 70);
  look_up(desk, 6,
          100); /* the pace is some tens of milliseconds: the line is longer than a second and shorter than five */
  assert_in_range(65 * admission->each_us, 1100000, 4900000);
  int64_t asked = desk_jobs(desk, STORE_SESSION_FIND);
  desk->outside = 4000;
  open_many(desk, late, 10);
  assert_int_equal(told_of(late, 10), 10);
  assert_int_equal(told_of(peers, 70), 0); /* who was let into the line stays there */
  for (int i = 0; i < 5; i++) look_up(desk, 1, 1);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), asked - 5); /* no new one is begun */
  while (desk_jobs(desk, STORE_SESSION_FIND) > 2) look_up(desk, 1, 1);
  desk->outside = 0;
  open_many(desk, late + 10, 10);
  assert_int_equal(told_of(late + 10, 10), 0);
}

/* However quick the store is: the line inside is empty then. */
static void those_outside_wait_as_long_as_taking_in_takes(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100];
  desk->outside = 3000;
  for (int i = 0; i < 30; i++) { /* ten milliseconds each */
    peers[0] = peer_enter(desk, 100 + i);
    desk_pass(desk, 10);
  }
  open_many(desk, peers, 70);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), 2);
  desk->outside = 300; /* three seconds */
  desk_turn(desk);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), LOOK_UPS);
}

static void a_few_outside_change_nothing(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100];
  desk->outside = 100;
  open_many(desk, peers, 100);
  assert_int_equal(told_of(peers, 100), 0);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), LOOK_UPS);
}

/* The time before they came, and one in which others had the processor, say nothing of how long taking in takes. */
static void a_few_who_come_after_a_while_are_let_in(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100];
  peer_enter(desk, 8);
  desk_pass(desk, 900);
  desk->outside = 99;
  open_many(desk, peers, 1);
  assert_int_equal(told_of(peers, 1), 0);
  desk_pass(desk, 300);
  open_many(desk, peers + 1, 69);
  assert_int_equal(told_of(peers, 70), 0);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), LOOK_UPS);
}

static void how_long_taking_in_took_once_is_forgotten_when_nobody_is_outside(void **state) {
  struct desk *desk = *state;
  struct peer *peers[100];
  desk->outside = 99;
  for (int i = 0; i < 12; i++) { /* a hundred milliseconds each */
    peer_enter(desk, 100 + i);
    desk_pass(desk, 100);
  }
  desk->outside = 0;
  peer_enter(desk, 8);
  desk->outside = 99;
  open_many(desk, peers, 70);
  assert_int_equal(told_of(peers, 70), 0);
  assert_int_equal(desk_jobs(desk, STORE_SESSION_FIND), LOOK_UPS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(look_ups_are_bounded_and_in_order_of_arrival),
      DESK_TEST(those_who_are_in_go_first),
      DESK_TEST(one_that_goes_while_it_waits_is_not_looked_up),
      DESK_TEST(the_pace_is_measured_while_many_wait),
      DESK_TEST(a_slow_pace_is_forgotten_when_few_are_let_in_and_come_back_soon),
      DESK_TEST(whoever_would_wait_too_long_is_told_at_once_and_when),
      DESK_TEST(nobody_is_told_to_stay_away_for_long),
      DESK_TEST(whoever_comes_when_told_gets_in),
      DESK_TEST(nobody_waits_for_ever_for_a_store_that_is_silent),
      DESK_TEST(a_time_without_any_look_up_says_nothing_of_the_pace),
      DESK_TEST(they_are_told_during_a_pause_too),
      DESK_TEST(a_time_in_which_this_process_was_stopped_does_not_count),
      DESK_TEST(without_a_store_they_are_told_at_once),
      DESK_TEST(so_many_are_told_in_a_turn),
      DESK_TEST(while_many_wait_outside_few_are_looked_up_and_the_line_is_short),
      DESK_TEST(those_outside_wait_as_long_as_taking_in_takes),
      DESK_TEST(a_few_outside_change_nothing),
      DESK_TEST(a_few_who_come_after_a_while_are_let_in),
      DESK_TEST(how_long_taking_in_took_once_is_forgotten_when_nobody_is_outside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
