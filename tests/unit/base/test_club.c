#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "club/club.h"
#include "club/limits.h"

static int load_built_in(void **state) {
  char error[400] = "";
  *state = club_load(NULL, error, sizeof error);
  if (!*state) print_error("%s\n", error);
  return *state ? 0 : -1;
}

static int destroy(void **state) {
  club_destroy(*state);
  return 0;
}

static void the_built_in_club_has_ten_countries_and_fourteen_sectors(void **state) {
  const struct club *club = *state;
  assert_string_equal(club->name, "Shanghe Network Business Club");
  assert_int_equal(club->countries.count, 10);
  assert_int_equal(club->sectors.count, 14);
  assert_string_equal(club_country(club, SLICE_LITERAL("kz"))->names.ru, "Казахстан");
  assert_string_equal(club_sector(club, SLICE_LITERAL("agriculture"))->names.zh, "农业");
  assert_true(club_has_language(club, SLICE_LITERAL("ky")));
  assert_false(club_has_language(club, SLICE_LITERAL("k")));
}

static void each_part_is_found_and_nothing_else(void **state) {
  const struct club *club = *state;
  for (size_t i = 0; i < club->countries.count; i++) {
    const struct club_part *part = &club->countries.items[i];
    assert_ptr_equal(club_country(club, slice_of(part->id)), part);
    assert_null(club_sector(club, slice_of(part->id)));
  }
  for (size_t i = 0; i < club->sectors.count; i++) {
    const struct club_part *part = &club->sectors.items[i];
    assert_ptr_equal(club_sector(club, slice_of(part->id)), part);
  }
  assert_null(club_country(club, SLICE_LITERAL("KZ")));
  assert_null(club_country(club, SLICE_LITERAL("k")));
  assert_null(club_country(club, SLICE_LITERAL("kzz")));
  assert_null(club_country(club, SLICE_NONE));
  assert_null(club_sector(club, SLICE_LITERAL("fintec")));
  assert_null(club_sector(club, SLICE_LITERAL("fintechs")));
}

static void room_ids_tell_their_kind(void **state) {
  const struct club *club = *state;
  enum room_kind kind;
  assert_true(club_room_kind(club, SLICE_LITERAL("kz"), &kind));
  assert_int_equal(kind, ROOM_COUNTRY);
  assert_true(club_room_kind(club, SLICE_LITERAL("smart-cities"), &kind));
  assert_int_equal(kind, ROOM_SECTOR);
  assert_true(club_room_kind(club, SLICE_LITERAL("kz.fintech"), &kind));
  assert_int_equal(kind, ROOM_PAIR);
  static const char *const others[] = {"",         "k",          ".",          "kz.",
                                       ".fintech", "kz.kz",      "fintech.kz", "kz.fintech.",
                                       "de",       "de.fintech", "kz.gold",    "dm.abcdefghijklmnopqrstuv",
                                       "r.1",      "kz fintech"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (club_room_kind(club, slice_of(others[i]), &kind)) fail_msg("\"%s\" is no room of the club", others[i]);
  }
}

static void room_ids_tell_their_parts(void **state) {
  const struct club *club = *state;
  const struct club_part *country, *sector;
  assert_true(club_room_parts(club, SLICE_LITERAL("uz.trade"), &country, &sector));
  assert_string_equal(country->id, "uz");
  assert_string_equal(sector->id, "trade");
  assert_true(club_room_parts(club, SLICE_LITERAL("uz"), &country, &sector));
  assert_null(sector);
  assert_false(club_room_parts(club, SLICE_LITERAL("uz.gold"), &country, &sector));
  assert_null(country);
}

struct rooms {
  const struct club *club;
  size_t count;
  bool pair_seen;
};

static void count_room(void *context, struct slice room) {
  struct rooms *rooms = context;
  enum room_kind kind;
  assert_true(club_room_kind(rooms->club, room, &kind));
  rooms->count++;
  rooms->pair_seen |= slice_is(room, "uz.education");
}

static void every_country_sector_and_crossing_is_a_room(void **state) {
  struct rooms rooms = {.club = *state};
  club_rooms(rooms.club, count_room, &rooms);
  assert_int_equal(rooms.count, 10 + 14 + 140);
  assert_int_equal(club_room_count(rooms.club), rooms.count);
  assert_true(rooms.pair_seen);
}

