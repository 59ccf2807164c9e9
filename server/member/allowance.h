#ifndef MEMBER_ALLOWANCE_H
#define MEMBER_ALLOWANCE_H
/* A bucket for each of many names, of which a bounded number is remembered: a full bucket needs no remembering, and when
 * there are too many, the one that is nearest to full is forgotten. */
#include "club/member.h"

struct allowance;

/* NULL: no memory. */
struct allowance *allowance_create(size_t limit, struct rate rate) CLUB_MUST_CHECK;
/* Takes NULL. */
void allowance_destroy(struct allowance *allowance);
/* 0: taken; else wait so many ms. */
int64_t allowance_take(struct allowance *allowance, struct slice name, int64_t now_ms) CLUB_MUST_CHECK;
void allowance_return(struct allowance *allowance, struct slice name);
/* How many are remembered. */
size_t allowance_count(const struct allowance *allowance);
#endif
