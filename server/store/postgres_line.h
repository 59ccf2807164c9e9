#ifndef STORE_POSTGRES_LINE_H
#define STORE_POSTGRES_LINE_H
/* The line to the server: libpq without blocking, and a deadline over everything. An error closes the line and is kept
 * in `self->error`. */
#include <postgresql/libpq-fe.h>

#include "postgres.h"

/* Milliseconds of the machine's monotonic clock, whatever clock a test made up. */
int64_t line_now(void);

/* Opens a line to one host, until `deadline`. False: one clear line in `error`. */
bool line_open(struct postgres *self, size_t host, int64_t deadline, char *error, size_t error_size) CLUB_MUST_CHECK;
/* Closes it without a word to the server. What was prepared and sent is forgotten. */
void line_close(struct postgres *self);
/* The line is no good any more: POSTGRES_LOST. */
void line_lose(struct postgres *self);

/* One or more statements, before the line is a pipeline. The last one's result, or NULL: an error, see `self->error`. */
PGresult *line_simple(struct postgres *self, const char *sql) CLUB_MUST_CHECK;
/* From here on the line is a pipeline. */
bool line_begin_pipeline(struct postgres *self) CLUB_MUST_CHECK;

/* Hands to the network what was queued, as far as it takes it at once. */
void line_flush(struct postgres *self);
/* The next result; NULL: the end of a statement's results, or an error (the line is lost then). */
PGresult *line_next(struct postgres *self) CLUB_MUST_CHECK;
/* Keeps what the server said against a statement; what ends the session loses the line. */
void line_note(struct postgres *self, const PGresult *result);
/* The server's words, on one line. */
void line_words(const struct postgres *self, const PGresult *result, char *text, size_t size);
#endif
