/* The gate of the WebSocket. libwebsockets calls it while it reads the request, so a refusal is written here. */
#include <strings.h>

#include "answer.h"
#include "head.h"

#define UPGRADE_KEY_SIZE 24
#define UPGRADE_LIST_MAX 127 /* of Connection and Sec-WebSocket-Protocol: what libwebsockets reads */

static bool upgrade_key_is_valid(struct slice key) {
  if (key.size != UPGRADE_KEY_SIZE || key.data[22] != '=' || key.data[23] != '=') return false;
  for (size_t i = 0; i < 22; i++) {
    char c = key.data[i];
    bool valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!valid) return false;
  }
  return true;
}

static bool upgrade_lists(struct head *head, struct lws *wsi, enum lws_token_indexes token, const char *word) {
  struct slice list = head_header(head, wsi, token);
  return list.size <= UPGRADE_LIST_MAX && head_lists(list, word);
}

/* RFC 6455, section 4.2.1, as far as libwebsockets does not look at it or cuts without an answer. */
static int upgrade_check_form(struct head *head, struct lws *wsi) {
  if (!slice_is(head->request.path, "/ws")) return 404;
  if (head->request.method != HTTP_GET) return 405;
  if (!slice_is(head_header(head, wsi, WSI_TOKEN_HTTP), "HTTP/1.1")) return 400;
  if (head->chunked || head->length_form == HEAD_LENGTH_BROKEN || head->length > 0) return 400;
  if (head->request.host.size == 0 || !upgrade_lists(head, wsi, WSI_TOKEN_CONNECTION, "upgrade")) return 400;
  if (!slice_is(head_header(head, wsi, WSI_TOKEN_VERSION), "13")) return 426;
  if (!upgrade_key_is_valid(head_header(head, wsi, WSI_TOKEN_KEY))) return 400;
  return upgrade_lists(head, wsi, WSI_TOKEN_PROTOCOL, "club.v1") ? 0 : 400;
}

/* The socket of a trusted proxy is counted for the member behind it from here on. */
static int upgrade_count(struct link *link, const struct address *address) {
  if (link->counted) return 0;
  if (!census_enter(link->net, address)) return 429;
  link->counted = true;
  link->address = *address;
  return 0;
}

static int upgrade_refuse(struct link *link, int status, struct http_reply *reply) {
  struct answer answer = {.status = status, .kind = ANSWER_API, .type = "application/json", .reply = reply};
  answer.extra = status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : NULL;
  answer.strict_transport = link->net->strict_transport;
  answer.last = true;
  if (reply->body.size == 0) answer_error_body(&reply->body, answer_reason(status));
  answer.length = reply->body.size;
  if (!answer_send(link->wsi, &answer, buffer_slice(&reply->body))) link_kill(link);
  return -1;
}

int upgrade_confirm(struct link *link, const char *word) {
  struct net_handler *handler = &link->net->setup.handler;
  struct http_reply reply = {0};
  struct head head;
  /* Without the header `word` is a stale pointer: the connection was kept after an unknown upgrade was refused. */
  if (lws_hdr_total_length(link->wsi, WSI_TOKEN_UPGRADE) <= 0) return -1;
  link_requested(link);
  if (strcasecmp(word, "websocket") != 0 || link->net->ended || !head_read(&head, link)) return -1;
  buffer_init(&reply.body, NET_REPLY_LIMIT);
  /* What is not GET or HEAD needs the right Origin before anything else is said of it. */
  bool reads = head.request.method == HTTP_GET || head.request.method == HTTP_HEAD;
  int status = reads ? 0 : handler->upgrade(handler->self, &head.request, &reply);
  if (!status) status = upgrade_check_form(&head, link->wsi);
  if (!status) status = handler->upgrade(handler->self, &head.request, &reply);
  if (!status) status = upgrade_count(link, &head.request.address);
  int result = status ? upgrade_refuse(link, status, &reply) : 0;
  link->confirmed = status == 0;
  buffer_free(&reply.body);
  return result;
}
