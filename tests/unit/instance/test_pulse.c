#include "yard.h"

static void the_store_is_asked_twice_a_second_once_at_a_time(void **state) {
  struct yard *yard = *state;
  yard_turn(yard);
  yard_freeze(yard, 500);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
  for (int i = 0; i < 20; i++) yard_freeze(yard, 500);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
  yard_pulse(yard, "first", 10);
  yard_freeze(yard, 500);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
}

static void an_entry(struct yard *yard, int64_t seq) {
  struct entry entry = {.room = SLICE_LITERAL("kz"),
                        .seq = seq,
                        .type = ENTRY_MESSAGE,
                        .from = {5, 5, SLICE_LITERAL("Иван"), SLICE_LITERAL("ru"), {"", 0}},
                        .text = SLICE_LITERAL("Договор подписан"),
                        .client_id = SLICE_LITERAL("c")};
  rooms_append(server_services(yard->server)->rooms, &entry, true);
}

static void what_the_store_does_not_confirm_is_not_used(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 4);
  yard_freeze(yard, 1900);
  an_entry(yard, 5);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"seq\":5"));
  an_entry(yard, 6);
  guest_ask(guest, "ping", "{}");
  yard_freeze(yard, 200);
  yard_freeze(yard, 200);
  assert_int_equal(strlen(guest->said), 0);
  while (yard_jobs(yard, STORE_PULSE) > 0) yard_pulse(yard, "first", 10); /* asked for too long ago */
  yard_freeze(yard, 500);
  yard_pulse(yard, "first", 10);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"seq\":6"));
}

static void a_process_that_was_stopped_asks_before_it_sends(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 4);
  yard_pulse(yard, "first", 10);
  an_entry(yard, 5);
  yard_freeze(yard, 60000);
  assert_int_equal(strlen(guest->said), 0);
  const struct club_event ended = {.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71};
  yard_pulse_events(yard, &ended, 1);
  yard_turn(yard);
  assert_int_equal(guest->code, 4001);
  assert_false(guest_was_told(guest, "\"seq\":5"));
}

static void a_session_that_ended_elsewhere_ends_here(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7), *other = guest_enter(yard, 8);
  yard_freeze(yard, 500);
  const struct club_event ended = {.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71};
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
  yard_pulse_events(yard, &ended, 1);
  yard_turn(yard);
  assert_int_equal(guest->code, 4001);
  assert_int_equal(other->code, 0);
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 11);
}

static void a_changed_member_is_read_until_it_was_read(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  const struct club_event changed = {.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 7};
  const struct club_event absent = {.seq = 12, .kind = CLUB_MEMBER_CHANGED, .member = 99};
  const struct club_event events[] = {changed, absent};
  const struct present *present = presents_find(server_services(yard->server)->presents, 7);
  yard_freeze(yard, 500);
  yard_pulse_events(yard, events, 2);
  assert_int_equal(yard_jobs(yard, STORE_MEMBER_GET), 1);
  yard_finish(yard, yard_job(yard, STORE_MEMBER_GET), STORE_UNAVAILABLE);
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10); /* again */
  yard_pulse_events(yard, events, 2);
  struct store_job *job = yard_job(yard, STORE_MEMBER_GET);
  assert_int_equal(job->member.member.key, 7);
  job->member.member.login = SLICE_LITERAL("li.na");
  job->member.member.name = SLICE_LITERAL("Ли На");
  job->member.member.country = job->member.member.company = (struct slice){"", 0};
  job->member.member.role = ROLE_MODERATOR;
  yard_finish(yard, job, STORE_DONE);
  assert_int_equal(present->role, ROLE_MODERATOR);
  assert_true(slice_is(present->author.name, "Ли На"));
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 12);
}

static void answer_role(struct yard *yard, enum role role) {
  struct store_job *job = yard_job(yard, STORE_MEMBER_GET);
  job->member.member.login = SLICE_LITERAL("li.na");
  job->member.member.name = SLICE_LITERAL("李娜");
  job->member.member.country = job->member.member.company = (struct slice){"", 0};
  job->member.member.role = role;
  yard_finish(yard, job, STORE_DONE);
}

static void nothing_is_confirmed_before_changed_members_are_read(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  const struct club_event changed = {.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 7};
  yard_pulse(yard, "first", 10);
  yard_freeze(yard, 60000);
  yard_pulse_events(yard, &changed, 1);
  guest_ask(guest, "ping", "{}");
  yard_turn(yard);
  assert_string_equal(guest->said, "");
  yard_freeze(yard, 600);
  assert_string_equal(guest->said, "");
  answer_role(yard, ROLE_MODERATOR);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"result\""));
}

