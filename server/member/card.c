/* What a member tells of oneself, before it goes into the store. */
#include "club/club.h"
#include "club/member.h"

static bool card_has_sector(const struct club *club, struct slice slug) {
  return club_sector(club, slug) != NULL;
}

static bool card_has_all(const struct club *club, const struct slices *list,
                         bool (*has)(const struct club *club, struct slice item)) {
  for (size_t i = 0; i < list->count; i++)
    if (!has(club, list->items[i])) return false;
  return true;
}

const char *card_wrong(const struct club *club, struct slice country, const struct slices *sectors,
                       const struct slices *languages) {
  if (country.size > 0 && !club_country(club, country)) return "country";
  if (!card_has_all(club, sectors, card_has_sector)) return "sectors";
  return card_has_all(club, languages, club_has_language) ? NULL : "languages";
}

static bool card_holds(const struct slices *list, struct slice item) {
  for (size_t i = 0; i < list->count; i++)
    if (slice_equal(list->items[i], item)) return true;
  return false;
}

struct slices card_list(struct arena *arena, const struct slices *list) {
  struct slices copy = {arena_alloc(arena, (list->count + 1) * sizeof(struct slice)), 0};
  for (size_t i = 0; copy.items && i < list->count; i++)
    if (!card_holds(&copy, list->items[i])) copy.items[copy.count++] = arena_copy(arena, list->items[i]);
  return copy;
}

struct slice card_text(struct arena *arena, struct slice text) {
  return text.size > 0 ? arena_copy(arena, text) : (struct slice){"", 0};
}
