/*
 * The ids of rows, as people type them.
 */
#ifndef ANOMALY_CLI_ROW_ID_H
#define ANOMALY_CLI_ROW_ID_H

#include <stdbool.h>
#include <stdint.h>

/* False where the word is no whole number. */
bool row_id_read(const char *word, int64_t *ret_id);

#endif
