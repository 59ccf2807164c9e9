#ifndef STORE_POSTGRES_HOSTS_H
#define STORE_POSTGRES_HOSTS_H
/* A connection string, taken apart by host: one that does not answer must not use up the time of the others. */
#include <stdbool.h>
#include <stddef.h>

#define HOSTS_LIMIT 16
#define HOSTS_WORDS 64 /* keywords of a connection */

struct hosts;

/* Everything that libpq takes as a URI. NULL: one clear line in `error`, without anything secret. */
struct hosts *hosts_read(const char *address, char *error, size_t error_size);
/* Takes NULL. */
void hosts_destroy(struct hosts *hosts);
size_t hosts_count(const struct hosts *hosts);
/* Keywords and values for PQconnectStartParams, ended by NULL, which live as long as `hosts`. */
void hosts_words(const struct hosts *hosts, size_t host, const char *keywords[HOSTS_WORDS],
                 const char *values[HOSTS_WORDS]);
/* "db.example.org/club": for log lines and errors. */
const char *hosts_name(const struct hosts *hosts);
/* The host that was reached last is tried first. */
size_t hosts_first(const struct hosts *hosts);
void hosts_reached(struct hosts *hosts, size_t host);
#endif
