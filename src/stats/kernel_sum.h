/*
 * Sums of radial kernels: of weight exp(-gamma distance^2) over many places.
 */
#ifndef ANOMALY_STATS_KERNEL_SUM_H
#define ANOMALY_STATS_KERNEL_SUM_H

#include "base/wide.h"

#include <stddef.h>

/* Places are looked at so many at once; those that fill up the last lot weigh 0. */
enum { KERNEL_LOT = 16 };

struct kernels {
  size_t count; /* a multiple of KERNEL_LOT */
  size_t columns;
  const double *weights;
  const double *cells; /* of all places, one column after the other */
  double gamma;        /* > 0 */
};

/* `count` places in whole lots. */
size_t kernels_room(size_t count);

/*
 * The sum at a place of finite cells, whose squared distances are finite too.
 * Each exponential has a relative error of at most 1e-14; below e^-708 it is that.
 */
double kernel_sum(const struct kernels *kernels, const double *row);

/* The same with no wider registers than these, which must be here. */
double kernel_sum_as(const struct kernels *kernels, const double *row, enum wide wide);

#endif
