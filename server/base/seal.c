#include "club/seal.h"

#define SEAL_TOKEN_AT (SEAL_KIND + 1)
#define SEAL_SIGNED_AT (SEAL_TOKEN_AT + TOKEN_SIZE) /* the space before the epoch is signed, too */
#define SEAL_TOPIC 128                              /* bytes of a topic at most */

void seal_begin(struct buffer *message, const char kind[SEAL_KIND + 1], const char *epoch) {
  buffer_append_format(message, "%s %*s %s ", kind, TOKEN_SIZE, "", epoch);
}

/* False: no such topic. */
static bool seal_sign(const char *kind, const unsigned char secret[DIGEST_SIZE], struct slice topic, struct slice bytes,
                      unsigned char digest[DIGEST_SIZE]) {
  char name[SEAL_KIND + 1 + SEAL_TOPIC];
  unsigned char key[DIGEST_SIZE];
  if (topic.size > SEAL_TOPIC) return false;
  memcpy(name, kind, SEAL_KIND);
  name[SEAL_KIND] = ' ';
  if (topic.size) memcpy(name + SEAL_KIND + 1, topic.data, topic.size);
  digest_hmac_sha256((struct slice){(const char *)secret, DIGEST_SIZE},
                     (struct slice){name, SEAL_KIND + 1 + topic.size}, key);
  digest_hmac_sha256((struct slice){(const char *)key, DIGEST_SIZE}, bytes, digest);
  return true;
}

static struct slice seal_signed(struct slice message) {
  return (struct slice){message.data + SEAL_SIGNED_AT, message.size - SEAL_SIGNED_AT};
}

bool seal_end(struct buffer *message, const unsigned char secret[DIGEST_SIZE], struct slice topic) {
  unsigned char digest[DIGEST_SIZE];
  char token[TOKEN_SIZE + 1];
  if (message->failed || message->size <= SEAL_SIGNED_AT) return false;
  if (!seal_sign(message->data, secret, topic, seal_signed(buffer_slice(message)), digest)) return false;
  token_write(token, digest);
  memcpy(message->data + SEAL_TOKEN_AT, token, TOKEN_SIZE);
  return true;
}

/* Cuts the message into its epoch and what follows. */
static bool seal_split(struct slice message, const char *kind, struct slice *epoch, struct slice *rest) {
  if (message.size <= SEAL_SIGNED_AT || memcmp(message.data, kind, SEAL_KIND) != 0) return false;
  if (message.data[SEAL_KIND] != ' ' || message.data[SEAL_SIGNED_AT] != ' ') return false;
  *rest = (struct slice){message.data + SEAL_SIGNED_AT + 1, message.size - SEAL_SIGNED_AT - 1};
  return seal_word(rest, epoch);
}

bool seal_peek(struct slice message, const char kind[SEAL_KIND + 1], struct slice *rest) {
  struct slice epoch;
  return seal_split(message, kind, &epoch, rest);
}

bool seal_open(struct slice message, const char kind[SEAL_KIND + 1], const unsigned char secret[DIGEST_SIZE],
               struct slice topic, const char *epoch, struct slice *rest) {
  struct slice said;
  unsigned char digest[DIGEST_SIZE], difference = 0;
  char token[TOKEN_SIZE + 1];
  if (!seal_split(message, kind, &said, rest) || (epoch && !slice_is(said, epoch))) return false;
  if (!seal_sign(kind, secret, topic, seal_signed(message), digest)) return false;
  token_write(token, digest);
  for (size_t i = 0; i < TOKEN_SIZE; i++) /* in constant time */
    difference |= (unsigned char)(token[i] ^ message.data[SEAL_TOKEN_AT + i]);
  return difference == 0;
}

/* ---- the parts of what is said ---- */

bool seal_word(struct slice *rest, struct slice *word) {
  size_t size = 0;
  while (size < rest->size && rest->data[size] != ' ' && rest->data[size] != '\n') size++;
  if (size == rest->size || size == 0) return false;
  *word = (struct slice){rest->data, size};
  *rest = (struct slice){rest->data + size + 1, rest->size - size - 1};
  return true;
}

bool seal_number(struct slice *rest, int64_t *number) {
  struct slice word;
  if (!seal_word(rest, &word) || word.size > 19) return false;
  uint64_t value = 0; /* 19 digits fit */
  for (size_t i = 0; i < word.size; i++) {
    if (word.data[i] < '0' || word.data[i] > '9') return false;
    value = value * 10 + (uint64_t)(word.data[i] - '0');
  }
  *number = (int64_t)value;
  return value <= INT64_MAX;
}

bool seal_bytes(struct slice *rest, int64_t size, struct slice *bytes) {
  if (size < 0 || (uint64_t)size > rest->size) return false;
  *bytes = (struct slice){rest->data, (size_t)size};
  *rest = (struct slice){rest->data + size, rest->size - (size_t)size};
  return true;
}
