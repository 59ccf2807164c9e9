#ifndef WIRE_RULE_H
#define WIRE_RULE_H
/* What the description asks of a param, as rows that the build makes from openrpc.json: see generate.mjs. */
#include <stdint.h>

#include "methods.h"

enum rule_type { RULE_STRING, RULE_INTEGER, RULE_BOOLEAN, RULE_LIST };

/* What a string, or each string of a list, must look like. */
enum rule_form {
  FORM_ANY,             /* any string */
  FORM_TEXT,            /* something to read, `maximum` characters */
  FORM_FREE_TEXT,       /* the same, or empty */
  FORM_CLIENT_ID,       /* `!` to `~`, `maximum` bytes */
  FORM_IDENTIFIER,      /* not empty, `maximum` bytes */
  FORM_FREE_IDENTIFIER, /* the same, or empty */
  FORM_EMOJI,           /* one emoji, `maximum` bytes */
  FORM_WORD             /* one of `words` */
};

#define RULE_NO_OFFSET SIZE_MAX

struct rule {
  const char *name;
  size_t name_size;
  enum rule_type type;
  enum rule_form form;
  bool required;
  bool nullable;            /* null: as if it were not given, where it must be */
  size_t offset;            /* of the member in the struct of params */
  size_t has_offset;        /* of its `has_…`; RULE_NO_OFFSET: none */
  int64_t minimum;          /* of an integer */
  int64_t maximum;          /* of an integer, of a string's length; of a list's strings: their length */
  size_t items;             /* of a list: at most */
  const char *const *words; /* ended by NULL */
};

struct rules {
  const char *name;
  size_t name_size;
  const struct rule *items;
  size_t count;
};

/* False: there is no such method. */
bool methods_find(struct slice name, enum method_id *method) CLUB_MUST_CHECK;
const struct rules *methods_rules(enum method_id method);
const struct rules *methods_body_rules(enum body_id body);
#endif
