/* Reads the club's JSON. The texts that club.h promises are copied into the club's own memory. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "builtin.h"
#include "club/arena.h"
#include "club/club.h"
#include "club/limits.h"
#include "club/text.h"

#define FILE_LIMIT 1048576
#define SLUG_LIMIT (LIMIT_IDENTIFIER - 3) /* room for "kz." before it */
#define LANGUAGE_LIMIT 16

struct reading {
  const char *file; /* for messages */
  char *error;
  size_t error_size;
  struct club *club;
};

static bool refuse(const struct reading *reading, const char *format, ...) CLUB_PRINTF(2, 3);
static bool refuse(const struct reading *reading, const char *format, ...) {
  char what[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  for (char *at = what; *at; at++) {
    if ((unsigned char)*at < ' ') *at = ' ';
  }
  snprintf(reading->error, reading->error_size, "club file %s: %s", reading->file, what);
  return false;
}

static bool is_between(char c, char low, char high) {
  return c >= low && c <= high;
}

static bool is_code(const char *id) {
  return strlen(id) == 2 && is_between(id[0], 'a', 'z') && is_between(id[1], 'a', 'z');
}

static bool is_slug(const char *id) {
  size_t size = strlen(id);
  if (size < 3 || size > SLUG_LIMIT || !is_between(id[0], 'a', 'z')) return false;
  for (size_t i = 1; i < size; i++) {
    if (!is_between(id[i], 'a', 'z') && !is_between(id[i], '0', '9') && id[i] != '-') return false;
  }
  return true;
}

static bool is_language(const char *code) {
  size_t size = strlen(code);
  if (size < 2 || size > LANGUAGE_LIMIT || !is_between(code[0], 'a', 'z') || !is_between(code[1], 'a', 'z'))
    return false;
  for (size_t i = 2; i < size; i++) {
    bool letter = is_between(code[i], 'a', 'z') || is_between(code[i], 'A', 'Z');
    if (!letter && !is_between(code[i], '0', '9') && code[i] != '-') return false;
  }
  return code[size - 1] != '-';
}

/* A list of the file, and how its items are named in it and in messages. */
struct list {
  const char *key, *item, *id, *form;
  bool (*is_id)(const char *id);
};

static const struct list countries = {"countries", "country", "code", "two lower-case letters", is_code};
static const struct list sectors = {"sectors", "sector", "slug", "[a-z][a-z0-9-]{2,60}", is_slug};

/* NULL: not there or no text that can stand in a line. */
static const char *read_text(const struct reading *reading, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!json_is_string(value)) return NULL;
  struct slice text = {json_string_value(value), json_string_length(value)};
  if (!text_is_writable(text) || text_characters(text) > LIMIT_NAME) return NULL;
  return arena_copy(reading->club->memory, text).data;
}

static bool read_names(const struct reading *reading, const json_t *item, struct club_names *names) {
  const json_t *object = json_object_get(item, "names");
  names->en = read_text(reading, object, "en");
  names->ru = read_text(reading, object, "ru");
  names->zh = read_text(reading, object, "zh");
  return names->en && names->ru && names->zh;
}

static bool read_part(const struct reading *reading, const struct list *list, const json_t *item, size_t number,
                      struct club_part *part) {
  const char *id = json_string_value(json_object_get(item, list->id));
  if (!id) return refuse(reading, "%s %zu has no %s", list->item, number, list->id);
  if (!list->is_id(id)) {
    return refuse(reading, "%s %zu: the %s \"%.80s\" is not %s", list->item, number, list->id, id, list->form);
  }
  part->id = arena_copy(reading->club->memory, slice_of(id)).data;
  if (read_names(reading, item, &part->names)) return true;
  return refuse(reading, "%s \"%s\" lacks names: \"en\", \"ru\" and \"zh\", each of 1 to %d characters", list->item, id,
                LIMIT_NAME);
}

static int compare_parts(const void *a, const void *b) {
  const struct club_part *const *first = a;
  const struct club_part *const *second = b;
  return strcmp((*first)->id, (*second)->id);
}

static bool order_parts(const struct reading *reading, const struct list *list, struct club_parts *parts) {
  for (size_t i = 0; i < parts->count; i++) parts->by_id[i] = &parts->items[i];
  if (parts->count) qsort(parts->by_id, parts->count, sizeof(const struct club_part *), compare_parts);
  for (size_t i = 1; i < parts->count; i++) {
    if (strcmp(parts->by_id[i - 1]->id, parts->by_id[i]->id) == 0) {
      return refuse(reading, "%s \"%s\" stands twice", list->item, parts->by_id[i]->id);
    }
  }
  return true;
}

