/* TLS to Redis, where hiredis has it (from 1.0 on). hiredis' own contexts do not look at whom a certificate is for. */
#include "redis.h"

#ifdef __has_include
#if __has_include(<hiredis/hiredis_ssl.h>)
#define REDIS_HAS_TLS
#endif
#endif

#ifdef REDIS_HAS_TLS
#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

struct redis_tls {
  SSL_CTX *context;
  char host[256];
};

bool redis_tls_available(void) {
  return true;
}

struct redis_tls *redis_tls_create(const char *host) {
  struct redis_tls *tls = calloc(1, sizeof *tls);
  if (!tls) return NULL;
  snprintf(tls->host, sizeof tls->host, "%s", host);
  tls->context = SSL_CTX_new(TLS_client_method());
  if (tls->context && SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) &&
      SSL_CTX_set_default_verify_paths(tls->context)) {
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    return tls;
  }
  redis_tls_destroy(tls);
  return NULL;
}

void redis_tls_destroy(struct redis_tls *tls) {
  if (!tls) return;
  SSL_CTX_free(tls->context);
  free(tls);
}

static bool tls_expects(SSL *ssl, const char *host) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1)
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
  return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

SSL *redis_tls_begin(struct redis_tls *tls, redisContext *context, const char **problem) {
  redis_tls_forget_errors();
  SSL *ssl = SSL_new(tls->context);
  if (ssl && tls_expects(ssl, tls->host) && redisInitiateSSL(context, ssl) == REDIS_OK) return ssl;
  *problem = ssl ? redis_tls_problem(ssl) : "no memory";
  SSL_free(ssl);
  return NULL;
}

bool redis_tls_wants_write(const SSL *ssl) {
  return SSL_want_write(ssl);
}

const char *redis_tls_problem(const SSL *ssl) {
  long verified = SSL_get_verify_result(ssl);
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  redis_tls_forget_errors();
  return verified == X509_V_OK ? reason : X509_verify_cert_error_string(verified);
}

void redis_tls_forget_errors(void) {
  ERR_clear_error();
}

#else

bool redis_tls_available(void) {
  return false;
}

struct redis_tls *redis_tls_create(const char *host) {
  (void)host;
  return NULL;
}

void redis_tls_destroy(struct redis_tls *tls) {
  (void)tls;
}

struct ssl_st *redis_tls_begin(struct redis_tls *tls, redisContext *context, const char **problem) {
  (void)tls, (void)context;
  *problem = NULL;
  return NULL;
}

bool redis_tls_wants_write(const struct ssl_st *ssl) {
  (void)ssl;
  return false;
}

const char *redis_tls_problem(const struct ssl_st *ssl) {
  (void)ssl;
  return NULL;
}

void redis_tls_forget_errors(void) {}
#endif
