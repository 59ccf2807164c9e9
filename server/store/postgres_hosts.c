#include "postgres_hosts.h"

#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 200

struct hosts {
  PQconninfoOption *options;
  char *lists[3]; /* of host, hostaddr, port: cut up */
  char *names[HOSTS_LIMIT], *addresses[HOSTS_LIMIT], *ports[HOSTS_LIMIT];
  size_t count, port_count, first;
  char name[NAME_SIZE];
};

/* What this program wants unless the address says otherwise: a line that is half open is noticed in seconds. */
static const char *const standard[][2] = {
    {"application_name", "clubd"},          {"keepalives", "1"},       {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},           {"keepalives_count", "3"}, {"tcp_user_timeout", "5000"},
    {"fallback_application_name", "clubd"},
};

static const char *value_of(const struct hosts *hosts, const char *keyword) {
  for (const PQconninfoOption *option = hosts->options; option->keyword; option++) {
    if (strcmp(option->keyword, keyword) == 0 && option->val && *option->val) return option->val;
  }
  return NULL;
}

/* The items between the commas; a missing one is NULL. */
static size_t cut(struct hosts *hosts, size_t list, const char *keyword, char *items[HOSTS_LIMIT]) {
  const char *value = value_of(hosts, keyword);
  if (!value) return 0;
  hosts->lists[list] = strdup(value);
  size_t count = 0;
  for (char *at = hosts->lists[list]; at && count < HOSTS_LIMIT;) {
    char *comma = strchr(at, ',');
    if (comma) *comma = '\0';
    items[count++] = *at ? at : NULL;
    at = comma ? comma + 1 : NULL;
  }
  return count;
}

static void name(struct hosts *hosts) {
  const char *host = value_of(hosts, "host"), *database = value_of(hosts, "dbname");
  if (!host) host = value_of(hosts, "hostaddr");
  snprintf(hosts->name, sizeof hosts->name, "%.120s/%.60s", host ? host : "localhost", database ? database : "");
}

struct hosts *hosts_read(const char *address, char *error, size_t error_size) {
  struct hosts *hosts = calloc(1, sizeof *hosts);
  if (!hosts) {
    snprintf(error, error_size, "no memory");
    return NULL;
  }
  hosts->options = PQconninfoParse(address, NULL);
  if (!hosts->options) {
    snprintf(error, error_size, "not an address of a PostgreSQL database (postgresql://USER@HOST:PORT/DATABASE)");
    free(hosts);
    return NULL;
  }
  size_t names = cut(hosts, 0, "host", hosts->names), addresses = cut(hosts, 1, "hostaddr", hosts->addresses);
  hosts->count = names > addresses ? names : addresses;
  if (hosts->count == 0) hosts->count = 1;
  hosts->port_count = cut(hosts, 2, "port", hosts->ports);
  name(hosts);
  return hosts;
}

void hosts_destroy(struct hosts *hosts) {
  if (!hosts) return;
  PQconninfoFree(hosts->options);
  for (size_t i = 0; i < 3; i++) free(hosts->lists[i]);
  free(hosts);
}

size_t hosts_count(const struct hosts *hosts) {
  return hosts->count;
}

const char *hosts_name(const struct hosts *hosts) {
  return hosts->name;
}

size_t hosts_first(const struct hosts *hosts) {
  return hosts->first;
}

void hosts_reached(struct hosts *hosts, size_t host) {
  hosts->first = host;
}

/* What is said for each host apart, or decided here whatever the address says. */
static bool is_ours(const char *keyword) {
  static const char *const ours[] = {"host", "hostaddr", "port", "client_encoding", "target_session_attrs"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    if (strcmp(keyword, ours[i]) == 0) return true;
  }
  return false;
}

struct words {
  const char **keywords, **values;
  size_t count;
};

static void add(struct words *words, const char *keyword, const char *value) {
  if (!value || words->count + 1 >= HOSTS_WORDS) return;
  words->keywords[words->count] = keyword;
  words->values[words->count++] = value;
}

void hosts_words(const struct hosts *hosts, size_t host, const char *keywords[HOSTS_WORDS],
                 const char *values[HOSTS_WORDS]) {
  struct words words = {keywords, values, 0};
  add(&words, "host", hosts->names[host]);
  add(&words, "hostaddr", hosts->addresses[host]);
  add(&words, "port", hosts->port_count == 1 ? hosts->ports[0] : hosts->ports[host]);
  add(&words, "client_encoding", "UTF8");
  for (size_t i = 0; i < sizeof standard / sizeof *standard; i++) {
    if (!value_of(hosts, standard[i][0])) add(&words, standard[i][0], standard[i][1]);
  }
  for (const PQconninfoOption *option = hosts->options; option->keyword; option++) {
    if (!is_ours(option->keyword) && option->val && *option->val) add(&words, option->keyword, option->val);
  }
  keywords[words.count] = values[words.count] = NULL;
}
