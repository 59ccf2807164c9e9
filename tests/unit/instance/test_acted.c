/* What was done to a member, by whichever instance, reaches the member's lines here. */
#include "yard.h"

static struct sanction sanctions[2];

static void rights(struct yard *yard, size_t count) {
  struct store_job *job = yard_job(yard, STORE_MEMBER_GET);
  assert_true(job->urgent);
  assert_int_equal(job->member.member.key, 7);
  job->member.member.login = SLICE_LITERAL("li.na");
  job->member.member.name = SLICE_LITERAL("李娜");
  job->member.member.country = job->member.member.company = (struct slice){"", 0};
  job->member.member.sanctions = sanctions;
  job->member.member.sanction_count = count;
  yard_finish(yard, job, STORE_DONE);
}

static void audit(struct yard *yard, const char *action, const char *room) {
  static struct audit_record record;
  struct store_job *job = yard_job(yard, STORE_AUDIT_LIST);
  assert_int_equal(job->audit.asker, 0);
  assert_int_equal(job->audit.key, 90);
  record = (struct audit_record){.key = 90,
                                 .by = 3,
                                 .by_name = SLICE_LITERAL("Мария Орлова"),
                                 .action = slice_of(action),
                                 .room = slice_of(room),
                                 .member = 7,
                                 .reason = SLICE_LITERAL("Спам")};
  job->audit.records = &record;
  job->audit.count = 1;
  yard_finish(yard, job, STORE_DONE);
}

static void room_refused(struct yard *yard, enum reason reason) {
  struct store_job *job = yard_job(yard, STORE_ROOM_GET);
  job->reason = reason;
  yard_finish(yard, job, STORE_REFUSED);
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

#define ACTED(number, where) \
  (struct club_event) { \
    .seq = (number), .kind = CLUB_ACTED, .member = 7, .session = 90, .room = SLICE_LITERAL(where) \
  }

static void a_ban_from_a_room_ends_the_place_there(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7), *other = guest_enter(yard, 8);
  guest_join(yard, guest, 4);
  guest_join(yard, other, 4);
  yard_freeze(yard, 500);
  sanctions[0] = (struct sanction){SANCTION_BAN, SLICE_LITERAL("kz"), 0, SLICE_LITERAL("Спам")};
  const struct club_event event = ACTED(11, "kz");
  yard_pulse_events(yard, &event, 1);
  rights(yard, 1);
  room_refused(yard, REASON_BANNED);
  audit(yard, "ban", "kz");
  an_entry(yard, 5);
  yard_turn(yard);
  assert_non_null(strstr(guest->said, "\"left\",\"params\":{\"room\":\"kz\",\"reason\":\"banned\"}"));
  assert_non_null(strstr(guest->said, "\"acted\""));
  assert_non_null(strstr(guest->said, "\"reason\":\"Спам\""));
  assert_non_null(strstr(guest->said, "\"by\":\"m3\""));
  assert_null(strstr(guest->said, "\"seq\":5"));
  assert_int_equal(guest->code, 0);
  assert_true(guest_was_told(other, "\"seq\":5"));
  assert_null(strstr(other->said, "acted"));
}

static void nothing_is_confirmed_before_all_of_it_is_done(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 4);
  yard_pulse(yard, "first", 10);
  yard_freeze(yard, 60000); /* stopped, and goes on */
  an_entry(yard, 5);
  sanctions[0] = (struct sanction){SANCTION_BAN, SLICE_LITERAL("kz"), 0, SLICE_LITERAL("")};
  const struct club_event event = ACTED(11, "kz");
  yard_pulse_events(yard, &event, 1);
  yard_freeze(yard, 600);
  assert_string_equal(guest->said, "");
  rights(yard, 1);
  yard_turn(yard);
  assert_string_equal(guest->said, "");
  assert_int_equal(yard_jobs(yard, STORE_PULSE), 0); /* one at a time */
  room_refused(yard, REASON_BANNED);
  audit(yard, "ban", "kz");
  for (int i = 0; i < 3 && yard_jobs(yard, STORE_PULSE) == 0; i++) yard_freeze(yard, 500);
  yard_pulse(yard, "first", 11);
  yard_turn(yard);
  assert_non_null(strstr(guest->said, "\"left\""));
  assert_null(strstr(guest->said, "\"seq\":5"));
}

static void a_read_that_fails_is_begun_anew(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  guest_join(yard, guest, 4);
  const struct club_event event = ACTED(11, "kz");
  sanctions[0] = (struct sanction){SANCTION_BAN, SLICE_LITERAL("kz"), 0, SLICE_LITERAL("")};
  for (int step = 0; step < 3; step++) { /* each of them fails once */
    yard_freeze(yard, 500);
    assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
    yard_pulse_events(yard, &event, 1);
    if (step > 0) rights(yard, 1);
    if (step > 1) room_refused(yard, REASON_BANNED);
    yard_finish(yard,
                yard_job(yard, step == 0   ? STORE_MEMBER_GET
                               : step == 1 ? STORE_ROOM_GET
                                           : STORE_AUDIT_LIST),
                STORE_UNAVAILABLE);
  }
  yard_freeze(yard, 500);
  yard_pulse_events(yard, &event, 1);
  rights(yard, 1);
  room_refused(yard, REASON_BANNED);
  audit(yard, "ban", "kz");
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 11);
  const char *left = strstr(guest->said, "\"left\"");
  assert_non_null(left);
  assert_null(strstr(left + 1, "\"left\"")); /* once */
}

