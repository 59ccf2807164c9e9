/* With whom members want no direct talks: writing it. */
#include "postgres_write.h"

static const char block_sql[] = "SELECT * FROM club_block_2($1, $2, $3, $4, $5)";

struct ask blocks_ask(struct postgres *self, struct store_job *job) {
  const struct store_block *wish = &job->block;
  struct ask ask = ask_begin(self, block_sql);
  ask_int(&ask, wish->member);
  ask_int(&ask, wish->other);
  ask_bool(&ask, wish->on);
  ask_int(&ask, LIMIT_BLOCKS);
  ask_now(&ask);
  return ask;
}

enum reason blocks_take(struct store_job *job, struct ask *ask) {
  enum reason reason = write_reason(ask);
  if (reason != REASON_NONE) return reason;
  job->club_head = ask_get_int(ask, 1);
  job->block.talk = ask_get_text(ask, 2, job->arena);
  return REASON_NONE;
}
