/*
 * Where most rows are, and how their columns go together, whatever the others do:
 * the minimum covariance determinant.
 *
 * Rousseeuw and Van Driessen, 1999, "A fast algorithm for the minimum covariance
 * determinant estimator": 500 random starts of two C-steps each, in up to five
 * groups of rows where there are more than 600, the best ten of them to their
 * end; then one estimate of the rows within the 97.5 % ellipsoid of that. A half
 * of the rows in which a column is constant, or depends on others, counts as if
 * that had variance 1: it is not taken just for that.
 */
#ifndef ANOMALY_STATS_ROBUST_COVARIANCE_H
#define ANOMALY_STATS_ROBUST_COVARIANCE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define ROBUST_COLUMNS_MAX 256

struct robust_task {
  const double *rows; /* finite, `size` numbers each, magnitudes up to 1e75 */
  size_t count, size; /* 1 .. UINT32_MAX, 1 .. ROBUST_COLUMNS_MAX */
  double share; /* of the rows that the determinant is made least of; 0: (count + size + 1) / 2 */
  uint64_t seed;
  const atomic_bool *stop; /* may be NULL */
};

/*
 * The location and the factor, as cholesky makes it, of the covariance: a column
 * that depends on those before it, in most rows, has a zero on the diagonal and
 * no part in distances. Errors: STATUS_NO_MEMORY, STATUS_STOPPED.
 */
int robust_covariance(const struct robust_task *task, double *ret_location, double *ret_factor);

#endif
