/* What goes over the bus for a committed entry: a signed line of what counting needs, then the notification itself.
 *
 *   C1 SIGNATURE epoch seq type member target target_member mention,mention,…\n{"jsonrpc":…}
 *
 * SIGNATURE is HMAC-SHA-256 over all that follows it, with the club's secret, so that a stranger's or a garbled message
 * is dropped; what it would have told is then read from the store. */
#include <stdio.h>
#include <stdlib.h>

#include "club/digest.h"
#include "club/log.h"
#include "inside.h"

#define HINT_VERSION "C1 "
#define HINT_HEAD 1024 /* bytes of the line at most, signature included */
#define HINT_SIGNED (sizeof HINT_VERSION - 1 + TOKEN_SIZE)

static void hint_sign(const struct rooms *rooms, struct slice room, struct slice rest, char token[TOKEN_SIZE + 1]) {
  unsigned char key[DIGEST_SIZE], digest[DIGEST_SIZE];
  struct slice secret = {(const char *)rooms->setup.secret, DIGEST_SIZE};
  digest_hmac_sha256(secret, room, key); /* a message for one room says nothing in another */
  digest_hmac_sha256((struct slice){(const char *)key, DIGEST_SIZE}, rest, digest);
  token_write(token, digest);
}

void hint_publish(struct rooms *rooms, const struct entry *entry, struct slice encoded) {
  struct buffer message;
  buffer_init(&message, LIMIT_FRAME + HINT_HEAD);
  buffer_append_format(&message, HINT_VERSION "%*s %s %lld %d %lld %lld %lld ", TOKEN_SIZE, "", rooms->setup.epoch,
                       (long long)entry->seq, (int)entry->type, (long long)entry->from.member, (long long)entry->target,
                       (long long)entry->target_member);
  for (size_t i = 0; i < entry->mention_count; i++)
    buffer_append_format(&message, i ? ",%lld" : "%lld", (long long)entry->mentions[i]);
  buffer_append_char(&message, '\n');
  buffer_append_slice(&message, encoded);
  if (!message.failed) {
    char token[TOKEN_SIZE + 1];
    struct slice rest = {message.data + HINT_SIGNED, message.size - HINT_SIGNED};
    hint_sign(rooms, entry->room, rest, token);
    memcpy(message.data + sizeof HINT_VERSION - 1, token, TOKEN_SIZE);
    rooms->setup.bus->publish(rooms->setup.bus->self, entry->room, buffer_slice(&message));
  }
  buffer_free(&message);
}

static bool hint_is_signed(const struct rooms *rooms, struct slice topic, struct slice message) {
  if (message.size <= HINT_SIGNED || memcmp(message.data, HINT_VERSION, sizeof HINT_VERSION - 1) != 0) return false;
  char token[TOKEN_SIZE + 1];
  hint_sign(rooms, topic, (struct slice){message.data + HINT_SIGNED, message.size - HINT_SIGNED}, token);
  unsigned difference = 0;
  for (size_t i = 0; i < TOKEN_SIZE; i++)
    difference |= (unsigned)(token[i] ^ message.data[sizeof HINT_VERSION - 1 + i]);
  return difference == 0;
}

/* Mentions behind the fixed fields; the count. */
static size_t hint_mentions(const char *at, int64_t mentions[LIMIT_MENTIONS]) {
  size_t count = 0;
  while (*at && count < LIMIT_MENTIONS) {
    char *end;
    mentions[count] = strtoll(at, &end, 10);
    if (end == at) break;
    count++;
    at = *end == ',' ? end + 1 : end;
  }
  return count;
}

static bool hint_read(const struct rooms *rooms, const char *line, struct note *note,
                      int64_t mentions[LIMIT_MENTIONS]) {
  char epoch[TOKEN_SIZE + 1];
  long long seq, member, target, target_member;
  int type, used = 0;
  if (sscanf(line, " %43s %lld %d %lld %lld %lld %n", epoch, &seq, &type, &member, &target, &target_member, &used) <
          6 ||
      strcmp(epoch, rooms->setup.epoch) != 0 || seq < 1)
    return false;
  *note = (struct note){.seq = seq,
                        .type = (enum entry_type)type,
                        .member = member,
                        .target = target,
                        .target_member = target_member,
                        .mentions = mentions,
                        .mention_count = hint_mentions(line + used, mentions)};
  return true;
}

void rooms_hint(struct rooms *rooms, struct slice topic, struct slice message) {
  struct room *room = rooms_find(rooms, topic);
  if (!room) return;
  const char *end = hint_is_signed(rooms, topic, message) ? memchr(message.data, '\n', message.size) : NULL;
  char line[HINT_HEAD];
  int64_t mentions[LIMIT_MENTIONS];
  struct note note;
  size_t size = end ? (size_t)(end - message.data) - HINT_SIGNED : HINT_HEAD;
  if (size < HINT_HEAD) {
    memcpy(line, message.data + HINT_SIGNED, size);
    line[size] = 0;
    if (hint_read(rooms, line, &note, mentions)) {
      log_accept(room, &note, (struct slice){end + 1, message.size - (size_t)(end + 1 - message.data)});
      return;
    }
  }
  rooms->setup.metrics->hints_dropped++;
}
