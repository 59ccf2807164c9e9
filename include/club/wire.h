#ifndef CLUB_WIRE_H
#define CLUB_WIRE_H
/* Bytes to requests, things to bytes. The methods and HTTP bodies are described once, in server/wire/openrpc.json;
 * build/generated/methods.h holds what the build makes of it: `enum method_id` (METHOD_PING, METHOD_ROOM_JOIN, …,
 * METHOD_COUNT), `enum body_id` (BODY_SESSION, …), a struct of params for each with one member for each param
 * (`struct message_post_params { struct slice room; struct slice client_id; … }`, `struct session_body`; none for a
 * method without params), and `union params` (`.message_post`, `.session_body`).
 * Any thread; a frame belongs to one at a time. */
#include <stdint.h>

#include "club/buffer.h"
#include "club/entry.h"
#include "club/limits.h"
#include "club/reason.h"
#include "methods.h" /* generated; includes only club/slice.h and club/entry.h */

/* ---- requests ---- */

struct request_id {
  bool present; /* false: a request that is never answered, or null in an error's answer */
  bool is_text;
  int64_t number;
  unsigned char size;
  char text[LIMIT_IDENTIFIER];
};

enum problem {
  PROBLEM_NONE,
  PROBLEM_PARSE = -32700,
  PROBLEM_REQUEST = -32600, /* always answered, with id null */
  PROBLEM_METHOD = -32601,
  PROBLEM_PARAMS = -32602, /* `field` names the param */
  PROBLEM_REASON = 1000    /* `reason` says it: too_long */
};

struct request {
  struct request_id id;
  enum problem problem;
  enum reason reason;
  const char *field; /* static text */
  enum method_id method;
  union params params; /* slices point into the frame; an optional param that is absent: data NULL; numbers and booleans
                          have a `has_…` member beside them when they are optional */
};

struct frame;

/* Parses a text frame. Never fails but for memory (NULL): what is malformed shows as a problem. The frame copies what it
 * needs of `bytes`. */
struct frame *frame_parse(struct slice bytes) CLUB_MUST_CHECK;
/* Takes NULL. */
void frame_destroy(struct frame *frame);
/* Of the frame as a whole: PROBLEM_PARSE or PROBLEM_REQUEST, answered once with id null; else PROBLEM_NONE. */
enum problem frame_problem(const struct frame *frame);
/* Requests that frame_next has still to give. */
size_t frame_remaining(const struct frame *frame);
/* The next request, checked against its description; valid as long as the frame. False: no more. */
bool frame_next(struct frame *frame, struct request *request);

/* An HTTP body against its description. `problem` NONE, PARSE, PARAMS (field) or REASON. The frame holds the strings. */
struct frame *body_parse(struct slice bytes, enum body_id body, struct request *request) CLUB_MUST_CHECK;

/* ---- answers and notifications: each appends one whole JSON value to `out` ---- */

/* `{"jsonrpc":"2.0","id":…,"result":` and `}`; in between comes one value. */
void encode_result_begin(struct buffer *out, const struct request_id *id);
void encode_result_end(struct buffer *out);
/* The whole answer. `field` may be NULL; retry_after_ms 0: none (told in whole seconds, rounded up). */
void encode_error(struct buffer *out, const struct request_id *id, enum problem problem, enum reason reason,
                  const char *field, int64_t retry_after_ms);
void encode_empty(struct buffer *out); /* {} */
/* {seq, at, duplicate} and {seq, at} */
void encode_posted(struct buffer *out, int64_t seq, int64_t at, bool duplicate);
void encode_changed(struct buffer *out, int64_t seq, int64_t at);

void encode_member(struct buffer *out, const struct member_record *member, bool online);
/* … as somebody else sees that member: `blocked`, whether they block them; NULL: not said. */
void encode_member_seen(struct buffer *out, const struct member_record *member, bool online, const bool *blocked);
/* … and who invited that member; `inviter` 0: not said. */
void encode_member_card(struct buffer *out, const struct member_record *member, bool online, const bool *blocked,
                        int64_t inviter, struct slice inviter_name);
/* {id, name, country, company} */
void encode_author(struct buffer *out, int64_t member, struct slice name, struct slice country, struct slice company);

/* A Room as the protocol has it: the record and what only the instance or the club file knows. */
struct room_face {
  const struct room_record *record;
  struct slice country, sector; /* empty: none */
  struct slice title;
  int64_t online;
  int64_t slow; /* seconds, as it is now */
  bool joined, with_online;
  bool listed;                  /* said only where it is so: the others of a search are not */
  const char *role;             /* the member's standing there */
  const struct sanction *muted; /* NULL: the member is not */
};
void encode_room(struct buffer *out, const struct room_face *face);

