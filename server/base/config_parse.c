#include "config_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOO_LONG "is too long"
#define RATE_POSTS_MAX 100000
#define RATE_SECONDS_MAX 3600

static bool has_control(const char *value) {
  for (; *value; value++) {
    if ((unsigned char)*value < ' ' || *value == 0x7f) return true;
  }
  return false;
}

const char *config_parse_text(struct config *config, void *field, const char *value) {
  (void)config;
  size_t size = strlen(value);
  if (size >= CONFIG_TEXT_SIZE) return TOO_LONG;
  if (has_control(value)) return "has control characters";
  memcpy(field, value, size + 1);
  return NULL;
}

const char *config_parse_switch(struct config *config, void *field, const char *value) {
  (void)config;
  bool *on = field;
  if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0) return "is neither on nor off";
  *on = strcmp(value, "on") == 0;
  return NULL;
}

/* Digits only, up to `most`. */
static bool read_number(struct slice digits, int64_t most, int64_t *number) {
  if (digits.size == 0 || digits.size > 9) return false;
  *number = 0;
  for (size_t i = 0; i < digits.size; i++) {
    if (digits.data[i] < '0' || digits.data[i] > '9') return false;
    *number = *number * 10 + (digits.data[i] - '0');
  }
  return *number <= most;
}

const char *config_parse_rate(struct config *config, void *field, const char *value) {
  (void)field;
  config->rate_posts = 0;
  config->rate_seconds = 1;
  if (strcmp(value, "off") == 0) return NULL;
  const char *slash = strchr(value, '/');
  size_t size = strlen(value);
  if (!slash || value[size - 1] != 's') return "is no rate such as 10/10s, and not off";
  struct slice posts = {value, (size_t)(slash - value)};
  struct slice seconds = {slash + 1, size - posts.size - 2};
  if (!read_number(posts, RATE_POSTS_MAX, &config->rate_posts) || config->rate_posts == 0 ||
      !read_number(seconds, RATE_SECONDS_MAX, &config->rate_seconds) || config->rate_seconds == 0) {
    return "is no rate such as 10/10s: 1 to 100000 posts in 1 to 3600 seconds";
  }
  return NULL;
}

const char *config_parse_store(struct config *config, void *field, const char *value) {
  bool postgres = strncmp(value, "postgresql://", 13) == 0 || strncmp(value, "postgres://", 11) == 0;
  if (!postgres && (strncmp(value, "sqlite:", 7) != 0 || value[7] == '\0')) {
    return "is no address of a store, such as sqlite:var/club.db or postgresql://club@db.example.org/club";
  }
  return config_parse_text(config, field, value);
}

const char *config_parse_redis(struct config *config, void *field, const char *value) {
  /* The rest of its form is the bus's to know. */
  if (strncasecmp(value, "redis://", 8) != 0 && strncasecmp(value, "rediss://", 9) != 0) {
    return "is no address such as redis://host:6379 or redis://user:password@host:6379/0";
  }
  return config_parse_text(config, field, value);
}

/* A descriptor tells more than access(): it also knows what a root without capabilities may not do. */
static bool open_as(const char *path, bool folder) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  struct stat found;
  bool fits = fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode) == folder;
  close(descriptor);
  return fits;
}

const char *config_parse_file(struct config *config, void *field, const char *value) {
  if (!open_as(value, false)) return "is no file that can be read";
  return config_parse_text(config, field, value);
}

const char *config_parse_folder(struct config *config, void *field, const char *value) {
  if (!open_as(value, true)) return "is no folder that can be read";
  return config_parse_text(config, field, value);
}

const char *config_parse_data(struct config *config, void *field, const char *value) {
  struct stat found;
  /* It need not be there yet. */
  if (stat(value, &found) == 0 && !S_ISDIR(found.st_mode)) return "is no folder";
  return config_parse_text(config, field, value);
}

bool config_make_data(const struct config *config, char error[CONFIG_ERROR_SIZE]) {
  char path[CONFIG_TEXT_SIZE];
  snprintf(path, sizeof path, "%s", config->data);
  for (char *at = path + 1; *at; at++) {
    if (*at != '/') continue;
    *at = '\0';
    mkdir(path, 0700); /* whatever hinders shows with the last one */
    *at = '/';
  }
  struct stat found;
  if ((mkdir(path, 0700) == 0 || errno == EEXIST) && stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return true;
  snprintf(error, CONFIG_ERROR_SIZE, "CLUB_DATA: the folder %.200s cannot be made: %s", path, strerror(errno));
  return false;
}
