/* Sums of kernels against the exponential of the C library, and one width against the other. */
#include "stats/kernel_sum.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

enum { COUNT = 3 * KERNEL_LOT, COLUMNS = 3 };

static void test_one_kernel_is_an_exponential(void **state) {
  (void)state;
  static double weights[KERNEL_LOT] = {1}, cells[KERNEL_LOT];
  struct kernels kernels = {
      .count = KERNEL_LOT, .columns = 1, .weights = weights, .cells = cells, .gamma = 1};
  for (double square = 0; square < 707; square += .01) {
    const double place = sqrt(square), expected = exp(-place * place);
    for (enum wide wide = WIDE_NOT; wide <= wide_here(); wide++)
      if (!(fabs(kernel_sum_as(&kernels, &place, wide) - expected) <= 1e-14 * expected))
        fail_msg("exp(-%g) as %d is not %g", square, (int)wide, expected);
  }
  static const double places[] = {30, 1e30, 2e75};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    assert_true(kernel_sum(&kernels, &places[i]) < 4e-308);
  kernels.gamma = 5e-324;
  assert_true(kernel_sum(&kernels, &places[0]) == 1);
}

static void test_all_widths_say_the_same(void **state) {
  (void)state;
  struct noise noise = {4};
  static double weights[COUNT], cells[COUNT * COLUMNS];
  for (size_t i = 0; i < COUNT * COLUMNS; i++)
    cells[i] = noise_gaussian(&noise);
  for (size_t i = 0; i < COUNT; i++)
    weights[i] = noise_uniform(&noise);
  const struct kernels kernels = {
      .count = COUNT, .columns = COLUMNS, .weights = weights, .cells = cells, .gamma = .7};
  for (int round = 0; round < 100; round++) {
    double row[COLUMNS], expected = 0;
    for (size_t i = 0; i < COLUMNS; i++)
      row[i] = 2 * noise_gaussian(&noise);
    for (size_t at = 0; at < COUNT; at++) {
      double square = 0;
      for (size_t i = 0; i < COLUMNS; i++)
        square += pow(cells[i * COUNT + at] - row[i], 2);
      expected += weights[at] * exp(-.7 * square);
    }
    const double sum = kernel_sum(&kernels, row);
    assert_true(fabs(sum - expected) <= 1e-13 * expected);
    for (enum wide wide = WIDE_NOT; wide <= wide_here(); wide++)
      assert_true(kernel_sum_as(&kernels, row, wide) == sum);
  }
}

static void test_lots_are_whole(void **state) {
  (void)state;
  assert_int_equal(kernels_room(1), KERNEL_LOT);
  assert_int_equal(kernels_room(KERNEL_LOT), KERNEL_LOT);
  assert_int_equal(kernels_room(KERNEL_LOT + 1), 2 * KERNEL_LOT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_kernel_is_an_exponential),
      cmocka_unit_test(test_all_widths_say_the_same),
      cmocka_unit_test(test_lots_are_whole),
  };
  return cmocka_run_group_tests_name("kernel sums", tests, NULL, NULL);
}
