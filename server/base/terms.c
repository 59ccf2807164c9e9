#include "club/terms.h"

#include <stdint.h>
#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include "club/text.h"
#include "terms_fold.h"

#define BYTES_LIMIT 262144 /* of all terms of a text */
#define TEXT_LIMIT 262144  /* bytes of a text that are looked at */
#define FIRST_TERMS 64

struct terms {
  struct terms_fold *fold;
  UBreakIterator *words;
  UText *view; /* of what is being cut */
  struct buffer bytes;
  struct term *list;
  size_t count, room;
  struct slice text;
  enum terms_use use;
  bool failed; /* there was no memory for the terms of that text */
};

struct terms *terms_create(void) {
  struct terms *terms = calloc(1, sizeof *terms);
  if (!terms) return NULL;
  UErrorCode error = U_ZERO_ERROR;
  buffer_init(&terms->bytes, BYTES_LIMIT);
  terms->fold = terms_fold_create();
  terms->words = ubrk_open(UBRK_WORD, "", NULL, 0, &error);
  if (terms->fold && terms->words && U_SUCCESS(error)) return terms;
  terms_destroy(terms);
  return NULL;
}

void terms_destroy(struct terms *terms) {
  if (!terms) return;
  if (terms->words) ubrk_close(terms->words);
  if (terms->view) utext_close(terms->view);
  terms_fold_destroy(terms->fold);
  buffer_free(&terms->bytes);
  free(terms->list);
  free(terms);
}

static bool has_room(struct terms *terms) {
  if (terms->count < terms->room) return true;
  size_t room = terms->room ? 2 * terms->room : FIRST_TERMS;
  if (room > TERMS_COUNT) room = TERMS_COUNT;
  if (room == terms->room) return false;
  struct term *list = realloc(terms->list, room * sizeof *list);
  if (!list) {
    terms->failed = true;
    return false;
  }
  terms->list = list;
  terms->room = room;
  return true;
}

/* Takes what was appended to the bytes since `start` as a term. The bytes may still move: only its size is noted. */
static void take(struct terms *terms, size_t start, size_t from, size_t until) {
  /* What is over the limit is left out; a term takes less than this, and before the limit it was memory that lacked. */
  if (terms->bytes.failed && terms->bytes.size + 2 * TERMS_BYTES < BYTES_LIMIT) terms->failed = true;
  if (terms->bytes.failed || terms->bytes.size == start) return;
  if (!has_room(terms)) {
    buffer_cut(&terms->bytes, start);
    return;
  }
  terms->list[terms->count++] = (struct term){{NULL, terms->bytes.size - start}, from, until};
}

static void fold(struct terms *terms, size_t from, size_t until, enum terms_class class) {
  if (!terms_fold_word(terms->fold, (struct slice){terms->text.data + from, until - from}, class, &terms->bytes))
    terms->failed = true;
}

static void add(struct terms *terms, size_t from, size_t until, enum terms_class class) {
  size_t start = terms->bytes.size;
  fold(terms, from, until, class);
  take(terms, start, from, until);
}

/* The code point at `*at`, moving behind it; -1: a byte that is not UTF-8. */
static int32_t next(struct slice text, size_t *at, size_t end) {
  text.size = end;
  int32_t point = text_next_point(text, at);
  if (point < 0) ++*at;
  return point;
}

/* ---- Chinese and Japanese ---- */

static void add_pair(struct terms *terms, size_t from, size_t middle, size_t until) {
  size_t start = terms->bytes.size;
  fold(terms, from, middle, TERMS_HAN);
  fold(terms, middle, until, TERMS_HAN);
  take(terms, start, from, until);
}

static void add_han(struct terms *terms, size_t from, size_t until) {
  size_t before = from, at = from;
  for (size_t number = 0; at < until; number++) {
    size_t start = at;
    next(terms->text, &at, until);
    bool alone = number == 0 && at == until;
    if (alone || terms->use == TERMS_STORED) add(terms, start, at, TERMS_HAN);
    if (number > 0) add_pair(terms, before, start, at);
    before = start;
  }
}

/* ---- all other words ---- */

static bool is_apostrophe(int32_t point) {
  return point == '\'' || point == 0x2018 || point == 0x2019 || point == 0x2bb || point == 0x2bc;
}

/* Is it part of the word around it, whatever its class? Marks are, and what nobody sees. */
static bool clings(int32_t point) {
  if (point < 0x80) return false;
  int8_t type = u_charType(point);
  return type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK || type == U_ENCLOSING_MARK ||
         type == U_FORMAT_CHAR;
}

