#ifndef BASE_BUILTIN_H
#define BASE_BUILTIN_H
/* Files of this folder that are compiled in. */
#include "club/slice.h"

/* club.json. */
struct slice builtin_club(void);
#endif
