/*
 * What the command line says to people: errors on stderr, bold on a terminal.
 */
#ifndef ANOMALY_CLI_SAY_H
#define ANOMALY_CLI_SAY_H

#include "cli/verb.h"

/* "anomalyctl VERB: message" as a line on stderr; verb may be NULL. */
void say_error(const struct verb *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What starts and ends bold text on stdout; "" where that is no terminal. */
struct emphasis {
  const char *on, *off;
};
struct emphasis emphasis_of_stdout(void);

/*
 * Writes out what stdout still holds. Returns EXIT_SUCCESS, or EXIT_FAILURE
 * where anything could not be written; says why unless a reader has gone away.
 */
int finish_stdout(void);

#endif
