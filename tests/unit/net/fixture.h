#ifndef NET_FIXTURE_H
#define NET_FIXTURE_H
/* A net in a thread of its own, with a small handler. It is static, and its test is listed by fixture_unit_test: a failed
 * assertion leaves the test's stack at once, while the thread goes on until the net is abandoned.
 *
 * A text frame is echoed, except: `flood COUNT SIZE` sends that many frames of that size, `fill SIZE CODE` sends frames
 * until the socket takes no more and closes at once, `close CODE` and `kill` end
 * the link, `ping` pings, `pause` reads nothing for 300 ms. POST /api/echo echoes the body; GET /api/late is answered
 * after 400 ms by a thread; GET /api/address says who asks. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "club/limits.h"
#include "club/log.h"
#include "club/net.h"

/* Not every program uses all of this. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define FIXTURE_MESSAGE 200000
#define FIXTURE_LATE_MS 400

static const char russian[] = "Привет из Алматы! Ищем партнёров для поставок зерна.";
static const char chinese[] = "你好，我们在上海寻找物流合作伙伴。";

/* ---- the server ---- */

struct member {
  struct link *link;
  struct fixture *fixture;
  struct buffer message;  /* being received */
  struct buffer messages; /* whole ones: size and bytes, one after another */
  long flood_left, flood_size, flood_sent;
  int64_t paused_until_ms;
  bool kept, ended, closed;
  LIST_ENTRY(member) all;
};

struct late {
  struct fixture *fixture;
  uint64_t exchange;
  pthread_t thread;
  bool done, joined;
};

#define FIXTURE_LATE_MOST 64

struct fixture {
  struct net *net;
  struct net_setup setup;
  pthread_t thread;
  int port, admin_port;
  bool tls;
  char folder[64], certificate[128], key[128], web_root[128];
  LIST_HEAD(, member) members;
  pthread_mutex_t lock;
  struct late late[FIXTURE_LATE_MOST];
  size_t late_count;
  int opened, closed, endings, heard, terminated;
  int turns; /* of the loop */
  bool stop, not_ready, stop_listening;
  unsigned ping_every;
  char *frame;
  LIST_ENTRY(fixture) running;
};

/* Those whose threads run. */
static LIST_HEAD(, fixture) fixtures_running = LIST_HEAD_INITIALIZER(fixtures_running);

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int fixture_upgrade(void *self, const struct http_request *request, struct http_reply *reply) {
  (void)self;
  if (request->origin.size && !slice_is(request->origin, "https://club.test")) return 403;
  if (request->cookie.size == 0) {
    buffer_append_text(&reply->body, "{\"error\":{\"reason\":\"no_session\",\"message\":\"log in\"}}");
    return 401;
  }
  return 0;
}

static void *fixture_opened(void *self, struct link *link, struct slice token, const struct address *address) {
  struct fixture *fixture = self;
  struct member *member = calloc(1, sizeof *member);
  (void)address;
  if (token.size != 43) fprintf(stderr, "unexpected token of %zu bytes\n", token.size);
  member->link = link;
  member->fixture = fixture;
  buffer_init(&member->message, FIXTURE_MESSAGE);
  buffer_init(&member->messages, 4 * FIXTURE_MESSAGE);
  LIST_INSERT_HEAD(&fixture->members, member, all);
  __atomic_add_fetch(&fixture->opened, 1, __ATOMIC_SEQ_CST);
  return member;
}

static void fixture_received(void *self, void *connection, struct slice piece, bool last, bool binary,
                             size_t remaining) {
  struct member *member = connection;
  (void)self;
  if (binary || remaining + member->message.size > 100000) {
    uint32_t size = 10;
    buffer_append(&member->messages, &size, sizeof size);
    buffer_append_text(&member->messages, binary ? "close 1003" : "close 1009");
    return;
  }
  buffer_append_slice(&member->message, piece);
  if (!last) return;
  uint32_t size = (uint32_t)member->message.size;
  buffer_append(&member->messages, &size, sizeof size);
  buffer_append_slice(&member->messages, buffer_slice(&member->message));
  buffer_clear(&member->message);
}

