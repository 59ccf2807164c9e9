#include "terms_fold.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "club/terms.h"
#include "club/text.h"

#define WORD_UNITS 128   /* of UTF-16 of a word that are looked at: more than TERMS_BYTES needs */
#define FOLDED_UNITS 512 /* that they may become: what becomes more is dropped */
#define STEMMED_LEAST 3  /* letters: shorter words have no endings to lose */

struct terms_fold {
  const UNormalizer2 *casefold, *decompose; /* ICU's own */
  struct sb_stemmer *russian, *english;
};

struct terms_fold *terms_fold_create(void) {
  struct terms_fold *fold = calloc(1, sizeof *fold);
  if (!fold) return NULL;
  UErrorCode error = U_ZERO_ERROR;
  fold->casefold = unorm2_getNFKCCasefoldInstance(&error);
  fold->decompose = unorm2_getNFDInstance(&error);
  fold->russian = sb_stemmer_new("russian", NULL);
  fold->english = sb_stemmer_new("english", NULL);
  if (U_SUCCESS(error) && fold->russian && fold->english) return fold;
  terms_fold_destroy(fold);
  return NULL;
}

void terms_fold_destroy(struct terms_fold *fold) {
  if (!fold) return;
  if (fold->russian) sb_stemmer_delete(fold->russian);
  if (fold->english) sb_stemmer_delete(fold->english);
  free(fold);
}

static UScriptCode script_of(UChar32 point) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(point, &error);
}

static enum terms_class class_of_letter(UChar32 point) {
  switch (script_of(point)) {
    case USCRIPT_LATIN: return TERMS_LATIN;
    case USCRIPT_CYRILLIC: return TERMS_CYRILLIC;
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO: return TERMS_HAN;
    default: return TERMS_OTHER;
  }
}

enum terms_class terms_fold_class(int point) {
  if (point < 0x80) {
    if ((point | 0x20) >= 'a' && (point | 0x20) <= 'z') return TERMS_LATIN;
    return point >= '0' && point <= '9' ? TERMS_DIGIT : TERMS_NONE;
  }
  if (point >= 0x4e00 && point <= 0x9fff) return TERMS_HAN;
  if (point >= 0x400 && point <= 0x45f) return TERMS_CYRILLIC;
  if (u_isdigit(point)) return TERMS_DIGIT;
  /* Superscripts, circled figures and the like fold to digits or letters. */
  if (u_isalpha(point) || u_charType(point) == U_OTHER_NUMBER) return class_of_letter(point);
  return TERMS_NONE;
}

/* The code point at `*at`, moving behind it, of well-formed UTF-16. */
static UChar32 next_of_units(const UChar *units, int32_t *at, int32_t size) {
  UChar lead = units[(*at)++];
  if (!U16_IS_LEAD(lead) || *at == size) return lead;
  return U16_GET_SUPPLEMENTARY(lead, units[(*at)++]);
}

/* The letter without the marks that only Latin, Greek and Arabic lay on top of it: é, أ. Й and ў are letters of their own. */
static UChar32 bare(const struct terms_fold *fold, UChar32 point) {
  UScriptCode script = script_of(point);
  if (script != USCRIPT_LATIN && script != USCRIPT_ARABIC && script != USCRIPT_GREEK) return point;
  UChar parts[16];
  UErrorCode error = U_ZERO_ERROR;
  int32_t size = unorm2_getDecomposition(fold->decompose, point, parts, 16, &error);
  if (U_FAILURE(error) || size <= 0) return point;
  int32_t at = 0;
  return next_of_units(parts, &at, size);
}

/* What several keyboards write in different ways. 0: nothing of it is kept. */
static UChar32 unified(const struct terms_fold *fold, UChar32 point) {
  if (point < 0x80) return point;
  if (point >= 0x430 && point <= 0x44f) return point;
  if (u_isdigit(point)) return '0' + u_charDigitValue(point);
  switch (point) {
    case 0x451: return 0x435; /* ё */
    case 0x131: return 'i';   /* ı */
    case 0x2018:
    case 0x2019:
    case 0x2bb:
    case 0x2bc: return '\''; /* o‘zbek */
    case 0x640: return 0;    /* tatweel */
    case 0x649:
    case 0x64a: return 0x6cc; /* ى ي and ی */
    case 0x643: return 0x6a9; /* ك and ک */
    case 0x629: return 0x647; /* ة and ه */
  }
  /* Accents, stress and vowel signs that stand alone; those of Hindi belong to its script. */
  if (u_charType(point) == U_NON_SPACING_MARK && script_of(point) == USCRIPT_INHERITED) return 0;
  UChar32 base = bare(fold, point);
  return base == 0x64a ? 0x6cc : base;
}

