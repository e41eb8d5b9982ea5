/*
 * Raw values to rates, as collectd's value cache does it, but from the
 * metric's own sequence of values.
 */
#ifndef ANOMALY_ENGINE_RATE_H
#define ANOMALY_ENGINE_RATE_H

#include "anomaly/metric.h"

#include <stdbool.h>

/* The previous value; all zero before the first. */
struct rate {
  double time;
  union raw_value raw;
  bool known;
};

/*
 * The sample's rate (a gauge's value), and remembers the sample as the
 * previous one. Counters and derives need two values, absolutes one and an
 * interval. NaN where there is no rate, or where it is outside of min..max;
 * an infinite gauge is given as it is. sample->time is newer than rate->time.
 */
double rate_update(struct rate *rate, const struct sample *sample);

#endif
