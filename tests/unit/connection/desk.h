#ifndef TEST_CONNECTION_DESK_H
#define TEST_CONNECTION_DESK_H
/* Connections with lines that the test holds in its hands: what was sent, what is kept, who is dead. The rest is the
 * house's: real rooms and members, a made-up clock, jobs that the test answers. */
#include "club/connection.h"
#include "club/digest.h"
#include "club/method.h"
#include "club/wheel.h"
#include "house.h"

#define DESK_PEERS 160

struct peer;

struct link {
  struct peer *peer;
  bool stalled; /* takes nothing: one frame is kept */
  bool kept, dead;
  bool reading;
  int pings, code; /* code: of the close, 1006 when it was cut; 0: open */
  int64_t waiting;
  size_t frames, bytes;
};

struct peer {
  struct desk *desk;
  struct connection *connection; /* NULL: the link is gone */
  struct link link;
  char said[16384]; /* since the last look */
  int64_t retry_ms; /* of the last `closing`; -1: none */
  int64_t online;   /* of the last `room` */
};

struct desk {
  struct house *house;
  struct connections *connections;
  int64_t club_seen;
  struct peer *peers[DESK_PEERS];
  size_t peer_count;
  size_t outside; /* have connected and were not taken in */
};

int desk_open(void **state);
int desk_close(void **state);
#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

/* One turn; true: there is more to do at once. */
bool desk_turn(struct desk *desk);
/* Turns until nothing is to be done at once; the number. */
int desk_settle(struct desk *desk);
/* Time goes by, then a turn. */
void desk_pass(struct desk *desk, int64_t ms);
/* The oldest job of the kind. */
struct store_job *desk_job(struct desk *desk, enum store_kind kind);
int desk_jobs(const struct desk *desk, enum store_kind kind);
void desk_finish(struct desk *desk, struct store_job *job, enum store_outcome outcome);
void desk_refuse(struct desk *desk, struct store_job *job, enum reason reason);
/* A message of another member is committed. */
void desk_post(struct desk *desk, const char *room, int64_t seq);
void desk_post_text(struct desk *desk, const char *room, int64_t seq, size_t size);

/* A line is opened; its session is being asked for. */
struct peer *peer_open(struct desk *desk);
/* … and belongs to the member; what was said is forgotten. */
struct peer *peer_enter(struct desk *desk, int64_t member);
/* Answers the look-up of the session. */
void desk_welcome(struct desk *desk, int64_t member, const struct room_record *rooms, size_t count);
/* The link is gone. */
void peer_cut(struct peer *peer);
/* The peer takes what is kept. */
void peer_wake(struct peer *peer);
void peer_send(struct peer *peer, const char *frame);
/* A request: `{"jsonrpc":"2.0","id":ID,"method":METHOD,"params":PARAMS}`. */
void peer_ask(struct peer *peer, int id, const char *method, const char *params);
/* What was sent since the last look, frames divided by "|": "=7" an answer, "!7:reason" an error, "11" an entry,
 * "p2" presence, "t3" typing, "kz^11/2/1" heads, "kz<5" read, "kz+" room, "kz-banned" left,
 * "acted:mute", "notice:raid", "welcome", "closing". */
const char *peer_said(struct peer *peer);

/* Answers a join or history that waits: entries first … as_of. */
void desk_page(struct desk *desk, enum store_kind kind, int64_t first, int64_t as_of, bool more, size_t text);
/* The peer joins with nothing before `as_of`; what was said is forgotten. */
void peer_join(struct peer *peer, const char *room, int64_t as_of);
/* Answers a STORE_ROOM_GET: for a join whose page is in memory, how the room stands for the member. */
void desk_record(struct desk *desk, int64_t head);
/* Answers the oldest post that waits. */
void desk_posted(struct desk *desk, int64_t seq);
#endif
