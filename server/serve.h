#ifndef SERVE_H
#define SERVE_H
#include "club/config.h"

/* Serves until it is told to end; the exit status. */
int serve(const struct config *config);
#endif
