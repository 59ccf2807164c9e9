#include "club/limits.h"
#include "yard.h"

static void it_is_ready_while_the_store_answers(void **state) {
  struct yard *yard = *state;
  const char *why = "";
  yard_pass(yard, 3000);
  assert_true(server_is_ready(yard->server, &why));
  yard_freeze(yard, 6000);
  assert_false(server_is_ready(yard->server, &why));
  assert_string_equal(why, "the store does not answer");
  yard_pulse(yard, "first", 10);
  yard_pass(yard, 1000);
  assert_true(server_is_ready(yard->server, &why));
  server_go_away(yard->server);
  assert_false(server_is_ready(yard->server, &why));
  assert_string_equal(why, "going away");
}

static void going_away_tells_everybody_and_finishes(void **state) {
  struct yard *yard = *state;
  struct guest *idle = guest_enter(yard, 7), *busy = guest_enter(yard, 8);
  guest_ask(busy, "message.post", "{\"room\":\"kz\",\"client_id\":\"c\",\"text\":\"下周见\"}");
  yard_turn(yard);
  assert_false(server_is_done(yard->server));
  server_go_away(yard->server);
  server_go_away(yard->server);
  yard_pass(yard, 200);
  assert_true(guest_was_told(idle, "\"closing\""));
  assert_int_equal(idle->code, 1001);
  assert_int_equal(busy->code, 0);
  guest_cut(idle);
  struct store_job *job = yard_job(yard, STORE_POST);
  job->post.seq = 1;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(busy, "\"result\""));
  assert_int_equal(busy->code, 1001);
  assert_false(server_is_done(yard->server));
  guest_cut(busy);
  yard_turn(yard);
  assert_true(server_is_done(yard->server));
}

static void going_away_ends_in_time_whoever_stays(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  server_go_away(yard->server);
  yard_pass(yard, (CLOSING_SECONDS - 2) * 1000);
  assert_false(server_is_done(yard->server));
  yard_pass(yard, 1000);
  assert_true(server_is_done(yard->server));
}

static void newcomers_are_told_that_it_goes(void **state) {
  struct yard *yard = *state;
  struct address address = {{0}};
  server_go_away(yard->server);
  struct guest *guest = &yard->guests[yard->guest_count++];
  guest->connection = connection_open(server_connections(yard->server), (struct link *)(void *)guest,
                                      SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), &address);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"closing\""));
}

static void what_was_done_is_counted(void **state) {
  struct yard *yard = *state;
  struct buffer text;
  guest_join(yard, guest_enter(yard, 7), 4);
  buffer_init(&text, 1 << 16);
  server_metrics(yard->server, &text);
  buffer_append_char(&text, 0);
  assert_false(text.failed);
  assert_non_null(strstr(text.data, "\nclubd_connections 1\n"));
  assert_non_null(strstr(text.data, "\nclubd_members_present 1\n"));
  assert_non_null(strstr(text.data, "\nclubd_rooms_in_memory 1\n"));
  assert_non_null(strstr(text.data, "\nclubd_requests_total 1\n"));
  assert_non_null(strstr(text.data, "# TYPE clubd_frames_sent_total counter\n"));
  buffer_free(&text);
}

static void post(struct yard *yard, int64_t seq) {
  struct entry entry = {.room = SLICE_LITERAL("kz"),
                        .seq = seq,
                        .type = ENTRY_MESSAGE,
                        .from = {5, 5, SLICE_LITERAL("Иван"), SLICE_LITERAL("ru"), {"", 0}},
                        .text = SLICE_LITERAL("Договор подписан"),
                        .client_id = SLICE_LITERAL("c")};
  rooms_append(server_services(yard->server)->rooms, &entry, true);
}

static struct guest *fill_room(struct yard *yard, int count) {
  for (int i = 0; i < count; i++) guest_join(yard, guest_enter(yard, 100 + i), 0);
  yard_pass(yard, 3000);
  struct guest *first = &yard->guests[0];
  first->said[0] = 0;
  return first;
}

/* A large fan-out waits while more writes are under way, no longer than the last one took. */
static void many_commits_go_out_in_one_frame(void **state) {
  struct yard *yard = *state;
  struct guest *guest = fill_room(yard, 70);
  yard->write_ms = 1;
  post(yard, 1);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"seq\":1,"));
  yard->store_writing = true;
  size_t before = guest->frames;
  for (int64_t seq = 2; seq <= 4; seq++) {
    post(yard, seq);
    yard_freeze(yard, 5);
    assert_int_equal(guest->frames, before);
  }
  yard_freeze(yard, 20); /* however long the writes take */
  assert_int_equal(guest->frames, before + 1);
  assert_true(guest_was_told(guest, "\"seq\":4,"));
  post(yard, 5);
  yard->store_writing = false;
  yard_turn(yard);
  assert_int_equal(guest->frames, before + 2);
}

static void a_small_room_never_waits(void **state) {
  struct yard *yard = *state;
  struct guest *guest = fill_room(yard, 3);
  yard->write_ms = 10;
  yard->store_writing = true;
  for (int64_t seq = 1; seq <= 3; seq++) {
    size_t before = guest->frames;
    post(yard, seq);
    yard_turn(yard);
    assert_int_equal(guest->frames, before + 1);
  }
}

static void nothing_at_all_is_harmless(void **state) {
  (void)state;
  server_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      YARD_TEST(it_is_ready_while_the_store_answers),
      YARD_TEST(going_away_tells_everybody_and_finishes),
      YARD_TEST(going_away_ends_in_time_whoever_stays),
      YARD_TEST(newcomers_are_told_that_it_goes),
      YARD_TEST(what_was_done_is_counted),
      YARD_TEST(many_commits_go_out_in_one_frame),
      YARD_TEST(a_small_room_never_waits),
      cmocka_unit_test(nothing_at_all_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
