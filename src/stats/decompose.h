/*
 * A series taken apart: trend, season, and what is left.
 *
 * Cleveland, Cleveland, McRae and Terpenning, 1990, "STL: a seasonal-trend
 * decomposition procedure based on loess", with robustness weights: what is far
 * off counts for less, so that faults are left over and not learned.
 */
#ifndef ANOMALY_STATS_DECOMPOSE_H
#define ANOMALY_STATS_DECOMPOSE_H

#include <stdatomic.h>
#include <stddef.h>

#define DECOMPOSE_PERIOD_MAX 5000

/* Doubles of working memory, for any period of at most half as many. */
size_t decompose_memory(size_t count);

/*
 * `series` are `count` finite numbers, at least two periods; with a period of 1
 * there is no season. Writes `count` numbers each. STATUS_STOPPED once *stop,
 * which may be NULL, is true.
 */
int decompose(const double *series, size_t count, size_t period, const atomic_bool *stop,
              double *memory, double *ret_trend, double *ret_season);

/*
 * The period of a series by its autocorrelation once a straight line is taken
 * off: the shortest whose peak is nearly as high as the highest, at most a third of
 * the rows and DECOMPOSE_PERIOD_MAX; 1 where there is none. Looks at the last
 * 20,000 numbers; memory as for decompose.
 */
size_t find_period(const double *series, size_t count, double *memory);

#endif
