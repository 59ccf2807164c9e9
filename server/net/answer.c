#include "answer.h"

#include <time.h>

#define ANSWER_HEAD_LIMIT 4096

#define ANSWER_PAGE_POLICY \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " \
  "font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; " \
  "frame-ancestors 'none'"
#define ANSWER_API_POLICY "default-src 'none'; frame-ancestors 'none'"

static const char *answer_phrase(int status) {
  static const struct {
    int status;
    const char *phrase;
  } phrases[] = {{200, "OK"},
                 {201, "Created"},
                 {204, "No Content"},
                 {304, "Not Modified"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {409, "Conflict"},
                 {411, "Length Required"},
                 {413, "Content Too Large"},
                 {415, "Unsupported Media Type"},
                 {422, "Unprocessable Content"},
                 {426, "Upgrade Required"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {503, "Service Unavailable"}};
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
    if (phrases[i].status == status) return phrases[i].phrase;
  return "Status";
}

static void answer_add_date(struct buffer *text) {
  char date[40];
  struct tm utc;
  time_t now = time(NULL);
  if (gmtime_r(&now, &utc) && strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc))
    buffer_append_format(text, "Date: %s\r\n", date);
}

static void answer_add_security(struct buffer *text, const struct answer *answer) {
  const char *policy = answer->kind == ANSWER_PAGE ? ANSWER_PAGE_POLICY : ANSWER_API_POLICY;
  buffer_append_format(text, "Content-Security-Policy: %s\r\n", policy);
  buffer_append_text(text, "X-Content-Type-Options: nosniff\r\n"
                           "Referrer-Policy: no-referrer\r\n"
                           "Cross-Origin-Opener-Policy: same-origin\r\n"
                           "Cross-Origin-Resource-Policy: same-origin\r\n"
                           "X-Frame-Options: DENY\r\n");
  if (answer->strict_transport) buffer_append_text(text, "Strict-Transport-Security: max-age=31536000\r\n");
}

/* A value that would break out of its line is left out. */
static void answer_add_cookie(struct buffer *text, const char *value) {
  if (!value[0] || strpbrk(value, "\r\n")) return;
  buffer_append_format(text, "Set-Cookie: %s\r\n", value);
}

static void answer_add_reply(struct buffer *text, const struct http_reply *reply) {
  answer_add_cookie(text, reply->cookie);
  answer_add_cookie(text, reply->second_cookie);
  if (reply->retry_after_ms > 0)
    buffer_append_format(text, "Retry-After: %lld\r\n", (long long)((reply->retry_after_ms + 999) / 1000));
}

/* Starts with LWS_PRE bytes that libwebsockets may overwrite. */
static void answer_start(struct buffer *text, const struct answer *answer) {
  static const char headroom[LWS_PRE] = {0};
  buffer_append(text, headroom, sizeof headroom);
  buffer_append_format(text, "HTTP/1.1 %d %s\r\n", answer->status, answer_phrase(answer->status));
  answer_add_date(text);
  if (answer->type) buffer_append_format(text, "Content-Type: %s\r\n", answer->type);
  if (answer->status != 204 && answer->status != 304)
    buffer_append_format(text, "Content-Length: %llu\r\n", (unsigned long long)answer->length);
  if (answer->kind == ANSWER_API) buffer_append_text(text, "Cache-Control: no-store\r\n");
  answer_add_security(text, answer);
  if (answer->reply) answer_add_reply(text, answer->reply);
  if (answer->extra) buffer_append_text(text, answer->extra);
  if (answer->last) buffer_append_text(text, "Connection: close\r\n");
  buffer_append_text(text, "\r\n");
}

bool answer_send(struct lws *wsi, const struct answer *answer, struct slice body) {
  struct buffer text;
  buffer_init(&text, ANSWER_HEAD_LIMIT + NET_REPLY_LIMIT);
  buffer_reserve(&text, ANSWER_HEAD_LIMIT / 2 + body.size);
  answer_start(&text, answer);
  buffer_append_slice(&text, body);
  bool sent =
      !text.failed && lws_write(wsi, (unsigned char *)text.data + LWS_PRE, text.size - LWS_PRE, LWS_WRITE_HTTP) >= 0;
  buffer_free(&text);
  return sent;
}

void answer_error_body(struct buffer *body, enum reason reason) {
  buffer_append_format(body, "{\"error\":{\"reason\":\"%s\",\"message\":\"%s\"}}", reason_text(reason),
                       reason_message(reason));
}

enum reason answer_reason(int status) {
  switch (status) {
    case 401: return REASON_NO_SESSION;
    case 403: return REASON_FORBIDDEN;
    case 404: return REASON_NOT_FOUND;
    case 405: return REASON_METHOD_NOT_ALLOWED;
    case 411: return REASON_LENGTH_REQUIRED;
    case 413: return REASON_TOO_LARGE;
    case 429: return REASON_RATE_LIMITED;
    case 503: return REASON_UNAVAILABLE;
    default: return REASON_BAD_REQUEST;
  }
}
