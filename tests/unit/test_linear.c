#include "stats/linear.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define assert_near(is, should) assert_true(fabs((is) - (should)) < 1e-9)

/* [[4 2] [2 3]] = [[2 0] [1 √2]] times its transpose. */
static void test_cholesky_by_hand(void **state) {
  (void)state;
  double matrix[] = {4, 2, 2, 3};
  assert_int_equal(cholesky(matrix, 2), 0);
  assert_near(matrix[0], 1. / 2);
  assert_near(matrix[2], 1);
  assert_near(matrix[3], sqrt(.5));
  assert_near(cholesky_log_determinant(matrix, 2), log(8));
  const double off[] = {1, 1};
  double work[2];
  assert_near(cholesky_distance(matrix, 2, off, work), 3. / 8); /* (3 - 2 - 2 + 4) / 8 */
}

/* The second column is twice the first: distances are those of the first and third. */
static void test_cholesky_drops_what_depends(void **state) {
  (void)state;
  double matrix[] = {1, 2, 0, 2, 4, 0, 0, 0, 9}, work[3];
  assert_int_equal(cholesky(matrix, 3), 1);
  assert_near(cholesky_log_determinant(matrix, 3), log(9));
  const double along[] = {2, 4, 3}, off_it[] = {2, 77, 3};
  assert_near(cholesky_distance(matrix, 3, along, work), 5);
  assert_near(cholesky_distance(matrix, 3, off_it, work), 5);
  double zero[4] = {0}, negative[] = {-1};
  assert_int_equal(cholesky(zero, 2), 2);
  assert_near(cholesky_distance(zero, 2, along, work), 0);
  assert_int_equal(cholesky(negative, 1), 1);
}

static void test_eigen_by_hand(void **state) {
  (void)state;
  double matrix[] = {2, 1, 1, 2}, values[2], vectors[4];
  assert_true(symmetric_eigen(matrix, 2, values, vectors, NULL));
  assert_near(values[0], 3);
  assert_near(values[1], 1);
  assert_near(fabs(vectors[0]), sqrt(.5));
  assert_near(vectors[0], vectors[1]);
  assert_near(vectors[2], -vectors[3]);
}

/* matrix v = value v, vectors at right angles, values in order. */
static void test_eigen_of_random_matrices(void **state) {
  (void)state;
  struct noise noise = {1};
  for (size_t size = 1; size <= 40; size += 13) {
    double matrix[40 * 40], spoilt[40 * 40], values[40], vectors[40 * 40];
    for (size_t i = 0; i < size; i++)
      for (size_t k = 0; k <= i; k++)
        matrix[i * size + k] = matrix[k * size + i] = noise_gaussian(&noise);
    memcpy(spoilt, matrix, size * size * sizeof *matrix);
    assert_true(symmetric_eigen(spoilt, size, values, vectors, NULL));
    for (size_t at = 0; at < size; at++) {
      const double *const vector = vectors + at * size;
      assert_true(at == 0 || values[at] <= values[at - 1]);
      for (size_t i = 0; i < size; i++) {
        double product = 0, between = 0;
        for (size_t k = 0; k < size; k++) {
          product += matrix[i * size + k] * vector[k];
          between += vectors[i * size + k] * vector[k];
        }
        assert_near(product, values[at] * vector[i]);
        assert_near(between, i == at ? 1 : 0);
      }
    }
  }
}

static void test_eigen_of_matrices_without_shape(void **state) {
  (void)state;
  double zero[9] = {0}, values[3], vectors[9];
  assert_true(symmetric_eigen(zero, 3, values, vectors, NULL));
  assert_near(values[0], 0);
  assert_near(vectors[4], 1);
  double apart[] = {1e150, 1, 1, 1e-150};
  assert_true(symmetric_eigen(apart, 2, values, vectors, NULL));
  assert_true(isfinite(values[1]) && values[0] >= 1e149);
  const atomic_bool stop = true;
  double matrix[] = {2, 1, 1, 2};
  assert_false(symmetric_eigen(matrix, 2, values, vectors, &stop));
}

static void test_covariance(void **state) {
  (void)state;
  const double rows[] = {1, 10, 3, 30, 5, 20};
  double mean[2], matrix[4];
  covariance_of(rows, NULL, 3, 2, mean, matrix);
  assert_near(mean[0], 3);
  assert_near(mean[1], 20);
  assert_near(matrix[0], 8. / 3);
  assert_near(matrix[1], 20. / 3);
  assert_near(matrix[2], 20. / 3);
  assert_near(matrix[3], 200. / 3);
  const uint32_t index[] = {2, 0};
  covariance_of(rows, index, 2, 2, mean, matrix);
  assert_near(mean[0], 3);
  assert_near(mean[1], 15);
  assert_near(matrix[1], 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cholesky_by_hand),
      cmocka_unit_test(test_cholesky_drops_what_depends),
      cmocka_unit_test(test_eigen_by_hand),
      cmocka_unit_test(test_eigen_of_random_matrices),
      cmocka_unit_test(test_eigen_of_matrices_without_shape),
      cmocka_unit_test(test_covariance),
  };
  return cmocka_run_group_tests_name("linear", tests, NULL, NULL);
}
