#ifndef STORE_WORDS_H
#define STORE_WORDS_H
/* A member's sectors and languages as one column keeps them: words with spaces between. No word holds a space. */
#include "club/arena.h"
#include "club/entry.h"

/* Slices into `text`; at most LIMIT_MEMBER_LIST. */
struct slices words_split(struct slice text, struct arena *arena);
/* Absent: no memory. */
struct slice words_join(struct slices words, struct arena *arena);
#endif
