#ifndef NET_CLIENT_H
#define NET_CLIENT_H
/* A client of raw sockets that speaks HTTP, WebSocket and TLS to the net of fixture.h. */
#include "fixture.h"

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
