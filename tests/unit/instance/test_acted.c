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

/* The store took no more work between the two. */
static void a_session_that_ended_is_not_forgotten_when_the_act_behind_it_cannot_be_begun(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71}, ACTED(12, "kz"), ACTED(13, "")};
  yard->store_full = true;
  yard_pulse_events(yard, events, 3);
  yard->store_full = false;
  yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
  yard_pulse_events(yard, events, 3);
  for (int i = 0; i < 2; i++) rights(yard, 0);
  room_refused(yard, REASON_BANNED);
  for (int i = 0; i < 2; i++) audit(yard, "mute", "");
  struct store_job *job = yard_job(yard, STORE_SESSION_TOUCH);
  job->reason = REASON_NOT_FOUND;
  yard_finish(yard, job, STORE_REFUSED);
  yard_turn(yard);
  assert_int_equal(guest->code, 4001);
}

/* The store cannot say whether the session goes on: whoever comes again is looked up. */
static void a_session_that_cannot_be_looked_at_ends_the_line(void **state) {
  struct yard *yard = *state;
  struct guest *guest = guest_enter(yard, 7);
  yard_freeze(yard, 500);
  const struct club_event events[] = {ACTED(11, ""),
                                      {.seq = 12, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71}};
  yard_pulse_events(yard, events, 2);
  rights(yard, 0);
  audit(yard, "mute", "");
  yard_finish(yard, yard_job(yard, STORE_SESSION_TOUCH), STORE_UNAVAILABLE);
  yard_turn(yard);
  assert_int_equal(guest->code, 1001);
}

static void who_is_banned_before_the_welcome_went_out_hears_the_code_alone(void **state) {
  struct yard *yard = *state;
  struct guest *first = guest_enter(yard, 7), *guest = &yard->guests[yard->guest_count++];
  yard_freeze(yard, 500);
  sanctions[0] = (struct sanction){SANCTION_BAN, {"", 0}, 0, SLICE_LITERAL("Спам")};
  const struct club_event event = ACTED(11, "");
  yard_pulse_events(yard, &event, 1);
  guest_knock(yard, guest, 7);
  rights(yard, 1);
  audit(yard, "ban", "");
  yard_turn(yard);
  assert_int_equal(guest->code, 4003);
  assert_string_equal(guest->said, "");
  assert_int_equal(first->code, 4003);
  assert_true(guest_was_told(first, "\"acted\""));
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

/* ---- one act on many ---- */

static struct member_record member_out(int64_t key, struct sanction *sanction) {
  return (struct member_record){.key = key,
                                .login = SLICE_LITERAL("li.na"),
                                .name = SLICE_LITERAL("李娜"),
                                .country = {"", 0},
                                .company = {"", 0},
                                .sanctions = sanction,
                                .sanction_count = 1};
}

/* Of three who were frozen two are here. */
static void a_branch(struct yard *yard) {
  static const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_ACTED, .member = 7, .session = 90, .room = {"", 0}},
      {.seq = 12, .kind = CLUB_ACTED, .member = 8, .session = 90, .room = {"", 0}},
      {.seq = 13, .kind = CLUB_ACTED, .member = 9, .session = 90, .room = {"", 0}},
      {.seq = 14, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71, .room = {"", 0}},
  };
  yard_pulse_events(yard, events, 4);
  assert_int_equal(yard_jobs(yard, STORE_MEMBER_GET), 0);
  assert_int_equal(yard_jobs(yard, STORE_AUDIT_LIST), 0);
}

static void all_of_a_branch_are_read_together_and_closed_with_4003(void **state) {
  struct yard *yard = *state;
  struct guest *one = guest_enter(yard, 7), *other = guest_enter(yard, 9);
  yard_freeze(yard, 500);
  a_branch(yard);
  struct store_job *job = yard_job(yard, STORE_ACTED);
  assert_true(job->urgent);
  assert_int_equal(job->acted.key, 90);
  assert_int_equal(job->acted.member_count, 2);
  assert_int_equal(job->acted.members[0], 7);
  assert_int_equal(job->acted.members[1], 9);
  static struct sanction frozen = {SANCTION_FROZEN, {"", 0}, 0, {"", 0}};
  struct audit_record act = {.key = 90, .action = SLICE_LITERAL("freeze"), .reason = SLICE_LITERAL("Рассылка")};
  struct member_record records[] = {member_out(7, &frozen), member_out(9, &frozen)};
  job->acted.act = &act;
  job->acted.records = records;
  job->acted.count = 2;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  struct guest *guests[] = {one, other};
  for (size_t i = 0; i < 2; i++) {
    assert_non_null(strstr(guests[i]->said, "\"action\":\"freeze\""));
    assert_non_null(strstr(guests[i]->said, "Рассылка"));
    assert_int_equal(guests[i]->code, 4003);
  }
}

static void a_branch_that_is_not_read_is_begun_anew(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  yard_freeze(yard, 500);
  a_branch(yard);
  yard_finish(yard, yard_job(yard, STORE_ACTED), STORE_UNAVAILABLE);
  for (int i = 0; i < 3 && yard_jobs(yard, STORE_PULSE) == 0; i++) yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
}

