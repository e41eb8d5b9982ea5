/*
 * A level with a slope that follows a series once its season is taken off, and how
 * far it usually is from the next number.
 *
 * Holt, 1957, "Forecasting seasonals and trends by exponentially weighted moving
 * averages", with the gain, of five, whose forecasts of one number were best. In
 * the same units as the series; NaN and infinities are not for it.
 */
#ifndef ANOMALY_STATS_HOLT_H
#define ANOMALY_STATS_HOLT_H

#include <stddef.h>

#define HOLT_GAINS 5
extern const double holt_gains[HOLT_GAINS];

struct holt {
  double level, slope, scale;
  double gain;     /* of the level, 0 excluded .. 1 */
  double smallest; /* that the scale may be; > 0 */
};

/* A series taken apart by decompose.h: `count` finite numbers each, at least 2. */
struct holt_parts {
  const double *series, *trend, *season;
  size_t count;
};

/*
 * What is to follow the series from its begin, with the gain and the scale that
 * suit it. `memory` has room for `count` numbers.
 */
struct holt holt_begin(const struct holt_parts *parts, double *memory);

/* The same with this gain. */
struct holt holt_begin_with(const struct holt_parts *parts, double gain, double *memory);

/* How far the next number is from where level, slope and `season` have it. */
double holt_error(const struct holt *holt, double season, double value);

/* Goes on by a number; returns what its error teaches: at most three scales. */
double holt_learn(struct holt *holt, double error);

#endif
