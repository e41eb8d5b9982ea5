/*
 * Mean and standard deviation of the last values: a ring of values that the
 * caller owns, and running sums over it.
 *
 * The sums slide in constant time, kept as distances from an origin near the
 * values (Chan, Golub and LeVeque, 1983, "Algorithms for computing the sample
 * variance"), and are computed afresh, in two passes, once per turn of the
 * ring and whenever the spread has collapsed: what a huge value leaves behind
 * when it leaves the window is never more than 1e-9 of the spread. All of this
 * depends on the values alone, so a restored window goes on bit for bit.
 */
#ifndef ANOMALY_STATS_MOVING_H
#define ANOMALY_STATS_MOVING_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stdint.h>

/* All zero is empty. */
struct moving {
  double origin;
  double shift;   /* the mean's distance from origin */
  double squares; /* sum of squared deviations from the mean */
  double peak;    /* largest squares since they were computed afresh */
  uint32_t count; /* values in the ring */
  uint32_t next;  /* place of the next value, which is the oldest's of a full ring */
};

extern const struct state_row moving_rows[];

/* Learns a value clamped by moments_clamp; `ring` has `size` >= 2 places. */
void moving_add(struct moving *moving, double *ring, uint32_t size, double value);

/* 0 where there is no value. */
double moving_mean(const struct moving *moving);

/* Sample standard deviation (divisor count - 1); 0 for fewer than two values. */
double moving_deviation(const struct moving *moving);

/* Whether restored fields make a window that moving_add can go on from. */
bool moving_valid(const struct moving *moving, const double *ring, uint32_t size);

#endif
