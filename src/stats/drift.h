/*
 * How far newer numbers have moved from where earlier ones lay, of which only the
 * deciles are known: the Kolmogorov-Smirnov distance, the largest difference
 * between both distribution functions, looked for at the deciles.
 *
 * Source: N. V. Smirnov, 1948, "Table for estimating the goodness of fit of
 * empirical distributions"; F. J. Massey, 1951, "The Kolmogorov-Smirnov test for
 * goodness of fit". It does not count bins, as the population stability index
 * does, and so needs no rule for empty ones: numbers that are all the same, or
 * have many ties, give no distance that is not there.
 */
#ifndef ANOMALY_STATS_DRIFT_H
#define ANOMALY_STATS_DRIFT_H

#include <stddef.h>

#define DRIFT_DECILES 9

/*
 * 0 .. 1: 0 is no difference, .5 that all newer numbers lie above the earlier
 * median, .9 above the highest decile. `sorted` are finite, smallest first, count > 0.
 */
double drift_distance(const double decile[DRIFT_DECILES], const double *sorted, size_t count);

/*
 * The distance that chance passes once in a thousand times, where both are numbers
 * that have nothing to do with one another; at most 1. Counts are > 0.
 */
double drift_chance(size_t earlier, size_t newer);

#endif
