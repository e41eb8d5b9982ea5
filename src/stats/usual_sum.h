/*
 * What a sum usually reaches: its own quantile, from a histogram that ages.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_USUAL_SUM_H
#define ANOMALY_STATS_USUAL_SUM_H

#include "anomaly/detector.h"

#include <stdbool.h>

#define USUAL_SUM_BINS 320

/* Zeroed = nothing counted. */
struct usual_sum {
  float count[USUAL_SUM_BINS]; /* of sums of a quarter each; the last bin is open */
  float rows;
  float usual; /* 99.5 % of the sums are below, as of the last refresh */
};

extern const struct state_row usual_sum_rows[];

/* Counts a sum >= 0. After `horizon` rows all that was counted weighs half. */
void usual_sum_count(struct usual_sum *usual, float sum, float horizon);

/* Looks anew what is usual. */
void usual_sum_refresh(struct usual_sum *usual);

/* Whether restored fields can be gone on from. */
bool usual_sum_valid(const struct usual_sum *usual);

#endif
