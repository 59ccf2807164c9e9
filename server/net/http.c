/* Requests over HTTP. libwebsockets' callbacks collect one; at the end of the turn it is handed on and answered, at
 * once or when the answer comes. */
#include <poll.h>
#include <stdlib.h>

#include "answer.h"
#include "head.h"
#include "web.h"

enum exchange_state {
  EXCHANGE_BODY,    /* the body is being received */
  EXCHANGE_READY,   /* whole, or to be refused: in net->ready */
  EXCHANGE_LATE,    /* the handler owes the answer; nothing is read meanwhile */
  EXCHANGE_SENDING, /* a page goes out in pieces */
  EXCHANGE_LINGER   /* refused; the rest of the body is thrown away until the peer closes */
};

struct exchange {
  uint64_t id;
  struct link *link;
  enum exchange_state state;
  int refused; /* status; 0: not refused */
  bool unread; /* it has a body that is not waited for */
  struct head head;
  struct buffer body;
  struct web_page page;
  size_t sent; /* bytes of the page */
  TAILQ_ENTRY(exchange) ready;
  UT_hash_handle hh;
};

static struct exchange *http_create(struct link *link) {
  struct net *net = link->net;
  struct exchange *exchange = calloc(1, sizeof *exchange);
  if (!exchange) return NULL;
  exchange->id = ++net->last_exchange;
  exchange->link = link;
  buffer_init(&exchange->body, LIMIT_HTTP_BODY);
  HASH_ADD(hh, net->exchanges, id, sizeof exchange->id, exchange);
  if (!exchange->hh.tbl) {
    free(exchange);
    return NULL;
  }
  link->exchange = exchange;
  return exchange;
}

void http_forget(struct link *link) {
  struct net *net = link->net;
  struct exchange *exchange = link->exchange;
  if (!exchange) return;
  if (exchange->state == EXCHANGE_READY) TAILQ_REMOVE(&net->ready, exchange, ready);
  HASH_DEL(net->exchanges, exchange);
  link->exchange = NULL;
  link_await_nothing(link);
  silence_end(link);
  buffer_free(&exchange->body);
  free(exchange->page.owned);
  free(exchange);
}

static void http_make_ready(struct exchange *exchange) {
  exchange->state = EXCHANGE_READY;
  TAILQ_INSERT_TAIL(&exchange->link->net->ready, exchange, ready);
}

/* What libwebsockets waits a body for. */
static bool http_takes_body(const struct head *head) {
  return head->length_form == HEAD_LENGTH_BROKEN || head->length > 0 || head->request.method == HTTP_POST ||
         (head->request.method == HTTP_PUT && head->length_form == HEAD_LENGTH_ABSENT);
}

static int http_check(const struct head *head) {
  enum http_method method = head->request.method;
  bool body_expected = method == HTTP_POST || method == HTTP_PUT;
  if (head->chunked) return 411;
  if (head->length_form == HEAD_LENGTH_BROKEN || head->request.host.size == 0) return 400;
  if (head->length_form == HEAD_LENGTH_ABSENT && body_expected) return 411;
  if (head->length > LIMIT_HTTP_BODY) return 413;
  if (head->length > 0 && (method == HTTP_GET || method == HTTP_HEAD)) return 400;
  return 0;
}

/* A `%00` right behind a slash becomes a zero byte that libwebsockets does not count; behind a path there is one zero
 * byte and then the next thing that was read. */
static bool http_hides_zero(struct lws *wsi, const char *path, size_t size) {
  return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS) <= 0 && path[size] == '\0' && path[size + 1] == '\0';
}

int http_begin(struct link *link, const char *path, size_t size) {
  http_forget(link);
  link_requested(link);
  struct exchange *exchange = link->net->ended ? NULL : http_create(link);
  if (!exchange) return -1;
  struct head *head = &exchange->head;
  if (!head_read(head, link)) {
    http_forget(link);
    return -1;
  }
  exchange->refused = http_hides_zero(link->wsi, path, size) ? 400 : http_check(head);
  bool takes_body = http_takes_body(head);
  bool at_once = exchange->refused || head->request.method == HTTP_OTHER;
  bool whole = at_once || !takes_body;
  exchange->unread = at_once && takes_body;
  head->last = head->last || at_once;
  lws_set_timeout(link->wsi, NO_PENDING_TIMEOUT, 0);
  link_await(link, NET_REQUEST_MS);
  if (!whole && !buffer_reserve(&exchange->body, (size_t)head->length)) return -1;
  if (whole)
    http_make_ready(exchange);
  else
    exchange->state = EXCHANGE_BODY;
  return 0;
}

/* Of a request with a body that was sent before the answer to the one before it, libwebsockets 4.1 hands on the head
 * once more as the body. */
static bool http_is_head_again(const struct exchange *exchange, const char *bytes, size_t size) {
  const char *method = exchange->head.request.method == HTTP_POST ? "POST /" : "PUT /";
  if (exchange->head.request.method == HTTP_DELETE) method = "DELETE /";
  size_t most = strlen(method);
  return exchange->body.size == 0 && memcmp(bytes, method, size < most ? size : most) == 0;
}