static void fixture_heard(void *self, void *connection) {
  struct fixture *fixture = self;
  (void)connection;
  __atomic_add_fetch(&fixture->heard, 1, __ATOMIC_SEQ_CST);
}

static void fixture_writable(void *self, void *connection) {
  (void)self;
  ((struct member *)connection)->kept = false;
}

static void fixture_ending(void *self, void *connection) {
  struct fixture *fixture = self;
  ((struct member *)connection)->ended = true;
  __atomic_add_fetch(&fixture->endings, 1, __ATOMIC_SEQ_CST);
}

static void fixture_closed(void *self, void *connection) {
  struct fixture *fixture = self;
  struct member *member = connection;
  LIST_REMOVE(member, all);
  buffer_free(&member->message);
  buffer_free(&member->messages);
  free(member);
  __atomic_add_fetch(&fixture->closed, 1, __ATOMIC_SEQ_CST);
}

static void *fixture_be_late(void *context) {
  struct late *late = context;
  usleep(FIXTURE_LATE_MS * 1000);
  pthread_mutex_lock(&late->fixture->lock);
  late->done = true;
  pthread_mutex_unlock(&late->fixture->lock);
  net_wake(late->fixture->net);
  return NULL;
}

static bool fixture_http(void *self, uint64_t exchange, const struct http_request *request, struct http_reply *reply) {
  struct fixture *fixture = self;
  bool reads = request->method == HTTP_GET || request->method == HTTP_HEAD;
  reply->status = 200;
  if (!reads && request->origin.size && !slice_is(request->origin, "https://club.test")) {
    reply->status = 403;
    buffer_append_text(&reply->body, "{\"error\":{\"reason\":\"forbidden\",\"message\":\"no\"}}");
    return true;
  }
  if (slice_is(request->path, "/api/late") && fixture->late_count < FIXTURE_LATE_MOST) {
    struct late *late = &fixture->late[fixture->late_count++];
    *late = (struct late){.fixture = fixture, .exchange = exchange};
    pthread_create(&late->thread, NULL, fixture_be_late, late);
    return false;
  }
  if (request->method == HTTP_OTHER && slice_is(request->path, "/api/echo")) {
    reply->status = 405;
    reply->allow = "POST, PUT";
    buffer_append_text(&reply->body, "{\"error\":{\"reason\":\"method_not_allowed\",\"message\":\"no\"}}");
  } else if (slice_is(request->path, "/api/echo")) {
    buffer_append_slice(&reply->body, request->body);
    strcpy(reply->cookie, "__Host-club=x; Secure; HttpOnly; SameSite=Strict; Path=/");
  } else if (slice_is(request->path, "/api/address")) {
    char text[ADDRESS_TEXT_SIZE];
    address_write(text, &request->address);
    buffer_append_text(&reply->body, text);
  } else if (slice_is(request->path, "/api/target")) {
    buffer_append_slice(&reply->body, request->query);
  } else if (slice_is(request->path, "/api/nothing")) {
    reply->status = 204;
  } else {
    reply->status = 404;
    reply->retry_after_ms = 1500;
    buffer_append_text(&reply->body, "{\"error\":{\"reason\":\"not_found\",\"message\":\"no\"}}");
  }
  return true;
}

static void fixture_write(struct member *member, const char *bytes, size_t size) {
  struct transport transport = net_transport(member->fixture->net);
  memcpy(member->fixture->frame + TRANSPORT_HEADROOM, bytes, size);
  enum transport_sent sent =
      transport.write(transport.self, member->link, member->fixture->frame + TRANSPORT_HEADROOM, size);
  if (sent == TRANSPORT_KEPT) member->kept = true;
  if (sent == TRANSPORT_DEAD) member->ended = true;
}

