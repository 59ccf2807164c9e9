#ifndef CLUB_BROKEN_H
#define CLUB_BROKEN_H
/* Builds with one rule broken on purpose, by which the tests prove that they would find it (tests/broken). Every other
 * build has nothing of it: BROKEN() is 0 there, and the compiler leaves out what depends on it. `-DCLUB_BROKEN=gap` breaks
 * one. A break is written `if (BROKEN(rule) …) …;`, `… && !BROKEN(rule) && …` or `BROKEN(rule) ? … : …`, so that
 * tests/broken/untouched.mjs can cut it out and see that the compiler makes the same of what is left. */
#define BROKEN_nothing 0
#define BROKEN_gap 1       /* what is missing of a room's log is skipped, not read from the store */
#define BROKEN_duplicate 2 /* a client_id that is there is altered and posted once more */
#define BROKEN_cursor 3    /* after catching up from the store one entry is passed over now and then */
#define BROKEN_early 4     /* a post is answered although nobody knows whether it is committed */
#define BROKEN_lock 5      /* PostgreSQL: a room's row is not locked, its numbers are not unique */
#define BROKEN_stale 6     /* what was done to a member in a room is not heard of: its rights are those of before */
#define BROKEN_async 7     /* PostgreSQL: commits are confirmed before they are written */

#ifndef CLUB_BROKEN
#define CLUB_BROKEN nothing
#endif
#define BROKEN_RULE(rule) BROKEN_##rule
#define BROKEN_CHOSEN(rule) BROKEN_RULE(rule)
#define BROKEN_WORD(rule) #rule
#define BROKEN_SAY(rule) "broken on purpose: " BROKEN_WORD(rule)

#define BROKEN(rule) (BROKEN_##rule == BROKEN_CHOSEN(CLUB_BROKEN))
/* Is anything broken, and what, in words. */
#define BROKEN_ANY (BROKEN_CHOSEN(CLUB_BROKEN) != BROKEN_nothing)
#define BROKEN_WORDS BROKEN_SAY(CLUB_BROKEN)
#endif
