/* The fields of a new member, as `member add` and `member import` take them. */
#include <stdio.h>

#include "club/limits.h"
#include "club/text.h"
#include "command.h"

#define LOGIN_FORM "is no login: 1 to 32 of a-z 0-9 . _ -, a letter or digit first"

static bool wrong_text(char wrong[COMMAND_WRONG_SIZE], const char *what, struct slice value, const char *why) {
  int size = value.size < 80 ? (int)value.size : 80;
  snprintf(wrong, COMMAND_WRONG_SIZE, "the %s \"%.*s\" %s", what, size, value.data, why);
  return false;
}

static bool is_line(struct slice text) {
  return text_is_writable(text) && !memchr(text.data, '\n', text.size) && !memchr(text.data, '\t', text.size);
}

/* An empty text is none. */
static bool copy_line(struct store_job *job, const char *what, struct slice value, struct slice *field,
                      char wrong[COMMAND_WRONG_SIZE]) {
  *field = SLICE_LITERAL("");
  if (value.size == 0) return true;
  if (!is_line(value)) return wrong_text(wrong, what, value, "is no line of text in UTF-8");
  if (text_characters(value) > LIMIT_NAME) return wrong_text(wrong, what, value, "is longer than 100 characters");
  *field = arena_copy(job->arena, value);
  return true;
}

static bool has_sector(const struct club *club, struct slice item) {
  return club_sector(club, item) != NULL;
}

/* Items with commas between. */
static bool copy_list(struct store_job *job, const struct club *club, const char *what, struct slice value,
                      bool (*known)(const struct club *club, struct slice item), struct slices *list,
                      char wrong[COMMAND_WRONG_SIZE]) {
  list->count = 0;
  if (value.size == 0) return true;
  list->items = arena_alloc(job->arena, LIMIT_MEMBER_LIST * sizeof *list->items);
  for (size_t begin = 0; list->items && begin <= value.size;) {
    const char *comma = memchr(value.data + begin, ',', value.size - begin);
    size_t end = comma ? (size_t)(comma - value.data) : value.size;
    struct slice item = {value.data + begin, end - begin};
    if (list->count == LIMIT_MEMBER_LIST) return wrong_text(wrong, what, item, "is one too many");
    if (!known(club, item)) return wrong_text(wrong, what, item, "is not one of the club's");
    for (size_t i = 0; i < list->count; i++) {
      if (slice_equal(list->items[i], item)) return wrong_text(wrong, what, item, "stands twice");
    }
    list->items[list->count++] = arena_copy(job->arena, item);
    begin = end + 1;
  }
  return true;
}

bool command_fill_member(struct store_job *job, const struct club *club, const struct command_fields *fields,
                         char wrong[COMMAND_WRONG_SIZE]) {
  struct member_record *member = &job->member.member;
  char login[33];
  if (!text_fold_login(fields->login, login)) return wrong_text(wrong, "login", fields->login, LOGIN_FORM);
  member->login = arena_copy(job->arena, slice_of(login));
  if (fields->name.size == 0) {
    snprintf(wrong, COMMAND_WRONG_SIZE, "%s has no name", login);
    return false;
  }
  if (!copy_line(job, "name", fields->name, &member->name, wrong) ||
      !copy_line(job, "title", fields->title, &member->title, wrong) ||
      !copy_line(job, "company", fields->company, &member->company, wrong)) {
    return false;
  }
  member->country = member->about = member->offers = member->seeks = SLICE_LITERAL("");
  if (fields->country.size) {
    const struct club_part *country = club_country(club, fields->country);
    if (!country) return wrong_text(wrong, "country", fields->country, "is not one of the club's");
    member->country = arena_copy(job->arena, slice_of(country->id));
  }
  member->role = ROLE_MEMBER;
  if (fields->role.size && !role_read(fields->role, &member->role)) {
    return wrong_text(wrong, "role", fields->role, "is none of member, moderator, admin");
  }
  return copy_list(job, club, "sector", fields->sectors, has_sector, &member->sectors, wrong) &&
         copy_list(job, club, "language", fields->languages, club_has_language, &member->languages, wrong);
}
