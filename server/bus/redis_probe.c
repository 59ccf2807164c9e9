/* A line to Redis may stand and carry nothing: a stopped server, a lost subscription, two servers behind one name. An
 * instance therefore says something to itself every second, over the one line, and waits for it on the other. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "redis.h"

void redis_probe_init(struct redis_probe *probe) {
  *probe = (struct redis_probe){.heard_sent_ms = -1};
}

void redis_probe_begin(struct redis_probe *probe, const struct randomness *randomness) {
  token_random(probe->token, randomness);
  probe->sent = probe->heard = 0;
  probe->due_ms = 0;
}

bool redis_probe_make(struct redis_probe *probe, char text[REDIS_PROBE_SIZE], int64_t now) {
  if (now < probe->due_ms || probe->sent - probe->heard >= REDIS_PROBES) return false;
  probe->due_ms = now + REDIS_PROBE_MS;
  probe->sent++;
  probe->sent_ms[probe->sent % REDIS_PROBES] = now;
  snprintf(text, REDIS_PROBE_SIZE, "%s %" PRIu64, probe->token, probe->sent);
  return true;
}

void redis_probe_hear(struct redis_probe *probe, struct slice text) {
  char copy[REDIS_PROBE_SIZE];
  if (text.size >= sizeof copy || text.size < TOKEN_SIZE + 2 || memcmp(text.data, probe->token, TOKEN_SIZE) != 0)
    return;
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  uint64_t number = strtoull(copy + TOKEN_SIZE, NULL, 10);
  if (number <= probe->heard || number > probe->sent) return;
  probe->heard = number;
  probe->heard_sent_ms = probe->sent_ms[number % REDIS_PROBES];
}

bool redis_probe_is_late(const struct redis_probe *probe, int64_t now) {
  return probe->heard < probe->sent && now - probe->sent_ms[(probe->heard + 1) % REDIS_PROBES] > REDIS_PATIENCE_MS;
}
