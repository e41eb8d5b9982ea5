/*
 * Labels as the Numenta Anomaly Benchmark has them in combined_windows.json:
 *
 *   {"realTraffic/speed.csv": [["2015-09-08 10:00:00", "2015-09-08 16:00:00"]]}
 *
 * for each file a list of first and last times; a number is epoch seconds.
 */
#ifndef ANOMALY_HISTORY_LABELS_WINDOWS_H
#define ANOMALY_HISTORY_LABELS_WINDOWS_H

#include "history/labels.h"

/* Adds what the file has. Errors as labels_read, STATUS_INVALID without jansson. */
int labels_read_windows(struct labels *labels, FILE *file, struct text *why);

#endif
