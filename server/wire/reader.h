#ifndef WIRE_READER_H
#define WIRE_READER_H
/* Bytes to a JSON value, as strictly as the protocol asks. */
#include <jansson.h>

#include "club/slice.h"

enum reader_outcome { READER_VALUE, READER_MALFORMED, READER_NO_MEMORY };

/* Refuses what is no JSON (RFC 8259) or not UTF-8, nesting over LIMIT_NESTING, duplicate keys, `\u0000`, lone
 * surrogates and numbers beyond a double. An integer beyond 64 bits is read as a real number. The value is the
 * caller's (json_decref). */
enum reader_outcome reader_parse(struct slice bytes, json_t **value) CLUB_MUST_CHECK;
#endif
