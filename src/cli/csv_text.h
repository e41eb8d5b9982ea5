/*
 * Fields of a CSV file on their way out.
 */
#ifndef ANOMALY_CLI_CSV_TEXT_H
#define ANOMALY_CLI_CSV_TEXT_H

#include <stdio.h>

/* Writes a field as it is, or quoted where it must be. */
void csv_write_field(FILE *stream, const char *field);

#endif