int http_body(struct link *link, const char *bytes, size_t size) {
  struct exchange *exchange = link->exchange;
  if (!exchange || exchange->state != EXCHANGE_BODY || size == 0) return 0;
  if (http_is_head_again(exchange, bytes, size)) return -1;
  return buffer_append(&exchange->body, bytes, size) ? 0 : -1;
}

/* Comes again when the peer sends on while its answer is awaited: of no meaning then. */
int http_body_end(struct link *link) {
  struct exchange *exchange = link->exchange;
  if (exchange && exchange->state == EXCHANGE_LINGER) return -1;
  if (exchange && exchange->state == EXCHANGE_BODY) http_make_ready(exchange);
  return 0;
}

/* While an answer is blocked libwebsockets reads nothing of that socket, and a byte that arrives makes the loop spin:
 * such sockets are looked at, after a while or, since a loop that spins takes thousands of turns in that while, after
 * some turns. */
static void http_watch(struct link *link) {
  if (link->watched || !lws_partial_buffered(link->wsi)) return;
  link->watched = true;
  TAILQ_INSERT_TAIL(&link->net->watched, link, watch);
}

static void http_look(struct link *link) {
  struct pollfd socket = {.fd = lws_get_socket_fd(link->wsi), .events = POLLIN | POLLOUT};
  if (link->gone || link->kill_wanted || poll(&socket, 1, 0) <= 0) return;
  bool takes = (socket.revents & POLLOUT) != 0, sends = (socket.revents & ~POLLOUT) != 0;
  if (sends && !takes) link_kill(link);
  if (!takes || lws_partial_buffered(link->wsi) || link->exchange) return;
  link->watched = false;
  TAILQ_REMOVE(&link->net->watched, link, watch);
}

static void http_look_at_blocked(struct net *net) {
  struct link *link, *next;
  if (TAILQ_EMPTY(&net->watched)) return;
  net->unwatched_turns++;
  if (net->unwatched_turns < NET_WATCH_TURNS && loop_now(net) - net->watched_ms < NET_WATCH_MS) return;
  net->watched_ms = loop_now(net);
  net->unwatched_turns = 0;
  for (link = TAILQ_FIRST(&net->watched); link; link = next) {
    next = TAILQ_NEXT(link, watch);
    http_look(link);
  }
}

/* The exchange ends. False: the connection is to be closed, once what it holds is out. */
static bool http_finish(struct exchange *exchange) {
  struct link *link = exchange->link;
  bool last = exchange->head.last;
  http_watch(link);
  http_forget(link);
  if (last) return false;
  return lws_http_transaction_completed(link->wsi) == 0;
}

static void http_close(struct link *link) {
  lws_set_timeout(link->wsi, (enum pending_timeout)1, LWS_TO_KILL_SYNC);
}

/* The peer is given a while to read the answer: closing a socket with unread bytes would take it back. */
static void http_linger(struct exchange *exchange) {
  exchange->state = EXCHANGE_LINGER;
  link_await(exchange->link, NET_LINGER_MS);
}

static void http_answer(struct exchange *exchange, struct answer *answer, struct slice body) {
  struct link *link = exchange->link;
  answer->length = body.size;
  answer->strict_transport = link->net->strict_transport;
  answer->last = exchange->head.last;
  if (exchange->head.request.method == HTTP_HEAD) body.size = 0;
  lws_set_timeout(link->wsi, PENDING_TIMEOUT_HTTP_CONTENT, NET_ANSWER_SECONDS);
  bool sent = answer_send(link->wsi, answer, body);
  if (!sent) {
    http_forget(link);
    link_kill(link);
  } else if (exchange->unread) {
    http_linger(exchange);
  } else if (!http_finish(exchange)) {
    http_close(link);
  }
}

static void http_refuse(struct exchange *exchange, int status, const char *extra) {
  struct answer answer = {.status = status, .kind = ANSWER_API, .type = "application/json", .extra = extra};
  struct buffer body;
  buffer_init(&body, NET_REPLY_LIMIT);
  answer_error_body(&body, answer_reason(status));
  http_answer(exchange, &answer, buffer_slice(&body));
  buffer_free(&body);
}

static bool http_is_api(const struct exchange *exchange) {
  struct slice path = exchange->head.request.path;
  return path.size > 5 && memcmp(path.data, "/api/", 5) == 0;
}

static bool http_only_reads(const struct exchange *exchange) {
  enum http_method method = exchange->head.request.method;
  return method == HTTP_GET || method == HTTP_HEAD;
}

static void http_answer_reply(struct exchange *exchange, const struct http_reply *reply) {
  struct slice body = buffer_slice(&reply->body);
  struct answer answer = {.status = reply->status, .kind = ANSWER_API, .reply = reply};
  if (body.size) answer.type = "application/json";
  char allow[128];
  if (reply->allow) {
    snprintf(allow, sizeof allow, "Allow: %s\r\n", reply->allow);
    answer.extra = allow;
  }
  http_answer(exchange, &answer, body);
}

