#ifndef REDIS_SERVER_H
#define REDIS_SERVER_H
/* A real Redis, which a test may stop, kill and start again; and its own line to it, which waits. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define REDIS_START_MS 30000

struct redis_server {
  pid_t process;
  int port;
  char folder[64];
  const char *password; /* NULL: none */
  redisContext *line;
};

static inline bool redis_server_port_is_free(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int failed = bind(descriptor, (struct sockaddr *)&address, sizeof address);
  close(descriptor);
  return failed == 0;
}

/* A port that nobody listens on just now, below those that the system gives out by itself: between the end of a server
 * and its next start one of those would be taken. */
static inline int redis_server_free_port(void) {
  unsigned lowest = 10000, first = 32768, drawn;
  FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
  if (range && fscanf(range, "%u", &first) != 1) first = 32768;
  if (range) fclose(range);
  if (first < lowest + 1000) lowest = 1024;
  if (first < lowest + 1000) first = lowest + 1000;
  for (int i = 0; i < 200; i++) {
    assert_int_equal(getrandom(&drawn, sizeof drawn, 0), sizeof drawn);
    int port = (int)(lowest + drawn % (first - lowest));
    if (redis_server_port_is_free(port)) return port;
  }
  fail_msg("no free port found");
  return 0;
}

static inline void redis_server_exec(const struct redis_server *server) {
  char port[16];
  snprintf(port, sizeof port, "%d", server->port);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int null = open("/dev/null", O_RDWR);
  dup2(null, 1);
  dup2(null, 2);
  if (chdir(server->folder) != 0) _exit(127);
  execlp("redis-server", "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
         server->password ? "--requirepass" : NULL, server->password, NULL);
  _exit(127);
}

/* The answer's text, number or error; "" when there is none. For the length of a test only. */
static inline const char *redis_server_ask(struct redis_server *server, const char *command) {
  static char text[256];
  redisReply *reply = server->line ? redisCommand(server->line, command) : NULL;
  text[0] = '\0';
  if (reply && reply->type == REDIS_REPLY_INTEGER) snprintf(text, sizeof text, "%lld", reply->integer);
  if (reply && reply->str) snprintf(text, sizeof text, "%.250s", reply->str);
  freeReplyObject(reply);
  return text;
}

static inline bool redis_server_connect(struct redis_server *server) {
  struct timeval patience = {10, 0};
  server->line = redisConnectWithTimeout("127.0.0.1", server->port, patience);
  if (server->line && !server->line->err) {
    redisSetTimeout(server->line, patience);
    if (server->password) freeReplyObject(redisCommand(server->line, "AUTH %s", server->password));
    if (strcmp(redis_server_ask(server, "PING"), "PONG") == 0) return true;
  }
  redisFree(server->line);
  server->line = NULL;
  return false;
}

static inline void redis_server_run(struct redis_server *server) {
  server->process = fork();
  if (server->process == 0) redis_server_exec(server);
  for (int i = 0; i < REDIS_START_MS / 10; i++) {
    if (redis_server_connect(server)) return;
    usleep(10000);
  }
  fail_msg("redis-server does not answer");
}

static inline struct redis_server *redis_server_start(const char *password) {
  struct redis_server *server = calloc(1, sizeof *server);
  server->password = password;
  server->port = redis_server_free_port();
  snprintf(server->folder, sizeof server->folder, "/tmp/clubd-redis-XXXXXX");
  assert_non_null(mkdtemp(server->folder));
  redis_server_run(server);
  return server;
}

static inline void redis_server_kill(struct redis_server *server) {
  redisFree(server->line);
  server->line = NULL;
  kill(server->process, SIGKILL);
  waitpid(server->process, NULL, 0);
  server->process = 0;
}

static inline void redis_server_stop(struct redis_server *server) {
  if (server->process) redis_server_kill(server);
  rmdir(server->folder);
  free(server);
}
#endif
