/*
 * What can be told of a detector beside its rows.
 */
#ifndef ANOMALY_CLI_DETECTOR_INFO_H
#define ANOMALY_CLI_DETECTOR_INFO_H

#include "anomaly/detector.h"

#include <stddef.h>

/* Bytes of state for each metric with every option at its preset; 0 if out of memory. */
size_t detector_preset_bytes(const struct detector *detector);

/* "count", "duration" ...: what an option's value is. */
const char *option_kind_name(enum option_kind kind);

#endif
