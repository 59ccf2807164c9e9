/* The self-made certificate of a first start: ECDSA P-256, for ten years. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "internal.h"

#define CERTIFICATE_SECONDS 315360000L

static EVP_PKEY *certificate_read_key(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) return NULL;
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  fclose(file);
  return key;
}

static bool certificate_host_is_valid(const char *host) {
  size_t size = strlen(host);
  for (size_t i = 0; i < size; i++) {
    char c = host[i];
    bool valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-.:", c));
    if (!valid) return false;
  }
  return size > 0 && size <= 253;
}

static bool certificate_add(X509 *certificate, int kind, const char *value) {
  X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, NULL, kind, value);
  bool added = extension && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

static bool certificate_add_names(X509 *certificate, const char *host) {
  char names[512] = "DNS:localhost,IP:127.0.0.1,IP:::1";
  struct address address;
  if (host && certificate_host_is_valid(host) && strcmp(host, "localhost") != 0) {
    size_t used = strlen(names);
    const char *kind = address_read(slice_of(host), &address) ? "IP" : "DNS";
    snprintf(names + used, sizeof names - used, ",%s:%s", kind, host);
  }
  return certificate_add(certificate, NID_subject_alt_name, names) &&
         certificate_add(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         certificate_add(certificate, NID_ext_key_usage, "serverAuth");
}

static bool certificate_number(X509 *certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7f; /* positive */
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  bool numbered = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return numbered;
}

static X509 *certificate_sign(EVP_PKEY *key, const char *host) {
  X509 *certificate = X509_new();
  if (!certificate) return NULL;
  X509_NAME *name = X509_get_subject_name(certificate);
  bool made = X509_set_version(certificate, 2) == 1 && certificate_number(certificate) &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), CERTIFICATE_SECONDS) &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0) &&
              X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
              certificate_add_names(certificate, host) && X509_sign(certificate, key, EVP_sha256()) > 0;
  if (made) return certificate;
  X509_free(certificate);
  return NULL;
}

/* Whole or not at all: written beside the place, then moved there. */
static bool certificate_write(const char *path, mode_t mode, EVP_PKEY *key, X509 *certificate) {
  char beside[4096];
  if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) return false;
  unlink(beside);
  int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
  if (!file) {
    if (descriptor >= 0) close(descriptor);
    return false;
  }
  bool written =
      key ? PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 : PEM_write_X509(file, certificate) == 1;
  written = written && fflush(file) == 0 && fsync(descriptor) == 0;
  written = (fclose(file) == 0) && written;
  if (written && rename(beside, path) == 0) return true;
  unlink(beside);
  return false;
}

static bool certificate_make(const char *path, const char *key_path, const char *host) {
  bool key_is_there = access(key_path, F_OK) == 0;
  EVP_PKEY *key = key_is_there ? certificate_read_key(key_path) : EVP_EC_gen("P-256");
  X509 *certificate = key ? certificate_sign(key, host) : NULL;
  bool made = certificate && (key_is_there || certificate_write(key_path, 0600, key, NULL)) &&
              certificate_write(path, 0644, NULL, certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

/* Several instances that share a folder may start at once, and all must show the same pair. Given back by closing. */
static int certificate_lock(const char *path) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  size_t size = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
  if (size >= sizeof folder) return -1;
  snprintf(folder, sizeof folder, "%.*s", size ? (int)size : 1, size ? path : ".");
  int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) (void)flock(descriptor, LOCK_EX); /* where a file system has no locks, one must do without */
  return descriptor;
}

static bool certificate_ensure(const char *certificate, const char *key, const char *host, char *error, size_t size) {
  if (access(certificate, F_OK) == 0) {
    if (access(key, F_OK) == 0) return true;
    snprintf(error, size, "the certificate %s is there, but not its key %s", certificate, key);
    return false;
  }
  errno = 0;
  if (certificate_make(certificate, key, host)) return true;
  snprintf(error, size, "cannot make the certificate %s: %s", certificate, errno ? strerror(errno) : "OpenSSL failed");
  ERR_clear_error();
  return false;
}

bool net_make_certificate(const char *certificate, const char *key, const char *host, char *error, size_t size) {
  int lock = certificate_lock(certificate);
  bool made = certificate_ensure(certificate, key, host, error, size);
  if (lock >= 0) close(lock);
  return made;
}
