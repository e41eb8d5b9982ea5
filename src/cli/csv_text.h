/*
 * Fields of a CSV file on their way out.
 */
#ifndef ANOMALY_CLI_CSV_TEXT_H
#define ANOMALY_CLI_CSV_TEXT_H

#include <stdio.h>

/* Writes a field as it is, or quoted where it must be. */
void csv_write_field(FILE *stream, const char *field);

/* Writes a time as ISO 8601 in UTC, or to so many digits a number; nothing for NaN. */
void csv_write_time(FILE *stream, double time);
void csv_write_number(FILE *stream, double number, unsigned digits);

/* The same with a comma behind: for all fields of a row but the last. */
void csv_add_field(FILE *stream, const char *field);
void csv_add_time(FILE *stream, double time);
void csv_add_number(FILE *stream, double number, unsigned digits);

#endif
