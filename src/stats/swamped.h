/*
 * Values swamped by a spread that was learned from wild ones: it would take
 * weeks to come down to them, so their owner had better learn anew.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_SWAMPED_H
#define ANOMALY_STATS_SWAMPED_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero is nothing seen. */
struct swamped {
  double last; /* value */
  uint8_t run; /* steps in a row that vanish beside the spread */
};

extern const struct state_row swamped_rows[];

/*
 * Takes the next value and the spread of values as known now, >= 0; returns
 * whether the last 64 steps were so small that a float would not tell them
 * beside that spread. A value that stays is no step.
 */
bool swamped_by(struct swamped *swamped, double value, double spread);

/* Whether restored fields can be gone on from. */
bool swamped_valid(const struct swamped *swamped);

#endif
