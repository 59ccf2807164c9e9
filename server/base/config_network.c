/* The settings that name places on a network: endpoints, URLs, origins, proxies. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "config_parse.h"

#define ENDPOINT_WRONG "is no address with port, such as 0.0.0.0:8443 or [::]:8443"
#define URL_WRONG "is no address such as https://club.example.org"
#define PROXY_WRONG "holds what is neither an address nor a network such as 10.0.0.0/8"

static bool read_port(struct slice text, bool zero, uint16_t *port) {
  unsigned int number = 0;
  if (text.size < 1 || text.size > 5) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    number = number * 10 + (unsigned int)(text.data[i] - '0');
  }
  *port = (uint16_t)number;
  return number <= 65535 && (zero || number != 0);
}

static bool is_address(const char *host, bool bracketed) {
  unsigned char bytes[16];
  return inet_pton(bracketed ? AF_INET6 : AF_INET, host, bytes) == 1;
}

const char *config_parse_endpoint(struct config *config, void *field, const char *value) {
  (void)config;
  struct config_endpoint *endpoint = field;
  bool bracketed = value[0] == '[';
  const char *begin = value + bracketed, *end = bracketed ? strchr(value, ']') : strrchr(value, ':');
  if (!end) return ENDPOINT_WRONG;
  const char *port = end + bracketed + 1;
  size_t size = (size_t)(end - begin);
  if (end[bracketed] != ':' || size >= sizeof endpoint->host) return ENDPOINT_WRONG;
  memcpy(endpoint->host, begin, size);
  endpoint->host[size] = '\0';
  if (strcmp(endpoint->host, "localhost") == 0) snprintf(endpoint->host, sizeof endpoint->host, "127.0.0.1");
  if (!is_address(endpoint->host, bracketed)) return ENDPOINT_WRONG;
  if (!read_port(slice_of(port), true, &endpoint->port)) return "has no port from 0 to 65535";
  return NULL;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static bool is_host(const char *host) {
  size_t size = strlen(host);
  if (host[0] == '[') {
    char inside[64];
    if (size < 4 || size - 2 >= sizeof inside || host[size - 1] != ']') return false;
    memcpy(inside, host + 1, size - 2);
    inside[size - 2] = '\0';
    return is_address(inside, true);
  }
  for (size_t i = 0; i < size; i++) {
    if (!is_host_character(host[i])) return false;
  }
  return size > 0 && host[0] != '.';
}

/* Bytes of "https://", of "http://", or 0. */
static size_t scheme_size(struct slice url) {
  static const struct slice schemes[] = {{"https://", 8}, {"http://", 7}};
  for (size_t i = 0; i < 2; i++) {
    if (url.size > schemes[i].size && strncasecmp(url.data, schemes[i].data, schemes[i].size) == 0) {
      return schemes[i].size;
    }
  }
  return 0;
}

/* Where host and port end. */
static size_t authority_end(struct slice url, size_t at) {
  while (at < url.size && url.data[at] != '/' && url.data[at] != '?' && url.data[at] != '#') at++;
  return at;
}

bool config_origin(struct slice url, char origin[CONFIG_ORIGIN_SIZE]) {
  size_t scheme = scheme_size(url), end = authority_end(url, scheme);
  if (scheme == 0 || end - scheme == 0 || end >= CONFIG_ORIGIN_SIZE - 8) return false;
  for (size_t i = 0; i < end; i++) origin[i] = lower(url.data[i]);
  origin[end] = '\0';
  char *host = origin + scheme, *colon = strrchr(host, ':');
  uint16_t port = 0;
  if (colon && !strchr(colon, ']')) {
    if (!read_port(slice_of(colon + 1), false, &port)) return false;
    *colon = '\0';
  }
  if (!is_host(host)) return false;
  if (port != 0 && port != (scheme == 8 ? 443 : 80)) snprintf(origin + strlen(origin), 7, ":%u", port);
  return true;
}

const char *config_parse_url(struct config *config, void *field, const char *value) {
  char *url = field;
  const char *wrong = config_parse_text(config, field, value);
  if (wrong) return wrong;
  if (!config_origin(slice_of(value), config->origin) || strpbrk(value, "?# ")) return URL_WRONG;
  size_t size = strlen(url);
  while (url[size - 1] == '/') url[--size] = '\0';
  config->url_given = true;
  return NULL;
}

/* The next item of a list with commas or spaces between; empty: no more. */
static struct slice next_item(const char **at) {
  *at += strspn(*at, ", ");
  struct slice item = {*at, strcspn(*at, ", ")};
  *at += item.size;
  return item;
}

const char *config_parse_origins(struct config *config, void *field, const char *value) {
  (void)field;
  config->origin_count = 0;
  for (struct slice item = next_item(&value); item.size; item = next_item(&value)) {
    if (config->origin_count == CONFIG_LIST_LIMIT) return "holds more than 64 origins";
    size_t scheme = scheme_size(item), end = authority_end(item, scheme);
    bool bare = end == item.size || (end + 1 == item.size && item.data[end] == '/');
    if (!bare || !config_origin(item, config->origins[config->origin_count])) {
      return "holds what is no origin such as https://club.example.org";
    }
    config->origin_count++;
  }
  return NULL;
}

const char *config_parse_proxies(struct config *config, void *field, const char *value) {
  (void)field;
  config->proxy_count = 0;
  for (struct slice item = next_item(&value); item.size; item = next_item(&value)) {
    const char *wrong = slice_is(item, "attached") ? config_add_attached(config) : NULL;
    if (wrong) return wrong;
    if (slice_is(item, "attached")) continue;
    if (config->proxy_count == CONFIG_LIST_LIMIT) return "holds more than 64 networks";
    if (!network_read(item, &config->proxies[config->proxy_count])) return PROXY_WRONG;
    config->proxy_count++;
  }
  return NULL;
}
