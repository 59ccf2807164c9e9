#ifndef CLUB_STORE_MODERATING_H
#define CLUB_STORE_MODERATING_H
/* The store's jobs for those who moderate: acts, the log of them, what is forbidden to whom, who moderates where, reports,
 * invites and the tree of them. They are parts of a store_job (club/store.h), which says who owns what, and until when. */
#include <stdbool.h>
#include <stdint.h>

#include "club/digest.h"
#include "club/entry.h"
#include "club/rights.h"

/* STORE_ACT: what a moderator does. In one transaction: the right to it, the act, the audit log, the room's entry where
 * it has one, CLUB_ACTED for `member` (and what else instances must hear). The right is looked at in this order: the
 * actor is there and neither disabled, banned from the club nor frozen (forbidden); the room may be entered (not_found,
 * banned); the actor's standing there is enough (forbidden); `member` is there (not_found) and below that standing
 * (forbidden). Then what is given: numbers and words out of their range are -32602. `author` is not looked at: it is
 * the actor's present one. `room` counts only where the act can be done in a room. An act that changes nothing (an
 * unmute of one who is not muted, the same lock, a mute that is there with the same end and reason) is done, answers as
 * the room or the sanction stands, and leaves no trace: `audit` 0.
 *
 *   ACT_PURGE    room, member, seconds (1 to LIMIT_PURGE_SECONDS): removes the messages of the last so many seconds,
 *                newest first, at most LIMIT_PURGE, among the newest LIMIT_PURGE_LOOK entries of the room; `entries`
 *                are the removals, in order of their seq. Detail: "seconds", "removed"
 *   ACT_MUTE, _BAN  room (absent: the club), member, seconds (0 lifts, -1 until lifted), reason. Takes the place of an
 *                earlier one; a new one over LIMIT_SANCTIONS is a conflict. In a room: a moderation entry. A ban of the
 *                club ends all sessions (CLUB_SESSION_ENDED) and voids the invites that the member made; logging in is
 *                then refused with banned
 *   ACT_UPDATE   room, settings that are given (title, topic: data; locked, slow: not -1): a room entry with those that
 *                changed, in the order title, topic, locked, slow, as the wire has them (an empty title or topic: "");
 *                the same as detail. Not in a direct talk (forbidden)
 *   ACT_PIN      room, target, on: not_found when it is no message or removed; LIMIT_PINS, else conflict. A room entry
 *                with all that are pinned ("pinned":[5,3]). A removed message is unpinned by its removal, without an
 *                entry
 *   ACT_APPOINT  room: `on` makes the member a moderator there, or not any more (a moderation entry, "appoint" or
 *                "dismiss"); not in a direct talk (forbidden); one who may not enter there cannot be appointed, nor
 *                anybody beyond LIMIT_STANDINGS (conflict). Without room: `role` ("appoint" upwards, else "dismiss";
 *                detail: "role"; also CLUB_MEMBER_CHANGED); one who is disabled, banned or frozen cannot rise
 *                (conflict). Oneself only downwards (forbidden); the last admin cannot be dismissed (conflict)
 *   ACT_CREATE   client_id, title, topic, is_private, fresh: a room "r." and the first 22 characters of `fresh`, on the
 *                actor's list, the actor its moderator (and admitted), CLUB_MEMBER_CHANGED for the actor. A repeated
 *                client_id gives the same room. `record`. LIMIT_CUSTOM_ROOMS: conflict; a full list: rate_limited.
 *                Detail: "title", "private"
 *   ACT_ADMIT    room (a private one, else conflict; at most LIMIT_ADMISSIONS, else conflict), member, on: onto the
 *                list, CLUB_LISTED when in; out: no admission, no standing, off the list. No entry
 *   ACT_SETTLE   report, outcome ("removed", "muted", "banned", "warned", "dismissed", "published"), reason (the note);
 *                the room is the report's. Not by the accused (forbidden). "published" (of one that is not held:
 *                conflict): a text that was held back is posted by its author, whatever the room's mode (`entries`, one
 *                at most: it may have been posted meanwhile), and is the report's message then; any other outcome of
 *                one that was held drops its text. Settled already: conflict, unless the same outcome. Its sender, or
 *                the author of a held text, is told by CLUB_ACTED (the audit log names that one as `member`, the
 *                message as `seq`). Detail: "report", "outcome"
 *   ACT_FREEZE   member, on: that one and everybody who was invited by one of them, down to LIMIT_BRANCH; those of the
 *                actor's own standing or above, and their branches, stay. Without member, invite: the same for all who
 *                came by it, and when `on` it is void (not_found where there is none). `count` frozen or thawed. For
 *                each as a ban of the club, CLUB_ACTED too; one audit record, detail: "invite", "members"
 *   ACT_RAID     on (CLUB_SWITCHED): while it is on, every room (direct talks too) is as slow as RAID_SLOW_SECONDS at
 *                least, and invites take nobody in (STORE_MEMBER_ADD with `invited`: unavailable)
 *   ACT_INVITE, ACT_REVOKE, ACT_REMOVE are carried out by STORE_INVITE_CREATE, _REVOKE and STORE_REMOVE; ACT_SEE is
 *                looked at by lists alone; ACT_EXCLUDE is the right to ACT_ADMIT that is not `on`; ACT_OPERATE is
 *                what STORE_MEMBER_ROLE and _DISABLE note, by the operator ("role", "disabled").
 *                Here they are -32602. */
