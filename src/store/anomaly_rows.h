/*
 * The table anomalies.
 */
#ifndef ANOMALY_STORE_ANOMALY_ROWS_H
#define ANOMALY_STORE_ANOMALY_ROWS_H

#include "store/anomaly_log.h"
#include "store/database.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows that stay at most, whatever their age. */
#define ANOMALY_ROWS_MAX 200000

/*
 * Writes the oldest verdicts of the log, some hundred at most, and removes them
 * from it; *ret_rows = 0 when none waits. Where that failed they stay: false, and the
 * reason is in *health.
 */
bool anomaly_rows_put(struct database *database, struct health *health, struct anomaly_log *log,
                      size_t *ret_rows);

/* Removes those of before `before`. */
bool anomaly_rows_forget(struct database *database, struct health *health, double before);

#endif