static void a_ban_from_the_club_is_told_and_closes_with_4003(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7), *other = guest_enter(yard, 8);
  yard_freeze(yard, 500);
  sanctions[0] = (struct sanction){SANCTION_BAN, {"", 0}, 0, SLICE_LITERAL("Спам")};
  const struct club_event events[] = {{.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71},
                                      {.seq = 12, .kind = CLUB_SESSION_ENDED, .member = 8, .session = 99},
                                      ACTED(13, "")};
  yard_pulse_events(yard, events, 3);
  yard_turn(yard);
  assert_int_equal(guest->code, 0); /* why is not known yet */
  rights(yard, 1);
  audit(yard, "ban", "");
  yard_turn(yard);
  assert_int_equal(guest->code, 4003);
  assert_non_null(strstr(guest->said, "\"acted\""));
  assert_int_equal(other->code, 0);
}

/* What failed once is read again with all that belongs to it. */
static void the_sessions_that_ended_with_a_ban_are_not_forgotten(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  const struct club_event events[] = {{.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71},
                                      ACTED(12, "")};
  yard_pulse_events(yard, events, 2);
  yard_finish(yard, yard_job(yard, STORE_MEMBER_GET), STORE_UNAVAILABLE);
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
  yard_pulse_events(yard, events, 2);
  rights(yard, 0); /* it was lifted meanwhile, but the session is over */
  audit(yard, "ban", "");
  struct store_job *job = yard_job(yard, STORE_SESSION_TOUCH);
  job->reason = REASON_NOT_FOUND;
  yard_finish(yard, job, STORE_REFUSED);
  yard_turn(yard);
  assert_int_equal(guest->code, 4001);
}

static void a_mute_in_the_club_shows_in_all_rooms_of_the_list(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  sanctions[0] = (struct sanction){SANCTION_MUTE, {"", 0}, 0, SLICE_LITERAL("Спам")};
  const struct club_event event = ACTED(11, "");
  yard_pulse_events(yard, &event, 1);
  rights(yard, 1);
  audit(yard, "mute", "");
  struct store_job *job = yard_job(yard, STORE_ROOM_LIST);
  struct room_record record = {.room = SLICE_LITERAL("kz"), .kind = ROOM_COUNTRY, .listed = true};
  job->room.records = &record;
  job->room.count = 1;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  assert_int_equal(guest->code, 0);
  assert_non_null(strstr(guest->said, "\"muted\":{\"reason\":\"Спам\"}"));
}

static void who_is_not_here_costs_nothing(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 8);
  yard_freeze(yard, 500);
  const struct club_event event = ACTED(11, "kz");
  yard_pulse_events(yard, &event, 1);
  assert_int_equal(yard_jobs(yard, STORE_MEMBER_GET), 0);
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 11);
}

static void one_who_leaves_meanwhile_is_not_waited_for(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  const struct club_event event = ACTED(11, "kz");
  yard_pulse_events(yard, &event, 1);
  guest_cut(guest);
  yard_turn(yard);
  rights(yard, 0);
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 11);
}

static void a_raid_is_told_to_everybody_once(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  for (int i = 0; i < 3; i++) {
    yard_freeze(yard, 500);
    yard_job(yard, STORE_PULSE)->pulse.raid = true;
    yard_pulse(yard, "first", 10);
  }
  yard_turn(yard);
  assert_true(server_services(yard->server)->raid);
  const char *told = strstr(guest->said, "\"code\":\"raid\"");
  assert_non_null(told);
  assert_null(strstr(told + 1, "\"code\":\"raid\""));
  yard_freeze(yard, 500);
  yard_pulse(yard, "first", 10);
  yard_turn(yard);
  assert_true(guest_was_told(guest, "\"code\":\"calm\""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      YARD_TEST(a_ban_from_a_room_ends_the_place_there),
      YARD_TEST(nothing_is_confirmed_before_all_of_it_is_done),
      YARD_TEST(a_read_that_fails_is_begun_anew),
      YARD_TEST(a_ban_from_the_club_is_told_and_closes_with_4003),
      YARD_TEST(the_sessions_that_ended_with_a_ban_are_not_forgotten),
      YARD_TEST(a_mute_in_the_club_shows_in_all_rooms_of_the_list),
      YARD_TEST(who_is_not_here_costs_nothing),
      YARD_TEST(one_who_leaves_meanwhile_is_not_waited_for),
      YARD_TEST(a_raid_is_told_to_everybody_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
