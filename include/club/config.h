#ifndef CLUB_CONFIG_H
#define CLUB_CONFIG_H
/* The settings, read once at start from flags and environment: plain data, owned by whoever declares it. A flag goes
 * before its variable; an empty variable is as good as none. */
#include <stdint.h>

#include "club/address.h"
#include "club/slice.h"

#define CONFIG_TEXT_SIZE 1024 /* of a path or an address, with its zero byte */
#define CONFIG_ORIGIN_SIZE 300
#define CONFIG_LIST_LIMIT 64 /* origins, proxies */

/* host is a numeric address (IPv6 without brackets); port 0: any free one. */
struct config_endpoint {
  char host[64];
  uint16_t port;
};

struct config {
  struct config_endpoint listen, admin_listen;
  char url[CONFIG_TEXT_SIZE];      /* without a slash at its end */
  char origin[CONFIG_ORIGIN_SIZE]; /* of url, normalised */
  bool url_given;                  /* false: made from the port, see config_set_port */
  char data[CONFIG_TEXT_SIZE];
  bool tls;
  char tls_cert[CONFIG_TEXT_SIZE], tls_key[CONFIG_TEXT_SIZE]; /* empty: the self-made pair in `data` */
  char store[CONFIG_TEXT_SIZE];                               /* "sqlite:PATH" */
  char redis[CONFIG_TEXT_SIZE];                               /* empty: none, one instance */
  char origins[CONFIG_LIST_LIMIT][CONFIG_ORIGIN_SIZE];        /* further ones that are allowed, normalised */
  size_t origin_count;
  struct network proxies[CONFIG_LIST_LIMIT];
  size_t proxy_count;
  char web_root[CONFIG_TEXT_SIZE];  /* empty: the built-in client */
  char club_file[CONFIG_TEXT_SIZE]; /* empty: the built-in club */
  int64_t rate_posts, rate_seconds; /* rate_posts 0: off */
  bool limits;
  bool first_day; /* who came within a day has tighter limits */
};

/* Commands beside the server look only at what they need (address of the store, URL …). */
enum config_scope { CONFIG_SERVE, CONFIG_COMMAND };

#define CONFIG_ERROR_SIZE 512

/* `arguments` are those after the command's own words, `environment` as in environ. Flags of settings are taken out of
 * `arguments` and `*count`; with CONFIG_SERVE anything that is left is refused. False: one clear line in `error` that
 * names the setting. */
bool config_read(struct config *config, enum config_scope scope, int *count, char **arguments, char *const *environment,
                 char error[CONFIG_ERROR_SIZE]) CLUB_MUST_CHECK;
/* After listening on port 0: puts the real port into listen, and into url and origin unless url was given. */
void config_set_port(struct config *config, uint16_t port);
/* Makes the data folder, mode 0700, where it is not there yet. False: one clear line in `error`. */
bool config_make_data(const struct config *config, char error[CONFIG_ERROR_SIZE]) CLUB_MUST_CHECK;
/* A line for each setting: flag, variable, default, what it is. */
void config_write_help(void (*write)(void *context, const char *text), void *context);

/* Scheme, host and port of a URL or an Origin header as browsers write it: lower case, without a default port, and
 * without path. False: not http:// or https:// with a host, or too long. */
bool config_origin(struct slice url, char origin[CONFIG_ORIGIN_SIZE]) CLUB_MUST_CHECK;
#endif
