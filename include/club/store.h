#ifndef CLUB_STORE_H
#define CLUB_STORE_H
/* The store: what must last. Work goes in as jobs and comes back as the same jobs, carried out. A write job that comes
 * back STORE_DONE is durable. The caller owns a job until it is submitted and again once it is back; a job carries ids
 * and plain data in its own arena, never a pointer to anything that lives on the loop.
 *
 * Write jobs are carried out in the order of submission, many in one transaction; each either happens whole or not at
 * all, and one that is refused leaves the others alone. Read jobs see every write that came back before they were
 * submitted, each one consistent snapshot; there is no order between them. */
#include <stdint.h>

#include "club/arena.h"
#include "club/clock.h"
#include "club/digest.h"
#include "club/entry.h"
#include "club/reason.h"
#include "club/store_moderating.h"
#include "club/workers.h"

enum store_outcome {
  STORE_DONE,        /* carried out; a write is durable */
  STORE_REFUSED,     /* looked at and refused: `reason`; nothing changed */
  STORE_UNAVAILABLE, /* not carried out and nothing changed: the store could not */
  STORE_UNKNOWN      /* a write that happened, will yet happen or never will; the store cannot say now */
};

enum store_kind {
  /* Writes. */
  STORE_POST,
  STORE_EDIT,
  STORE_REMOVE,
  STORE_REACT,
  STORE_MARK_READ,
  STORE_ROOM_OPEN,
  STORE_DIRECT_OPEN,
  STORE_INVITE_CREATE,
  STORE_INVITE_REVOKE,
  STORE_MEMBER_ADD,
  STORE_MEMBER_ROLE,
  STORE_MEMBER_DISABLE,
  STORE_MEMBER_UPDATE,
  STORE_BLOCK,
  STORE_NOTIFY,
  STORE_CARD_CUT,
  STORE_PASSWORD_SET,
  STORE_SESSION_ADD,
  STORE_SESSION_END,
  STORE_SESSION_TOUCH,
  STORE_FIRST_INVITE,
  STORE_ROOMS_ENSURE,
  STORE_ACT,
  STORE_REPORT_SEND,
  STORE_HOLD,
  STORE_WRITES_END, /* not a kind: what is below reads */
  /* Reads. */
  STORE_SESSION_FIND,
  STORE_LOGIN_FIND,
  STORE_INVITE_FIND,
  STORE_INVITE_LIST,
  STORE_ROOM_LIST,
  STORE_ROOM_GET,
  STORE_ROOM_JOIN,
  STORE_HISTORY,
  STORE_ENTRIES,
  STORE_PULSE,
  STORE_MEMBER_LIST,
  STORE_MEMBER_GET,
  STORE_AUDIT_LIST,
  STORE_REPORT_LIST,
  STORE_REPORT_COUNT,
  STORE_BLOCKED_LIST,
  STORE_MEMBER_FIND,
  STORE_CARDS_UNCUT,
  STORE_SESSION_LIST,
  STORE_SEARCH,
  STORE_INVITE_TREE,
  STORE_ACTED,
  STORE_SANCTION_LIST,
  STORE_STAFF_LIST,
  STORE_ADMITTED_LIST,
  STORE_ROOM_FIND
};

/* What every instance must learn, numbered 1, 2, 3 … in the store (the club log). */
enum club_event_kind {
  CLUB_SESSION_ENDED = 1, /* session */
  CLUB_MEMBER_CHANGED,    /* member: role, disabled, name …: read it again */
  CLUB_LISTED,            /* member, room: it appeared on the member's list, or is another one there: read it again */
  /* member, session: key in the audit log, room: read the member's rights again, tell it; before the ends of sessions that
   * come of it */
  CLUB_ACTED,
  CLUB_SWITCHED /* session: 1, there is a raid; 0, it is over: wakes; the pulse says how it is */
};

struct club_event {
  int64_t seq;
  enum club_event_kind kind;
  int64_t member;    /* 0: none */
  int64_t session;   /* 0: none */
  struct slice room; /* empty: none */
};

struct room_head {
  struct slice room;
  int64_t head;
  int64_t known; /* the asker's own, untouched */
};

/* Rights are looked at where a job is carried out, in its transaction, by the table of club/rights.h; what stands in a
 * job about them is advice. A room that the member may not enter (another's direct talk, a private room without
 * admission) is not_found; one that the member is banned from, banned (a ban from a country is none from its
 * crossings). A member banned from the club, frozen or disabled is forbidden everything that writes, and enters no
 * room, not even to read: forbidden. A list of rooms leaves out those that the member may not enter now. */