static void a_pulse_whose_members_could_not_be_read_confirms_nothing(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_enter(yard, 8);
  const struct club_event events[] = {{.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 7},
                                      {.seq = 12, .kind = CLUB_MEMBER_CHANGED, .member = 8}};
  yard_pulse(yard, "first", 10);
  yard_freeze(yard, 60000);
  yard_pulse_events(yard, events, 2);
  yard_finish(yard, yard_job(yard, STORE_MEMBER_GET), STORE_UNAVAILABLE);
  answer_role(yard, ROLE_MEMBER);
  guest_ask(guest, "ping", "{}");
  yard_turn(yard);
  assert_string_equal(guest->said, "");
}

static void a_later_state_of_a_member_is_not_overtaken_by_an_earlier_one(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  const struct club_event promoted = {.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 7},
                          demoted = {.seq = 12, .kind = CLUB_MEMBER_CHANGED, .member = 7};
  const struct services *services = server_services(yard->server);
  yard_freeze(yard, 500);
  yard_pulse_events(yard, &promoted, 1);
  services->club_log_grew(services->server, 12);
  yard_freeze(yard, 500);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0); /* while the slow read is under way no later one can be */
  answer_role(yard, ROLE_MODERATOR);
  yard_pulse_events(yard, &demoted, 1); /* asked for at once */
  answer_role(yard, ROLE_MEMBER);
  assert_int_equal(presents_find(services->presents, 7)->role, ROLE_MEMBER);
}

static void an_event_that_cannot_be_carried_out_confirms_nothing(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  const struct club_event events[] = {{.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 7},
                                      {.seq = 12, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71}};
  for (int i = 0; i < 6; i++) {
    yard_freeze(yard, 500);
    yard->store_full = true;
    yard_pulse_events(yard, events, 2);
    yard->store_full = false;
  }
  const char *why;
  yard_freeze(yard, 2500);
  assert_false(server_is_ready(yard->server, &why));
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
}

static void a_room_that_appeared_by_others_is_read(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_LISTED, .member = 7, .room = SLICE_LITERAL("kz.fintech")},
      {.seq = 12, .kind = CLUB_LISTED, .member = 99, .room = SLICE_LITERAL("kz.fintech")},
      {.seq = 13, .kind = (enum club_event_kind)99}};
  yard_freeze(yard, 500);
  yard_pulse_events(yard, events, 3);
  assert_int_equal(yard_jobs(yard, STORE_ROOM_GET), 1);
  struct store_job *job = yard_job(yard, STORE_ROOM_GET);
  job->room.record = (struct room_record){
      .room = SLICE_LITERAL("kz.fintech"), .kind = ROOM_PAIR, .head = 3, .read = 1, .unread = 2, .listed = true};
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"method\":\"room\""));
}

static void a_full_page_of_events_is_followed_by_the_next_at_once(void **state) {
  struct yard *yard = *state;
  static struct club_event events[1000];
  for (int i = 0; i < 1000; i++)
    events[i] = (struct club_event){.seq = 11 + i, .kind = CLUB_MEMBER_CHANGED, .member = 99};
  yard_freeze(yard, 500);
  yard_pulse_events(yard, events, 1000);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 1010);
}

static void heads_of_the_rooms_in_memory_are_asked_for(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_pulse(yard, "first", 10);
  guest_join(yard, guest, 4);
  yard_freeze(yard, 500);
  struct store_job *job = yard_job(yard, STORE_PULSE);
  assert_int_equal(job->pulse.head_count, 1);
  assert_true(slice_is(job->pulse.heads[0].room, "kz"));
  job->pulse.heads[0].head = 6;
  job->pulse.club_head = 10;
  snprintf(job->pulse.epoch, sizeof job->pulse.epoch, "first");
  yard_finish(yard, job, STORE_DONE);
  yard_freeze(yard, 128);
  assert_int_equal(yard_job(yard, STORE_ENTRIES)->entries.from, 5);
  assert_int_equal(yard_job(yard, STORE_ENTRIES)->entries.to, 6);
}

static void a_write_to_the_club_log_is_looked_for_at_once(void **state) {
  struct yard *yard = *state;
  const struct services *services = server_services(yard->server);
  yard_freeze(yard, 500);
  yard_pulse(yard, "first", 10);
  services->club_log_grew(services->server, 10); /* known */
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
  services->club_log_grew(services->server, 11);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
  services->club_log_grew(services->server, 12); /* the one under way may have read before */
  yard_pulse(yard, "first", 11);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
}

