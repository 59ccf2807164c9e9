#include "club/password.h"

#include <argon2.h>
#include <unicode/ustring.h>

#include "club/clock.h"
#include "club/limits.h"
#include "club/text.h"
#include "common_passwords.h"

#define PASSES 2
#define MEMORY_KIB 19456
#define LANES 1
#define SALT_SIZE 16
#define HASH_SIZE 32
#define COMMON_LIMIT 64 /* bytes; no common password is longer */

bool password_hash(struct slice password, char encoded[PASSWORD_ENCODED_SIZE]) {
  unsigned char salt[SALT_SIZE];
  struct randomness randomness = randomness_system();
  randomness.fill(randomness.self, salt, sizeof salt);
  return argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password.data, password.size, salt, sizeof salt, HASH_SIZE,
                               encoded, PASSWORD_ENCODED_SIZE) == ARGON2_OK;
}

bool password_verify(struct slice password, const char *encoded) {
  return argon2id_verify(encoded, password.data, password.size) == ARGON2_OK;
}

void password_verify_nothing(struct slice password) {
  static const unsigned char salt[SALT_SIZE] = {0};
  unsigned char hash[HASH_SIZE];
  int result =
      argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, password.data, password.size, salt, sizeof salt, hash, sizeof hash);
  (void)result; /* only the time counts */
}

/* False: longer than any common one. */
static bool fold(struct slice password, char folded[2 * COMMON_LIMIT], int32_t *size) {
  UChar wide[COMMON_LIMIT + 1], lower[COMMON_LIMIT * 2];
  int32_t wide_size, lower_size;
  UErrorCode status = U_ZERO_ERROR;
  if (password.size > COMMON_LIMIT) return false;
  u_strFromUTF8(wide, COMMON_LIMIT + 1, &wide_size, password.data, (int32_t)password.size, &status);
  lower_size = u_strToLower(lower, COMMON_LIMIT * 2, wide, wide_size, "", &status);
  u_strToUTF8(folded, 2 * COMMON_LIMIT, size, lower, lower_size, &status);
  return U_SUCCESS(status);
}

bool password_is_acceptable(struct slice password) {
  if (password.size < LIMIT_PASSWORD_MIN || !text_is_utf8(password)) return false;
  size_t characters = text_characters(password);
  if (characters < LIMIT_PASSWORD_MIN || characters > LIMIT_PASSWORD_MAX) return false;
  char folded[2 * COMMON_LIMIT];
  int32_t size;
  if (!fold(password, folded, &size)) return true;
  return !common_passwords_hold((struct slice){folded, (size_t)size});
}
