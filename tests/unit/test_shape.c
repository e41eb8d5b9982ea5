#include "stats/shape.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

static void test_skewness_by_hand(void **state) {
  (void)state;
  const double numbers[] = {0, 0, 0, 4}; /* mean 1: squares 3, cubes 6 */
  assert_true(fabs(skewness_of(numbers, 4) - 6 / pow(3, 1.5)) < 1e-12);
  const double mirrored[] = {0, 0, 0, -4};
  assert_true(fabs(skewness_of(mirrored, 4) + 6 / pow(3, 1.5)) < 1e-12);
  const double even[] = {-3, -1, 1, 3};
  assert_true(fabs(skewness_of(even, 4)) < 1e-12);
}

static void test_skewness_of_known_distributions(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  static double bell[COUNT], waiting[COUNT];
  struct noise noise = {1};
  for (size_t i = 0; i < COUNT; i++) {
    bell[i] = 1e6 + noise_gaussian(&noise);
    waiting[i] = noise_waiting(&noise);
  }
  assert_true(fabs(skewness_of(bell, COUNT)) < .03);
  assert_true(fabs(skewness_of(waiting, COUNT) - 2) < .15);
}

static void test_skewness_without_shape_is_zero(void **state) {
  (void)state;
  const double same[] = {.1, .1, .1, .1, .1, .1, .1};
  assert_true(skewness_of(same, 7) == 0);
  assert_true(skewness_of(same, 1) == 0);
  const double tiny[] = {4e-320, 0, 8e-320};
  assert_true(skewness_of(tiny, 3) == 0);
  const double huge[] = {1e75, -1e75, 1e75};
  assert_true(isfinite(skewness_of(huge, 3)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_skewness_by_hand),
      cmocka_unit_test(test_skewness_of_known_distributions),
      cmocka_unit_test(test_skewness_without_shape_is_zero),
  };
  return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
