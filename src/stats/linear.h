/*
 * Linear algebra of small dense symmetric matrices: row after row, `size` numbers
 * each. All numbers finite.
 */
#ifndef ANOMALY_STATS_LINEAR_H
#define ANOMALY_STATS_LINEAR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes a positive semidefinite matrix its own lower triangular factor, L L' =
 * matrix, with reciprocals on its diagonal; what is above that is left. Returns how many columns
 * were dropped: those that depend on the ones before them, but for a share of 1e-12 of their
 * variance, and those that are not positive, get zeros.
 */
size_t cholesky(double *matrix, size_t size);

/* The logarithm of the determinant of L L'; a dropped column counts as 1. */
double cholesky_log_determinant(const double *factor, size_t size);

/*
 * off' (L L')^-1 off, without the columns that were dropped; work[size] is
 * overwritten, may be `off` itself.
 */
double cholesky_distance(const double *factor, size_t size, const double *off, double *work);

/*
 * Eigenvalues, largest first, and in row k of ret_vectors[size * size] the k-th
 * eigenvector, of length 1. The matrix is spoilt. Jacobi, 1846, in cyclic order.
 * False where `stop` (may be NULL) became true.
 */
bool symmetric_eigen(double *matrix, size_t size, double *ret_values, double *ret_vectors,
                     const atomic_bool *stop);

/*
 * The covariance of rows of `size` numbers around their mean, with divisor count,
 * which is > 0; of the rows in `index`, or of all where that is NULL.
 */
void covariance_of(const double *rows, const uint32_t *index, size_t count, size_t size,
                   double *ret_mean, double *ret_matrix);

#endif
