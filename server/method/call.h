#ifndef METHOD_CALL_H
#define METHOD_CALL_H
/* What the families of methods share: how a call submits its job, how it answers. */
#include "club/method.h"

/* A method: its row, and its two steps. */
struct steps {
  struct method row;
  /* Answers, or submits one job with call_submit. */
  void (*begin)(struct call *call, const struct request *request, store_done done);
  /* The job is back with whatever outcome; it stays the caller's. NULL: begin always answers. */
  void (*finish)(struct call *call, struct store_job *job);
};

/* A frame may wrap what it carries into an array. */
#define ANSWER_LIMIT (LIMIT_FRAME - 2)
#define RETRY_UNAVAILABLE_MS 1000

/* ---- jobs ---- */

/* A job of this kind; NULL: answered `unavailable`. */
struct store_job *call_job(struct call *call, enum store_kind kind) CLUB_MUST_CHECK;
/* Submits it as the call's, or answers `unavailable`. */
void call_submit(struct call *call, struct store_job *job, store_done done);
/* Was it done? If not, answers why. */
bool call_stored(struct call *call, const struct store_job *job) CLUB_MUST_CHECK;
/* Copies the author as it is now into the job's arena. */
void call_keep_author(struct call *call, struct store_job *job);

/* ---- answers ---- */

/* False: nobody waits for the answer; the call counts as answered either way. */
bool call_answer_begin(struct call *call) CLUB_MUST_CHECK;
/* Ends it. False: it does not fit into a frame and is undone: answer otherwise. */
bool call_answer_end(struct call *call) CLUB_MUST_CHECK;
/* Ends an answer that always fits, or says `unavailable` when there was no memory. */
void call_answer_finish(struct call *call);
void call_empty(struct call *call);
/* The answer shows entries as of `as_of`, from memory or as its last job read them. */
void call_is_page(struct call *call, int64_t as_of, bool from_memory);
void call_params(struct call *call, const char *field);
void call_reason(struct call *call, enum reason reason, int64_t retry_after_ms);

/* An answer `{"key":[…],"more":…}` of as many items as fit into a frame. The answer has begun. */
struct answer_list {
  struct call *call;
  size_t count;  /* items that are in */
  size_t before; /* where the present one begins */
};
struct answer_list answer_list_begin(struct call *call, const char *key);
/* … behind other members of the object, which has begun. */
struct answer_list answer_list_within(struct call *call, const char *key);
/* Around the encoding of each item; false: it does not fit, and neither would what follows. */
void answer_list_next(struct answer_list *list);
bool answer_list_keep(struct answer_list *list) CLUB_MUST_CHECK;
/* Ends the whole answer. */
void answer_list_end(struct answer_list *list, bool more);

/* ---- pages: page.c ---- */

/* What of the store's page goes into the answer: where not all fits into a frame, the `count` entries nearest to where
 * the client stands. */
struct cut {
  const struct entry *entries;
  size_t count;
  bool more;
};
struct cut cut_page(const struct store_page *page, size_t count);
/* The limit of a page that a client asked for. */
int64_t cut_limit(bool given, int64_t limit);

/* ---- rooms ---- */

/* Could a member enter a room of this id? The club's own rooms: as a rule. A direct talk, or one that was made: the store
 * knows. Others: no, and no instance can know more. */
bool call_may_enter(struct call *call, struct slice room) CLUB_MUST_CHECK;
bool room_id_is_direct(struct slice room);
/* Was it made by a moderator? */
bool room_id_is_custom(struct slice room);
/* Is it one of the club's own rooms, open to everybody who is not banned from it? */
bool call_is_open(const struct call *call, struct slice room);
/* Is the member banned, from there or from the club, as memory knows it? Then the store is asked, and nothing is answered
 * from memory. */
bool call_is_shut_out(const struct call *call, struct slice room);

/* ---- members ---- */

/* The member that a param names. False: nobody can be meant, answered `not_found`. */
bool call_member(struct call *call, struct slice id, int64_t *key) CLUB_MUST_CHECK;
/* The same for the param `member`, and not oneself (-32602). */
bool call_other(struct call *call, struct slice id, int64_t *key) CLUB_MUST_CHECK;

/* ---- the member's list: listing.c ---- */

