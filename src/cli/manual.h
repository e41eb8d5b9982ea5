/*
 * The options as a part of the manual anomaly.cfg(5).
 */
#ifndef ANOMALY_CLI_MANUAL_H
#define ANOMALY_CLI_MANUAL_H

#include <stdio.h>

/* Prints the sections on options, in the man macros, from the option rows. */
void manual_print_options(FILE *stream);

#endif
