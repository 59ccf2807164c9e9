#ifndef TEST_STORE_SUITE_DIRECTORY_H
#define TEST_STORE_SUITE_DIRECTORY_H
/* Finding members by what their cards say. */
#include "suite.h"

static inline struct store_job *change_card(struct suite *suite, int64_t member, struct member_record card) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_UPDATE);
  card.key = member;
  job->member.member = card;
  assert_done(suite_run(suite, job));
  return job;
}

static inline struct slices one_code(struct suite *suite, const char *code) {
  struct store_job *job = suite_job(suite, STORE_PULSE); /* its arena */
  struct slices list = {arena_alloc(job->arena, sizeof(struct slice)), 1};
  list.items[0] = slice_of(code);
  return list;
}

static inline struct store_job *find_job(struct suite *suite, struct store_people wish) {
  struct store_job *job = suite_job(suite, STORE_MEMBER_FIND);
  if (wish.limit == 0) wish.limit = 50;
  job->people = wish;
  return job;
}

/* Logins of those found, in order, with spaces between; valid until the next call. */
static inline const char *found(struct suite *suite, struct store_people wish) {
  static char logins[4096];
  struct store_job *job = find_job(suite, wish);
  assert_done(suite_run(suite, job));
  logins[0] = '\0';
  for (size_t i = 0; i < job->people.count; i++) {
    size_t size = strlen(logins);
    snprintf(logins + size, sizeof logins - size, "%s%.*s", i ? " " : "", (int)job->people.members[i].login.size,
             job->people.members[i].login.data);
  }
  return logins;
}

#define TEXT(words) ((struct store_people){.text = slice_of(words)})

static inline void fill_cards(struct suite *suite) {
  change_card(suite, suite->ada,
              (struct member_record){.company = slice_of("Silk Road Logistics"),
                                     .title = slice_of("Director"),
                                     .offers = slice_of("warehouses and customs clearing"),
                                     .seeks = slice_of("cotton suppliers, 棉花供应商"),
                                     .sectors = one_code(suite, "trade"),
                                     .languages = one_code(suite, "en")});
  change_card(suite, suite->ivan,
              (struct member_record){.company = slice_of("Ташкентский хлопок"),
                                     .about = slice_of("Двадцать лет заключаем договоры поставки"),
                                     .offers = slice_of("поставщик хлопка и пряжи из Узбекистана"),
                                     .seeks = slice_of("складская логистика"),
                                     .country = slice_of("uz"),
                                     .sectors = one_code(suite, "trade"),
                                     .languages = one_code(suite, "ru")});
  change_card(suite, suite->wang,
              (struct member_record){.company = slice_of("丝路科技"),
                                     .offers = slice_of("跨境电商仓储，棉花贸易"),
                                     .seeks = slice_of("寻找经济合作伙伴"),
                                     .country = slice_of("cn"),
                                     .sectors = one_code(suite, "fintech"),
                                     .languages = one_code(suite, "zh")});
}

static inline void members_are_found_by_any_form_of_a_word(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  assert_string_equal(found(suite, TEXT("договора")), "ivan");
  assert_string_equal(found(suite, TEXT("ДОГОВОР поставку")), "ivan");
  assert_string_equal(found(suite, TEXT("warehouse")), "ada");
  assert_string_equal(found(suite, TEXT("supplier cotton")), "ada");
  assert_string_equal(found(suite, TEXT("合作")), "wang");
  assert_string_equal(found(suite, TEXT("棉花")), "ada wang");
  assert_string_equal(found(suite, TEXT("王小明")), "wang");            /* the name */
  assert_string_equal(found(suite, TEXT("wang")), "wang");              /* the login */
  assert_string_equal(found(suite, TEXT("director logistics")), "ada"); /* over fields */
  assert_string_equal(found(suite, TEXT("director хлопок")), "");
  assert_string_equal(found(suite, TEXT("... !?")), "");
  assert_string_equal(found(suite, TEXT("kz")), ""); /* codes are no words */
}

