/*
 * Is a metric stuck? Compares how long it has stayed at exactly one value with
 * the longest time it ever did.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_FLAT_RUN_H
#define ANOMALY_STATS_FLAT_RUN_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define FLAT_RUN_MOST 20.0F

/* Zeroed = nothing seen. Any values are valid. */
struct flat_run {
  uint32_t length;  /* records without a change, up to now */
  uint32_t longest; /* of the runs that have ended */
  uint32_t changes; /* records that differed from the one before */
};

extern const struct state_row flat_run_rows[];

/*
 * Takes one record, which equals the one before or not, `interval` seconds
 * apart. Returns 0 .. FLAT_RUN_MOST: four for each doubling of the run beyond
 * four times the longest one. Runs under 16 records or 10 minutes, and metrics
 * that hardly ever change, are never stuck.
 */
float flat_run_judge(struct flat_run *run, bool same, float interval);

#endif
