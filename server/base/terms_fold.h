#ifndef BASE_TERMS_FOLD_H
#define BASE_TERMS_FOLD_H
/* One word brought to the form in which all its spellings agree. */
#include "club/buffer.h"

enum terms_class { TERMS_NONE, TERMS_HAN, TERMS_LATIN, TERMS_DIGIT, TERMS_CYRILLIC, TERMS_OTHER };

struct terms_fold;

/* NULL: no memory, or a library without its data. */
struct terms_fold *terms_fold_create(void) CLUB_MUST_CHECK;
/* Takes NULL. */
void terms_fold_destroy(struct terms_fold *fold);
/* What a code point is to a word; marks and invisible characters are TERMS_NONE. */
enum terms_class terms_fold_class(int point);
/* Appends the folded form of `word`, valid UTF-8, all of one class (Latin ones with digits: TERMS_DIGIT), to `out`: at most
 * TERMS_BYTES, perhaps nothing. False: a library had no memory; what `out` had none for, or no room, it says itself. */
bool terms_fold_word(struct terms_fold *fold, struct slice word, enum terms_class class, struct buffer *out)
    CLUB_MUST_CHECK;
#endif