static void another_history_ends_everything_and_begins_anew(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 40);
  guest_ask(guest, "room.history", "{\"room\":\"kz\"}");
  yard_freeze(yard, 500);
  yard_pulse(yard, "second", 3); /* whose club log is shorter */
  yard_turn(yard);
  assert_int_equal(guest->code, 1001);
  assert_true(guest_was_told(guest, "\"closing\""));

  /* Until all who knew the old one are gone newcomers are told to come again. */
  struct guest *early = &yard->guests[yard->guest_count++];
  struct address address = {{0}};
  early->connection = connection_open(server_connections(yard->server), (struct link *)(void *)early,
                                      SLICE_LITERAL("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"), &address);
  yard_turn(yard);
  assert_true(guest_was_told(early, "\"closing\""));
  assert_int_equal(early->code, 1001);
  guest_cut(guest);
  guest_cut(early);
  yard_turn(yard);
  struct store_job *old = yard_job(yard, STORE_HISTORY);
  old->page.as_of = 40;
  yard_finish(yard, old, STORE_DONE);
  yard_turn(yard);

  struct guest *fresh = guest_enter(yard, 7); /* the session's club log is not older than the one that was seen */
  assert_int_equal(yard_jobs(yard, STORE_SESSION_FIND), 0);
  guest_join(yard, fresh, 5);
  an_entry(yard, 6);
  yard_turn(yard);
  assert_true(guest_was_told(fresh, "\"seq\":6"));
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 3);
}

/* Answers with this head of "kz", and a club log that ends there. */
static void pulse_says(struct yard *yard, int64_t head, int64_t club_head) {
  struct store_job *job = yard_job(yard, STORE_PULSE);
  for (size_t i = 0; i < job->pulse.head_count; i++) job->pulse.heads[i].head = head;
  snprintf(job->pulse.epoch, sizeof job->pulse.epoch, "first");
  job->pulse.club_head = club_head;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
}

static void a_head_that_went_back_is_another_history(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_pulse(yard, "first", 10);
  guest_join(yard, guest, 40);
  yard_freeze(yard, 500);
  pulse_says(yard, 39, 10);
  assert_int_equal(guest->code, 1001);
  assert_true(guest_was_told(guest, "\"closing\""));
  guest_cut(guest);
  yard_turn(yard);
  struct guest *fresh = guest_enter(yard, 7); /* and joins afresh, as the store stands */
  guest_join(yard, fresh, 39);
  yard_freeze(yard, 500);
  pulse_says(yard, 39, 10);
  assert_int_equal(fresh->code, 0);
}

static void a_club_log_that_went_back_is_another_history(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  pulse_says(yard, 0, 9);
  assert_int_equal(guest->code, 1001);
}

/* The store may have answered before this instance committed something. */
static void an_answer_older_than_what_was_committed_meanwhile_is_none(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_pulse(yard, "first", 10);
  guest_join(yard, guest, 40);
  yard_freeze(yard, 500);
  an_entry(yard, 41);
  an_entry(yard, 42);
  pulse_says(yard, 40, 10);
  assert_int_equal(guest->code, 0);
  yard_freeze(yard, 500);
  pulse_says(yard, 41, 10);
  assert_int_equal(guest->code, 1001);
}

static void a_pulse_that_fails_is_asked_again(void **state) {
  struct yard *yard = *state;
  yard_freeze(yard, 500);
  yard_finish(yard, yard_job(yard, STORE_PULSE), STORE_UNAVAILABLE);
  yard->store_full = true;
  yard_freeze(yard, 500);
  yard->store_full = false;
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0);
  yard_freeze(yard, 500);
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      YARD_TEST(the_store_is_asked_twice_a_second_once_at_a_time),
      YARD_TEST(what_the_store_does_not_confirm_is_not_used),
      YARD_TEST(a_process_that_was_stopped_asks_before_it_sends),
      YARD_TEST(a_session_that_ended_elsewhere_ends_here),
      YARD_TEST(a_changed_member_is_read_until_it_was_read),
      YARD_TEST(nothing_is_confirmed_before_changed_members_are_read),
      YARD_TEST(a_pulse_whose_members_could_not_be_read_confirms_nothing),
      YARD_TEST(a_later_state_of_a_member_is_not_overtaken_by_an_earlier_one),
      YARD_TEST(an_event_that_cannot_be_carried_out_confirms_nothing),
      YARD_TEST(a_room_that_appeared_by_others_is_read),
      YARD_TEST(a_full_page_of_events_is_followed_by_the_next_at_once),
      YARD_TEST(heads_of_the_rooms_in_memory_are_asked_for),
      YARD_TEST(a_write_to_the_club_log_is_looked_for_at_once),
      YARD_TEST(another_history_ends_everything_and_begins_anew),
      YARD_TEST(a_head_that_went_back_is_another_history),
      YARD_TEST(a_club_log_that_went_back_is_another_history),
      YARD_TEST(an_answer_older_than_what_was_committed_meanwhile_is_none),
      YARD_TEST(a_pulse_that_fails_is_asked_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