/* Puts the room on the present member's list; where it is new there, all connections are told of it. False: the record
 * is too old, read it again. */
bool listing_show(const struct services *services, struct present *present, const struct room_record *record)
    CLUB_MUST_CHECK;
/* The room is another one for the member: the connections are owed the `room` notification. */
void listing_face(const struct services *services, struct present *present, struct listing *listing,
                  const struct room_record *record);

/* ---- a room that came onto the list by the member's own act: room_open.c ---- */

/* Shows it on the list, here and elsewhere, and answers {room}. */
void room_open_answer(struct call *call, const struct room_record *record);

/* ---- rates: rate.c ---- */

/* Of the member's posts; without limits none. */
struct rate rate_posts(const struct call *call);
/* One direct talk, one member let into a room: only the young have a rate for these. False: answered `rate_limited`. */
bool rate_take_open(struct call *call) CLUB_MUST_CHECK;
void rate_return_open(struct call *call); /* the talk was there */
bool rate_take_admit(struct call *call) CLUB_MUST_CHECK;
/* One who is young says in this room what others of them said a moment ago: not before a moderator has seen it. */
bool rate_joins_chorus(const struct call *call, struct slice room, struct slice text) CLUB_MUST_CHECK;
/* One of the member's changes: of messages, of the own card. False: answered `rate_limited`. */
bool rate_take_change(struct call *call) CLUB_MUST_CHECK;
/* One of the member's searches. False: answered `rate_limited`. */
bool rate_take_find(struct call *call) CLUB_MUST_CHECK;
/* Nothing was changed: it costs nothing. */
void rate_return_change(struct call *call);
/* One of what the member does as a moderator: the same two. */
bool rate_take_act(struct call *call) CLUB_MUST_CHECK;
void rate_return_act(struct call *call);

/* ---- what moderators do: moderate.c ---- */

/* A STORE_ACT job by the member, in that room (absent: in the club). NULL: answered. */
struct store_job *moderate_job(struct call *call, enum act act, struct slice room) CLUB_MUST_CHECK;
/* … on that member. */
struct store_job *moderate_job_on(struct call *call, enum act act, struct slice room, struct slice member)
    CLUB_MUST_CHECK;
void moderate_submit(struct call *call, struct store_job *job, store_done done);
/* Was it done? Then the room's log has what came of it. If not, answers why. */
bool moderate_done(struct call *call, const struct store_job *job) CLUB_MUST_CHECK;
/* Answers {seq, at}, or {}. */
void moderate_finish_changed(struct call *call, struct store_job *job);
/* `{key: count}`. */
void moderate_finish_count(struct call *call, struct store_job *job, const char *key);
void moderate_finish_empty(struct call *call, struct store_job *job);

/* One of the member's searches. False: answered `rate_limited`. */
bool rate_take_search(struct call *call) CLUB_MUST_CHECK;

/* ---- the families ---- */

extern const struct steps ping_steps;
extern const struct steps room_list_steps;
extern const struct steps room_find_steps;
extern const struct steps room_open_steps, direct_open_steps;
extern const struct steps room_join_steps, room_history_steps;
extern const struct steps room_leave_steps, room_members_steps, room_typing_steps;
extern const struct steps room_read_steps;
extern const struct steps room_notify_steps;
extern const struct steps message_post_steps;
extern const struct steps message_search_steps;
extern const struct steps message_edit_steps, message_remove_steps, message_react_steps;
extern const struct steps member_get_steps, member_update_steps;
extern const struct steps member_find_steps;
extern const struct steps member_block_steps, member_blocked_steps;
extern const struct steps session_list_steps, session_end_steps;
extern const struct steps room_create_steps, room_update_steps, room_invite_steps, room_pin_steps;
extern const struct steps message_purge_steps, member_mute_steps, member_ban_steps, member_appoint_steps;
extern const struct steps audit_list_steps;
extern const struct steps sanction_list_steps, room_staff_steps, room_admitted_steps;
extern const struct steps invite_freeze_steps, club_raid_steps;
extern const struct steps invite_tree_steps;
extern const struct steps report_send_steps, report_list_steps, report_count_steps, report_settle_steps;
extern const struct steps invite_create_steps, invite_list_steps, invite_revoke_steps;
#endif
