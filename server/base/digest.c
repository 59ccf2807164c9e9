/* OpenSSL's newer functions take memory for each digest and fail without; these work in what they are given. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "club/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

_Static_assert(DIGEST_SIZE == SHA256_DIGEST_LENGTH, "a digest is one of SHA-256");

void digest_sha256(struct slice data, unsigned char digest[DIGEST_SIZE]) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data, data.size);
  SHA256_Final(digest, &context);
  OPENSSL_cleanse(&context, sizeof context);
}

/* The digest of `block`, each byte of it changed by `mask`, and the data behind it. */
static void digest_masked(const unsigned char block[SHA256_CBLOCK], unsigned char mask, struct slice data,
                          unsigned char digest[DIGEST_SIZE]) {
  SHA256_CTX context;
  unsigned char masked[SHA256_CBLOCK];
  for (size_t i = 0; i < sizeof masked; i++) masked[i] = block[i] ^ mask;
  SHA256_Init(&context);
  SHA256_Update(&context, masked, sizeof masked);
  SHA256_Update(&context, data.data, data.size);
  SHA256_Final(digest, &context);
  OPENSSL_cleanse(masked, sizeof masked);
  OPENSSL_cleanse(&context, sizeof context);
}

/* RFC 2104. */
void digest_hmac_sha256(struct slice key, struct slice data, unsigned char digest[DIGEST_SIZE]) {
  unsigned char block[SHA256_CBLOCK] = {0}, inner[DIGEST_SIZE];
  if (key.size > sizeof block)
    digest_sha256(key, block);
  else if (key.size > 0)
    memcpy(block, key.data, key.size);
  digest_masked(block, 0x36, data, inner);
  digest_masked(block, 0x5c, (struct slice){(const char *)inner, sizeof inner}, digest);
  OPENSSL_cleanse(block, sizeof block);
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
