#ifndef TEST_STORE_SUITE_FINDING_H
#define TEST_STORE_SUITE_FINDING_H
/* Finding rooms by what they are called and what they are about. */
#include "club/club.h"
#include "suite_moderate.h"

static inline struct store_job *finding_run(struct suite *suite, struct store_finding wish) {
  char error[256];
  struct club *club = club_load(NULL, error, sizeof error);
  assert_non_null(club);
  struct store_job *job = suite_job(suite, STORE_ROOM_FIND);
  job->finding = wish;
  job->finding.club = club;
  if (wish.limit == 0) job->finding.limit = 50;
  if (wish.member == 0) job->finding.member = suite->wang;
  suite_run(suite, job);
  club_destroy(club);
  return job;
}

/* Ids of those found, in order, with spaces between; valid until the next call. */
static inline const char *rooms_found(struct suite *suite, struct store_finding wish) {
  static char ids[4096];
  struct store_job *job = finding_run(suite, wish);
  assert_done(job);
  ids[0] = '\0';
  for (size_t i = 0; i < job->finding.count; i++) {
    size_t size = strlen(ids);
    snprintf(ids + size, sizeof ids - size, "%s%.*s", i ? " " : "", (int)job->finding.records[i].room.size,
             job->finding.records[i].room.data);
  }
  return ids;
}

#define ROOM_WITH(words) ((struct store_finding){.text = slice_of(words)})

static inline const char *finding_make(struct suite *suite, const char *client_id, const char *title, const char *topic,
                                       bool is_private) {
  struct store_job *job = moderate_create_job(suite, suite->ada, client_id, title, is_private);
  job->act.topic = slice_of(topic);
  assert_done(suite_run(suite, job));
  char *id = arena_alloc(job->arena, job->act.record.room.size + 1);
  assert_non_null(id);
  memcpy(id, job->act.record.room.data, job->act.record.room.size);
  id[job->act.record.room.size] = '\0';
  return id;
}

static inline void rooms_are_found_by_their_names_in_any_language_and_form(void **state) {
  struct suite *suite = *state;
  static const char *const words[] = {"Kazakhstan", "kazakhst", "КАЗАХСТАНЕ", "каз", "哈萨克斯坦", "哈萨克"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    assert_string_equal(rooms_found(suite, ROOM_WITH(words[i])), "kz kz.fintech");
  assert_string_equal(rooms_found(suite, ROOM_WITH("финтех")), "fintech kz.fintech");
  assert_string_equal(rooms_found(suite, ROOM_WITH("казахстан финтех")), "kz.fintech");
  assert_string_equal(rooms_found(suite, ROOM_WITH("!?")), "");
  assert_string_equal(rooms_found(suite, ROOM_WITH("<b>")), "");
  assert_string_equal(rooms_found(suite, (struct store_finding){.country = slice_of("kz")}), "kz kz.fintech");
  assert_string_equal(rooms_found(suite, (struct store_finding){.country = slice_of("kz"), .text = slice_of("китай")}),
                      "");
}

static inline void rooms_that_moderators_made_are_found_by_title_then_by_topic(void **state) {
  struct suite *suite = *state;
  const char *about = finding_make(suite, "about", "Договоры", "О поставках хлопка", false);
  const char *called = finding_make(suite, "called", "Рынок хлопка 棉花", "", false);
  char both[128];
  snprintf(both, sizeof both, "%s %s", called, about);
  assert_string_equal(rooms_found(suite, ROOM_WITH("хлопка")), both);
  assert_string_equal(rooms_found(suite, ROOM_WITH("棉花")), called);
  assert_string_equal(rooms_found(suite, ROOM_WITH("поставка договор")), about);
  snprintf(both, sizeof both, "%s %s", about, called);
  assert_string_equal(rooms_found(suite, (struct store_finding){.has_kind = true, .kind = ROOM_CUSTOM}), both);
  suite->now += 1000;
  assert_done(suite_post(suite, called, suite->ivan, "p", "text"));
  snprintf(both, sizeof both, "%s %s", called, about);
  assert_string_equal(rooms_found(suite, (struct store_finding){.has_kind = true, .kind = ROOM_CUSTOM}), both);
}

static inline void a_private_room_is_found_by_those_who_were_let_in(void **state) {
  struct suite *suite = *state;
  const char *room = finding_make(suite, "private", "Совет 理事会", "", true);
  assert_string_equal(rooms_found(suite, ROOM_WITH("совет")), "");
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->wang, true));
  assert_string_equal(rooms_found(suite, ROOM_WITH("совет")), room);
  assert_done(moderate_switch(suite, ACT_ADMIT, suite->ada, room, suite->wang, false));
  assert_string_equal(rooms_found(suite, ROOM_WITH("совет")), "");
  assert_string_equal(rooms_found(suite, (struct store_finding){.member = suite->ada, .text = slice_of("理事")}), room);
}

static inline void nobody_finds_rooms_that_one_is_banned_from(void **state) {
  struct suite *suite = *state;
  struct store_job *ban = moderate_job(suite, ACT_BAN, suite->ada, "kz", suite->wang);
  ban->act.seconds = -1;
  assert_done(suite_run(suite, ban));
  assert_string_equal(rooms_found(suite, ROOM_WITH("kazakhstan")), "kz.fintech");
  ban = moderate_job(suite, ACT_BAN, suite->ada, NULL, suite->wang);
  ban->act.seconds = -1;
  assert_done(suite_run(suite, ban));
  assert_refused(finding_run(suite, ROOM_WITH("china")), REASON_FORBIDDEN);
}

static inline void pages_cover_all_rooms_once(void **state) {
  struct suite *suite = *state;
  struct store_job *page = finding_run(suite, (struct store_finding){.limit = 100});
  size_t all = page->finding.count;
  char after[LIMIT_IDENTIFIER + 1] = "";
  size_t seen = 0;
  assert_true(all >= 3);
  for (bool more = true; more; seen++) {
    page = finding_run(suite, (struct store_finding){.limit = 1, .after = *after ? slice_of(after) : SLICE_NONE});
    assert_done(page);
    assert_int_equal(page->finding.count, 1);
    snprintf(after, sizeof after, "%.*s", (int)page->finding.records[0].room.size, page->finding.records[0].room.data);
    more = page->finding.more;
  }
  assert_int_equal(seen, all);
  assert_refused(finding_run(suite, (struct store_finding){.after = slice_of("r.nothing")}), REASON_CONFLICT);
}

static inline void what_is_found_says_how_it_stands_for_the_member(void **state) {
  struct suite *suite = *state;
  assert_done(suite_room(suite, STORE_ROOM_OPEN, "kz", suite->wang));
  suite_post_many(suite, "kz", suite->ivan, "p", 2);
  const struct room_record *record = finding_run(suite, ROOM_WITH("казахстан"))->finding.records;
  assert_true(record->listed);
  assert_int_equal(record->unread, 2);
  assert_false(finding_run(suite, ROOM_WITH("китай"))->finding.records[0].listed);
}

#define SUITE_FINDING(setup) \
  SUITE_TEST(rooms_are_found_by_their_names_in_any_language_and_form, setup), \
      SUITE_TEST(rooms_that_moderators_made_are_found_by_title_then_by_topic, setup), \
      SUITE_TEST(a_private_room_is_found_by_those_who_were_let_in, setup), \
      SUITE_TEST(nobody_finds_rooms_that_one_is_banned_from, setup), SUITE_TEST(pages_cover_all_rooms_once, setup), \
      SUITE_TEST(what_is_found_says_how_it_stands_for_the_member, setup)
#endif
