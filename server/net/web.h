#ifndef NET_WEB_H
#define NET_WEB_H
/* The pages of the browser client: built into the binary, or read from a folder. */
#include "internal.h"

/* How a page's bytes may go out, from what everybody takes to what is smallest. */
enum web_coding { WEB_PLAIN, WEB_GZIP, WEB_BROTLI, WEB_CODINGS };

struct web_form {
  const unsigned char *bytes; /* NULL: packing does not pay */
  size_t size;
};

struct web_asset {
  const char *path; /* "/index.html" */
  const char *type;
  const char *tag; /* the content's hash */
  bool immutable;  /* its name carries a hash of its content */
  struct web_form forms[WEB_CODINGS];
};

/* Made by embed.mjs, ordered by path. */
extern const struct web_asset web_assets[];
extern const size_t web_asset_count;

#define WEB_TAG_SIZE 48

struct web_page {
  const char *type;
  char tag[WEB_TAG_SIZE]; /* with its quotes */
  bool immutable;
  enum web_coding coding;
  const char *bytes;
  size_t size;
  char *owned; /* to be freed; NULL: nothing */
};

/* What stands at `path`, in the smallest form that `accept_encoding` takes. False: nothing does. */
bool web_find(const struct net *net, struct slice path, struct slice accept_encoding, struct web_page *page)
    CLUB_MUST_CHECK;
/* What Content-Encoding says; NULL: nothing. */
const char *web_coding_name(enum web_coding coding);
/* Is `tag` one of those in If-None-Match? */
bool web_tag_matches(struct slice if_none_match, const char *tag);
bool web_open_root(struct net *net, char *error, size_t size) CLUB_MUST_CHECK;
#endif
