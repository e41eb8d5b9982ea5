/*
 * Extreme value theory: how likely is an excess over a threshold of this size?
 * By Pickands, Balkema and de Haan excesses over a high threshold follow a
 * generalized Pareto distribution, whatever the values do below it.
 *
 * Source: J. Zhang and M. A. Stephens, 2009, A new and efficient estimation
 * method for the generalized Pareto distribution; with the shape shrunk to what
 * the caller expects, because what is estimated from some hundred excesses has to
 * reach far beyond them.
 */
#ifndef ANOMALY_STATS_EXCESS_TAIL_H
#define ANOMALY_STATS_EXCESS_TAIL_H

#include "anomaly/detector.h"

#include <stdbool.h>
#include <stddef.h>

/* Survival (1 + shape * excess / scale) ^ (-1 / shape). */
struct excess_tail {
  double shape;
  double scale; /* > 0 */
};

extern const struct state_row excess_tail_rows[];

/*
 * Fits a tail to `count` excesses > 0 in ascending order. Takes time in
 * proportion to count to the power of 1.5. `expected` is the shape that such tails
 * have: 0 as an exponential one, > 0 heavier, < 0 with an end; it weighs as 20
 * excesses do.
 */
#define EXCESS_TAIL_LEAST 10 /* excesses that make a tail */
struct excess_tail excess_tail_fit(const double *excess, size_t count, double expected);

/*
 * Decades of an excess >= 0: -log10 of the probability that another one is
 * larger; at most EXCESS_TAIL_MOST, also past the end of a tail that has one.
 */
double excess_tail_decades(const struct excess_tail *tail, double excess);
#define EXCESS_TAIL_MOST 300.0

/* The excess that is exceeded with a probability of so many decades, >= 0. */
double excess_tail_quantile(const struct excess_tail *tail, double decades);

/* Whether restored fields make a tail. */
bool excess_tail_valid(const struct excess_tail *tail);

#endif