/* Each frame begins with its number. */
static void fixture_flood(struct member *member) {
  char *frame = calloc(1, (size_t)member->flood_size + 16);
  while (member->flood_left > 0 && !member->kept && !member->ended) {
    memset(frame, 'x', (size_t)member->flood_size);
    snprintf(frame, 16, "%08ld", member->flood_sent);
    frame[8] = ' ';
    fixture_write(member, frame, (size_t)member->flood_size);
    member->flood_left--;
    member->flood_sent++;
  }
  free(frame);
}

static void fixture_carry_out(struct member *member, const char *text, size_t size) {
  struct transport transport = net_transport(member->fixture->net);
  char command[64];
  int code;
  snprintf(command, sizeof command, "%.*s", (int)size, text);
  if (sscanf(command, "flood %ld %ld", &member->flood_left, &member->flood_size) == 2) return;
  if (sscanf(command, "fill %ld %d", &member->flood_size, &code) == 2) {
    member->flood_left = LONG_MAX;
    fixture_flood(member);
    member->flood_left = 0;
    transport.close(transport.self, member->link, code, "full");
    member->ended = true;
    return;
  }
  if (sscanf(command, "close %d", &code) == 1) {
    transport.close(transport.self, member->link, code, "why");
    member->ended = true;
  } else if (strcmp(command, "kill") == 0) {
    transport.kill(transport.self, member->link);
    member->ended = true;
  } else if (strcmp(command, "ping") == 0) {
    transport.ping(transport.self, member->link);
  } else if (strcmp(command, "pause") == 0) {
    transport.read(transport.self, member->link, false);
    member->paused_until_ms = now_ms() + 300;
    net_turn_within(member->fixture->net, 310);
  } else {
    fixture_write(member, text, size);
  }
}

static void fixture_turn_member(struct member *member) {
  struct transport transport = net_transport(member->fixture->net);
  if (member->paused_until_ms && now_ms() >= member->paused_until_ms) {
    member->paused_until_ms = 0;
    if (!member->ended) transport.read(transport.self, member->link, true);
  }
  fixture_flood(member);
  while (member->messages.size >= sizeof(uint32_t) && !member->kept && !member->ended && member->flood_left == 0) {
    uint32_t size;
    memcpy(&size, member->messages.data, sizeof size);
    char *text = malloc(size + 1u);
    memcpy(text, member->messages.data + sizeof size, size);
    buffer_drop(&member->messages, sizeof size + size);
    fixture_carry_out(member, text, size);
    free(text);
    fixture_flood(member);
  }
}

static void fixture_answer_late(struct fixture *fixture) {
  struct http_answerer answerer = net_answerer(fixture->net);
  for (size_t i = 0; i < fixture->late_count; i++) {
    struct late *late = &fixture->late[i];
    pthread_mutex_lock(&fixture->lock);
    bool done = late->done;
    pthread_mutex_unlock(&fixture->lock);
    if (!done || late->joined) continue;
    pthread_join(late->thread, NULL);
    late->joined = true;
    struct http_reply reply = {.status = 200};
    buffer_init(&reply.body, 100);
    buffer_append_text(&reply.body, "{\"late\":true}");
    answerer.answer(answerer.self, late->exchange, &reply);
    buffer_free(&reply.body);
  }
}

static void fixture_turn(void *self) {
  struct fixture *fixture = self;
  struct member *member;
  __atomic_add_fetch(&fixture->turns, 1, __ATOMIC_SEQ_CST);
  fixture_answer_late(fixture);
  LIST_FOREACH(member, &fixture->members, all) fixture_turn_member(member);
  pthread_mutex_lock(&fixture->lock);
  bool stop = fixture->stop, stop_listening = fixture->stop_listening;
  pthread_mutex_unlock(&fixture->lock);
  if (stop_listening) net_stop_listening(fixture->net);
  if (stop) net_stop(fixture->net);
}

static void fixture_terminate(void *self) {
  struct fixture *fixture = self;
  __atomic_add_fetch(&fixture->terminated, 1, __ATOMIC_SEQ_CST);
}

static bool fixture_ready(void *self, const char **why) {
  struct fixture *fixture = self;
  *why = "the store is away";
  return !fixture->not_ready;
}

static void fixture_metrics(void *self, struct buffer *text) {
  (void)self;
  buffer_append_text(text, "club_test 1\n");
}

