#ifndef TEST_MODEL_H
#define TEST_MODEL_H
/* The store as a model in memory: small enough to be seen right, and able to refuse, to answer late and to answer
 * "unknown". Several servers share one; each has its own end. */
#include "club/limits.h"
#include "club/store.h"

#define MODEL_ROOMS \
  6 /* a country, a sector, their crossing; direct talks of members 1 and 2, of 3 and 4; a private one */
#define MODEL_PRIVATE 5
#define MODEL_CLUB MODEL_ROOMS /* in place of a room: the whole club */
#define MODEL_MEMBERS 6        /* 6 is the admin and made the private room, 5 moderates the club at first */
#define MODEL_ENTRIES 1024
#define MODEL_EVENTS 1024
#define MODEL_AUDIT 512
#define MODEL_SESSIONS 16 /* of a member, one after the other */

struct model_entry {
  int64_t at;
  enum entry_type type;
  int member;
  char client_id[24], text[96], emoji[16];
  int pad;     /* letters `a` behind the text: long ones fill frames and pages */
  int mention; /* a member; 0: none */
  int64_t target, removed_by;
  bool on;
  char action[12], detail[48], reason[16]; /* what moderators did */
  int whom;
  int64_t until;
  bool locked; /* how the room is set from then on */
  int64_t slow;
  char topic[16];
};

struct model_sanction {
  bool on;
  int64_t since, until; /* until 0: until it is lifted */
  char reason[16];
};

/* An act, as the audit log has it. */
struct model_act {
  int64_t at;
  const char *action;
  int by, at_room, member; /* at_room: MODEL_CLUB, none */
  uint32_t whom;           /* a bit for each member to whom it was done */
  char tag[16];            /* by which it is known again: the reason, else what was set */
  bool reasoned;           /* the tag is the reason */
  int64_t until;
  uint32_t told; /* a bit for each client, of the line that it has */
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
  bool locked, is_private, ever_locked, ever_slow;
  int64_t slow;
  char topic[16];
  int64_t posted[MODEL_MEMBERS + 1]; /* in slow mode: when last */
  bool moderates[MODEL_MEMBERS + 1];
  bool admitted[MODEL_MEMBERS + 1], ever_excluded[MODEL_MEMBERS + 1];
  int64_t excluded_at[MODEL_MEMBERS + 1];
};

struct model {
  struct model_room rooms[MODEL_ROOMS];
  struct club_event events[MODEL_EVENTS];
  int64_t club_head;
  enum role roles[MODEL_MEMBERS + 1];
  struct model_sanction sanctions[MODEL_ROOMS + 1][SANCTION_FROZEN + 1][MODEL_MEMBERS + 1];
  bool ever[MODEL_ROOMS + 1][SANCTION_FROZEN + 1][MODEL_MEMBERS + 1];
  struct model_act audit[MODEL_AUDIT];
  int64_t audit_count;
  struct {
    int member;
    char client_id[16];
  } invites[MODEL_AUDIT];
  int64_t invite_count;
  bool ended[MODEL_MEMBERS + 1];                                         /* the member's session */
  bool shut_out[MODEL_MEMBERS + 1];                                      /* … with a ban from the club, or a freeze */
  int session[MODEL_MEMBERS + 1];                                        /* which one it is, from 0 */
  unsigned char digests[MODEL_MEMBERS + 1][MODEL_SESSIONS][DIGEST_SIZE]; /* of their tokens */
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
struct club_event *model_event(struct model *model, struct store_job *job, enum club_event_kind kind, int member);
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
void model_token(char token[TOKEN_SIZE + 1], int member, int session);
void model_refuse(struct store_job *job, enum reason reason);
struct model_entry *model_add(struct model *model, struct model_room *room, enum entry_type type, int member);
struct entry model_raw(const struct model_room *room, int64_t seq, struct store_job *job);
void model_keep(char *to, size_t size, struct slice text);

/* ---- model_reads.c ---- */

struct room_record model_record(const struct model_room *room, int64_t member, struct store_job *job);
void model_list(struct model *model, int64_t member, struct store_job *job, struct room_record **records,
                size_t *count);
void model_mark_read(struct model_room *room, struct store_job *job);
void model_page(struct model_room *room, struct store_job *job);
void model_entries(struct model_room *room, struct store_job *job);
void model_session(struct model *model, struct store_job *job);
void model_pulse(struct model *model, struct store_job *job);
void model_member_get(struct model *model, struct store_job *job);
/* With what it may. */
struct member_record model_member(const struct model *model, struct store_job *job, int member);

/* ---- model_acts.c: who may what, and what moderators do ---- */

bool model_holds(const struct model *model, int at, enum sanction_kind kind, int member);
/* Kept out of the club. */
bool model_is_out(const struct model *model, int member);
enum reason model_enters(const struct model *model, int at, int member);
/* Since when the member may not enter; 0: it may. */
int64_t model_out_since(const struct model *model, int at, int member);
/* Was there ever a reason for the member to hear that it may not enter? */
bool model_ever_out(const struct model *model, int at, int member);
enum standing model_standing(const struct model *model, int at, int member);
/* May the member write there now? `slow_ms`: how long it must wait. */
enum reason model_may_write(const struct model *model, int at, int member, bool post, int64_t *slow_ms);
void model_posted(struct model *model, int at, int member);
enum reason model_may_remove(const struct model *model, int at, int member, int author);
void model_removed(struct model *model, struct store_job *job, int at);
void model_do(struct model *model, struct store_job *job);
void model_invite(struct model *model, struct store_job *job);
/* The operator lifts it, also when its time is over. */
void model_lift(struct model *model, int at, enum sanction_kind kind, int member);
/* … into the private room, whoever is left to do so. */
void model_let_in(struct model *model, int member);
/* Whoever is let into the club again logs in again. */
void model_log_in(struct model *model);
void model_fill_rights(const struct model *model, struct store_job *job, struct member_record *record);
void model_fill_room(const struct model_room *room, struct store_job *job, struct room_settings *settings);
void model_audit(struct model *model, struct store_job *job);
void model_acted(struct model *model, struct store_job *job);
#endif