struct store_act {
  enum act act;
  int64_t actor, author;
  struct slice room;
  int64_t member; /* 0: none */
  int64_t invite; /* ACT_FREEZE; 0: none */
  int64_t target; /* seq; 0: none */
  int64_t report;
  int64_t seconds;
  bool on, is_private;
  enum role role;
  struct slice client_id, title, topic, reason, outcome; /* data NULL: not given */
  int locked;                                            /* -1: not given */
  int64_t slow;                                          /* -1: not given */
  char fresh[TOKEN_SIZE + 1];
  /* out */
  bool changed;
  struct entry *entries; /* that were added to the room's log, as they are sent */
  size_t count;          /* of entries; ACT_FREEZE: of members */
  int64_t seq, at;       /* the last entry's; where nothing changed, of the room's head */
  int64_t until;
  int64_t audit;
  struct room_record record; /* ACT_CREATE */
};

/* STORE_AUDIT_LIST: what the member may see (who moderates the club: all; a room's moderator: of those rooms and their
 * crossings; others, and of a room that one does not moderate: forbidden), newest first, older than `before` (0: the
 * newest). A page ends at `limit` or about LIMIT_PAGE_BYTES as encoded, whichever is first, and holds at least one.
 * With `key`: that one alone, for whom it was done to or by, too; else not_found. */
struct store_audit {
  int64_t asker; /* 0: the operator, sees all */
  struct slice room;
  int64_t member; /* done to, or by; 0: any */
  int64_t before, key, limit;
  struct audit_record *records; /* out */
  size_t count;
  bool more;
};

/* STORE_SANCTION_LIST: mutes and bans that hold, of rooms that the asker moderates and may enter, and of the club for who
 * moderates it (ACT_SEE); with `member` the asker, all that are the asker's. Else forbidden; a room that may not be
 * entered as everywhere, but one that the asker is banned from shows the asker's own. By member, room, kind, those
 * behind `after`; pages as for STORE_AUDIT_LIST. */
struct store_sanctions {
  int64_t asker;
  struct slice room; /* data NULL: wherever */
  int64_t member;    /* 0: whoever */
  struct sanction_place after;
  int64_t limit;
  struct sanction_record *records; /* out */
  size_t count;
  bool more;
};

/* STORE_STAFF_LIST: who moderates the room (there, through its country or sector, or with the club) and may enter it, for
 * whoever may enter it. STORE_ADMITTED_LIST: whom a private room (else conflict) lets in, for those who moderate it
 * (ACT_SEE, else forbidden). By key, those after `after`, at most `limit`. */
struct store_staff {
  int64_t asker;
  struct slice room;
  int64_t after, limit;
  struct staff_record *records; /* out */
  size_t count;
  bool more;
};

/* STORE_ACTED: what the audit log has under `key` (`act` NULL: nothing), and those of the members, with rights, who are
 * there, in any order. */
