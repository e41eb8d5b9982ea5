/*
 * How far the newest values of a series are, in shape, from the nearest of their
 * kind in the past: the left matrix profile, as values come.
 *
 * A subsequence is `window` values in a row; two of them are compared by the
 * Euclidean distance of what is left when each has its mean taken off and is
 * divided by √(variance + floor²). With a floor of 0 this is the usual z-normalised
 * distance: 0 for the same shape, √(2 window) for shapes that have nothing to do
 * with each other, 2 √window for opposite ones; constant ones are at distance 0
 * from each other and at √window from the rest. With a floor the noise of quiet
 * times is no shape: what varies by much less is nearly constant. The newest
 * subsequence is compared with all that do not overlap it and lie within the last
 * `history` values.
 *
 * Yeh, Zhu, Ulanova, Begum, Ding, Dau, Silva, Mueen and Keogh, 2016, "Matrix
 * profile I: all pairs similarity joins for time series"; left discords: Lu, Wu,
 * Mueen, Zuluaga and Keogh, 2022, "Matrix profile XXIV: scaling time series
 * anomaly detection to trillions of datapoints and ultra-fast arriving data
 * streams". Covariances are carried from row to row as in Zimmerman et al., 2019,
 * "Matrix profile XIV", for one multiplication or two for each value of the past
 * in place of `window`. So that no rounding error lives on, each is computed
 * anew every `window` rows, and at once wherever a value that was 10,000 times as
 * large as what remains has left a subsequence.
 */
#ifndef ANOMALY_STATS_LEFT_PROFILE_H
#define ANOMALY_STATS_LEFT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEFT_PROFILE_WINDOW_MIN 4

/*
 * Begin with window, history >= 2 window and floor >= 0, the rest zero. Its memory
 * is the caller's, so many doubles, and relocatable.
 */
struct left_profile {
  uint32_t window, history;
  double floor;
  double mean;       /* of the newest subsequence */
  uint32_t count;    /* values in mind, at most history */
  uint32_t next;     /* place of the next value */
  uint32_t turn;     /* covariance that is computed anew next */
  uint32_t unsteady; /* subsequences in mind that covariances are not carried to */
};

/* Doubles of a profile's memory. */
size_t left_profile_memory(uint32_t window, uint32_t history);

/* Doubles that both calls below need as scratch memory. */
size_t left_profile_scratch(uint32_t window, uint32_t history);

/*
 * The distance of the subsequence that ends with the value, which is within
 * ±MODEL_CELL_MAX; 0 until there are twice `window` values.
 */
double left_profile_distance(const struct left_profile *profile, const double *memory, double value,
                             double *scratch);

/* The same, and the value is kept. */
double left_profile_learn(struct left_profile *profile, double *memory, double value,
                          double *scratch);

/* Whether stored bytes are safe to go on from; window and history have been checked. */
bool left_profile_valid(const struct left_profile *profile, const double *memory);

#endif