struct folded {
  char text[4 * FOLDED_UNITS];
  int32_t size;
  bool english, russian; /* all of them letters of that alphabet */
  int32_t letters;
};

/* As UTF-8; how many bytes. */
static int32_t write_point(char *to, UChar32 point) {
  int32_t more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  static const int first[] = {0, 0xc0, 0xe0, 0xf0};
  to[0] = (char)(first[more] | point >> 6 * more);
  for (int32_t i = 1; i <= more; i++) to[i] = (char)(0x80 | (point >> 6 * (more - i) & 0x3f));
  return 1 + more;
}

static void folded_add(struct folded *folded, UChar32 point) {
  bool latin = (point >= 'a' && point <= 'z') || point == '\'';
  if (!latin) folded->english = false;
  if (point < 0x430 || point > 0x44f) folded->russian = false;
  folded->size += write_point(folded->text + folded->size, point);
  folded->letters++;
}

/* Words of plain letters need no tables. False: it has others. */
static bool fold_plain(struct slice word, struct folded *folded) {
  for (size_t at = 0; at < word.size;) {
    UChar32 point = text_next_point(word, &at);
    if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
    if (point >= 0x410 && point <= 0x42f) point += 0x20;
    if (point == 0x401 || point == 0x451) point = 0x435;
    bool han = point >= 0x4e00 && point <= 0x9fff;
    if (point >= 0x80 && !han && (point < 0x430 || point > 0x44f)) return false;
    folded_add(folded, point);
    if (folded->size > WORD_UNITS) break;
  }
  return true;
}

/* False: no memory. */
static bool fold_any(const struct terms_fold *fold, struct slice word, struct folded *folded) {
  UChar units[WORD_UNITS], normal[FOLDED_UNITS];
  int32_t size = 0;
  UBool full = false;
  /* The macro looks at the room only where a character takes two units. */
  for (size_t at = 0; at < word.size && size < WORD_UNITS && !full;) {
    UChar32 point = text_next_point(word, &at);
    U16_APPEND(units, size, WORD_UNITS, point, full);
  }
  UErrorCode error = U_ZERO_ERROR;
  size = unorm2_normalize(fold->casefold, units, size, normal, FOLDED_UNITS, &error);
  if (U_FAILURE(error)) return error != U_MEMORY_ALLOCATION_ERROR;
  for (int32_t at = 0; at < size;) {
    UChar32 point = next_of_units(normal, &at, size);
    /* A ligature or a sign may fold to words: ﷺ. */
    if (u_isUWhiteSpace(point)) continue;
    point = unified(fold, point);
    if (point) folded_add(folded, point);
  }
  return true;
}

/* Absent: no memory. */
static struct slice stem(struct sb_stemmer *stemmer, const struct folded *folded) {
  const sb_symbol *stemmed = sb_stemmer_stem(stemmer, (const sb_symbol *)folded->text, folded->size);
  int length = sb_stemmer_length(stemmer);
  if (!stemmed) return SLICE_NONE;
  if (length <= 0) return (struct slice){folded->text, (size_t)folded->size};
  return (struct slice){(const char *)stemmed, (size_t)length};
}

static struct slice cut_to_limit(struct slice word) {
  if (word.size <= TERMS_BYTES) return word;
  size_t size = TERMS_BYTES;
  while (size > 0 && ((unsigned char)word.data[size] & 0xc0) == 0x80) size--;
  return (struct slice){word.data, size};
}

bool terms_fold_word(struct terms_fold *fold, struct slice word, enum terms_class class, struct buffer *out) {
  struct folded folded;
  folded.size = folded.letters = 0;
  folded.english = folded.russian = true;
  if (!fold_plain(word, &folded)) {
    folded.size = folded.letters = 0;
    folded.english = folded.russian = true;
    if (!fold_any(fold, word, &folded)) return false;
  }
  struct slice result = {folded.text, (size_t)folded.size};
  bool stemmable = folded.letters >= STEMMED_LEAST && folded.size <= TERMS_BYTES;
  if (stemmable && class == TERMS_LATIN && folded.english) result = stem(fold->english, &folded);
  if (stemmable && class == TERMS_CYRILLIC && folded.russian) result = stem(fold->russian, &folded);
  if (!result.data) return false;
  buffer_append_slice(out, cut_to_limit(result));
  return true;
}
