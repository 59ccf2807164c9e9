#include <openssl/err.h>
#include <stdio.h>

#include "internal.h"

static const char *tls_reason(char text[160]) {
  unsigned long code = ERR_peek_last_error();
  const char *reason = code ? ERR_reason_error_string(code) : NULL;
  snprintf(text, 160, "%s", reason ? reason : "unreadable");
  ERR_clear_error();
  return text;
}

/* Puts certificate, chain and key into `context`, which has none. */
static bool tls_load(SSL_CTX *context, const char *certificate, const char *key, char *error, size_t size) {
  char reason[160];
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
    snprintf(error, size, "cannot use the certificate %s: %s", certificate, tls_reason(reason));
  else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
    snprintf(error, size, "cannot use the key %s: %s", key, tls_reason(reason));
  else if (SSL_CTX_check_private_key(context) != 1)
    snprintf(error, size, "the key %s does not belong to the certificate %s", key, certificate);
  else
    return true;
  ERR_clear_error();
  return false;
}

/* A context of its own, so that a certificate that cannot be used touches nothing. */
static SSL_CTX *tls_load_apart(const char *certificate, const char *key, char *error, size_t size) {
  if (!certificate || !key) {
    snprintf(error, size, "TLS needs a certificate and a key");
    return NULL;
  }
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (!context) snprintf(error, size, "no memory for TLS");
  if (!context || tls_load(context, certificate, key, error, size)) return context;
  SSL_CTX_free(context);
  return NULL;
}

/* Browsers let nobody past a warning where strict transport was promised: so it is promised only with a certificate that
 * somebody else signed. */
static void tls_take(struct net *net, SSL_CTX *pair) {
  SSL_CTX_free(net->pair);
  net->pair = pair;
  net->strict_transport = pair && X509_self_signed(SSL_CTX_get0_certificate(pair), 0) == 0;
}

bool tls_open(struct net *net, char *error, size_t size) {
  tls_take(net, tls_load_apart(net->certificate, net->key, error, size));
  return net->pair != NULL;
}

void tls_close(struct net *net) {
  tls_take(net, NULL);
}

/* For each handshake. The vhost's context has no certificate of its own: of a context nothing can be taken away, and one
 * of another key type would stand beside the old one. */
static int tls_give_certificate(SSL *ssl, void *self) {
  const struct net *net = self;
  STACK_OF(X509) *chain = NULL;
  SSL_CTX_get0_chain_certs(net->pair, &chain);
  SSL_certs_clear(ssl);
  return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(net->pair), SSL_CTX_get0_privatekey(net->pair), chain, 1);
}

/* No sessions are kept here; a ticket of 200 bytes that the client keeps makes its return cheaper. One is enough. */
int tls_prepare(struct net *net, SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_cert_cb(context, tls_give_certificate, net);
  net->tls_ready = true;
  return 0;
}

/* Connections that are open keep what they have. */
void tls_reload(struct net *net) {
  char error[512];
  if (!net->pair) return;
  SSL_CTX *fresh = tls_load_apart(net->certificate, net->key, error, sizeof error);
  if (!fresh) {
    log_line(LOG_ERROR, "certificate not renewed", LOG_TEXT("error", error));
    return;
  }
  tls_take(net, fresh);
  log_line(LOG_INFO, "certificate renewed", LOG_TEXT("file", net->certificate));
}