/* An Entry, as it stands in an answer or as it was sent: what `entry` has of reactions, removed and edited_at. Where it
 * is removed, text and mentions are not written even if they are there. */
void encode_entry(struct buffer *out, const struct entry *entry);
/* `,"reactions":[…]`: what stands last in such an entry, before its brace. Nothing where there are none. */
void encode_reactions(struct buffer *out, const struct reaction *reactions, size_t count);
/* `"entries":[…],"more":…,"as_of":…` without braces: a join's answer has the room before it. */
void encode_page(struct buffer *out, const struct entry *entries, size_t count, bool more, int64_t as_of);

/* Notifications, whole. */
void encode_entry_notification(struct buffer *out, const struct entry *entry);
struct welcome {
  const struct member_record *member;
  struct slice instance, epoch;
  int64_t now_ms;
  bool raid;
};
void encode_welcome(struct buffer *out, const struct welcome *welcome);
void encode_closing(struct buffer *out, int64_t retry_after_ms);
void encode_typing(struct buffer *out, struct slice room, int64_t member, struct slice name, struct slice country,
                   struct slice company);
void encode_presence(struct buffer *out, struct slice room, int64_t online);
/* `seq`: the mark; the rest is how the room stands for the member whose mark it is. */
void encode_read(struct buffer *out, struct slice room, int64_t seq, int64_t head, int64_t unread, int64_t mentions);
void encode_left(struct buffer *out, struct slice room, enum reason reason);
/* `role`: the member's, now. */
void encode_acted(struct buffer *out, const struct audit_record *act, enum role role);
void encode_reports(struct buffer *out);
void encode_notice(struct buffer *out, const char *level, const char *code, const char *text);
#define INVITE_ID_SIZE KEY_ID_SIZE /* "i17" */
/* "i17"; the buffer gets a zero byte. */
void invite_id_write(char id[INVITE_ID_SIZE], int64_t key);
/* False: not the form of such an id. */
bool invite_id_read(struct slice id, int64_t *key) CLUB_MUST_CHECK;
/* An Invite, as invite.list shows it. */
void encode_invite(struct buffer *out, const struct invite_record *record);
/* A TreeMember, as invite.tree shows it. */
void encode_tree_member(struct buffer *out, const struct tree_record *record);
/* An Action, as audit.list shows it. */
void encode_action(struct buffer *out, const struct audit_record *act);
#define ACTION_ID_SIZE KEY_ID_SIZE /* "a17" */
/* "a17"; the buffer gets a zero byte. */
void action_id_write(char id[ACTION_ID_SIZE], int64_t key);
/* False: not the form of such an id. */
bool action_id_read(struct slice id, int64_t *key) CLUB_MUST_CHECK;
/* A Sanction, as sanction.list shows it. */
void encode_sanction_seen(struct buffer *out, const struct sanction_record *record);
#define SANCTION_ID_SIZE 64 /* "s17.4.1": where it stands among all */
/* False: not the form of such an id. */
bool sanction_id_read(struct slice id, struct sanction_place *place) CLUB_MUST_CHECK;
/* One of the Staff, as room.staff shows it. */
void encode_staff(struct buffer *out, const struct staff_record *record);
/* A Report, as report.list shows it. */
void encode_report(struct buffer *out, const struct report_record *report);
#define REPORT_ID_SIZE KEY_ID_SIZE /* "p17" */
/* "p17"; the buffer gets a zero byte. */
void report_id_write(char id[REPORT_ID_SIZE], int64_t key);
/* False: not the form of such an id. */
bool report_id_read(struct slice id, int64_t *key) CLUB_MUST_CHECK;
void encode_room_notification(struct buffer *out, const struct room_face *face);
/* `heads`: begin, one call for each room, end. */
void encode_heads_begin(struct buffer *out);
void encode_heads_item(struct buffer *out, bool first, struct slice room, int64_t head, int64_t unread,
                       int64_t mentions);
void encode_heads_end(struct buffer *out);

/* JSON's smallest parts, for answers that are made in one place only. A string with its quotes, escaped as RFC 8259
 * asks; `key` writes `"key":`. */
void encode_string(struct buffer *out, struct slice text);
void encode_key(struct buffer *out, const char *key);
void encode_bool(struct buffer *out, bool value);
void encode_instant(struct buffer *out, int64_t wall_ms); /* with quotes */
/* {"error":{"reason":…,"message":…,"field":…}} */
void encode_http_error(struct buffer *out, enum reason reason, const char *field);
/* The same with reason `banned` and "ban":{"until":…,"reason":…}, each of the two only where there is one. */
void encode_http_banned(struct buffer *out, const struct sanction *ban);
#endif
