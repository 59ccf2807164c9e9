/* One connection to Redis: opened, greeted (AUTH, SELECT), then commands out and answers in. Nothing here waits. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "redis.h"

#define READS_A_TURN 16
#define READ_SIZE (16 * 1024) /* what hiredis reads at once */
#define ELEMENTS_MOST 4       /* of an array; what a subscriber hears has three */
#define CODE_SIZE 24

bool redis_line_fail(struct redis_line *line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line->problem, sizeof line->problem, format, arguments);
  va_end(arguments);
  return false;
}

bool redis_line_refused(struct redis_line *line, const char *command, const redisReply *reply) {
  if (reply->type != REDIS_REPLY_ERROR) return redis_line_fail(line, "it does not speak as Redis does");
  size_t size = strspn(reply->str, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  if (size > CODE_SIZE || (reply->str[size] != ' ' && reply->str[size] != '\0')) size = 0;
  return redis_line_fail(line, "%s was refused: %.*s", command, size ? (int)size : 5, size ? reply->str : "error");
}

/* What hiredis found. */
static bool line_broken(struct redis_line *line) {
  const char *tls = line->ssl ? redis_tls_problem(line->ssl) : NULL;
  if (tls) return redis_line_fail(line, "TLS: %s", tls);
  return redis_line_fail(line, "%s", line->context->errstr[0] ? line->context->errstr : "no memory");
}

/* ---- the reader ---- */

#if HIREDIS_MAJOR == 0
typedef int array_size;
#else
typedef size_t array_size;
#endif

/* An announced length must not take memory before anything came. */
static void *line_array(const redisReadTask *task, array_size elements) {
  const struct redis_line *line = task->privdata;
  return elements > ELEMENTS_MOST ? NULL : line->own_functions.createArray(task, elements);
}

static void line_bound_reader(struct redis_line *line) {
  redisReader *reader = line->context->reader;
  line->own_functions = line->functions = *reader->fn;
  line->functions.createArray = line_array;
  reader->fn = &line->functions;
  reader->privdata = line;
}

/* ---- opening and closing ---- */

static void line_ready(void *context, bool readable, bool writable) {
  struct redis_line *line = context;
  line->ready = readable || writable;
}

static int line_socket(const struct redis_address *address) {
  int descriptor = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(descriptor, (const struct sockaddr *)&address->storage, address->size) == 0 || errno == EINPROGRESS)
    return descriptor;
  int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

bool redis_line_open(struct redis_line *line, const struct redis_address *address) {
  line->problem[0] = '\0';
  line->ready = false;
  int descriptor = line_socket(address);
  if (descriptor < 0) return redis_line_fail(line, "%s", strerror(errno));
  line->context = redisConnectFd(descriptor);
  if (!line->context || line->context->err) {
    if (!line->context) close(descriptor);
    return redis_line_fail(line, "no memory");
  }
  line->context->flags &= ~REDIS_BLOCK;
  line_bound_reader(line);
  line->state = LINE_CONNECTING;
  line->watch = line->poller->add(line->poller->self, descriptor, line_ready, line);
  if (!line->watch) return redis_line_fail(line, "no memory");
  line->poller->set(line->poller->self, line->watch, false, true);
  return true;
}

void redis_line_close(struct redis_line *line) {
  if (line->watch) line->poller->remove(line->poller->self, line->watch);
  if (line->context) redisFree(line->context);
  line->watch = NULL;
  line->context = NULL;
  line->ssl = NULL;
  line->state = LINE_CLOSED;
  line->ready = false;
}

/* ---- the greeting ---- */

static bool line_greet(struct redis_line *line) {
  const struct redis_url *url = line->url;
  char database[16];
  snprintf(database, sizeof database, "%d", url->database);
  const char *with_user[] = {"AUTH", url->user, url->password}, *alone[] = {"AUTH", url->password};
  const char *select[] = {"SELECT", database};
  line->greetings = 0;
  line->state = LINE_GREETING;
  if (url->password[0]) {
    if (!redis_line_command(line, url->user[0] ? 3 : 2, url->user[0] ? with_user : alone, NULL)) return false;
    line->greetings++;
  }
  if (url->database) {
    if (!redis_line_command(line, 2, select, NULL)) return false;
    line->greetings++;
  }
  if (line->greetings == 0) line->state = LINE_READY;
  return true;
}

static bool line_take_greeting(struct redis_line *line, const redisReply *reply) {
  if (reply->type != REDIS_REPLY_STATUS || strcmp(reply->str, "OK") != 0) {
    bool selecting = line->url->database && line->greetings == 1;
    return redis_line_refused(line, selecting ? "SELECT" : "AUTH", reply);
  }
  if (--line->greetings == 0) line->state = LINE_READY;
  return true;
}

static bool line_connected(struct redis_line *line) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(line->context->fd, SOL_SOCKET, SO_ERROR, &error, &size)) error = errno;
  if (error) return redis_line_fail(line, "%s", strerror(error));
  if (line->tls) {
    const char *problem;
    line->ssl = redis_tls_begin(line->tls, line->context, &problem);
    if (!line->ssl) return redis_line_fail(line, "TLS: %s", problem ? problem : "it failed");
  }
  return line_greet(line);
}

/* ---- in and out ---- */

static bool line_take_answers(struct redis_line *line, redis_take take, void *context) {
  for (;;) {
    void *answer = NULL;
    if (redisGetReplyFromReader(line->context, &answer) != REDIS_OK) return line_broken(line);
    redisReply *reply = answer;
    if (!reply) break;
    bool fine = line->state == LINE_GREETING ? line_take_greeting(line, reply) : take(context, reply);
    freeReplyObject(reply);
    if (!fine) return false;
  }
  const redisReader *reader = line->context->reader;
  if (reader->len - reader->pos > REDIS_INPUT_LIMIT) return redis_line_fail(line, "an answer is too long");
  return true;
}

bool redis_line_receive(struct redis_line *line, redis_take take, void *context) {
  if (!line->ready || line->state == LINE_CLOSED) return true;
  line->ready = false;
  if (line->state == LINE_CONNECTING && !line_connected(line)) return false;
  if (line->tls) redis_tls_forget_errors();
  for (int i = 0; i < READS_A_TURN; i++) {
    size_t before = line->context->reader->len;
    if (redisBufferRead(line->context) != REDIS_OK) return line_broken(line);
    size_t came = line->context->reader->len - before;
    if (!line_take_answers(line, take, context)) return false;
    if (came < READ_SIZE) break; /* what came meanwhile is reported again */
  }
  return redis_line_send(line);
}

bool redis_line_command(struct redis_line *line, int count, const char **words, const size_t *sizes) {
  return redisAppendCommandArgv(line->context, count, words, sizes) == REDIS_OK || line_broken(line);
}

size_t redis_line_waiting(const struct redis_line *line) {
  return line->context ? sdslen(line->context->obuf) : 0;
}

bool redis_line_send(struct redis_line *line) {
  if (line->state < LINE_GREETING) return true;
  if (line->tls) redis_tls_forget_errors();
  int done = 0;
  if (redis_line_waiting(line) && redisBufferWrite(line->context, &done) != REDIS_OK) return line_broken(line);
  bool write = line->ssl ? redis_tls_wants_write(line->ssl) : redis_line_waiting(line) > 0;
  line->poller->set(line->poller->self, line->watch, true, write);
  return true;
}
