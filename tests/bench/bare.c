/* The other end of the bare limit: a server that does nothing but write ready frames. It takes as many connections as
 * it is told, and for each `batch` messages that somebody posts it writes one frame with as many entries to each
 * socket. What is in the messages, their members and their rooms are none of its business. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "options.h"

#define BARE_SAMPLE_MAX 2048
#define BARE_BATCH_MAX 32
#define BARE_IN 65536

struct bare_client {
  int fd;
  SSL *ssl;
};

struct bare {
  SSL_CTX *tls;
  int listener, epoll;
  struct bare_client *clients;
  size_t count, batch;
  char sample[BARE_SAMPLE_MAX]; /* one entry of the server's own, with a gap for its number */
  size_t before, after;
  long long seq;
  size_t waiting; /* messages posted and not written */
  char in[BARE_IN];
  size_t in_size;
  char out[BARE_BATCH_MAX * (BARE_SAMPLE_MAX + 24) + FRAME_HEADER_MAX];
};

static bool bare_die(const char *what) {
  perror(what);
  return false;
}

/* Is used where no sample of the server's own bytes is given. */
static const char bare_sample[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"entry\",\"params\":{\"room\":\"kz.fintech\",\"seq\":1,"
    "\"at\":\"2026-01-31T08:05:03.120Z\",\"type\":\"message\",\"from\":{\"id\":\"m1\",\"name\":\"Member 00001\","
    "\"country\":\"kz\",\"company\":\"Company 00001\"},\"text\":\"We look for a partner who moves grain and cotton by "
    "rail from Aktau to Kashgar, about two hundred wagons a month, and who knows the customs on both sides. Who has "
    "done it, and what did it cost? Thanks\",\"client_id\":\"0a1b2c3d-0000000001\"}}";

static bool bare_take_sample(struct bare *bare, const char *path) {
  char text[BARE_SAMPLE_MAX];
  size_t size = sizeof bare_sample - 1;
  memcpy(text, bare_sample, size);
  if (path) {
    FILE *file = fopen(path, "re");
    if (!file) return bare_die(path);
    size = fread(text, 1, sizeof text, file);
    fclose(file);
  }
  char *number = memmem(text, size, "\"seq\":", 6);
  if (!number || size == sizeof text) {
    fprintf(stderr, "%s is no entry\n", path ? path : "sample");
    return false;
  }
  number += 6;
  char *behind = number;
  while (behind < text + size && *behind >= '0' && *behind <= '9') behind++;
  bare->before = (size_t)(number - text);
  bare->after = size - (size_t)(behind - text);
  memcpy(bare->sample, text, bare->before);
  memcpy(bare->sample + bare->before, behind, bare->after);
  return true;
}

static char *bare_entry(struct bare *bare, char *at) {
  memcpy(at, bare->sample, bare->before);
  at += bare->before;
  at += sprintf(at, "%lld", ++bare->seq);
  memcpy(at, bare->sample + bare->before, bare->after);
  return at + bare->after;
}

/* Makes the frame at the end of a fixed gap for its header. Where it begins. */
static char *bare_frame(struct bare *bare, size_t *size) {
  char *payload = bare->out + FRAME_HEADER_MAX, *at = payload, header[FRAME_HEADER_MAX];
  if (bare->batch > 1) *at++ = '[';
  for (size_t i = 0; i < bare->batch; i++) {
    if (i) *at++ = ',';
    at = bare_entry(bare, at);
  }
  if (bare->batch > 1) *at++ = ']';
  size_t length = frame_write_header(header, FRAME_TEXT, (size_t)(at - payload));
  memcpy(payload - length, header, length);
  *size = (size_t)(at - payload) + length;
  return payload - length;
}

static bool bare_write(struct bare_client *client, const char *bytes, size_t size) {
  if (client->ssl) return SSL_write(client->ssl, bytes, (int)size) == (int)size;
  return write(client->fd, bytes, size) == (ssize_t)size;
}

static bool bare_round(struct bare *bare) {
  size_t size = 0;
  char *frame = bare_frame(bare, &size);
  for (size_t i = 0; i < bare->count; i++)
    if (!bare_write(&bare->clients[i], frame, size)) return false;
  bare->waiting -= bare->batch;
  return true;
}

static long bare_read(struct bare_client *client, char *bytes, size_t size) {
  return client->ssl ? SSL_read(client->ssl, bytes, (int)size) : read(client->fd, bytes, size);
}

/* Only one of the clients posts, so one buffer is enough. */
static bool bare_take(struct bare *bare, struct bare_client *client) {
  do {
    long got = bare_read(client, bare->in + bare->in_size, sizeof bare->in - bare->in_size);
    if (got <= 0) return false;
    bare->in_size += (size_t)got;
    struct frame frame;
    long taken = 0;
    size_t at = 0;
    while ((taken = frame_read(&frame, bare->in + at, bare->in_size - at)) > 0) {
      at += (size_t)taken;
      if (frame.kind == FRAME_TEXT) bare->waiting++;
    }
    bare->in_size -= at;
    memmove(bare->in, bare->in + at, bare->in_size);
  } while (client->ssl && SSL_pending(client->ssl));
  return true;
}

/* Runs until somebody hangs up. */
static void bare_serve(struct bare *bare) {
  struct epoll_event happened[64];
  for (;;) {
    int count = epoll_wait(bare->epoll, happened, 64, bare->waiting >= bare->batch ? 0 : -1);
    if (count < 0 && errno != EINTR) return;
    for (int i = 0; i < count; i++)
      if (!bare_take(bare, happened[i].data.ptr)) return;
    if (bare->waiting >= bare->batch && !bare_round(bare)) return;
  }
}

static bool bare_upgrade(struct bare_client *client) {
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  char request[4096];
  size_t size = 0;
  while (!memmem(request, size, "\r\n\r\n", 4)) {
    long got = bare_read(client, request + size, sizeof request - size);
    if (got <= 0) return false;
    size += (size_t)got;
  }
  return bare_write(client, answer, sizeof answer - 1);
}

static bool bare_accept(struct bare *bare, struct bare_client *client) {
  int on = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  client->fd = accept4(bare->listener, NULL, NULL, SOCK_CLOEXEC);
  if (client->fd < 0 || setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) return false;
  if (bare->tls) {
    client->ssl = SSL_new(bare->tls);
    if (!client->ssl || SSL_set_fd(client->ssl, client->fd) != 1 || SSL_accept(client->ssl) != 1) return false;
  }
  return bare_upgrade(client) && epoll_ctl(bare->epoll, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

/* A certificate like the server's own: P-256, signed by itself. */
static bool bare_certificate(SSL_CTX *tls) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  bool made = key && certificate && X509_set_version(certificate, 2) == 1 &&
              ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), 86400) &&
              X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                         (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
              X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
              X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0 &&
              SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

static bool bare_tls(struct bare *bare, bool release) {
  bare->tls = SSL_CTX_new(TLS_server_method());
  if (!bare->tls || !bare_certificate(bare->tls)) return false;
  SSL_CTX_set_session_cache_mode(bare->tls, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(bare->tls, 0);
  SSL_CTX_set_options(bare->tls, SSL_OP_NO_TICKET);
  if (release) SSL_CTX_set_mode(bare->tls, SSL_MODE_RELEASE_BUFFERS);
  return true;
}

static bool bare_listen(struct bare *bare, long port) {
  int on = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bare->epoll = epoll_create1(EPOLL_CLOEXEC);
  bare->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return bare->epoll >= 0 && bare->listener >= 0 &&
         setsockopt(bare->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         bind(bare->listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(bare->listener, 4096) == 0;
}

static void bare_end(struct bare *bare) {
  for (size_t i = 0; bare->clients && i < bare->count; i++) {
    SSL_free(bare->clients[i].ssl);
    if (bare->clients[i].fd > 0) close(bare->clients[i].fd);
  }
  free(bare->clients);
  SSL_CTX_free(bare->tls);
  if (bare->listener > 0) close(bare->listener);
  if (bare->epoll > 0) close(bare->epoll);
  free(bare);
}

static bool bare_run(struct bare *bare, struct options *options) {
  long port = options_number(options, "port", 8400, 1, 65535);
  bool tls = options_number(options, "tls", 0, 0, 1), release = options_number(options, "release", 0, 0, 1);
  const char *sample = options_text(options, "sample", NULL);
  bare->count = (size_t)options_number(options, "members", 1000, 1, 19000);
  bare->batch = (size_t)options_number(options, "batch", 1, 1, BARE_BATCH_MAX);
  bare->clients = calloc(bare->count, sizeof *bare->clients);
  if (!options_fine(options) || !bare->clients || !bare_take_sample(bare, sample)) return false;
  if ((tls && !bare_tls(bare, release)) || !bare_listen(bare, port)) return bare_die("cannot listen");
  printf("listening\n");
  for (size_t i = 0; i < bare->count; i++)
    if (!bare_accept(bare, &bare->clients[i])) return bare_die("a connection failed");
  bare_serve(bare);
  return true;
}

int main(int count, char **words) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) perror("descriptors");
  }
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct options options;
  struct bare *bare = calloc(1, sizeof *bare);
  if (!bare || !options_read(&options, count - 1, words + 1)) {
    free(bare);
    return 2;
  }
  bool done = bare_run(bare, &options);
  bare_end(bare);
  return done ? 0 : 1;
}