static int fixture_turns(struct fixture *fixture) {
  return __atomic_load_n(&fixture->turns, __ATOMIC_SEQ_CST);
}

/* A loop that spins takes tens of thousands of turns in the time of these tests, one that works some hundred; how long
 * the server may spin is bounded by turns too, so that this holds on a machine of any speed. */
static void fixture_spun_not(struct fixture *fixture, int since) {
  assert_in_range(fixture_turns(fixture) - since, 0, 2000);
}

static void *fixture_serve(void *context) {
  struct fixture *fixture = context;
  net_run(fixture->net);
  return NULL;
}

static void fixture_prepare(struct fixture *fixture, bool tls) {
  memset(fixture, 0, sizeof *fixture);
  char error[512] = "";
  log_set_level(LOG_ERROR);
  pthread_mutex_init(&fixture->lock, NULL);
  LIST_INIT(&fixture->members);
  fixture->tls = tls;
  fixture->frame = malloc(TRANSPORT_HEADROOM + FIXTURE_MESSAGE);
  strcpy(fixture->folder, "/tmp/club-net-XXXXXX");
  assert_non_null(mkdtemp(fixture->folder));
  snprintf(fixture->certificate, sizeof fixture->certificate, "%s/certificate.pem", fixture->folder);
  snprintf(fixture->key, sizeof fixture->key, "%s/key.pem", fixture->folder);
  if (tls && !net_make_certificate(fixture->certificate, fixture->key, "club.test", error, sizeof error))
    fail_msg("%s", error);
  struct net_handler handler = {fixture,           fixture_upgrade, fixture_opened, fixture_received, fixture_heard,
                                fixture_writable,  fixture_ending,  fixture_closed, fixture_http,     fixture_turn,
                                fixture_terminate, fixture_ready,   fixture_metrics};
  fixture->setup.listen = "127.0.0.1:0";
  fixture->setup.tls = tls;
  fixture->setup.certificate = fixture->certificate;
  fixture->setup.key = fixture->key;
  fixture->setup.handler = handler;
}

static void fixture_run(struct fixture *fixture) {
  char error[512] = "";
  fixture->net = net_create(&fixture->setup, error, sizeof error);
  if (!fixture->net) fail_msg("%s", error);
  fixture->port = net_port(fixture->net);
  fixture->admin_port = net_admin_port(fixture->net);
  pthread_create(&fixture->thread, NULL, fixture_serve, fixture);
  LIST_INSERT_HEAD(&fixtures_running, fixture, running);
}

static void fixture_start(struct fixture *fixture, bool tls) {
  fixture_prepare(fixture, tls);
  fixture_run(fixture);
}

static void fixture_end(struct fixture *fixture) {
  LIST_REMOVE(fixture, running);
  pthread_mutex_lock(&fixture->lock);
  fixture->stop = true;
  pthread_mutex_unlock(&fixture->lock);
  net_wake(fixture->net);
  pthread_join(fixture->thread, NULL);
  for (size_t i = 0; i < fixture->late_count; i++)
    if (!fixture->late[i].joined) pthread_join(fixture->late[i].thread, NULL);
}

static void fixture_free(struct fixture *fixture) {
  net_destroy(fixture->net);
  free(fixture->frame);
  unlink(fixture->certificate);
  unlink(fixture->key);
  rmdir(fixture->folder);
  pthread_mutex_destroy(&fixture->lock);
}

static void fixture_stop(struct fixture *fixture) {
  fixture_end(fixture);
  assert_int_equal(fixture->opened, fixture->closed);
  fixture_free(fixture);
}

/* After each test: what a failed one left running. */
static int fixture_abandon(void **state) {
  (void)state;
  while (!LIST_EMPTY(&fixtures_running)) {
    struct fixture *fixture = LIST_FIRST(&fixtures_running);
    fixture_end(fixture);
    fixture_free(fixture);
  }
  return 0;
}

#define fixture_unit_test(test) cmocka_unit_test_teardown(test, fixture_abandon)
#endif
