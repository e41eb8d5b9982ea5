/*
 * The range of a young metric: what is far outside of all it has been, for
 * some records in a row, is odd even before anything else is known of it.
 *
 * That is told once in a metric's life, so that a metric that is made of such
 * leaps costs one false alarm.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_FIRST_RANGE_H
#define ANOMALY_STATS_FIRST_RANGE_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define FIRST_RANGE_MOST 4.0F

/* Zeroed = nothing seen but 0, from which on values are counted. */
struct first_range {
  float low, high; /* of all but the running excursion */
  uint8_t outside; /* records of it so far */
  uint8_t told;
};

extern const struct state_row first_range_rows[];

/*
 * Takes a value. Where it is more than 1.5 lengths of the range outside, from
 * the fifth such record in a row on, returns how many times as far, 1 ..
 * FIRST_RANGE_MOST; else 0. After 20 such records they belong to the range. While
 * it is not `known` well enough to judge, everything does.
 */
float first_range_judge(struct first_range *range, float value, bool known);

/* Whether restored fields can be gone on from; values must lie within +-limit. */
bool first_range_valid(const struct first_range *range, float limit);

#endif
