/* redis://[user[:password]@]host[:port][/database] */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "redis.h"

#define URL_PORT 6379
#define DATABASE_MOST 65535

static bool url_wrong(char *error, size_t size, const char *wrong) {
  snprintf(error, size, "%s", wrong);
  return false;
}

static bool url_number(const char *text, size_t length, long most, long *number) {
  *number = 0;
  if (length < 1 || length > 6) return false;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *number = *number * 10 + (text[i] - '0');
  }
  return *number <= most;
}

static int url_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What stands before the @ is percent-encoded. */
static bool url_decode(char *to, size_t to_size, const char *text, size_t length) {
  size_t used = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '%') {
      int high = i + 2 < length ? url_hex(text[i + 1]) : -1, low = high < 0 ? -1 : url_hex(text[i + 2]);
      if (low < 0) return false;
      c = (char)(high * 16 + low);
      i += 2;
    }
    if (c == '\0' || used + 1 >= to_size) return false;
    to[used++] = c;
  }
  to[used] = '\0';
  return true;
}

static bool url_who(struct redis_url *url, const char *text, size_t length, char *error, size_t size) {
  const char *colon = memchr(text, ':', length);
  if (!colon)
    return url_wrong(error, size,
                     "names a user without a password; a password alone is written redis://:password@host");
  size_t user = (size_t)(colon - text);
  if (!url_decode(url->user, sizeof url->user, text, user) ||
      !url_decode(url->password, sizeof url->password, colon + 1, length - user - 1))
    return url_wrong(error, size, "has a user or password that is too long or wrongly percent-encoded");
  return url->password[0] || url_wrong(error, size, "has an empty password");
}

static bool url_host(struct redis_url *url, const char *text, size_t length) {
  bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
  if (bracketed) text++, length -= 2;
  if (length < 1 || length >= sizeof url->host) return false;
  memcpy(url->host, text, length);
  url->host[length] = '\0';
  unsigned char bytes[16];
  if (bracketed) return inet_pton(AF_INET6, url->host, bytes) == 1;
  return strspn(url->host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == length;
}

static bool url_place(struct redis_url *url, const char *text, size_t length, char *error, size_t size) {
  const char *colon = memrchr(text, ':', length);
  if (colon && memchr(colon, ']', length - (size_t)(colon - text))) colon = NULL;
  size_t host = colon ? (size_t)(colon - text) : length;
  if (!url_host(url, text, host)) return url_wrong(error, size, "has no host such as redis.example.org or [::1]");
  long port = URL_PORT;
  if (colon && (!url_number(colon + 1, length - host - 1, 65535, &port) || port == 0))
    return url_wrong(error, size, "has no port from 1 to 65535");
  url->port = (uint16_t)port;
  return true;
}

bool redis_url_read(struct redis_url *url, const char *text, char *error, size_t size) {
  memset(url, 0, sizeof *url);
  url->tls = strncasecmp(text, "rediss://", 9) == 0;
  if (!url->tls && strncasecmp(text, "redis://", 8) != 0)
    return url_wrong(error, size, "is no address such as redis://host:6379 or redis://user:password@host:6379/0");
  text += url->tls ? 9 : 8;
  size_t authority = strcspn(text, "/?#");
  const char *at = memrchr(text, '@', authority), *path = text + authority;
  const char *place = at ? at + 1 : text;
  if (at && !url_who(url, text, (size_t)(at - text), error, size)) return false;
  if (!url_place(url, place, (size_t)(path - place), error, size)) return false;
  long database = 0;
  if (path[0] && strcmp(path, "/") != 0 &&
      (path[0] != '/' || !url_number(path + 1, strlen(path + 1), DATABASE_MOST, &database)))
    return url_wrong(error, size, "has more behind its host and port than the number of a database, such as /0");
  url->database = (int)database;
  return true;
}
