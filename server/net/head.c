#include "head.h"

#include <strings.h>

static struct slice head_take(struct head *head, size_t start) {
  return (struct slice){head->text + start, head->used - start};
}

struct slice head_header(struct head *head, struct lws *wsi, enum lws_token_indexes token) {
  size_t room = sizeof head->text - head->used;
  int size = room > 1 ? lws_hdr_copy(wsi, head->text + head->used, (int)room, token) : 0;
  if (size <= 0) return SLICE_NONE;
  head->used += (size_t)size + 1;
  return (struct slice){head->text + head->used - (size_t)size - 1, (size_t)size};
}

static bool head_is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/=:@", c));
}

/* libwebsockets decodes paths and queries; here they are percent-encoded again. */
static bool head_encode(struct head *head, const char *text, size_t size) {
  static const char digits[] = "0123456789ABCDEF";
  if (sizeof head->text - head->used < 3 * size + 1) return false;
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i];
    if (head_is_plain(text[i])) {
      head->text[head->used++] = text[i];
    } else {
      head->text[head->used++] = '%';
      head->text[head->used++] = digits[c >> 4];
      head->text[head->used++] = digits[c & 15];
    }
  }
  return true;
}

static bool head_read_target(struct head *head, struct lws *wsi, enum lws_token_indexes method) {
  char part[LIMIT_HTTP_HEADERS + 1];
  size_t start = head->used;
  int size = lws_hdr_copy(wsi, part, (int)sizeof part, method);
  if (size <= 0 || !head_encode(head, part, (size_t)size)) return false;
  head->request.path = head_take(head, start);
  start = head->used;
  for (int i = 0; (size = lws_hdr_copy_fragment(wsi, part, (int)sizeof part, WSI_TOKEN_HTTP_URI_ARGS, i)) >= 0; i++) {
    if (i > 0) head->text[head->used++] = '&'; /* head_encode leaves a byte of room */
    if (!head_encode(head, part, (size_t)size)) return false;
  }
  head->request.query = head->used > start ? head_take(head, start) : SLICE_NONE;
  return true;
}

static bool head_read_method(struct head *head, struct lws *wsi) {
  static const struct {
    enum lws_token_indexes token;
    enum http_method method;
  } methods[] = {{WSI_TOKEN_GET_URI, HTTP_GET},       {WSI_TOKEN_HEAD_URI, HTTP_HEAD},
                 {WSI_TOKEN_POST_URI, HTTP_POST},     {WSI_TOKEN_PUT_URI, HTTP_PUT},
                 {WSI_TOKEN_DELETE_URI, HTTP_DELETE}, {WSI_TOKEN_PATCH_URI, HTTP_OTHER},
                 {WSI_TOKEN_OPTIONS_URI, HTTP_OTHER}};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    if (lws_hdr_total_length(wsi, methods[i].token) <= 0) continue;
    head->request.method = methods[i].method;
    return head_read_target(head, wsi, methods[i].token);
  }
  return false;
}

/* Digits and nothing else: several equal ones are refused, too. */
static void head_read_length(struct head *head, struct slice text) {
  head->length_form = text.size ? HEAD_LENGTH_GIVEN : HEAD_LENGTH_ABSENT;
  if (text.size > 18) head->length_form = HEAD_LENGTH_BROKEN;
  for (size_t i = 0; i < text.size && head->length_form == HEAD_LENGTH_GIVEN; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') head->length_form = HEAD_LENGTH_BROKEN;
    head->length = head->length * 10 + (uint64_t)(text.data[i] - '0');
  }
}

bool head_read(struct head *head, const struct link *link) {
  struct lws *wsi = link->wsi;
  struct net *net = link->net;
  head->used = 0;
  head->length = 0;
  memset(&head->request, 0, sizeof head->request);
  if (!head_read_method(head, wsi)) return false;
  struct http_request *request = &head->request;
  request->host = head_header(head, wsi, WSI_TOKEN_HOST);
  request->origin = head_header(head, wsi, WSI_TOKEN_ORIGIN);
  request->cookie = head_header(head, wsi, WSI_TOKEN_HTTP_COOKIE);
  request->user_agent = head_header(head, wsi, WSI_TOKEN_HTTP_USER_AGENT);
  head->if_none_match = head_header(head, wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH);
  head->accept_encoding = head_header(head, wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING);
  head->chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
  head_read_length(head, head_header(head, wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH));
  head->last = !slice_is(head_header(head, wsi, WSI_TOKEN_HTTP), "HTTP/1.1") ||
               head_lists(head_header(head, wsi, WSI_TOKEN_CONNECTION), "close");
  request->address = link->address;
  if (link->proxy)
    request->address = proxy_forwarded(net->proxies, net->proxy_count, link->address,
                                       head_header(head, wsi, WSI_TOKEN_X_FORWARDED_FOR));
  return true;
}

static struct slice head_trim(struct slice text) {
  while (text.size && (text.data[0] == ' ' || text.data[0] == '\t')) text.data++, text.size--;
  while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t')) text.size--;
  return text;
}

/* The next element of a list, trimmed; `*rest` goes behind it. */
static bool head_next(struct slice *rest, char separator, struct slice *element) {
  if (rest->size == 0) return false;
  const char *end = memchr(rest->data, separator, rest->size);
  size_t size = end ? (size_t)(end - rest->data) : rest->size;
  *element = head_trim((struct slice){rest->data, size});
  size_t used = end ? size + 1 : size;
  rest->data += used;
  rest->size -= used;
  return true;
}

bool head_lists(struct slice list, const char *word) {
  struct slice element, head;
  while (head_next(&list, ',', &element)) {
    if (!head_next(&element, ';', &head)) continue;
    if (head.size == strlen(word) && strncasecmp(head.data, word, head.size) == 0) return true;
  }
  return false;
}

/* "q=0", "q=0.000" */
static bool head_is_nothing(struct slice weight) {
  if (weight.size < 3 || strncasecmp(weight.data, "q=", 2) != 0) return false;
  for (size_t i = 2; i < weight.size; i++)
    if (weight.data[i] != '0' && weight.data[i] != '.') return false;
  return true;
}

bool head_takes(struct slice list, const char *word) {
  struct slice element, name, parameter;
  while (head_next(&list, ',', &element)) {
    if (!head_next(&element, ';', &name)) continue;
    if (name.size != strlen(word) || strncasecmp(name.data, word, name.size) != 0) continue;
    while (head_next(&element, ';', &parameter))
      if (head_is_nothing(parameter)) return false;
    return true;
  }
  return false;
}
