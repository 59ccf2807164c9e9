#include <inttypes.h>
#include <stdio.h>

#include "club/limits.h"
#include "club/member.h"

void invite_token(char token[TOKEN_SIZE + 1], const unsigned char secret[DIGEST_SIZE], int64_t member,
                  struct slice client_id) {
  char purpose[sizeof "invite ,-9223372036854775808," + LIMIT_CLIENT_ID];
  unsigned char bytes[DIGEST_SIZE];
  if (client_id.size > LIMIT_CLIENT_ID) client_id.size = LIMIT_CLIENT_ID;
  int size = snprintf(purpose, sizeof purpose, "invite,%" PRId64 ",%.*s", member, (int)client_id.size, client_id.data);
  digest_hmac_sha256((struct slice){(const char *)secret, DIGEST_SIZE}, (struct slice){purpose, (size_t)size}, bytes);
  token_write(token, bytes);
}