struct store_acted {
  int64_t key;
  int64_t *members;
  size_t member_count; /* at most LIMIT_ACTED */
  int64_t *seqs;       /* of the members' events, rising: the asker's own, untouched */
  /* out */
  struct audit_record *act;
  struct member_record *records;
  size_t count;
};

/* STORE_REPORT_SEND: a message of a room that the member may enter, not one's own (forbidden), not removed (not_found).
 * A repeated client_id, or another report of the same message by the same member, gives the first one's key. Over
 * LIMIT_REPORTS_OPEN open ones: rate_limited.
 * STORE_HOLD: instead of STORE_POST, with its fields (client_id, room, text, reply_to): the text is kept for a
 * moderator's look. A client_id that was posted answers as STORE_POST (`duplicate`, `posted_seq`, `posted_at`; in
 * another room conflict); one that was held already (in another room: conflict), settled since or not, changes nothing
 * and gives its `key`. Else refused as a post would be, and rate_limited beyond LIMIT_REPORTS_OPEN texts of one author that wait.
 * STORE_REPORT_LIST: of the rooms that the asker moderates and may enter, those about the asker left out; of direct
 * talks, whoever moderates the club sees (and settles) them, without what is around. Who moderates nothing: forbidden.
 * With `own`, those that the asker sent, without what is around, what was before and who settled them. Newest first,
 * `key` below `before` (0: the newest); pages as for STORE_AUDIT_LIST, LIMIT_REPORTS_PAGE at most.
 * STORE_REPORT_COUNT: how many open ones STORE_REPORT_LIST would show, at most LIMIT_REPORTS_COUNTED. */
struct store_report {
  int64_t member, author;
  struct slice client_id, room, reason;
  int64_t seq;
  struct slice text; /* STORE_HOLD */
  int64_t reply_to;
  bool own, settled; /* STORE_REPORT_LIST: the settled ones, else the open ones */
  int64_t before, limit;
  /* out */
  int64_t key;
  bool duplicate; /* STORE_HOLD: posted already, at: */
  int64_t posted_seq, posted_at;
  int64_t retry_after_ms; /* STORE_HOLD, refused: as of a post */
  struct report_record *records;
  size_t count;
  bool more;
};

/* STORE_INVITE_*: making one is ACT_INVITE, revoking one ACT_REVOKE, both with a note in the audit log (detail:
 * "invite", "role", "uses"), the operator's as well; revoking again leaves no trace. Only admins invite others than
 * members, and revoke and list those of others; who may not make one lists none (forbidden). A room is one that whoever makes the invite may enter, else
 * not_found; an invite into a private room admits. The token's digest is the key that links carry. A repeated client_id
 * of the same member gives the first one's `record` and its digest must be the same by construction (the token is
 * derived, see member/). */
struct store_invite {
  unsigned char digest[DIGEST_SIZE];
  int64_t member;                /* who makes, lists or revokes; 0: the operator */
  struct slice client_id;        /* empty: none */
  struct invite_record record;   /* in: role, room, uses, expires_at, key (revoke); out: as it stands */
  struct invite_record *records; /* out: STORE_INVITE_LIST, usable ones, newest first */
  size_t count;
  bool needed; /* out: STORE_FIRST_INVITE: there is no admin, the older first invite is void and this one is made */
};

/* STORE_INVITE_TREE: who came by whom, for whoever may freeze (else forbidden). Of `member` (not_found): the inviter and
 * those above, the nearest first, at most LIMIT_TREE_ABOVE; whom it invited, by key, those after `after`, at most `limit`;
 * how many of the branch a freeze by the asker would shut out, and how many it would let in again (0 where it would be
 * refused). Of `invite` instead of `member` (not_found): who came by it, and the same numbers. Of neither: whom nobody of
 * the club invited. */
struct store_tree {
  int64_t asker, member, invite, after, limit;
  /* out */
  struct tree_record root;     /* of `member` */
  struct invite_record record; /* of `invite` */
  struct tree_record *above;
  size_t above_count;
  struct tree_record *invited;
  size_t count;
  bool more;
  int64_t open, frozen;
};
#endif
