#include "line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tls.h"

bool line_shared_begin(struct line_shared *shared, bool tls, struct line_events events) {
  *shared = (struct line_shared){.events = events};
  shared->epoll = epoll_create1(EPOLL_CLOEXEC);
  shared->bytes = malloc(LINE_REST_MAX + LINE_READ_SIZE);
  shared->sealed = malloc(LINE_READ_SIZE);
  return shared->epoll >= 0 && shared->bytes && shared->sealed && (!tls || tls_begin(shared));
}

void line_shared_end(struct line_shared *shared) {
  if (shared->epoll >= 0) close(shared->epoll);
  free(shared->bytes);
  free(shared->sealed);
  tls_end(shared);
  *shared = (struct line_shared){.epoll = -1};
}

void line_hang_up(struct line *line) {
  if (line->state == LINE_DOWN) return;
  close(line->fd);
  SSL_free(line->ssl);
  free(line->rest);
  free(line->unsent);
  line->ssl = NULL;
  line->rest = line->unsent = NULL;
  line->rest_size = line->unsent_size = 0;
  line->sealed_size = 0;
  line->state = LINE_DOWN;
}

static void line_fail(struct line *line, bool refused, const char *why) {
  struct line_events events = line->shared->events;
  line_hang_up(line);
  events.closed(events.context, line, refused, why);
}

bool line_connect(struct line_shared *shared, struct line *line) {
  line->shared = shared;
  line->close_code = 0;
  line->was_open = false;
  line->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (line->fd < 0) return false;
  int on = 1;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = line->from};
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = line};
  bool begun = setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
               setsockopt(line->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) == 0 &&
               bind(line->fd, (struct sockaddr *)&from, sizeof from) == 0 &&
               (connect(line->fd, (struct sockaddr *)&line->to, sizeof line->to) == 0 || errno == EINPROGRESS ||
                errno == ECONNREFUSED) &&
               epoll_ctl(shared->epoll, EPOLL_CTL_ADD, line->fd, &event) == 0;
  if (!begun) {
    close(line->fd);
    return false;
  }
  line->state = LINE_CONNECTING;
  return true;
}

