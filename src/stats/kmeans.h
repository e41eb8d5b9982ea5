/*
 * Clusters of rows around their means.
 *
 * Lloyd, 1982, "Least squares quantization in PCM", from starting centres by
 * Arthur and Vassilvitskii, 2007, "k-means++: The advantages of careful seeding",
 * each the best of a few draws, as in their conclusion.
 */
#ifndef ANOMALY_STATS_KMEANS_H
#define ANOMALY_STATS_KMEANS_H

#include "anomaly/model.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Puts finite rows, at least one, into at most `wanted` (> 0) clusters; fewer where
 * there are fewer different rows. Writes the centres, one after the other, and how
 * many rows each has, which may be none. It ends soon, with centres of no use, where
 * *stop (may be NULL) is true. Errors: STATUS_NO_MEMORY.
 */
int kmeans(const struct matrix *rows, size_t wanted, uint64_t *random, const atomic_bool *stop,
           double *ret_centres, size_t *ret_sizes, size_t *ret_clusters);

/* The centre nearest to the row, and the square of its distance. */
size_t kmeans_nearest(const double *centres, size_t clusters, size_t columns, const double *row,
                      double *ret_square);

#endif
