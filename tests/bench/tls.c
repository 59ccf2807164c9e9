#include "tls.h"

#include <openssl/err.h>
#include <string.h>

static int tls_bio_read(BIO *bio, char *out, int size) {
  struct line *line = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  if (line->sealed_size == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  size_t take = line->sealed_size < (size_t)size ? line->sealed_size : (size_t)size;
  memcpy(out, line->sealed, take);
  line->sealed += take;
  line->sealed_size -= take;
  return (int)take;
}

static int tls_bio_write(BIO *bio, const char *bytes, int size) {
  struct line *line = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  return size > 0 && line_transmit(line, bytes, (size_t)size) ? size : -1;
}

static long tls_bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio;
  (void)number;
  (void)pointer;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int tls_bio_create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

bool tls_begin(struct line_shared *shared) {
  shared->tls = SSL_CTX_new(TLS_client_method());
  shared->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "line");
  if (!shared->tls || !shared->method) return false;
  /* The server is this machine's own, with a certificate that it made itself. Tickets would cost memory and make a
   * return cheaper than a stranger's arrival. */
  SSL_CTX_set_verify(shared->tls, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_options(shared->tls, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(shared->tls, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(shared->tls, SSL_MODE_RELEASE_BUFFERS);
  return BIO_meth_set_create(shared->method, tls_bio_create) && BIO_meth_set_read(shared->method, tls_bio_read) &&
         BIO_meth_set_write(shared->method, tls_bio_write) && BIO_meth_set_ctrl(shared->method, tls_bio_control);
}

void tls_end(struct line_shared *shared) {
  SSL_CTX_free(shared->tls);
  BIO_meth_free(shared->method);
  shared->tls = NULL;
  shared->method = NULL;
}

bool tls_attach(struct line *line) {
  BIO *bio = BIO_new(line->shared->method);
  line->ssl = SSL_new(line->shared->tls);
  if (!bio || !line->ssl) {
    BIO_free(bio);
    SSL_free(line->ssl);
    line->ssl = NULL;
    return false;
  }
  BIO_set_data(bio, line);
  SSL_set_bio(line->ssl, bio, bio);
  SSL_set_connect_state(line->ssl);
  return true;
}

int tls_handshake(struct line *line) {
  ERR_clear_error();
  int result = SSL_do_handshake(line->ssl);
  if (result == 1) return 1;
  return SSL_get_error(line->ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

long tls_read(struct line *line, char *out, size_t size) {
  size_t got = 0;
  while (got < size) {
    ERR_clear_error();
    size_t step = 0;
    int result = SSL_read_ex(line->ssl, out + got, size - got, &step);
    if (result != 1) return SSL_get_error(line->ssl, result) == SSL_ERROR_WANT_READ ? (long)got : -1;
    got += step;
  }
  return (long)got;
}

bool tls_write(struct line *line, const char *bytes, size_t size) {
  ERR_clear_error();
  size_t written = 0;
  return SSL_write_ex(line->ssl, bytes, size, &written) == 1 && written == size;
}
