/*
 * Count, mean and standard deviation of all values so far.
 *
 * Welford, 1962, "Note on a method for calculating corrected sums of squares
 * and products": no cancellation, however many values and however far their
 * mean from zero.
 */
#ifndef ANOMALY_STATS_MOMENTS_H
#define ANOMALY_STATS_MOMENTS_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The range these statistics work in: sums of 1e18 squares of it neither
 * overflow nor underflow. Magnitudes beyond are taken for the largest, those
 * below for zero.
 */
#define MOMENTS_LARGEST 1e140
#define MOMENTS_SMALLEST 1e-140

/* Any finite value, brought into that range. */
double moments_clamp(double value);

/* All zero is empty. */
struct moments {
  uint64_t count;
  double mean;
  double squares; /* sum of squared deviations from the mean */
};

extern const struct state_row moments_rows[];

/* Learns a clamped value. */
void moments_add(struct moments *moments, double value);

/* Sample standard deviation (divisor count - 1); 0 for fewer than two values. */
double moments_deviation(const struct moments *moments);

/* Whether restored fields can be the moments of clamped values; false for NaN. */
bool moments_valid(const struct moments *moments);

#endif
