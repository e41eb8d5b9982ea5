/*
 * Values as float relative to the first one, so that what varies little far
 * from zero keeps its digits; and whether the first one was a good choice.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_ORIGIN_H
#define ANOMALY_STATS_ORIGIN_H

#include "anomaly/detector.h"
#include "stats/clamp.h"

#include <stdbool.h>
#include <stdint.h>

#define ORIGIN_REACH 1e18F /* squares of differences of such values are finite */

/* Zeroed = no value seen. */
struct origin {
  double first;     /* value */
  uint32_t misfits; /* values in a row that are out of reach, or vanish */
};

extern const struct state_row origin_rows[];

/* The value relative to the first one; within +-ORIGIN_REACH. */
static inline float origin_place(const struct origin *origin, double value) {
  const double reach = (double)ORIGIN_REACH;
  return (float)double_clamp(value - origin->first, -reach, reach);
}

/* Whether the value is no further than ORIGIN_REACH from the first one. */
bool origin_reaches(const struct origin *origin, double value);

/*
 * Whether, with this value, 64 in a row do not fit: it is time to learn the
 * metric anew. A value does not fit if it is out of reach; or lost in the
 * rounding of its distance to the first one, which matters as long as that may
 * have been a wild one, so in the first 4096 of the `records` before it; or lost
 * beside a `size` of what was learned that is out of all proportion, which would
 * take weeks to come back.
 */
bool origin_outlived(struct origin *origin, double value, uint32_t records, double size);

/* Whether restored fields can be gone on from. */
bool origin_valid(const struct origin *origin);

#endif
