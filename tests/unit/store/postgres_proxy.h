#ifndef TEST_STORE_POSTGRES_PROXY_H
#define TEST_STORE_POSTGRES_PROXY_H
/* A line to the server that is cut at a chosen moment of a batch: a thread between two unix sockets. It knows as much of
 * the protocol as it needs: "ready, in a transaction" is said before a batch is sent, "COMMIT" when it was committed. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "postgres_server.h"

enum proxy_cut {
  PROXY_WHOLE,
  PROXY_BEFORE, /* the batch never reaches the server */
  PROXY_HALF,   /* a part of it does */
  PROXY_STUCK,  /* … and the line stays open, without a word, for as long as the test says */
  PROXY_ANSWER, /* all does; the answers arrive, that to COMMIT does not */
  PROXY_DEAF,   /* all does; no answer arrives */
  PROXY_SILENT  /* … and the line stays open */
};

#define PROXY_LINES 16

struct proxy_line {
  int client, server; /* client -1: free; -2: gone, and the server does not know */
  bool in_transaction, silent;
};

struct proxy {
  char folder[64];
  char target[128];
  int listener, wake[2];
  pthread_t thread;
  atomic_int cut; /* for the next batch */
  atomic_int cuts;
  atomic_bool refusing; /* whoever comes is cut at once */
  atomic_int refused;
  struct proxy_line lines[PROXY_LINES];
};

static inline void proxy_close(struct proxy_line *line) {
  if (line->client >= 0) close(line->client);
  close(line->server);
  line->client = -1;
}

static inline int proxy_socket(const char *path, bool listening) {
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  snprintf(place.sun_path, sizeof place.sun_path, "%.100s", path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening) {
    if (bind(descriptor, (struct sockaddr *)&place, sizeof place) || listen(descriptor, 16)) abort();
  } else if (connect(descriptor, (struct sockaddr *)&place, sizeof place)) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

static inline void proxy_send(int to, const char *bytes, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t now = send(to, bytes + sent, size - sent, MSG_NOSIGNAL);
    if (now <= 0) return;
    sent += (size_t)now;
  }
}

static inline void proxy_accept(struct proxy *proxy) {
  int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
  if (atomic_load(&proxy->refusing)) {
    atomic_fetch_add(&proxy->refused, 1);
    close(client);
    return;
  }
  for (size_t i = 0; i < PROXY_LINES; i++) {
    if (proxy->lines[i].client != -1) continue;
    int server = proxy_socket(proxy->target, false);
    if (server < 0) break;
    proxy->lines[i] = (struct proxy_line){.client = client, .server = server};
    return;
  }
  close(client);
}

static inline void proxy_from_client(struct proxy *proxy, struct proxy_line *line) {
  static char bytes[1 << 20];
  ssize_t size = recv(line->client, bytes, sizeof bytes, 0);
  int cut = line->in_transaction ? atomic_load(&proxy->cut) : PROXY_WHOLE;
  if (size <= 0 && line->silent) {
    close(line->client);
    line->client = -2; /* the server is not told */
  } else if (size <= 0) {
    proxy_close(line);
  } else if (cut == PROXY_BEFORE || cut == PROXY_HALF || cut == PROXY_STUCK) {
    if (cut != PROXY_BEFORE) proxy_send(line->server, bytes, (size_t)size / 2);
    atomic_store(&proxy->cut, PROXY_WHOLE);
    atomic_fetch_add(&proxy->cuts, 1);
    line->silent = cut == PROXY_STUCK;
    if (cut != PROXY_STUCK) proxy_close(line);
  } else {
    proxy_send(line->server, bytes, (size_t)size);
  }
}

