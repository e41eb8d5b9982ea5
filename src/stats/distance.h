/*
 * Euclidean distance, squared. It may overflow to infinity where numbers are larger
 * than 1e150; NaN where one is NaN.
 */
#ifndef ANOMALY_STATS_DISTANCE_H
#define ANOMALY_STATS_DISTANCE_H

#include <stddef.h>

static inline double squared_distance(const double *a, const double *b, size_t columns) {
  double sum = 0;
  for (size_t i = 0; i < columns; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

#endif
