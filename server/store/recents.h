#ifndef STORE_RECENTS_H
#define STORE_RECENTS_H
/* Who wrote the newest messages of the rooms that were asked about lately: what counting unread messages needs, kept in
 * memory so that ten thousand members who come back at once do not each walk through a thousand rows. One thread. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECENT_KEEP 1024     /* messages known at least, if the room has as many */
#define RECENT_CAPACITY 2048 /* … at most */

struct recent_message {
  int64_t seq, member;
};

/* The messages of a room after `from` and up to `head` that are not removed, by seq. */
struct recent {
  int64_t room; /* key; 0: free */
  int64_t from, head;
  size_t count;
  struct recent_message messages[RECENT_CAPACITY];
};

struct recents;

struct recents *recents_create(void);
/* Takes NULL. */
void recents_destroy(struct recents *recents);
/* Forgets all rooms. */
void recents_forget(struct recents *recents);
/* The room's, or an empty one (head -1) in place of another room's. NULL: no memory. */
struct recent *recents_get(struct recents *recents, int64_t room);
/* A message with a higher seq than all before. */
void recent_append(struct recent *recent, int64_t seq, int64_t member);
void recent_remove(struct recent *recent, int64_t seq);
/* Messages after `after` by others than `member`; at most `limit`. */
int64_t recent_count(const struct recent *recent, int64_t after, int64_t member, int64_t limit);
#endif
