#include "desk.h"
#include "inside.h"

static void all_that_waits_goes_into_one_frame(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  peer_join(peer, "fintech", 0);
  peer_ask(peer, 1, "ping", "{}");
  desk_post(desk, "kz", 1);
  desk_post(desk, "kz", 2);
  desk_post(desk, "fintech", 1);
  size_t before = peer->link.frames;
  desk_settle(desk);
  assert_int_equal(peer->link.frames, before + 1);
  const char *said = peer_said(peer);
  assert_true(strcmp(said, "=1 1 2 1") == 0 || strcmp(said, "=1 1 1 2") == 0);
}

static void said_as_one_frame(char *said) {
  for (; *said; said++)
    if (*said == '|') *said = ' ';
}

static void a_line_that_takes_nothing_costs_one_frame(void **state) {
  struct desk *desk = *state;
  struct peer *slow = peer_enter(desk, 7), *other = peer_enter(desk, 8);
  peer_join(slow, "kz", 0);
  peer_join(other, "kz", 0);
  peer_said(slow);
  slow->link.stalled = true;
  char expected[4096] = "1|";
  for (int64_t seq = 1; seq <= 500; seq++) {
    desk_post(desk, "kz", seq);
    desk_settle(desk);
    if (seq > 1)
      snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s%lld", seq > 2 ? " " : "",
               (long long)seq);
  }
  assert_string_equal(slow->said, "1");
  assert_false(slow->link.reading);
  assert_non_null(strstr(peer_said(other), "|500"));
  assert_null(slow->connection->out);
  peer_wake(slow);
  desk_settle(desk);
  said_as_one_frame(slow->said);
  said_as_one_frame(expected);
  assert_string_equal(peer_said(slow), expected);
  assert_true(slow->link.reading);
}

static void a_few_frames_are_written_a_turn(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  for (int64_t seq = 1; seq <= 21; seq++) desk_post_text(desk, "kz", seq, 12000);
  size_t before = peer->link.frames;
  assert_true(desk_turn(desk));
  assert_int_equal(peer->link.frames, before + 4);
  while (desk_jobs(desk, STORE_ENTRIES) == 0 && desk_turn(desk)) {}
  assert_true(peer->link.frames > before + 4);
}

static void a_room_that_fills_every_frame_does_not_starve_another(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "fintech", 0);
  peer_join(peer, "kz", 0);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int64_t seq = 1; seq <= 10; seq++) desk_post_text(desk, "kz", seq, 12000);
  desk_post(desk, "fintech", 1); /* waits behind kz */
  desk_turn(desk);
  for (int i = 0; i < 2; i++) { /* one frame each time that it wakes for a moment */
    peer_said(peer);
    peer_wake(peer);
    peer->link.stalled = true;
    for (int64_t seq = 11 + 5 * i; seq < 16 + 5 * i; seq++) desk_post_text(desk, "kz", seq, 12000);
    desk_turn(desk);
  }
  const char *said = peer_said(peer);
  assert_true(strncmp(said, "1 ", 2) == 0); /* fintech's, then kz goes on */
}

static void a_dead_line_is_written_to_no_more(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  peer->link.dead = true;
  desk_post(desk, "kz", 1);
  desk_settle(desk);
  desk_post(desk, "kz", 2);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 0); /* its end is reported by itself */
}

static void answers_that_wait_go_out_before_the_close(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  peer_ask(peer, 1, "ping", "{}");
  wheel_advance(desk->house->services.wheel, desk->house->now_ms);
  connections_run(desk->connections);
  desk_post(desk, "kz", 1);
  connection_end(peer->connection, 1001);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=1"); /* nothing new */
  assert_int_equal(peer->link.code, 1001);
}

static void nothing_that_waits_goes_out_once_the_session_is_over(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_ask(peer, 1, "ping", "{}");
  peer_ask(peer, 2, "room.history", "{\"room\":\"kz\"}");
  wheel_advance(desk->house->services.wheel, desk->house->now_ms);
  connections_run(desk->connections);
  desk_page(desk, STORE_HISTORY, 1, 3, false, 100);
  connections_end_session(desk->connections, 7, 71);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  assert_int_equal(peer->link.code, 4001);
}