static inline void proxy_from_server(struct proxy *proxy, struct proxy_line *line) {
  static char bytes[1 << 16];
  static const char ready[] = {'Z', 0, 0, 0, 5, 'T'}, committed[] = {'C', 0, 0, 0, 11, 'C', 'O', 'M', 'M', 'I', 'T', 0};
  ssize_t size = recv(line->server, bytes, sizeof bytes, 0);
  if (size <= 0) {
    proxy_close(line);
    return;
  }
  int cut = line->in_transaction ? atomic_load(&proxy->cut) : PROXY_WHOLE;
  const char *commit = memmem(bytes, (size_t)size, committed, sizeof committed);
  bool waits = size >= (ssize_t)sizeof ready && memcmp(bytes + size - sizeof ready, ready, sizeof ready) == 0;
  if (cut < PROXY_ANSWER) {
    proxy_send(line->client, bytes, (size_t)size);
    line->in_transaction = waits || (line->in_transaction && !commit);
    return;
  }
  if (cut == PROXY_ANSWER) proxy_send(line->client, bytes, commit ? (size_t)(commit - bytes) : (size_t)size);
  if (!commit) return;
  atomic_store(&proxy->cut, PROXY_WHOLE);
  atomic_fetch_add(&proxy->cuts, 1);
  if (cut == PROXY_SILENT) {
    line->silent = true;
  } else {
    proxy_close(line);
  }
}

static inline void *proxy_main(void *argument) {
  struct proxy *proxy = argument;
  for (;;) {
    struct pollfd wishes[2 + 2 * PROXY_LINES];
    wishes[0] = (struct pollfd){.fd = proxy->wake[0], .events = POLLIN};
    wishes[1] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (size_t i = 0; i < PROXY_LINES; i++) {
      const struct proxy_line *line = &proxy->lines[i];
      bool open = line->client >= 0;
      wishes[2 + 2 * i] = (struct pollfd){.fd = open ? line->client : -1, .events = POLLIN};
      wishes[3 + 2 * i] = (struct pollfd){.fd = open && !line->silent ? line->server : -1, .events = POLLIN};
    }
    poll(wishes, 2 + 2 * PROXY_LINES, -1);
    if (wishes[0].revents) return NULL;
    for (size_t i = 0; i < PROXY_LINES; i++) {
      struct proxy_line *line = &proxy->lines[i];
      if (line->client >= 0 && wishes[2 + 2 * i].revents) proxy_from_client(proxy, line);
      if (line->client >= 0 && wishes[3 + 2 * i].revents) proxy_from_server(proxy, line);
    }
    if (wishes[1].revents) proxy_accept(proxy);
  }
}

static inline struct proxy *proxy_begin(void) {
  struct proxy *proxy = calloc(1, sizeof *proxy);
  assert_non_null(proxy);
  snprintf(proxy->folder, sizeof proxy->folder, "/tmp/club-proxy-XXXXXX");
  assert_non_null(mkdtemp(proxy->folder));
  char path[128];
  snprintf(path, sizeof path, "%s/.s.PGSQL.5432", proxy->folder);
  snprintf(proxy->target, sizeof proxy->target, "%s/.s.PGSQL.5432", postgres_server.folder);
  proxy->listener = proxy_socket(path, true);
  for (size_t i = 0; i < PROXY_LINES; i++) proxy->lines[i].client = -1;
  assert_int_equal(pipe(proxy->wake), 0);
  assert_int_equal(pthread_create(&proxy->thread, NULL, proxy_main, proxy), 0);
  return proxy;
}

static inline void proxy_end(struct proxy *proxy) {
  assert_int_equal(write(proxy->wake[1], "", 1), 1);
  pthread_join(proxy->thread, NULL);
  for (size_t i = 0; i < PROXY_LINES; i++) {
    if (proxy->lines[i].client != -1) proxy_close(&proxy->lines[i]);
  }
  close(proxy->listener);
  close(proxy->wake[0]);
  close(proxy->wake[1]);
  nftw(proxy->folder, files_remove_one, 8, FTW_DEPTH | FTW_PHYS);
  free(proxy);
}

/* The same database, by way of the proxy. */
static inline void proxy_address(const struct proxy *proxy, const char *address, char *text, size_t size) {
  const char *host = strstr(address, postgres_server.folder);
  snprintf(text, size, "%.*s%s%s", (int)(host - address), address, proxy->folder,
           host + strlen(postgres_server.folder));
}
#endif
