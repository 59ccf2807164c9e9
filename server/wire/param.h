#ifndef WIRE_PARAM_H
#define WIRE_PARAM_H
/* Params against their rules. */
#include <jansson.h>

#include "club/arena.h"
#include "club/wire.h"
#include "rule.h"

/* Reads what `rules` name from `object` into `request->params`; the first that does not fit is `request->problem`.
 * Strings stay in `object`. Lists are allocated in `*arena`, which is made when there is one. */
void param_read_all(const struct rules *rules, const json_t *object, struct arena **arena, struct request *request);
#endif
