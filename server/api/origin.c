/* Which pages may change something here: those of the server itself, and of origins that the operator allows. */
#include <stdio.h>
#include <strings.h>

#include "club/api.h"
#include "club/config.h"

static bool origin_is(struct slice origin, struct slice url) {
  char own[CONFIG_ORIGIN_SIZE];
  return config_origin(url, own) && slice_is(origin, own);
}

static bool host_is_loopback(struct slice host) {
  static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t size = strlen(names[i]);
    if (host.size < size || strncasecmp(host.data, names[i], size) != 0) continue;
    if (host.size == size || host.data[size] == ':') return true;
  }
  return false;
}

/* The origin of a page that the same host served. */
static bool origin_is_of_host(struct slice origin, const char *scheme, struct slice host) {
  char url[CONFIG_ORIGIN_SIZE];
  /* A host holds no delimiters; what does was made up to look like another one. */
  for (size_t i = 0; i < host.size; i++)
    if (strchr("/?#@\\", host.data[i])) return false;
  int size = snprintf(url, sizeof url, "%s://%.*s", scheme, (int)host.size, host.data);
  return size > 0 && (size_t)size < sizeof url && origin_is(origin, (struct slice){url, (size_t)size});
}

bool origin_is_allowed(const struct services *services, struct slice origin, struct slice host) {
  if (origin.size == 0) return false;
  if (origin_is(origin, services->url)) return true;
  for (size_t i = 0; i < services->origin_count; i++)
    if (slice_equal(origin, services->origins[i])) return true;
  if (host.size == 0) return false;
  if (origin_is_of_host(origin, "https", host)) return true;
  return !services->tls && host_is_loopback(host) && origin_is_of_host(origin, "http", host);
}
