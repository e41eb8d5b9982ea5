/*
 * --help, printed from the verbs' rows.
 */
#ifndef ANOMALY_CLI_HELP_H
#define ANOMALY_CLI_HELP_H

#include "cli/verb.h"

#include <stdio.h>

/* All verbs, one line each. */
void help_print(FILE *stream);

/* One verb: usage, options, and what else there is to say. */
void help_print_verb(FILE *stream, const struct verb *verb);

#endif