/* STORE_POST. Recognising a repeated client_id comes before everything but the right to enter; a repeated one in
 * another room is refused with conflict; so is one whose text was held back (STORE_HOLD) and not published: held. Then, in
 * this order: rate_limited (`known_only`), forbidden in a direct talk
 * of two of whom one blocks the other (as are edits and reactions), muted (in the room or the club), locked, slow_mode
 * (`retry_after_ms`), reply_to that is no message of the room (not_found). Those who moderate there are exempt from
 * locked and slow_mode, not from muted. Puts the room on the author's list (read = the head before, when it was not
 * there); in a direct talk also on the other's (CLUB_LISTED). */
struct store_post {
  struct slice room;
  int64_t author, member; /* keys */
  struct slice client_id, text;
  int64_t reply_to; /* 0: none */
  bool known_only;  /* over a rate: only recognise a repeated one, refuse a new one with rate_limited */
  /* out */
  int64_t seq, at;
  int64_t retry_after_ms; /* when refused with slow_mode; with muted, 0: until it is lifted */
  bool duplicate;
  int64_t *mentions; /* members named by @login in the text who may enter the room */
  size_t mention_count;
  bool listed_other; /* the club log has a new event */
};

/* STORE_EDIT, STORE_REMOVE, STORE_REACT. Edit and react: muted, locked as for a post, once it is known that something
 * would change, before the limits. Removing another's message is ACT_REMOVE: it needs that right (also where it is
 * removed already), goes into the audit log and tells the author (CLUB_ACTED). One's own is removed whatever the room's
 * mode. `changed` false: nothing changed, seq and at are those of the entry that did it before (the latest edit or the
 * message itself when the text is already so; the earlier remove; the react entry that set this state, or the message
 * when it never was on). */
struct store_change {
  struct slice room;
  int64_t author, member;
  int64_t target;
  struct slice text;   /* edit */
  struct slice reason; /* remove; absent: none */
  struct slice emoji;  /* react */
  bool on;             /* react */
  /* out */
  int64_t seq, at;
  int64_t target_member;
  bool changed;
};

/* STORE_MARK_READ: refused with conflict beyond the head; never goes back. Lists nothing: a room not on the list gets
 * its mark only when it is listed, and the job is done without effect. */
struct store_mark_read {
  struct slice room;
  int64_t member, seq;
  int64_t head, read, unread, mentions; /* out: how they stand now */
};

/* STORE_ROOM_OPEN puts the room (which exists) on the member's list; STORE_ROOM_GET and STORE_ROOM_LIST only read.
 * STORE_DIRECT_OPEN finds or makes the talk of two members and puts it on `member`'s list; an `other` that is unknown,
 * disabled, banned from the club or frozen is not_found, one who blocks `member` forbidden. `record` is the room as
 * `member` sees it. */
struct store_room {
  struct slice room;
  int64_t member, other;
  char fresh[TOKEN_SIZE + 1]; /* STORE_DIRECT_OPEN: randomness for a new room's id, "dm." and its first 22 characters */
  /* out */
  struct room_record record;
  struct room_record *records; /* STORE_ROOM_LIST */
  size_t count;
};

/* STORE_ROOM_JOIN (record and a page) and STORE_HISTORY (a page). Answers messages as they stand at as_of, the head
 * in the same snapshot. after >= 0: the entries after it; before > 0: those before it; both -1: the newest. A page ends
 * at `limit` entries or about LIMIT_PAGE_BYTES as encoded, whichever is first, and holds at least one when there is
 * one. `after` beyond the head: refused with conflict. `more`: in the page's direction; false for the newest. */
struct store_page {
  struct slice room;
  int64_t member;
  int64_t after, before;
  int64_t limit;
  bool for_many; /* also who reacted (LIMIT_REACTORS), so that others can be answered with the same page */
  /* out */
  struct room_record record;
  struct entry *entries; /* oldest first */
  size_t count;
  bool more;
  int64_t as_of;
};

/* STORE_ENTRIES: the log itself from `from` to `to`, both inclusive, as it was sent then (a message's first text; a
 * removed text is gone, `removed`). At most LIMIT_PAGE_BYTES; `count` may be fewer than asked, never with a hole. */
struct store_entries {
  struct slice room;
  int64_t from, to;
  struct entry *entries; /* out */
  size_t count;
};

/* STORE_ACT, STORE_AUDIT_LIST, STORE_SANCTION_LIST, STORE_STAFF_LIST, STORE_ADMITTED_LIST, STORE_REPORT_*, STORE_HOLD,
 * STORE_ACTED, STORE_INVITE_*: club/store_moderating.h. */

