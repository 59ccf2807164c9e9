#include "cookie.h"

#include <stdio.h>

#include "club/limits.h"

#define ATTRIBUTES "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="
#define DEVICE_SECONDS 31536000 /* a year */

struct slice cookie_session(struct slice header) {
  struct slice token = cookie_value(header, COOKIE_SESSION);
  return token.data && token_is_valid(token) ? token : SLICE_NONE;
}

void cookie_write_session(char cookie[256], const char *token) {
  snprintf(cookie, 256, COOKIE_SESSION "=%s" ATTRIBUTES "%d", token, SESSION_SECONDS);
}

void cookie_write_ended(char cookie[256]) {
  snprintf(cookie, 256, COOKIE_SESSION "=" ATTRIBUTES "0");
}

/* ---- known devices: NAME.SIGNATURE, signed with the club's secret together with the login ---- */

static void device_sign(const struct services *services, struct slice login, struct slice device,
                        char signature[TOKEN_SIZE + 1]) {
  char signed_text[sizeof "device,," + LIMIT_IDENTIFIER + TOKEN_SIZE];
  unsigned char bytes[DIGEST_SIZE];
  int size = snprintf(signed_text, sizeof signed_text, "device,%.*s,%.*s", (int)login.size, login.data,
                      (int)device.size, device.data);
  digest_hmac_sha256((struct slice){(const char *)services->secret, DIGEST_SIZE},
                     (struct slice){signed_text, (size_t)size}, bytes);
  token_write(signature, bytes);
}

static bool device_is_signed(const struct services *services, struct slice login, struct slice device,
                             struct slice signature) {
  char right[TOKEN_SIZE + 1];
  unsigned char own[DIGEST_SIZE], theirs[DIGEST_SIZE];
  device_sign(services, login, device, right);
  /* Digests compare in constant time. */
  digest_sha256((struct slice){right, TOKEN_SIZE}, own);
  digest_sha256(signature, theirs);
  return digest_equal(own, theirs);
}

bool cookie_read_device(const struct services *services, struct slice header, struct slice login,
                        char device[TOKEN_SIZE + 1]) {
  struct slice value = cookie_value(header, COOKIE_DEVICE);
  device[0] = '\0';
  if (value.size != 2 * TOKEN_SIZE + 1 || value.data[TOKEN_SIZE] != '.' || login.size == 0) return false;
  struct slice name = {value.data, TOKEN_SIZE}, signature = {value.data + TOKEN_SIZE + 1, TOKEN_SIZE};
  if (!token_is_valid(name) || !device_is_signed(services, login, name, signature)) return false;
  memcpy(device, name.data, TOKEN_SIZE);
  device[TOKEN_SIZE] = '\0';
  return true;
}

void cookie_write_device(const struct services *services, char cookie[256], struct slice login,
                         char device[TOKEN_SIZE + 1]) {
  char signature[TOKEN_SIZE + 1];
  if (!device[0]) token_random(device, &services->randomness);
  device_sign(services, login, (struct slice){device, TOKEN_SIZE}, signature);
  snprintf(cookie, 256, COOKIE_DEVICE "=%s.%s" ATTRIBUTES "%d", device, signature, DEVICE_SECONDS);
}
