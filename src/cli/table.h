/*
 * A table of the database on standard output.
 */
#ifndef ANOMALY_CLI_TABLE_H
#define ANOMALY_CLI_TABLE_H

#include "cli/verb.h"

#include <stdbool.h>

/*
 * Prints a table of a database as CSV with a header line, bytes as hexadecimal
 * digits, or as JSON, an object in each line; NULL: the names of all tables.
 * Returns the exit status, having said what is wrong.
 */
int table_print(const struct verb *verb, const char *path, const char *name, bool json);

#endif
