/*
 * Numbers in order, and what is read off them.
 */
#ifndef ANOMALY_STATS_SORTED_H
#define ANOMALY_STATS_SORTED_H

#include <stddef.h>
#include <stdint.h>

/* Sorts finite numbers, smallest first. */
void sort_numbers(double *numbers, size_t count);

/* The same; `order` (not NULL), one for each number, goes with them. */
void sort_numbered(double *numbers, uint32_t *order, size_t count);

/*
 * The quantile `share` (0..1) of sorted numbers, between two of them by straight
 * line (Hyndman and Fan, 1996, "Sample quantiles in statistical packages", type 7:
 * what NumPy's percentile does). count > 0.
 */
double sorted_quantile(const double *numbers, size_t count, double share);

/* How many of sorted numbers are at most `value`; how many are less. */
size_t sorted_count_to(const double *numbers, size_t count, double value);
size_t sorted_count_below(const double *numbers, size_t count, double value);

#endif
