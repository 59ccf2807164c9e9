#ifndef CLUB_CLUB_H
#define CLUB_CLUB_H
/* The club: its name, countries, sectors and languages, and the rooms that follow from them. Read once at start, then
 * only looked at: any thread. All texts are ended by a zero byte and live as long as the club. */
#include "club/buffer.h"
#include "club/entry.h"

struct club_names {
  const char *en, *ru, *zh;
};

/* A country (`id` is its ISO 3166-1 code in lower case) or a sector (`id` is its slug). */
struct club_part {
  const char *id;
  struct club_names names;
};

struct club_parts {
  struct club_part *items; /* in the order of the file */
  size_t count;
  const struct club_part **by_id; /* for looking up */
};

struct club {
  const char *name;
  struct club_parts countries, sectors;
  const char **languages; /* codes of BCP 47 */
  size_t language_count;
  struct arena *memory;
};

#define CLUB_PARTS_LIMIT 300 /* countries, sectors and languages each */

/* From a JSON file, or the built-in club when `path` is NULL or empty. NULL: one clear line in `error`. */
struct club *club_load(const char *path, char *error, size_t error_size) CLUB_MUST_CHECK;
/* Takes NULL. */
void club_destroy(struct club *club);

/* NULL: the club has no such. */
const struct club_part *club_country(const struct club *club, struct slice code);
const struct club_part *club_sector(const struct club *club, struct slice slug);
bool club_has_language(const struct club *club, struct slice code);

/* The country and the sector of one of the club's own rooms, NULL where it has none of it. False: not one of them (a
 * direct talk, or no room at all); both are NULL then. */
bool club_room_parts(const struct club *club, struct slice room, const struct club_part **country,
                     const struct club_part **sector);
/* False: not one of the club's own rooms; `kind` is untouched. */
bool club_room_kind(const struct club *club, struct slice room, enum room_kind *kind) CLUB_MUST_CHECK;
/* Every country, every sector, every crossing of them. The slice is gone after the call. */
void club_rooms(const struct club *club, void (*each)(void *context, struct slice room), void *context);
size_t club_room_count(const struct club *club);
/* The title in English: "Kazakhstan", "Fintech", "Kazakhstan · Fintech"; nothing for other rooms. */
bool club_title(const struct club *club, struct slice room, struct buffer *buffer);
/* Appends {"name":…,"countries":[…],"sectors":[…],"languages":[…]}. */
bool club_json(const struct club *club, struct buffer *buffer);
#endif
