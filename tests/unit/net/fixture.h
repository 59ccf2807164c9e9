#ifndef NET_FIXTURE_H
#define NET_FIXTURE_H
/* A net in a thread of its own, with a small handler, and a client of raw sockets that speaks HTTP, WebSocket and TLS.
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
#include <sys/resource.h>
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
  bool stop, not_ready, stop_listening;
  unsigned ping_every;
  char *frame;
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t cpu_ms(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
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
}

static void fixture_start(struct fixture *fixture, bool tls) {
  fixture_prepare(fixture, tls);
  fixture_run(fixture);
}

static void fixture_stop(struct fixture *fixture) {
  pthread_mutex_lock(&fixture->lock);
  fixture->stop = true;
  pthread_mutex_unlock(&fixture->lock);
  net_wake(fixture->net);
  pthread_join(fixture->thread, NULL);
  for (size_t i = 0; i < fixture->late_count; i++)
    if (!fixture->late[i].joined) pthread_join(fixture->late[i].thread, NULL);
  assert_int_equal(fixture->opened, fixture->closed);
  net_destroy(fixture->net);
  free(fixture->frame);
  unlink(fixture->certificate);
  unlink(fixture->key);
  rmdir(fixture->folder);
  pthread_mutex_destroy(&fixture->lock);
}

/* ---- the client ---- */

#define CLIENT_WAIT_MS 5000

struct client {
  int descriptor;
  SSL_CTX *context;
  SSL *ssl;
  size_t size; /* bytes received and not used */
  size_t capacity;
  char *bytes;
};