bool line_transmit(struct line *line, const char *bytes, size_t size) {
  ssize_t sent = line->unsent_size ? 0 : send(line->fd, bytes, size, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
  size_t left = size - (sent > 0 ? (size_t)sent : 0);
  if (left == 0) return true;
  if (line->unsent_size + left > LINE_UNSENT_MAX) return false;
  char *grown = realloc(line->unsent, line->unsent_size + left);
  if (!grown) return false;
  memcpy(grown + line->unsent_size, bytes + (size - left), left);
  line->unsent = grown;
  line->unsent_size += (uint32_t)left;
  return true;
}

static bool line_flush(struct line *line) {
  while (line->unsent_size) {
    ssize_t sent = send(line->fd, line->unsent, line->unsent_size, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    line->unsent_size -= (uint32_t)sent;
    memmove(line->unsent, line->unsent + sent, line->unsent_size);
  }
  return true;
}

static bool line_put(struct line *line, const char *bytes, size_t size) {
  return line->ssl ? tls_write(line, bytes, size) : line_transmit(line, bytes, size);
}

static bool line_send_kind(struct line *line, enum frame_kind kind, const char *text, size_t size) {
  char small[2048], *out = small;
  if (line->state != LINE_OPEN || size > FRAME_PAYLOAD_MAX) return false;
  if (size + FRAME_HEADER_MAX > sizeof small && !(out = malloc(size + FRAME_HEADER_MAX))) return false;
  bool put = line_put(line, out, frame_write_masked(out, kind, text, size));
  if (out != small) free(out);
  return put;
}

bool line_send(struct line *line, const char *text, size_t size) {
  return line_send_kind(line, FRAME_TEXT, text, size);
}

static bool line_ask_upgrade(struct line *line) {
  char request[1024], address[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &line->to.sin_addr, address, sizeof address);
  int port = ntohs(line->to.sin_port);
  int size = snprintf(request, sizeof request,
                      "GET /ws HTTP/1.1\r\nHost: %s:%d\r\nOrigin: %s://%s:%d\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: club.v1\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: __Host-club=%s\r\n\r\n",
                      address, port, line->ssl ? "https" : "http", address, port, line->cookie ? line->cookie : "");
  line->state = LINE_UPGRADING;
  return size > 0 && (size_t)size < sizeof request && line_put(line, request, (size_t)size);
}

static void line_connected(struct line *line, uint32_t happened) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  /* What connect() itself has said is not said again. */
  if (error == 0 && (happened & EPOLLHUP)) error = ECONNREFUSED;
  if (error != 0) {
    line_fail(line, error == ECONNREFUSED, strerror(error));
    return;
  }
  if (!line->shared->tls) {
    if (!line_ask_upgrade(line)) line_fail(line, false, "the request could not be sent");
    return;
  }
  line->state = LINE_TLS;
  if (!tls_attach(line) || tls_handshake(line) < 0) line_fail(line, false, "TLS could not begin");
}

/* The answer to the upgrade, when it is whole: its bytes; 0: not yet; -1: it is no consent. */
static long line_take_upgrade(char *bytes, size_t size) {
  char *end = memmem(bytes, size, "\r\n\r\n", 4);
  if (!end) return size < 8192 ? 0 : -1;
  return size > 12 && memcmp(bytes, "HTTP/1.1 101", 12) == 0 ? end + 4 - bytes : -1;
}

/* Hands one frame on. Why the line must fail; NULL: it need not. */
static const char *line_take_frame(struct line *line, const struct frame *frame) {
  const struct line_events *events = &line->shared->events;
  if (frame->masked || !frame->final) return "a masked or fragmented frame";
  switch (frame->kind) {
    case FRAME_TEXT: events->frame(events->context, line, frame->payload, frame->size); return NULL;
    case FRAME_PING:
      return line_send_kind(line, FRAME_PONG, frame->payload, frame->size) ? NULL : "a pong could not be sent";
    case FRAME_PONG: return NULL;
    case FRAME_CLOSE:
      if (frame->size >= 2)
        line->close_code = (uint16_t)((unsigned char)frame->payload[0] << 8 | (unsigned char)frame->payload[1]);
      return "closed by the server";
    default: return "a frame of an unknown kind";
  }
}

/* Takes all that is whole among the bytes; how many were taken. The line may be down afterwards. */
static size_t line_take(struct line *line, char *bytes, size_t size) {
  size_t at = 0;
  if (line->state == LINE_UPGRADING) {
    long taken = line_take_upgrade(bytes, size);
    if (taken < 0) line_fail(line, false, "the upgrade was refused");
    if (taken <= 0) return 0;
    at = (size_t)taken;
    line->state = LINE_OPEN;
    line->was_open = true;
    line->shared->events.opened(line->shared->events.context, line);
  }
  while (line->state == LINE_OPEN && at < size) {
    struct frame frame;
    long taken = frame_read(&frame, bytes + at, size - at);
    if (taken == 0) break;
    const char *why = taken < 0 ? "no frame that may be" : line_take_frame(line, &frame);
    if (why) {
      line_fail(line, false, why);
      break;
    }
    at += (size_t)taken;
  }
  return at;
}

/* Keeps what is not whole yet. */
static bool line_keep(struct line *line, const char *bytes, size_t size) {
  if (size > LINE_REST_MAX) return false;
  if (size == 0 && !line->rest) return true;
  free(line->rest);
  line->rest = size ? malloc(size) : NULL;
  line->rest_size = line->rest ? (uint32_t)size : 0;
  if (size && !line->rest) return false;
  if (size) memcpy(line->rest, bytes, size);
  return true;
}

/* Takes what stands in the shared buffer: the rest of the last time and `got` new bytes. */
static bool line_consume(struct line *line, size_t got) {
  char *bytes = line->shared->bytes;
  size_t size = line->rest_size + got, taken = line_take(line, bytes, size);
  if (line->state != LINE_OPEN && line->state != LINE_UPGRADING) return false;
  if (line_keep(line, bytes + taken, size - taken)) return true;
  line_fail(line, false, "no memory for a part of a frame");
  return false;
}

static bool line_decrypt(struct line *line) {
  if (line->state == LINE_TLS) {
    int done = tls_handshake(line);
    if (done == 0) return true;
    if (done < 0 || !line_ask_upgrade(line)) {
      line_fail(line, false, "TLS failed");
      return false;
    }
  }
  long got = 0;
  do {
    if (line->rest_size) memcpy(line->shared->bytes, line->rest, line->rest_size);
    got = tls_read(line, line->shared->bytes + line->rest_size, LINE_READ_SIZE);
    if (got > 0 && !line_consume(line, (size_t)got)) return false;
  } while (got == LINE_READ_SIZE);
  if (got >= 0) return true;
  line_fail(line, false, "TLS ended");
  return false;
}

/* `ended`: nothing more will come, which is told once: so all of it is read now. */
static void line_receive(struct line *line, bool ended) {
  ssize_t got = 0;
  do {
    char *into = line->ssl ? line->shared->sealed : line->shared->bytes + line->rest_size;
    if (!line->ssl && line->rest_size) memcpy(line->shared->bytes, line->rest, line->rest_size);
    got = read(line->fd, into, LINE_READ_SIZE);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      line_fail(line, false, got == 0 ? "ended by the server" : strerror(errno));
      return;
    }
    if (line->ssl) {
      line->sealed = line->shared->sealed;
      line->sealed_size = (size_t)got;
    }
    if (line->ssl ? !line_decrypt(line) : !line_consume(line, (size_t)got)) return;
  } while (ended || got == LINE_READ_SIZE); /* less: nothing is left, and more of it will be told */
}

void line_handle(struct line *line, uint32_t happened) {
  if (line->state == LINE_DOWN) return;
  if (line->state == LINE_CONNECTING) {
    if (!(happened & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return;
    line_connected(line, happened);
    return;
  }
  if ((happened & EPOLLOUT) && line->unsent_size && !line_flush(line)) {
    line_fail(line, false, "nothing can be sent any more");
    return;
  }
  uint32_t ends = EPOLLRDHUP | EPOLLERR | EPOLLHUP;
  if (happened & (EPOLLIN | ends)) line_receive(line, happened & ends);
}

const char *line_cipher(const struct line *line) {
  return line->ssl ? SSL_get_cipher_name(line->ssl) : "";
}