/* Sends what the socket takes of a page. -1: the connection is to be closed. */
static int http_send_page(struct exchange *exchange) {
  struct link *link = exchange->link;
  unsigned char *piece = (unsigned char *)link->net->scratch + LWS_PRE;
  while (exchange->sent < exchange->page.size && !lws_partial_buffered(link->wsi)) {
    size_t left = exchange->page.size - exchange->sent, size = left < NET_PIECE ? left : NET_PIECE;
    memcpy(piece, exchange->page.bytes + exchange->sent, size);
    if (lws_write(link->wsi, piece, size, LWS_WRITE_HTTP) < 0) return -1;
    exchange->sent += size;
    lws_set_timeout(link->wsi, PENDING_TIMEOUT_HTTP_CONTENT, NET_ANSWER_SECONDS); /* a slow line takes it in pieces */
  }
  if (exchange->sent == exchange->page.size) return http_finish(exchange) ? 0 : -1;
  http_watch(link);
  lws_callback_on_writable(link->wsi);
  return 0;
}

int http_writable(struct link *link) {
  struct exchange *exchange = link->exchange;
  if (!exchange || exchange->state != EXCHANGE_SENDING) return 0;
  return http_send_page(exchange);
}

static void http_start_page(struct exchange *exchange, const struct answer *answer) {
  struct link *link = exchange->link;
  exchange->state = EXCHANGE_SENDING;
  link_await_nothing(link);
  lws_set_timeout(link->wsi, PENDING_TIMEOUT_HTTP_CONTENT, NET_ANSWER_SECONDS);
  if (!answer_send(link->wsi, answer, SLICE_NONE))
    link_kill(link);
  else if (http_send_page(exchange) < 0)
    http_close(link);
}

static void http_serve_page(struct exchange *exchange) {
  struct net *net = exchange->link->net;
  struct head *head = &exchange->head;
  struct web_page *page = &exchange->page;
  bool head_only = head->request.method == HTTP_HEAD;
  char extra[256];
  if (!web_find(net, head->request.path, head->accept_encoding, page)) {
    http_refuse(exchange, slice_is(head->request.path, "/ws") ? 426 : 404, NULL);
    return;
  }
  bool same = web_tag_matches(head->if_none_match, page->tag);
  const char *coding = same ? NULL : web_coding_name(page->coding);
  snprintf(extra, sizeof extra, "ETag: %s\r\nCache-Control: %s\r\nVary: Accept-Encoding\r\n%s%s%s", page->tag,
           page->immutable ? "public, max-age=31536000, immutable" : "no-cache", coding ? "Content-Encoding: " : "",
           coding ? coding : "", coding ? "\r\n" : "");
  struct answer answer = {.status = same ? 304 : 200, .kind = ANSWER_PAGE, .length = page->size};
  answer.type = same ? NULL : page->type;
  answer.extra = extra;
  answer.last = head->last;
  answer.strict_transport = net->strict_transport;
  if (same || head_only) page->size = 0;
  http_start_page(exchange, &answer);
}

/* Nothing more of the connection is read until the answer is there. */
static void http_owe(struct exchange *exchange) {
  struct link *link = exchange->link;
  exchange->state = EXCHANGE_LATE;
  link_await(link, NET_LATE_MS);
  silence_begin(link);
}

static void http_hand_on(struct exchange *exchange) {
  struct net_handler *handler = &exchange->link->net->setup.handler;
  struct http_reply reply = {0};
  buffer_init(&reply.body, NET_REPLY_LIMIT);
  exchange->head.request.body = buffer_slice(&exchange->body);
  bool answered = handler->http(handler->self, exchange->id, &exchange->head.request, &reply);
  if (!answered)
    http_owe(exchange);
  else if (reply.status == 404 && !http_is_api(exchange)) /* a page's path, which the handler does not know */
    http_refuse(exchange, 405, "Allow: GET, HEAD\r\n");
  else
    http_answer_reply(exchange, &reply);
  buffer_free(&reply.body);
}

/* What is not GET or HEAD goes to the handler whatever its path is, since Origin is looked at before all else. */
static void http_serve(struct exchange *exchange) {
  exchange->state = EXCHANGE_LATE; /* taken out of net->ready */
  if (exchange->refused)
    http_refuse(exchange, exchange->refused, NULL);
  else if (http_is_api(exchange) || !http_only_reads(exchange))
    http_hand_on(exchange);
  else
    http_serve_page(exchange);
}

void http_settle(struct net *net) {
  struct exchange *exchange;
  silence_settle(net);
  while ((exchange = TAILQ_FIRST(&net->ready)) != NULL) {
    TAILQ_REMOVE(&net->ready, exchange, ready);
    http_serve(exchange);
  }
  http_look_at_blocked(net);
}

void http_give_answer(void *self, uint64_t id, const struct http_reply *reply) {
  struct net *net = self;
  struct exchange *exchange = NULL;
  HASH_FIND(hh, net->exchanges, &id, sizeof id, exchange);
  if (exchange && exchange->state == EXCHANGE_LATE) http_answer_reply(exchange, reply);
}
