#ifndef MEMBER_COMMON_PASSWORDS_H
#define MEMBER_COMMON_PASSWORDS_H
/* The commonest passwords of eight characters and more, common_passwords.txt, compiled in. */
#include "club/slice.h"

/* `folded`: in lower case. */
bool common_passwords_hold(struct slice folded);
#endif
