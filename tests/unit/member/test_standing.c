#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "club/limits.h"
#include "club/member.h"

#define NOW 1767225600000

static struct slice rooms[] = {SLICE_LITERAL("kz"), SLICE_LITERAL("fintech"), SLICE_LITERAL("r.abc")};
static struct sanction sanctions[] = {
    {SANCTION_MUTE, SLICE_LITERAL("kz"), NOW + 1000, SLICE_LITERAL("Реклама")},
    {SANCTION_MUTE, SLICE_LITERAL(""), NOW + 500, SLICE_LITERAL("刷屏")},
    {SANCTION_BAN, SLICE_LITERAL("cn"), 0, SLICE_LITERAL("")},
    {SANCTION_BAN, SLICE_LITERAL("ru"), NOW, SLICE_LITERAL("")},
};

static void keep(struct present *present, enum role role) {
  const struct slice none = {"", 0};
  struct member_record record = {.key = 7,
                                 .login = SLICE_LITERAL("lina"),
                                 .name = SLICE_LITERAL("李娜"),
                                 .country = none,
                                 .company = none,
                                 .role = role,
                                 .made_at = NOW - 3600000,
                                 .standings = {rooms, 3},
                                 .sanctions = sanctions,
                                 .sanction_count = sizeof sanctions / sizeof *sanctions};
  assert_true(present_update(present, &record));
}

static void who_moderates_a_part_moderates_its_crossings(void **state) {
  (void)state;
  struct present present = {0};
  keep(&present, ROLE_MEMBER);
  static const char *const moderated[] = {"kz", "kz.trade", "cn.fintech", "kz.fintech", "fintech", "r.abc"};
  static const char *const others[] = {"cn", "cn.trade", "r.abcd", "dm.x", "k", "kz.", ""};
  for (size_t i = 0; i < sizeof moderated / sizeof *moderated; i++)
    assert_int_equal(standing_in(&present, slice_of(moderated[i])), STANDING_ROOM);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(standing_in(&present, slice_of(others[i])), STANDING_MEMBER);
  free(present.texts);
}

static void a_role_counts_everywhere_but_in_direct_talks(void **state) {
  (void)state;
  struct present present = {0};
  keep(&present, ROLE_MODERATOR);
  assert_int_equal(standing_in(&present, SLICE_LITERAL("cn")), STANDING_CLUB);
  assert_int_equal(standing_in(&present, SLICE_LITERAL("")), STANDING_CLUB);
  assert_int_equal(standing_in(&present, SLICE_LITERAL("dm.x")), STANDING_MEMBER);
  free(present.texts);
  present = (struct present){0};
  keep(&present, ROLE_ADMIN);
  assert_int_equal(standing_in(&present, SLICE_LITERAL("r.abc")), STANDING_ADMIN);
  free(present.texts);
}

static void what_was_told_is_kept_by_copy_and_counted(void **state) {
  (void)state;
  struct present present = {0};
  uint32_t before = present.rights;
  keep(&present, ROLE_MEMBER);
  assert_int_equal(present.rights, before + 1);
  assert_ptr_not_equal(present.standings[0].data, rooms[0].data);
  assert_ptr_not_equal(present.sanctions[0].reason.data, sanctions[0].reason.data);
  assert_true(slice_is(present.sanctions[1].reason, "刷屏"));
  keep(&present, ROLE_MEMBER);
  assert_int_equal(present.rights, before + 2);
  free(present.texts);
}

static void a_sanction_holds_until_its_time_is_over(void **state) {
  (void)state;
  struct present present = {0};
  keep(&present, ROLE_MEMBER);
  const struct sanction *muted = standing_sanction(&present, SANCTION_MUTE, SLICE_LITERAL("kz"), NOW);
  assert_int_equal(muted->until, NOW + 1000); /* the longer one */
  assert_int_equal(standing_sanction(&present, SANCTION_MUTE, SLICE_LITERAL("uz"), NOW)->until, NOW + 500);
  assert_null(standing_sanction(&present, SANCTION_MUTE, SLICE_LITERAL("uz"), NOW + 500));
  assert_null(standing_sanction(&present, SANCTION_MUTE, SLICE_LITERAL("kz"), NOW + 1000));
  assert_null(standing_sanction(&present, SANCTION_MUTE, SLICE_LITERAL("kz.trade"), NOW + 600));
  assert_non_null(standing_sanction(&present, SANCTION_BAN, SLICE_LITERAL("cn"), NOW + INT64_C(99999999999)));
  assert_null(standing_sanction(&present, SANCTION_BAN, SLICE_LITERAL("ru"), NOW)); /* over */
  assert_false(standing_is_out(&present, NOW));
  free(present.texts);
}

static void one_who_is_frozen_or_banned_is_out_of_the_club(void **state) {
  (void)state;
  struct sanction frozen = {SANCTION_FROZEN, {"", 0}, 0, {"", 0}}, banned = {SANCTION_BAN, {"", 0}, NOW + 1, {"", 0}};
  struct present present = {.sanctions = &frozen, .sanction_count = 1};
  assert_true(standing_is_out(&present, NOW));
  present.sanctions = &banned;
  assert_true(standing_is_out(&present, NOW));
  assert_false(standing_is_out(&present, NOW + 1));
}

static void the_first_day_is_young(void **state) {
  (void)state;
  struct present present = {.made_at = NOW};
  assert_true(standing_is_young(&present, NOW + YOUNG_SECONDS * INT64_C(1000) - 1));
  assert_false(standing_is_young(&present, NOW + YOUNG_SECONDS * INT64_C(1000)));
  present.role = ROLE_MODERATOR;
  assert_false(standing_is_young(&present, NOW));
  present = (struct present){0}; /* not known */
  assert_false(standing_is_young(&present, NOW));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_moderates_a_part_moderates_its_crossings),
      cmocka_unit_test(a_role_counts_everywhere_but_in_direct_talks),
      cmocka_unit_test(what_was_told_is_kept_by_copy_and_counted),
      cmocka_unit_test(a_sanction_holds_until_its_time_is_over),
      cmocka_unit_test(one_who_is_frozen_or_banned_is_out_of_the_club),
      cmocka_unit_test(the_first_day_is_young),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
