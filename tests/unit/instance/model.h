#ifndef TEST_MODEL_H
#define TEST_MODEL_H
/* The store as a model in memory: small enough to be seen right, and able to refuse, to answer late and to answer
 * "unknown". Several servers share one; each has its own end. */
#include "club/limits.h"
#include "club/store.h"

#define MODEL_ROOMS 5 /* the last two are direct talks: of members 1 and 2, of 3 and 4 */
#define MODEL_MEMBERS 6
#define MODEL_ENTRIES 1024

struct model_entry {
  int64_t at;
  enum entry_type type;
  int member;
  char client_id[24], text[96], emoji[16];
  int pad;     /* letters `a` behind the text: long ones fill frames and pages */
  int mention; /* a member; 0: none */
  int64_t target, removed_by;
  bool on;
};

struct model_room {
  const char *id;
  int pair[2];                               /* a direct talk: its members */
  struct model_entry entries[MODEL_ENTRIES]; /* seq - 1 */
  int64_t head;
  struct {
    bool listed;
    int64_t read;
  } listing[MODEL_MEMBERS + 1];
  int64_t banned_at[MODEL_MEMBERS + 1]; /* 0: the member is not */
  bool ever_banned[MODEL_MEMBERS + 1];
};

struct model {
  struct model_room rooms[MODEL_ROOMS];
  struct club_event events[256];
  int64_t club_head;
  bool ended[MODEL_MEMBERS + 1]; /* the member's session */
  int64_t *now_ms;
  char epoch[24];
  int epochs;
};

void model_init(struct model *model, int64_t *now_ms);
struct model_room *model_room(struct model *model, struct slice id);
bool model_may_enter(const struct model_room *room, int64_t member);
int64_t model_unread(const struct model_room *room, int64_t member);
int64_t model_mentions(const struct model_room *room, int64_t member);
/* The store goes back to an earlier point and on from there. `back` gives how far, for each room. */
void model_change_epoch(struct model *model, int64_t (*back)(void *context, int64_t head), void *context);
/* A moderator keeps the member out of the room, or lets it in again. */
void model_ban(struct model *model, int room, int member, bool on);
/* Carries the job out, whole; sets its outcome. */
void model_run(struct model *model, struct store_job *job);
/* The entry whose text message `seq` has at `as_of`; NULL: removed by then. */
const struct model_entry *model_text(const struct model_room *room, int64_t seq, int64_t as_of);
/* How many members react to message `seq` at `as_of`, and whether this one does; who, by key, where `members` is given. */
int64_t model_reactions(const struct model_room *room, int64_t seq, int64_t as_of, int64_t member, bool *mine,
                        int64_t members[MODEL_MEMBERS]);
/* Is this the entry's text? */
bool model_is_text(const struct model_entry *entry, struct slice text);
/* The token of a member's session. */
void model_token(char token[TOKEN_SIZE + 1], int member);
#endif