static void entries_wait_until_all_answers_are_out(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  peer_ask(peer, 1, "room.history", "{\"room\":\"fintech\"}");
  peer_ask(peer, 2, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"好\"}");
  peer_ask(peer, 3, "message.post", "{\"room\":\"kz\",\"client_id\":\"d\",\"text\":\"да\"}");
  desk_settle(desk);
  desk_posted(desk, 1);
  desk_page(desk, STORE_HISTORY, 1, 15, false, 4200); /* a frame of its own */
  desk_posted(desk, 2);
  desk_finish(desk, desk_job(desk, STORE_ROOM_GET), STORE_UNAVAILABLE);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "=2|=1|=3 1 2");
}

static void a_frame_of_a_room_is_shared_by_those_who_need_nothing_else(void **state) {
  struct desk *desk = *state;
  struct peer *peers[3];
  for (int i = 0; i < 3; i++) {
    peers[i] = peer_enter(desk, 7 + i);
    peer_join(peers[i], "kz", 0);
  }
  for (int i = 0; i < 3; i++) peer_said(peers[i]);
  peer_ask(peers[1], 1, "ping", "{}");
  desk_post(desk, "kz", 1);
  desk_post(desk, "kz", 2);
  desk_settle(desk);
  assert_string_equal(peer_said(peers[0]), "1 2");
  assert_string_equal(peer_said(peers[1]), "=1 1 2");
  assert_string_equal(peer_said(peers[2]), "1 2");
}

static void answer_entries(struct desk *desk, size_t count) {
  struct store_job *job = desk_job(desk, STORE_ENTRIES);
  struct store_entries *read = &job->entries;
  read->entries = arena_alloc(job->arena, count * sizeof *read->entries);
  for (; read->count < count && read->from + (int64_t)read->count <= read->to; read->count++)
    read->entries[read->count] = (struct entry){.seq = read->from + (int64_t)read->count,
                                                .type = ENTRY_MESSAGE,
                                                .from = {5, 5, SLICE_LITERAL("王芳"), {"", 0}, {"", 0}},
                                                .text = SLICE_LITERAL(TEXT_RU),
                                                .client_id = SLICE_LITERAL("c")};
  desk_finish(desk, job, STORE_DONE);
}

static void one_behind_the_log_in_memory_is_caught_up(void **state) {
  struct desk *desk = *state;
  struct peer *peer = peer_enter(desk, 7);
  peer_join(peer, "kz", 0);
  peer->link.stalled = true;
  peer_ask(peer, 1, "ping", "{}");
  desk_settle(desk);
  for (int64_t seq = 1; seq <= LIMIT_RING_ENTRIES + 5; seq++) desk_post(desk, "kz", seq);
  peer_said(peer);
  peer_wake(peer);
  desk_settle(desk);
  assert_string_equal(peer_said(peer), "");
  for (int i = 0; desk_jobs(desk, STORE_ENTRIES) > 0; i++) {
    assert_in_range(i, 0, 40);
    answer_entries(desk, 100);
    desk_settle(desk);
  }
  said_as_one_frame(peer->said);
  char *at = peer->said;
  for (int64_t seq = 1; seq <= LIMIT_RING_ENTRIES + 5; seq++) assert_int_equal(strtoll(at, &at, 10), seq);
  assert_int_equal(*at, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      DESK_TEST(all_that_waits_goes_into_one_frame),
      DESK_TEST(a_line_that_takes_nothing_costs_one_frame),
      DESK_TEST(a_few_frames_are_written_a_turn),
      DESK_TEST(a_room_that_fills_every_frame_does_not_starve_another),
      DESK_TEST(a_dead_line_is_written_to_no_more),
      DESK_TEST(answers_that_wait_go_out_before_the_close),
      DESK_TEST(nothing_that_waits_goes_out_once_the_session_is_over),
      DESK_TEST(entries_wait_until_all_answers_are_out),
      DESK_TEST(a_frame_of_a_room_is_shared_by_those_who_need_nothing_else),
      DESK_TEST(one_behind_the_log_in_memory_is_caught_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