/* STORE_MEMBER_ADD with `invited` uses up one use of the invite `digest` (not_found when it has none) and takes role
 * and room from it (`invited_by` is who made it); during a raid it is unavailable; without, `member.role` counts. A
 * taken login: conflict. With `session` also begins a session. STORE_PASSWORD_SET ends the member's other sessions (all
 * but `session`, 0: all). STORE_MEMBER_ROLE, _DISABLE: by login; the last admin cannot be dismissed or disabled
 * (conflict). Disabling ends all sessions. STORE_MEMBER_UPDATE, by key: texts with data and lists with items take the
 * place of what was there; a disabled member's is forbidden. `member` has rights filled in by STORE_MEMBER_ADD, _UPDATE
 * and _GET. */
struct store_member {
  bool invited, with_session;
  unsigned char digest[DIGEST_SIZE];         /* of the invite's token */
  unsigned char session_digest[DIGEST_SIZE]; /* of the new session's token */
  struct slice address;                      /* of whom, for the session's record */
  struct slice password;                     /* encoded hash, never the password */
  int64_t session;                           /* STORE_PASSWORD_SET: keep this one */
  bool disable;                              /* false: enable again */
  int64_t asker;                             /* STORE_MEMBER_GET: who wants to know; 0: nobody */
  struct slice client;                       /* of the new session, see store_session */
  struct member_record member;               /* in and out */
  bool blocked;                              /* out: the asker wants no direct talk with that one */
  int64_t inviter;                           /* out, with an asker: who invited that one; 0: nobody of the club */
  struct slice inviter_name;
  struct member_record *members; /* out: STORE_MEMBER_LIST, by login */
  size_t count;
};

/* STORE_NOTIFY: what of the room the member wants to be told of from now on; said again it changes nothing. A room that
 * is not on the member's list: not_found. What changes is told in the club log (CLUB_LISTED). */
struct store_notify {
  struct slice room;
  int64_t member;
  enum notify_level level;
};

/* STORE_BLOCK: `member` wants no direct talk with `other` from now on, or does not mind any more; said again it changes
 * nothing. Nobody of that key: not_found; over LIMIT_BLOCKS: rate_limited. Where the two have a talk, it changed for
 * both (CLUB_LISTED). STORE_BLOCKED_LIST: whom `member` blocks, by key, those after `other`, at most `limit`. */
struct store_block {
  int64_t member, other;
  bool on;
  int64_t limit;
  /* out */
  struct slice talk; /* its id; absent: there is none */
  struct member_record *members;
  size_t count;
  bool more;
};

/* STORE_MEMBER_FIND: members who are not disabled and fit all that is given (absent: whoever). `text`: each of its words, in
 * whatever form, somewhere in login, name, title, company, about, offers or seeks. `offers`, `seeks`: at least one of the
 * words in that field. Those with more of the words of `offers` and `seeks` come first (common words count only where there
 * are no others), otherwise by key. `after`: the last one of the page before; whom it does not find any more has nobody
 * behind. STORE_CARDS_UNCUT: members behind `after` whose cards were not cut into terms by this release, which finds them
 * by none or not by all; STORE_CARD_CUT (a store_member with such a record) does it, and is refused with conflict when the
 * card changed since. */
struct store_people {
  struct slice text, country, sector, language, offers, seeks;
  int64_t after, limit;
  /* out */
  struct member_record *members;
  size_t count;
  bool more;
};

struct session_record {
  int64_t key, made_at, used_at;
  struct slice address, client;
};

/* STORE_SESSION_*, STORE_LOGIN_FIND. SESSION_FIND and SESSION_TOUCH look for what is neither ended, nor older than
 * SESSION_SECONDS, nor unused for SESSION_UNUSED_SECONDS, of a member who is not disabled; else not_found. LOGIN_FIND
 * gives member and password hash; not_found when there is none (disabled ones are found, and marked; who is banned from
 * the club or frozen is as if disabled in all of these, SESSION_ADD too, and `record.disabled` says so). Where only a ban
 * or a freeze is in the way, LOGIN_FIND says `banned` (the record has the sanction), and SESSION_FIND and SESSION_TOUCH of a
 * session whose days are not over, ended or not, are refused with banned. SESSION_ADD drops the member's longest unused session over
 * LIMIT_SESSIONS. */
struct store_session {
  unsigned char digest[DIGEST_SIZE]; /* of the cookie's token */
  struct slice login;
  struct slice address;
  struct slice client; /* SESSION_ADD: browser and system, in words; at most LIMIT_CLIENT bytes */
  int64_t member;      /* SESSION_ADD, _LIST; SESSION_END: whose it must be, 0: anybody's */
  bool with_rooms;     /* SESSION_FIND: also the member's list */
  /* out */
  int64_t session;
  int64_t used_at, made_at;
  bool banned;                 /* LOGIN_FIND: from the club, or frozen, and not disabled */
  struct member_record record; /* with rights */
  struct slice password;
  struct session_record *sessions; /* SESSION_LIST, those that can be used, the one used last first */
  size_t count;
  struct room_record *rooms; /* without `with` filled in beyond its key, id and name */
  size_t room_count;
  int64_t club_head; /* the club log's head in this snapshot */
};

