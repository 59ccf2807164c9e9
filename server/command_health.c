/* clubd health: asks an admin listener and says by its status what it heard, for the health checks of container engines
 * and supervisors, where there is no other HTTP client. */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "club/clock.h"
#include "command.h"

#define HEALTH_MS 3000 /* to connect and to be answered, in all */
#define HEALTH_ANSWER_SIZE 4096
#define HEALTH_SCHEME "http://"

struct health_target {
  char host[256], port[8], path[128];
};

/* Where the server of these settings listens, seen from its own machine. */
static void health_own(const struct config *config, struct health_target *target) {
  const struct config_endpoint *admin = &config->admin_listen;
  bool any4 = strcmp(admin->host, "0.0.0.0") == 0, any6 = strcmp(admin->host, "::") == 0;
  snprintf(target->host, sizeof target->host, "%s", any4 ? "127.0.0.1" : any6 ? "::1" : admin->host);
  snprintf(target->port, sizeof target->port, "%u", (unsigned)admin->port);
  snprintf(target->path, sizeof target->path, "/readyz");
}

static bool health_copy(char *to, size_t size, const char *from, size_t length) {
  if (length >= size) return false;
  for (size_t i = 0; i < length; i++) {
    if (from[i] <= ' ' || from[i] == 0x7f) return false;
  }
  memcpy(to, from, length);
  to[length] = '\0';
  return true;
}

/* "PORT", "HOST:PORT" or "[ADDRESS]:PORT" of so many bytes; nothing: stays as it is. */
static bool health_read_place(const char *place, size_t size, struct health_target *target) {
  size_t digits = size;
  while (digits > 0 && place[digits - 1] >= '0' && place[digits - 1] <= '9') digits--;
  if (size == 0) return true;
  if (digits == size || !health_copy(target->port, sizeof target->port, place + digits, size - digits)) return false;
  if (digits == 0) return true;
  size_t host = digits - 1;
  if (place[host] != ':' || host == 0) return false;
  bool bracketed = host > 2 && place[0] == '[' && place[host - 1] == ']';
  return health_copy(target->host, sizeof target->host, place + bracketed, bracketed ? host - 2 : host);
}

static bool health_read(const char *text, struct health_target *target) {
  if (strncmp(text, HEALTH_SCHEME, sizeof HEALTH_SCHEME - 1) == 0) text += sizeof HEALTH_SCHEME - 1;
  size_t place = strcspn(text, "/"), path = strlen(text + place);
  if (path > 0 && !health_copy(target->path, sizeof target->path, text + place, path)) return false;
  return health_read_place(text, place, target);
}

static int64_t health_now(void) {
  struct clock clock = clock_system();
  return clock_monotonic_ms(&clock);
}

static bool health_await(int descriptor, short events, int64_t end_by) {
  struct pollfd waiting = {.fd = descriptor, .events = events};
  int64_t rest = end_by - health_now();
  return rest > 0 && poll(&waiting, 1, (int)rest) == 1;
}

static int health_connect_one(const struct addrinfo *at, int64_t end_by) {
  int descriptor = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
  int error = 0;
  socklen_t size = sizeof error;
  if (descriptor < 0) return -1;
  (void)connect(descriptor, at->ai_addr, at->ai_addrlen); /* how it went shows when it is writable */
  if (health_await(descriptor, POLLOUT, end_by) && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
      error == 0)
    return descriptor;
  close(descriptor);
  return -1;
}

static int health_connect(const struct health_target *target, int64_t end_by) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  int descriptor = -1;
  if (getaddrinfo(target->host, target->port, &hints, &found) != 0) return -1;
  for (const struct addrinfo *at = found; at && descriptor < 0; at = at->ai_next) {
    descriptor = health_connect_one(at, end_by);
  }
  freeaddrinfo(found);
  return descriptor;
}

/* The whole answer, as text; empty when none came in time. */
static void health_ask(int descriptor, const struct health_target *target, int64_t end_by,
                       char answer[HEALTH_ANSWER_SIZE]) {
  char request[600];
  int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n",
                      target->path, target->host, target->port);
  size_t at = 0;
  ssize_t got = 1;
  bool sent = send(descriptor, request, (size_t)size, MSG_NOSIGNAL) == size;
  while (sent && got > 0 && at + 1 < HEALTH_ANSWER_SIZE && health_await(descriptor, POLLIN, end_by)) {
    got = recv(descriptor, answer + at, HEALTH_ANSWER_SIZE - 1 - at, 0);
    if (got > 0) at += (size_t)got;
  }
  answer[at] = '\0';
}

static int health_judge(const struct health_target *target, const char *answer) {
  const char *body = strstr(answer, "\r\n\r\n");
  if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || !body) {
    return command_failed("%s:%s%s: no answer", target->host, target->port, target->path);
  }
  size_t size = strcspn(body + 4, "\r\n");
  if (strncmp(answer + 9, "200", 3) != 0) {
    return command_failed("%s:%s%s: %.3s: %.*s", target->host, target->port, target->path, answer + 9, (int)size,
                          body + 4);
  }
  printf("%.*s\n", (int)size, body + 4);
  return COMMAND_DONE;
}

int command_health(const struct command *command, const struct config *config, int count, char **arguments) {
  struct health_target target;
  char answer[HEALTH_ANSWER_SIZE];
  if (!command_options(command, NULL, 0, &count, arguments, 0, 1)) return COMMAND_USAGE;
  health_own(config, &target);
  if (count && !health_read(arguments[0], &target)) {
    return command_usage(command, "\"%.100s\" is neither a URL such as http://127.0.0.1:9464/healthz nor a port",
                         arguments[0]);
  }
  int64_t end_by = health_now() + HEALTH_MS;
  int descriptor = health_connect(&target, end_by);
  if (descriptor < 0) return command_failed("%s:%s: cannot be reached", target.host, target.port);
  health_ask(descriptor, &target, end_by, answer);
  close(descriptor);
  return health_judge(&target, answer);
}
