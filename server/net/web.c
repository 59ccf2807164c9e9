#include "web.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "head.h"

#define WEB_FILE_LIMIT 8388608
#define WEB_PATH_LIMIT 256

/* The content type that goes with a file's name. */
static const char *web_type(const char *path) {
  static const struct {
    const char *ending, *type;
  } types[] = {{".html", "text/html; charset=utf-8"},
               {".js", "text/javascript; charset=utf-8"},
               {".css", "text/css; charset=utf-8"},
               {".svg", "image/svg+xml"},
               {".png", "image/png"},
               {".ico", "image/x-icon"},
               {".webp", "image/webp"},
               {".woff2", "font/woff2"},
               {".json", "application/json"},
               {".map", "application/json"},
               {".webmanifest", "application/manifest+json"},
               {".txt", "text/plain; charset=utf-8"}};
  size_t size = strlen(path);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    size_t ending = strlen(types[i].ending);
    if (size > ending && strcmp(path + size - ending, types[i].ending) == 0) return types[i].type;
  }
  return "application/octet-stream";
}

/* Letters, digits, and `-._` between slashes; no segment starts with a dot. */
static bool web_copy_path(struct slice path, char copy[WEB_PATH_LIMIT]) {
  if (path.size == 0 || path.size >= WEB_PATH_LIMIT || path.data[0] != '/') return false;
  for (size_t i = 0; i < path.size; i++) {
    char c = path.data[i];
    bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    bool between = (c == '.' || c == '/') && (i == 0 || path.data[i - 1] != '/');
    if (!known && !between) return false;
  }
  if (path.size == 1) path = slice_of("/index.html");
  memcpy(copy, path.data, path.size);
  copy[path.size] = '\0';
  return true;
}

static int web_compare(const void *path, const void *asset) {
  return strcmp(path, ((const struct web_asset *)asset)->path);
}

const char *web_coding_name(enum web_coding coding) {
  static const char *const names[WEB_CODINGS] = {NULL, "gzip", "br"};
  return names[coding];
}

static enum web_coding web_choose(const struct web_asset *asset, struct slice accept_encoding) {
  for (enum web_coding coding = WEB_BROTLI; coding > WEB_PLAIN; coding--)
    if (asset->forms[coding].bytes && head_takes(accept_encoding, web_coding_name(coding))) return coding;
  return WEB_PLAIN;
}

static bool web_find_built_in(const char *path, struct slice accept_encoding, struct web_page *page) {
  const struct web_asset *asset = bsearch(path, web_assets, web_asset_count, sizeof *web_assets, web_compare);
  if (!asset) return false;
  page->type = asset->type;
  page->immutable = asset->immutable;
  page->coding = web_choose(asset, accept_encoding);
  page->bytes = (const char *)asset->forms[page->coding].bytes;
  page->size = asset->forms[page->coding].size;
  const char *name = web_coding_name(page->coding);
  snprintf(page->tag, sizeof page->tag, "\"%s%s%s\"", asset->tag, name ? "-" : "", name ? name : "");
  return true;
}

static bool web_read(int descriptor, const struct stat *state, struct web_page *page) {
  size_t size = (size_t)state->st_size, got = 0;
  page->owned = malloc(size ? size : 1);
  while (page->owned && got < size) {
    ssize_t more = read(descriptor, page->owned + got, size - got);
    if (more <= 0) break;
    got += (size_t)more;
  }
  page->bytes = page->owned;
  page->size = got;
  return page->owned && got == size;
}

static bool web_find_file(int root, const char *path, struct web_page *page) {
  struct stat state;
  int descriptor = openat(root, path + 1, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  bool found = fstat(descriptor, &state) == 0 && S_ISREG(state.st_mode) && state.st_size <= WEB_FILE_LIMIT &&
               web_read(descriptor, &state, page);
  close(descriptor);
  page->type = web_type(path);
  snprintf(page->tag, sizeof page->tag, "\"%llx-%llx\"", (unsigned long long)state.st_size,
           (unsigned long long)state.st_mtim.tv_sec * 1000000000u + (unsigned long long)state.st_mtim.tv_nsec);
  return found;
}

bool web_find(const struct net *net, struct slice path, struct slice accept_encoding, struct web_page *page) {
  char copy[WEB_PATH_LIMIT];
  if (!web_copy_path(path, copy)) return false;
  return net->web_root >= 0 ? web_find_file(net->web_root, copy, page) : web_find_built_in(copy, accept_encoding, page);
}

/* Weak comparison (RFC 9110, 8.8.3.2). */
bool web_tag_matches(struct slice if_none_match, const char *tag) {
  size_t size = strlen(tag);
  if (slice_is(if_none_match, "*")) return true;
  return if_none_match.size >= size && memmem(if_none_match.data, if_none_match.size, tag, size) != NULL;
}

bool web_open_root(struct net *net, char *error, size_t size) {
  if (!net->setup.web_root) return true;
  net->web_root = open(net->setup.web_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (net->web_root < 0) snprintf(error, size, "cannot open the web folder %s: %m", net->setup.web_root);
  return net->web_root >= 0;
}
