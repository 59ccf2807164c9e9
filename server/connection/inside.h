#ifndef CONNECTION_INSIDE_H
#define CONNECTION_INSIDE_H
/* What the files of this folder share. */
#include <sys/queue.h>
#include <uthash.h>

#include "club/connection.h"
#include "club/limits.h"
#include "club/method.h"
#include "club/wire.h"

enum state {
  STATE_OPENING, /* whose session it is, is being asked */
  STATE_LIVE,
  STATE_CLOSING, /* to be closed with `close_code` once it may be written to */
  STATE_CLOSED   /* nothing is written or read any more */
};

/* A connection in a room. */
struct seat {
  struct subscription subscription; /* first */
  struct connection *connection;
  struct seat *next_waiting;
  LIST_ENTRY(seat) of_connection;
  bool held; /* a new join is under way: nothing is taken meanwhile */
};

/* Answers that wait to be written: whole JSON values with commas between. */
struct outbox {
  struct buffer bytes;
  size_t items;
};

#define LIMIT_CROWDED (LIMIT_FRAME / 4) /* bytes of answers that wait: no more requests */

/* A page of a room's log that waits to be written (whether it still may is looked at then), or an answer behind one. */
struct paper {
  struct paper *next;
  struct room *room; /* whose log it shows, held; NULL: no page, or one of many rooms */
  bool page;
  int64_t as_of, read_ms;
  size_t size;
  char bytes[]; /* the answer */
};

/* A request that was begun. */
struct begun {
  struct call call; /* first */
  struct connections *connections;
  struct connection *connection; /* NULL: gone */
  enum method_order order;
  bool page, subscribes, reads_mark;
  LIST_ENTRY(begun) of_connection;
  UT_hash_handle hh;
};

/* When the last answers of -32700 or -32600 were given. */
struct malformed {
  size_t count; /* in all */
  int64_t at_ms[LIMIT_MALFORMED];
};

/* What a connection is being told of the member's listings: where one frame ended, the next one goes on. */
enum telling { TELLING_NOTHING, TELLING_ROOMS, TELLING_HEADS };

/* Who asks to be let in stands in one of these lines, in order of arrival. */
enum line_up {
  LINE_ARRIVED, /* not looked at yet */
  LINE_WAITING, /* for the look-up of its session to be asked */
  LINE_ASKING,  /* the store has it */
  LINE_COUNT    /* in none */
};

struct connection {
  /* What a delivery touches: kept within a cache line, and what line_read looks at behind it. */
  struct link *link;
  struct connection *next_marked;
  struct seat *waiting; /* those with something to take */
  struct outbox *out;   /* NULL: no answers wait */
  struct present *member;
  struct connections *all;
  uint32_t told_change; /* of the member's listings */
  uint8_t state;
  bool marked;  /* on the list of those to be flushed */
  bool blocked; /* the transport keeps bytes: write nothing */
  bool want_ping : 1;
  bool pinged : 1; /* since anything was heard */
  bool paused;     /* reading is */
  bool runnable;
  uint8_t in_flight, pages;
  uint8_t looks; /* at its session that are not back: it may be over, write nothing */
  uint8_t telling;
  bool tell_now;
  bool leaving;        /* was told `closing`: ends once what was begun is answered */
  size_t inbox_frames; /* whole ones, received and not carried out */
  struct frame *frame; /* being carried out */
  struct paper *papers;
  /* the rest */
  struct outbox *out_next; /* answers that did not fit into one frame with those of `out` */
  struct connection *next_runnable;
  struct buffer *inbox; /* NULL: nothing was received that was not carried out */
  size_t inbox_at;      /* of the next frame in it */
  struct request *held; /* the next request of `frame`, which must wait */
  LIST_HEAD(, seat) seats;
  LIST_HEAD(, begun) calls;
  LIST_ENTRY(connection) of_member;
  LIST_ENTRY(connection) everyone;
  UT_hash_handle hh; /* by id */
  uint64_t id;
  int64_t session;
  int64_t touch_ms, over_ms;         /* wall time: when the session is looked at again, when its days are over */
  unsigned char digest[DIGEST_SIZE]; /* of its token */
  int64_t heard_ms, blocked_ms, told_ms;
  int64_t waiting_bytes; /* that the peer had not taken when looked at last */
  struct wheel_timer line_timer, tell_timer;
  struct wheel_timer leave_timer;  /* when it is told to leave; then, when it is closed whatever is under way */
  struct malformed *malformed;     /* NULL: there was none */
  const struct listing *tell_next; /* where telling goes on */
  uint32_t tell_change;            /* the member's change number when it began */
  uint16_t seat_count;
  uint16_t close_code;
  bool greeted; /* something was written to it: `welcome`, or why not */
  bool partial; /* the last frame of the inbox is not whole yet */
  bool link_gone;
  bool refused;    /* there was no room for it */
  uint8_t tries;   /* of the session's look-up */
  uint8_t line_up; /* LINE_COUNT: is not asking to be let in */
  TAILQ_ENTRY(connection) in_line;
  int64_t came_ms;     /* by the clock of the admission */
  uint32_t list_round; /* of the presents, when the member's list was asked for */
  char *token;         /* while STATE_OPENING */
};

LIST_HEAD(connection_list, connection);
TAILQ_HEAD(connection_line, connection);

