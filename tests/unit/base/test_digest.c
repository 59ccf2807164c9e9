#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "club/digest.h"

static void assert_hex(const unsigned char digest[DIGEST_SIZE], const char *hex) {
  char text[2 * DIGEST_SIZE + 1];
  for (size_t i = 0; i < DIGEST_SIZE; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
  assert_string_equal(text, hex);
}

static void sha_256_gives_the_standards_examples(void **state) {
  (void)state;
  unsigned char digest[DIGEST_SIZE];
  digest_sha256(SLICE_LITERAL("abc"), digest);
  assert_hex(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digest_sha256(SLICE_NONE, digest);
  assert_hex(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void hmac_gives_rfc_4231_s_second_example(void **state) {
  (void)state;
  unsigned char digest[DIGEST_SIZE];
  digest_hmac_sha256(SLICE_LITERAL("Jefe"), SLICE_LITERAL("what do ya want for nothing?"), digest);
  assert_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void a_key_longer_than_a_block_is_digested_first(void **state) {
  (void)state;
  unsigned char digest[DIGEST_SIZE], key[131]; /* RFC 4231, the sixth example */
  memset(key, 0xaa, sizeof key);
  digest_hmac_sha256((struct slice){(const char *)key, sizeof key},
                     SLICE_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First"), digest);
  assert_hex(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void without_a_key_and_data_hmac_is_that_of_nothing(void **state) {
  (void)state;
  unsigned char digest[DIGEST_SIZE];
  digest_hmac_sha256(SLICE_NONE, SLICE_NONE, digest);
  assert_hex(digest, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* OpenSSL takes memory where the linker does not reach: it is asked for it by way of its own functions. */
static long taken;

static void *count_malloc(size_t size, const char *file, int line) {
  (void)file, (void)line;
  taken++;
  return malloc(size);
}

static void *count_realloc(void *old, size_t size, const char *file, int line) {
  (void)file, (void)line;
  taken++;
  return realloc(old, size);
}

static void count_free(void *old, const char *file, int line) {
  (void)file, (void)line;
  free(old);
}

static void digesting_takes_no_memory(void **state) {
  (void)state;
  unsigned char digest[DIGEST_SIZE];
  digest_sha256(SLICE_LITERAL("abc"), digest);
  digest_hmac_sha256(SLICE_LITERAL("Jefe"), SLICE_LITERAL("abc"), digest);
  assert_int_equal(taken, 0);
}

static void digests_differ_in_any_byte(void **state) {
  (void)state;
  unsigned char a[DIGEST_SIZE] = {0}, b[DIGEST_SIZE] = {0};
  assert_true(digest_equal(a, b));
  b[DIGEST_SIZE - 1] = 1;
  assert_false(digest_equal(a, b));
}

static void tokens_are_base64url_without_padding(void **state) {
  (void)state;
  unsigned char bytes[DIGEST_SIZE];
  char token[TOKEN_SIZE + 1];
  for (size_t i = 0; i < DIGEST_SIZE; i++) bytes[i] = (unsigned char)(255 - i * 8);
  token_write(token, bytes);
  assert_string_equal(token, "__fv59_Xz8e_t6-nn5ePh393b2dfV09HPzcvJx8XDwc");
  memset(bytes, 0, sizeof bytes);
  token_write(token, bytes);
  assert_string_equal(token, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

static void random_tokens_are_valid_and_differ(void **state) {
  (void)state;
  struct randomness randomness = randomness_system();
  char first[TOKEN_SIZE + 1], second[TOKEN_SIZE + 1];
  token_random(first, &randomness);
  token_random(second, &randomness);
  assert_true(token_is_valid(slice_of(first)));
  assert_string_not_equal(first, second);
}

static void other_forms_are_no_tokens(void **state) {
  (void)state;
  assert_false(token_is_valid(SLICE_NONE));
  assert_false(token_is_valid(SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
  assert_false(token_is_valid(SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
  assert_false(token_is_valid(SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")));
  assert_false(token_is_valid(SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+")));
  assert_false(token_is_valid(SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\xd0\xb0")));
}

int main(void) {
  CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(digesting_takes_no_memory),
      cmocka_unit_test(a_key_longer_than_a_block_is_digested_first),
      cmocka_unit_test(without_a_key_and_data_hmac_is_that_of_nothing),
      cmocka_unit_test(sha_256_gives_the_standards_examples),
      cmocka_unit_test(hmac_gives_rfc_4231_s_second_example),
      cmocka_unit_test(digests_differ_in_any_byte),
      cmocka_unit_test(tokens_are_base64url_without_padding),
      cmocka_unit_test(random_tokens_are_valid_and_differ),
      cmocka_unit_test(other_forms_are_no_tokens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
