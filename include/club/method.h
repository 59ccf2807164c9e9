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

/* What the connection must do once the answer is written. */
enum effect { EFFECT_NONE, EFFECT_SUBSCRIBE, EFFECT_LEAVE };

struct call {
  const struct services *services;
  uint64_t ticket; /* put it into the jobs */
  struct request_id id;
  enum method_id method;
  struct present *member; /* held for the call */
  struct room *room;      /* held for the call: of the param `room`; NULL when the method has none */
  /* The answer goes here, one whole JSON value; NULL when nobody waits for it (no id, or the connection is gone). */
  struct buffer *out;
  bool answered;
  /* Is this connection subscribed to the room? */
  bool (*joined)(const struct call *call, struct slice room);
  void *connection; /* the connection layer's; NULL when it is gone */
  /* Set by the method. */
  enum effect effect;
  int64_t cursor;            /* EFFECT_SUBSCRIBE */
  struct slice effect_room;  /* EFFECT_SUBSCRIBE, EFFECT_LEAVE: of `room` */
  bool failed;               /* answered with an error */
  bool limited;              /* message.post: the member's rate was used up */
};

/* Begins: answers at once (call->answered) or submits exactly one store job whose `ticket` and `done` are the call's
 * (call->services->store; done = `done`); when that cannot be, answers `unavailable`. `request` only lives meanwhile. */
void method_begin(struct call *call, const struct request *request, store_done done);
/* The job is back: does what follows for everybody (room logs, listings, the club log), then answers if somebody waits.
 * Takes the job. Always answers, except where it submits one more job of the same ticket. */
void method_finish(struct call *call, struct store_job *job, store_done done);

/* The `room` param of a request, absent when the method has none. */
struct slice method_room(const struct request *request);
/* Fills a Room for this member from a store record. Slices live as long as the record. */
struct room_face method_room_face(const struct services *services, const struct room_record *record, bool joined);
#endif