/* The way in. All times by a clock that runs with the turns: one in which this process was stopped does not count. */
struct admission {
  struct connection_line lines[LINE_COUNT];
  size_t waiting;               /* in LINE_WAITING */
  size_t under_way;             /* look-ups that the store has, those of connections that are gone, too */
  size_t outside;               /* have connected and were not taken in yet; looked at while somebody waits */
  size_t taken;                 /* in, since `taking_ms` */
  int64_t taking_ms, taking_us; /* from one to the next, while there are more outside */
  int64_t clock_ms, turn_ms;
  int64_t window_ms;   /* when counting began */
  size_t window_done;  /* look-ups that came back since */
  size_t window_soon;  /* of them: of those who had come just before */
  bool window_busy;    /* all the while somebody waited */
  bool stalled;        /* for long nothing came back */
  bool more;           /* some are to be told in the next turn */
  int64_t each_us;     /* from one look-up's end to the next one's, while many wait */
  int64_t promised_us; /* those who were told to come again have their times up to here */
};

struct connections {
  struct connections_setup setup;
  struct connection *by_id;
  struct connection_list everyone;
  struct begun *begun; /* by ticket */
  uint64_t next_id;
  struct connection *marked, *runnable;
  struct connection_list gone; /* to be freed at the end of the turn */
  struct admission admission;
  struct departure departure;
  size_t count;
  size_t refused;      /* of them: told that there is no room, and still open */
  struct buffer frame; /* one frame being put together */
  struct buffer value; /* one answer being made */
  struct begun *spare;
  size_t spare_count;
  bool refusing; /* newcomers are sent away */
  bool quiet;    /* the store confirms nothing: answers only, but no pages */
  bool again;    /* a connection has more to write in the next turn */
};

static inline int64_t connections_now(const struct connections *connections) {
  return clock_monotonic_ms(&connections->setup.services->clock);
}

/* By chance, 0 to below - 1. */
static inline int64_t connections_chance(const struct connections *connections, int64_t below) {
  const struct randomness *randomness = &connections->setup.services->randomness;
  uint32_t random;
  randomness->fill(randomness->self, &random, sizeof random);
  return below > 0 ? (int64_t)(random % (uint64_t)below) : 0;
}

/* connections.c */
void connection_mark(struct connection *connection);     /* flush it at the end of this turn */
void connection_mark_run(struct connection *connection); /* carry out its requests */
void connection_end(struct connection *connection, int code);
/* inbox.c */
struct slice inbox_next(struct connection *connection); /* the next whole frame; absent: none */
void inbox_done(struct connection *connection);         /* with the frame that inbox_next gave */
void inbox_free(struct connection *connection);
/* outbox.c: begin gives a buffer to append one value to, end puts it among the answers (an empty one: nothing). */
struct buffer *outbox_begin(struct connection *connection);
void outbox_end(struct connection *connection);
bool outbox_crowded(const struct connection *connection); /* no more requests before this is written */
void outbox_written(struct connection *connection);       /* `out` is: the next one comes up */
void outbox_free(struct connection *connection);
/* paper.c */
void paper_end(struct connection *connection, const struct call *call); /* as outbox_end; NULL: no page */
bool paper_waits(const struct connection *connection);                  /* is there one to be taken now? */
bool paper_crowded(const struct connection *connection);
void paper_check(struct connection *connection); /* one that may not be written any more ends the connection */
/* Whoever may not enter the room any more gets no page of it that waits: it ends the connection. */
void paper_leave(struct connection *connection, const struct room *room);
void paper_take(struct connection *connection, struct buffer *frame, size_t limit, size_t *items);
void paper_drop_pages(struct connection *connection);
void paper_free(struct connection *connection);
/* begun.c */
bool begun_start(struct connection *connection, const struct request *request);
bool begun_must_wait(const struct connection *connection, const struct request *request);
void begun_forget(struct connection *connection);
void begun_free_all(struct connections *connections); /* those that the store never gave back, too */
/* seat.c */
struct seat *seat_find(const struct connection *connection, const struct room *room);
void seat_subscribe(struct connection *connection, struct room *room, int64_t cursor);
void seat_leave(struct connection *connection, struct room *room);
void seat_hold(struct connection *connection, struct room *room, bool hold);
void seat_leave_all(struct connection *connection);
void seat_wants(struct seat *seat);
/* tell.c: what the member's listings owe to this connection; appends to the frame. */
bool tell_due(const struct connection *connection);
void tell_append(struct connection *connection, struct buffer *frame, size_t limit, size_t *items);
void tell_begin(struct connection *connection);
/* admission.c */
void admission_init(struct connections *connections);
void admission_enter(struct connection *connection); /* at the end of the line */
void admission_leave(struct connection *connection); /* out of the line; harmless when in none */
/* A look-up is back; of whom, unless they are gone. */
void admission_back(struct connections *connections, const struct connection *of);
void admission_turn(struct connections *connections, bool asks);
/* When one who is sent away now should come again: at the pace at which others get in, each at a time of its own. */
int64_t admission_retry_ms(struct connections *connections);
/* welcome.c */
void welcome_ask(struct connection *connection);
/* Instead of a welcome: `closing`. */
void welcome_refuse(struct connection *connection, int64_t retry_after_ms);
/* leave.c */
void leave_init(struct connections *connections);
int64_t leave_retry_ms(const struct connections *connections);
void leave_send_away(struct connection *connection, int64_t retry_after_ms); /* tells `closing`, the rest follows */
/* session.c */
void session_enter(struct connection *connection, const struct store_session *found);
void session_check(struct connection *connection);  /* now and then */
void session_look(struct connection *connection);   /* now: is it still one? */
int session_over_code(const struct store_job *job); /* of one that the store refused */
/* line.c */
void line_begin(struct connection *connection);
void line_blocked(struct connection *connection);
void line_closing(struct connection *connection); /* it has so long to take what waits before the close */
void line_read(struct connection *connection);    /* pauses or resumes as the connection stands */
/* flush.c */
void flush_connection(struct connection *connection);
void flush_nothing(struct connection *connection); /* only what keeps the line */
#endif
