/* The administrator's listener: plain HTTP, GET, answered at once. */
#include "answer.h"

#define ADMIN_TURN_MS 5000 /* a loop that turns has had its beat within this */
#define ADMIN_PATH_LIMIT 64

static int admin_health(struct net *net, struct buffer *body) {
  int64_t behind = loop_now(net) - net->beat_ms;
  if (behind > ADMIN_TURN_MS) {
    buffer_append_format(body, "the loop did not turn for %lld ms\n", (long long)behind);
    return 503;
  }
  buffer_append_text(body, "ok\n");
  return 200;
}

static int admin_readiness(struct net *net, struct buffer *body) {
  struct net_handler *handler = &net->setup.handler;
  const char *why = "not ready";
  bool ready = handler->ready(handler->self, &why);
  buffer_append_format(body, "%s\n", ready ? "ok" : why);
  return ready ? 200 : 503;
}

static int admin_fill(struct net *net, const char *path, struct buffer *body) {
  if (strcmp(path, "/healthz") == 0) return admin_health(net, body);
  if (strcmp(path, "/readyz") == 0) return admin_readiness(net, body);
  if (strcmp(path, "/metrics") == 0) {
    net->setup.handler.metrics(net->setup.handler.self, body);
    return 200;
  }
  buffer_append_text(body, "not found\n");
  return 404;
}

int admin_serve(struct link *link) {
  char path[ADMIN_PATH_LIMIT];
  struct buffer body;
  link_await_nothing(link);
  if (link->net->ended || lws_hdr_copy(link->wsi, path, (int)sizeof path, WSI_TOKEN_GET_URI) <= 0) return -1;
  buffer_init(&body, NET_REPLY_LIMIT);
  struct answer answer = {.kind = ANSWER_PLAIN, .status = admin_fill(link->net, path, &body)};
  answer.type = "text/plain; version=0.0.4; charset=utf-8";
  answer.length = body.size;
  answer.extra = "Cache-Control: no-store\r\n";
  lws_set_timeout(link->wsi, PENDING_TIMEOUT_HTTP_CONTENT, NET_ANSWER_SECONDS);
  bool sent = !body.failed && answer_send(link->wsi, &answer, buffer_slice(&body));
  buffer_free(&body);
  return sent && lws_http_transaction_completed(link->wsi) == 0 ? 0 : -1;
}