/* NULL: refused. */
static const json_t *read_list(const struct reading *reading, const json_t *root, const char *key) {
  const json_t *array = json_object_get(root, key);
  if (!json_is_array(array)) {
    refuse(reading, "\"%s\" is missing or no list", key);
    return NULL;
  }
  if (json_array_size(array) > CLUB_PARTS_LIMIT) {
    refuse(reading, "more than %d %s", CLUB_PARTS_LIMIT, key);
    return NULL;
  }
  return array;
}

static bool read_parts(const struct reading *reading, const json_t *root, const struct list *list,
                       struct club_parts *parts) {
  const json_t *array = read_list(reading, root, list->key);
  if (!array) return false;
  parts->count = json_array_size(array);
  parts->items = arena_alloc(reading->club->memory, parts->count * sizeof *parts->items);
  parts->by_id = arena_alloc(reading->club->memory, parts->count * sizeof(const struct club_part *));
  if (!parts->items || !parts->by_id) return refuse(reading, "no memory");
  for (size_t i = 0; i < parts->count; i++) {
    if (!read_part(reading, list, json_array_get(array, i), i + 1, &parts->items[i])) return false;
  }
  return order_parts(reading, list, parts);
}

static bool read_languages(const struct reading *reading, const json_t *root) {
  const json_t *array = read_list(reading, root, "languages");
  if (!array) return false;
  struct club *club = reading->club;
  size_t count = json_array_size(array);
  club->languages = arena_alloc(club->memory, count * sizeof *club->languages);
  if (!club->languages) return refuse(reading, "no memory");
  for (size_t i = 0; i < count; i++) {
    const char *code = json_string_value(json_array_get(array, i));
    if (!code || !is_language(code)) {
      return refuse(reading, "language %zu: \"%.80s\" is no code such as \"ru\" or \"zh-Hant\"", i + 1,
                    code ? code : "");
    }
    if (club_has_language(club, slice_of(code))) return refuse(reading, "language \"%s\" stands twice", code);
    club->languages[club->language_count] = arena_copy(club->memory, slice_of(code)).data;
    if (!club->languages[club->language_count++]) return refuse(reading, "no memory");
  }
  return true;
}

static bool read_club(const struct reading *reading, struct slice bytes) {
  json_error_t problem;
  json_t *root = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &problem);
  if (!root) return refuse(reading, "no valid JSON: line %d: %s", problem.line, problem.text);
  struct club *club = reading->club;
  club->name = read_text(reading, root, "name");
  bool fine = club->name ? true : refuse(reading, "\"name\" is missing or not 1 to %d characters", LIMIT_NAME);
  fine = fine && read_parts(reading, root, &countries, &club->countries) &&
         read_parts(reading, root, &sectors, &club->sectors) && read_languages(reading, root);
  if (fine && arena_failed(club->memory)) fine = refuse(reading, "no memory");
  json_decref(root);
  return fine;
}

static bool read_bytes(const struct reading *reading, struct buffer *bytes) {
  FILE *file = fopen(reading->file, "re");
  if (!file) return refuse(reading, "cannot be read: %s", strerror(errno));
  char chunk[4096];
  size_t got;
  while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && buffer_append(bytes, chunk, got)) continue;
  bool fine = true;
  if (bytes->failed) {
    fine = refuse(reading, "larger than %d bytes", FILE_LIMIT);
  } else if (ferror(file)) {
    fine = refuse(reading, "cannot be read: %s", strerror(errno));
  }
  fclose(file);
  return fine;
}

struct club *club_load(const char *path, char *error, size_t error_size) {
  bool built_in = !path || !*path;
  struct arena *memory = arena_create((size_t)4 * FILE_LIMIT);
  struct club *club = memory ? arena_alloc(memory, sizeof *club) : NULL;
  struct reading reading = {.file = built_in ? "(built in)" : path, .error_size = error_size, .club = club};
  reading.error = error;
  if (!club) {
    refuse(&reading, "no memory");
    arena_destroy(memory);
    return NULL;
  }
  club->memory = memory;
  struct buffer bytes;
  buffer_init(&bytes, FILE_LIMIT);
  bool fine = built_in ? read_club(&reading, builtin_club())
                       : read_bytes(&reading, &bytes) && read_club(&reading, buffer_slice(&bytes));
  buffer_free(&bytes);
  if (fine) return club;
  club_destroy(club);
  return NULL;
}
