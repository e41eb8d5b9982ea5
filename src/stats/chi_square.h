/*
 * The chi-square distribution of whole degrees of freedom, 1 .. 1024.
 */
#ifndef ANOMALY_STATS_CHI_SQUARE_H
#define ANOMALY_STATS_CHI_SQUARE_H

#include <stddef.h>

/* The probability of more than `value`, which is >= 0. */
double chi_square_beyond(double value, size_t degrees);

/* What is exceeded with probability `beyond`, 1e-12 < beyond < 1; to 1e-9 of it. */
double chi_square_quantile(double beyond, size_t degrees);

#endif