/* The end of the piece of one class that begins at `from`, without apostrophes at its end; `*behind`: where the next begins. */
static size_t piece_end(struct slice text, size_t from, size_t until, enum terms_class class, size_t *behind) {
  size_t at = from, end = from;
  while (at < until) {
    size_t start = at;
    int32_t point = next(text, &at, until);
    bool inside = is_apostrophe(point) && class != TERMS_DIGIT;
    if (!inside && !clings(point)) {
      if (terms_fold_class(point) != class) {
        *behind = start;
        return end;
      }
      end = at;
    } else if (!inside) {
      end = at;
    }
  }
  *behind = until;
  return end;
}

/* B2B, covid19: the whole, and for what is stored the parts too. */
static void add_compound(struct terms *terms, size_t from, size_t until) {
  add(terms, from, until, TERMS_DIGIT);
  for (size_t at = from; terms->use == TERMS_STORED && at < until;) {
    size_t start = at;
    enum terms_class class = terms_fold_class(next(terms->text, &at, until));
    size_t end = piece_end(terms->text, start, until, class, &at);
    if (class != TERMS_NONE) add(terms, start, end, class);
    if (at <= start) break;
  }
}

static void add_word(struct terms *terms, size_t from, size_t until) {
  for (size_t at = from; at < until;) {
    size_t start = at;
    enum terms_class class = terms_fold_class(next(terms->text, &at, until));
    if (class == TERMS_NONE) continue;
    size_t end = piece_end(terms->text, start, until, class, &at);
    size_t last = end, parts = 1;
    while ((class == TERMS_LATIN || class == TERMS_DIGIT) && last == at && at < until) {
      size_t peek = at;
      enum terms_class other = terms_fold_class(next(terms->text, &peek, until));
      if (other != TERMS_LATIN && other != TERMS_DIGIT) break;
      last = piece_end(terms->text, at, until, other, &at);
      parts++;
    }
    if (parts > 1)
      add_compound(terms, start, last);
    else
      add(terms, start, end, class);
  }
}

static void add_words(struct terms *terms, size_t from, size_t until) {
  UErrorCode error = U_ZERO_ERROR;
  terms->view = utext_openUTF8(terms->view, terms->text.data + from, (int64_t)(until - from), &error);
  if (U_SUCCESS(error)) ubrk_setUText(terms->words, terms->view, &error);
  if (U_FAILURE(error)) {
    terms->failed = true;
    return;
  }
  int32_t start = ubrk_first(terms->words);
  for (int32_t end = ubrk_next(terms->words); end != UBRK_DONE; start = end, end = ubrk_next(terms->words)) {
    add_word(terms, from + (size_t)start, from + (size_t)end);
  }
}

size_t terms_cut(struct terms *terms, struct slice text, enum terms_use use) {
  buffer_clear(&terms->bytes);
  terms->count = 0;
  terms->failed = false;
  if (text.size > TEXT_LIMIT) text.size = TEXT_LIMIT;
  terms->text = text;
  terms->use = use;
  size_t run = 0;
  bool han = false;
  for (size_t at = 0; at <= text.size;) {
    size_t start = at;
    bool other = false;
    if (at < text.size) {
      int32_t point = next(text, &at, text.size);
      other = han ? clings(point) || terms_fold_class(point) == TERMS_HAN : terms_fold_class(point) == TERMS_HAN;
      if (other == han) continue;
    }
    if (start > run && han) add_han(terms, run, start);
    if (start > run && !han) add_words(terms, run, start);
    run = start;
    han = other;
    if (start == text.size) break;
  }
  size_t at = 0;
  for (size_t i = 0; i < terms->count; i++) {
    terms->list[i].text.data = terms->bytes.data + at;
    at += terms->list[i].text.size;
  }
  return terms->count;
}

const struct term *terms_list(const struct terms *terms) {
  return terms->list;
}

bool terms_failed(const struct terms *terms) {
  return terms->failed;
}

size_t terms_cut_for(struct terms *terms, struct slice text, enum terms_use use, struct arena *arena) {
  size_t count = terms_cut(terms, text, use);
  if (terms->failed) arena_fail(arena);
  return count;
}

static int by_bytes(const void *a, const void *b) {
  const struct slice *one = &((const struct term *)a)->text, *other = &((const struct term *)b)->text;
  size_t size = one->size < other->size ? one->size : other->size;
  int order = memcmp(one->data, other->data, size);
  if (order) return order;
  return (one->size > other->size) - (one->size < other->size);
}

size_t terms_unique(struct terms *terms) {
  if (terms->count < 2) return terms->count;
  qsort(terms->list, terms->count, sizeof *terms->list, by_bytes);
  size_t kept = 1;
  for (size_t i = 1; i < terms->count; i++) {
    if (slice_equal(terms->list[i].text, terms->list[kept - 1].text)) continue;
    terms->list[kept++] = terms->list[i];
  }
  return terms->count = kept;
}
