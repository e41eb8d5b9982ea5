/*
 * A row of markers that estimates percentiles of all values so far.
 *
 * Jain and Chlamtac, 1985, "The P² algorithm for dynamic calculation of
 * quantiles and histograms without storing observations", with the markers of
 * several percentiles in one row as in Raatikainen, 1987, "Simultaneous
 * estimation of several percentiles". The first and the last marker are minimum
 * and maximum, exactly. Up to as many values as there are markers, the
 * percentiles are those of the values themselves.
 */
#ifndef ANOMALY_STATS_MARKERS_H
#define ANOMALY_STATS_MARKERS_H

#include <stdbool.h>
#include <stdint.h>

/* The markers of a row: `share`, ascending from 0 to 1, of the values below each. */
struct marker_shares {
  const double *share;
  int size;
};

/*
 * Learns a value of a magnitude up to MOMENTS_LARGEST; `count` values came before it.
 * The arrays have an element for each marker: `height`, ascending, the value at it;
 * `position`, ascending whole numbers, the values below it.
 */
void markers_add(const struct marker_shares *shares, uint64_t count, double value, double *height,
                 double *position);

/* Estimate at marker `which` after `count` values; 0 while there are none. */
double markers_get(const struct marker_shares *shares, uint64_t count, const double *height,
                   int which);

/* Whether restored arrays make markers that markers_add can go on from. */
bool markers_valid(const struct marker_shares *shares, uint64_t count, const double *height,
                   const double *position);

#endif