/* STORE_PULSE: heads of the rooms asked for, the club log after `club_after` (at most 1,000 events), the epoch, all of
 * one snapshot. STORE_ROOMS_ENSURE: makes the rooms in `heads` that are not there. */
struct store_pulse {
  struct room_head *heads; /* in: rooms; out: head (-1: no such room) */
  size_t head_count;
  int64_t club_after;
  struct club_event *events; /* out */
  size_t event_count;
  int64_t club_head;
  bool raid;       /* there is one */
  int64_t reports; /* another number whenever a report came or was settled */
  char epoch[TOKEN_SIZE + 1];
};

/* Where a message stands among all that a search may find: by time, then by room, then by number. */
struct search_place {
  int64_t at, room, seq; /* room: the store's key of it */
};

struct search_span {
  size_t from, count; /* characters of the text */
};

struct search_hit {
  struct entry entry; /* as it stands, with its room */
  struct search_place place;
  struct search_span *found; /* the words that were asked for, in the order of the text */
  size_t found_count;
};

/* STORE_SEARCH: messages of the rooms that `member` may enter (of `room` alone where it is given: else not_found, banned)
 * that have all terms of `text`, newest first, as they stand now; removed ones never. A text of no terms:
 * invalid_params. Looks at no more than a certain number of messages: `more` with fewer hits than asked, even none,
 * means that there may be some beyond `next`. A page ends as those of STORE_HISTORY. */
struct store_search {
  int64_t member;
  struct slice text, room;    /* room: absent: all */
  int64_t from;               /* who wrote it; 0: anybody */
  struct search_place before; /* at 0: from the newest on */
  int64_t limit;
  /* out */
  struct search_hit *hits;
  size_t count;
  bool more;
  struct search_place next; /* when there are more: `before` of the next page */
};

/* STORE_ROOM_FIND: rooms that are no direct talks and that the member may enter, and that fit all that is given: of `kind`,
 * of the club's `country` or `sector` (crossings of it too), with each word of `text`, or its beginning, in the title, a
 * name of the country or sector in any language, or the topic. First those that are called so, among these the latest
 * active. `after`: the last one of the page before; where it does not fit any more: conflict. */
struct club;
struct store_finding {
  int64_t member;
  const struct club *club;                   /* which any thread may look at */
  struct slice text, country, sector, after; /* absent: none */
  bool has_kind;
  enum room_kind kind;
  int64_t limit;
  /* out */
  struct room_record *records;
  size_t count;
  bool more;
};

/* The context of every job's `done`: each layer finds itself there. */
struct services;
struct completions {
  const struct services *services;
  struct rooms *rooms;
  struct api *api;
  struct connections *connections;
  struct server *server;
};

struct store_job;
typedef void (*store_done)(void *context, struct store_job *job);

struct store_job {
  struct worker_job link; /* the store's own, as is `submitted_ms` */
  int64_t submitted_ms;
  enum store_kind kind;
  bool urgent;  /* a read that goes before the others */
  bool patient; /* a read that lets the others go first */
  struct arena *arena;
  /* Whoever submits: called on the loop, at the end of a turn, with `struct completions *`; takes the job back. */
  store_done done;
  uint64_t ticket; /* an id of the submitter's, untouched */
  /* out */
  enum store_outcome outcome;
  enum reason reason;
  int64_t club_head; /* writes that added to the club log: its new head; else 0 */
  union {
    struct store_post post;
    struct store_change change;
    struct store_mark_read mark_read;
    struct store_room room;
    struct store_page page;
    struct store_entries entries;
    struct store_invite invite;
    struct store_tree tree;
    struct store_member member;
    struct store_session session;
    struct store_block block;
    struct store_notify notify;
    struct store_people people;
    struct store_pulse pulse;
    struct store_act act;
    struct store_audit audit;
    struct store_acted acted;
    struct store_report report;
    struct store_sanctions sanctions;
    struct store_staff staff;
    struct store_search search;
    struct store_finding finding;
  };
};

/* A zeroed job of that kind with an arena of its own. NULL: no memory. */
struct store_job *store_job_create(enum store_kind kind) CLUB_MUST_CHECK;
/* Takes NULL. */
void store_job_destroy(struct store_job *job);

/* The store as the core sees it. Loop thread only. */
struct store {
  void *self;
  /* Takes the job, or false: the queue is full, the job stays the caller's (answer `unavailable`). */
  bool (*submit)(void *self, struct store_job *job);
  /* Are writes under way, or submitted and not begun? */
  bool (*writing)(void *self);
};
#endif
