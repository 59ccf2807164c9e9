/* Certificates: made, checked, renewed under open connections; and which TLS is spoken. */
#include "client.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void serial_of(const struct client *client, char text[100]) {
  X509 *certificate = SSL_get_peer_certificate(client->ssl);
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
  char *hex = BN_bn2hex(number);
  snprintf(text, 100, "%s", hex);
  OPENSSL_free(hex);
  BN_free(number);
  X509_free(certificate);
}

static void a_renewed_certificate_reaches_new_connections(void **state) {
  static struct fixture fixture;
  char error[512], before[100], after[100];
  (void)state;
  fixture_start(&fixture, true);
  struct client old = client_open(&fixture);
  serial_of(&old, before);
  FILE *file = fopen(fixture.certificate, "w"); /* a broken one changes nothing */
  fputs("nonsense", file);
  fclose(file);
  log_set_level(LOG_ERROR + 1);
  kill(getpid(), SIGHUP);
  usleep(200000);
  log_set_level(LOG_ERROR);
  struct client client = client_open(&fixture);
  serial_of(&client, after);
  assert_string_equal(after, before);
  client_close(&client);
  unlink(fixture.certificate);
  unlink(fixture.key);
  assert_true(net_make_certificate(fixture.certificate, fixture.key, NULL, error, sizeof error));
  kill(getpid(), SIGHUP);
  usleep(200000);
  client = client_open(&fixture);
  serial_of(&client, after);
  assert_string_not_equal(after, before);
  client_text(&old, russian);
  client_expect(&old, russian);
  client_close(&client);
  client_close(&old);
  fixture_stop(&fixture);
}

/* Writes a pair with a key of `type`, signed by itself in somebody else's name. */
static void put_pair(const struct fixture *fixture, const char *type) {
  bool rsa = strcmp(type, "RSA") == 0;
  EVP_PKEY *key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  X509_NAME *issuer = X509_NAME_new();
  assert_true(key && certificate && issuer);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)type, -1,
                             -1, 0);
  X509_NAME_add_entry_by_txt(issuer, "CN", MBSTRING_ASC, (const unsigned char *)"An authority", -1, -1, 0);
  X509_set_issuer_name(certificate, issuer);
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
  FILE *file = fopen(fixture->certificate, "w");
  assert_int_equal(PEM_write_X509(file, certificate), 1);
  fclose(file);
  file = fopen(fixture->key, "w");
  assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
  fclose(file);
  X509_NAME_free(issuer);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/* The key of whom a new connection of this version meets. */
static int key_type_of(const struct fixture *fixture, int version) {
  struct client client = client_connect_from(fixture->port, false, 0, NULL);
  client.context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(client.context, version);
  client.ssl = SSL_new(client.context);
  SSL_set_fd(client.ssl, client.descriptor);
  assert_int_equal(SSL_connect(client.ssl), 1);
  X509 *certificate = SSL_get_peer_certificate(client.ssl);
  int type = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate));
  X509_free(certificate);
  client_close(&client);
  return type;
}

static void a_renewed_certificate_may_have_another_type_of_key(void **state) {
  static const char *const types[] = {"RSA", "EC", "RSA"};
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  struct client first = client_open(&fixture), second = {0};
  assert_int_equal(key_type_of(&fixture, TLS1_3_VERSION), EVP_PKEY_EC);
  for (size_t i = 0; i < 3; i++) {
    put_pair(&fixture, types[i]);
    kill(getpid(), SIGHUP);
    usleep(200000);
    int wanted = types[i][0] == 'R' ? EVP_PKEY_RSA : EVP_PKEY_EC;
    assert_int_equal(key_type_of(&fixture, TLS1_3_VERSION), wanted);
    assert_int_equal(key_type_of(&fixture, TLS1_2_VERSION), wanted);
    if (i == 0) second = client_open(&fixture);
    client_text(&first, russian);
    client_expect(&first, russian);
    client_text(&second, chinese);
    client_expect(&second, chinese);
  }
  client_close(&first);
  client_close(&second);
  fixture_stop(&fixture);
}

static bool promises_strict_transport(const struct fixture *fixture, const char *request) {
  struct response response;
  fixture_request(fixture, &response, request);
  assert_true(response.status != 0);
  return strcmp(response_header(&response, "Strict-Transport-Security"), "max-age=31536000") == 0;
}

static void strict_transport_goes_with_a_certificate_that_another_signed(void **state) {
  static const char *const requests[] = {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET /no HTTP/1.1\r\nHost: h\r\n\r\n",
                                         "GET /api/address HTTP/1.1\r\nHost: h\r\n\r\n"};
  static struct fixture fixture;
  (void)state;
  for (int renewed = 0; renewed < 2; renewed++) {
    fixture_start(&fixture, true);
    if (renewed) {
      put_pair(&fixture, "EC");
      kill(getpid(), SIGHUP);
      usleep(200000);
    }
    for (size_t i = 0; i < 3; i++) assert_int_equal(promises_strict_transport(&fixture, requests[i]), renewed);
    fixture_stop(&fixture);
  }
  fixture_start(&fixture, false);
  assert_false(promises_strict_transport(&fixture, requests[0]));
  fixture_stop(&fixture);
}

