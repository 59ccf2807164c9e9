#ifndef CLUB_TEXT_H
#define CLUB_TEXT_H
/* What may stand in a text. Characters are code points. Any thread. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "club/slice.h"

/* False: not UTF-8 (RFC 3629; no surrogates, no overlong forms). */
bool text_is_utf8(struct slice text);
/* Code points of valid UTF-8. */
size_t text_characters(struct slice text);
/* The code point at byte `*at`, below the text's size, moving behind it; -1 and not moved: not UTF-8. */
int32_t text_next_point(struct slice text, size_t *at);
/* Empty, only white space (Unicode's White_Space), or control characters (Cc) other than tab and newline: not writable. */
bool text_is_writable(struct slice text);
/* One emoji of Unicode's, at most 32 bytes: a single grapheme cluster that is an emoji sequence (ICU's properties).  */
bool text_is_emoji(struct slice text);
/* Folds case as Unicode's simple folding of ASCII and checks `[a-z0-9][a-z0-9._-]{0,31}`; `login` gets at most 33 bytes
 * with its zero byte. False: no login. */
bool text_fold_login(struct slice text, char login[33]);
/* The next `@login` in `text` from byte `*at` on (not preceded by a letter, digit or '@'; the login without trailing
 * dots), folded. False: no more. Moves `*at` behind it. */
bool text_next_mention(struct slice text, size_t *at, char login[33]);
#endif
