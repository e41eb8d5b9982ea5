/*
 * What all values of a metric come to: mean, standard deviation, extremes and
 * two high percentiles, for people and for reports. Nothing is judged by it.
 */
#ifndef ANOMALY_STATS_SUMMARY_H
#define ANOMALY_STATS_SUMMARY_H

#include "stats/moments.h"

#include <stdbool.h>

enum summary_marker {
  SUMMARY_MINIMUM,
  SUMMARY_95 = 2,
  SUMMARY_99 = 4,
  SUMMARY_MAXIMUM = 6,
  SUMMARY_MARKERS,
};

/*
 * All zero is empty. Only one value in eight goes into the markers of the
 * percentiles, as they are dear: which one follows the golden ratio, which keeps
 * step with no period. The extremes are those of all values.
 */
struct summary {
  struct moments moments;
  double height[SUMMARY_MARKERS], position[SUMMARY_MARKERS]; /* see markers.h */
};

extern const struct state_row summary_rows[];

/* Learns a finite value; beyond MOMENTS_LARGEST it counts as that. */
void summary_add(struct summary *summary, double value);

/* Extremes are exact, percentiles estimated; 0 while empty. */
double summary_get(const struct summary *summary, enum summary_marker which);

/* Whether restored fields can be gone on from. */
bool summary_valid(const struct summary *summary);

#endif
