#ifndef CLUB_METHOD_H
#define CLUB_METHOD_H
/* The methods: a row each. A call is one request being carried out; it outlives the connection that asked, because what
 * was begun is finished. Loop thread, inside a turn. */
#include "club/services.h"
#include "club/wire.h"

/* Requests of one connection for one room are carried out as sent: those of one order may overtake nothing of another. */
enum method_order {
  ORDER_LOCAL, /* answered at once, from memory */
  ORDER_WRITE, /* through the writer, which keeps the order */
  ORDER_READ   /* through the readers */
};

struct method {
  enum method_order order;
  bool page;       /* a large answer: one at a time on a connection */
  bool subscribes; /* room.join: the connection's old subscription waits meanwhile */
};
const struct method *method_row(enum method_id method);

/* What the connection must do with the call's room once the answer is written. */
enum effect { EFFECT_NONE, EFFECT_SUBSCRIBE, EFFECT_LEAVE };

struct call {
  const struct services *services;
  uint64_t ticket; /* put it into the jobs */
  struct request_id id;
  enum method_id method;
  struct present *member; /* held for the call */
  int64_t session;        /* of the connection that asked */
  struct room *room;      /* held for the call: of the param `room`; NULL when the method has none */
  /* The answer goes here, one whole JSON value; NULL when nobody waits for it (no id, or the connection is gone). */
  struct buffer *out;
  size_t start; /* where the answer begins in `out` */
  /* Is this connection subscribed to the room? */
  bool (*joined)(const struct call *call, struct slice room);
  void *connection; /* the connection layer's; NULL when it is gone */
  /* Set by the method. */
  bool answered;
  bool failed;  /* … with an error */
  bool limited; /* message.post: the member's rate was used up */
  bool page;    /* the answer shows entries as they stood at `as_of`, and was read in the time since `read_ms` */
  int64_t as_of, read_ms; /* read_ms: -1: from memory */
  enum effect effect;
  int64_t cursor; /* EFFECT_SUBSCRIBE */
  /* The method's own, from beginning to end. */
  bool token_taken;     /* messages: of the member's rate */
  uint8_t waited;       /* room.join: times that it waited for another's read */
  bool waits;           /* … and does now */
  struct author author; /* as at the beginning; its texts lie in the job's arena */
  int64_t after, limit; /* room.members, room.join */
  int64_t asked_ms;     /* when its last job was submitted */
  uint32_t rights;      /* the member's, as they were known then */
  store_done done;      /* where further jobs of the call come back */
};

/* Begins: answers at once (call->answered) or submits exactly one store job whose `ticket` and `done` are the call's
 * (call->services->store; done = `done`); when that cannot be, answers `unavailable`. `request` only lives meanwhile. */
void method_begin(struct call *call, const struct request *request, store_done done);
/* The job is back: does what follows for everybody (room logs, listings, the club log), then answers if somebody waits.
 * Takes the job. Always answers, except where it submits one more job of the same ticket. */
void method_finish(struct call *call, struct store_job *job, store_done done);

/* The `room` param of a request, absent when the method has none. */
struct slice method_room(const struct request *request);
/* A Room as this member sees it, for encode_room. Slices live as long as record and view; never copied. */
#define ROOM_TITLE_SIZE 1024
struct room_view {
  struct room_face face;
  char title[ROOM_TITLE_SIZE];
};
void method_room_view(const struct services *services, const struct present *member, const struct room_record *record,
                      bool joined, struct room_view *view);

/* Reads how the room stands for the member from the store, in the background, and puts that on the present member's list
 * (a room that is new there owes the `room` notification; one that the store does not list stays away). For listings
 * that are stale or that appeared. Harmless when the member is gone by then, or when it is under way already. False: the
 * store took no job; try again later. */
bool listing_refresh(const struct services *services, int64_t member, struct slice room) CLUB_MUST_CHECK;
/* The same for a room that changed there: what was read before does not do. */
bool listing_changed(const struct services *services, int64_t member, struct slice room) CLUB_MUST_CHECK;
/* The same for the whole list. False: the store took no job. */
bool listing_refresh_all(const struct services *services, int64_t member) CLUB_MUST_CHECK;
/* What the member may do there is otherwise (in the room; in the crossings of a country or a sector; everywhere): read
 * again, and told. False: the store did not take all of it. */
bool listing_renew(const struct services *services, struct present *present, struct slice room) CLUB_MUST_CHECK;
bool listing_renew_crossings(const struct services *services, struct present *present, struct slice part)
    CLUB_MUST_CHECK;
bool listing_renew_all(const struct services *services, struct present *present) CLUB_MUST_CHECK;
/* rooms_setup.changed: reads once how the room is now, and tells all who have it on their list without following it. */
void room_changed(const struct services *services, struct room *room);
/* The member marked the room as read, here or on another instance: how its counts stood with that in the store. Marks
 * never go back. */
void listing_marked(const struct services *services, struct present *present, struct slice room,
                    const struct watch_counts *mark);
#endif
