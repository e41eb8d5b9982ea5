/*
 * A band of usual values: what is expected, and a limit on each side.
 */
#ifndef ANOMALY_STATS_BAND_H
#define ANOMALY_STATS_BAND_H

#include "anomaly/verdict.h"

struct band {
  double expected;
  double lower, upper; /* lower <= expected <= upper */
};

/* A band of the same width on both sides, `width` >= 0. */
struct band band_around(double expected, double width);

/* The value, or the limit that it lies beyond. */
double band_clip(const struct band *band, double value);

/*
 * What a ready detector says of a value by this band: the ratio is the
 * distance from what was expected over the limit's distance on that side, at
 * most BAND_RATIO_MAX (also where that distance is 0); spike above, dip below.
 * Surprise, onset, since and reason are left at nothing.
 */
struct finding band_judge(const struct band *band, double value);
#define BAND_RATIO_MAX 1e6

/*
 * Surprise in decades of a value so many standard deviations off, either way,
 * if values are Gaussian; 0 .. 300. `deviations` >= 0.
 */
double gaussian_surprise(double deviations);

#endif