static void an_end_of_a_session_that_was_left_to_it_is_read_again_with_it(void **state) {
  struct yard *yard = *state;
  guest_enter(yard, 7);
  yard_freeze(yard, 500);
  static const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_SESSION_ENDED, .member = 7, .session = 71, .room = {"", 0}},
      {.seq = 12, .kind = CLUB_ACTED, .member = 7, .session = 90, .room = {"", 0}},
      {.seq = 13, .kind = CLUB_ACTED, .member = 8, .session = 90, .room = {"", 0}},
  };
  yard_pulse_events(yard, events, 3);
  yard_finish(yard, yard_job(yard, STORE_ACTED), STORE_UNAVAILABLE);
  for (int i = 0; i < 3 && yard_jobs(yard, STORE_PULSE) == 0; i++) yard_freeze(yard, 500);
  assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
}

/* ---- once ---- */

/* Before the act something else cannot be read at first, so that the act is read again with it. */
static void read_twice(struct yard *yard, const struct club_event *events, size_t count,
                       void (*answer)(struct yard *yard)) {
  for (int step = 0; step < 2; step++) {
    for (int i = 0; i < 3 && yard_jobs(yard, STORE_PULSE) == 0; i++) yard_freeze(yard, 500);
    assert_int_equal(yard_job(yard, STORE_PULSE)->pulse.club_after, 10);
    yard_pulse_events(yard, events, count);
    yard_finish(yard, yard_job(yard, STORE_MEMBER_GET), step == 0 ? STORE_UNAVAILABLE : STORE_REFUSED);
    answer(yard);
    yard_turn(yard);
    struct guest *guest = &yard->guests[0];
    assert_int_equal(guest_was_told(guest, "\"acted\""), step == 0);
  }
}

static void answer_mute(struct yard *yard) {
  rights(yard, 1);
  audit(yard, "mute", "");
}

static void an_act_that_is_read_again_is_told_once(void **state) {
  struct yard *yard = *state;
  static const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 8, .room = {"", 0}},
      {.seq = 12, .kind = CLUB_ACTED, .member = 7, .session = 90, .room = {"", 0}},
  };
  guest_enter(yard, 7);
  guest_enter(yard, 8);
  sanctions[0] = (struct sanction){SANCTION_MUTE, {"", 0}, 0, SLICE_LITERAL("Спам")};
  read_twice(yard, events, 2, answer_mute);
}

static void answer_thaw(struct yard *yard) {
  static struct audit_record act = {.key = 90, .action = SLICE_LITERAL("unfreeze"), .reason = {"", 0}};
  struct member_record records[] = {member_out(9, NULL), member_out(7, NULL)};
  struct store_job *job = yard_job(yard, STORE_ACTED);
  for (size_t i = 0; i < 2; i++) records[i].sanction_count = 0;
  job->acted.act = &act;
  job->acted.records = records;
  job->acted.count = 2;
  yard_finish(yard, job, STORE_DONE);
  yard_turn(yard);
  while (yard_jobs(yard, STORE_SESSION_TOUCH) > 0) yard_finish(yard, yard_job(yard, STORE_SESSION_TOUCH), STORE_DONE);
}

static void an_act_on_many_that_is_read_again_is_told_once(void **state) {
  struct yard *yard = *state;
  static const struct club_event events[] = {
      {.seq = 11, .kind = CLUB_MEMBER_CHANGED, .member = 8, .room = {"", 0}},
      {.seq = 12, .kind = CLUB_ACTED, .member = 7, .session = 90, .room = {"", 0}},
      {.seq = 13, .kind = CLUB_ACTED, .member = 9, .session = 90, .room = {"", 0}},
  };
  guest_enter(yard, 7);
  guest_enter(yard, 8);
  struct guest *other = guest_enter(yard, 9);
  read_twice(yard, events, 3, answer_thaw);
  assert_non_null(strstr(other->said, "\"acted\""));
  assert_null(strstr(strstr(other->said, "\"acted\"") + 1, "\"acted\""));
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
      YARD_TEST(a_session_that_ended_is_not_forgotten_when_the_act_behind_it_cannot_be_begun),
      YARD_TEST(a_session_that_cannot_be_looked_at_ends_the_line),
      YARD_TEST(who_is_banned_before_the_welcome_went_out_hears_the_code_alone),
      YARD_TEST(a_mute_in_the_club_shows_in_all_rooms_of_the_list),
      YARD_TEST(who_is_not_here_costs_nothing),
      YARD_TEST(one_who_leaves_meanwhile_is_not_waited_for),
      YARD_TEST(all_of_a_branch_are_read_together_and_closed_with_4003),
      YARD_TEST(a_branch_that_is_not_read_is_begun_anew),
      YARD_TEST(an_end_of_a_session_that_was_left_to_it_is_read_again_with_it),
      YARD_TEST(an_act_that_is_read_again_is_told_once),
      YARD_TEST(an_act_on_many_that_is_read_again_is_told_once),
      YARD_TEST(a_raid_is_told_to_everybody_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
