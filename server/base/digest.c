#include "club/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

void digest_sha256(struct slice data, unsigned char digest[DIGEST_SIZE]) {
  unsigned int size = 0;
  if (!EVP_Digest(data.data ? data.data : "", data.size, digest, &size, EVP_sha256(), NULL)) abort();
}

void digest_hmac_sha256(struct slice key, struct slice data, unsigned char digest[DIGEST_SIZE]) {
  unsigned int size = 0;
  const unsigned char *bytes = (const unsigned char *)(data.data ? data.data : "");
  if (!HMAC(EVP_sha256(), key.data ? key.data : "", (int)key.size, bytes, data.size, digest, &size)) abort();
}

bool digest_equal(const unsigned char a[DIGEST_SIZE], const unsigned char b[DIGEST_SIZE]) {
  return CRYPTO_memcmp(a, b, DIGEST_SIZE) == 0;
}

void token_write(char token[TOKEN_SIZE + 1], const unsigned char bytes[DIGEST_SIZE]) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned int bits = 0, count = 0;
  size_t at = 0;
  for (size_t i = 0; i < DIGEST_SIZE; i++) {
    bits = (bits << 8 | bytes[i]) & 0xffff;
    count += 8;
    while (count >= 6) {
      count -= 6;
      token[at++] = alphabet[bits >> count & 63];
    }
  }
  token[at++] = alphabet[bits << (6 - count) & 63];
  token[at] = '\0';
}

void token_random(char token[TOKEN_SIZE + 1], const struct randomness *randomness) {
  unsigned char bytes[DIGEST_SIZE];
  randomness->fill(randomness->self, bytes, sizeof bytes);
  token_write(token, bytes);
  OPENSSL_cleanse(bytes, sizeof bytes);
}

bool token_is_valid(struct slice token) {
  if (token.size != TOKEN_SIZE) return false;
  for (size_t i = 0; i < token.size; i++) {
    char c = token.data[i];
    bool fits = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fits) return false;
  }
  return true;
}