static inline void filters_narrow_what_is_found(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  assert_string_equal(found(suite, (struct store_people){.country = slice_of("uz")}), "ivan");
  assert_string_equal(found(suite, (struct store_people){.sector = slice_of("trade")}), "ada ivan");
  assert_string_equal(found(suite, (struct store_people){.language = slice_of("zh")}), "wang");
  assert_string_equal(
      found(suite,
            (struct store_people){.sector = slice_of("trade"), .country = slice_of("uz"), .text = slice_of("хлопок")}),
      "ivan");
  assert_string_equal(found(suite, (struct store_people){.sector = slice_of("fintech"), .country = slice_of("uz")}),
                      "");
  assert_string_equal(found(suite, (struct store_people){.country = slice_of("de")}), "");
  assert_string_equal(found(suite, (struct store_people){.limit = 0}), "ada ivan wang");
}

static inline void who_offers_what_is_sought_is_found_the_best_first(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  int64_t weaver = suite_member(suite, "weaver", "Ткач", ROLE_MEMBER);
  change_card(suite, weaver,
              (struct member_record){.offers = slice_of("хлопковая пряжа"), .about = slice_of("поставщики хлопка")});
  struct store_people wish = {.offers = slice_of("Ищу поставщиков хлопка или пряжи")};
  assert_string_equal(found(suite, wish),
                      "ivan weaver"); /* three words against one; what is about oneself does not count */
  wish.country = slice_of("kz");
  assert_string_equal(found(suite, wish), "weaver");
  assert_string_equal(found(suite, (struct store_people){.seeks = slice_of("предлагаю: складскую логистику")}), "ivan");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("棉花")}), "wang"); /* ada seeks it */
  assert_string_equal(found(suite, (struct store_people){.seeks = slice_of("棉花")}), "ada");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("вертолёты")}), "");
  wish = (struct store_people){.offers = slice_of("хлопок пряжа"), .text = slice_of("ткач")};
  assert_string_equal(found(suite, wish), "weaver");
}

static inline void a_changed_card_is_found_by_what_it_says_now(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  change_card(suite, suite->ivan, (struct member_record){.offers = slice_of("шёлк"), .country = slice_of("")});
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("хлопка")}), "");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("шелка")}), "ivan");
  assert_string_equal(found(suite, TEXT("договор")), "ivan"); /* what was not given stays */
  assert_string_equal(found(suite, (struct store_people){.country = slice_of("uz")}), "");
  change_card(suite, suite->ivan, (struct member_record){.offers = slice_of("")});
  assert_string_equal(found(suite, TEXT("шёлк")), "");
}

static inline void who_is_disabled_is_not_found(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  for (int disable = 1; disable >= 0; disable--) {
    struct store_job *job = suite_job(suite, STORE_MEMBER_DISABLE);
    job->member.member.login = slice_of("ivan");
    job->member.disable = disable;
    assert_done(suite_run(suite, job));
    assert_string_equal(found(suite, TEXT("хлопок")), disable ? "" : "ivan");
    assert_string_equal(found(suite, (struct store_people){.offers = slice_of("хлопка")}), disable ? "" : "ivan");
    assert_string_equal(found(suite, (struct store_people){.limit = 9}), disable ? "ada wang" : "ada ivan wang");
  }
}

static inline void pages_go_on_where_the_one_before_ended(void **state) {
  struct suite *suite = *state;
  for (int i = 0; i < 25; i++) {
    char login[16], offers[64];
    snprintf(login, sizeof login, "m%02d", i);
    snprintf(offers, sizeof offers, "tea%s%s", i % 3 ? "" : " silk", i % 5 ? "" : " paper");
    change_card(suite, suite_member(suite, login, "Tea house", ROLE_MEMBER),
                (struct member_record){.offers = slice_of(offers)});
  }
  for (int kind = 0; kind < 3; kind++) {
    struct store_people all = {.limit = 100}, page = {.limit = 7};
    if (kind == 0) all.text = page.text = slice_of("tea");
    if (kind == 1) all.offers = page.offers = slice_of("tea silk paper");
    char whole[1024], pieces[1024] = "";
    snprintf(whole, sizeof whole, "%s", found(suite, all));
    if (kind == 1) assert_int_equal(strncmp(whole, "m00 m15 m03 m05 m06", 19), 0);
    for (bool more = true; more;) {
      struct store_job *job = find_job(suite, page);
      assert_done(suite_run(suite, job));
      more = job->people.more;
      assert_true(job->people.count > 0);
      for (size_t i = 0; i < job->people.count; i++) {
        size_t size = strlen(pieces);
        snprintf(pieces + size, sizeof pieces - size, "%s%.*s", size ? " " : "", (int)job->people.members[i].login.size,
                 job->people.members[i].login.data);
      }
      page.after = job->people.members[job->people.count - 1].key;
    }
    assert_string_equal(pieces, whole);
    struct store_job *behind = find_job(suite, page);
    assert_done(suite_run(suite, behind));
    assert_int_equal(behind->people.count, 0);
    assert_false(behind->people.more);
  }
}

