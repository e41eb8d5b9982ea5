/*
 * Estimated percentiles, minimum and maximum of all values so far, in a fixed
 * few bytes.
 *
 * The markers of markers.h. Minimum and maximum are exact. Up to
 * QUANTILE_MARKERS values the percentiles are those of the values themselves.
 */
#ifndef ANOMALY_STATS_QUANTILE_H
#define ANOMALY_STATS_QUANTILE_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

enum quantile {
  QUANTILE_MINIMUM,
  QUANTILE_1,
  QUANTILE_50,
  QUANTILE_95,
  QUANTILE_99,
  QUANTILE_MAXIMUM,
};

#define QUANTILE_MARKERS 11

/* All zero is empty. */
struct quantiles {
  uint64_t count;
  double height[QUANTILE_MARKERS], position[QUANTILE_MARKERS]; /* see markers.h */
};

extern const struct state_row quantile_rows[];

/* Learns a value of a magnitude up to MOMENTS_LARGEST. */
void quantile_add(struct quantiles *quantiles, double value);

/* Estimate of one of them; 0 while empty. */
double quantile_get(const struct quantiles *quantiles, enum quantile which);

/* Whether restored fields make markers that quantile_add can go on from. */
bool quantile_valid(const struct quantiles *quantiles);

#endif
