#include "herd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERD_LINES_OF_ADDRESS 4096

static void herd_opened(void *context, struct line *line) {
  struct herd *herd = context;
  herd->opening--;
  herd->open++;
  herd->events.opened(herd->events.context, line);
}

static void herd_frame(void *context, struct line *line, const char *text, size_t size) {
  struct herd *herd = context;
  herd->events.frame(herd->events.context, line, text, size);
}

static void herd_closed(void *context, struct line *line, bool refused, const char *why) {
  struct herd *herd = context;
  if (line->was_open)
    herd->open--;
  else
    herd->opening--;
  herd->events.closed(herd->events.context, line, refused, why);
}

static bool herd_address(const char *text, size_t size, struct sockaddr_in *address) {
  char host[64];
  const char *colon = memchr(text, ':', size);
  size_t length = colon ? (size_t)(colon - text) : 0;
  if (length == 0 || length >= sizeof host) return false;
  memcpy(host, text, length);
  host[length] = '\0';
  int port = atoi(colon + 1);
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  return port > 0 && port < 65536 && inet_pton(AF_INET, host, &address->sin_addr) == 1;
}

static bool herd_servers(struct herd *herd, struct sockaddr_in servers[HERD_SERVERS], struct sockaddr_in *first) {
  const char *at = herd->setup.to, *of_first = herd->setup.first_to;
  while (*at) {
    size_t size = strcspn(at, ",");
    if (herd->servers == HERD_SERVERS || !herd_address(at, size, &servers[herd->servers++])) return false;
    at += size + (at[size] == ',');
  }
  if (of_first) return herd->servers > 0 && herd_address(of_first, strlen(of_first), first);
  *first = servers[0];
  return herd->servers > 0;
}

static char *herd_file(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) return NULL;
  char *bytes = NULL;
  long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  if (size >= 0 && size < 64 * 1024 * 1024) bytes = malloc((size_t)size + 1);
  rewind(file);
  if (bytes) bytes[fread(bytes, 1, (size_t)size, file)] = '\0';
  fclose(file);
  return bytes;
}

static bool herd_cookies(struct herd *herd) {
  if (!herd->setup.cookies) return true;
  herd->cookies = herd_file(herd->setup.cookies);
  char *at = herd->cookies;
  if (!at) return false;
  for (size_t i = 0; i < herd->setup.count; i++) {
    size_t size = strcspn(at, "\r\n");
    if (size == 0) return false;
    herd->lines[i].cookie = at;
    at += size;
    if (*at) *at++ = '\0';
    at += strspn(at, "\r\n");
  }
  return true;
}

bool herd_begin(struct herd *herd, const struct herd_setup *setup) {
  memset(herd, 0, sizeof *herd);
  herd->setup = *setup;
  herd->events = setup->events;
  herd->lines = calloc(setup->count, sizeof *herd->lines);
  herd->due = calloc(setup->count, sizeof *herd->due);
  struct line_events events = {herd, herd_opened, herd_frame, herd_closed};
  struct sockaddr_in servers[HERD_SERVERS], first;
  if (!line_shared_begin(&herd->shared, setup->tls, events) || !herd->lines || !herd->due) return false;
  if (!herd_servers(herd, servers, &first)) {
    fprintf(stderr, "to=%s: addresses and ports are wanted\n", setup->to);
    return false;
  }
  if (!herd_cookies(herd)) {
    fprintf(stderr, "%s: %zu cookies are wanted, one a line\n", setup->cookies, setup->count);
    return false;
  }
  for (size_t i = 0; i < setup->count; i++) {
    struct line *line = &herd->lines[i];
    line->index = i;
    line->to = i == 0 ? first : servers[i % herd->servers];
    line->from.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(i / HERD_LINES_OF_ADDRESS));
  }
  return true;
}

void herd_end(struct herd *herd) {
  for (size_t i = 0; herd->lines && i < herd->setup.count; i++) line_hang_up(&herd->lines[i]);
  line_shared_end(&herd->shared);
  free(herd->lines);
  free(herd->due);
  free(herd->cookies);
}

void herd_open(struct herd *herd, size_t index) {
  herd->due[(herd->due_from + herd->due_count++) % herd->setup.count] = index;
}

void herd_hang_up(struct herd *herd, size_t index) {
  struct line *line = &herd->lines[index];
  if (line->state == LINE_DOWN) return;
  if (line->was_open)
    herd->open--;
  else
    herd->opening--;
  line_hang_up(line);
}

static bool herd_open_due(struct herd *herd) {
  while (herd->due_count && herd->opening < herd->setup.opening) {
    struct line *line = &herd->lines[herd->due[herd->due_from]];
    if (!line_connect(&herd->shared, line)) {
      fprintf(stderr, "line %zu cannot be opened: %s\n", line->index, strerror(errno));
      return false;
    }
    herd->due_from = (herd->due_from + 1) % herd->setup.count;
    herd->due_count--;
    herd->opening++;
  }
  return true;
}

bool herd_turn(struct herd *herd, int milliseconds) {
  if (!herd_open_due(herd)) return false;
  int count = epoll_wait(herd->shared.epoll, herd->happened, HERD_EVENTS, herd->setup.spin ? 0 : milliseconds);
  if (count < 0 && errno != EINTR) return false;
  for (int i = 0; i < count; i++) line_handle(herd->happened[i].data.ptr, herd->happened[i].events);
  return true;
}