static void assert_title(const struct club *club, const char *room, const char *title) {
  struct buffer buffer;
  buffer_init(&buffer, 500);
  assert_true(club_title(club, slice_of(room), &buffer));
  assert_true(slice_is(buffer_slice(&buffer), title));
  buffer_free(&buffer);
}

static void rooms_have_english_titles(void **state) {
  assert_title(*state, "kz", "Kazakhstan");
  assert_title(*state, "fintech", "Fintech");
  assert_title(*state, "kz.fintech", "Kazakhstan · Fintech");
  assert_title(*state, "dm.x", "");
}

static void the_answer_about_the_club_is_json_with_all_names(void **state) {
  struct buffer buffer;
  buffer_init(&buffer, 100000);
  assert_true(club_json(*state, &buffer));
  json_t *root = json_loadb(buffer.data, buffer.size, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(root);
  const char *code, *name, *slug, *language;
  assert_int_equal(json_unpack(root, "{s:[{s:s, s:{s:s}}], s:[{s:s}], s:[s]}", "countries", "code", &code, "names",
                               "zh", &name, "sectors", "slug", &slug, "languages", &language),
                   0);
  assert_string_equal(code, "by");
  assert_string_equal(name, "白俄罗斯");
  assert_string_equal(slug, "e-commerce");
  assert_string_equal(language, "ru");
  assert_int_equal(json_array_size(json_object_get(root, "sectors")), 14);
  json_decref(root);
  buffer_free(&buffer);
}

/* ---- files ---- */

#define NAMES "\"names\":{\"en\":\"A\",\"ru\":\"А\",\"zh\":\"甲\"}"

static struct club *load(const char *json, char error[400]) {
  char path[] = "/tmp/club-test-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, json, strlen(json)), strlen(json));
  close(file);
  struct club *club = club_load(path, error, 400);
  unlink(path);
  return club;
}

static void assert_refused(const char *json, const char *complaint) {
  char error[400] = "";
  assert_null(load(json, error));
  if (!strstr(error, complaint)) fail_msg("\"%s\" should say \"%s\"", error, complaint);
  assert_null(strchr(error, '\n'));
  assert_true(strncmp(error, "club file /tmp/club-test-", 25) == 0);
}

static void a_club_of_one_s_own_is_read_from_a_file(void **state) {
  (void)state;
  char error[400];
  struct club *club = load("{\"name\":\"Клуб \\\"\\\"Восток\\\"\\\"\",\"countries\":[{\"code\":\"mn\"," NAMES "}],"
                           "\"sectors\":[{\"slug\":\"gold-mining\"," NAMES "}],\"languages\":[\"mn\",\"zh-Hant\"]}",
                           error);
  assert_non_null(club);
  assert_string_equal(club->name, "Клуб \"\"Восток\"\"");
  assert_title(club, "mn.gold-mining", "A · A");
  struct buffer buffer;
  buffer_init(&buffer, 1000);
  assert_true(club_json(club, &buffer));
  json_t *root = json_loadb(buffer.data, buffer.size, 0, NULL);
  assert_string_equal(json_string_value(json_object_get(root, "name")), "Клуб \"\"Восток\"\"");
  json_decref(root);
  buffer_free(&buffer);
  club_destroy(club);
  club_destroy(NULL);
}

#define REST ",\"sectors\":[],\"languages\":[]}"

static void wrong_files_are_refused_with_what_is_wrong(void **state) {
  (void)state;
  assert_refused("{\n\"name\":", "no valid JSON: line 2");
  assert_refused("{\"name\":\"A\",\"name\":\"B\"}", "no valid JSON");
  assert_refused("[]", "\"name\" is missing");
  assert_refused("{\"name\":\"\"}", "\"name\" is missing");
  assert_refused("{\"name\":\"A\"}", "\"countries\" is missing");
  assert_refused("{\"name\":\"A\",\"countries\":{}}", "\"countries\" is missing or no list");
  assert_refused("{\"name\":\"A\",\"countries\":[{}]" REST, "country 1 has no code");
  assert_refused("{\"name\":\"A\",\"countries\":[{\"code\":\"KZ\"," NAMES "}]" REST, "\"KZ\" is not two lower-case");
  assert_refused("{\"name\":\"A\",\"countries\":[{\"code\":\"kaz\"," NAMES "}]" REST, "\"kaz\" is not two lower-case");
  assert_refused("{\"name\":\"A\",\"countries\":[{\"code\":\"kz\"}]" REST, "country \"kz\" lacks names");
  assert_refused("{\"name\":\"A\",\"countries\":[{\"code\":\"kz\",\"names\":{\"en\":\"A\",\"ru\":\"A\"}}]" REST,
                 "country \"kz\" lacks names");
  assert_refused("{\"name\":\"A\",\"countries\":[{\"code\":\"kz\"," NAMES "},{\"code\":\"kz\"," NAMES "}]" REST,
                 "country \"kz\" stands twice");
  assert_refused("{\"name\":\"A\",\"countries\":[],\"sectors\":[{\"slug\":\"it\"," NAMES "}],\"languages\":[]}",
                 "sector 1: the slug \"it\" is not");
  assert_refused("{\"name\":\"A\",\"countries\":[],\"sectors\":[{\"slug\":\"Oil\"," NAMES "}],\"languages\":[]}",
                 "\"Oil\" is not");
  assert_refused("{\"name\":\"A\",\"countries\":[],\"sectors\":[{\"slug\":\"oil.gas\"," NAMES "}],\"languages\":[]}",
                 "\"oil.gas\" is not");
  assert_refused("{\"name\":\"A\",\"countries\":[],\"sectors\":[],\"languages\":[\"Russian\"]}",
                 "\"Russian\" is no code");
  assert_refused("{\"name\":\"A\",\"countries\":[],\"sectors\":[],\"languages\":[\"ru\",\"ru\"]}",
                 "\"ru\" stands twice");
}

static void append_sectors(struct buffer *json, int count) {
  buffer_append_text(json, "{\"name\":\"A\",\"countries\":[],\"sectors\":[");
  for (int i = 0; i < count; i++) buffer_append_format(json, "%s{\"slug\":\"s-%d\"," NAMES "}", i ? "," : "", i);
  buffer_append_text(json, "],\"languages\":[]}");
  buffer_append(json, "", 1);
}

static void three_hundred_sectors_are_enough(void **state) {
  (void)state;
  char error[400];
  struct buffer json;
  buffer_init(&json, 100000);
  append_sectors(&json, CLUB_PARTS_LIMIT);
  struct club *club = load(json.data, error);
  assert_non_null(club);
  assert_non_null(club_sector(club, SLICE_LITERAL("s-299")));
  club_destroy(club);
  buffer_clear(&json);
  append_sectors(&json, CLUB_PARTS_LIMIT + 1);
  assert_refused(json.data, "more than 300 sectors");
  buffer_free(&json);
}

static void a_file_that_is_not_there_is_named(void **state) {
  (void)state;
  char error[400];
  assert_null(club_load("/nowhere/club.json", error, sizeof error));
  assert_string_equal(error, "club file /nowhere/club.json: cannot be read: No such file or directory");
  assert_null(club_load("/tmp", error, sizeof error));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_built_in_club_has_ten_countries_and_fourteen_sectors),
      cmocka_unit_test(each_part_is_found_and_nothing_else),
      cmocka_unit_test(room_ids_tell_their_kind),
      cmocka_unit_test(room_ids_tell_their_parts),
      cmocka_unit_test(every_country_sector_and_crossing_is_a_room),
      cmocka_unit_test(rooms_have_english_titles),
      cmocka_unit_test(the_answer_about_the_club_is_json_with_all_names),
      cmocka_unit_test(a_club_of_one_s_own_is_read_from_a_file),
      cmocka_unit_test(wrong_files_are_refused_with_what_is_wrong),
      cmocka_unit_test(three_hundred_sectors_are_enough),
      cmocka_unit_test(a_file_that_is_not_there_is_named),
  };
  return cmocka_run_group_tests(tests, load_built_in, destroy);
}
