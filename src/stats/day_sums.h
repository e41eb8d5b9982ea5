/*
 * What a sum comes to at this time of day: the largest of each ten minutes of
 * the last two days. What came on one day only is not usual.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_DAY_SUMS_H
#define ANOMALY_STATS_DAY_SUMS_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

#define DAY_SUMS_SLOTS 144

/* Zeroed = no sum came. */
struct day_sums {
  float last[DAY_SUMS_SLOTS], before[DAY_SUMS_SLOTS];
  float current, pending; /* largest of this slot and of the one before it */
  uint8_t slot;           /* 1 + number of the slot; 0 = none yet */
};

extern const struct state_row day_sums_rows[];

/* Takes a sum at `time`, and says what came at this time of day on both days. */
float day_sums_take(struct day_sums *sums, double time, float sum);

/* Whether restored fields can be gone on from; sums are 0 .. `most`. */
bool day_sums_valid(const struct day_sums *sums, float most);

#endif