static void old_versions_of_tls_are_refused(void **state) {
  static const int versions[] = {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  for (size_t i = 0; i < 3; i++) {
    struct client client = client_connect_from(fixture.port, false, 0, NULL);
    client.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(client.context, 0);
    SSL_CTX_set_min_proto_version(client.context, versions[i]);
    SSL_CTX_set_max_proto_version(client.context, versions[i]);
    client.ssl = SSL_new(client.context);
    static const unsigned char offered[] = "\2h2\x8http/1.1";
    SSL_set_alpn_protos(client.ssl, offered, sizeof offered - 1);
    SSL_set_fd(client.ssl, client.descriptor);
    assert_int_equal(SSL_connect(client.ssl) == 1, i > 0);
    if (i > 0) {
      const unsigned char *chosen;
      unsigned size;
      SSL_get0_alpn_selected(client.ssl, &chosen, &size);
      assert_int_equal(size, 8);
      assert_memory_equal(chosen, "http/1.1", 8);
      assert_true(client_upgrade(&client));
    }
    client_close(&client);
  }
  fixture_stop(&fixture);
}

static void a_returning_client_resumes_its_session(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture_start(&fixture, true);
  struct client client = client_open(&fixture);
  client_text(&client, "hello");
  client_expect(&client, "hello");
  SSL_SESSION *session = SSL_get1_session(client.ssl);
  SSL_shutdown(client.ssl); /* OpenSSL takes back a session whose line was just dropped */
  client_close(&client);
  client = client_connect_from(fixture.port, false, 0, NULL);
  client.context = SSL_CTX_new(TLS_client_method());
  client.ssl = SSL_new(client.context);
  SSL_set_session(client.ssl, session);
  SSL_set_fd(client.ssl, client.descriptor);
  assert_int_equal(SSL_connect(client.ssl), 1);
  assert_true(SSL_session_reused(client.ssl));
  assert_true(client_upgrade(&client));
  SSL_SESSION_free(session);
  client_close(&client);
  fixture_stop(&fixture);
}

static void unusable_certificates_are_named_at_the_start(void **state) {
  static struct fixture fixture;
  char error[512], other[160];
  (void)state;
  fixture_start(&fixture, true);
  struct net_setup setup = fixture.setup;
  setup.certificate = "/nonexistent.pem";
  assert_null(net_create(&setup, error, sizeof error));
  assert_non_null(strstr(error, "/nonexistent.pem"));
  snprintf(other, sizeof other, "%s/other.pem", fixture.folder);
  char other_key[160];
  snprintf(other_key, sizeof other_key, "%s/other.key", fixture.folder);
  assert_true(net_make_certificate(other, other_key, "other.test", error, sizeof error));
  setup.certificate = other;
  assert_null(net_create(&setup, error, sizeof error));
  assert_non_null(strstr(error, fixture.key));
  unlink(other);
  unlink(other_key);
  fixture_stop(&fixture);
}

static void a_made_certificate_names_its_hosts_and_its_key_is_secret(void **state) {
  static struct fixture fixture;
  struct stat file;
  char error[512];
  (void)state;
  fixture_prepare(&fixture, true);
  assert_int_equal(stat(fixture.key, &file), 0);
  assert_int_equal(file.st_mode & 0777, 0600);
  FILE *input = fopen(fixture.certificate, "r");
  X509 *certificate = PEM_read_X509(input, NULL, NULL, NULL);
  fclose(input);
  assert_non_null(certificate);
  assert_int_equal(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
  assert_int_equal(X509_check_host(certificate, "club.test", 0, 0, NULL), 1);
  assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
  assert_int_equal(X509_check_ip_asc(certificate, "::1", 0), 1);
  assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), 256);
  X509_free(certificate);
  int64_t made = file.st_mtim.tv_nsec;
  assert_true(net_make_certificate(fixture.certificate, fixture.key, "club.test", error, sizeof error));
  assert_int_equal(stat(fixture.key, &file), 0);
  assert_int_equal(file.st_mtim.tv_nsec, made); /* both were there */
  unlink(fixture.key);
  assert_false(net_make_certificate(fixture.certificate, fixture.key, "club.test", error, sizeof error));
  unlink(fixture.certificate);
  assert_false(net_make_certificate("/nonexistent/c.pem", "/nonexistent/k.pem", NULL, error, sizeof error));
  fixture.setup.tls = false; /* so that the fixture can be ended */
  fixture_run(&fixture);
  fixture_stop(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(a_renewed_certificate_reaches_new_connections),
      fixture_unit_test(a_renewed_certificate_may_have_another_type_of_key),
      fixture_unit_test(strict_transport_goes_with_a_certificate_that_another_signed),
      fixture_unit_test(old_versions_of_tls_are_refused),
      fixture_unit_test(a_returning_client_resumes_its_session),
      fixture_unit_test(unusable_certificates_are_named_at_the_start),
      fixture_unit_test(a_made_certificate_names_its_hosts_and_its_key_is_secret),
  };
  return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
