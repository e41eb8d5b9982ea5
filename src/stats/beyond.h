/*
 * Values that stay beyond what may be learned, all on one side: after a while
 * they are the new level.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_BEYOND_H
#define ANOMALY_STATS_BEYOND_H

#include "anomaly/detector.h"

#include <stdint.h>

/* All zero is none. */
struct beyond {
  double sum;       /* of the residuals */
  uint32_t since;   /* elapsed when the run began */
  uint32_t records; /* in the run; saturates */
  uint8_t above;    /* of the forecast; else below */
};

extern const struct state_row beyond_rows[];

/*
 * Takes a residual of which at most `most` may be learned, `elapsed` seconds
 * after the metric's first record. Where residuals have stayed beyond that for
 * `seconds` and a dozen records, returns their mean, and a new run begins; else
 * 0.
 */
double beyond_shift(struct beyond *beyond, float residual, float most, uint32_t elapsed,
                    uint32_t seconds);

#endif
