/*
 * The shape of a distribution, from a list of finite numbers in any order.
 */
#ifndef ANOMALY_STATS_SHAPE_H
#define ANOMALY_STATS_SHAPE_H

#include <stddef.h>

/*
 * The third standardised moment, with the divisor count; 0 for numbers that are
 * all the same, or so near to it that rounding decides.
 */
double skewness_of(const double *numbers, size_t count);

#endif