static struct client client_connect_from(int port, bool tls, int receive_buffer, const char *first) {
  struct client client = {.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval wait = {CLIENT_WAIT_MS / 1000, 0};
  int on = 1;
  if (receive_buffer) setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  setsockopt(client.descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(client.descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  setsockopt(client.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  assert_int_equal(connect(client.descriptor, (struct sockaddr *)&to, sizeof to), 0);
  if (first) assert_int_equal(send(client.descriptor, first, strlen(first), MSG_NOSIGNAL), strlen(first));
  if (!tls) return client;
  client.context = SSL_CTX_new(TLS_client_method());
  client.ssl = SSL_new(client.context);
  SSL_set_fd(client.ssl, client.descriptor);
  if (SSL_connect(client.ssl) != 1) { /* the caller sees it at the first read */
    SSL_free(client.ssl);
    client.ssl = NULL;
  }
  return client;
}

static struct client client_connect(const struct fixture *fixture) {
  return client_connect_from(fixture->port, fixture->tls, 0, NULL);
}

static void client_close(struct client *client) {
  SSL_free(client->ssl);
  SSL_CTX_free(client->context);
  if (client->descriptor >= 0) close(client->descriptor);
  free(client->bytes);
  memset(client, 0, sizeof *client);
  client->descriptor = -1;
}

static bool client_send(struct client *client, const void *bytes, size_t size) {
  if (client->ssl) return SSL_write(client->ssl, bytes, (int)size) == (int)size;
  return send(client->descriptor, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool client_say(struct client *client, const char *text) {
  return client_send(client, text, strlen(text));
}

/* Reads once. False: the end, an error, or nothing within the time. */
static bool client_read(struct client *client) {
  if (client->capacity - client->size < 65536) {
    client->capacity = client->size + 131072;
    client->bytes = realloc(client->bytes, client->capacity);
  }
  char *into = client->bytes + client->size;
  int room = 65536;
  ssize_t got = client->ssl ? SSL_read(client->ssl, into, room) : recv(client->descriptor, into, (size_t)room, 0);
  if (got <= 0) return false;
  client->size += (size_t)got;
  return true;
}

static void client_use(struct client *client, size_t size) {
  memmove(client->bytes, client->bytes + size, client->size - size);
  client->size -= size;
}

/* Is the connection ended by the server within the time? What came before is kept in `bytes`. */
static bool client_is_cut(struct client *client, int ms) {
  int64_t end = now_ms() + ms;
  for (;;) {
    struct pollfd wait = {.fd = client->descriptor, .events = POLLIN};
    int64_t left = end - now_ms();
    if (left <= 0) return false;
    if (!(client->ssl && SSL_pending(client->ssl)) && poll(&wait, 1, (int)left) == 0) return false;
    if (!client_read(client)) return true;
  }
}

struct response {
  int status;
  char head[4096];
  size_t body_size;
  char body[70000];
};

static const char *response_header(const struct response *response, const char *name) {
  static char value[1024];
  char needle[64];
  snprintf(needle, sizeof needle, "\r\n%s: ", name);
  const char *at = strcasestr(response->head, needle);
  if (!at) return "";
  snprintf(value, sizeof value, "%.*s", (int)strcspn(at + strlen(needle), "\r\n"), at + strlen(needle));
  return value;
}

/* Status 0: the connection ended before. */
static void client_response(struct client *client, struct response *response, bool head_only) {
  memset(response, 0, sizeof *response);
  char *end;
  while (!client->size || !(end = memmem(client->bytes, client->size, "\r\n\r\n", 4)))
    if (!client_read(client)) return;
  size_t head = (size_t)(end - client->bytes) + 4;
  assert_true(head < sizeof response->head);
  memcpy(response->head, client->bytes, head);
  const char *length = response_header(response, "Content-Length");
  size_t body = head_only ? 0 : (size_t)atol(length);
  while (client->size < head + body)
    if (!client_read(client)) return;
  response->body_size = body;
  memcpy(response->body, client->bytes + head, body < sizeof response->body - 1 ? body : sizeof response->body - 1);
  response->status = atoi(response->head + 9);
  client_use(client, head + body);
}

static void client_request(struct client *client, struct response *response, const char *text) {
  client_say(client, text);
  client_response(client, response, strncmp(text, "HEAD ", 5) == 0);
}

/* One request on a connection of its own. */
static void fixture_request(const struct fixture *fixture, struct response *response, const char *text) {
  struct client client = client_connect(fixture);
  client_request(&client, response, text);
  client_close(&client);
}

#define CLIENT_COOKIE "__Host-club=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CLIENT_UPGRADE \
  "GET /ws HTTP/1.1\r\nHost: club.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" \
  "Sec-WebSocket-Protocol: club.v1\r\nCookie: " CLIENT_COOKIE "\r\n\r\n"

static bool client_upgrade(struct client *client) {
  struct response response;
  client_request(client, &response, CLIENT_UPGRADE);
  return response.status == 101;
}

static struct client client_open_with(const struct fixture *fixture, int receive_buffer) {
  struct client client = client_connect_from(fixture->port, fixture->tls, receive_buffer, NULL);
  assert_true(client_upgrade(&client));
  return client;
}

static struct client client_open(const struct fixture *fixture) {
  return client_open_with(fixture, 0);
}

enum { OP_CONTINUE = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

static size_t frame_make(unsigned char *frame, int first, const void *bytes, size_t size) {
  size_t used = 0;
  frame[used++] = (unsigned char)first;
  if (size < 126) {
    frame[used++] = (unsigned char)(0x80 | size);
  } else if (size < 65536) {
    frame[used++] = 0x80 | 126;
    frame[used++] = (unsigned char)(size >> 8);
    frame[used++] = (unsigned char)size;
  } else {
    frame[used++] = 0x80 | 127;
    for (int shift = 56; shift >= 0; shift -= 8) frame[used++] = (unsigned char)((uint64_t)size >> shift);
  }
  memcpy(frame + used, "mask", 4);
  used += 4;
  for (size_t i = 0; i < size; i++) frame[used + i] = ((const unsigned char *)bytes)[i] ^ (unsigned char)"mask"[i & 3];
  return used + size;
}

static bool client_frame(struct client *client, int first, const void *bytes, size_t size) {
  unsigned char *frame = malloc(size + 20);
  size_t whole = frame_make(frame, first, bytes, size);
  bool sent = client_send(client, frame, whole);
  free(frame);
  return sent;
}

static bool client_text(struct client *client, const char *text) {
  return client_frame(client, 0x80 | OP_TEXT, text, strlen(text));
}

/* The next frame: its opcode, -1 at the end of the connection. `*size` bytes lie at the start of `client->bytes` behind
 * the header of `*header` bytes. */
static int client_next(struct client *client, size_t *header, size_t *size) {
  for (;;) {
    unsigned char *bytes = (unsigned char *)client->bytes;
    *header = 2;
    if (client->size >= 2) {
      *size = bytes[1] & 0x7f;
      if (*size == 126) *header = 4;
      if (*size == 127) *header = 10;
      if (client->size >= *header && *size == 126) *size = (size_t)bytes[2] << 8 | bytes[3];
      if (client->size >= *header && *size == 127) {
        *size = 0;
        for (int i = 2; i < 10; i++) *size = *size << 8 | bytes[i];
      }
      if (client->size >= *header + *size) return bytes[0] & 15;
    }
    if (!client_read(client)) return -1;
  }
}

/* The next frame's payload as text (a new string, or NULL at the end of the connection). */
static char *client_message(struct client *client) {
  size_t header, size;
  int code = client_next(client, &header, &size);
  if (code != OP_TEXT) return NULL;
  char *text = malloc(size + 1);
  memcpy(text, client->bytes + header, size);
  text[size] = '\0';
  client_use(client, header + size);
  return text;
}

static void client_expect(struct client *client, const char *text) {
  char *got = client_message(client);
  if (!got) fail_msg("the connection ended, expected: %.40s", text);
  assert_string_equal(got, text);
  free(got);
}

/* The code of the server's Close frame, after any other frames; 0: the connection ended without one. */
static int client_close_code(struct client *client) {
  size_t header, size;
  int code;
  while ((code = client_next(client, &header, &size)) >= 0 && code != OP_CLOSE) client_use(client, header + size);
  if (code < 0) return 0;
  const unsigned char *bytes = (const unsigned char *)client->bytes + header;
  return size >= 2 ? bytes[0] << 8 | bytes[1] : 1005;
}

/* Does the server still serve others? */
static void fixture_serves(const struct fixture *fixture) {
  struct client client = client_open(fixture);
  client_text(&client, chinese);
  client_expect(&client, chinese);
  client_close(&client);
}

static void fixture_await(int *counter, int wanted) {
  for (int64_t end = now_ms() + CLIENT_WAIT_MS; __atomic_load_n(counter, __ATOMIC_SEQ_CST) < wanted && now_ms() < end;)
    usleep(5000);
  assert_int_equal(__atomic_load_n(counter, __ATOMIC_SEQ_CST), wanted);
}
#endif