static inline void what_is_asked_for_is_text_and_nothing_else(void **state) {
  struct suite *suite = *state;
  fill_cards(suite);
  change_card(suite, suite->ivan,
              (struct member_record){.about = slice_of("<b>жирный</b> \u202Eоборот\u202C 100% '; DROP TABLE")});
  assert_string_equal(found(suite, TEXT("<b>жирный</b>")), "ivan");
  assert_string_equal(found(suite, TEXT("оборот")), "ivan");
  assert_string_equal(found(suite, TEXT("' OR 1=1 --")), "");
  assert_string_equal(found(suite, TEXT("%")), "");
  char huge[10001];
  memset(huge, 'w', sizeof huge - 1);
  huge[10000] = '\0';
  assert_string_equal(found(suite, TEXT(huge)), "");
  change_card(suite, suite->ivan, (struct member_record){.about = slice_of(huge)});
  assert_string_equal(found(suite, TEXT(huge)), "ivan");
  char many[4096] = "";
  for (int i = 0; i < 400; i++) {
    size_t size = strlen(many);
    snprintf(many + size, sizeof many - size, "w%d ", i);
  }
  assert_string_equal(found(suite, TEXT(many)), "");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of(many)}), "");
}

static inline struct store_job *uncut(struct suite *suite, int64_t after, int64_t limit) {
  struct store_job *job = suite_job(suite, STORE_CARDS_UNCUT);
  job->people.after = after;
  job->people.limit = limit;
  assert_done(suite_run(suite, job));
  return job;
}

static inline struct store_job *cut(struct suite *suite, const struct member_record *member) {
  struct store_job *job = suite_job(suite, STORE_CARD_CUT);
  job->member.member = *member;
  return suite_run(suite, job);
}

/* As an older release left them: `forget` empties the tables. */
static inline void check_cards_of_an_older_release(struct suite *suite, void (*forget)(struct suite *suite)) {
  fill_cards(suite);
  assert_int_equal(uncut(suite, 0, 10)->people.count, 0);
  forget(suite);
  assert_string_equal(found(suite, TEXT("хлопок")), "");
  struct store_job *first = uncut(suite, 0, 2);
  assert_int_equal(first->people.count, 2);
  struct store_job *rest = uncut(suite, first->people.members[1].key, 2);
  assert_int_equal(rest->people.count, 1);
  /* One of them changes meanwhile. */
  change_card(suite, suite->ivan, (struct member_record){.offers = slice_of("шёлк")});
  for (size_t i = 0; i < 2; i++) (void)cut(suite, &first->people.members[i]);
  assert_done(cut(suite, &rest->people.members[0]));
  for (struct store_job *left = uncut(suite, 0, 10); left->people.count > 0; left = uncut(suite, 0, 10))
    for (size_t i = 0; i < left->people.count; i++) assert_done(cut(suite, &left->people.members[i]));
  assert_string_equal(found(suite, TEXT("договор")), "ivan");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("шёлк")}), "ivan");
  assert_string_equal(found(suite, (struct store_people){.offers = slice_of("хлопка")}), "");
  assert_string_equal(found(suite, TEXT("warehouses")), "ada");
  assert_string_equal(found(suite, (struct store_people){.country = slice_of("cn")}), "wang");
}

#define SUITE_DIRECTORY(setup) \
  SUITE_TEST(members_are_found_by_any_form_of_a_word, setup), SUITE_TEST(filters_narrow_what_is_found, setup), \
      SUITE_TEST(who_offers_what_is_sought_is_found_the_best_first, setup), \
      SUITE_TEST(a_changed_card_is_found_by_what_it_says_now, setup), SUITE_TEST(who_is_disabled_is_not_found, setup), \
      SUITE_TEST(pages_go_on_where_the_one_before_ended, setup), \
      SUITE_TEST(what_is_asked_for_is_text_and_nothing_else, setup), \
      SUITE_TEST(cards_of_an_older_release_are_cut_and_found, setup)
#endif
