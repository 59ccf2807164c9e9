#ifndef FAKE_REDIS_H
#define FAKE_REDIS_H
/* A server on a thread of its own that speaks as much of Redis' language as `answer` says. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define FAKE_SOCKETS 64
#define FAKE_BYTES 65536

struct fake_redis;
/* A command's words; writes what it likes to `socket`. */
typedef void (*fake_answer)(struct fake_redis *fake, int socket, int count, char **words);

struct fake_redis {
  fake_answer answer;   /* NULL: it says nothing */
  const char *greeting; /* what it says by itself; NULL: nothing */
  int listener, port, stop[2];
  pthread_t thread;
  int accepted; /* atomic */
  struct pollfd polls[FAKE_SOCKETS];
  size_t count;
};

static inline void fake_say(int descriptor, const char *format, ...) {
  char text[4096];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  send(descriptor, text, (size_t)size, MSG_NOSIGNAL);
}

/* Whole commands only come in one piece here, as they are small. */
static inline char *fake_command(struct fake_redis *fake, int descriptor, char *at) {
  char *words[256];
  int count = (int)strtol(at + 1, &at, 10);
  at += 2;
  for (int i = 0; i < count && i < 256 && *at == '$'; i++) {
    long size = strtol(at + 1, &at, 10);
    words[i] = at + 2;
    at += 2 + size;
    *at = '\0';
    at += 2;
  }
  if (fake->answer) fake->answer(fake, descriptor, count, words);
  return at;
}

static inline void fake_read(struct fake_redis *fake, size_t index) {
  static char bytes[FAKE_BYTES];
  int descriptor = fake->polls[index].fd;
  ssize_t size = recv(descriptor, bytes, sizeof bytes - 1, 0);
  if (size <= 0) {
    close(descriptor);
    fake->polls[index] = fake->polls[--fake->count];
    return;
  }
  bytes[size] = '\0';
  for (char *at = bytes; at < bytes + size && *at == '*';) at = fake_command(fake, descriptor, at);
}

static inline void fake_accept(struct fake_redis *fake) {
  int descriptor = accept(fake->listener, NULL, NULL);
  if (descriptor < 0) return;
  fake->polls[fake->count++] = (struct pollfd){.fd = descriptor, .events = POLLIN};
  if (fake->greeting) fake_say(descriptor, "%s", fake->greeting);
  __atomic_add_fetch(&fake->accepted, 1, __ATOMIC_SEQ_CST);
}

static inline void *fake_run(void *argument) {
  struct fake_redis *fake = argument;
  fake->polls[0] = (struct pollfd){.fd = fake->stop[0], .events = POLLIN};
  fake->polls[1] = (struct pollfd){.fd = fake->listener, .events = POLLIN};
  fake->count = 2;
  for (;;) {
    if (poll(fake->polls, fake->count, -1) < 0) continue;
    if (fake->polls[0].revents) return NULL;
    for (size_t i = fake->count; i-- > 2;)
      if (fake->polls[i].revents) fake_read(fake, i);
    if (fake->polls[1].revents && fake->count < FAKE_SOCKETS) fake_accept(fake);
  }
}

static inline struct fake_redis *fake_start(fake_answer answer, const char *greeting) {
  struct fake_redis *fake = calloc(1, sizeof *fake);
  fake->answer = answer;
  fake->greeting = greeting;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, size), 0);
  assert_int_equal(listen(fake->listener, 16), 0);
  assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&address, &size), 0);
  fake->port = ntohs(address.sin_port);
  assert_int_equal(pipe(fake->stop), 0);
  assert_int_equal(pthread_create(&fake->thread, NULL, fake_run, fake), 0);
  return fake;
}

static inline void fake_stop(struct fake_redis *fake) {
  assert_int_equal(write(fake->stop[1], "!", 1), 1);
  pthread_join(fake->thread, NULL);
  for (size_t i = 0; i < fake->count; i++) close(fake->polls[i].fd);
  close(fake->stop[1]);
  free(fake);
}

static inline int fake_accepted(struct fake_redis *fake) {
  return __atomic_load_n(&fake->accepted, __ATOMIC_SEQ_CST);
}
#endif
