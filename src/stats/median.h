/*
 * The middle one of some numbers.
 */
#ifndef ANOMALY_STATS_MEDIAN_H
#define ANOMALY_STATS_MEDIAN_H

#include <stddef.h>

/*
 * The median of `count` > 0 numbers, none NaN, which are reordered; of an even
 * count, the mean of the two in the middle. In linear time as a rule,
 * without allocation.
 *
 * Source: C. A. R. Hoare, 1961, "Algorithm 65: find".
 */
double median_of(double *numbers, size_t count);

#endif
