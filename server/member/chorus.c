#include "club/chorus.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <uthash.h>

#include "club/digest.h"
#include "club/limits.h"

#define TEXT_UNITS (2 * LIMIT_TEXT)   /* of UTF-16 of the longest text */
#define FOLDED_UNITS (2 * TEXT_UNITS) /* that they may become; what becomes more is compared as it is */
#define KEY_SIZE 16

struct voice {
  int64_t member, at_ms;
};

struct said {
  UT_hash_handle hh;
  TAILQ_ENTRY(said) link;
  unsigned char key[KEY_SIZE];
  struct voice voices[CHORUS_VOICES]; /* the one that was heard last at the end */
  size_t count;
};

TAILQ_HEAD(said_list, said);

struct chorus {
  struct said *by_key;
  struct said_list order; /* the one that was heard longest ago first */
  size_t count;
  const UNormalizer2 *casefold;      /* ICU's own */
  unsigned char secret[DIGEST_SIZE]; /* nobody outside may choose texts that fall into one place of the table */
  UChar units[TEXT_UNITS], folded[FOLDED_UNITS];
};

struct chorus *chorus_create(const struct randomness *randomness) {
  struct chorus *chorus = calloc(1, sizeof *chorus);
  if (!chorus) return NULL;
  UErrorCode error = U_ZERO_ERROR;
  TAILQ_INIT(&chorus->order);
  randomness->fill(randomness->self, chorus->secret, sizeof chorus->secret);
  chorus->casefold = unorm2_getNFKCCasefoldInstance(&error);
  if (U_SUCCESS(error)) return chorus;
  free(chorus);
  return NULL;
}

static void forget(struct chorus *chorus, struct said *said) {
  HASH_DEL(chorus->by_key, said);
  TAILQ_REMOVE(&chorus->order, said, link);
  chorus->count--;
  free(said);
}

void chorus_destroy(struct chorus *chorus) {
  if (!chorus) return;
  while (!TAILQ_EMPTY(&chorus->order)) forget(chorus, TAILQ_FIRST(&chorus->order));
  free(chorus);
}

size_t chorus_count(const struct chorus *chorus) {
  return chorus->count;
}

/* ---- what makes a text the same ---- */

/* Of well-formed UTF-16. */
static UChar32 next_point(const UChar *units, int32_t *at, int32_t size) {
  UChar lead = units[(*at)++];
  if (!U16_IS_LEAD(lead) || *at == size) return lead;
  return U16_GET_SUPPLEMENTARY(lead, units[(*at)++]);
}

/* Keeps letters and digits of what was folded; gives how much they are. */
static int keep_letters(struct chorus *chorus, int32_t *size) {
  int32_t kept = 0, at = 0;
  int letters = 0;
  UBool full = false;
  while (at < *size) {
    UChar32 point = next_point(chorus->folded, &at, *size);
    if (!u_isalnum(point)) continue;
    letters += u_hasBinaryProperty(point, UCHAR_IDEOGRAPHIC) ? 2 : 1;
    U16_APPEND(chorus->folded, kept, at, point, full); /* never behind what was read */
    if (full) break;
  }
  *size = kept;
  return letters;
}

/* False: too short to count. */
static bool make_key(struct chorus *chorus, struct slice text, unsigned char key[KEY_SIZE]) {
  UErrorCode error = U_ZERO_ERROR;
  unsigned char digest[DIGEST_SIZE];
  int32_t size = 0;
  struct slice same = text;
  u_strFromUTF8(chorus->units, TEXT_UNITS, &size, text.data, (int32_t)text.size, &error);
  size = unorm2_normalize(chorus->casefold, chorus->units, size, chorus->folded, FOLDED_UNITS, &error);
  if (U_SUCCESS(error)) {
    if (keep_letters(chorus, &size) < CHORUS_LETTERS) return false;
    same = (struct slice){(const char *)chorus->folded, (size_t)size * sizeof *chorus->folded};
  }
  digest_hmac_sha256((struct slice){(const char *)chorus->secret, DIGEST_SIZE}, same, digest);
  memcpy(key, digest, KEY_SIZE);
  return true;
}

/* ---- who said it ---- */

static void drop_voice(struct said *said, size_t place) {
  said->count--;
  memmove(&said->voices[place], &said->voices[place + 1], (said->count - place) * sizeof *said->voices);
}

/* Each member once, none from too long ago, and of more than fit the last. */
static void add_voice(struct said *said, int64_t member, int64_t now_ms) {
  for (size_t i = said->count; i-- > 0;) {
    const struct voice *voice = &said->voices[i];
    if (voice->member == member || now_ms - voice->at_ms >= CHORUS_SECONDS * INT64_C(1000)) drop_voice(said, i);
  }
  if (said->count == CHORUS_VOICES) drop_voice(said, 0);
  said->voices[said->count++] = (struct voice){member, now_ms};
}

static struct said *remember(struct chorus *chorus, const unsigned char key[KEY_SIZE]) {
  struct said *said = calloc(1, sizeof *said);
  if (!said) return NULL;
  memcpy(said->key, key, KEY_SIZE);
  HASH_ADD(hh, chorus->by_key, key, KEY_SIZE, said);
  if (!said->hh.tbl) {
    free(said);
    return NULL;
  }
  if (chorus->count == CHORUS_TEXTS) forget(chorus, TAILQ_FIRST(&chorus->order));
  TAILQ_INSERT_TAIL(&chorus->order, said, link);
  chorus->count++;
  return said;
}

bool chorus_hear(struct chorus *chorus, int64_t member, struct slice text, int64_t now_ms) {
  unsigned char key[KEY_SIZE];
  struct said *said = NULL;
  if (!make_key(chorus, text, key)) return false;
  HASH_FIND(hh, chorus->by_key, key, KEY_SIZE, said);
  if (said) {
    TAILQ_REMOVE(&chorus->order, said, link);
    TAILQ_INSERT_TAIL(&chorus->order, said, link);
  } else {
    said = remember(chorus, key);
    if (!said) return false; /* nothing is held back for want of memory */
  }
  add_voice(said, member, now_ms);
  return said->count == CHORUS_VOICES;
}
