#include "stats/linear.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double DEPENDENT = 1e-12;

size_t cholesky(double *matrix, size_t size) {
  size_t dropped = 0;
  for (size_t i = 0; i < size; i++) {
    double *const row = matrix + i * size;
    const double least = DEPENDENT * row[i];
    for (size_t k = 0; k < i; k++) {
      const double *const other = matrix + k * size;
      double sum = row[k];
      for (size_t at = 0; at < k; at++)
        sum -= row[at] * other[at];
      row[k] = sum * other[k];
      row[i] -= row[k] * row[k];
    }
    const bool depends = !(row[i] > least);
    dropped += depends;
    row[i] = depends ? 0 : 1 / sqrt(row[i]);
  }
  return dropped;
}

double cholesky_log_determinant(const double *factor, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; i++) {
    const double reciprocal = factor[i * size + i];
    sum -= reciprocal > 0 ? 2 * log(reciprocal) : 0;
  }
  return sum;
}

double cholesky_distance(const double *factor, size_t size, const double *off, double *work) {
  double squares = 0;
  for (size_t i = 0; i < size; i++) {
    const double *const row = factor + i * size;
    double sum = off[i];
    for (size_t k = 0; k < i; k++)
      sum -= row[k] * work[k];
    work[i] = sum * row[i];
    squares += work[i] * work[i];
  }
  return squares;
}

/* Rounding is all that is left of it. */
static bool is_diagonal(const double *matrix, size_t size) {
  double off = 0, all = 0;
  for (size_t i = 0; i < size; i++)
    for (size_t k = 0; k < size; k++) {
      const double magnitude = fabs(matrix[i * size + k]);
      all = fmax(all, magnitude);
      if (i != k)
        off = fmax(off, magnitude);
    }
  return off <= all * DBL_EPSILON * DBL_EPSILON;
}

/* Turns rows i and k, or columns where `step` is the size, by an angle. */
static void turn(double *a, double *b, size_t size, size_t step, double sine, double cosine) {
  for (size_t at = 0; at < size * step; at += step) {
    const double first = a[at], second = b[at];
    a[at] = cosine * first - sine * second;
    b[at] = sine * first + cosine * second;
  }
}

static void annihilate(double *matrix, double *vectors, size_t size, size_t i, size_t k) {
  const double off = matrix[i * size + k];
  if (off == 0)
    return;
  const double theta = (matrix[k * size + k] - matrix[i * size + i]) / (2 * off);
  const double tangent = copysign(1, theta) / (fabs(theta) + hypot(theta, 1));
  const double cosine = 1 / hypot(tangent, 1), sine = tangent * cosine;
  turn(matrix + i * size, matrix + k * size, size, 1, sine, cosine);
  turn(matrix + i, matrix + k, size, size, sine, cosine);
  turn(vectors + i * size, vectors + k * size, size, 1, sine, cosine);
  matrix[i * size + k] = matrix[k * size + i] = 0;
}

static void swap_rows(double *a, double *b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const double kept = a[i];
    a[i] = b[i];
    b[i] = kept;
  }
}

static void put_in_order(double *values, double *vectors, size_t size) {
  for (size_t i = 0; i < size; i++) {
    size_t largest = i;
    for (size_t k = i + 1; k < size; k++)
      if (values[k] > values[largest])
        largest = k;
    if (largest == i)
      continue;
    swap_rows(values + i, values + largest, 1);
    swap_rows(vectors + i * size, vectors + largest * size, size);
  }
}

bool symmetric_eigen(double *matrix, size_t size, double *ret_values, double *ret_vectors,
                     const atomic_bool *stop) {
  enum { SWEEPS_MAX = 60 };
  memset(ret_vectors, 0, size * size * sizeof *ret_vectors);
  for (size_t i = 0; i < size; i++)
    ret_vectors[i * size + i] = 1;
  for (size_t sweep = 0; sweep < SWEEPS_MAX && !is_diagonal(matrix, size); sweep++)
    for (size_t i = 0; i < size; i++) {
      if (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed))
        return false;
      for (size_t k = i + 1; k < size; k++)
        annihilate(matrix, ret_vectors, size, i, k);
    }
  for (size_t i = 0; i < size; i++)
    ret_values[i] = matrix[i * size + i];
  put_in_order(ret_values, ret_vectors, size);
  return true;
}

void covariance_of(const double *rows, const uint32_t *index, size_t count, size_t size,
                   double *ret_mean, double *ret_matrix) {
  memset(ret_mean, 0, size * sizeof *ret_mean);
  memset(ret_matrix, 0, size * size * sizeof *ret_matrix);
  for (size_t at = 0; at < count; at++) {
    const double *const row = rows + (index != NULL ? index[at] : at) * size;
    for (size_t i = 0; i < size; i++)
      ret_mean[i] += row[i];
  }
  for (size_t i = 0; i < size; i++)
    ret_mean[i] /= (double)count;
  for (size_t at = 0; at < count; at++) {
    const double *const row = rows + (index != NULL ? index[at] : at) * size;
    for (size_t i = 0; i < size; i++) {
      const double off = row[i] - ret_mean[i];
      for (size_t k = 0; k <= i; k++)
        ret_matrix[i * size + k] += off * (row[k] - ret_mean[k]);
    }
  }
  for (size_t i = 0; i < size; i++)
    for (size_t k = 0; k <= i; k++)
      ret_matrix[k * size + i] = ret_matrix[i * size + k] /= (double)count;
}
